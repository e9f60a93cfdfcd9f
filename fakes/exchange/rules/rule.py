"""Mail flow rules: the noun, and how cmdlet parameters make one."""

from __future__ import annotations

import contextlib
import difflib
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Action
from fakes.exchange.rules.actions import ACTIONS, action_parameters
from fakes.exchange.rules.actions import UNRECOGNISED as UNRECOGNISED_ACTION
from fakes.exchange.rules.exclusive import refuse_combinations, without_silenced
from fakes.exchange.rules.predicate import Predicate, ValueProblem
from fakes.exchange.rules.predicates import PREDICATES, UNRECOGNISED
from fakes.exchange.rules.taking import legacy
from fakes.exchange.rules.taking_attachments import flag
from fakes.exchange.rules.values import NotJudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.values import PropertyType

_EXCEPT = "ExceptIf"
_EPOCH = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_FIRST_YEAR = 1900
_MAX_NAME = 64


class RuleError(ValueError):
    """A rule that Exchange would not take, or that we cannot read."""


class Mode(StrEnum):
    """What a rule does when it matches (exchange-rules#6.3)."""

    ENFORCE = "Enforce"
    AUDIT = "Audit"
    AUDIT_AND_NOTIFY = "AuditAndNotify"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date of an export; without a zone it is somebody's local time."""

    at: datetime
    has_zone: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate with its value. `header` is the field that it names, if it does."""

    predicate: str
    value: PropertyType
    header: str = ""

    @property
    def row(self) -> Predicate:
        """The row of the table."""
        return PREDICATES.get(self.predicate, UNRECOGNISED)


@dataclass(frozen=True, slots=True)
class Rule:
    """One mail flow rule. Conditions and exceptions are the same kind of thing.

    `size` is what its export says it takes of the space that Exchange gives a rule;
    `changed` is when somebody last changed it.
    """

    name: str
    priority: int
    is_enabled: bool = True
    mode: Mode = Mode.ENFORCE
    conditions: tuple[Condition, ...] = ()
    exceptions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    stops: bool = False
    starts: Moment | None = None
    ends: Moment | None = None
    error_action: str = "Ignore"
    sender_location: str = "Header"
    recipient_address_type: str = "Resolved"
    comments: str = ""
    place: str = ""
    size: int | None = None
    changed: Moment | None = None

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing is left of it: a target was deleted (field-cases#3)."""
        return not (self.conditions or self.exceptions or self.actions or self.stops)


# Properties of the object form that say nothing about what the rule does.
WITHOUT_EFFECT = frozenset(
    [
        "Name",
        "Priority",
        "State",
        "Enabled",
        "Mode",
        "Comments",
        "DlpPolicyId",
        "CreatedBy",
        "LastModifiedBy",
        "ManuallyModified",
        "Description",
        "RuleVersion",
        "Version",
        "Size",
        "Conditions",
        "Exceptions",
        "Actions",
        "IsRuleConfigurationSupported",
        "RuleConfigurationUnsupportedReason",
        "RegexSize",
        "Identity",
        "DistinguishedName",
        "Guid",
        "ImmutableId",
        "OrganizationId",
        "IsValid",
        "WhenChanged",
        "ObjectState",
        "ExchangeVersion",
        "SerializationData",
        "RunspaceId",
        "PSComputerName",
        "PSShowComputerName",
        "ActivationDate",
        "ExpiryDate",
        "RuleErrorAction",
        "SenderAddressLocation",
        "StopRuleProcessing",
        "UseLegacyRegex",
        "RecipientAddressType",
        "OMEExpiryDays",
        "ExchangeObjectId",
        "WhenChangedUTC",
        "Id",
    ]
)
_PROPERTIES = ("RuleSubType", "DlpPolicy", "ExpiryAction")
_NOT_SET = frozenset({"none", "false", "$false"})


