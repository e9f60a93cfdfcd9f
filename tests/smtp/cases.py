"""Receivers, hand-offs, and the table of sessions that end alike in both worlds."""

from dataclasses import dataclass, field, replace
from typing import Any

from fakes.mail import troubles
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import (
    PLAIN_MANNER,
    AuthTerms,
    Demand,
    DsnTerms,
    HandOff,
    Manner,
    Route,
    TlsLevel,
    TlsTerms,
)
from fakes.mail.offers import ALL as ALL_OFFERS
from fakes.mail.offers import Extension
from fakes.mail.receiver import HangUpError, Receipt, Receiver
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls, Session

ANNA = parse_address("anna@contoso.example")
BOB = parse_address("bob@fabrikam.example")
CLEO = parse_address("cleo@fabrikam.example")
DORA = parse_address("dora@fabrikam.example")
NAME = "relay.fabrikam.example"
SECOND = "second.fabrikam.example"
GOOD = ServerTls(is_offered=True, certificate=Certificate((NAME,)))
NO_TLS = replace(GOOD, is_offered=False)
REFUSED_TLS = replace(GOOD, is_refused=True)
OLD_TLS = replace(GOOD, is_outdated=True)
LOGIN = AuthTerms("relay", "correct horse")
MAIL = Content(b"Subject: stock\r\n\r\n.a line\r\n..\r\nthe end\r\n")

OPPORTUNISTIC = TlsTerms(TlsLevel.OPPORTUNISTIC)


def demanding(terms, refusal=None, *, names_host=False):
    demand = Demand(NAME, troubles.NO_TLS_FOR_DANE, refusal, names_host)
    return replace(terms, demands=(demand,))


PINNED = demanding(OPPORTUNISTIC)
FALLING_BACK = replace(OPPORTUNISTIC, falls_back=True)
ENCRYPTED = TlsTerms(TlsLevel.ENCRYPTION_ONLY)
VALIDATED = TlsTerms(TlsLevel.CERTIFICATE_VALIDATION)
NAMED = TlsTerms(TlsLevel.DOMAIN_VALIDATION, NAME)
UNENCRYPTED = TlsTerms(TlsLevel.NEVER)
HELO = Manner(forces_helo=True)
LEVELS = (OPPORTUNISTIC, ENCRYPTED, VALIDATED, NAMED)

OK = reply(250, "2.0.0", "Ok")
LATER = reply(451, "4.3.2", "come back later")
NEVER = reply(550, "5.7.1", "not welcome")
CLOSING = reply(421, "4.3.2", "closing down")
TAKEN = "taken"


@dataclass(frozen=True)
class Seen:
    """What a receiver of these tests writes down."""

    session: Session
    envelope: Envelope
    content: Content
    reply: Reply


def server_tls(fault=CertificateFault.NONE, *names):
    return ServerTls(
        is_offered=True, certificate=Certificate(names or (NAME,), fault=fault)
    )


def receiver(
    name=NAME, *, connect="greet", rcpt=(), done=OK, users=None, hangs_up="", **given
):
    """Make a receiver; `rcpt` pairs recipients with the replies they meet.

    `hangs_up` names the decision at which the connection breaks instead of a reply.
    """
    replies = dict(rcpt)
    greeting = reply(220, "", f"{name} ESMTP") if connect == "greet" else connect
    mail = given.pop("mail", OK)
    hello = given.pop("hello", None)
    data = given.pop("data", None)

    def message(session, envelope, content):
        seen = Seen(session, envelope, content, done)
        return Receipt(done, seen, is_unsaid=hangs_up == "unsaid")

    def log_in(_session, user, password):
        if users.get(user) == password:
            return reply(235, "2.7.0", "welcome")
        return given_login

    given_login = given.pop("bad_login", reply(535, "5.7.8", "bad credentials"))
    settings = {"tls": GOOD, "needs_tls": False, "size_limit": 1_000_000, **given}
    made = Receiver(
        name=name,
        port=25,
        connect=lambda _session: greeting,
        hello=lambda _session: hello,
        mail=lambda _session, _sender, _size: mail,
        recipient=lambda _session, _sender, to, _count: replies.get(to, OK),
        data=lambda _session, _envelope: data,
        message=message,
        authenticate=None if users is None else log_in,
        **settings,
    )
    if hangs_up in {"", "unsaid"}:
        return made

    def hang_up(*_seen):
        raise HangUpError

    broken: dict[str, Any] = {hangs_up: hang_up}
    return replace(made, **broken)


