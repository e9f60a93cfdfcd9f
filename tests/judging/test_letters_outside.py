"""What Zivver mails to somebody outside: his own host gets it, and may say no."""

from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.internet.gateway import unknown_passage
from fakes.internet.hosts import Host, Internet
from fakes.mail.address import parse_address
from fakes.mail.handoff import Stage
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, ServerTls
from fakes.zivver.delivery import ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.readings import TrustedOverSmtp
from fakes.zivver.service import Delivering, Verification, ZivverService
from fakes.zone import zone
from harness.agree import agree
from harness.mailed_out import with_posted
from harness.outcome import Disposition
from harness.simulate import tell
from harness.story import Onward, Relayed
from harness.wire import Wire
from tests.judging.worlds_at_hand import AT, BOB, INFO, ROUTE, mail, simulated, world

DOMAIN, MX, NTA = "fabrikam.example", "mx.fabrikam.example", "nta.fabrikam.example"
DECENT = ServerTls(is_offered=True, certificate=Certificate((MX,)))
NO_TLS = replace(DECENT, is_offered=False)
SECRET = "the body of the mail"
RELAYED = {
    **ROUTE,
    "SubjectContainsWords": ["Secure"],
    "SentToScope": "NotInOrganization",
}
FREE = Delivering(minimum=Verification.NOT_REQUIRED)
ODD = replace(FREE, odd_domains=frozenset({DOMAIN}))
TRUSTED = replace(FREE, trusted_domains=frozenset({DOMAIN}))
DNS = {(DOMAIN, "MX"): (f"10 {MX}",)}
NTA_RECORD = (f"v=NTA7516-1;ntamx=10 {NTA}",)


def where(delivering=FREE, *, tls=DECENT, txt=(), **host):
    service = ZivverService(
        delivering=delivering, trusted_over_smtp=TrustedOverSmtp.PLAIN
    )
    records = DNS | ({(DOMAIN, "TXT"): txt} if txt else {})
    hosts = (Host(MX, tls, **host),)
    internet = Internet(zone(records), hosts)
    return replace(world(RELAYED, zivver=service), internet=internet)


def told(there, *, to=(INFO,)):
    item = mail("Secure results", to=to, body=SECRET)
    return tell(item, there, at=AT, choices=Choices())


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (where(), (MX, "notification", False, True, False)),
        (where(tls=NO_TLS), (MX, "notification", False, False, False)),
        (where(ODD), (MX, "direct", True, True, True)),
        (where(ODD, tls=NO_TLS), (MX, "notification", False, False, False)),
        (where(TRUSTED), (MX, "plain", True, True, False)),
        (where(TRUSTED, tls=NO_TLS), (MX, "plain", True, False, False)),
        (where(txt=NTA_RECORD), (NTA, "direct", True, True, True)),
    ],
    ids=[
        "a notification",
        "a notification without TLS",
        "a direct copy",
        "no direct copy without TLS",
        "a trusted domain",
        "a trusted domain without TLS",
        "NTA 7516 at a host of its own",
    ],
)
def test_his_host_gets_the_content_only_directly_or_as_ordinary_mail(there, expected):
    (one,) = told(there).posted
    made, arrival = one.transmission, one.arrival
    assert arrival is not None
    assert expected == (
        arrival.host,
        one.letter.state,
        SECRET.encode() in arrival.content.raw,
        arrival.session.is_encrypted,
        made.is_verified,
    )
    assert b"Secure results" in arrival.content.raw
    assert arrival.content.raw.lower().count(b"x-zivver-transport:") == 1


UNKNOWN = frozenset({INFO})
SPAM = ((Stage.DONE, reply(554, "5.7.1", "spam")),)


