"""Actions that end the way of a mail: refused, dropped, held back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from fakes.choices import Fact
from fakes.exchange.letters import approval_request
from fakes.exchange.organization import Moderators, Platform
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Action, ActionRow, Context
from fakes.exchange.rules.effects import (
    NOTHING,
    SOMETHING,
    copy_for_somebody,
    targets_of,
    unknown,
)
from fakes.exchange.rules.fork import Ending, EndKind, Fork
from fakes.exchange.rules.manager import manager_of
from fakes.exchange.rules.predicate import ValueProblem
from fakes.mail.content import parse
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.values import Recipients

_DEFAULT_STATUS = "5.7.1"
_DEFAULT_TEXT = "Delivery not authorized, message refused"
_MODERATION_LOOP = "X-MS-Exchange-Moderation-Loop"
_REJECT_CODES = range(400, 600)
# exchange-rules#5.2: how long a moderator has.
_DAYS = {Platform.ONLINE: 2, Platform.SERVER: 5}


def reject(fork: Fork, action: Action, context: Context) -> Fork:
    """Refuse the mail with a report to its sender (exchange-rules#v73)."""
    texts, statuses = action.values
    # exchange-rules#v73, exchange-rules#v74: each has its default.
    status = statuses[0] if statuses else _DEFAULT_STATUS
    return rejected(fork, context, status, texts[0] if texts else _DEFAULT_TEXT)


def rejected(fork: Fork, context: Context, status: str, text: str) -> Fork:
    """End a fork with a report to the sender."""
    ending = Ending(
        EndKind.REJECTED,
        f"rule `{context.rule}` rejects it",
        reply(550, status, _ascii(text)),
    )
    stops = True
    if context.has_later_copies:
        readings = context.organization.readings
        stops = ask(readings, context.choices, "reject_ends_rules") == "yes"
    return replace(fork, ending=ending, is_stopped=stops)


def build_reject(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take reason and status in.

    Raises:
        ValueProblem: Exchange takes no such status (exchange-rules#v75).

    """
    del directory
    for status in values[1]:
        if status != _DEFAULT_STATUS and not _is_custom_status(status):
            # exchange-rules#v75
            message = f"status `{status}`, expected 5.7.1 or 5.7.900 to 5.7.999"
            raise ValueProblem(message)
    return Action(row, values)


def _is_custom_status(status: str) -> bool:
    head, _, last = status.rpartition(".")
    return head == "5.7" and last.isdecimal() and 900 <= int(last) <= 999


def build_smtp_reject(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take text and code in.

    Raises:
        ValueProblem: the code is no code of a refusal.

    """
    del directory
    for code in values[1]:
        if not code.isdecimal() or int(code) not in _REJECT_CODES:
            message = f"code `{code}`, expected 400 to 599"
            raise ValueProblem(message)
    return Action(row, values)


def smtp_reject(fork: Fork, action: Action, context: Context) -> Fork:
    """Refuse the mail while it is handed over, as the Edge role does."""
    texts, codes = action.values
    code = int(codes[0]) if codes else 550
    said = reply(
        code, f"{code // 100}.7.1", _ascii(texts[0] if texts else _DEFAULT_TEXT)
    )
    # Whoever was told 4xx tries again.
    kind = EndKind.REJECTED if code // 100 == 5 else EndKind.WAITING
    ending = Ending(kind, f"rule `{context.rule}` refuses it: {said}", said)
    return replace(fork, ending=ending, is_stopped=True)


def disconnect(fork: Fork, action: Action, context: Context) -> Fork:
    """Drop the connection without a report, as the Edge role does."""
    del action
    why = f"rule `{context.rule}` drops the connection; no report is made"
    return replace(fork, ending=Ending(EndKind.DELETED, why), is_stopped=True)


def notify_sender(fork: Fork, action: Action, context: Context) -> Fork:
    """Tell the sender in his client; all but the mere tip can hold the mail back."""
    # exchange-rules#5: NotifyOnly shows a Policy Tip and delivers.
    if action.operand.lower() == "notifyonly":
        return fork
    return unknown(fork, action, context)


def delete(fork: Fork, action: Action, context: Context) -> Fork:
    """Drop the mail without a word."""
    del action
    # exchange-rules#v60: dropped without a word, and no later rule.
    why = f"rule `{context.rule}` deletes it; nobody is told"
    return replace(fork, ending=Ending(EndKind.DELETED, why), is_stopped=True)


def quarantine(fork: Fork, action: Action, context: Context) -> Fork:
    """Hold the mail back for good."""
    del action
    # exchange-rules#v61: no later rule, not even after release.
    why = f"rule `{context.rule}` puts it in quarantine"
    return replace(fork, ending=Ending(EndKind.QUARANTINED, why), is_stopped=True)


def moderate(fork: Fork, action: Action, context: Context) -> Fork:
    """Lay the mail before any one of the moderators."""
    return _held(fork, action, action.targets, context)


def moderate_by_manager(fork: Fork, action: Action, context: Context) -> Fork:
    """Lay the mail before the sender's manager; without one it goes on."""
    found = manager_of(fork.item, context.organization)
    if found.why_unknown:
        fact = Fact(action.name, "", found.about, why=found.why_unknown)
        if context.choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING:
            return fork
        return _held(fork, action, None, context)
    # exchange-rules#v64
    if found.recipients is None:
        return fork
    return _held(fork, action, found.recipients, context)


def _held(
    fork: Fork, action: Action, found: Recipients | None, context: Context
) -> Fork:
    """Hold a fork until a moderator answers, if he does.

    exchange-rules#5.2: approved, it goes on with the rule after this one (v63);
    refused or left lying, the sender is told.
    """
    if fork.ending:
        return fork
    if parse(fork.item.content).named(_MODERATION_LOOP):
        # exchange-rules#5.2: dropped in silence when moderated again.
        why = f"rule `{context.rule}` moderates a mail that was moderated before"
        return replace(fork, ending=Ending(EndKind.DELETED, why), is_stopped=True)
    moderators = targets_of(found)
    names = ", ".join(map(str, moderators)) or "somebody who was not exported"
    days = _DAYS[context.organization.platform]
    why = (
        f"rule `{context.rule}` lays it before {names}: approved, it goes on with the"
        f" rule after that one; refused, or after {days} days, the sender is told"
    )
    request = tuple(
        approval_request(fork.item, moderator, context.rule, context.organization)
        for moderator in moderators
    )
    held = _answered(replace(fork, children=fork.children + request), why, context)
    if found is None or found.unresolved:
        whom = ", ".join(found.unresolved) if found else ""
        missing = f"no exported recipient is called `{whom}`"
        held = copy_for_somebody(held, action.name, whom, missing)
    return held


def _answered(fork: Fork, why: str, context: Context) -> Fork:
    """Do what the moderators do."""
    match context.organization.moderators:
        case Moderators.WAIT:
            ending = Ending(EndKind.MODERATED, why, is_told=True)
            return replace(fork, ending=ending, is_stopped=True)
        case Moderators.REFUSE:
            why = f"rule `{context.rule}` laid it before moderators, who refused it"
            ending = Ending(EndKind.REJECTED, why, is_told=True)
            return replace(fork, ending=ending, is_stopped=True)
        case Moderators.APPROVE:
            if fork.connector is None:
                return fork
            readings = context.organization.readings
            answer = ask(readings, context.choices, "route_after_approval")
            return replace(fork, connector=fork.connector if answer == "kept" else None)
        case _:
            assert_never(context.organization.moderators)


def _ascii(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text)
