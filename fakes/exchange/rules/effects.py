"""What each action does to a fork, and how its values are taken in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Platform
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Action, ActionRow, Context
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.taking import recipients
from fakes.mail.address import Address
from fakes.mail.content import parse, prepend_subject, remove_fields, set_field
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory

# Stands for a recipient that a rule names and that no exported object is.
_SOMEBODY = Address("somebody", "not-exported.invalid")
LOOP_HEADER = "X-MS-Exchange-Transport-Rules-Loop"
_DEFAULT_STATUS = "5.7.1"
_DEFAULT_TEXT = "Delivery not authorized, message refused"
NOTHING, SOMETHING = "nothing", "something"


def plain(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take the values in; each parameter must have one.

    Raises:
        ValueProblem: a parameter of the pair is missing.

    """
    del directory
    for name, value in zip(row.parameters, values, strict=True):
        if not value:
            message = f"`{name}` is missing beside `{row.parameters[0]}`"
            raise ValueProblem(message)
    return Action(row, values)


def optional(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take the values in, whatever they are."""
    del directory
    return Action(row, values)


def to_recipients(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Resolve the recipients that the action names."""
    return Action(row, values, recipients(values[0], directory))


def set_header(fork: Fork, action: Action, context: Context) -> Fork:
    """Write a header field; the last writer wins (exchange-rules#v59)."""
    del context
    name, value = action.values[0][0], action.values[1][0]
    content = set_field(fork.item.content, name, value)
    return replace(fork, item=replace(fork.item, content=content))


def remove_header(fork: Fork, action: Action, context: Context) -> Fork:
    """Drop a header field, all of its instances or the first (R-36)."""
    name = action.values[0][0]
    is_repeated = len(parse(fork.item.content).named(name)) > 1
    only_first = False
    if is_repeated:
        answer = ask(context.organization.readings, context.choices, "remove_header")
        only_first = answer == "first"
    content = remove_fields(fork.item.content, name, only_first=only_first)
    return replace(fork, item=replace(fork.item, content=content))


def prepend(fork: Fork, action: Action, context: Context) -> Fork:
    """Put a text in front of the subject as typed."""
    del context
    content = prepend_subject(fork.item.content, action.values[0][0])
    return replace(fork, item=replace(fork.item, content=content))


def route(fork: Fork, action: Action, context: Context) -> Fork:
    """Name the connector; two rules that name two are an open question (R-51)."""
    name = action.values[0][0]
    if fork.connector is not None and fork.connector.lower() != name.lower():
        answer = ask(context.organization.readings, context.choices, "two_connectors")
        if answer == "first":
            return fork
    return replace(fork, connector=name)


def require_tls(fork: Fork, action: Action, context: Context) -> Fork:
    """Let the mail leave under TLS only."""
    del action, context
    return replace(fork, requires_tls=True)


def redirect(fork: Fork, action: Action, context: Context) -> Fork:
    """Send to the targets instead; the recipients so far get nothing (R-33)."""
    looped = _check_loop(fork, action, context)
    if looped.ending:
        return looped
    targets = _targets(action)
    legs = tuple(
        Leg(leg.original, target, (*leg.ways, Way.REDIRECT), leg.earlier)
        for leg in looped.legs
        for target in targets
    )
    stops = False
    if context.has_later_effects:
        readings = context.organization.readings
        stops = ask(readings, context.choices, "redirect_ends_rules") == "yes"
    return replace(looped, legs=legs, is_redirected=True, is_stopped=stops)


def add_copy(fork: Fork, action: Action, context: Context) -> Fork:
    """Add recipients, unless they get it already."""
    if fork.ending:
        # exchange-rules#R-35: a copy of what an earlier rule has rejected.
        why = "what becomes of a copy of a rejected mail is not documented"
        fact = Fact(action.name, action.operand, why=why)
        ending = Ending(EndKind.UNKNOWN, why, fact=fact)
        targets = tuple((target, ending) for target in _targets(action))
        return replace(fork, reports=fork.reports + targets)
    looped = _check_loop(fork, action, context)
    if looped.ending:
        return looped
    known = {leg.address for leg in looped.legs}
    added = tuple(
        Leg(None, target, (Way.COPY,))
        for target in _targets(action)
        if target not in known
    )
    return replace(looped, legs=looped.legs + added)


def _check_loop(fork: Fork, action: Action, context: Context) -> Fork:
    """Stamp the loop header, or stop a mail that bears it (exchange-rules#7.4)."""
    if action.targets is None or action.targets.unresolved:
        names = ", ".join(action.targets.unresolved) if action.targets else ""
        why = f"no exported recipient is called `{names}`"
        return unknown_end(fork, Fact(action.name, names, why=why))
    # The limit counts the passes that a mail took, not the rules of one pass.
    if fork.is_stamped:
        return fork
    if not parse(fork.item.content).named(LOOP_HEADER):
        content = set_field(fork.item.content, LOOP_HEADER, "1")
        item = replace(fork.item, content=content)
        return replace(fork, item=item, is_stamped=True)
    if context.organization.platform is Platform.SERVER:
        fact = Fact(action.name, "loop", why="the limit of servers is not documented")
        if context.choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING:
            return fork
        return unknown_end(fork, fact)
    # exchange-rules#v83, exchange-routing#E13: Exchange Online's limit is one.
    text = "TRANSPORT.RULES.RejectMessage; Transport rules loop count exceeded"
    ending = Ending(
        EndKind.REJECTED,
        "a rule redirects or copies a mail that a rule has redirected before",
        reply(550, "5.7.128", text),
    )
    return replace(fork, ending=ending, is_stopped=True)


def reject(fork: Fork, action: Action, context: Context) -> Fork:
    """Refuse the mail with a report to its sender (exchange-rules#v73)."""
    texts, statuses = action.values
    # exchange-rules#v73, exchange-rules#v74: each has its default.
    status = statuses[0] if statuses else _DEFAULT_STATUS
    text = texts[0] if texts else _DEFAULT_TEXT
    clean = "".join(c if " " <= c <= "~" else "?" for c in text)
    ending = Ending(
        EndKind.REJECTED, f"rule `{context.rule}` rejects it", reply(550, status, clean)
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


def report(fork: Fork, action: Action, context: Context) -> Fork:
    """A report goes to somebody; what it carries is not judged."""
    fact = Fact(action.name, action.operand, why=f"rule `{context.rule}` makes a mail")
    ending = Ending(EndKind.UNKNOWN, "what the report carries is not judged", fact=fact)
    targets = _targets(action)
    if action.targets is None or action.targets.unresolved:
        # Somebody whom no export shows gets it too, and could be anybody.
        targets = (*targets, _SOMEBODY)
    return replace(
        fork, reports=fork.reports + tuple((target, ending) for target in targets)
    )


def nothing(fork: Fork, action: Action, context: Context) -> Fork:
    """Change nothing about delivery."""
    del action, context
    return fork


def unknown(fork: Fork, action: Action, context: Context) -> Fork:
    """An action that we do not judge may do nothing, or anything."""
    why = action.row.remark or "not judged"
    fact = Fact(action.name, action.operand, context.rule, why=why)
    if context.choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING:
        return fork
    return unknown_end(fork, fact)


def unknown_end(fork: Fork, fact: Fact) -> Fork:
    """End the way of a fork in something that cannot be told."""
    ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
    return replace(fork, ending=ending, is_stopped=True)


def _targets(action: Action) -> tuple[Address, ...]:
    addresses = action.targets.addresses if action.targets else ()
    return tuple(sorted(addresses, key=str))
