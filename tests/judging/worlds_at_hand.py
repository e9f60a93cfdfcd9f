"""Small builders of tenants and mails for the tests of the judging floors."""

from datetime import UTC, datetime
from typing import Any

from fakes.exchange.organization import (
    AcceptedDomain,
    Directory,
    DomainType,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
)
from fakes.exchange.rules.rule import make_rule
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import TlsLevel
from fakes.mail.item import MailItem, Submission
from fakes.zivver.service import Account, Delivering, Verification, ZivverService
from harness.simulate import simulate
from harness.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANNA, BOB = address("anna@contoso.example"), address("bob@contoso.example")
INFO = address("info@fabrikam.example")
ROUTE = {"Name": "relay", "RouteMessageOutboundConnector": "Zivver"}


def mailbox(who):
    return Recipient(who.local, RecipientKind.MAILBOX, who)


def organization(*rules, connectors=None, **fields):
    made = tuple(
        make_rule(rule, None, priority=number, place="test", refuses_unknown=True)
        for number, rule in enumerate(rules)
    )
    relay = OutboundConnector(
        "Zivver",
        is_rule_scoped=True,
        uses_mx=False,
        smart_hosts=("smtp.zivver.com",),
        tls=TlsLevel.DOMAIN_VALIDATION,
        tls_domain="smtp.zivver.com",
    )
    basis: dict[str, Any] = {
        "accepted_domains": (
            AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),
        ),
        "directory": Directory((mailbox(ANNA), mailbox(BOB))),
        "outbound_connectors": (relay,) if connectors is None else connectors,
    }
    return Organization("contoso", Platform.ONLINE, made, **(basis | fields))


def world(*rules, zivver=None, **fields):
    service = ZivverService(
        accounts=(Account(ANNA),),
        delivering=Delivering(minimum=Verification.NOT_REQUIRED),
    )
    return World(organization(*rules, **fields), zivver or service)


def mail(subject="hello", *, to=(INFO,), sender=ANNA, headers="", body="text", **how):
    names = ", ".join(str(who) for who in to)
    raw = f"From: {sender}\r\nTo: {names}\r\nSubject: {subject}\r\n{headers}\r\n{body}"
    submission = Submission(**how) if how else Submission(authenticated=sender)
    return MailItem(Envelope(sender, tuple(to)), Content(raw.encode()), submission)


def simulated(item, where, **how):
    return simulate(item, where, at=AT, **how)
