"""Worlds and mails whose outcome is computed, and observed behind sockets."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from fakes.choices import Choices, Key
from fakes.exchange.drive import NO_PATIENCE
from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    Directory,
    DomainType,
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
    SendConnector,
    SmartHostAuth,
)
from fakes.exchange.rules.rule import make_rule
from fakes.internet.hosts import Host, Internet, Presence
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, Stage, TlsLevel
from fakes.mail.item import MailItem, Submission
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from fakes.zivver.service import (
    Account,
    Delivering,
    Fault,
    Verification,
    ZivverService,
    credential,
)
from fakes.zone import zone
from harness.outcome import Disposition
from harness.simulate import tell
from harness.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANNA = address("Anna@contoso.example")
BOB = address("bob@contoso.example")
GHOST = address("ghost@contoso.example")
INFO = address("info@fabrikam.example")
DIRK = address("dirk@fabrikam.example")
ZIVVER = "smtp.zivver.com"
MX = "mx.fabrikam.example"
LABEL = "MSIP_Label_0f6e8f4c-1111-4222-8333-444455556666_Enabled=true"
ROUTE = {"RouteMessageOutboundConnector": "Zivver"}
WORD = {"Name": "word", "SubjectContainsWords": ["Secure"], **ROUTE}
LABELLED = {
    "Name": "label",
    "HeaderContainsMessageHeader": "msip_labels",
    "HeaderContainsWords": [LABEL],
    **ROUTE,
}
REDIRECT = {
    "Name": "word",
    "SubjectContainsWords": ["Secure"],
    "RedirectMessageTo": ["anything@relay.contoso.example"],
    "SetHeaderName": "x-zivver-ignore-smtp-recipients",
    "SetHeaderValue": "true",
}
DNS = zone(
    {
        ("contoso.example", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",),
        ("contoso.example", "MX"): ("10 mx.contoso.example",),
        ("fabrikam.example", "MX"): (f"10 {MX}", "20 mx2.fabrikam.example"),
    },
    absent=frozenset({"relay.contoso.example", "gone.example"}),
)
SERVICE = ZivverService(
    accounts=(Account(ANNA),),
    credentials=(credential("relay", "correct horse"),),
    spf_allowlist=frozenset({"contoso.example"}),
    delivering=Delivering(minimum=Verification.NOT_REQUIRED),
)
RIGHT, WRONG = AuthTerms("relay", "correct horse"), AuthTerms("relay", "wrong")
TO_ZIVVER = OutboundConnector(
    "Zivver",
    is_rule_scoped=True,
    uses_mx=False,
    smart_hosts=(ZIVVER,),
    tls=TlsLevel.CERTIFICATE_VALIDATION,
)


def rules_of(*rules):
    return tuple(
        make_rule(rule, None, priority=number, place="test", refuses_unknown=True)
        for number, rule in enumerate(rules)
    )


def base(platform, rules, **fields):
    basis: dict[str, Any] = {
        "accepted_domains": (
            AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),
        ),
        "directory": Directory(
            tuple(
                Recipient(who.local, RecipientKind.MAILBOX, who) for who in (ANNA, BOB)
            )
        ),
        "source": ip_address("192.0.2.7"),
        "helo": "mail.contoso.example",
    }
    return Organization("contoso", platform, rules_of(*rules), **(basis | fields))


def online(*rules, service=SERVICE, net=None, relay=TO_ZIVVER, **fields):
    """Build the guide's way for Exchange Online: rules that name a connector."""
    rules = rules or (LABELLED, WORD)
    organization = base(
        Platform.ONLINE, rules, **{"outbound_connectors": (relay,), **fields}
    )
    return World(organization, service, net or Internet(DNS))


def on_premises(*rules, given=RIGHT, port=587, service=SERVICE, net=None, **fields):
    """Build the guide's way for a server: a redirect, and a connector that logs in."""
    out = SendConnector("Internet", (AddressSpace("*"),))
    relay = SendConnector(
        "Zivver",
        (AddressSpace("relay.contoso.example"),),
        smart_hosts=(ZIVVER,),
        uses_dns=False,
        port=port,
        requires_tls=True,
        auth=SmartHostAuth.BASIC_TLS if given else SmartHostAuth.NONE,
    )
    organization = base(
        Platform.SERVER,
        rules or (REDIRECT,),
        **{
            "send_connectors": (relay, out),
            "credentials": MappingProxyType({"Zivver": given} if given else {}),
            **fields,
        },
    )
    return World(organization, service, net or Internet(DNS))


