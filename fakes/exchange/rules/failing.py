"""What becomes of a mail when a rule cannot be processed (exchange-rules#6.4).

A rule fails with the mail that it would have taken; other mail does not notice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.readings import ask
from fakes.exchange.rules.fork import Ending, EndKind, Fork

if TYPE_CHECKING:
    from fakes.exchange.rules.action import Context
    from fakes.exchange.rules.rule import Rule


def failed(rule: Rule, fork: Fork, context: Context) -> Fork:
    """Do what RuleErrorAction says: leave the rule out, or let the mail wait."""
    if rule.error_action == "Defer":
        # exchange-rules#6.4, zivver#F25
        ends = f"rule `{rule.name}` could not be processed; the mail is tried again"
        ending = Ending(EndKind.WAITING, ends)
        return replace(fork, ending=ending, is_stopped=True)
    # zivver#F24; exchange-rules#R-43: the rules after it may be left out as well.
    stops = context.has_later_effects and (
        ask(context.organization.readings, context.choices, "ignored_error")
        == "all-later-rules"
    )
    return replace(fork, is_stopped=stops)
