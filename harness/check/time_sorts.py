"""The sorts of mail that a rule's dates give: just before and just after each.

A check at one moment says nothing of the next: a rule that ends next month is followed
there. What is past when a check is made is left out of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from fakes.exchange.rules.window import EARLIEST, LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fakes.exchange.rules.rule import Moment, Rule
    from harness.check.draft import Draft

_A_MINUTE = timedelta(minutes=1)


def around_dates(
    rule: Rule, short: str, bases: tuple[tuple[str, Draft], ...]
) -> Iterator[Draft]:
    """Send mails around the dates of a rule; `short` names it, each base ends an id."""
    for name, word, moment in (
        ("ActivationDate", "activation", rule.starts),
        ("ExpiryDate", "expiry", rule.ends),
    ):
        if moment is None:
            continue
        for when, at in zip(("before", "after"), _around(moment), strict=True):
            for ending, base in bases:
                tail = f"-{ending}" if ending else ""
                yield replace(
                    base,
                    id=f"rule-{short}-{when}-{word}{tail}",
                    sort=f'{base.sort}, {when} the {name} of rule "{rule.name}"'
                    f" (sent {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)",
                    target=None,
                    at=at,
                )


def _around(moment: Moment) -> tuple[datetime, datetime]:
    """Go far enough from a date without a zone for it to be past in any, or in none."""
    if moment.has_zone:
        return moment.at - _A_MINUTE, moment.at + _A_MINUTE
    return moment.at + EARLIEST - _A_MINUTE, moment.at + LATEST + _A_MINUTE
