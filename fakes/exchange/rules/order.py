"""In which order the actions of one rule are done, where that makes a difference.

exchange-rules#1: Microsoft promises none (exchange-rules#R-01). The rows stand in the
order that is taken; the other one is its reverse, so that a report holds the mail as
it was, and a header field that the rule sets and removes is there in the end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import explore
from fakes.exchange.readings import alternatives, ask
from fakes.exchange.rules.action import Action, Context, Effect
from fakes.exchange.rules.fork import Fork, what_counts

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fakes.choices import Choices

_QUESTION = "action_order"
# What is done to the route is done whatever comes before it, and after.
_APART = frozenset({Effect.ROUTE, Effect.NONE})
# The rest of what is open is not followed further: it is asked rather than missed.
_BOUND = 16


def in_order(
    actions: tuple[Action, ...], fork: Fork, context: Context
) -> tuple[Action, ...]:
    """Give the actions of a rule in the order in which they are done to a fork."""
    ordered = [action for action in actions if action.row.effect not in _APART]
    readings = context.organization.readings
    is_open = len(alternatives(readings, _QUESTION)) > 1
    if len(ordered) < 2 or (is_open and not _differ(actions, fork, context)):
        return actions
    answer = ask(readings, context.choices, _QUESTION)
    return actions if answer == "changes-first" else actions[::-1]


def done(actions: tuple[Action, ...], fork: Fork, context: Context) -> Fork:
    """Do one action after the other."""
    for action in actions:
        fork = action.row.apply(fork, action, context)
    return fork


def _differ(actions: tuple[Action, ...], fork: Fork, context: Context) -> bool:
    ways = (actions, actions[::-1])
    first, second = (_results(way, fork, context) for way in ways)
    return first != second


def _results(
    actions: tuple[Action, ...], fork: Fork, context: Context
) -> frozenset[Hashable]:
    """Give all that could come of the actions, whatever is open beside their order."""

    def run(choices: Choices) -> Hashable:
        return what_counts(done(actions, fork, replace(context, choices=choices)))

    return frozenset(run.result for run in explore(run, bound=_BOUND).runs)
