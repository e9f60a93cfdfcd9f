"""Lints of the label texts that rules look for.

msip-labels#2: the field `msip_labels` holds `MSIP_Label_<guid>_Enabled=true;...`, with
the GUID of the label that was applied. A word is found as a whole or not at all.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.values import Patterns, Words
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_rule
from harness.check.lints.rules import LABELS_FIELD
from harness.check.relays import relay_rules
from harness.policy.noun import Labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.rule import Condition, Rule
    from harness.exports.labels import ExportedLabel

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PLURAL = re.compile(r"MSIP_Labels_", re.IGNORECASE)
_ENTRY = re.compile(r"MSIP_Labels?_", re.IGNORECASE)
# What stands for a GUID that nobody filled in: `Guid`, `<guid>`, `{LabelGuid}`.
_BLANK_GUID = re.compile(r"MSIP_Labels?_[<{\[]?(?:label)?guid[>}\]]?_", re.IGNORECASE)
_RIGHT = "MSIP_Label_<guid>_Enabled=True"


def label_texts(rule: Rule) -> Iterator[tuple[Condition, str]]:
    """Give the texts by which a rule looks for labels, with their conditions."""
    for test in (*rule.conditions, *rule.exceptions):
        if not test.header or not isinstance(test.value, (Words, Patterns)):
            continue
        for text in test.value.operands:
            if test.header.lower() == LABELS_FIELD or _ENTRY.search(text):
                yield test, text


def is_plural(text: str) -> bool:
    """Say whether a text has the guide's literal, which no mail has."""
    return _PLURAL.search(text) is not None


def _texts(ground: Ground) -> Iterator[tuple[Rule, Condition, str]]:
    for rule in ground.rules:
        for test, text in label_texts(rule):
            yield rule, test, text


def _plural(ground: Ground) -> Iterator[Spot]:
    for rule, _, text in _texts(ground):
        if is_plural(text):
            right = _PLURAL.sub("MSIP_Label_", text)
            yield at_rule(
                rule,
                f"`{text}`: the entries of {LABELS_FIELD} begin with MSIP_Label_",
                right=f"look for `{right}`",
            )


def _semicolon(ground: Ground) -> Iterator[Spot]:
    for rule, test, text in _texts(ground):
        if text.rstrip().endswith(";") and isinstance(test.value, Words):
            right = text.rstrip("; ")
            yield at_rule(
                rule,
                f"`{text}` ends with a semicolon, which Outlook on the web and on "
                "iOS write another letter behind",
                right=f"look for `{right}`",
            )


def _blank_guid(ground: Ground) -> Iterator[Spot]:
    for rule, _, text in _texts(ground):
        if _BLANK_GUID.search(text):
            yield at_rule(rule, f"`{text}` has no GUID: nobody filled it in")


def _name(ground: Ground) -> Iterator[Spot]:
    for rule, _, text in _texts(ground):
        if not _GUID.search(text) and not _BLANK_GUID.search(text):
            yield at_rule(
                rule,
                f"`{text}` is no GUID: a name can be that of another label, of "
                "another organisation, and be changed",
            )


def _shared_name(ground: Ground) -> Iterator[Spot]:
    bearers = Counter(label.display_name.lower() for label in ground.labels or ())
    for rule, _, text in _texts(ground):
        name = text.rpartition("=")[2].strip("; ").lower()
        if bearers[name] > 1:
            yield at_rule(rule, f"{bearers[name]} labels are called `{name}`")


def _guid_alone(ground: Ground) -> Iterator[Spot]:
    for rule, test, text in _texts(ground):
        if isinstance(test.value, Words) and _GUID.search(text):
            bare = _GUID.sub("", text)
            if not _ENTRY.match(bare) or "=" not in bare:
                yield at_rule(
                    rule,
                    f"`{text}` is part of an entry: whether an underscore ends a word "
                    "is not documented",
                )


def _unknown(ground: Ground) -> Iterator[Spot]:
    if ground.labels is None:
        return
    known = {label.guid for label in ground.labels}
    for rule, _, text in _texts(ground):
        for guid in guids_of(text):
            if guid not in known:
                yield at_rule(rule, f"no label has the GUID {guid}")
    for name, place, guid in _of_policy(ground):
        if guid not in known:
            why = f'the policy row "{name}" names {guid}, and no label has it'
            yield Spot(why, place=place)


