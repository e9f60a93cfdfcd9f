"""A report with pseudonyms: every text and address of its values is looked at.

What no report tells (bodies, conditions of rules, the steps of mails that are no
example) is left out first, so that it is neither walked through nor told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fakes.exchange.organization import Organization
from fakes.mail.address import Address, parse_address_list
from fakes.mail.content import Content, parse
from fakes.trace import Answer, StepKind
from harness.check.fingerprint import of_sort
from harness.report.causes import Examined, Reported
from harness.report.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from harness.check.baseline import Since
    from harness.check.report import CheckedMail, FoundIn, Sort
    from harness.outcome import Outcome
    from harness.report.check import Checked
    from harness.report.data import Json
    from harness.world import World

_Value = TypeVar("_Value")
_PEOPLE_FIELDS = ("From", "To", "Cc")
_OTHER_FIELDS = ("Subject", "Date", "msip_labels")


def pseudonyms_of(
    reported: Reported, known: Mapping[str, str] = MappingProxyType({})
) -> Pseudonyms:
    """Prepare pseudonyms for what a report is about; `known` is an earlier key."""
    mails = [mail for one in reported.every for mail in one.checked.report.mails]
    return Pseudonyms(
        [one.world for one in reported.every],
        subjects={parse(entry.mail.item.content).subject for entry in mails},
        known=known,
    )


def disguised(reported: Reported, pseudonyms: Pseudonyms) -> Reported:
    """Give a report in which nobody stands under his own name."""
    walk = _Walk(pseudonyms)
    every = tuple(_examined(one, walk) for one in reported.every)
    return Reported(every, walk.over(reported.unread), is_disguised=True)


def disguised_data(data: Json, pseudonyms: Pseudonyms) -> Json:
    """Give a document in which nobody stands under his own name."""
    if isinstance(data, str):
        return pseudonyms.text(data)
    if isinstance(data, list):
        return [disguised_data(entry, pseudonyms) for entry in data]
    if isinstance(data, dict):
        return {key: disguised_data(entry, pseudonyms) for key, entry in data.items()}
    return data


class _Walk:
    """Walks through values and gives each anew, those seen before but once."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.pseudonyms = pseudonyms
        # The value stands beside its copy: an id is its own only while it lives.
        self._done: dict[int, tuple[object, object]] = {}

    def over(self, value: _Value) -> _Value:
        """Give a value with pseudonyms in it."""
        return cast("_Value", self._over(value))

    def _over(self, value: object) -> object:  # noqa: PLR0911  one for each sort
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.pseudonyms.text(value)
        if isinstance(value, Address):
            local, _, domain = self.pseudonyms.address(str(value)).rpartition("@")
            return Address(local, domain)
        if isinstance(value, Content):
            return _content(value, self)
        if isinstance(value, (tuple, list)):
            return type(value)([self._over(entry) for entry in value])
        if isinstance(value, frozenset):
            return frozenset(self._over(entry) for entry in value)
        if isinstance(value, Mapping):
            return {self._over(k): self._over(v) for k, v in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return self._object(value)
        return value

    def _object(self, value: Any) -> object:  # noqa: ANN401  of any class
        known = self._done.get(id(value))
        if known:
            return known[1]
        changes = {}
        for field in fields(value):
            old = getattr(value, field.name)
            new = self._over(old) if field.init else old
            if new is not old and new != old:
                changes[field.name] = new
        made = replace(value, **changes) if changes else value
        self._done[id(value)] = (value, made)
        return made


def _examined(examined: Examined, walk: _Walk) -> Examined:
    checked = examined.checked
    tenant = replace(
        examined.tenant,
        name=checked.tenant,
        organization=_bare(examined.tenant.organization),
        other=_bare(examined.tenant.other) if examined.tenant.other else None,
    )
    return Examined(
        _checked(checked, walk),
        walk.over(tenant),
        walk.over(examined.policy),
        examined.at,
    )


def _checked(checked: Checked, walk: _Walk) -> Checked:
    report = checked.report
    every = (*report.sorts, *report.accepted)
    told = {id(sort.example.outcome) for sort in every}
    lean = replace(
        report,
        sorts=tuple(_sort(sort) for sort in report.sorts),
        accepted=tuple(_sort(sort) for sort in report.accepted),
        mails=tuple(
            entry if id(entry.outcome) in told else _mail(entry)
            for entry in report.mails
        ),
    )
    plan, again = checked.plan, checked.again
    if plan:
        plan = replace(plan, before=_world(plan.before), after=_world(plan.after))
    since = _since(checked.since) if checked.since else None
    made = walk.over(replace(checked, report=lean, plan=plan, since=since))
    return replace(
        made,
        again=lambda mail: walk.pseudonyms.text(again(mail)),
        prints=tuple(of_sort(sort) for sort in every),
    )


def _since(since: Since) -> Since:
    new = (
        replace(one, sort=_sort(one.sort), found=tuple(map(_found, one.found)))
        for one in since.new
    )
    return replace(since, new=tuple(new))


def _sort(sort: Sort) -> Sort:
    first, *others = sort.found
    return replace(sort, found=(first, *map(_found, others)))


def _found(found: FoundIn) -> FoundIn:
    return replace(found, outcome=_outcome(found.outcome))


def _mail(entry: CheckedMail) -> CheckedMail:
    return replace(entry, outcome=_outcome(entry.outcome))


def _outcome(outcome: Outcome) -> Outcome:
    """Leave of the steps only which rules took the mail."""
    fates = tuple(
        replace(
            fate,
            steps=tuple(
                replace(step, details=())
                for step in fate.steps
                if step.kind is StepKind.RULE and step.answer is Answer.YES
            ),
        )
        for fate in outcome.fates
    )
    return replace(outcome, fates=fates, moments=())


def _world(world: World) -> World:
    return replace(
        world,
        organization=_bare(world.organization),
        other=_bare(world.other) if world.other else None,
    )


def _bare(organization: Organization) -> Organization:
    """Leave of an organization what the picture shows: the names of its rules."""
    rules = tuple(
        replace(
            rule,
            conditions=(),
            exceptions=(),
            comments="",
            actions=tuple(replace(a, values=(), targets=None) for a in rule.actions),
        )
        for rule in organization.rules or ()
    )
    return Organization(organization.name, organization.platform, rules)


def _content(content: Content, walk: _Walk) -> Content:
    """Leave of a mail the header fields that reports show."""
    parsed = parse(content)
    lines = []
    for name in _PEOPLE_FIELDS:
        people = parse_address_list(parsed.unfolded(name)).addresses
        if people:
            shown = ", ".join(walk.pseudonyms.address(str(one)) for one in people)
            lines.append(f"{name}: {shown}")
    for name in _OTHER_FIELDS:
        lines += [f"{name}: {walk.pseudonyms.text(v)}" for v in parsed.values(name)]
    return Content("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
