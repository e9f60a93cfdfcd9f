"""Whom Postfix meets: the fake Zivver, everybody else, and a source made known."""

import asyncio
import contextlib

from fakes.internet.certificates import (
    authority_pem,
    client_context,
    server_context,
    server_pem,
)
from fakes.internet.hosts import Internet, decent_host
from fakes.internet.mx import MailExchangers
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.session import Certificate
from fakes.smtp.client import Patience, transmit
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.readings import NotAllowlisted
from fakes.zivver.service import Account, Delivering, Verification, ZivverService
from fakes.zivver.service import credential as made_credential
from fakes.zone import zone

ANNA = address("anna@contoso.example")
PAYROLL = address("payroll@contoso.example")
INFO = address("info@fabrikam.example")
MX = "mx.fabrikam.example"
SEG = "seg.contoso.example"
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
USER, PASSWORD = "contoso-relay", "of a fake"
# What the gateway's address is to SPF is what the announcer says that it is.
SOURCE = "192.0.2.40"
ZONE = zone(
    {
        ("contoso.example", "TXT"): (f"v=spf1 ip4:{SOURCE} -all",),
        ("fabrikam.example", "MX"): (f"10 {MX}",),
    }
)
SERVICE = ZivverService(
    accounts=(Account(ANNA), Account(PAYROLL)),
    credentials=(made_credential(USER, PASSWORD),),
    spf_allowlist=frozenset({"contoso.example"}),
    delivering=Delivering(minimum=Verification.NOT_REQUIRED),
    not_allowlisted=NotAllowlisted.REJECT_MAIL,
)
PATIENT = Patience(connect=20.0, reply=20.0)


class Announcer:
    """Stands before a server that wants a PROXY header, for those who send none."""

    def __init__(self, place, loop, source=SOURCE):
        self._place, self._loop = place, loop
        self._header = f"PROXY TCP4 {source} 127.0.0.1 25 25\r\n".encode()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = loop.run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self):
        self._loop.run(self._close())

    async def _listen(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        there, back = await asyncio.open_connection(*self._place)
        back.write(self._header)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, back))
                both.create_task(_pump(there, writer))
        finally:
            for side in (writer, back):
                side.transport.abort()


async def _pump(reader, writer):
    with contextlib.suppress(ConnectionError):
        while octets := await reader.read(65_536):
            writer.write(octets)
            await writer.drain()
        writer.write_eof()


class Peers:
    """The fake Zivver and the mail server of the recipients, for a `with` block."""

    def __init__(self, loop, service=SERVICE, *, source=SOURCE):
        offers = service.tls.is_offered and not service.tls.is_refused
        context = server_context(service.tls.certificate) if offers else None
        self._loop = loop
        self.zivver = ZivverEndpoint(
            service, ZONE, loop, tls=context, trusts_proxy=True
        )
        self.others = MailExchangers(Internet(ZONE, (decent_host(MX),)), loop)
        places = {
            25: self.zivver.locate(25),
            587: self.zivver.locate(587),
            MX: self.others.locate(MX, 25),
        }
        self._doors = {
            name: Announcer(place, loop, source) for name, place in places.items()
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for door in self._doors.values():
            door.stop()
        self.zivver.stop()
        self.others.stop()

    def port(self, name):
        """Say on which loopback port Zivver's 25 or 587, or the MX, listens."""
        return self._doors[name].port

    @property
    def secure(self):
        """What Zivver accepted."""
        found = self.zivver.ledger.transactions
        return [each for each in found if each.is_accepted]

    @property
    def plain(self):
        """What somebody else's server took."""
        return list(self.others.ledger)

    @property
    def errors(self):
        return (*self.zivver.errors, *self.others.errors)


# How an administrator of Postfix would write the guide's three triggers.
RELAY = """
default_transport = smtp:[127.0.0.1]:{mx}
sender_dependent_default_transport_maps = texthash:{home}/conf/senders
header_checks = regexp:{home}/conf/header_checks
smtpd_tls_security_level = may
smtpd_tls_chain_files = {home}/conf/seg.pem
"""
RULES = f"""
/^Subject:.*\\bSecure\\b/ FILTER zivver:[127.0.0.1]:{{zivver}}
/^msip_labels:.*MSIP_Label_{GUID}_Enabled=true/ FILTER zivver:[127.0.0.1]:{{zivver}}
"""
SENDERS = "payroll@contoso.example zivver:[127.0.0.1]:{zivver}\n"
BY_SPF = """
zivver unix - - n - - smtp
  -o smtp_tls_security_level=secure
  -o smtp_tls_CAfile={home}/conf/ca.pem
  -o smtp_tls_secure_cert_match=smtp.zivver.com
"""
BY_LOGIN = (
    BY_SPF
    + """  -o smtp_sasl_auth_enable=yes
  -o smtp_sasl_password_maps=texthash:{home}/conf/passwords
  -o smtp_sasl_security_options=noanonymous
"""
)


def relay(peers, *, port=587, password=PASSWORD, rules=RULES, senders=SENDERS):
    """Give what `Postfix` needs to relay as the guide asks of any other server."""
    ports = {"{mx}": str(peers.port(MX)), "{zivver}": str(peers.port(port))}
    files = {
        "header_checks": rules,
        "senders": senders,
        "passwords": f"[127.0.0.1]:{{zivver}} {USER}:{password}\n",
    }
    for old, new in ports.items():
        files = {name: text.replace(old, new) for name, text in files.items()}
    return {
        "settings": RELAY.replace("{mx}", ports["{mx}"]),
        "services": BY_LOGIN if port == 587 else BY_SPF,
        "files": files
        | {
            "ca.pem": authority_pem().decode(),
            "seg.pem": server_pem(Certificate((SEG,))).decode(),
        },
    }


def mail(subject="lunch", *, sender=ANNA, head="", body="hello\r\n"):
    raw = f"From: {sender}\r\nTo: {INFO}\r\nSubject: {subject}\r\n{head}\r\n{body}"
    return Content(raw.encode())


def hand(postfix, loop, content, *, sender=ANNA, to=(INFO,)):
    """Hand a mail to Postfix as the fake Exchange does, but for the PROXY header."""
    handoff = HandOff(
        Envelope(sender, to),
        content,
        (SEG,),
        25,
        TlsTerms(TlsLevel.OPPORTUNISTIC),
        Route.SMART_HOST,
        helo="mail.contoso.example",
    )
    made = loop.run(
        transmit(
            handoff,
            lambda _host, _port: postfix.address,
            trust=client_context(),
            patience=PATIENT,
        ),
        timeout=60,
    )
    assert to == made.accepted
    return made