def make_rule(
    parameters: Mapping[str, object],
    directory: Directory | None,
    *,
    priority: int,
    place: str,
    refuses_unknown: bool = False,
) -> Rule:
    """Make a rule of the parameters of New-TransportRule or Get-TransportRule.

    A parameter that carries a value and that nobody knows becomes a condition that
    cannot be judged, or an error where `refuses_unknown` is set. A value that is
    `NotJudged` says that the parameter is set, and that nobody knows to what.

    Raises:
        RuleError: Exchange would not take it; the message names the parameter.

    """
    given = {
        name: value
        for name, value in parameters.items()
        if is_set(value) and not _is_off(name, value)
    }
    name = text_of(given.get("Name", given.get("Identity", "")))
    if not name:
        message = "a rule without a name"
        raise RuleError(message)
    if len(name) > _MAX_NAME:
        message = f"a name of {len(name)} characters, at most {_MAX_NAME}"
        raise RuleError(message)
    unknown = _unknown(given)
    if unknown and refuses_unknown:
        raise RuleError(_did_you_mean(unknown[0]))
    conditions = _conditions(given, directory, prefix="")
    conditions += _unjudged_properties(given)
    conditions += tuple(
        Condition(key, NotJudged(texts(given[key]), "we do not know this parameter"))
        for key in unknown
    )
    return Rule(
        name=name,
        priority=priority,
        is_enabled=_is_enabled(parameters),
        mode=_enum(Mode, given.get("Mode", "Enforce"), "Mode"),
        conditions=conditions,
        exceptions=_conditions(given, directory, prefix=_EXCEPT),
        actions=_actions(given, directory, unknown),
        stops=_flag(given.get("StopRuleProcessing", False), "StopRuleProcessing"),
        starts=moment(given.get("ActivationDate"), "ActivationDate"),
        ends=moment(given.get("ExpiryDate"), "ExpiryDate"),
        error_action=_one_of(given, "RuleErrorAction", ("Ignore", "Defer")),
        sender_location=_one_of(
            given, "SenderAddressLocation", ("Header", "Envelope", "HeaderOrEnvelope")
        ),
        recipient_address_type=_one_of(
            given, "RecipientAddressType", ("Resolved", "Original")
        ),
        comments=text_of(given.get("Comments", "")),
        place=place,
        size=_size(given.get("Size")),
        changed=_changed(given),
    )


def parameter_names() -> frozenset[str]:
    """Every parameter that some edition is known to have."""
    conditions = {p for row in PREDICATES.values() for p in row.parameters}
    exceptions = {_EXCEPT + name for name in conditions}
    return frozenset(
        conditions | exceptions | action_parameters() | WITHOUT_EFFECT | {*_PROPERTIES}
    )


def is_set(value: object) -> bool:
    """Say whether a property carries a value; false is how exports write "not set"."""
    if value is None or value is False or value in ("", {}):
        return False
    if isinstance(value, (list, tuple)):
        return any(is_set(entry) for entry in value)
    return True


