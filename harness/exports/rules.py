"""Get-TransportRule to rules: names in Exchange's spelling, priorities, the account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from fakes.exchange.organization import Directory
from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.predicates import PREDICATES
from fakes.exchange.rules.rule import (
    WITHOUT_EFFECT,
    Rule,
    RuleError,
    is_set,
    make_rule,
    parameter_names,
)
from fakes.exchange.rules.values import NotJudged
from harness.exports import values
from harness.exports.account import Ledger, Mark, Understood
from harness.exports.connectors import named
from harness.exports.formats import Exported, Lost
from harness.exports.problems import ExportError, each, shown

MAX_PRIORITY = 100_000
_TELLS = "tells of the rule, and changes nothing of what it does"
# A rule of Exchange is at most some kilobytes as a whole (exports#5).
MAX_VALUE = 32_768
_EXCEPT = "ExceptIf"
_CANONICAL: Mapping[str, str] = MappingProxyType(
    {name.lower(): name for name in parameter_names()}
)
_USED = frozenset(
    {
        "Name",
        "Priority",
        "State",
        "Enabled",
        "Mode",
        "Comments",
        "ActivationDate",
        "ExpiryDate",
        "RuleErrorAction",
        "SenderAddressLocation",
        "RecipientAddressType",
        "StopRuleProcessing",
    }
)
_PROSE = WITHOUT_EFFECT - _USED | {"Comments"}
# Properties of a rule that change its meaning and that nobody judges
# (exchange-rules#6.1); the values are those that every ordinary rule has.
_OPEN = {
    "RuleSubType": "none",
    "UseLegacyRegex": "false",
    "DlpPolicy": "",
    "ExpiryAction": "",
}
# The parameters of conditions and actions, and whether anybody looks into them.
_JUDGED = {
    name: row.support is not Support.NO
    for row in PREDICATES.values()
    for name in row.parameters
} | {
    name: row.support is not Support.NO
    for row in ACTIONS.values()
    for name in row.parameters
}


def read_rules(
    entries: tuple[Exported, ...], directory: Directory | None, ledger: Ledger
) -> tuple[Rule, ...]:
    """Read the rules in order of priority; without `Priority`, the order of the file.

    Raises:
        ExportError: Exchange would not take a rule, or two have one priority.

    """
    rules = each(
        lambda at: read_rule(at[1], directory, ledger, position=at[0]),
        enumerate(entries),
    )
    found: dict[int, Rule] = {}

    def put(rule: Rule) -> None:
        other = found.setdefault(rule.priority, rule)
        if other is not rule:
            raise ExportError(
                rule.place,
                f"rule `{shown(rule.name)}` has priority {rule.priority}, "
                f"and so has `{shown(other.name)}` ({other.place})",
            )

    each(put, rules)
    return tuple(found[priority] for priority in sorted(found))


def read_rule(
    entry: Exported, directory: Directory | None, ledger: Ledger, *, position: int
) -> Rule:
    """Read one object of Get-TransportRule.

    Raises:
        ExportError: Exchange would not take it, or a value has an unknown shape.

    """
    name = named(entry)
    priority = values.number(entry, "Priority", low=0, high=MAX_PRIORITY)
    parameters = {
        _spelt(key): _value(entry, _spelt(key), value)
        for key, value in entry.properties.items()
    }
    marks = [_mark(_spelt(k), v) for k, v in parameters.items()]
    for said, lost in entry.lost:
        parameters[_spelt(said)] = _unknown(entry, _spelt(said), lost)
        marks.append(Mark(_spelt(said), Understood.NOT_JUDGED, lost.why))
    ledger.note(entry, name, marks)
    try:
        return make_rule(
            parameters,
            directory,
            priority=position if priority is None else priority,
            place=entry.place,
        )
    except RuleError as problem:
        said = shown_line(str(problem))
        raise ExportError(entry.place, f"rule `{shown(name)}`: {said}") from None


def shown_line(text: str) -> str:
    """Give a message on one printable line of bearable length."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return clean if len(clean) <= 300 else clean[:297] + "..."


def _spelt(name: str) -> str:
    """Exchange's spelling of a property: the case of exports varies (mistake 7)."""
    # exports#mistake-7
    return _CANONICAL.get(name.lower(), name)


def _value(entry: Exported, name: str, value: object) -> object:
    """Give a value in a shape that a rule can be made of."""
    if not is_set(value):
        return value
    if not _is_judged(name):
        # Never looked into: its text stands in messages only.
        return _as_text(value)
    found = [values.plain(one, entry.place, name) for one in values.flat(value)]
    if any(not said for said in found):
        raise ExportError(entry.place, f"`{name}` holds an empty value")
    if any(len(said) > MAX_VALUE for said in found):
        raise ExportError(
            entry.place, f"`{name}` holds a value of more than {MAX_VALUE} characters"
        )
    if isinstance(value, bool):
        return value
    return found if isinstance(value, list) else found[0]


def _unknown(entry: Exported, name: str, lost: Lost) -> object:
    """Give what stands for a value that nobody knows: for prose, its own text.

    Raises:
        ExportError: without it nobody knows what the rule is.

    """
    if name in _PROSE:
        return lost.text
    if name in _USED:
        what = f"`{name}` is `{shown(lost.text)}`: {lost.why}"
        raise ExportError(entry.place, f"{what}; write the value into the file")
    return NotJudged((lost.text,), lost.why)


def _is_judged(name: str) -> bool:
    return name in _USED or _JUDGED.get(name.removeprefix(_EXCEPT), False)


def _as_text(value: object) -> object:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return value


def _mark(name: str, value: object) -> Mark:
    plain = name.removeprefix(_EXCEPT)
    if value in (None, "") or not (name in _USED or is_set(value)):
        return Mark(name, Understood.EMPTY)
    if name in _OPEN:
        is_usual = str(value).lower() == _OPEN[name]
        how = Understood.WITHOUT_EFFECT if is_usual else Understood.NOT_JUDGED
        why = "its usual value changes nothing" if is_usual else ""
        return Mark(name, how, why, "exchange-rules#6.1")
    if _is_judged(name):
        return Mark(name, Understood.USED)
    if plain in _JUDGED:
        return Mark(name, Understood.NOT_JUDGED, _why(plain))
    is_known = name.lower() in _CANONICAL
    if is_known:
        return Mark(name, Understood.WITHOUT_EFFECT, _TELLS, "exports#2.1")
    return Mark(name, Understood.NOT_UNDERSTOOD, "", "exports#2.1")


def _why(name: str) -> str:
    row = PREDICATES.get(name) or ACTIONS.get(name)
    return row.remark if row else ""
