"""What becomes of a mail, and what it depends on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import OutboundConnector, Platform
from fakes.exchange.readings import Readings
from fakes.internet.hosts import Host, Internet, Presence, decent_host
from fakes.mail.address import parse_address as address
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from fakes.mail.troubles import LOOK_UP_FAILED, NO_SUCH_HOST
from fakes.zivver.service import ZivverService
from fakes.zone import zone
from harness.compare import FindingKind, compare
from harness.duty import Duty, Obligation
from harness.outcome import Disposition
from harness.simulate import Table
from tests.judging.worlds_at_hand import (
    ANNA,
    BOB,
    INFO,
    ROUTE,
    mail,
    organization,
    simulated,
    world,
)

WORD = ROUTE | {"SubjectContainsWords": ["Secure"]}
DETECTOR = {
    "Name": "cards",
    "MessageContainsDataClassifications": ["Credit Card Number"],
}


def disposition(item, where, who=INFO, **how):
    fate = simulated(item, where, **how).fate(who)
    return fate.deliveries[0].disposition if fate.deliveries else None


def test_a_word_in_the_subject_takes_the_mail_to_zivver():
    assert Disposition.SECURE_NOTIFICATION is disposition(
        mail("Secure: x"), world(WORD)
    )


def test_without_the_word_it_leaves_as_ordinary_mail():
    assert Disposition.PLAIN is disposition(mail("insecure"), world(WORD))


def test_nothing_leaves_plain_when_zivver_is_down_and_the_rule_matched():
    down = ZivverService(is_down=True)
    outcome = simulated(mail("Secure"), world(WORD, zivver=down))
    assert Disposition.DEFERRED is outcome.fate(INFO).deliveries[0].disposition
    assert not any(delivery.left_plain for delivery in outcome.deliveries)


def test_a_queue_that_is_given_time_gives_up_and_tells_the_sender():
    down = ZivverService(is_down=True)
    outcome = simulated(
        mail("Secure"), world(WORD, zivver=down), patience=timedelta(days=3)
    )
    (delivery,) = outcome.fate(INFO).deliveries
    assert (Disposition.EXPIRED, True) == (delivery.disposition, delivery.is_told)


def test_a_server_that_comes_back_is_not_in_a_static_world_but_the_queue_ends():
    host = Host("mx.fabrikam.example", world().zivver.tls, presence=Presence.DOWN)
    net = Internet(hosts=(host,))
    where = replace(world(), internet=net)
    assert Disposition.DEFERRED is disposition(mail(), where)


@pytest.mark.parametrize("fault", sorted(set(CertificateFault) - {"none"}))
def test_a_bad_certificate_of_zivver_keeps_the_mail_in_the_queue(fault):
    tls = ServerTls(
        is_offered=True, certificate=Certificate(("smtp.zivver.com",), fault)
    )
    where = world(WORD, zivver=ZivverService(tls=tls))
    assert Disposition.DEFERRED is disposition(mail("Secure"), where)


def test_an_unknown_condition_that_decides_on_the_end_is_named():
    where = world(DETECTOR | {"DeleteMessage": True})
    fate = simulated(mail(), where).fate(INFO)
    assert ("MessageContainsDataClassifications Credit Card Number",) == (
        fate.undetermined.questions
    )
    assert Disposition.DELETED is fate.undetermined.otherwise[0].disposition


def test_an_unknown_condition_whose_rule_changes_nothing_about_delivery_is_not_asked():
    where = world(DETECTOR | {"SetAuditSeverity": "High"})
    fate = simulated(mail(), where).fate(INFO)
    assert fate.undetermined is None


def test_an_unknown_condition_that_ends_alike_both_ways_leaves_the_end_determined():
    where = world(DETECTOR | {"PrependSubject": "[card] "})
    fate = simulated(mail(), where).fate(INFO)
    assert (None, None) == (fate.undetermined, fate.hangs_on)


def test_thirty_unknown_detectors_that_prepend_a_word_still_give_an_answer():
    rules = [
        DETECTOR
        | {"Name": f"cards {n}", "PrependSubject": f"[{n}]"}
        | {"MessageContainsDataClassifications": [f"type {n}"]}
        for n in range(30)
    ]
    outcome = simulated(mail("Secure"), world(*rules, ROUTE | {"From": [str(ANNA)]}))
    assert outcome.is_whole
    assert (
        Disposition.SECURE_NOTIFICATION is outcome.fate(INFO).deliveries[0].disposition
    )
    assert outcome.fate(INFO).undetermined is None


def test_too_many_ways_end_in_cannot_tell_and_never_in_a_pass():
    rules = [
        DETECTOR
        | {"Name": f"r{n}", "MessageContainsDataClassifications": [f"type {n}"]}
        | {"SetHeaderName": f"X-{n}", "SetHeaderValue": "1"}
        for n in range(12)
    ]
    watching = [
        {
            "Name": f"w{n}",
            "HeaderContainsMessageHeader": f"X-{n}",
            "HeaderContainsWords": ["1"],
            "PrependSubject": "x",
        }
        for n in range(12)
    ]
    outcome = simulated(mail("Secure"), world(*rules, *watching, WORD), bound=50)
    assert not outcome.is_whole
    findings = compare(outcome, (Duty(INFO, Obligation.MUST_BE_SECURE),))
    assert [FindingKind.UNDETERMINED] == [finding.kind for finding in findings]


def test_a_reading_that_decides_is_named_and_its_other_end_shown():
    second = OutboundConnector(
        "Signature", is_rule_scoped=True, uses_mx=False, smart_hosts=("sig.example",)
    )
    relay = organization().outbound_connectors[0]
    where = world(
        WORD,
        {"Name": "sign", "RouteMessageOutboundConnector": "Signature"},
        connectors=(relay, second),
    )
    where = replace(where, internet=Internet(hosts=(decent_host("sig.example"),)))
    fate = simulated(mail("Secure"), where).fate(INFO)
    assert fate.undetermined is None
    assert ("two_connectors",) == fate.hangs_on.questions
    assert Disposition.PLAIN is fate.deliveries[0].disposition


def test_a_settled_reading_is_no_question():
    relay = organization().outbound_connectors[0]
    readings = Readings(two_connectors="first", settled=frozenset({"two_connectors"}))
    where = world(
        WORD,
        {"Name": "sign", "RouteMessageOutboundConnector": "Other"},
        connectors=(relay, replace(relay, name="Other", smart_hosts=("sig.example",))),
        readings=readings,
    )
    fate = simulated(mail("Secure"), where).fate(INFO)
    assert fate.hangs_on is None
    assert Disposition.SECURE_NOTIFICATION is fate.deliveries[0].disposition


def test_what_was_not_exported_is_not_taken_for_empty():
    for name in ("rules", "outbound_connectors", "accepted_domains"):
        where = world(WORD, **({name: None} if name != "rules" else {}))
        if name == "rules":
            where = replace(where, organization=replace(where.organization, rules=None))
        fate = simulated(mail(), where).fate(INFO)
        assert fate.undetermined is not None, name


def test_an_unknown_recipient_is_reported_to_the_sender():
    nobody = address("nobody@contoso.example")
    outcome = simulated(mail(to=(nobody, INFO)), world())
    (delivery,) = outcome.fate(nobody).deliveries
    assert (Disposition.REJECTED, True) == (delivery.disposition, delivery.is_told)
    assert Disposition.PLAIN is outcome.fate(INFO).deliveries[0].disposition


def test_a_stranger_is_refused_during_the_session():
    nobody = address("nobody@contoso.example")
    stranger = address("x@elsewhere.example")
    item = mail(to=(nobody,), sender=stranger, source=None, helo="mx.elsewhere.example")
    outcome = simulated(item, world())
    assert Disposition.REFUSED is outcome.fate(nobody).deliveries[0].disposition


def test_a_domain_that_does_not_exist_is_not_plain_but_rejected():
    net = Internet(zone({}, absent=frozenset({"fabrikam.example"})))
    where = replace(world(), internet=net)
    got = disposition(mail(), where)
    assert got in {Disposition.REJECTED, Disposition.DEFERRED}


@pytest.mark.parametrize(
    ("trouble", "platform", "expected"),
    [
        ("absent", Platform.ONLINE, LOOK_UP_FAILED),
        ("absent", Platform.SERVER, NO_SUCH_HOST),
        ("failing", Platform.ONLINE, LOOK_UP_FAILED),
        ("failing", Platform.SERVER, LOOK_UP_FAILED),
    ],
)
def test_a_server_of_zivver_whose_name_is_not_found_is_not_reached(
    trouble, platform, expected
):
    names = zone({}, **{trouble: frozenset({"SMTP.Zivver.com."})})
    where = replace(
        world(WORD),
        organization=replace(organization(WORD), platform=platform),
        internet=Internet(names),
    )
    assert expected == Table(where, Choices()).find("smtp.zivver.com", 25)


def test_nothing_leaves_plain_when_the_name_of_zivver_does_not_exist():
    where = replace(
        world(WORD), internet=Internet(zone({}, absent=frozenset({"smtp.zivver.com"})))
    )
    fate = simulated(mail("Secure"), where).fate(INFO)
    assert [(Disposition.DEFERRED, False)] == [
        (d.disposition, d.left_plain) for d in fate.deliveries
    ]


def test_inside_and_outside_recipients_of_one_mail_each_have_their_end():
    where = world(WORD | {"SentToScope": "NotInOrganization"})
    outcome = simulated(mail("Secure", to=(BOB, INFO)), where)
    assert Disposition.INTERNAL is outcome.fate(BOB).deliveries[0].disposition
    assert Disposition.SECURE_NOTIFICATION is (
        outcome.fate(INFO).deliveries[0].disposition
    )


def test_a_mail_that_zivver_had_sent_loops():
    item = mail(
        "Secure",
        to=(BOB,),
        sender=address("noreply@zivver.com"),
        headers="X-Zivver-Transport: 1\r\n",
        source=None,
    )
    assert Disposition.LOOPED is disposition(item, world(WORD), BOB)


def test_a_blind_copy_of_a_rule_is_a_copy_without_an_original():
    copying = {"Name": "copy", "BlindCopyTo": ["archive@elsewhere.example"]}
    fate = simulated(mail(), world(copying)).fate(None)
    assert [Disposition.PLAIN] == [d.disposition for d in fate.deliveries]


def test_a_redirect_to_a_mailbox_takes_the_mail_from_its_recipients():
    redirecting = {"Name": "redirect", "RedirectMessageTo": [str(BOB)]}
    outcome = simulated(mail(), world(redirecting))
    assert Disposition.LOST is outcome.fate(INFO).deliveries[0].disposition
    assert Disposition.MISDIRECTED is outcome.fate(None).deliveries[0].disposition


def test_an_incident_report_to_somebody_not_exported_is_a_copy_that_cannot_be_told():
    reporting = {
        "Name": "report",
        "GenerateIncidentReport": "Security Team",
        "IncidentReportContent": ["AttachOriginalMail"],
    }
    fate = simulated(mail(), world(reporting)).fate(None)
    assert [Disposition.UNDETERMINED] == [d.disposition for d in fate.deliveries]
    assert fate.undetermined is not None


def test_a_reading_found_before_the_bound_was_reached_does_not_hide_the_rest():
    relay = organization().outbound_connectors[0]
    other = replace(relay, name="Other", smart_hosts=("other.example",))
    where = world(
        WORD,
        {"Name": "other", "RouteMessageOutboundConnector": "Other"},
        DETECTOR | {"DeleteMessage": True},
        connectors=(relay, other),
    )
    fate = simulated(mail("Secure"), where, bound=2).fate(INFO)
    assert fate.undetermined is not None
    assert fate.hangs_on is None


def test_what_a_mail_asks_of_zivver_in_vain_is_named():
    item = mail("Secure")
    raw = b"zivver-message-expiration: tomorrow\r\n" + item.content.raw
    asking = replace(item, content=replace(item.content, raw=raw))
    outcome = simulated(asking, world(WORD))
    field = "zivver-message-expiration: tomorrow"
    assert f"Zivver: that `{field}` asks for nothing" in outcome.assumed
    steps = outcome.fate(INFO).steps
    named = [detail.name for step in steps for detail in step.details]
    assert field in named


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        (
            ServerTls(
                is_offered=True, certificate=Certificate(("mx.fabrikam.example",))
            ),
            "SECURE_DIRECT",
        ),
        (
            ServerTls(is_offered=True, certificate=Certificate(("else.example",))),
            "SECURE_NOTIFICATION",
        ),
        (
            ServerTls(is_offered=False, certificate=Certificate(())),
            "SECURE_NOTIFICATION",
        ),
    ],
    ids=["fit", "another name", "no STARTTLS"],
)
def test_direct_delivery_looks_at_the_tls_of_the_other_side(tls, expected):
    there = world(WORD)
    delivering = replace(
        there.zivver.delivering, odd_domains=frozenset({"fabrikam.example"})
    )
    records = {("fabrikam.example", "MX"): ("10 mx.fabrikam.example",)}
    where = replace(
        there,
        zivver=replace(there.zivver, delivering=delivering),
        internet=Internet(zone(records), (Host("mx.fabrikam.example", tls),)),
    )
    assert expected == disposition(mail("Secure"), where)
