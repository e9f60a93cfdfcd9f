"""Actions that make another mail: the incident report and the notification."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Action, ActionRow, Context
from fakes.exchange.rules.children import incident_report, notification
from fakes.exchange.rules.effects import copy_for_somebody, targets_of
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.taking import recipients
from fakes.mail.item import Carries, ItemKind

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.fork import Fork

_MOST_NOTIFICATION = 5120
# What an incident report can hold of a mail. IdMatch brings 150 characters to either
# side of what was found: that is content.
_CONTENTS = {
    "sender": Carries.NOTHING,
    "recipients": Carries.NOTHING,
    "subject": Carries.SUBJECT,
    "cc": Carries.NOTHING,
    "bcc": Carries.NOTHING,
    "severity": Carries.NOTHING,
    "override": Carries.NOTHING,
    "ruledetections": Carries.NOTHING,
    "falsepositive": Carries.NOTHING,
    "dataclassifications": Carries.NOTHING,
    "idmatch": Carries.WHOLE,
    "attachoriginalmail": Carries.WHOLE,
}
_ORIGINAL = {
    "includeoriginalmail": Carries.WHOLE,
    "donotincludeoriginalmail": Carries.NOTHING,
}
_WEIGHT = (Carries.NOTHING, Carries.SUBJECT, Carries.WHOLE)
_REPORTS = frozenset({ItemKind.REPORT, ItemKind.NOTIFICATION})


def build_report(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take in who gets the report, and what it carries.

    Raises:
        ValueProblem: Exchange knows no such content.

    """
    whom, contents, original = values
    found = [Carries.NOTHING]
    for known, given, name in (
        (_CONTENTS, contents, row.parameters[1]),
        (_ORIGINAL, original, row.parameters[2]),
    ):
        for word in (w.strip() for text in given for w in text.split(",")):
            if word.lower() not in known:
                message = f"{name}: `{word}` is nothing that a report can hold"
                raise ValueProblem(message)
            found.append(known[word.lower()])
    # Without an addressee there is no report.
    carries = max(found, key=_WEIGHT.index) if whom else Carries.NOTHING
    return Action(row, values, recipients(whom, directory), carries)


def report(fork: Fork, action: Action, context: Context) -> Fork:
    """Send an incident report; none is made of a report or a notification."""
    # exchange-rules#7.1
    if fork.item.kind in _REPORTS:
        return fork
    made = tuple(
        incident_report(fork, target, action.carries, context)
        for target in targets_of(action.targets)
    )
    done = replace(fork, children=fork.children + made)
    unresolved = action.targets.unresolved if action.targets else ()
    if unresolved and action.carries is Carries.WHOLE:
        # Somebody whom no export shows gets the whole mail, and could be anybody.
        whom = ", ".join(unresolved)
        why = f"a report with the whole mail; no exported recipient is called `{whom}`"
        done = copy_for_somebody(done, action.name, whom, why)
    return done


def build_notification(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take the text of a notification in.

    Raises:
        ValueProblem: it is too long.

    """
    del directory
    text = values[0][0]
    if len(text) > _MOST_NOTIFICATION:
        message = f"a text of {len(text)} characters, at most {_MOST_NOTIFICATION}"
        raise ValueProblem(message)
    return Action(row, values, carries=Carries.SUBJECT)


def notify(fork: Fork, action: Action, context: Context) -> Fork:
    """Tell each matched recipient by a mail of its own."""
    if fork.item.kind in _REPORTS:
        return fork
    text = action.values[0][0]
    made = tuple(
        notification(fork, leg.address, text, context)
        for leg in fork.legs
        if leg.original is not None
    )
    return replace(fork, children=fork.children + made)
