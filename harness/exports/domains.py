"""Accepted domains."""

from __future__ import annotations

from fakes.exchange.organization import AcceptedDomain, DomainType
from fakes.mail.address import domain_key, is_domain
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Row,
    Table,
    Understood,
    marks_of,
    used,
    without_effect,
)
from harness.exports.connector_tables import ABOUT_ITSELF, ITSELF
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

_OPEN = Row(Understood.NOT_JUDGED, "exchange-routing#3.1")
DOMAINS = Table(
    used("exchange-routing#3.1", "DomainName DomainType MatchSubDomains Default")
    | without_effect(ITSELF, "exports#4", f"{ABOUT_ITSELF} Name")
    | without_effect(
        "how the domain is signed in to, listed and federated",
        "exports#4",
        "AddressBookEnabled EmailOnly ExternallyManaged AuthenticationType "
        "RawAuthenticationType LiveIdInstanceType PendingCompletion InitialDomain "
        "FederatedOrganizationLink PendingFederatedAccountNamespace "
        "PendingFederatedDomain IsCoexistenceDomain PerimeterDuplicateDetected "
        "IsDefaultFederatedDomain EnableNego2Authentication CanHaveCloudCache "
        "SmtpDaneStatus MailFlowRegion AzureProvisioningRegion",
    )
    | {
        "isvalid": Row(Understood.NOT_JUDGED, "exports#4", "", frozenset({"true"})),
        "catchallrecipientid": _OPEN,
        "mailflowpartner": _OPEN,
        "outboundonly": _OPEN,
        "pendingremoval": _OPEN,
        "sendingfromdomaindisabled": _OPEN,
        "sendingtodomaindisabled": _OPEN,
    }
)


def read_domain(entry: Exported, ledger: Ledger) -> AcceptedDomain:
    """Read one object of Get-AcceptedDomain: `x`, `*.x` or `*` (exports#4).

    Raises:
        ExportError: name or type is missing or ill-formed.

    """
    said = _domain_name(entry)
    name = said.removeprefix("*.")
    if not said or (said != "*" and ("*" in name or not is_domain(name))):
        raise ExportError(
            entry.place, f"`DomainName` is `{shown(said)}`, expected a domain"
        )
    kind = values.choice(entry, "DomainType", DomainType)
    if kind is None:
        raise ExportError(entry.place, f"the domain `{name}` without `DomainType`")
    ledger.note(entry, said, marks_of(entry, DOMAINS))
    covers = said.startswith("*") or values.flag(entry, "MatchSubDomains") is True
    return AcceptedDomain(
        domain=name if name == "*" else domain_key(name),
        type=kind,
        covers_subdomains=covers,
        is_default=values.flag(entry, "Default") is True,
        place=entry.place,
    )


def _domain_name(entry: Exported) -> str:
    value = entry.get("DomainName")
    if isinstance(value, dict):
        # exports#3: an object of a server; `Address` has the wildcard.
        folded = {key.lower(): content for key, content in value.items()}
        for key in ("address", "domain"):
            if isinstance(folded.get(key), str):
                said = str(folded[key])
                is_below = folded.get("includesubdomains") is True
                return f"*.{said}" if is_below and not said.startswith("*") else said
    return values.text(entry, "DomainName") or ""
