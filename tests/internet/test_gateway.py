"""A gateway's decisions: to Zivver, by MX, or nobody knows."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices, Fact
from fakes.internet.gateway import (
    OTHERS,
    Gateway,
    KeptKind,
    Outlook,
    Unreachable,
    is_called,
    pass_on,
)
from fakes.internet.hosts import Internet, decent_host, gateway_of, is_described
from fakes.internet.trigger import FieldText, LabelOn, SentBy, SubjectWord, sight_of
from fakes.mail.address import parse_address
from fakes.mail.content import Content, parse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, Route
from fakes.mail.reply import Reply
from fakes.mail.troubles import LOOK_UP_FAILED, NO_SUCH_HOST
from fakes.zone import zone

ANNA, APP = map(parse_address, ("anna@contoso.example", "app@contoso.example"))
BOB, CLEO = map(parse_address, ("bob@contoso.example", "cleo@fabrikam.example"))
DIRK, ERNA = map(parse_address, ("dirk@fabrikam.example", "erna@woodgrove.example"))
FRED, GUUS = map(parse_address, ("fred@gone.example", "guus@broken.example"))
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
ON = f"MSIP_Label_{GUID}_Enabled=true"
FOUND: dict[str, tuple[str, ...] | Reply] = {
    "fabrikam.example": ("mx1.fabrikam.example",),
    "gone.example": NO_SUCH_HOST,
    "broken.example": LOOK_UP_FAILED,
    "contoso.example": ("mail.contoso.example",),
}
OUTLOOK = Outlook(
    "smtp.zivver.com",
    FOUND.get,
    lambda domain: domain == "contoso.example",
)
EVERYBODY = (BOB, CLEO, DIRK, ERNA, FRED, GUUS)
SEG = Gateway(
    ("seg.contoso.example", "192.0.2.40"),
    (ip_address("192.0.2.40"),),
    triggers=(SubjectWord("Secure"),),
    reaches_zivver=True,
)


def content(head="", sender=ANNA):
    return Content(f"From: {sender}\r\n{head}\r\nhello\r\n".encode())


def passed(gateway, head="Subject: lunch\r\n", *, to=(CLEO,), pinned=None):
    return pass_on(
        gateway,
        Envelope(ANNA, to),
        content(head),
        outlook=OUTLOOK,
        choices=Choices(pinned),
    )


def changed(**what):
    fields = {name: getattr(SEG, name) for name in Gateway.__dataclass_fields__}
    return Gateway(**(fields | what))


SIGHTS = [
    (SubjectWord("Secure"), "Subject: Secure: results\r\n", True),
    # Postfix's header_checks, for one, do not decode.
    (SubjectWord("Secure"), "Subject: =?utf-8?b?U2VjdXJl?=\r\n", None),
    (SubjectWord("Secure"), "Subject: secure results\r\n", None),
    (SubjectWord("Secure"), "Subject: Secured\r\n", None),
    (SubjectWord("Secure"), "Subject: lunch\r\n", False),
    (SubjectWord("Secure"), "", False),
    (FieldText("X-Way", "zivver"), "x-way: by zivver\r\n", True),
    (FieldText("X-Way", "zivver"), "x-way: Zivver\r\n", None),
    (FieldText("X-Way", "zivver"), "Subject: zivver\r\n", False),
    (LabelOn(GUID), f"msip_labels: {ON}\r\n", True),
    (LabelOn(GUID), f"msip_labels: {ON.replace('true', 'false')}\r\n", False),
    (LabelOn(GUID), f"msip_labels: {ON.replace('3de9', '0000')}\r\n", False),
    (LabelOn(GUID), "", False),
    (SentBy(ANNA), "", True),
    (SentBy(BOB), "", False),
    (SentBy(APP), "Sender: app@contoso.example\r\n", False),
]


@pytest.mark.parametrize(("trigger", "head", "expected"), SIGHTS)
def test_what_a_trigger_sees(trigger, head, expected):
    parsed = parse(content(head))
    assert expected is sight_of(trigger, Envelope(ANNA, (CLEO,)), parsed)


def test_two_senders_are_a_question():
    parsed = parse(content(sender=APP))
    assert sight_of(SentBy(ANNA), Envelope(ANNA, (CLEO,)), parsed) is None
    assert sight_of(SentBy(APP), Envelope(None, (CLEO,)), parsed) is None


def test_mail_with_the_word_goes_to_zivver_from_the_gateway():
    found = passed(SEG, "Subject: Secure\r\n", to=(CLEO, BOB))
    (handoff,) = found.handoffs
    assert (("smtp.zivver.com",), 25, Route.SMART_HOST) == (
        handoff.hosts,
        handoff.port,
        handoff.route,
    )
    assert (CLEO, BOB) == handoff.envelope.recipients
    assert "seg.contoso.example" == handoff.helo
    assert (ip_address("192.0.2.40"), ()) == (found.source, found.kept)


def test_it_logs_in_where_it_is_told():
    auth = AuthTerms("relay", "of a fake")
    gateway = changed(port=587, auth=auth, addresses=(), helo="out.contoso.example")
    found = passed(gateway, "Subject: Secure\r\n")
    (handoff,) = found.handoffs
    assert (587, auth, "out.contoso.example") == (
        handoff.port,
        handoff.auth,
        handoff.helo,
    )
    assert found.source is None


def test_other_mail_goes_to_each_domain_s_own_server_or_stays():
    found = passed(SEG, to=EVERYBODY)
    assert [("mx1.fabrikam.example",), ("mx.woodgrove.example",)] == [
        handoff.hosts for handoff in found.handoffs
    ]
    assert [(CLEO, DIRK), (ERNA,)] == [h.envelope.recipients for h in found.handoffs]
    kinds = {kept.recipient: kept.kind for kept in found.kept}
    unknown, refused, waits = KeptKind.UNKNOWN, KeptKind.REFUSED, KeptKind.WAITS
    assert {BOB: unknown, FRED: refused, GUUS: waits} == kinds
    assert (OTHERS,) == found.assumed


HEADS = ("Subject: Secure\r\n", "Subject: secured\r\n", "Subject: lunch\r\n")
gateways = st.builds(
    changed,
    triggers=st.sampled_from([None, (), (SubjectWord("Secure"),)]),
    is_on=st.booleans(),
    reaches_zivver=st.sampled_from([None, True, False]),
    unreachable=st.sampled_from([None, *Unreachable]),
    addresses=st.lists(
        st.sampled_from([ip_address("192.0.2.40"), ip_address("192.0.2.41")]),
        unique=True,
    ).map(tuple),
    returns=st.booleans(),
)


@given(
    gateway=gateways,
    head=st.sampled_from(HEADS),
    to=st.lists(st.sampled_from(EVERYBODY), min_size=1, unique=True).map(tuple),
    data=st.data(),
)
def test_every_recipient_is_handed_on_or_kept_and_none_twice(gateway, head, to, data):
    class Drawn(Choices):
        def choose(self, key, alternatives):
            return self.given(key) or data.draw(st.sampled_from(alternatives))

    found = pass_on(
        gateway,
        Envelope(ANNA, to),
        content(head),
        outlook=OUTLOOK,
        choices=Drawn(),
    )
    handed = [who for h in found.handoffs for who in h.envelope.recipients]
    assert sorted(map(str, to)) == sorted(
        map(str, (*handed, *(kept.recipient for kept in found.kept)))
    )


@pytest.mark.parametrize(
    ("gateway", "head", "about"),
    [
        (changed(triggers=None), "", "whether it goes to Zivver from"),
        (changed(reaches_zivver=None), "Subject: Secure\r\n", "whether Zivver is reac"),
        (changed(reaches_zivver=False), "Subject: Secure\r\n", "without Zivver"),
        (SEG, "Subject: secured\r\n", "trigger"),
        (
            changed(addresses=(*SEG.addresses, ip_address("192.0.2.41"))),
            "",
            "outgoing address",
        ),
    ],
)
def test_what_was_not_said_is_asked(gateway, head, about):
    choices = Choices()
    pass_on(
        gateway,
        Envelope(ANNA, (CLEO,)),
        content(head),
        outlook=OUTLOOK,
        choices=choices,
    )
    assert [about] == [
        point.key.about[: len(about)]
        for point in choices.met
        if isinstance(point.key, Fact) and point.key.about.startswith(about)
    ]


def test_what_does_not_matter_is_not_asked():
    choices = Choices()
    gateway = changed(reaches_zivver=None, unreachable=None)
    pass_on(
        gateway, Envelope(ANNA, (CLEO,)), content(), outlook=OUTLOOK, choices=choices
    )
    assert [] == choices.met


def test_what_it_strips_it_does_not_find_and_what_it_adds_is_added():
    gateway = changed(
        triggers=(FieldText("X-Way", "zivver"),),
        strips=("X-Way",),
        adds=(("X-Scanned", "yes"),),
    )
    (handoff,) = passed(gateway, "X-Way: zivver\r\n").handoffs
    parsed = parse(handoff.content)
    assert (Route.MX, (), ("yes",)) == (
        handoff.route,
        parsed.values("X-Way"),
        parsed.values("X-Scanned"),
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("SEG.contoso.example.", SEG),
        ("[192.0.2.40]", SEG),
        ("192.0.2.41", None),
        ("other.example", None),
    ],
)
def test_a_gateway_goes_by_its_names_and_addresses(host, expected):
    assert expected is gateway_of(Internet(gateways=(SEG,)), host)


MX = zone({("fabrikam.example", "MX"): ("10 mx1.fabrikam.example",)})


@pytest.mark.parametrize(
    ("host", "domains", "expected"),
    [
        ("other.example", ("fabrikam.example",), True),
        ("mx1.fabrikam.example", ("fabrikam.example",), True),
        ("mx1.fabrikam.example", ("fabrikam.example", "woodgrove.example"), False),
        ("mx2.fabrikam.example", ("fabrikam.example",), False),
        ("mx1.fabrikam.example", (), False),
    ],
)
def test_whether_a_host_is_described(host, domains, expected):
    internet = Internet(MX, (decent_host("other.example"),))
    assert expected is is_described(internet, host, domains)


def test_names_are_compared_folded():
    assert is_called("Bücher.example", ("xn--bcher-kva.example",))
