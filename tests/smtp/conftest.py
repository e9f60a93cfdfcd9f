import socket
import ssl
from dataclasses import dataclass, field, replace

import pytest

from fakes.internet.certificates import client_context, tls_context
from fakes.mail.receiver import HangUpError
from fakes.mail.reply import Reply
from fakes.mail.session import Session
from fakes.smtp.client import Patience, transmit
from fakes.smtp.loop import Loop
from fakes.smtp.server import serve
from tests.smtp.cases import Seen

PATIENT = Patience(connect=20.0, reply=20.0)
SHORT = Patience(connect=1.0, reply=20.0)


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@dataclass
class Books:
    """What servers of a test wrote down."""

    records: list[Seen] = field(default_factory=list)

    def record(self, record, session, envelope, content):
        assert (session, envelope, content) == (
            record.session,
            record.envelope,
            record.content,
        )
        self.records.append(record)


def start(receiver, loop, books, **settings):
    tls = receiver.tls
    # One that refuses still has its certificate at hand.
    context = tls_context(replace(tls, is_refused=False))
    return serve(receiver, loop, record=books.record, tls=context, **settings)


def send(loop, offer, locate, **settings):
    settings = {"trust": client_context(), "patience": PATIENT, **settings}
    return loop.run(transmit(offer, locate, **settings), timeout=60)


def is_silent(found):
    if isinstance(found, Reply):
        return False
    try:
        return found.connect(Session(None, "")) is None
    except HangUpError:
        return False


def on_wire(loop, offer, servers, **settings):
    """Run a hand-off against receivers on sockets."""
    books, running = Books(), {}
    if any(is_silent(found) for found in servers.values()):
        settings["patience"] = SHORT
    try:
        for name, found in servers.items():
            if not isinstance(found, Reply):
                running[name] = start(found, loop, books, trusts_proxy=True)

        def locate(name, port):
            del port
            return running[name].address if name in running else servers[name]

        sent = send(loop, offer, locate, announces_source=True, **settings)
        errors = [error for server in running.values() for error in server.errors]
        assert errors == []
    finally:
        for server in running.values():
            server.stop()
    return sent, books.records


class Raw:
    """A client that says what it is told to, octet by octet."""

    def __init__(self, address):
        self._socket = socket.create_connection(address, timeout=10)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def say(self, *chunks):
        for chunk in chunks:
            self._socket.sendall(chunk)
        return self

    def hear(self):
        """Read one reply, all of its lines."""
        lines = [self._file.readline()]
        while lines[-1][3:4] == b"-":
            lines.append(self._file.readline())
        return b"".join(lines)

    def codes(self, number):
        return [int(self.hear()[:3] or b"0") for _ in range(number)]

    def is_closed(self):
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True

    def encrypt(self):
        """Begin TLS; whoever reads ahead in clear would break here."""
        assert self.say(b"EHLO client.example\r\n").hear().startswith(b"250")
        assert self.say(b"STARTTLS\r\n").hear().startswith(b"220")
        self.shake()

    def shake(self):
        self._file.close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)
        self._file = self._socket.makefile("rb")
