"""A mail as a rule sees it that does not see what earlier rules did to it.

exchange-rules#R-38: that a later rule sees a changed subject is documented; of other
header fields and of the body it is seen in practice (exchange-rules#v58).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fakes.exchange.rules.effects import LOOP_HEADER
from fakes.mail.content import compose, parse

if TYPE_CHECKING:
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.content import Content

# What other questions speak of (exchange-rules#R-39, exchange-rules#R-40) stays.
_AS_IT_IS = frozenset(
    {"subject", "to", "cc", LOOP_HEADER.lower(), "x-ms-exchange-organization-scl"}
)


def as_arrived(fork: Fork) -> Fork:
    """Give a fork without the changes of rules, but for the subject."""
    if fork.arrived is None:
        return fork
    content = _without_edits(fork.arrived, fork.item.content)
    return replace(fork, item=replace(fork.item, content=content))


@lru_cache(maxsize=256)
def _without_edits(arrived: Content, current: Content) -> Content:
    before, now = parse(arrived), parse(current)
    kept = tuple(field for field in before.fields if field.key not in _AS_IT_IS)
    seen = tuple(field for field in now.fields if field.key in _AS_IT_IS)
    if (kept, before.body) == (
        tuple(field for field in now.fields if field.key not in _AS_IT_IS),
        now.body,
    ):
        return current
    return compose(replace(before, fields=(*seen, *kept)))
