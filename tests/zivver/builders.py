"""Values for the tests of the fake Zivver, with plain defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address

from fakes.choices import Choices
from fakes.mail.address import Address, parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.session import Session
from fakes.zivver import Account, Transaction, ZivverService, credential, receiver
from fakes.zivver.readings import (
    BccMode,
    Delegates,
    EmptyRecipients,
    IgnoreValue,
    MissingAccount,
    NotAllowlisted,
    NtaUnfit,
    TrustedOverSmtp,
)
from fakes.zivver.service import Delivering, Verification
from fakes.zone import Zone, zone

ANNA = parse_address("anna@contoso.example")
BOB = parse_address("bob@contoso.example")
CLEO = parse_address("cleo@fabrikam.example")
DIRK = parse_address("dirk@fabrikam.example")
RELAY = parse_address("relay@relay.contoso.example")

INSIDE_SPF = ip_address("192.0.2.1")
OUTSIDE_SPF = ip_address("198.51.100.9")

DNS = zone(
    {("contoso.example", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",)},
    absent=frozenset({"relay.contoso.example", "gone.example"}),
)

SETTLED = ZivverService(
    accounts=(Account(ANNA),),
    credentials=(credential("user-1", "correct horse"),),
    spf_allowlist=frozenset({"contoso.example"}),
    delivering=Delivering(minimum=Verification.NOT_REQUIRED),
    missing_account=MissingAccount.REJECT,
    ignore_value=IgnoreValue.CASE_BLIND,
    empty_recipients=EmptyRecipients.REFUSE,
    not_allowlisted=NotAllowlisted.REJECT_MAIL,
    bcc_mode=BccMode.HIDDEN,
    trusted_over_smtp=TrustedOverSmtp.SECURE,
    nta_unfit=NtaUnfit.NOTIFICATION,
    delegates=Delegates.NOT_ASKED,
)

LOGGED_IN = Session(
    OUTSIDE_SPF, "mail.contoso.example", identity="user-1", is_encrypted=True
)
BY_SPF = Session(INSIDE_SPF, "out.example", is_encrypted=True)


def addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(parse_address(text) for text in texts)


def content(*fields: str, sender: str = "anna@contoso.example") -> Content:
    lines = [f"From: {sender}"] if sender else []
    return Content("\r\n".join([*lines, *fields, "", "hello\r\n"]).encode())


TO_CLEO = content("To: cleo@fabrikam.example")


@dataclass(frozen=True)
class Given:
    """A service, a session and a mail; `run` hands the one to the other."""

    service: ZivverService = SETTLED
    session: Session = LOGGED_IN
    sender: Address | None = ANNA
    to: tuple[Address, ...] = (CLEO,)
    content: Content = TO_CLEO
    zone: Zone = DNS

    def run(self, choices: Choices | None = None, **changes) -> Transaction:
        given = replace(self, **changes)
        door = receiver(given.service, given.zone, 25, choices or Choices())
        envelope = Envelope(given.sender, given.to)
        return door.message(given.session, envelope, given.content).record
