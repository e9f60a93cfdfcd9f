"""Actions that add recipients or put others in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Platform
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Action, ActionRow, Context
from fakes.exchange.rules.effects import (
    LOOP_HEADER,
    NOTHING,
    SOMETHING,
    copy_for_somebody,
    looped,
    one_of,
    targets_of,
    unknown_end,
)
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.exchange.rules.manager import manager_of
from fakes.mail.address import parse_address_list
from fakes.mail.content import append_addresses, parse, set_field

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.values import Recipients

_HIDDEN = ""
_TYPES = ("To", "Cc", "Bcc", "Redirect")


def redirect(fork: Fork, action: Action, context: Context) -> Fork:
    """Send to the targets instead; the recipients so far get nothing (R-33)."""
    return _redirected(fork, action, action.targets, context)


def add_hidden(fork: Fork, action: Action, context: Context) -> Fork:
    """Add recipients that nobody sees, unless they get it already."""
    return _added(fork, action, action.targets, context, _HIDDEN)


def add_to(fork: Fork, action: Action, context: Context) -> Fork:
    """Add recipients to To as well, where everybody sees them."""
    return _added(fork, action, action.targets, context, "To")


def add_cc(fork: Fork, action: Action, context: Context) -> Fork:
    """Add recipients to Cc as well, where everybody sees them."""
    return _added(fork, action, action.targets, context, "Cc")


def build_manager(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take in what the manager becomes.

    Raises:
        ValueProblem: Exchange knows no such type.

    """
    del directory
    return Action(row, ((one_of(row.name, values[0][0], _TYPES),),))


def add_manager(fork: Fork, action: Action, context: Context) -> Fork:
    """Add the sender's manager or send to him alone; without one nothing happens."""
    kind = action.operand
    found = manager_of(fork.item, context.organization)
    if found.why_unknown:
        fact = Fact(action.name, kind, found.about, why=found.why_unknown)
        if context.choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING:
            return fork
        if kind == "Redirect":
            return unknown_end(fork, fact)
        return copy_for_somebody(fork, action.name, kind, found.why_unknown)
    if found.recipients is None:
        return fork
    if kind == "Redirect":
        return _redirected(fork, action, found.recipients, context)
    field = _HIDDEN if kind == "Bcc" else kind
    return _added(fork, action, found.recipients, context, field)


def _redirected(
    fork: Fork, action: Action, found: Recipients | None, context: Context
) -> Fork:
    checked = _check_loop(fork, action, found, context)
    if checked.ending:
        return checked
    targets = targets_of(found)
    legs = tuple(
        Leg(leg.original, target, (*leg.ways, Way.REDIRECT), leg.earlier)
        for leg in checked.legs
        for target in targets
    )
    stops = False
    if context.has_later_effects:
        readings = context.organization.readings
        stops = ask(readings, context.choices, "redirect_ends_rules") == "yes"
    return replace(checked, legs=legs, is_redirected=True, is_stopped=stops)


def _added(
    fork: Fork,
    action: Action,
    found: Recipients | None,
    context: Context,
    field: str,
) -> Fork:
    if fork.ending:
        # exchange-rules#R-35: a copy of what an earlier rule has rejected.
        why = "what becomes of a copy of a rejected mail is not documented"
        fact = Fact(action.name, action.operand, why=why)
        ending = Ending(EndKind.UNKNOWN, why, fact=fact)
        copies = tuple((target, ending) for target in targets_of(found))
        return replace(fork, reports=fork.reports + copies)
    checked = _check_loop(fork, action, found, context)
    if checked.ending:
        return checked
    known = {leg.address for leg in checked.legs}
    targets = targets_of(found)
    added = tuple(
        Leg(None, target, (Way.COPY,)) for target in targets if target not in known
    )
    legs = checked.legs + added
    limit = context.organization.added_recipients_limit
    if sum(leg.original is None for leg in legs) > limit:
        # exchange-rules#R-48
        why = f"rules add more than {limit} recipients"
        return unknown_end(checked, Fact(action.name, action.operand, why=why))
    item = checked.item
    if field:
        seen = parse_address_list(parse(item.content).unfolded(field)).addresses
        new = tuple(str(who) for who in targets if who not in seen)
        content = append_addresses(item.content, field, new)
        item = replace(item, content=content)
    return replace(checked, legs=legs, item=item)


def _check_loop(
    fork: Fork, action: Action, found: Recipients | None, context: Context
) -> Fork:
    """Stamp the loop header, or stop a mail that bears it (exchange-rules#7.4)."""
    if found is None or found.unresolved:
        names = ", ".join(found.unresolved) if found else ""
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
    return looped(fork, "redirects or copies a mail that a rule has redirected")