def texts(value: object) -> tuple[str, ...]:
    """Give a property as a list of texts, whatever shape it has (exports#2.5)."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(text_of(entry) for entry in value if entry is not None)
    return (text_of(value),)


def text_of(value: object) -> str:
    """Give one value as text; an enum object gives its name (exports#2.2)."""
    if isinstance(value, dict):
        for key in ("Value", "value", "Name", "Address"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return str(value)


def moment(value: object, name: str) -> Moment | None:
    """Read a date in any of the shapes of exports (exports#2.4).

    Raises:
        RuleError: the text is no date.

    """
    if not is_set(value):
        return None
    if isinstance(value, datetime):
        has_zone = value.tzinfo is not None
        return Moment(value if has_zone else value.replace(tzinfo=UTC), has_zone)
    if isinstance(value, date):
        return Moment(
            datetime(value.year, value.month, value.day, tzinfo=UTC), has_zone=False
        )
    text = text_of(value)
    epoch = _EPOCH.fullmatch(text)
    try:
        if epoch:
            start = datetime(1970, 1, 1, tzinfo=UTC)
            found = start + timedelta(milliseconds=int(epoch[1]))
            return Moment(found, has_zone=True) if found.year > _FIRST_YEAR else None
        found = datetime.fromisoformat(_short_fraction(text))
    except (ValueError, OverflowError):
        message = f"{name}: `{text[:40]}` is no date that we can read without guessing"
        raise RuleError(message) from None
    if found.year <= _FIRST_YEAR:
        return None
    has_zone = found.tzinfo is not None
    return Moment(found if has_zone else found.replace(tzinfo=UTC), has_zone)


def _short_fraction(text: str) -> str:
    """Cut .NET's seven decimals to the six that Python takes."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text.strip())


def _conditions(
    given: Mapping[str, object], directory: Directory | None, *, prefix: str
) -> tuple[Condition, ...]:
    found = []
    for row in PREDICATES.values():
        names = [prefix + parameter for parameter in row.parameters]
        present = [name for name in names if name in given]
        if not present:
            continue
        lost = _lost(given, present)
        if lost:
            found.append(Condition(row.name, lost))
            continue
        absent = [name for name in names if name not in given]
        if absent and not (row.default and absent == names[-1:]):
            message = f"`{present[0]}` without `{absent[0]}`"
            raise RuleError(message)
        last = texts(given.get(names[-1], row.default))
        header = ""
        try:
            if row.build_both:
                value = row.build_both(texts(given[names[0]]), last, directory)
            else:
                value = row.build(last, directory)
                header = _first(given, names[0], row) if len(names) > 1 else ""
        except ValueProblem as problem:
            message = f"{names[-1]}: {problem}"
            raise RuleError(message) from None
        # exchange-rules#2.2
        if _flag(given.get("UseLegacyRegex", False), "UseLegacyRegex"):
            value = legacy(row.name, value)
        found.append(Condition(row.name, value, header))
    return tuple(found)


def _lost(given: Mapping[str, object], names: Iterable[str]) -> NotJudged | None:
    """Give what says that one of the values is not known."""
    return next((v for n in names if isinstance(v := given.get(n), NotJudged)), None)


def _first(given: Mapping[str, object], name: str, row: Predicate) -> str:
    """The first of two parameters: the field, or one of the words that it can be."""
    values = texts(given[name])
    if len(values) > 1:
        message = f"{name}: {len(values)} names, a condition looks at one field"
        raise RuleError(message)
    return _one_of(given, name, row.firsts) if row.firsts else values[0]


def _unjudged_properties(given: Mapping[str, object]) -> tuple[Condition, ...]:
    """Turn properties that change what a rule means into conditions not judged."""
    found = []
    for name in _PROPERTIES:
        lost = _lost(given, (name,))
        value = lost.values if lost else texts(given.get(name))
        if value and value[0].lower() not in _NOT_SET:
            found.append(Condition(name, NotJudged(value, "not judged yet")))
    return tuple(found)


def _actions(
    given: Mapping[str, object], directory: Directory | None, unknown: tuple[str, ...]
) -> tuple[Action, ...]:
    found = []
    for row in ACTIONS.values():
        if not any(name in given for name in row.parameters):
            continue
        name = row.parameters[0]
        lost = _lost(given, row.parameters)
        if lost:
            unknown += (row.name,)
            given = {**given, row.name: lost.values}
            continue
        if row.is_flag and not _flag(given[name], name):
            continue
        values = tuple(texts(given.get(name)) for name in row.parameters)
        try:
            found.append(row.build(row, values, directory))
        except ValueProblem as problem:
            message = f"{row.parameters[0]}: {problem}"
            raise RuleError(message) from None
    found.extend(
        Action(replace(UNRECOGNISED_ACTION, name=name), (texts(given[name]),))
        for name in unknown
    )
    actions = tuple(sorted(found, key=lambda action: action.row.order))
    try:
        refuse_combinations(actions)
    except ValueProblem as problem:
        raise RuleError(str(problem)) from None
    return without_silenced(actions)


def _unknown(given: Mapping[str, object]) -> tuple[str, ...]:
    known = parameter_names()
    return tuple(name for name in given if name not in known and "@" not in name)


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, sorted(parameter_names()), 1, 0.6)
    hint = f", did you mean `{near[0]}`?" if near else ""
    return f"unknown rule parameter `{name}`{hint}"


def _is_off(name: str, value: object) -> bool:
    """Say whether it is a condition that is on or absent, and not on, as text."""
    row = PREDICATES.get(name.removeprefix(_EXCEPT), UNRECOGNISED)
    return row.build is flag and text_of(value).lower() in _NOT_SET


def _is_enabled(parameters: Mapping[str, object]) -> bool:
    state = parameters.get("State")
    if is_set(state):
        text = text_of(state)
        if text.lower() not in {"enabled", "disabled"}:
            message = f"State: `{text}`, expected Enabled or Disabled"
            raise RuleError(message)
        return text.lower() == "enabled"
    value = parameters.get("Enabled")
    return True if value is None else _flag(value, "Enabled")


def _flag(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return value
    # PowerShell takes numbers for a parameter of that type.
    text = text_of(value).lower().lstrip("$")
    if text in {"true", "false", "1", "0"}:
        return text in {"true", "1"}
    message = f"{name}: `{text_of(value)}`, expected true or false"
    raise RuleError(message)


def _size(value: object) -> int | None:
    """What the export says the rule takes of the 8 KB (exchange-rules#7.2)."""
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _changed(given: Mapping[str, object]) -> Moment | None:
    """Read when it was changed; what cannot be read is not told."""
    for name in ("WhenChangedUTC", "WhenChanged"):
        with contextlib.suppress(RuleError):
            found = moment(given.get(name), name)
            if found:
                return replace(found, has_zone=found.has_zone or name.endswith("UTC"))
    return None


def _one_of(given: Mapping[str, object], name: str, known: tuple[str, ...]) -> str:
    text = text_of(given.get(name, known[0]))
    for value in known:
        if value.lower() == text.lower():
            return value
    message = f"{name}: `{text}`, expected {', '.join(known)}"
    raise RuleError(message)


def _enum(kind: type[Mode], value: object, name: str) -> Mode:
    return kind(_one_of({name: value}, name, tuple(kind)))
