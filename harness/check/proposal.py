"""A policy to begin with: the intent that the rules of a tenant seem to have.

It compares the tenant with itself, hence `reviewed = false`: a person reads it, mends
it and sets that to true.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.check.blame import takes_mail
from harness.check.relays import is_relay
from harness.check.seeming import Seeming, seeming
from harness.hybrid import side_of
from harness.policy.noun import Audience, Kind, PolicyError, Relayed
from harness.policy.parse import parse_policy
from harness.scenario.toml_text import text_of, write_toml
from harness.world import turned

if TYPE_CHECKING:
    from fakes.exchange.rules.rule import Rule
    from harness.world import World

_WIDTH = 98
_ROW = "[[must_be_secure]]\n"
_ADDS_TEXT = "ApplyHtmlDisclaimerText"
_MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class ReadRule:
    """A rule that takes mail another way: whether its intent was taken, and why not."""

    called: str
    is_taken: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of a policy, and which rules it was drawn from."""

    text: str
    rules: tuple[ReadRule, ...]


def propose(world: World, tenant: str) -> Proposal:
    """Propose the policy that the rules of a tenant seem to follow.

    The text can be read as a policy; what a policy cannot say stands in its comments.
    """
    sides = (world, turned(world)) if world.other else (world,)
    rows: list[str] = []
    read: list[ReadRule] = []
    taken: list[Seeming] = []
    names: set[str] = set()
    for side in sides:
        for rule in sorted(side.organization.rules or (), key=lambda r: r.priority):
            called = _called(rule, side_of(side))
            if not is_relay(rule, side):
                if takes_mail(rule):
                    why = "it leads elsewhere than to Zivver"
                    read.append(ReadRule(called, is_taken=False, why=why))
                continue
            found = seeming(rule)
            made, problems = _rows(rule, found, names)
            why = found.why_not or "; ".join(problems)
            is_taken = bool(made or found.others) and not found.why_not
            if is_taken:
                taken.append(found)
                rows.append(_comment(_says(called, rule, found)) + "".join(made))
            read.append(
                ReadRule(called, is_taken=is_taken, why="" if is_taken else why)
            )
    parts = [
        _head(tenant),
        _above(world, taken),
        *rows,
        _ends(taken),
        _not_taken(read),
        _more(world),
    ]
    return Proposal("\n".join(part for part in parts if part), tuple(read))


def _called(rule: Rule, side: str) -> str:
    where = f"{side}: " if side else ""
    place = f" ({_line(rule.place)})" if rule.place else ""
    return f'{where}rule {rule.priority} "{_line(rule.name)}"{place}'


def _rows(rule: Rule, found: Seeming, names: set[str]) -> tuple[list[str], list[str]]:
    """Make a row of each sign of a rule, those that our own reader takes."""
    if found.why_not:
        return [], []
    signs = {"subject": found.subject, "label": found.label}
    senders = [*found.senders, *found.sender]
    if not any(signs.values()):
        signs, senders = {"sender": found.sender}, found.senders
    made: list[str] = []
    problems: list[str] = []
    given = {key: values for key, values in signs.items() if values}
    for key, values in given.items():
        said, problem = _readable(key, values)
        problems += problem
        if not said:
            continue
        row: dict[str, object] = {
            "name": _name(rule, key if len(given) > 1 else "", names),
            key: said,
        }
        narrowed, problem = _readable("from", senders)
        problems += problem
        if narrowed:
            row["from"] = narrowed
        row["to"] = (found.to or Audience.OUTSIDE).value
        made.append(_ROW + write_toml(row))
    found.gaps.extend(problems)
    return made, problems


def _readable(key: str, values: list[str]) -> tuple[list[str], list[str]]:
    """Keep the values that our own reader takes, and say what it says of the others."""
    kept: list[str] = []
    problems: list[str] = []
    for value in dict.fromkeys(values):
        sign = 'subject = "x"\n' if key == "from" else ""
        try:
            parse_policy(f"{_ROW}{sign}{write_toml({key: [value]})}", file="")
        except PolicyError as problem:
            problems.append(str(problem).partition(": ")[2])
        else:
            kept.append(value)
    return kept, problems


def _name(rule: Rule, key: str, names: set[str]) -> str:
    """Call a row after its rule; no two rows have one name."""
    base = _line(rule.name)[:_MOST_NAME].strip() or "rule"
    base = f"{base}, {key}" if key else base
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base} ({number})"
    names.add(name)
    return name