def handoff(
    *recipients,
    hosts=(NAME,),
    tls=OPPORTUNISTIC,
    auth=None,
    content=MAIL,
    manner=PLAIN_MANNER,
):
    return HandOff(
        Envelope(ANNA, recipients or (BOB,)),
        content,
        hosts,
        25,
        tls,
        Route.SMART_HOST,
        connector="to the relay",
        auth=auth,
        helo="mail.contoso.example",
        manner=manner,
    )


@dataclass(frozen=True)
class Case:
    """A hand-off, the hosts that can be found, and what becomes of each recipient."""

    name: str
    expected: tuple[str, ...]
    handoff: HandOff
    servers: dict[str, Receiver[Seen] | Reply] = field(hash=False)

    def find(self, name, _port):
        return self.servers.get(name, troubles.LOOK_UP_FAILED)


def case(name, expected, offer, *servers):
    expected = (expected,) if isinstance(expected, str) else expected
    found = {
        each[0] if isinstance(each, tuple) else each.name: (
            each[1] if isinstance(each, tuple) else each
        )
        for each in servers
    }
    return Case(name, expected, offer, found)


WITH_LOGIN = {"users": {"relay": "correct horse"}}
BOTH = (NAME, SECOND)
SPARE = receiver(SECOND, tls=server_tls(CertificateFault.NONE, SECOND))
PATIENT = reply(450, "4.5.3", "too many recipients")

