"""How instructions tell what they found, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.check.checklist.noun import Look, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fakes.exchange.organization import OutboundConnector, SendConnector
    from fakes.exchange.rules.rule import Rule
    from harness.check.lints.noun import Ground
    from harness.world import World

    Connector = OutboundConnector | SendConnector

T = TypeVar("T")
NOT_EXPORTED = "not exported"


def named_rule(rule: Rule) -> str:
    """Name a rule with its number."""
    return f'rule {rule.priority} "{rule.name}"'


def named_connector(connector: Connector) -> str:
    """Name a connector."""
    return f'connector "{connector.name}"'


def of_rule(rule: Rule, state: State, found: str, *, instead: str = "") -> Look:
    """Tell what was found in a rule."""
    return Look(state, found, named_rule(rule), rule.place, instead)


def of_connector(
    connector: Connector, state: State, found: str, *, instead: str = ""
) -> Look:
    """Tell what was found in a connector."""
    return Look(state, found, named_connector(connector), connector.place, instead)


def of_each(
    find: Callable[[World], Iterable[T]], look: Callable[[T, Ground], Look]
) -> Callable[[Ground], Iterator[Look]]:
    """Look at each thing that is found in the world."""

    def of_all(ground: Ground) -> Iterator[Look]:
        for one in find(ground.world):
            yield look(one, ground)

    return of_all


def met_if(is_met: object, *, otherwise: State = State.NOT_MET) -> State:
    """Give met, or what it is otherwise."""
    return State.MET if is_met else otherwise


def absent(fact: object, found: str) -> Look:
    """Tell that nothing is there; `fact` is None where nothing was exported."""
    if fact is None:
        return Look(State.CANNOT_TELL, NOT_EXPORTED)
    return Look(State.NOT_MET, found)
