"""The values that were there before a correction: what undoes it.

They are given only if they were tried: on the corrected copy they give back what was.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import SendConnector
from harness.check.blamed_connector import find_connector
from harness.check.way_faults import SET_CONTACT, spelt_spaces
from harness.edits import find_contact, find_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.exchange.organization import OutboundConnector
    from fakes.exchange.rules.rule import Rule
    from harness.world import World

SET_RULE = "Set-TransportRule"
_EXCEPT = "ExceptIf"
_OUTBOUND: Mapping[str, Callable[[OutboundConnector], object]] = MappingProxyType(
    {
        "Enabled": lambda connector: connector.is_enabled,
        "TestMode": lambda connector: connector.is_in_test_mode,
        "UseMXRecord": lambda connector: connector.uses_mx,
        "SmartHosts": lambda connector: connector.smart_hosts or None,
        "TlsSettings": lambda connector: connector.tls.value if connector.tls else None,
    }
)
_SEND: Mapping[str, Callable[[SendConnector], object]] = MappingProxyType(
    {
        "Enabled": lambda connector: connector.is_enabled,
        "IsScopedConnector": lambda connector: connector.is_scoped,
        "MaxMessageSize": lambda connector: (
            "Unlimited" if connector.max_size is None else f"{connector.max_size}B"
        ),
        "AddressSpaces": lambda connector: spelt_spaces(connector.address_spaces),
        "RequireTLS": lambda connector: connector.requires_tls,
        "TlsAuthLevel": lambda connector: (
            connector.tls.value if connector.tls else None
        ),
    }
)


def values_before(
    cmdlet: str, name: str, parameters: tuple[str, ...], world: World
) -> tuple[tuple[str, object], ...]:
    """Give the value that each parameter has in the world as it is.

    Raises:
        EditError: there is no such rule or contact.

    """
    if cmdlet == SET_RULE:
        rule = find_rule(world, name)
        return tuple((key, _of_rule(rule, key)) for key in parameters)
    if cmdlet == SET_CONTACT:
        contact = find_contact(world, name)
        return tuple((key, contact.needs_authenticated_sender) for key in parameters)
    found = find_connector(world.organization, name)
    if isinstance(found, SendConnector):
        return tuple((key, _SEND[key](found)) for key in parameters)
    return tuple((key, _OUTBOUND[key](found) if found else None) for key in parameters)


def _of_rule(rule: Rule, parameter: str) -> object:
    """Give what a parameter of a rule says, None if nothing."""
    if parameter == "State":
        return "Enabled" if rule.is_enabled else "Disabled"
    if parameter == "Mode":
        return rule.mode.value
    bare = parameter.removeprefix(_EXCEPT)
    for test in rule.exceptions if bare != parameter else rule.conditions:
        *first, last = test.row.parameters
        if bare == last:
            return test.value.operands
        if bare in first:
            return test.header
    for action in rule.actions:
        for name, values in zip(action.row.parameters, action.values, strict=True):
            if name == parameter:
                return values
    return None