CASES = [
    case("a decent server", TAKEN, handoff(), receiver()),
    # exchange-routing 1.6 and D1 to D6
    case("no TLS, opportunistic", TAKEN, handoff(), receiver(tls=NO_TLS)),
    case(
        "no TLS, encryption demanded",
        "450 4.4.317",
        handoff(tls=ENCRYPTED),
        receiver(tls=NO_TLS),
    ),
    case("STARTTLS refused", "450 4.4.317", handoff(), receiver(tls=REFUSED_TLS)),
    case("nothing but TLS 1.1", "450 4.4.317", handoff(), receiver(tls=OLD_TLS)),
    # exchange-routing X-8
    case(
        "STARTTLS refused, and in clear then",
        TAKEN,
        handoff(tls=FALLING_BACK),
        receiver(tls=REFUSED_TLS),
    ),
    case(
        "a handshake that fails, and in clear then",
        TAKEN,
        handoff(tls=FALLING_BACK),
        receiver(tls=OLD_TLS),
    ),
    # exchange-routing 1.6: DANE and MTA-STS
    case("a demand that is met", TAKEN, handoff(tls=PINNED), receiver()),
    case(
        "a demand, and no STARTTLS",
        "450 4.7.321",
        handoff(tls=PINNED),
        receiver(tls=NO_TLS),
    ),
    case(
        "a demand, and another certificate",
        "450 4.7.323",
        handoff(tls=demanding(OPPORTUNISTIC, troubles.TLSA_INVALID)),
        receiver(),
    ),
    case(
        "a demand beside what is asked for anyway",
        "450 4.7.323",
        handoff(tls=demanding(VALIDATED, troubles.TLSA_INVALID)),
        receiver(),
    ),
    case(
        "a demand for the host's own name",
        "450 4.7.320",
        handoff(tls=demanding(OPPORTUNISTIC, names_host=True)),
        receiver(tls=server_tls(CertificateFault.NONE, SECOND)),
    ),
    # exchange-routing 2.1: IgnoreSTARTTLS and ForceHELO
    case("STARTTLS ignored", TAKEN, handoff(tls=UNENCRYPTED), receiver()),
    case(
        "STARTTLS ignored by who must log in inside TLS",
        "450 4.4.317",
        handoff(tls=UNENCRYPTED, auth=LOGIN),
        receiver(**WITH_LOGIN),
    ),
    case("HELO offers no TLS", TAKEN, handoff(manner=HELO), receiver()),
    case(
        "HELO and encryption demanded",
        "450 4.4.317",
        handoff(tls=ENCRYPTED, manner=HELO),
        receiver(),
    ),
    case(
        "HELO refused",
        "450 4.4.317",
        handoff(manner=HELO),
        receiver(hello=reply(502, "5.5.2", "no")),
    ),
    # exchange-routing D21
    case("no such name", "554 5.4.4", handoff(), (NAME, troubles.NO_SUCH_HOST)),
    case(
        "no such name, and DNS may yet say otherwise",
        "450 4.4.312",
        handoff(manner=Manner(waits_for_dns=True)),
        (NAME, troubles.NO_SUCH_HOST),
    ),
    case(
        "a wildcard in the terms",
        TAKEN,
        handoff(tls=TlsTerms(TlsLevel.DOMAIN_VALIDATION, "*.fabrikam.example")),
        receiver(),
    ),
    case(
        "a wildcard in the certificate",
        TAKEN,
        handoff(tls=NAMED),
        receiver(tls=server_tls(CertificateFault.NONE, "*.fabrikam.example")),
    ),
    case(
        "no name in the terms means the host's",
        "450 4.7.320",
        handoff(tls=TlsTerms(TlsLevel.DOMAIN_VALIDATION)),
        receiver(tls=server_tls(CertificateFault.NONE, SECOND)),
    ),
    case(
        "MAIL in clear to a server that wants TLS",
        "530 5.7.0",
        handoff(),
        receiver(tls=NO_TLS, needs_tls=True),
    ),
    # exchange-routing D12, D13, field-cases X-30
    case("good login", TAKEN, handoff(auth=LOGIN), receiver(**WITH_LOGIN)),
    case(
        "bad login",
        "450 4.7.0",
        handoff(BOB, auth=replace(LOGIN, password="wrong")),
        receiver(**WITH_LOGIN),
    ),
    case("no AUTH offered", "450 4.7.0", handoff(auth=LOGIN), receiver()),
    case(
        "login waits for TLS that does not come",
        "450 4.4.317",
        handoff(auth=LOGIN),
        receiver(tls=NO_TLS, **WITH_LOGIN),
    ),
    case(
        "login in clear is not offered",
        "450 4.7.0",
        handoff(auth=replace(LOGIN, needs_tls=False)),
        receiver(tls=NO_TLS, **WITH_LOGIN),
    ),
    case(
        "no login to an impostor",
        "450 4.7.320",
        handoff(auth=LOGIN, tls=NAMED),
        receiver(tls=server_tls(CertificateFault.NONE, SECOND), **WITH_LOGIN),
    ),
    case(
        "login backend down",
        "450 4.7.0",
        handoff(auth=replace(LOGIN, user="other")),
        receiver(bad_login=reply(454, "4.7.0", "backend down"), **WITH_LOGIN),
    ),
    # exchange-routing 6.3, stage by stage
    *(
        case(f"{said.code} at {stage}", expected, handoff(), receiver(**{stage: said}))
        for stage, said, expected in (
            ("connect", LATER, "450 4.4.317"),
            ("connect", NEVER, "450 4.4.317"),
            ("connect", CLOSING, "450 4.4.317"),
            ("hello", LATER, "450 4.4.317"),
            ("hello", NEVER, "450 4.4.317"),
            ("hello", CLOSING, "450 4.4.317"),
            ("mail", LATER, "451 4.3.2"),
            ("mail", NEVER, "550 5.7.1"),
            ("mail", CLOSING, "421 4.3.2"),
            ("data", LATER, "451 4.3.2"),
            ("data", NEVER, "550 5.7.1"),
            ("data", CLOSING, "421 4.3.2"),
            ("done", LATER, "451 4.3.2"),
            ("done", NEVER, "550 5.7.1"),
            ("done", CLOSING, "421 4.3.2"),
        )
    ),
    case(
        "one taken, one later, one never",
        (TAKEN, "451 4.3.2", "550 5.7.1"),
        handoff(BOB, CLEO, DORA),
        receiver(rcpt=((CLEO, LATER), (DORA, NEVER))),
    ),
    case(
        "the taken ones share the end",
        ("550 5.7.1", "450 4.5.3", "550 5.7.1"),
        handoff(BOB, CLEO, DORA),
        receiver(rcpt=((CLEO, PATIENT),), done=NEVER),
    ),
    case(
        "nobody is taken, no DATA",
        ("550 5.7.1", "451 4.3.2"),
        handoff(BOB, CLEO),
        receiver(rcpt=((BOB, NEVER), (CLEO, LATER))),
    ),
    case(
        "the same recipient twice",
        (TAKEN, TAKEN),
        handoff(BOB, BOB),
        receiver(),
    ),
    # exchange-routing D20, A25
    case(
        "first host cannot be found",
        TAKEN,
        handoff(hosts=BOTH),
        (NAME, troubles.LOOK_UP_FAILED),
        SPARE,
    ),
    case(
        "first host is down",
        TAKEN,
        handoff(hosts=BOTH),
        (NAME, troubles.CONNECTION_REFUSED),
        SPARE,
    ),
    case(
        "first host says nothing",
        TAKEN,
        handoff(hosts=BOTH),
        receiver(connect=None),
        SPARE,
    ),
    case(
        "first host closes at EHLO",
        TAKEN,
        handoff(hosts=BOTH),
        receiver(hello=CLOSING),
        SPARE,
    ),
    case(
        "first host closes at the second recipient",
        (TAKEN, TAKEN, TAKEN),
        handoff(BOB, CLEO, DORA, hosts=BOTH),
        receiver(rcpt=((CLEO, CLOSING),)),
        SPARE,
    ),
    case(
        "who was refused before the first host closed stays refused",
        ("550 5.7.1", TAKEN, TAKEN),
        handoff(BOB, CLEO, DORA, hosts=BOTH),
        receiver(rcpt=((BOB, NEVER), (CLEO, CLOSING))),
        SPARE,
    ),
    case(
        "a TLS failure does not go to the next host",
        "450 4.4.317",
        handoff(hosts=BOTH),
        receiver(tls=REFUSED_TLS),
        SPARE,
    ),
    case(
        "no host of two answers",
        "450 4.4.315",
        handoff(hosts=BOTH),
        (NAME, troubles.CONNECTION_REFUSED),
        receiver(SECOND, connect=None),
    ),
    case(
        "a name that is gone for good",
        "554 5.4.4",
        handoff(),
        (NAME, troubles.NO_SUCH_HOST),
    ),
    case(
        "one name gone for good, one host down",
        "450 4.4.316",
        handoff(hosts=BOTH),
        (NAME, troubles.CONNECTION_REFUSED),
        (SECOND, troubles.NO_SUCH_HOST),
    ),
    case("no host at all", "450 4.4.312", handoff(hosts=())),
    # What every server answers itself
    case(
        "too big",
        "552 5.3.4",
        handoff(content=Content(b"x" * 2000)),
        receiver(size_limit=1000),
    ),
    case(
        "a bare line feed",
        "554 5.6.0",
        handoff(content=Content(b"a\r\n\n.\nMAIL FROM:<x@y.example>\r\n")),
        receiver(),
    ),
    case(
        "a line of 70000 octets",
        "554 5.6.0",
        handoff(content=Content(b"x" * 70_000)),
        receiver(),
    ),
    case(
        "a line of 60000 octets",
        TAKEN,
        handoff(content=Content(b"x" * 60_000)),
        receiver(),
    ),
    case("no content", TAKEN, handoff(content=Content(b"")), receiver()),
    case("a lone dot", TAKEN, handoff(content=Content(b".")), receiver()),
    case(
        "no line end at the end",
        TAKEN,
        handoff(content=Content(b"Subject: x\r\n\r\nbody")),
        receiver(),
    ),
    case(
        "names outside ASCII",
        TAKEN,
        handoff(parse_address("jörg@fäbrikam.example")),
        receiver(),
    ),
    case(
        "a quoted name",
        TAKEN,
        handoff(parse_address('"a>b@c"@fabrikam.example')),
        receiver(),
    ),
]

