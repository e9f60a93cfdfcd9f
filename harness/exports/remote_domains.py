"""Get-RemoteDomain: what is done differently with mail to other people's domains."""

from __future__ import annotations

from fakes.exchange.remote_domain import EVERY_DOMAIN, RemoteDomain
from fakes.mail.address import domain_key, is_domain
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Row,
    Table,
    Understood,
    marks_of,
    unjudged,
    used,
    without_effect,
)
from harness.exports.connector_tables import ABOUT_ITSELF, ITSELF
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

_ROUTING = "exchange-routing#5.3"
REMOTE_DOMAINS = Table(
    used(
        _ROUTING,
        "DomainName IsInternal AllowedOOFType AutoReplyEnabled AutoForwardEnabled "
        "NDREnabled TNEFEnabled",
    )
    | without_effect(ITSELF, "exports#4", f"{ABOUT_ITSELF} Name IsValid")
    | without_effect(
        "how the text is written, counted and reported",
        _ROUTING,
        "CharacterSet NonMimeCharacterSet ContentType ByteEncoderTypeFor7BitCharsets "
        "PreferredInternetCodePageForShiftJis RequiredCharsetCoverage LineWrapSize "
        "DisplaySenderName UseSimpleDisplayName NDRDiagnosticInfoEnabled "
        "MessageCountThreshold DeliveryReportEnabled "
        "MeetingForwardNotificationEnabled SmtpDaneMandatoryModeEnabled",
    )
    | {
        # Trust across a hybrid organisation, and whose addresses the cloud gives.
        name: Row(Understood.NOT_JUDGED, "exports#4", "", frozenset({"false"}))
        for name in (
            "trustedmailoutboundenabled",
            "trustedmailinboundenabled",
            "targetdeliverydomain",
        )
    }
)


def read_remote_domain(entry: Exported, ledger: Ledger) -> RemoteDomain:
    """Read one object of Get-RemoteDomain: `x`, `*.x` or `*`.

    Raises:
        ExportError: the domain is missing or none.

    """
    said = values.text(entry, "DomainName") or ""
    bare = said.removeprefix("*.")
    if said != EVERY_DOMAIN and not is_domain(bare):
        raise ExportError(
            entry.place, f"`DomainName` is `{shown(said)}`, expected a domain"
        )
    name = values.text(entry, "Name") or said
    marks = marks_of(entry, REMOTE_DOMAINS)
    ledger.note(entry, name, marks)
    return RemoteDomain(
        name=name,
        domain=said if said == EVERY_DOMAIN else domain_key(bare),
        covers_subdomains=said != bare,
        forwards=values.flag(entry, "AutoForwardEnabled") is not False,
        replies=values.flag(entry, "AutoReplyEnabled") is not False,
        reports_failures=values.flag(entry, "NDREnabled") is not False,
        out_of_office=values.text(entry, "AllowedOOFType") or "External",
        tnef=values.flag(entry, "TNEFEnabled"),
        is_internal=values.flag(entry, "IsInternal") is True,
        unjudged=unjudged(marks),
        place=entry.place,
    )