def _line(text: str) -> str:
    """Give a text on one line that a comment and a name can hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _comment(text: str) -> str:
    wrapped = textwrap.wrap(_line(text), _WIDTH) or [""]
    return "".join(f"# {line}\n" for line in wrapped)


def _says(called: str, rule: Rule, found: Seeming) -> str:
    """Say in words what a rule takes, and what of that a policy cannot say."""
    signs = [
        f"the subject has {_or(f'{chr(34)}{word}{chr(34)}' for word in found.subject)}"
        if found.subject
        else "",
        f"it has the label {_or(found.label)}" if found.label else "",
        f"it is from {_or((*found.sender, *found.senders))}"
        if found.sender or found.senders
        else "",
        f"it is marked {_or(found.others)}" if found.others else "",
    ]
    both = [sign for sign in signs if sign]
    text = f"{called} takes mail to Zivver when {' and '.join(both)}"
    text += f", for recipients {found.to}." if found.to else "."
    if found.to is None and found.has_sign:
        text += (
            " It has no direction, and takes mail to colleagues too: if that is meant,"
        )
        text += ' write to = "anyone".'
    if found.subject and found.label:
        text += (
            " It asks for both at once, and each row for one: mend what is not meant."
        )
    if not rule.is_enabled:
        text += " It is off."
    for gap in dict.fromkeys(found.gaps):
        text += f" Not said here: {gap}."
    return text


def _or(words: Iterator[str] | list[str] | tuple[str, ...] | set[Relayed]) -> str:
    return " or ".join(words)


def _head(tenant: str) -> str:
    return (
        _comment(
            f"What the rules of {tenant} seem to intend, drawn from the rules "
            "themselves. Read every row: is it what your organisation means? Correct "
            "it, and then set reviewed to true. Until then the answer of a check is "
            "never YES, because such a policy compares the tenant with itself. Every "
            "key: docs/policy.md."
        )
        + "reviewed = false\n"
    )


def _above(world: World, taken: list[Seeming]) -> str:
    """Write what stands above the tables: other traffic, copies."""
    text = ""
    others = sorted({kind.value for found in taken for kind in found.others})
    if others:
        text += _comment("A rule takes this mail, which goes to Zivver by itself.")
        text += write_toml({"may_be_secure": others})
    copies, _ = _copies(sorted(_archives(world)))
    if copies:
        text += _comment("Rules or journals send copies there.")
        text += write_toml({"expected_copies": copies})
    return text


def _archives(world: World) -> set[str]:
    found: set[str] = set()
    for side in world.organizations:
        found.update(str(one.to) for one in side.journal_rules or () if one.is_enabled)
        for rule in side.rules or ():
            for action in rule.actions:
                if action.name == "BlindCopyTo" and action.targets and rule.is_enabled:
                    found.update(map(str, action.targets.addresses))
    return found


def _copies(addresses: list[str]) -> tuple[list[str], list[str]]:
    return _readable("sender", addresses)


def _ends(taken: list[Seeming]) -> str:
    """Write the exceptions: those of all rules taken, and Zivver's own mail."""
    every = [found.kinds for found in taken]
    common = set.intersection(*every) if every else set()
    some = sorted(set().union(*every) - common - {Kind.ZIVVER})
    text = _comment("What Zivver itself sends must not go there again.")
    if some:
        text += _comment(
            f"Some of the rules leave {_or([kind.value for kind in some])} alone, and "
            "others do not: add what is meant."
        )
    kinds = sorted({kind.value for kind in common | {Kind.ZIVVER}})
    text += "[except]\n" + write_toml({"kinds": kinds})
    text += "\n" + _comment(
        "A colleague beside somebody outside may get it either way."
    )
    return text + "[mixed]\n" + write_toml({"inside": "either"})


def _not_taken(read: list[ReadRule]) -> str:
    lines = [f"{one.called}: {one.why}." for one in read if not one.is_taken]
    if not lines:
        return ""
    return _comment("Not taken:") + "".join(map(_comment, lines))


def _more(world: World) -> str:
    """Name what the rules cannot tell and a policy can say."""
    rules = [rule for side in world.organizations for rule in side.rules or ()]
    adding = [
        rule.name
        for rule in rules
        if rule.is_enabled and any(a.name == _ADDS_TEXT for a in rule.actions)
    ]
    text = _comment(
        "No rule can tell: whether attached files count (label_on), whether Zivver is "
        "to look for what must not leave (zivver_dlp_expected), what you accept "
        "([[accepted]])."
    )
    if adding:
        names = ", ".join(text_of(_line(name)) for name in dict.fromkeys(adding))
        text += _comment(
            f"If a mail must have it when Zivver gets it: after = [{names}]"
        )
    return text
