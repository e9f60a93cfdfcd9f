"""What every effect shares: how values are taken in, targets, and the unknown end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import named
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Action, ActionRow, Context, Effect
from fakes.exchange.rules.fork import Ending, EndKind, Fork
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.taking import recipients
from fakes.mail.address import Address
from fakes.mail.content import parse
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory, Edition
    from fakes.exchange.rules.values import Recipients

# Stands for a recipient that a rule names and that no exported object is.
SOMEBODY = Address("somebody", "not-exported.invalid")
LOOP_HEADER = "X-MS-Exchange-Transport-Rules-Loop"
_LOOPED = "TRANSPORT.RULES.RejectMessage; Transport rules loop count exceeded"
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


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """Give a value as Exchange spells it.

    Raises:
        ValueProblem: Exchange knows no such value.

    """
    for word in known:
        if word.lower() == value.lower():
            return word
    message = f"{name}: `{value}`, expected {', '.join(known)}"
    raise ValueProblem(message)


def route(fork: Fork, action: Action, context: Context) -> Fork:
    """Name the connector; two rules that name two are an open question (R-51)."""
    name = action.values[0][0]
    is_marked = bool(parse(fork.item.content).named(LOOP_HEADER))
    if is_marked and not fork.is_stamped:
        # exchange-routing#X-25: of a mail that a rule has redirected once.
        readings = context.organization.readings
        if ask(readings, context.choices, "routing_loop") == "counted":
            return looped(fork, "routes a mail that a rule has redirected")
    if fork.connector is not None and fork.connector.lower() != name.lower():
        answer = ask(context.organization.readings, context.choices, "two_connectors")
        if answer == "first":
            return fork
    return replace(fork, connector=name)


def looped(fork: Fork, what: str) -> Fork:
    """End a mail whose loop count is exceeded (exchange-rules#7.4)."""
    ending = Ending(
        EndKind.REJECTED, f"a rule {what} before", reply(550, "5.7.128", _LOOPED)
    )
    return replace(fork, ending=ending, is_stopped=True)


def require_tls(fork: Fork, action: Action, context: Context) -> Fork:
    """Let the mail leave under TLS only."""
    del action, context
    return replace(fork, requires_tls=True)


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


def there_or_unknown(action: Action, editions: frozenset[Edition]) -> Action:
    """What the organization's edition does not have may do nothing, or anything.

    A rule of a server that names a connector is known by its route
    (exchange-rules#8), whatever the edition.
    """
    row = action.row
    is_there = not row.editions.isdisjoint(editions)
    if is_there or row.effect in {Effect.NONE, Effect.ROUTE}:
        return action
    why = f"{named(editions)} has no such action"
    return replace(action, row=replace(row, apply=unknown, remark=why))


def unknown_end(fork: Fork, fact: Fact) -> Fork:
    """End the way of a fork in something that cannot be told."""
    ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
    return replace(fork, ending=ending, is_stopped=True)


def targets_of(found: Recipients | None) -> tuple[Address, ...]:
    """Give the addresses that an action names, in a fixed order."""
    return tuple(sorted(found.addresses, key=str)) if found else ()


def copy_for_somebody(fork: Fork, name: str, whom: str, why: str) -> Fork:
    """Let somebody whom no export shows get the content too: it could be anybody."""
    fact = Fact(name, whom, why=why)
    ending = Ending(EndKind.UNKNOWN, f"{fact}: {why}", fact=fact)
    return replace(fork, reports=(*fork.reports, (SOMEBODY, ending)))
