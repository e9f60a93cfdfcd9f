"""Outbound connectors of Exchange Online, and what send connectors share with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from fakes.exchange.organization import (
    ConnectorType,
    OutboundConnector,
)
from fakes.exchange.routing.smart_hosts import network_of
from fakes.mail.address import is_domain
from fakes.mail.handoff import DaneMode, TlsLevel
from harness.exports import values
from harness.exports.account import Ledger, marks_of, unjudged
from harness.exports.connector_tables import OUTBOUND
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

# What decides on the way out. Absent is not empty, and not false (exports#4).
_OUTBOUND_NEEDS = (
    "Enabled",
    "RecipientDomains",
    "UseMXRecord",
    "SmartHosts",
    "TlsSettings",
    "IsTransportRuleScoped",
)
_VALIDATION = "ValidationRecipients"
_IDS = ("Identity", "Guid", "DistinguishedName", "Id", "ExchangeObjectId")
SPACE = re.compile(
    r"(?:[A-Za-z0-9]+\s*:)?\s*(?P<space>[^;\s]+)\s*(?:;\s*(?P<cost>\d{1,9}))?"
)
_WIZARD = "hybridwizard"
CARRIES = "CloudServicesMailEnabled"
_SUBJECT = re.compile(r"<S>\s*CN=(?P<name>[^,<]+)", re.IGNORECASE)


class StsMode(StrEnum):
    """MtaStsMode of a connector (exchange-routing#1.1)."""

    OPPORTUNISTIC = "Opportunistic"
    NONE = "None"


# exchange-routing#1.1
_REFUSED: tuple[tuple[Callable[[OutboundConnector], bool], str], ...] = (
    (
        lambda c: not c.uses_mx and not c.smart_hosts,
        "`UseMXRecord` is false and `SmartHosts` is empty, expected one of the two",
    ),
    (
        lambda c: c.tls is TlsLevel.DOMAIN_VALIDATION and not c.tls_domain,
        "`TlsSettings` is `DomainValidation`, expected a `TlsDomain`",
    ),
    (
        lambda c: c.type is ConnectorType.PARTNER and c.is_central,
        "`RouteAllMessagesViaOnPremises` is only of `ConnectorType` `OnPremises`",
    ),
    (
        lambda c: c.type is ConnectorType.PARTNER and c.covers_accepted_domains,
        "`AllAcceptedDomains` is only of `ConnectorType` `OnPremises`",
    ),
)


def read_outbound(entry: Exported, ledger: Ledger) -> OutboundConnector:
    """Read one object of Get-OutboundConnector.

    Raises:
        ExportError: a property is ill-formed.

    """
    name = named(entry)
    marks = marks_of(entry, OUTBOUND)
    ledger.note(entry, name, marks)
    kind = values.choice(entry, "ConnectorType", ConnectorType)
    is_central = values.flag(entry, "RouteAllMessagesViaOnPremises") is True
    covers_own = values.flag(entry, "AllAcceptedDomains") is True
    if kind is None:
        # Where it was not exported: both flags are of one type (exchange-routing#1.1).
        is_own = is_central or covers_own
        kind = ConnectorType.ON_PREMISES if is_own else ConnectorType.PARTNER
    connector = OutboundConnector(
        name=name,
        is_enabled=values.flag(entry, "Enabled") is not False,
        type=kind,
        recipient_domains=tuple(
            _recipient_domain(entry, said)
            for said in values.texts(entry, "RecipientDomains")
        ),
        uses_mx=values.flag(entry, "UseMXRecord") is not False,
        smart_hosts=smart_hosts(entry),
        tls=values.choice(entry, "TlsSettings", TlsLevel),
        tls_domain=tls_domain(entry),
        is_rule_scoped=values.flag(entry, "IsTransportRuleScoped") is True,
        covers_accepted_domains=covers_own,
        is_in_test_mode=values.flag(entry, "TestMode") is True,
        is_central=is_central,
        # exchange-routing#1.1: who made it tells what it is for.
        is_hybrid=kind is ConnectorType.ON_PREMISES
        and (values.text(entry, "ConnectorSource") or "").lower() == _WIZARD,
        carries_headers=values.flag(entry, CARRIES) is True,
        follows_mta_sts=values.choice(entry, "MtaStsMode", StsMode) is not StsMode.NONE,
        dane=values.choice(entry, "SmtpDaneMode", DaneMode) or DaneMode.OPPORTUNISTIC,
        rewrites_sender=values.flag(entry, "SenderRewritingEnabled") is True,
        validation_recipients=tuple(
            values.address(said, entry.place, _VALIDATION)
            for said in values.texts(entry, _VALIDATION)
        ),
        names=values.names(entry, _IDS),
        unjudged=unjudged(marks) + absent(entry, _OUTBOUND_NEEDS),
        place=entry.place,
    )
    is_whole = entry.has("UseMXRecord") and entry.has("SmartHosts")
    problem = why_refused(connector) if is_whole else ""
    if problem:
        raise ExportError(entry.place, problem)
    return connector


def why_refused(connector: OutboundConnector) -> str:
    """Say why Exchange Online takes no such connector; empty if it does."""
    return next((why for wrong, why in _REFUSED if wrong(connector)), "")


def certificate_name(entry: Exported, name: str) -> str | None:
    """Read the name in a certificate: plain, or `<I>issuer<S>CN=subject` (exports#4).

    None for a subject without a common name.
    """
    said = values.text(entry, name)
    if said is None or "<" not in said:
        return said
    found = _SUBJECT.search(said)
    return found["name"].strip() if found else None


def named(entry: Exported) -> str:
    """Give the name of an object.

    Raises:
        ExportError: it has none.

    """
    name = values.text(entry, "Name") or values.text(entry, "Identity")
    if not name:
        raise ExportError(entry.place, "an object without `Name`")
    return name


def smart_hosts(entry: Exported) -> tuple[str, ...]:
    """Read smart hosts: texts, or objects with `IsIPAddress` (exports#3).

    Raises:
        ExportError: one of them is neither host name nor address.

    """
    found = []
    given = values.flat(entry.get("SmartHosts"))
    if not given:
        said = values.text(entry, "SmartHostsString") or ""
        given = tuple(part for part in said.split(",") if part.strip())
    for host in given:
        said = _smart_host(entry, host).strip()
        if network_of(said) is None and not is_domain(said):
            raise ExportError(
                entry.place,
                f"`SmartHosts` holds `{shown(said)}`, expected a host name, an address "
                "or a range of addresses",
            )
        found.append(said)
    return tuple(found)


def _smart_host(entry: Exported, host: object) -> str:
    if isinstance(host, dict) and "IsIPAddress" in host:
        # The address of a named host is 0.0.0.0.
        key = "Address" if host["IsIPAddress"] is True else "Domain"
        return values.plain(host.get(key), entry.place, "SmartHosts")
    return values.plain(host, entry.place, "SmartHosts")


def tls_domain(entry: Exported) -> str | None:
    """A domain, or one with a leading wildcard."""
    said = values.text(entry, "TlsDomain")
    if said is not None and not is_domain(said.removeprefix("*.")):
        raise ExportError(
            entry.place,
            f"`TlsDomain` is `{shown(said)}`, expected a domain or `*.domain`",
        )
    return said


def _recipient_domain(entry: Exported, said: str) -> str:
    """A domain, `*.domain` or `*`; `smtp:` and `;cost` may stand around it."""
    match = SPACE.fullmatch(said)
    space = match["space"] if match else ""
    plain = space.removeprefix("*.")
    if space != "*" and (not plain or "*" in plain or not is_domain(plain)):
        raise ExportError(
            entry.place,
            f"`RecipientDomains` holds `{shown(said)}`, expected a domain, "
            "`*.domain` or `*`",
        )
    return space


def absent(entry: Exported, needs: tuple[str, ...]) -> tuple[str, ...]:
    """Name what the export of an object lacks."""
    lost = {name.lower() for name, _ in entry.lost}
    return tuple(
        f"{name} (not exported)"
        for name in needs
        if not entry.has(name) and name.lower() not in lost
    )
