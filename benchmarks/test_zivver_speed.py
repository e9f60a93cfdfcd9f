"""The fake Zivver over TLS against bare aiosmtpd, many clients at once, its ledger on
disk, and the cost of an SPF check beside pyspf's."""

import asyncio
import json
import statistics
import time
import tracemalloc
import warnings
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from benchmarks.bare import bare_aiosmtpd, seconds
from benchmarks.load import hang_up, own_process, send_kept, send_new, shake_hands
from fakes.internet.certificates import client_context, server_context
from fakes.mail.address import parse_address
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.files import LedgerFile
from fakes.zivver.spf import Spf, check_host
from fakes.zone import look_up, zone
from tests.zivver.builders import DNS, SETTLED, Given

ROUNDS, MAILS, KEPT = 11, 20, 100
NEW_TARGET, KEPT_TARGET = 0.8, 0.7
CLIENTS, RECORDS, MILLION = 500, 50_000, 1_000_000
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SENDER, RECIPIENT = "anna@contoso.example", "cleo@fabrikam.example"
MAIL = (
    f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: figures\r\n\r\n"
    + "A line of an ordinary mail, no longer than usual.\r\n" * 40
).encode()


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture(scope="module")
def context():
    return server_context(SETTLED.tls.certificate)


@pytest.fixture
def zivver(loop, context):
    with ZivverEndpoint(SETTLED, DNS, loop, tls=context) as running:
        yield running
    assert () == running.errors
    assert all(taken.is_accepted for taken in running.ledger.transactions)


@pytest.fixture
def bare(loop, context):
    with bare_aiosmtpd(loop, SETTLED.host, context) as address:
        yield address


@pytest.fixture(scope="module")
def load():
    with own_process() as pool:
        yield pool


def ratio(benchmark, capsys, name, work, *, ours, theirs, mails):
    """Compare by turns, so that whatever else the machine does meets both."""
    work(ours)
    work(theirs)
    pairs = [(seconds(work, ours), seconds(work, theirs)) for _ in range(ROUNDS)]
    found = statistics.median(other / own for own, other in pairs)
    benchmark.pedantic(work, args=(ours,), rounds=3)
    benchmark.extra_info["ratio to bare aiosmtpd"] = round(found, 2)
    own, other = (mails / statistics.median(each) for each in zip(*pairs, strict=True))
    tell(capsys, f"{name}: {own:.0f} mails/s, bare {other:.0f}, ratio {found:.2f}")
    return found


def tell(capsys, line):
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201


def test_new_starttls_connections(benchmark, load, zivver, bare, capsys):
    def send(address):
        send_new(load, address, MAILS, RECIPIENT, MAIL)

    ours = zivver.locate(587)
    found = ratio(benchmark, capsys, "new", send, ours=ours, theirs=bare, mails=MAILS)
    assert found >= NEW_TARGET


def test_kept_tls_connections(benchmark, load, zivver, bare, capsys):
    def send(address):
        send_kept(load, address, KEPT, RECIPIENT, MAIL)

    ours = zivver.locate(587)
    for address in (ours, bare):
        shake_hands(load, address)
    found = ratio(benchmark, capsys, "kept", send, ours=ours, theirs=bare, mails=KEPT)
    for address in (ours, bare):
        hang_up(load, address)
    assert found >= KEPT_TARGET


async def one_of_many(place, begin):
    reader, writer = await asyncio.open_connection(*place)
    await begin.wait()

    async def say(line):
        writer.write(line)
        reply = await reader.readline()
        while reply[3:4] == b"-":
            reply = await reader.readline()
        return reply[:3]

    heard = [await say(b""), await say(b"EHLO c.example\r\n")]
    heard.append(await say(b"STARTTLS\r\n"))
    await writer.start_tls(client_context(), server_hostname=SETTLED.host)
    heard.append(await say(b"EHLO c.example\r\n"))
    heard.append(await say(f"MAIL FROM:<{SENDER}>\r\n".encode()))
    heard.append(await say(f"RCPT TO:<{RECIPIENT}>\r\n".encode()))
    heard.append(await say(b"DATA\r\n"))
    heard.append(await say(MAIL + b".\r\n"))
    writer.transport.abort()
    return heard


def test_500_clients_at_once_are_all_served(benchmark, zivver, capsys):
    async def all_at_once():
        begin = asyncio.Barrier(CLIENTS)
        place = zivver.locate(587)
        return await asyncio.gather(
            *(one_of_many(place, begin) for _ in range(CLIENTS))
        )

    heard = benchmark.pedantic(lambda: asyncio.run(all_at_once()), rounds=1)
    expected = [b"220", b"250", b"220", b"250", b"250", b"250", b"354", b"250"]
    assert [expected] * CLIENTS == heard
    assert CLIENTS == len(zivver.ledger.transactions)
    took = benchmark.stats.stats.mean if benchmark.stats else 0.0
    tell(capsys, f"{CLIENTS} clients at once: {took:.1f} s for all")


