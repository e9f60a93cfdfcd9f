"""Who gets the whole of a mail in another mail is judged as its recipient."""

from datetime import timedelta

import pytest

from fakes.internet.hosts import Host, Internet, Presence
from fakes.mail.address import parse_address as address
from fakes.mail.session import Certificate, ServerTls
from harness.compare import FindingKind, compare
from harness.duty import Duty, Inside, Obligation
from harness.outcome import Disposition
from harness.world import World
from tests.judging.worlds_at_hand import BOB, INFO, ROUTE, mail, simulated, world

SOC = address("soc@archive.example")
WORD = ROUTE | {"SubjectContainsWords": ["Secure"]}
DUTY = Duty(INFO, Obligation.MUST_BE_SECURE, ("row",), "", Inside.EITHER)


def report(to, *contents, **more):
    return {
        "Name": "report",
        "GenerateIncidentReport": str(to),
        "IncidentReportContent": list(contents),
    } | more


def others(outcome):
    fate = outcome.fate(None)
    return [(d.disposition, d.reached) for d in fate.deliveries] if fate else []


@pytest.mark.parametrize(
    ("rule", "expected", "kinds"),
    [
        (
            report(SOC, "AttachOriginalMail"),
            [(Disposition.PLAIN, SOC)],
            [FindingKind.LEAK],
        ),
        (report(BOB, "AttachOriginalMail"), [(Disposition.INTERNAL, BOB)], []),
        (report(SOC, "Subject"), [], []),
        ({"Name": "n", "GenerateNotification": "%%Subject%%"}, [], []),
    ],
)
def test_only_the_whole_mail_to_strange_eyes_is_a_finding(rule, expected, kinds):
    outcome = simulated(mail("Secure"), world(WORD, rule))
    assert expected == others(outcome)
    assert kinds == [finding.kind for finding in compare(outcome, (DUTY,))]


def test_a_moderator_outside_has_the_mail_in_clear_although_it_waits():
    moderated = {"Name": "m", "ModerateMessageByUser": [str(SOC)]}
    outcome = simulated(mail("Secure"), world(moderated))
    assert [(Disposition.PLAIN, SOC)] == others(outcome)
    kinds = [finding.kind for finding in compare(outcome, (DUTY,))]
    assert [FindingKind.LEAK, FindingKind.DELAY] == kinds


def test_the_words_say_that_it_is_a_report():
    outcome = simulated(mail("Secure"), world(report(SOC, "AttachOriginalMail")))
    (delivery,) = outcome.fate(None).deliveries
    assert "the incident report holds the whole mail" in delivery.why


def test_a_report_that_a_rule_deletes_takes_the_mail_from_nobody():
    gone = {"Name": "gone", "SentTo": [str(SOC)], "DeleteMessage": True}
    where = world(WORD, report(SOC, "AttachOriginalMail"), gone)
    outcome = simulated(mail("Secure"), where)
    assert [] == others(outcome)
    assert [] == list(compare(outcome, (DUTY,)))


def test_a_report_that_another_rule_redirects_reaches_whom_it_names():
    away = {"Name": "away", "SentTo": [str(SOC)], "RedirectMessageTo": [str(BOB)]}
    where = world(WORD, report(SOC, "AttachOriginalMail"), away)
    assert [(Disposition.INTERNAL, BOB)] == others(simulated(mail("Secure"), where))


def test_a_report_that_a_server_puts_off_waits_and_may_still_arrive():
    tls = ServerTls(is_offered=False, certificate=Certificate(()))
    slow = Internet(hosts=(Host("mx.archive.example", tls, Presence.DOWN),))
    basis = world(WORD, report(SOC, "AttachOriginalMail"))
    where = World(basis.organization, basis.zivver, slow)
    outcome = simulated(mail("Secure"), where)
    assert [Disposition.DEFERRED] == [what for what, _ in others(outcome)]
    late = simulated(mail("Secure"), where, patience=timedelta(days=2))
    assert [] == others(late)


def test_whether_a_rule_takes_the_report_is_asked_apart_from_the_mail():
    # A fact asked of the mail is not the one asked of its report.
    unknown = {"Name": "maybe", "SenderInRecipientList": "x", "DeleteMessage": True}
    only = unknown | {"SentToScope": "NotInOrganization"}
    where = world(report(BOB, "AttachOriginalMail"), only)
    outcome = simulated(mail(to=(INFO,)), where)
    assert outcome.fate(INFO).undetermined
    assert outcome.fate(None).undetermined is None
    out = world(report(SOC, "AttachOriginalMail"), only)
    fate = simulated(mail(to=(BOB,)), out).fate(None)
    assert ("SenderInRecipientList (incident report) x",) == fate.undetermined.questions
