"""Send connectors of a server (exchange-routing#2.1)."""

from __future__ import annotations

import re

from fakes.exchange.organization import (
    SMTP,
    AddressSpace,
    SendConnector,
    SmartHostAuth,
)
from fakes.exchange.routing.send_connector_terms import why_refused
from fakes.mail.address import domain_key, is_domain
from fakes.mail.handoff import TlsLevel
from harness.exports import values
from harness.exports.account import Ledger, marks_of, unjudged
from harness.exports.connector_tables import SEND
from harness.exports.connectors import (
    CARRIES,
    SPACE,
    absent,
    certificate_name,
    named,
    smart_hosts,
    tls_domain,
)
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

MAX_COST = 100
MAX_PORT = 65_535
# What decides on the way out. Absent is not empty, and not false (exports#4).
_NEEDS = (
    "Enabled",
    "DNSRoutingEnabled",
    "SmartHosts",
    "RequireTLS",
    "TlsAuthLevel",
    "SmartHostAuthMechanism",
)
_TYPE = re.compile(r"([A-Za-z0-9]+)\s*:")
_OTHER = re.compile(r"(?P<space>.*?)\s*;\s*(?P<cost>\d{1,9})\s*", re.DOTALL)
_EDGE_SPACE = "--"
_CREDENTIAL = "authenticationcredential"
_WAITS_FOR_DNS = "downgradednsfailures"


def read_send(entry: Exported, ledger: Ledger) -> SendConnector:
    """Read one object of Get-SendConnector.

    Raises:
        ExportError: a property is ill-formed, or Exchange would not take them together.

    """
    name = named(entry)
    marks = marks_of(entry, SEND)
    ledger.note(entry, name, marks)
    auth = values.choice(entry, "SmartHostAuthMechanism", SmartHostAuth)
    missing = absent(entry, _NEEDS)
    open_ = [*unjudged(marks), *missing]
    if auth is SmartHostAuth.EXCHANGE_SERVER:
        # Only another Exchange server offers it: nobody tells what the host is.
        open_.append("SmartHostAuthMechanism ExchangeServer")
    connector = SendConnector(
        name=name,
        address_spaces=_address_spaces(entry),
        is_enabled=values.flag(entry, "Enabled") is not False,
        is_scoped=values.flag(entry, "IsScopedConnector") is True,
        source_servers=tuple(
            server_name(said) for said in values.texts(entry, "SourceTransportServers")
        ),
        smart_hosts=smart_hosts(entry),
        uses_dns=values.flag(entry, "DNSRoutingEnabled") is not False,
        port=values.number(entry, "Port", low=0, high=MAX_PORT) or 25,
        requires_tls=values.flag(entry, "RequireTLS") is True,
        ignores_starttls=values.flag(entry, "IgnoreSTARTTLS") is True,
        tls=values.choice(entry, "TlsAuthLevel", TlsLevel),
        tls_domain=tls_domain(entry),
        is_domain_secure=values.flag(entry, "DomainSecureEnabled") is True,
        auth=auth or SmartHostAuth.NONE,
        has_credential=_has_credential(entry),
        forces_helo=values.flag(entry, "ForceHELO") is True,
        fqdn=values.text(entry, "Fqdn"),
        waits_for_dns=_WAITS_FOR_DNS in _words(entry, "ErrorPolicies"),
        max_size=values.size(entry, "MaxMessageSize"),
        is_size_told=entry.has("MaxMessageSize"),
        carries_headers=values.flag(entry, CARRIES) is True,
        certificate=certificate_name(entry, "TlsCertificateName"),
        unjudged=tuple(open_),
        place=entry.place,
    )
    return connector if missing else check_send(connector)


def check_send(connector: SendConnector) -> SendConnector:
    """Give a connector whose settings Exchange takes.

    Raises:
        ExportError: it would not (exchange-routing#A20 and the like).

    """
    why = why_refused(connector)
    if why:
        what = f"connector `{shown(connector.name)}`: {why}"
        raise ExportError(connector.place, what)
    return connector


def server_name(said: str) -> str:
    """Give the name of a server, folded, out of a name, a path or a DN."""
    first = said.split(",", maxsplit=1)[0].rpartition("/")[2]
    return first.rpartition("=")[2].strip().lower()


def _has_credential(entry: Exported) -> bool | None:
    """Say whether a connector has a user name and password; None when untold."""
    if any(secret.lower() == _CREDENTIAL for secret in entry.secrets):
        return True
    return bool(entry.get(_CREDENTIAL)) if entry.has(_CREDENTIAL) else None


def _words(entry: Exported, name: str) -> frozenset[str]:
    """Give the folded words of a property that is a sum of flags."""
    said = ",".join(values.texts(entry, name))
    return frozenset(part.strip().lower() for part in said.split(","))


def _address_spaces(entry: Exported) -> tuple[AddressSpace, ...]:
    """Read `[Scope:]Type:Space;Cost`, with blanks anywhere (exports#4)."""
    found = []
    for given in values.flat(entry.get("AddressSpaces")):
        text = _address_space_text(entry, given)
        kind = _TYPE.match(text)
        if kind and kind[1].lower() != SMTP:
            found.append(_other_space(kind[1], text[kind.end() :]))
            continue
        space, cost = _address_space(entry, text)
        if space == _EDGE_SPACE:
            # exchange-routing#2.1: only an Edge server uses it, for mail that comes in.
            continue
        plain = space.removeprefix("*.")
        if space != "*" and ("*" in plain or not is_domain(plain)):
            # exchange-routing#A24
            raise ExportError(
                entry.place,
                f"`AddressSpaces` holds `{shown(space)}`, expected a domain, "
                "`*.domain` or `*`",
            )
        folded = space if space == "*" else domain_key(space)
        found.append(AddressSpace(folded, cost))
    return tuple(found)


def _other_space(kind: str, rest: str) -> AddressSpace:
    # X.400 addresses hold semicolons themselves: the cost is behind the last one.
    match = _OTHER.fullmatch(rest)
    space, cost = (match["space"], match["cost"]) if match else (rest, None)
    return AddressSpace(space.strip(), int(cost or 1), kind.lower())


def _address_space_text(entry: Exported, given: object) -> str:
    if isinstance(given, dict):
        said = [given.get(key) for key in ("Type", "Address", "Cost")]
        parts = [values.plain(part, entry.place, "AddressSpaces") for part in said]
        text = f"{parts[0]}:{parts[1]};{parts[2]}"
    else:
        text = values.plain(given, entry.place, "AddressSpaces")
    return re.sub(r"^\s*Local\s*:", "", text, flags=re.IGNORECASE).strip()


def _address_space(entry: Exported, text: str) -> tuple[str, int]:
    match = SPACE.fullmatch(text)
    cost = int(match["cost"] or 1) if match else 0
    if not match or not 1 <= cost <= MAX_COST:
        raise ExportError(
            entry.place,
            f"`AddressSpaces` holds `{shown(text)}`, expected `SMTP:domain;cost` "
            f"with a cost of 1 to {MAX_COST}",
        )
    return match["space"], cost
