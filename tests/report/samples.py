"""A small tenant, its mails, and pages of them, for tests of what is printed."""

from datetime import UTC, datetime

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
from fakes.internet.hosts import Internet, decent_host
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from harness.report.explain import explanation
from harness.report.page import as_text
from harness.report.told import Told
from harness.simulate import simulate
from harness.world import World

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
SIGNATURES = "signatures.northwind.example"
RELAY = "Zivver Custom Relay"
ANNA, BOB = "anna@contoso.example", "bob@contoso.example"
INFO, CLEO = "info@fabrikam.example", "cleo@fabrikam.example"
SUBJECT = {
    "Name": "Zivver subject",
    "SubjectContainsWords": ["Secure"],
    "RouteMessageOutboundConnector": RELAY,
}
CARDS = {
    "Name": "Cards",
    "MessageContainsDataClassifications": ["Credit card"],
    "RouteMessageOutboundConnector": RELAY,
}
PEOPLE = Directory(
    tuple(
        Recipient(name, RecipientKind.MAILBOX, parse_address(f"{name}@contoso.example"))
        for name in ("anna", "bob")
    )
)


def connector(name, host):
    return OutboundConnector(
        name, uses_mx=False, smart_hosts=(host,), is_rule_scoped=True
    )


def world(*rules):
    return World(
        Organization(
            "contoso",
            Platform.ONLINE,
            tuple(
                make_rule(rule, PEOPLE, priority=number, place=f"rules.json:{number}")
                for number, rule in enumerate(rules)
            ),
            (AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),),
            PEOPLE,
            (
                connector(RELAY, "smtp.zivver.com"),
                connector("Signatures", SIGNATURES),
            ),
            (),
        ),
        internet=Internet(hosts=(decent_host(SIGNATURES),)),
    )


def mail(subject="stock", to=(INFO,), body="hello"):
    head = f"From: {ANNA}\r\nTo: {', '.join(to)}\r\nSubject: {subject}\r\n\r\n"
    return MailItem(
        Envelope(parse_address(ANNA), tuple(map(parse_address, to))),
        Content(f"{head}{body}\r\n".encode()),
        Submission(parse_address(ANNA)),
    )


def told(item, *rules):
    place = world(*rules)
    return Told(simulate(item, place, at=AT), place.organization.rules)


def explained(item, *rules, width=100):
    return as_text(explanation(told(item, *rules), width=width), width=width)


def on_one_line(page):
    return " ".join(page.split())