def internet(*hosts):
    return Internet(DNS, hosts)


def host(name=MX, *, tls=None, **fields):
    shown = ServerTls(is_offered=True, certificate=Certificate((name,)))
    return Host(name, tls or shown, **fields)


def mail(subject="hello", *, to=(INFO,), sender=ANNA, head="", body="text\r\n", **how):
    names = ", ".join(str(who) for who in to)
    raw = f"From: {ANNA}\r\nTo: {names}\r\nSubject: {subject}\r\n{head}\r\n{body}"
    submission = Submission(**how) if how else Submission(authenticated=ANNA)
    return MailItem(Envelope(sender, tuple(to)), Content(raw.encode()), submission)


def stranger(*to, **fields):
    """Make a mail from outside, in a session that does not log in."""
    sender = fields.pop("sender", INFO)
    source = fields.pop("source", "198.51.100.9")
    return mail(sender=sender, to=to, source=ip_address(source), **fields)


@dataclass(frozen=True)
class Case:
    """A mail in a world, and what becomes of each recipient."""

    name: str
    expected: tuple[Disposition, ...]
    item: MailItem
    world: World
    patience: timedelta = NO_PATIENCE
    pinned: dict[Key, str] = field(default_factory=dict, hash=False)

    def computed(self):
        return tell(
            self.item,
            self.world,
            at=AT,
            choices=Choices(self.pinned),
            patience=self.patience,
        )


def fault(kind, *names):
    shown = Certificate(names or (ZIVVER,), kind)
    return replace(SERVICE, tls=ServerTls(is_offered=True, certificate=shown))


GOOD = Certificate((ZIVVER,))
NO_TLS = replace(SERVICE, tls=ServerTls(is_offered=False, certificate=GOOD))
REFUSED_TLS = replace(
    SERVICE, tls=ServerTls(is_offered=True, certificate=GOOD, is_refused=True)
)
DOWN = replace(SERVICE, is_down=True)
NAMED = replace(TO_ZIVVER, tls=TlsLevel.DOMAIN_VALIDATION, tls_domain=ZIVVER)
ANY_TLS = replace(TO_ZIVVER, tls=TlsLevel.ENCRYPTION_ONLY)
SECURE = mail("Secure: figures")
BOTH = (INFO, DIRK)
NEVER = reply(550, "5.7.1", "not welcome")
LATER = reply(451, "4.3.2", "come back later")
FULL = reply(452, "4.2.2", "mailbox full")
# exchange-routing#7.4: one of type OnPremises grants relay rights, a Partner's none.
OWN = InboundConnector(
    "own",
    is_enabled=True,
    networks=(ip_network("203.0.113.0/24"),),
    treats_as_internal=True,
)
PARTNER = replace(OWN, name="partner", treats_as_internal=False, relays=False)
_D = Disposition
NOTIFIED, PLAIN, WAITS = _D.SECURE_NOTIFICATION, _D.PLAIN, _D.DEFERRED


def case(name, expected, item, world, **how):
    expected = expected if isinstance(expected, tuple) else (expected,)
    return Case(name, expected, item, world, **how)


