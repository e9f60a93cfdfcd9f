"""The ways of the mails of a check: who sends, which rule takes it, where it ends.

A flow is a sort of mail that goes one way: recipients are counted, not mails, for one
mail may go several ways.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.address import is_within, parse_address_list
from fakes.mail.content import parse
from fakes.trace import StepKind
from harness.compare import HINTS, WEIGHT, FindingKind
from harness.duty import Obligation
from harness.hybrid import name_of
from harness.outcome import Disposition
from harness.report.page import RED
from harness.report.told import Told, is_matched, took
from harness.report.words import COLOUR, end_word, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fakes.exchange.rules.rule import Rule
    from fakes.mail.item import MailItem
    from harness.check.report import CheckedMail
    from harness.outcome import Delivery, Fate
    from harness.report.causes import Examined
    from harness.world import World


class Sender(StrEnum):
    """Who sends, as the left edge of the picture has it."""

    INSIDE = "Inside"
    OUTSIDE = "Outside"
    ZIVVER = "Zivver"


class End(StrEnum):
    """Where a way ends, as the right edge of the picture has it, from the top."""

    ZIVVER = "Zivver"
    INTERNET = "The Internet"
    ASTRAY = "Somebody else"
    INSIDE = "Mailboxes inside"
    WAITS = "Waits"
    NOWHERE = "Does not arrive"
    CANNOT_TELL = "Cannot tell"


class Tone(StrEnum):
    """What a line's colour says; the worst comes last, so that it is drawn on top.

    Without a policy nothing is said to be right or wrong, and all is grey.
    """

    GREY = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


_D = Disposition
_ENDS: Mapping[Disposition, End] = MappingProxyType(
    {
        **dict.fromkeys(
            (_D.SECURE_NOTIFICATION, _D.SECURE_DIRECT, _D.SECURE_IN_APP), End.ZIVVER
        ),
        **dict.fromkeys((_D.LOOPED, _D.BOUNCED), End.ZIVVER),
        _D.PLAIN: End.INTERNET,
        _D.MISDIRECTED: End.ASTRAY,
        _D.INTERNAL: End.INSIDE,
        **dict.fromkeys((_D.HELD, _D.DEFERRED, _D.MODERATED), End.WAITS),
        **dict.fromkeys((_D.EXPIRED, _D.REJECTED, _D.REFUSED, _D.LOST), End.NOWHERE),
        **dict.fromkeys((_D.DELETED, _D.QUARANTINED), End.NOWHERE),
        _D.UNDETERMINED: End.CANNOT_TELL,
    }
)
_ZIVVER_DOMAINS = ("zivver.com", "zivver.org", "zivver.nl")
_REST = "everything else"
NO_CONNECTOR = "No connector"
MX = "Mail server of the recipient (MX)"


@dataclass(frozen=True, slots=True)
class Door:
    """A mail flow rule, as a door in the column of rules.

    `leaks` counts the mails that it was to take and that leave in clear.
    """

    name: str
    priority: int
    side: str = ""
    is_on: bool = True
    leaks: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.side, self.name


@dataclass(frozen=True, slots=True)
class Flow:
    """A sort of mail on one way; `door` is None where no rule takes it.

    `count` are recipients. `kind` is what is wrong with it, if anything is.
    """

    sender: Sender
    sort: str
    door: tuple[str, str] | None
    connector: str
    end: End
    word: str
    tone: Tone
    kind: FindingKind | None
    count: int

    @property
    def finding(self) -> str:
        """What is wrong, in one word; empty if nothing is."""
        return finding_word(self.kind) if self.kind else ""


def doors_of(examined: Examined) -> tuple[Door, ...]:
    """Give the rules of a tenant in the order in which they are asked."""
    world = examined.world
    leaks: dict[tuple[str, str], set[str]] = {}
    for sort in examined.checked.report.sorts:
        if sort.kind is FindingKind.LEAK and sort.blame.rule:
            key = sort.blame.side, sort.blame.rule
            leaks.setdefault(key, set()).update(mail.id for mail in sort.mails)
    return tuple(
        Door(
            rule.name,
            rule.priority,
            side,
            rule.is_enabled,
            len(leaks.get((side, rule.name), ())),
        )
        for side, rules in rules_of(world).items()
        for rule in sorted(rules, key=lambda rule: rule.priority)
    )


def flows_of(
    examined: Examined, mails: Iterable[CheckedMail] | None = None
) -> tuple[Flow, ...]:
    """Give the flows of a check (or of some of its mails), in the order of senders."""
    report = examined.checked.report
    rules = rules_of(examined.world)
    counts: Counter[Flow] = Counter()
    for entry in report.mails if mails is None else mails:
        counts.update(_of_mail(entry, rules, has_policy=report.has_policy))
    order = {sort: n for n, sort in enumerate(dict.fromkeys(f.sort for f in counts))}
    senders, ends = [*Sender], [*End]
    return tuple(
        sorted(
            (replace(flow, count=number) for flow, number in counts.items()),
            key=lambda f: (
                senders.index(f.sender),
                f.sort == _REST,
                order[f.sort],
                ends.index(f.end),
                f.tone,
            ),
        )
    )


def rules_of(world: World) -> Mapping[str, tuple[Rule, ...]]:
    """Give the rules of each side of a hybrid by its name, or the only ones."""
    return MappingProxyType(
        {
            _side(world, number): side.rules or ()
            for number, side in enumerate(world.organizations)
        }
    )


def told_of(entry: CheckedMail, rules: Mapping[str, tuple[Rule, ...]]) -> Told:
    """Give a mail of a check with all that is needed to tell it."""
    return Told(
        entry.outcome,
        rules.get("", ()),
        entry.mail.duties,
        entry.findings,
        sides=rules if "" not in rules else MappingProxyType({}),
    )


def _side(world: World, number: int) -> str:
    return name_of(world.organizations[number]) if world.other else ""


def _of_mail(
    entry: CheckedMail, rules: Mapping[str, tuple[Rule, ...]], *, has_policy: bool
) -> Iterator[Flow]:
    told = told_of(entry, rules)
    sender = _sender(entry.mail.item)
    for fate in entry.outcome.fates:
        kinds = [
            finding.kind
            for finding in entry.findings
            if finding.recipient == fate.recipient and finding.kind not in HINTS
        ]
        kind = min(kinds, key=lambda kind: WEIGHT[kind], default=None)
        for delivery in fate.deliveries:
            yield Flow(
                sender,
                _sort(fate, told),
                _door(fate, told),
                _connector(delivery),
                _end(delivery, kind),
                end_word(delivery.disposition),
                _tone(kind) if has_policy else Tone.GREY,
                kind,
                1,
            )


def _sender(item: MailItem) -> Sender:
    """Tell by how it came, and Zivver by the name it bears."""
    if item.submission.authenticated:
        return Sender.INSIDE
    written = parse_address_list(parse(item.content).unfolded("From")).addresses
    for address in written:
        if any(is_within(address.domain_key, own) for own in _ZIVVER_DOMAINS):
            return Sender.ZIVVER
    return Sender.OUTSIDE


def _sort(fate: Fate, told: Told) -> str:
    """Name the row of the policy that speaks of a recipient, as its table does."""
    duty = told.duty(fate.recipient)
    if duty is None or duty.obligation in {
        Obligation.MUST_BE_PLAIN,
        Obligation.NO_WORD,
    }:
        return _REST
    return duty.rows[0] if duty.rows else _REST


def _door(fate: Fate, told: Told) -> tuple[str, str] | None:
    """Give the rule that decided where it goes: the last that takes or ends it."""
    taken = took(fate, told)
    if taken:
        return taken[-1].side, taken[-1].subject
    ended = {_D.DELETED, _D.QUARANTINED, _D.MODERATED, _D.REJECTED}
    if not any(delivery.disposition in ended for delivery in fate.deliveries):
        return None
    rules = [step for step in fate.steps if step.kind is StepKind.RULE]
    matched = [step for step in rules if is_matched(step) and step.did]
    return (matched[-1].side, matched[-1].subject) if matched else None


def _connector(delivery: Delivery) -> str:
    if delivery.connector:
        return delivery.connector
    return MX if delivery.via == "mx" else NO_CONNECTOR


def _end(delivery: Delivery, kind: FindingKind | None) -> End:
    if kind is FindingKind.UNDETERMINED:
        return End.CANNOT_TELL
    return _ENDS[delivery.disposition]


def _tone(kind: FindingKind | None) -> Tone:
    if kind is None:
        return Tone.GREEN
    return Tone.RED if COLOUR[kind] == RED else Tone.AMBER
