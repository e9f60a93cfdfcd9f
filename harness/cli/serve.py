"""`relay-harness serve`: the fake servers, for any application or mail client."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from fakes.exchange.reception import SMTP_PORT, SUBMISSION_PORT
from fakes.internet.certificates import authority_pem
from fakes.mail.content import parse
from fakes.smtp.loop import Loop
from fakes.smtp.server import PortError
from fakes.zivver.files import LedgerFile
from harness.cli.output import complain, is_coloured
from harness.cli.parameters import now, open_case
from harness.cli.sizes import size_options
from harness.doubles import PASSWORD, USER, ZivverDouble
from harness.exports.problems import ExportError
from harness.exports.toml_tables import read_toml
from harness.exports.zivver_faults import TABLE, read_zivver_faults
from harness.outcome import Disposition
from harness.relay import Relay
from harness.report.page import counted
from harness.report.words import WHAT_BECOMES
from harness.wire import Watch
from harness.world import zivver_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.zivver.faults import FaultLine
    from harness.doubles import Received
    from harness.relay import Carried
    from harness.world import World

DEFAULT_TENANT = "guide-online-as-meant"
SECURE = "secure"
_ENDS = {Disposition.INTERNAL: "inside"}
_COLOURS = {SECURE: "green", "inside": None}
_SHOWN = 60
_WORLD = 3
_PORT: Mapping[str, Any] = MappingProxyType(
    {"type": click.IntRange(0, 65535), "metavar": "PORT", "show_default": True}
)
# Seconds; a signal is seen between two of them, on Windows too.
_TURN = 0.2


@click.command("serve")
@click.argument("tenant", default=DEFAULT_TENANT)
@size_options
@click.option("--port", default=2587, help="Exchange, with a login.", **_PORT)
@click.option("--smtp-port", default=2525, help="Exchange, without one.", **_PORT)
@click.option("--zivver-port", default=3587, help="Zivver, with a login.", **_PORT)
@click.option("--zivver-smtp-port", default=3525, help="Zivver, by SPF.", **_PORT)
@click.option(
    "--ca", metavar="FILE", help="Write the certificate that a client must trust."
)
@click.option("--ledger", metavar="FILE", help="Add what Zivver takes, as JSON Lines.")
@click.option("--faults", metavar="FILE", help=f"[[{TABLE}]] tables: what goes wrong.")
def serve_command(
    *,
    tenant: str,
    port: int,
    smtp_port: int,
    zivver_port: int,
    zivver_smtp_port: int,
    ca: str | None,
    ledger: str | None,
    faults: str | None,
) -> None:
    """Run a fake Exchange and a fake Zivver on this machine until Ctrl-C.

    An application logs in at Exchange as one of its senders, with any password, or at
    Zivver with the user and the password that are shown. Every mail is carried through
    TENANT to its end, and a line says what each recipient gets. A port 0 is any that is
    free.
    """
    ports = {
        "--port": port,
        "--smtp-port": smtp_port,
        "--zivver-port": zivver_port,
        "--zivver-smtp-port": zivver_smtp_port,
    }
    _check_ports(ports)
    world = open_case(tenant, None).world
    script = _script(faults)
    count: Counter[str] = Counter()
    with ExitStack() as stack:
        loop = stack.enter_context(Loop())
        book = stack.enter_context(LedgerFile(ledger, now)) if ledger else None
        with _naming_the_option(ports):
            zivver = stack.enter_context(_zivver(world, loop, ports, count, book))
            exchange = stack.enter_context(
                _exchange(world, loop, ports, count, zivver, book)
            )
        for line in script:
            zivver.order(line)
        if ca:
            Path(ca).write_bytes(authority_pem())
        _welcome(tenant, exchange, zivver, ca)
        failed = _until_stopped(lambda: (*zivver.endpoint.errors, *exchange.errors))
    ends = ", ".join(f"{number} {end}" for end, number in count.most_common())
    copies = counted(count.total(), "copy", "copies")
    click.echo(f"{copies}: {ends}." if ends else f"{copies}.")
    if failed:
        raise click.exceptions.Exit(_WORLD)


def _zivver(
    world: World,
    loop: Loop,
    ports: Mapping[str, int],
    count: Counter[str],
    book: LedgerFile | None,
) -> ZivverDouble:
    return ZivverDouble(
        zivver_of(world),
        world.internet.zone,
        loop,
        ports={
            SMTP_PORT: ports["--zivver-smtp-port"],
            SUBMISSION_PORT: ports["--zivver-port"],
        },
        on_received=lambda record: _print(count, "Zivver", _told_of(record)),
        on_mail=book.mail if book else None,
        on_refusal=book.refusal if book else None,
        clock=now,
    )


def _exchange(
    world: World,
    loop: Loop,
    ports: Mapping[str, int],
    count: Counter[str],
    zivver: ZivverDouble,
    book: LedgerFile | None,
) -> Relay:
    """Start Exchange; the Zivver behind it has the same faults and the same book."""
    return Relay(
        world,
        loop,
        clock=now,
        patience=timedelta(0),
        ports={SMTP_PORT: ports["--smtp-port"], SUBMISSION_PORT: ports["--port"]},
        on_carried=lambda record: _print(count, "Exchange", _told(record)),
        watch=Watch(
            zivver.endpoint.faults,
            book.mail if book else None,
            book.refusal if book else None,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """What is printed of one copy; `end` is what it came to, in a word."""

    end: str
    ways: str
    subject: str
    why: str


def _told(record: Carried) -> _Line:
    sender = record.item.envelope.reverse_path or "<>"
    disposition = record.delivery.disposition
    end = _ENDS.get(disposition) or disposition.value.lower()
    return _Line(
        SECURE if record.is_secure else end,
        f"{sender} -> {record.recipient or record.delivery.reached}",
        parse(record.item.content).subject,
        f"{WHAT_BECOMES[disposition]} ({record.delivery.why})",
    )


def _told_of(record: Received) -> _Line:
    sender = record.transaction.envelope.reverse_path or "<>"
    end = record.state.value if record.state else "refused"
    return _Line(
        SECURE if record.is_secure else end,
        f"{sender} -> {record.recipient}",
        parse(record.content).subject,
        record.why,
    )


def _print(count: Counter[str], where: str, line: _Line) -> None:
    """Print one readable line; nothing of a mail but its subject stands in it."""
    count[line.end] += 1
    colour = _COLOURS.get(line.end, "red") if is_coloured(sys.stdout) else None
    subject = "".join(c if c.isprintable() else "?" for c in line.subject[:_SHOWN])
    click.echo(
        f"{where:<9}{click.style(f'{line.end:<11}', fg=colour)}{line.ways}  "
        f'"{subject}"  {line.why}'
    )


def _welcome(
    tenant: str, exchange: Relay, zivver: ZivverDouble, ca: str | None
) -> None:
    click.echo(f"Tenant    {tenant}")
    click.echo(
        f"Exchange  {exchange.host}:{exchange.port} log in as a sender, any password; "
        f"{exchange.host}:{exchange.smtp_port} without a login"
    )
    click.echo(
        f"Zivver    {zivver.host}:{zivver.port}, and {zivver.smtp_port} for SPF; "
        f'user {USER}, password "{PASSWORD}"'
    )
    trust = ca or "nothing was written: --ca FILE gives the certificate to trust"
    click.echo(f"Trust     {trust}")
    click.echo("Ctrl-C ends it.")


def _until_stopped(errors: Callable[[], tuple[Exception, ...]]) -> int:
    """Wait for Ctrl-C, or for the signal by which others end a program.

    What goes wrong meanwhile is said as it happens; give how often it did.
    """
    told = 0
    over = threading.Event()
    before = {
        each: signal.signal(each, lambda *_: over.set())
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        while not over.wait(_TURN):
            for error in errors()[told:]:
                complain(" ".join(str(error).split()) or type(error).__name__)
                told += 1
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    return told


def _check_ports(ports: Mapping[str, int]) -> None:
    """Refuse two servers at one port."""
    first: dict[int, str] = {}
    for option, port in ports.items():
        other = first.setdefault(port, option)
        if port and other != option:
            raise click.UsageError(f"{other} and {option} are both {port}")


@contextmanager
def _naming_the_option(ports: Mapping[str, int]) -> Iterator[None]:
    """Say of a port that cannot be had by which option another one is chosen."""
    try:
        yield
    except PortError as problem:
        option = next(name for name, port in ports.items() if port == problem.port)
        message = f"{problem.strerror}; choose another one with {option}"
        raise OSError(problem.errno, message) from None


def _script(faults: str | None) -> tuple[FaultLine, ...]:
    if faults is None:
        return ()
    try:
        text = Path(faults).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"--faults: `{faults}` cannot be read") from None
    top = read_toml(faults, text)
    top.only(TABLE)
    lines = read_zivver_faults(top.tables(TABLE) or (), now())
    if not lines:
        raise ExportError(f"{faults}:1", f"no fault, expected [[{TABLE}]]")
    return lines