CASES = [
    case("a word in the subject", NOTIFIED, SECURE, online()),
    case("a label", NOTIFIED, mail(head=f"msip_labels: {LABEL}\r\n"), online()),
    case("no word, no label", PLAIN, mail(), online()),
    case("to a colleague", _D.INTERNAL, mail(to=(BOB,)), online()),
    case(
        "inside and outside, a word",
        (NOTIFIED, NOTIFIED),
        mail("Secure", to=(BOB, INFO)),
        online(),
    ),
    case(
        "inside and outside, no word",
        (_D.INTERNAL, PLAIN),
        mail(to=(BOB, INFO)),
        online(),
    ),
    case(
        "only outside is routed",
        (_D.INTERNAL, NOTIFIED),
        mail("Secure", to=(BOB, INFO)),
        online(WORD | {"SentToScope": "NotInOrganization"}),
    ),
    case(
        "two domains, one secure",
        (NOTIFIED, PLAIN),
        mail("Secure", to=(INFO, address("x@example.com"))),
        online(WORD | {"RecipientDomainIs": ["fabrikam.example"]}),
    ),
    case(
        "a null reverse-path",
        _D.REJECTED,
        mail("Secure", sender=None),
        online(service=replace(SERVICE, accounts=())),
    ),
    # Exchange's own endings
    case(
        "a rule rejects, and the NDR goes inside",
        _D.REJECTED,
        SECURE,
        online({"Name": "no", "RejectMessageReasonText": "no"}),
    ),
    case(
        "a rule deletes",
        _D.DELETED,
        SECURE,
        online({"Name": "no", "DeleteMessage": True}),
    ),
    case(
        "a rule changes subject and header",
        PLAIN,
        mail("héllo wörld"),
        online(
            {
                "Name": "mark",
                "PrependSubject": "[out] ",
                "SetHeaderName": "X-Mark",
                "SetHeaderValue": "yes",
            }
        ),
    ),
    case("nobody here of that name", _D.REJECTED, mail(to=(GHOST,)), online()),
    # Submission
    case(
        "a stranger writes to a colleague and a ghost",
        (_D.INTERNAL, _D.REFUSED),
        stranger(BOB, GHOST),
        online(),
    ),
    case("a stranger writes to a ghost", _D.REFUSED, stranger(GHOST), online()),
    case("a stranger relays", _D.REFUSED, stranger(DIRK), online()),
    case(
        "our own server relays what is ours",
        PLAIN,
        stranger(DIRK, sender=ANNA, source="203.0.113.5"),
        online(inbound_connectors=(OWN,)),
    ),
    case(
        "our own server relays what is a stranger's",
        _D.REFUSED,
        stranger(DIRK, source="203.0.113.5"),
        online(inbound_connectors=(OWN,)),
    ),
    case(
        "a partner's server relays",
        _D.REFUSED,
        stranger(DIRK, sender=ANNA, source="203.0.113.5"),
        online(inbound_connectors=(PARTNER,)),
    ),
    case(
        "a stranger without an address, at a server",
        _D.REFUSED,
        mail(to=(DIRK,), sender=INFO, helo="odd.example"),
        on_premises(),
    ),
    # Zivver
    case("Zivver is down", WAITS, SECURE, online(service=DOWN)),
    case(
        "Zivver is down for three days, and the NDR goes inside",
        _D.EXPIRED,
        SECURE,
        online(service=DOWN),
        patience=timedelta(days=3),
    ),
    case(
        "Zivver's store is down",
        WAITS,
        SECURE,
        online(service=replace(SERVICE, faults=frozenset({Fault.STORE_DOWN}))),
        patience=timedelta(hours=1),
    ),
    case(
        "Zivver is overloaded",
        WAITS,
        SECURE,
        online(service=replace(SERVICE, faults=frozenset({Fault.OVERLOADED}))),
    ),
    case("no STARTTLS", WAITS, SECURE, online(service=NO_TLS)),
    case("STARTTLS is refused", WAITS, SECURE, online(service=REFUSED_TLS)),
    *(
        case(
            f"a certificate that is {kind.value}",
            WAITS if kind is not CertificateFault.NONE else NOTIFIED,
            SECURE,
            online(service=fault(kind)),
        )
        for kind in CertificateFault
    ),
    case(
        "an expired certificate, and nobody looks",
        NOTIFIED,
        SECURE,
        online(service=fault(CertificateFault.EXPIRED), relay=ANY_TLS),
    ),
    case("the name is checked", NOTIFIED, SECURE, online(relay=NAMED)),
    case(
        "another's name",
        WAITS,
        SECURE,
        online(
            service=fault(CertificateFault.NONE, "mail.fabrikam.example"), relay=NAMED
        ),
    ),
    case(
        "SPF fails for the address, and the NDR goes inside",
        _D.REJECTED,
        SECURE,
        online(source=ip_address("198.51.100.77")),
    ),
    case(
        "no source address, taken to be the right one",
        NOTIFIED,
        SECURE,
        online(source=None),
    ),
    case(
        "no account, and the NDR goes inside",
        (_D.REJECTED, _D.REJECTED),
        mail("Secure", to=BOTH),
        online(service=replace(SERVICE, accounts=())),
    ),
    case(
        "no account, and the NDR goes to an outside sender",
        _D.REJECTED,
        mail("Secure", sender=DIRK),
        online(service=replace(SERVICE, accounts=())),
    ),
    case(
        "no account, and the NDR finds no host",
        _D.REJECTED,
        mail("Secure", sender=address("x@gone.example")),
        online(service=replace(SERVICE, accounts=())),
    ),
    case(
        "more recipients than Zivver takes at once",
        (NOTIFIED, WAITS),
        mail("Secure", to=BOTH),
        online(service=replace(SERVICE, recipient_limit=1)),
    ),
    case(
        "more recipients than Zivver takes at once, in time",
        (NOTIFIED, NOTIFIED),
        mail("Secure", to=BOTH),
        online(service=replace(SERVICE, recipient_limit=1)),
        patience=timedelta(hours=1),
    ),
    # On-premises
    case("redirected, port 587", NOTIFIED, SECURE, on_premises()),
    case("redirected, port 25", NOTIFIED, SECURE, on_premises(port=25)),
    case("redirected, by SPF", NOTIFIED, SECURE, on_premises(given=None)),
    case(
        "redirected to one, for two",
        (NOTIFIED, NOTIFIED),
        mail("Secure", to=BOTH),
        on_premises(),
    ),
    case("redirected, no word", PLAIN, mail(), on_premises()),
    case("redirected, wrong credentials", WAITS, SECURE, on_premises(given=WRONG)),
    case(
        "redirected, wrong credentials for three days",
        _D.EXPIRED,
        SECURE,
        on_premises(given=WRONG),
        patience=timedelta(days=3),
    ),
    case(
        "redirected, no such port",
        WAITS,
        SECURE,
        on_premises(service=replace(SERVICE, ports=(25,))),
    ),
    case(
        "redirected, no credentials known",
        NOTIFIED,
        SECURE,
        on_premises(service=replace(SERVICE, credentials=None)),
    ),
    # Everybody else
    *(
        case(
            f"{said.code} at {stage.value}",
            expected,
            mail(),
            online(
                net=internet(
                    host(refuses=((stage, said),)),
                    host("mx2.fabrikam.example", presence=Presence.DOWN),
                )
            ),
        )
        for stage, said, expected in (
            (Stage.CONNECT, LATER, WAITS),
            (Stage.EHLO, NEVER, WAITS),
            (Stage.MAIL, NEVER, _D.REJECTED),
            (Stage.RCPT, NEVER, _D.REJECTED),
            (Stage.RCPT, FULL, WAITS),
            (Stage.DATA, LATER, WAITS),
            (Stage.DONE, NEVER, _D.REJECTED),
            (Stage.DONE, LATER, WAITS),
        )
    ),
    case(
        "one of two is unknown there",
        (PLAIN, _D.REJECTED),
        mail(to=BOTH),
        online(net=internet(host(unknown=frozenset({DIRK})))),
    ),
    case(
        "the first host is down",
        PLAIN,
        mail(),
        online(net=internet(host(presence=Presence.DOWN))),
    ),
    case(
        "the hosts offer no TLS",
        PLAIN,
        mail(),
        online(
            net=internet(
                host(tls=ServerTls(is_offered=False, certificate=Certificate((MX,))))
            )
        ),
    ),
    case(
        "the first host closes at the end",
        PLAIN,
        mail(),
        online(
            net=internet(
                host(refuses=((Stage.DONE, reply(421, "4.3.2", "closing down")),))
            )
        ),
    ),
    case(
        "the domain is gone",
        WAITS,
        mail(to=(address("x@gone.example"),)),
        online(),
    ),
    # Letters
    case(
        "names outside ASCII",
        PLAIN,
        mail("über", to=(address("jörg@fäbrikam.example"),), head="X-Ü: ß\r\n"),
        online(net=Internet()),
    ),
    case("no final line end", PLAIN, mail(body="no end"), online()),
    case("dots", PLAIN, mail(body=".\r\n..\r\n.a\r\n.\r\n"), online()),
    case("a bare line feed", _D.REFUSED, mail(body="a\nb\r\n"), online()),
    case("a long line", PLAIN, mail(body="x" * 60_000), online()),
    case("a line that is too long", _D.REFUSED, mail(body="x" * 70_000), online()),
]
