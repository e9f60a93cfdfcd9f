"""What administrators do on a day to connectors, domains, groups and recipients."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, RecipientKind
from harness.edits.connectors import (
    disable_connector,
    remove_connector,
    set_connector,
)
from harness.edits.daily import DailyEdit, DailyKind
from harness.edits.people import add_accepted_domain, remove_recipient, set_members
from harness.edits.rules import set_rule
from harness.exports.command_line import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fakes.exchange.organization import (
        Organization,
        OutboundConnector,
        SendConnector,
    )
    from harness.world import World

    Parameters = Mapping[str, object]

_ROUTE = "RouteMessageOutboundConnector"
_ONLINE: tuple[tuple[str, Parameters], ...] = (
    ("uses the MX of the recipient", {"UseMXRecord": True, "SmartHosts": []}),
    ("demands no TLS", {"TlsSettings": None}),
    ("is for a domain, not for rules", {"IsTransportRuleScoped": False}),
    ("is for rules only", {"IsTransportRuleScoped": True}),
    ("is put in test mode", {"TestMode": True}),
    ("goes to another smart host", {"SmartHosts": ["smtp.zivver.example"]}),
)
_SERVER: tuple[tuple[str, Parameters], ...] = (
    ("uses DNS", {"DNSRoutingEnabled": True, "SmartHosts": []}),
    ("demands no TLS", {"RequireTLS": False, "TlsAuthLevel": None}),
    ("logs in nowhere", {"SmartHostAuthMechanism": "None"}),
    ("takes small mail only", {"MaxMessageSize": "10KB"}),
    ("goes to another smart host", {"SmartHosts": ["smtp.zivver.example"]}),
    ("is for another address space", {"AddressSpaces": ["SMTP:other.example;1"]}),
)
_NEIGHBOUR = "fabrikam.example"


def edits_of_ways(world: World) -> Iterator[DailyEdit]:
    """Give each edit of one connector, domain, group or contact."""
    organization = world.organization
    for connector in _connectors(organization):
        yield from _of_connector(connector, organization)
    yield from _swapped(organization)
    says = f"{_NEIGHBOUR} becomes an accepted domain"
    parameters = {"DomainName": _NEIGHBOUR, "DomainType": "InternalRelay"}
    yield DailyEdit(
        DailyKind.DOMAIN_ADDED,
        says,
        (command_line("New-AcceptedDomain", _NEIGHBOUR, parameters),),
        partial(add_accepted_domain, parameters={"Name": _NEIGHBOUR, **parameters}),
    )
    yield from _of_recipients(organization)


def _connectors(
    organization: Organization,
) -> tuple[OutboundConnector | SendConnector, ...]:
    if organization.platform is Platform.ONLINE:
        return organization.outbound_connectors or ()
    return organization.send_connectors or ()


def _of_connector(
    connector: OutboundConnector | SendConnector, organization: Organization
) -> Iterator[DailyEdit]:
    name, is_online = connector.name, organization.platform is Platform.ONLINE
    noun = "OutboundConnector" if is_online else "SendConnector"
    if connector.is_enabled:
        yield DailyEdit(
            DailyKind.CONNECTOR_OFF,
            f'connector "{name}" is turned off',
            (command_line(f"Set-{noun}", name, {"Enabled": False}),),
            partial(disable_connector, name=name),
        )
    yield DailyEdit(
        DailyKind.CONNECTOR_REMOVED,
        f'connector "{name}" is removed',
        (command_line(f"Remove-{noun}", name),),
        partial(remove_connector, name=name),
    )
    for what, parameters in _ONLINE if is_online else _SERVER:
        yield DailyEdit(
            DailyKind.CONNECTOR_CHANGED,
            f'connector "{name}" {what}',
            (command_line(f"Set-{noun}", name, parameters),),
            partial(set_connector, name=name, parameters=parameters),
        )


def _swapped(organization: Organization) -> Iterator[DailyEdit]:
    """Let each rule that names a connector name another one."""
    for rule in organization.rules or ():
        named = {a.operand for a in rule.actions if a.name == _ROUTE}
        for connector in organization.outbound_connectors or ():
            if named and connector.name not in named:
                parameters = {_ROUTE: connector.name}
                yield DailyEdit(
                    DailyKind.CONNECTOR_SWAPPED,
                    f'rule "{rule.name}" names connector "{connector.name}"',
                    (command_line("Set-TransportRule", rule.name, parameters),),
                    partial(set_rule, name=rule.name, parameters=parameters),
                )


def _of_recipients(organization: Organization) -> Iterator[DailyEdit]:
    """Empty groups, add to them, and remove contacts, of those that rules name."""
    directory = organization.directory
    spoken_of = _named(organization)
    for entry in directory.recipients if directory else ():
        name = entry.name
        if not spoken_of & {name.lower(), str(entry.primary).lower()}:
            continue
        if entry.kind is RecipientKind.GROUP and entry.members is not None:
            changes = {
                "loses its members": (),
                "gets a member outside": (*entry.members, f"new@{_NEIGHBOUR}"),
            }
            for what, members in changes.items():
                yield DailyEdit(
                    DailyKind.GROUP_CHANGED,
                    f'group "{name}" {what}',
                    (
                        command_line(
                            "Update-DistributionGroupMember",
                            name,
                            {"Members": members},
                        ),
                    ),
                    partial(set_members, name=name, members=members),
                )
        if entry.kind is RecipientKind.MAIL_CONTACT:
            yield DailyEdit(
                DailyKind.RECIPIENT_REMOVED,
                f'contact "{name}" is removed',
                (command_line("Remove-MailContact", name),),
                partial(remove_recipient, address=entry.primary),
            )


def _named(organization: Organization) -> frozenset[str]:
    """Give what rules call recipients by, in lower case."""
    return frozenset(
        text.lower()
        for rule in organization.rules or ()
        for text in (
            *(
                operand
                for test in (*rule.conditions, *rule.exceptions)
                for operand in test.value.operands
            ),
            *(a.operand for a in rule.actions),
        )
    )
