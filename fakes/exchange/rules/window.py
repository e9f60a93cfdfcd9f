"""The dates of a rule: whether it is in force, and what to ask where nobody knows.

A change of a rule reaches all of Exchange Online within the hour: a rule that was
changed just before a mail acts on it as it is now or as it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Platform
from fakes.exchange.readings import ask

if TYPE_CHECKING:
    from fakes.exchange.rules.evaluate import Surroundings
    from fakes.exchange.rules.rule import Moment, Rule

# Zones reach from UTC-12 to UTC+14: so much later or earlier a local time may be.
LATEST, EARLIEST = timedelta(hours=12), timedelta(hours=-14)
# field-cases#propagation: 30 minutes, up to 60 in support cases.
_SPREADS = timedelta(minutes=60)
_IN_FORCE = "in force"
_NOT_IN_FORCE = "not in force"
_ON_ITS_WAY = {True: ("acts", "does not act yet"), False: ("is off", "still acts")}
_OFF = "it is off (State Disabled)"


def why_idle(rule: Rule, at: datetime, around: Surroundings, *, decides: bool) -> str:
    """Say why a rule is passed without being looked at; empty if it is looked at.

    Where `decides` is false the answer changes nothing and is not chosen.
    """
    if not rule.is_enabled and not is_on_its_way(
        rule, at, around.organization.platform
    ):
        return _OFF
    for moment, is_end in ((rule.starts, False), (rule.ends, True)):
        if moment is None:
            continue
        is_past = at >= moment.at
        if decides:
            is_past = _is_past(moment, at, around, is_end=is_end)
        # exchange-rules#v68, exchange-rules#v69
        if is_end and is_past:
            return f"its ExpiryDate {moment.at:%Y-%m-%d %H:%M} has passed"
        if not is_end and not is_past:
            return f"its ActivationDate {moment.at:%Y-%m-%d %H:%M} has not come"
    return ""


def is_on_its_way(rule: Rule, at: datetime, platform: Platform) -> bool:
    """Say whether a change of the rule may not have reached everything yet.

    exchange-rules#7.3: on Exchange Online; servers load what was changed at once.
    """
    if rule.changed is None or platform is not Platform.ONLINE:
        return False
    since = at - rule.changed.at
    if rule.changed.has_zone:
        return timedelta(0) <= since < _SPREADS
    return EARLIEST <= since < LATEST + _SPREADS


def why_not_here(
    rule: Rule, at: datetime, around: Surroundings, *, decides: bool
) -> str:
    """Say why a rule that holds does not act on this mail; empty if it acts.

    A rule that is off and cannot act any more never comes here.
    """
    if not is_on_its_way(rule, at, around.organization.platform):
        return ""
    ways = _ON_ITS_WAY[rule.is_enabled]
    found = around.choices.choose(_spread_fact(rule), ways) if decides else ways[0]
    if found == "does not act yet":
        return "it was changed within the hour and does not act yet"
    return _OFF if found == "is off" else ""


def _spread_fact(rule: Rule) -> Fact:
    why = "it was changed within the hour; a change takes up to 60 minutes"
    return Fact("propagation", rule.name, why=why)


def _is_past(
    moment: Moment, at: datetime, around: Surroundings, *, is_end: bool
) -> bool:
    if moment.has_zone and at == moment.at:
        answer = ask(around.organization.readings, around.choices, "window_edge")
        return answer == "from-start-until-end"
    if not moment.has_zone and EARLIEST <= at - moment.at <= LATEST:
        fact = _date_fact(moment, is_end=is_end)
        ways = (_NOT_IN_FORCE, _IN_FORCE)
        return (around.choices.choose(fact, ways) == _IN_FORCE) is not is_end
    return at >= moment.at


def questions_of(rule: Rule) -> tuple[tuple[str, str], ...]:
    """What the dates of a rule may ask."""
    dates = tuple(
        _date_fact(moment, is_end=moment is rule.ends).question
        for moment in (rule.starts, rule.ends)
        if moment
    )
    return (*dates, _spread_fact(rule).question) if rule.changed else dates


def _date_fact(moment: Moment, *, is_end: bool) -> Fact:
    name = "ExpiryDate" if is_end else "ActivationDate"
    return Fact(name, moment.at.isoformat(), why="its time zone is not given")