def test_records_of_the_ledger_on_disk(benchmark, tmp_path, capsys):
    transaction = Given().run()

    def write():
        with LedgerFile(str(tmp_path / "ledger"), lambda: AT) as ledger:
            for _ in range(RECORDS):
                ledger.mail(transaction)

    began = time.perf_counter()
    benchmark.pedantic(write, rounds=1)
    each = (time.perf_counter() - began) / RECORDS
    tell(capsys, f"{RECORDS} mails to the ledger on disk: {each * 1e6:.0f} us each")
    assert each < 0.001


@pytest.mark.soak
def test_a_million_records_on_disk_leave_memory_flat(tmp_path, capsys):
    transaction = Given().run()
    file = tmp_path / "ledger"
    began = time.perf_counter()
    with LedgerFile(str(file), lambda: AT) as ledger:
        peaks = []
        tracemalloc.start()
        for _ in range(10):
            tracemalloc.reset_peak()
            for _ in range(MILLION // 10):
                ledger.mail(transaction)
            peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    took = time.perf_counter() - began
    with file.open("rb") as lines:
        records = sum(json.loads(line)["kind"] == "mail" for line in lines)
    assert MILLION == records
    size = file.stat().st_size / 1e6
    tell(
        capsys,
        f"{MILLION} mails to the ledger on disk: {took:.0f} s, {size:.0f} MB, "
        f"memory {peaks[0] / 1e3:.0f} kB at first, {peaks[-1] / 1e3:.0f} kB at last",
    )
    assert peaks[-1] < 1.1 * peaks[0]


# What an organization with Microsoft 365 and a few services publishes.
OWN = (
    "v=spf1 include:spf.protection.example include:mailer.example "
    "include:crm.example mx ip4:192.0.2.0/24 -all"
)
CHAIN = zone(
    {
        ("contoso.example", "TXT"): (OWN,),
        ("spf.protection.example", "TXT"): (
            "v=spf1 ip4:203.0.113.0/25 ip6:2001:db8:1::/48 include:spfd.example -all",
        ),
        ("spfd.example", "TXT"): ("v=spf1 ip4:203.0.113.128/26 -all",),
        ("mailer.example", "TXT"): ("v=spf1 ip4:198.51.100.0/28 ~all",),
        ("crm.example", "TXT"): ("v=spf1 a:out.crm.example ~all",),
        ("out.crm.example", "A"): ("198.51.100.77",),
        ("out.crm.example", "AAAA"): (),
        ("contoso.example", "MX"): ("10 mx.contoso.example",),
        ("mx.contoso.example", "A"): ("198.51.100.78",),
        ("mx.contoso.example", "AAAA"): (),
    }
)
CHECKS = 200


def check_ours(_):
    sender = parse_address(SENDER)
    for _ in range(CHECKS):
        found = check_host(
            CHAIN,
            ip=ip_address("192.0.2.3"),
            domain="contoso.example",
            sender=sender,
            helo="mail.contoso.example",
        )
        assert Spf.PASS is found.result


@pytest.fixture
def pyspf(monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spf = pytest.importorskip("spf", reason="pyspf is not installed")

    def answer(name, rtype, *_):
        found = look_up(CHAIN, name, rtype).records
        return [((name, rtype), shaped(rtype, text)) for text in found]

    monkeypatch.setattr(spf, "DNSLookup", answer)
    return spf


def shaped(rtype, text):
    if rtype == "MX":
        preference, host = text.split()
        return (int(preference), host)
    return [text.encode()] if rtype == "TXT" else text


def check_theirs(pyspf):
    for _ in range(CHECKS):
        query = pyspf.query(i="192.0.2.3", s=SENDER, h="mail.contoso.example")
        assert "pass" == query.check()[0]


def test_an_spf_check_of_a_usual_chain_beside_pyspf(benchmark, pyspf, capsys):
    check_ours(None)
    check_theirs(pyspf)
    pairs = [
        (seconds(check_ours, None), seconds(check_theirs, pyspf)) for _ in range(ROUNDS)
    ]
    benchmark.pedantic(check_ours, args=(None,), rounds=3)
    own, other = (
        statistics.median(each) / CHECKS * 1e6 for each in zip(*pairs, strict=True)
    )
    tell(capsys, f"SPF of a chain of five records: {own:.0f} us, pyspf {other:.0f} us")
    benchmark.extra_info["ratio to pyspf"] = round(other / own, 2)
    assert own < 2 * other