@pytest.mark.parametrize(
    ("host", "expected", "is_told"),
    [
        ({}, Disposition.SECURE_NOTIFICATION, False),
        ({"unknown": UNKNOWN}, Disposition.BOUNCED, True),
        ({"refuses": SPAM}, Disposition.BOUNCED, True),
        ({"busy": UNKNOWN}, Disposition.DEFERRED, False),
        # It was taken, and Zivver did not hear so: he has it nevertheless.
        ({"hangs_up": Stage.DONE}, Disposition.SECURE_NOTIFICATION, False),
    ],
)
def test_what_his_host_says_is_what_becomes_of_the_mail(host, expected, is_told):
    outcome = simulated(mail("Secure results"), where(**host))
    (delivery,) = outcome.fate(INFO).deliveries
    assert (expected, is_told) == (delivery.disposition, delivery.is_told)
    assert not delivery.left_plain


def test_of_two_recipients_only_the_refused_one_bounces_and_the_sender_hears_it():
    other = parse_address("desk@fabrikam.example")
    story = told(where(unknown=UNKNOWN), to=(INFO, other))
    (taken,) = story.receipts
    states = {end.address: end.state for end in taken.deliveries}
    assert {INFO: ZivverState.BOUNCED, other: ZivverState.NOTIFICATION} == states
    assert [ZivverState.BOUNCED] == [one.letter.state for one in story.letters]


def test_only_the_mail_that_a_letter_is_of_learns_from_it():
    story = told(where(unknown=UNKNOWN))
    (one,) = story.posted
    first, made, arrival = one.transaction, one.transmission, one.arrival
    other = replace(first, message_id="<2@contoso.example>")
    (elsewhere,) = (posted.arrival for posted in told(where()).posted)
    assert arrival is None
    assert elsewhere is not None
    passage = unknown_passage("seg.contoso.example", (INFO,), "nobody described it")
    onward = (Onward(made, elsewhere), Onward(made, first))
    relayed = Relayed(elsewhere, passage, onward)
    before = replace(story, receipts=(relayed, other, elsewhere), posted=())
    behind, beside, host = with_posted(before, (one,)).receipts
    assert isinstance(behind, Relayed)
    learnt = behind.onward[1].receipt
    assert isinstance(learnt, Transaction)
    assert elsewhere == behind.onward[0].receipt
    assert ZivverState.BOUNCED is learnt.deliveries[0].state
    assert (other, elsewhere) == (beside, host)


def test_a_notice_to_the_sender_is_no_letter_outside():
    there = where()
    dns = zone(DNS, absent=frozenset({"gone.example"}))
    there = replace(there, internet=replace(there.internet, zone=dns))
    story = told(there, to=(INFO, parse_address("x@gone.example")))
    assert [INFO] == [one.letter.to for one in story.posted]
    assert [ZivverState.BOUNCED] == [one.letter.state for one in story.letters]


def test_a_domain_that_nobody_described_has_a_decent_host_of_its_name():
    there = replace(where(), internet=Internet())
    (one,) = told(there).posted
    assert (DOMAIN, True) == (one.transmission.host, one.is_taken)


def test_a_look_up_that_fails_leaves_the_letter_at_zivver():
    there = replace(where(), internet=Internet(zone({}, failing=frozenset({DOMAIN}))))
    (delivery,) = simulated(mail("Secure"), there).fate(INFO).deliveries
    assert Disposition.DEFERRED is delivery.disposition
    assert "the notification waits at Zivver" in delivery.why


def test_mail_to_our_own_people_is_no_letter_outside():
    assert () == told(where(), to=(BOB,)).posted


@pytest.mark.wire
@pytest.mark.parametrize(
    "there",
    [where(ODD), where(tls=NO_TLS), where(unknown=UNKNOWN), where(busy=UNKNOWN)],
)
def test_the_letters_on_the_wire_are_the_computed_ones(there):
    item = mail("Secure results", body=SECRET)
    with Wire(there) as wire:
        observed = wire.tell(item, at=AT)
    assert () == agree(tell(item, there, at=AT, choices=Choices()), observed)
    assert observed.posted