def _parent(ground: Ground) -> Iterator[Spot]:
    parents = {label.parent for label in ground.labels or ()}
    parents |= {label.guid for label in ground.labels or () if label.is_parent}
    for rule, _, text in _texts(ground):
        for guid in guids_of(text):
            if guid in parents:
                yield at_rule(rule, f"{_called(guid, ground)} only groups other labels")
    for name, place, guid in _of_policy(ground):
        if guid in parents:
            why = f'the policy row "{name}" names {_called(guid, ground)}, a group'
            yield Spot(why, place=place)


def _not_for_mail(ground: Ground) -> Iterator[Spot]:
    labels = {label.guid: label for label in ground.labels or ()}
    for rule, _, text in _texts(ground):
        for guid in guids_of(text):
            label = labels.get(guid)
            if label and (label.is_disabled or not label.is_for_mail):
                why = "is off" if label.is_disabled else "is not for mail"
                yield at_rule(rule, f"{_called(guid, ground)} {why}")


def _field(ground: Ground) -> Iterator[Spot]:
    for rule, test, text in _texts(ground):
        if test.header.lower() != LABELS_FIELD:
            yield at_rule(
                rule, f"it looks for `{text}` in `{test.header}`, not in {LABELS_FIELD}"
            )


def _on_premises(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if any(True for _ in label_texts(rule)):
            yield at_rule(
                rule,
                "it looks for a label, and only mailboxes of Exchange Online write one",
            )


def guids_of(text: str) -> Iterator[str]:
    """Give the GUIDs in a text, folded."""
    yield from (guid.lower() for guid in _GUID.findall(text))


def _called(guid: str, ground: Ground) -> str:
    found: ExportedLabel | None = next(
        (label for label in ground.labels or () if label.guid == guid), None
    )
    return f'label "{found.display_name}" ({guid})' if found else f"label {guid}"


def _of_policy(ground: Ground) -> Iterator[tuple[str, str, str]]:
    for row in ground.policy.rows if ground.policy else ():
        if isinstance(row.trigger, Labelled):
            for guid in row.trigger.guids:
                yield row.name, row.place, guid


LABELS = (
    LintRow(
        "LABEL-PLURAL",
        Severity.WARNING,
        "A label text that says Labels where mail says Label.",
        f"look for `{_RIGHT}`",
        "msip-labels#2.1",
        _plural,
    ),
    LintRow(
        "LABEL-SEMICOLON",
        Severity.WARNING,
        "A label text with a closing semicolon.",
        f"look for `{_RIGHT}`, without a semicolon",
        "msip-labels#2.2",
        _semicolon,
    ),
    LintRow(
        "LABEL-NO-GUID",
        Severity.WARNING,
        "A label text in which the GUID was never filled in.",
        "take the GUID that Get-Label shows",
        "zivver#F09",
        _blank_guid,
    ),
    LintRow(
        "LABEL-NAME",
        Severity.WARNING,
        "A label that is looked for by a name.",
        f"look for `{_RIGHT}`",
        "msip-labels#2.2",
        _name,
    ),
    LintRow(
        "LABEL-SHARED-NAME",
        Severity.WARNING,
        "A name that several labels bear.",
        f"look for `{_RIGHT}`, with the GUID of the one that is meant",
        "msip-labels#3",
        _shared_name,
    ),
    LintRow(
        "LABEL-PART",
        Severity.HINT,
        "A label that is looked for by a part of its entry.",
        f"look for the whole entry, `{_RIGHT}`",
        "msip-labels#2.2",
        _guid_alone,
    ),
    LintRow(
        "LABEL-UNKNOWN",
        Severity.WARNING,
        "A GUID that no label has.",
        "take the GUID that Get-Label shows",
        "zivver#F09",
        _unknown,
    ),
    LintRow(
        "LABEL-PARENT",
        Severity.WARNING,
        "A label that only groups others.",
        "name each of the labels below it: mail bears the GUID of the one applied",
        "msip-labels#1.7",
        _parent,
    ),
    LintRow(
        "LABEL-NOT-FOR-MAIL",
        Severity.WARNING,
        "A label that no mail can bear.",
        "let the label be for Email, or name another one",
        "msip-labels#3",
        _not_for_mail,
    ),
    LintRow(
        "LABEL-FIELD",
        Severity.WARNING,
        "A label text that is looked for in another field.",
        f"look in the field {LABELS_FIELD}",
        "msip-labels#1.7",
        _field,
    ),
    LintRow(
        "LABEL-ON-PREMISES",
        Severity.WARNING,
        "A rule of a server that looks for a label.",
        "make the rule in Exchange Online, where labels are written",
        "msip-labels#1.8",
        _on_premises,
        frozenset({Platform.SERVER}),
    ),
)
