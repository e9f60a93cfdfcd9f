"""Edits of a world: an administrator's change, a failure, a plan. Each gives a new one.

What they are given is spelt as Exchange's cmdlets spell it, and read as an export is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.edits.basis import EditError, with_changes
from harness.edits.connectors import (
    add_connector,
    add_inbound_connector,
    disable_connector,
    remove_connector,
    remove_inbound_connector,
    set_connector,
    set_inbound_connector,
)
from harness.edits.daily import DailyEdit, DailyKind, fitting
from harness.edits.daily_rules import edits_of_rules
from harness.edits.daily_ways import edits_of_ways
from harness.edits.people import (
    add_accepted_domain,
    add_contact,
    add_onward,
    add_recipient,
    add_remote_domain,
    find_contact,
    remove_accepted_domain,
    remove_recipient,
    set_accepted_domain,
    set_contact,
    set_members,
    set_queues,
)
from harness.edits.rules import (
    add_rule,
    disable_all_rules,
    disable_rule,
    enable_rule,
    fail_rule,
    find_rule,
    let_moderators,
    move_rule,
    remove_rule,
    replace_rule,
    rules_of,
    set_rule,
    with_rules,
)

if TYPE_CHECKING:
    from fakes.zone import Zone
    from harness.world import World

__all__ = [
    "DailyEdit",
    "DailyKind",
    "EditError",
    "add_accepted_domain",
    "add_connector",
    "add_contact",
    "add_inbound_connector",
    "add_onward",
    "add_recipient",
    "add_remote_domain",
    "add_rule",
    "daily_edits",
    "disable_all_rules",
    "disable_connector",
    "disable_rule",
    "enable_rule",
    "fail_rule",
    "find_contact",
    "find_rule",
    "forget",
    "let_moderators",
    "move_rule",
    "remove_accepted_domain",
    "remove_connector",
    "remove_inbound_connector",
    "remove_recipient",
    "remove_rule",
    "replace_rule",
    "rules_of",
    "set_accepted_domain",
    "set_connector",
    "set_contact",
    "set_inbound_connector",
    "set_members",
    "set_queues",
    "set_rule",
    "set_zivver",
    "with_rules",
    "with_zone",
]


def daily_edits(world: World) -> tuple[DailyEdit, ...]:
    """Give each single edit that an administrator may make of this world on a day."""
    return tuple(fitting((*edits_of_rules(world), *edits_of_ways(world)), world))


def forget(world: World, *names: str) -> World:
    """Take facts out of the export: absent is not empty."""
    return with_changes(world, **dict.fromkeys(names))


def with_zone(world: World, zone: Zone) -> World:
    """Put another DNS in place."""
    return replace(world, internet=replace(world.internet, zone=zone))


def set_zivver(world: World, **settings: Any) -> World:  # noqa: ANN401  typed by ZivverService
    """Change settings of the Zivver service."""
    return replace(world, zivver=replace(world.zivver, **settings))
