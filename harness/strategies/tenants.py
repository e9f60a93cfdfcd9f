"""Tenants of one relay rule and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import make_rule
from harness.strategies.organizations import organizations
from harness.strategies.rules import relay_rules, rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.organization import Organization

MAX_NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class RelayTenant:
    """An organization, and its rules as parameters in order of priority."""

    bare: Organization
    rules: tuple[Mapping[str, object], ...]
    relay: int

    @property
    def organization(self) -> Organization:
        """The organization with its rules."""
        made = tuple(
            make_rule(
                rule,
                self.bare.directory,
                priority=number,
                place=f"rules[{number}]",
                refuses_unknown=True,
            )
            for number, rule in enumerate(self.rules)
        )
        return replace(self.bare, rules=made)

    def changed(self, number: int, **parameters: object) -> RelayTenant:
        """Give the tenant with other parameters in one rule."""
        rule = {**self.rules[number], **parameters}
        others = (*self.rules[:number], rule, *self.rules[number + 1 :])
        return replace(self, rules=others)


@st.composite
def rule_sets(
    draw: st.DrawFn,
    platform: Platform = Platform.ONLINE,
    *,
    may_be_unknown: bool = False,
    max_neighbours: int = MAX_NEIGHBOURS,
) -> tuple[tuple[Mapping[str, object], ...], int]:
    """Draw rules in order of priority, and which of them is the relay rule."""
    count = draw(st.integers(0, max_neighbours))
    found = [
        draw(rules(f"neighbour {n}", platform, may_be_unknown=may_be_unknown))
        for n in range(count)
    ]
    relay = draw(st.integers(0, count))
    found.insert(relay, draw(relay_rules(platform)))
    return tuple(found), relay


@st.composite
def relay_tenants(
    draw: st.DrawFn,
    platform: Platform | None = None,
    *,
    may_be_unknown: bool = False,
    is_healthy: bool = False,
    max_neighbours: int = MAX_NEIGHBOURS,
) -> RelayTenant:
    """Draw a tenant of one relay rule and up to five neighbours in any state."""
    where = platform or draw(st.sampled_from(tuple(Platform)))
    bare = draw(organizations(where, is_healthy=is_healthy))
    found, relay = draw(
        rule_sets(where, may_be_unknown=may_be_unknown, max_neighbours=max_neighbours)
    )
    return RelayTenant(bare, found, relay)