# What is offered and what is not (exchange-routing#5.2)
EIGHT_BIT = Content("Subject: x\r\n\r\nGrüße\r\n".encode())
UTF8_HEADER = Content("Subject: Grüße\r\n\r\nx\r\n".encode())
SIGNED = Content(
    b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xfc\r\n--b--\r\n"
)
DSN = DsnTerms("HDRS", "id 1", ("FAILURE", "DELAY"), ((BOB, CLEO),))
CROWD = tuple(parse_address(f"r{n}@fabrikam.example") for n in range(230))
NOTHING_OFFERED = {"offers": frozenset[Extension]()}
CASES += [
    case("a server that offers all", TAKEN, handoff(), receiver(offers=ALL_OFFERS)),
    case("one that offers nothing", TAKEN, handoff(), receiver(**NOTHING_OFFERED)),
    case(
        "reports are asked for where that is offered",
        TAKEN,
        replace(handoff(), dsn=DSN),
        receiver(offers=ALL_OFFERS),
    ),
    case("and not where it is not", TAKEN, replace(handoff(), dsn=DSN), receiver()),
    *(
        case(
            f"a chunk, {said.code} instead of 354",
            expected,
            handoff(),
            receiver(offers=ALL_OFFERS, data=said),
        )
        for said, expected in (
            (LATER, "451 4.3.2"),
            (NEVER, "550 5.7.1"),
            (CLOSING, "421 4.3.2"),
        )
    ),
    case(
        "a chunk that is too big",
        "552 5.3.4",
        handoff(content=Content(b"x" * 2000)),
        receiver(offers=ALL_OFFERS, size_limit=1000, announced_size=5000),
    ),
    case(
        "a mail that is bigger than what is named",
        "552 5.3.4",
        handoff(content=Content(b"x" * 2000)),
        receiver(announced_size=1000),
    ),
    case(
        "8-bit text where it is not taken",
        TAKEN,
        handoff(content=EIGHT_BIT),
        receiver(**NOTHING_OFFERED),
    ),
    case(
        "signed 8-bit text where it is not taken",
        TAKEN,
        handoff(content=SIGNED),
        receiver(**NOTHING_OFFERED),
    ),
    case(
        "a header in UTF-8 where it is not taken",
        "550 5.6.7",
        handoff(content=UTF8_HEADER),
        receiver(**NOTHING_OFFERED),
    ),
    case(
        "a name in UTF-8 where it is not taken",
        ("550 5.6.7", "550 5.6.7"),
        handoff(parse_address("jörg@fabrikam.example"), BOB),
        receiver(**NOTHING_OFFERED),
    ),
    case(
        "a sender in UTF-8 where it is not taken",
        "550 5.6.7",
        replace(
            handoff(),
            envelope=Envelope(parse_address("jörg@contoso.example"), (BOB,)),
        ),
        receiver(**NOTHING_OFFERED),
    ),
    case(
        "a crowd, said in flights",
        tuple("451 4.3.2" if n == 150 else TAKEN for n in range(230)),
        handoff(*CROWD),
        receiver(rcpt=((CROWD[150], LATER),)),
    ),
    case(
        "a crowd at a server that closes in the second flight",
        (TAKEN,) * 230,
        handoff(*CROWD, hosts=BOTH),
        receiver(rcpt=((CROWD[150], CLOSING),)),
        SPARE,
    ),
    case(
        "a login by PLAIN, for who speaks it",
        TAKEN,
        handoff(auth=replace(LOGIN, mechanisms=("PLAIN",))),
        receiver(**WITH_LOGIN),
    ),
    case(
        "a login by what nobody offers",
        "450 4.7.0",
        handoff(auth=replace(LOGIN, mechanisms=("NTLM",))),
        receiver(**WITH_LOGIN),
    ),
    *(
        case(
            f"the connection breaks at {stage}",
            TAKEN,
            handoff(hosts=BOTH),
            receiver(hangs_up=stage),
            SPARE,
        )
        for stage in ("connect", "hello", "mail", "recipient", "data")
    ),
    *(
        case(
            f"the connection breaks at {stage}, and no other host gets it",
            "450 4.4.318",
            handoff(hosts=BOTH),
            receiver(hangs_up=stage, offers=offers),
            SPARE,
        )
        for stage in ("message", "unsaid")
        for offers in (frozenset[Extension](), ALL_OFFERS)
    ),
]

# field-cases#incomplete-chain: what leads to no root that is trusted
ROOTLESS = {
    CertificateFault.SELF_SIGNED,
    CertificateFault.UNTRUSTED,
    CertificateFault.INCOMPLETE_CHAIN,
}
_NAMES = {"own name": NAME, "other name": SECOND}
# exchange-routing 1.6: what each level asks of each certificate
MATRIX = [
    case(
        f"{fault.value}, {whose}, {terms.level.value}",
        (
            TAKEN
            if terms in {OPPORTUNISTIC, ENCRYPTED}
            or (fault is CertificateFault.NONE and (terms is VALIDATED or name == NAME))
            else "450 4.4.317"
            if fault in ROOTLESS
            else "450 4.7.320"
        ),
        handoff(tls=terms),
        receiver(tls=server_tls(fault, name)),
    )
    for fault in CertificateFault
    for whose, name in _NAMES.items()
    for terms in LEVELS
]
ALL = CASES + MATRIX
