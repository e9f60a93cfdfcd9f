"""The command lines that a plan may hold: what each is about, and the edit it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fakes.exchange.organization import Platform
from fakes.exchange.routing.outbound_connector import named_connector
from fakes.exchange.rules.rule import WITHOUT_EFFECT
from harness.edits.basis import EditError, Parameters, find
from harness.edits.connectors import (
    add_connector,
    add_inbound_connector,
    remove_connector,
    remove_inbound_connector,
    set_connector,
    set_inbound_connector,
)
from harness.edits.people import (
    add_accepted_domain,
    add_contact,
    find_contact,
    remove_accepted_domain,
    remove_recipient,
    set_accepted_domain,
    set_contact,
)
from harness.edits.rules import (
    add_rule,
    disable_rule,
    enable_rule,
    find_rule,
    move_rule,
    remove_rule,
    set_rule,
)
from harness.edits.tables import (
    CONTACT_FIELDS,
    DOMAIN_FIELDS,
    INBOUND_FIELDS,
    OUTBOUND_FIELDS,
    SEND_FIELDS,
)
from harness.exports.account import Table
from harness.exports.cmdlets import Cmdlet
from harness.exports.commands import RULE_NAMES
from harness.exports.connector_tables import INBOUND, OUTBOUND, SEND
from harness.exports.domains import DOMAINS
from harness.exports.problems import shown

if TYPE_CHECKING:
    from harness.world import World

Edit = Callable[["World", str, dict[str, Any]], "World"]


ROUTE = "RouteMessageOutboundConnector"


@dataclass(frozen=True, slots=True)
class Noun:
    """What a command line may be about.

    `names` are the parameters that are understood, folded, as they are spelt; those of
    `mute` have no effect on mail. `fact` is where the organization keeps such objects.
    """

    cmdlet: Cmdlet
    fact: str
    names: Mapping[str, str]
    mute: frozenset[str]
    edits: Mapping[str, Edit]
    find: Callable[[World, str], object]
    platforms: tuple[Platform, ...] = (Platform.ONLINE, Platform.SERVER)


def _new_rule(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_another(world, name, find_rule, "rule")
    _refuse_unknown_connector(world, parameters)
    enabled = parameters.pop("Enabled", True)
    at = _priority(parameters, most=len(world.organization.rules or ()))
    state = "Enabled" if _flag(enabled) else "Disabled"
    return add_rule(world, {**parameters, "Name": name, "State": state}, at)


def _set_rule(world: World, name: str, parameters: dict[str, Any]) -> World:
    if "Enabled" in parameters:
        raise EditError(
            "Set-TransportRule has no `-Enabled`, expected Enable-TransportRule or "
            "Disable-TransportRule"
        )
    if "UseLegacyRegex" in parameters:
        raise EditError("what `-UseLegacyRegex` makes of patterns is not judged here")
    found = find_rule(world, name)
    at = _priority(parameters, most=len(world.organization.rules or ()) - 1)
    _refuse_lists(parameters)
    _refuse_unknown_connector(world, parameters)
    world = set_rule(world, found.name, parameters)
    new = str(parameters.get("Name", found.name))
    return world if at is None else move_rule(world, new, at)


def _refuse_unknown_connector(world: World, parameters: Parameters) -> None:
    # exchange-rules#8: a rule cannot be saved with the name of no connector.
    name = parameters.get(ROUTE)
    organization = world.organization
    if name is None or organization.outbound_connectors is None:
        return
    if named_connector(organization, str(name)) is None:
        known = [each.name for each in organization.outbound_connectors]
        find(known, str(name), "outbound connector", str)


def _priority(parameters: dict[str, Any], *, most: int) -> int | None:
    # exchange-rules#6.2
    said = parameters.pop("Priority", None)
    if said is None:
        return None
    text = str(said)
    if not text.isdecimal() or int(text) > most:
        raise EditError(f"`-Priority {shown(text)}`, expected 0 to {most}")
    return int(text)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise EditError(f"`-Enabled {shown(value)}`, expected $true or $false")


def _refuse_lists(parameters: Parameters) -> None:
    for key, value in parameters.items():
        if isinstance(value, Mapping):
            raise EditError(
                f"`-{key} @{{...}}` changes a list that is not read here, expected "
                "the whole list"
            )


def _refuse_another(
    world: World, name: str, find: Callable[[World, str], object], what: str
) -> None:
    try:
        find(world, name)
    except EditError:
        return
    raise EditError(f"there is a {what} `{shown(name)}` already")


def _connector_of(world: World, name: str) -> object:
    """Find a connector that sends.

    Raises:
        EditError: there is none.

    """
    return set_connector(world, name, {})


def _inbound_of(world: World, name: str) -> object:
    return set_inbound_connector(world, name, {})


def _domain_of(world: World, name: str) -> object:
    return set_accepted_domain(world, name, {})


def _new_connector(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_another(world, name, _connector_of, "connector")
    return add_connector(world, {**parameters, "Name": name})


def _new_inbound(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_another(world, name, _inbound_of, "connector")
    return add_inbound_connector(world, {**parameters, "Name": name})


def _set_connector(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_lists(parameters)
    return set_connector(world, name, parameters)


def _set_inbound(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_lists(parameters)
    return set_inbound_connector(world, name, parameters)


def _new_domain(world: World, name: str, parameters: dict[str, Any]) -> World:
    domain = str(parameters.get("DomainName", name))
    _refuse_another(world, domain, _domain_of, "accepted domain")
    return add_accepted_domain(world, {**parameters, "DomainName": domain})


def _new_contact(world: World, name: str, parameters: dict[str, Any]) -> World:
    _refuse_another(world, name, find_contact, "recipient")
    return add_contact(world, {**parameters, "Name": name})


def _set_contact(world: World, name: str, parameters: dict[str, Any]) -> World:
    return set_contact(world, str(find_contact(world, name).primary), parameters)


def _remove_contact(world: World, name: str, _: dict[str, Any]) -> World:
    return remove_recipient(world, find_contact(world, name).primary)


def _only(edit: Callable[[World, str], World]) -> Edit:
    """Make an edit of one that takes no parameters."""

    def edited(world: World, name: str, parameters: dict[str, Any]) -> World:
        for key in parameters:
            raise EditError(f"it takes no `-{key}`")
        return edit(world, name)

    return edited


def _spelt(fields: Mapping[str, str], *more: str) -> Mapping[str, str]:
    return {name.lower(): name for name in (*fields, *more)}


def _mute(table: Table, *more: str) -> frozenset[str]:
    return (table.without_effect | {*more}) - {"identity", "id", "guid"}


def _noun(noun: Noun) -> Noun:
    """Let what has no effect be said too."""
    return replace(noun, names={**{name: name for name in noun.mute}, **noun.names})


# What only the object of a rule has, and no command takes (exports#2.1).
_OF_A_RULE = frozenset(
    {
        *("name", "priority", "enabled", "mode", "comments", "activationdate"),
        *("expirydate", "ruleerroraction", "senderaddresslocation"),
        *("stopruleprocessing", "uselegacyregex", "recipientaddresstype"),
    }
)
_OBJECT_ONLY = frozenset(name.lower() for name in WITHOUT_EFFECT) - _OF_A_RULE
NOUNS: Mapping[str, Noun] = MappingProxyType(
    {
        "transportrule": Noun(
            Cmdlet.RULES,
            "rules",
            {low: name for low, name in RULE_NAMES.items() if low not in _OBJECT_ONLY},
            frozenset(),
            {
                "new": _new_rule,
                "set": _set_rule,
                "enable": _only(enable_rule),
                "disable": _only(disable_rule),
                "remove": _only(remove_rule),
            },
            find_rule,
        ),
        "outboundconnector": _noun(
            Noun(
                Cmdlet.OUTBOUND_CONNECTORS,
                "outbound_connectors",
                _spelt(OUTBOUND_FIELDS, "Name", "ConnectorSource"),
                _mute(OUTBOUND),
                {
                    "new": _new_connector,
                    "set": _set_connector,
                    "remove": _only(remove_connector),
                },
                _connector_of,
                (Platform.ONLINE,),
            )
        ),
        "sendconnector": _noun(
            Noun(
                Cmdlet.SEND_CONNECTORS,
                "send_connectors",
                _spelt(SEND_FIELDS, "Name"),
                # The switches say which wizard of the admin center it would be.
                _mute(SEND, "custom", "internal", "internet", "partner"),
                {
                    "new": _new_connector,
                    "set": _set_connector,
                    "remove": _only(remove_connector),
                },
                _connector_of,
                (Platform.SERVER,),
            )
        ),
        "inboundconnector": _noun(
            Noun(
                Cmdlet.INBOUND_CONNECTORS,
                "inbound_connectors",
                _spelt(INBOUND_FIELDS, "Name", "ConnectorType", "SenderDomains"),
                _mute(INBOUND),
                {
                    "new": _new_inbound,
                    "set": _set_inbound,
                    "remove": _only(remove_inbound_connector),
                },
                _inbound_of,
                (Platform.ONLINE,),
            )
        ),
        "accepteddomain": _noun(
            Noun(
                Cmdlet.ACCEPTED_DOMAINS,
                "accepted_domains",
                _spelt(DOMAIN_FIELDS, "DomainName"),
                _mute(DOMAINS),
                {
                    "new": _new_domain,
                    "set": set_accepted_domain,
                    "remove": _only(remove_accepted_domain),
                },
                _domain_of,
            )
        ),
        "mailcontact": _noun(
            Noun(
                Cmdlet.CONTACTS,
                "directory",
                _spelt(
                    CONTACT_FIELDS,
                    *("Name", "Alias", "ExternalEmailAddress", "PrimarySmtpAddress"),
                ),
                frozenset(
                    {
                        *("displayname", "firstname", "lastname", "initials"),
                        *("organizationalunit", "hiddenfromaddresslistsenabled"),
                        *("messageformat", "messagebodyformat", "mailtip"),
                    }
                ),
                {
                    "new": _new_contact,
                    "set": _set_contact,
                    "remove": _remove_contact,
                },
                find_contact,
            )
        ),
    }
)
