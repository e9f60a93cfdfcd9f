"""Small tenants and mails for the tests of the fake Exchange, with plain defaults."""

from dataclasses import replace
from datetime import UTC, datetime

from fakes.choices import Choices, explore
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
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.exchange.rules.rule import make_rule
from fakes.exchange.transport import transport
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from tests.computed import ends_of

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
address = parse_address
ANNA, BOB = address("anna@contoso.example"), address("bob@contoso.example")
ALIAS = address("robert@contoso.example")
CLEO, DIRK = address("cleo@fabrikam.example"), address("dirk@wingtip.example")
AUDIT = address("audit@contoso.example")
SALES = address("sales@contoso.example")
CONTACT, FOREIGN = address("notary@contoso.example"), address("office@notary.example")
SETTLED = Readings(settled=frozenset(QUESTIONS))

RELAY = OutboundConnector(
    "Relay", is_rule_scoped=True, uses_mx=False, smart_hosts=("smtp.zivver.com",)
)
DIRECTORY = Directory(
    (
        Recipient("Anna", RecipientKind.MAILBOX, ANNA, names=("anna",)),
        Recipient("Bob", RecipientKind.MAILBOX, BOB, proxies=(ALIAS,)),
        Recipient("Audit", RecipientKind.MAILBOX, AUDIT),
        Recipient("Sales", RecipientKind.GROUP, SALES),
        Recipient("Notary", RecipientKind.MAIL_CONTACT, CONTACT, external=FOREIGN),
    )
)
DOMAINS = (
    AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE, is_default=True),
)
BARE = Organization(
    "contoso",
    Platform.ONLINE,
    rules=(),
    accepted_domains=DOMAINS,
    directory=DIRECTORY,
    outbound_connectors=(RELAY,),
    send_connectors=(),
    inbound_connectors=(),
    inbox_rules=(),
    journal_rules=(),
    readings=SETTLED,
)

ROUTE = {"RouteMessageOutboundConnector": "Relay"}
REJECT = {"RejectMessageReasonText": "not by mail"}
OUTSIDE = Submission()


def rule(parameters, *, priority=0, directory=DIRECTORY):
    named = {"Name": f"rule {priority}"} | parameters
    return make_rule(
        named, directory, priority=priority, place="test", refuses_unknown=True
    )


def tenant(*rules, **fields):
    """The bare organization with these rules, all readings settled."""
    made = tuple(rule(given, priority=n) for n, given in enumerate(rules))
    return replace(BARE, rules=made, **fields)


def open_tenant(*rules, **fields):
    """The same with every reading open."""
    return tenant(*rules, readings=Readings(), **fields)


def reading(**answers):
    return replace(SETTLED, **answers)


def mail(
    subject="hello",
    *,
    to=(CLEO,),
    sender=ANNA,
    headers="",
    body="text",
    raw=None,
    reverse_path=...,
    submission=None,
):
    names = ", ".join(str(who) for who in to)
    written = (
        f"From: {sender}\r\nTo: {names}\r\nSubject: {subject}\r\n{headers}\r\n{body}"
    )
    content = raw if raw is not None else written.encode()
    return MailItem(
        Envelope(sender if reverse_path is ... else reverse_path, tuple(to)),
        Content(content),
        submission or Submission(authenticated=sender),
    )


def mail_servers(domain):
    """Everybody has a mail server of his own, and the smart host is one."""
    return None if domain == "smtp.zivver.com" else (f"mx.{domain}",)


def passed(item, organization, *, choices=None, at=AT, mx=mail_servers):
    return transport(item, organization, at=at, mx=mx, choices=choices or Choices())


def ends(item, organization, **more):
    """What becomes of each recipient's copies: sets of (what, connector, address)."""
    return ends_of(passed(item, organization, **more))


def every_end(item, organization, *, bound=100, **more):
    """The ends along every way: one entry a run."""
    found = explore(
        lambda choices: ends(item, organization, choices=choices, **more), bound=bound
    )
    assert found.is_whole
    return [run.result for run in found.runs]


def asked(item, organization, **more):
    """The choice points that are met on any way, by name."""
    found = explore(
        lambda choices: ends(item, organization, choices=choices, **more), bound=100
    )
    return {str(point.key) for run in found.runs for point in run.met}


def sent(result):
    """The subject and named fields are read from what leaves: the first content."""
    return result.outgoing[0].handoff.content


def hits(conditions, item, **fields):
    """Whether a rule of these conditions takes the mail of its first recipient."""
    organization = tenant({"Quarantine": True} | conditions, **fields)
    end = ends(item, organization)[item.envelope.recipients[0]]
    return end == {("quarantined", None, None)}
