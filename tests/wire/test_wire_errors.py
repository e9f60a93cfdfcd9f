"""The wire when the world misbehaves, is slow, or when two stories differ."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.choices import Key, OpenReading
from fakes.exchange.ledger import Transmitted
from fakes.exchange.server import ExchangeServer
from fakes.internet import mx
from fakes.internet.hosts import Presence
from fakes.mail.address import parse_address as address
from fakes.mail.item import ItemKind
from fakes.mail.session import Certificate, ServerTls
from fakes.mail.troubles import TIMED_OUT
from fakes.smtp.client import Patience
from harness.fold import fold
from harness.outcome import Disposition
from harness.wire import Wire, WireError, agree
from tests.wire.wire_cases import (
    AT,
    CASES,
    SECURE,
    SERVICE,
    Case,
    host,
    internet,
    mail,
    on_premises,
    online,
)

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[2]
SILENT = internet(
    host(presence=Presence.SILENT),
    host("mx2.fabrikam.example", presence=Presence.SILENT),
)
NAMELESS_TLS = ServerTls(is_offered=True, certificate=Certificate(("no name at all",)))


def test_a_silent_server_costs_the_time_that_was_given_and_no_more(hasty):
    given = Case("", (), mail(), online(net=SILENT))
    began = time.monotonic()
    observed = hasty.tell(given.item, at=AT, world=given.world)
    assert 5.0 > time.monotonic() - began
    assert () == agree(given.computed(), observed)
    (copy,) = fold(observed, given.world).deliveries
    assert Disposition.DEFERRED is copy.disposition


def test_zivver_may_keep_silent_to_whom_it_does_not_know(hasty):
    silence: dict[Key, str] = {OpenReading("zivver_not_allowlisted"): "timeout"}
    world = online(service=replace(SERVICE, credentials=(), spf_allowlist=frozenset()))
    given = Case("", (), SECURE, world, pinned=silence)
    observed = hasty.tell(SECURE, at=AT, pinned=silence, world=world)
    assert () == agree(given.computed(), observed)
    (sent,) = (each for each in observed.exchange if isinstance(each, Transmitted))
    assert TIMED_OUT is sent.transmission.said[-1].reply


def test_a_mail_that_takes_too_long_is_the_world_s_fault_and_the_next_one_goes():
    slow = Patience(connect=60.0, reply=60.0)
    with (
        Wire(online(), timeouts=slow, limit=0.3) as wire,
        pytest.raises(WireError, match="not done with within"),
    ):
        wire.tell(mail(), at=AT, world=online(net=SILENT))
    with Wire(online()) as wire:
        assert wire.observe(mail(), at=AT).deliveries


@pytest.mark.parametrize(
    ("item", "world"),
    [
        (SECURE, online(service=replace(SERVICE, tls=NAMELESS_TLS))),
        (mail(), online(net=internet(host(tls=NAMELESS_TLS)))),
    ],
    ids=["Zivver's", "a host's"],
)
def test_a_certificate_that_cannot_be_made_is_the_world_s_fault(wire, item, world):
    with pytest.raises(WireError, match="cannot be started: "):
        wire.tell(item, at=AT, world=world)


def test_a_port_that_cannot_be_had_is_the_world_s_fault(wire, monkeypatch):
    def none_left(*_args, **_settings):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(mx, "serve", none_left)
    with pytest.raises(WireError, match="Too many open files"):
        wire.tell(mail(), at=AT)


def test_nobody_submits_a_report(wire):
    with pytest.raises(WireError, match="of kind `ndr`"):
        wire.tell(replace(mail(), kind=ItemKind.NDR), at=AT)


def test_a_fault_of_our_own_is_no_fault_of_the_world(wire, monkeypatch):
    def wrong(self, item):
        raise ZeroDivisionError

    monkeypatch.setattr(ExchangeServer, "_through", wrong)
    with pytest.raises(ZeroDivisionError):
        wire.tell(mail(), at=AT)


# -------------------------------------------------------------------- agree


def test_a_story_agrees_with_itself():
    assert () == agree(CASES[0].computed(), CASES[0].computed())


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (mail(), mail("Secure"), "replies"),
        (mail(), mail(to=(address("INFO@fabrikam.example"),)), "envelope"),
        (mail(body="a\r\n"), mail(body="b\r\n"), "SHA-256"),
        (mail(), mail(to=(address("bob@contoso.example"),)), "Exchange's records"),
    ],
)
def test_where_two_stories_differ_is_said_in_words(ours, theirs, words):
    computed, observed = (
        Case("", (), item, online()).computed() for item in (ours, theirs)
    )
    found = agree(computed, observed)
    assert [words] == [words] * any(words in each for each in found)
    assert all("computed" in each and "observed" in each for each in found)


def test_other_choices_than_the_computed_ones_are_noticed(wire):
    world = online(service=replace(SERVICE, accounts=()))
    given = Case("", (), SECURE, world)
    other: dict[Key, str] = {OpenReading("zivver_missing_account"): "accept_and_drop"}
    observed = wire.tell(SECURE, at=AT, pinned=other, world=world)
    assert () == agree(given.computed(), wire.tell(SECURE, at=AT, world=world))
    found = agree(given.computed(), observed)
    assert any("replies" in each and "550" in each for each in found)
    assert any("reason" in each for each in found)


def test_a_password_is_in_no_words():
    computed, observed = (
        Case("", (), SECURE, on_premises(port=port)).computed() for port in (25, 587)
    )
    found = agree(computed, observed)
    assert any("port 25" in each and "port 587" in each for each in found)
    assert not any("correct horse" in each for each in found)


# -------------------------------------------------------------------- loopback

SCRIPT = """
import sys
from tests.wire.wire_cases import AT, CASES
from harness.wire import Wire
seen = set()
def hook(event, arguments):
    if event in {"socket.connect", "socket.bind"}:
        seen.add(arguments[1][0])
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        seen.add(arguments[0])
sys.addaudithook(hook)
with Wire(CASES[0].world) as wire:
    for case in CASES[:12]:
        wire.tell(case.item, at=AT, world=case.world)
print(sorted(seen))
"""


def test_nothing_leaves_this_machine():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "['127.0.0.1']\n" == done.stdout
