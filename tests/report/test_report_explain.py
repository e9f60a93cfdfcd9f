"""One mail, told: the answer first, then every step."""

from harness.report.data import as_data
from harness.report.explain_data import explained as explained_data
from tests.report.samples import (
    BOB,
    CARDS,
    CLEO,
    INFO,
    RELAY,
    SUBJECT,
    explained,
    mail,
    on_one_line,
    told,
)

STOP = {"Name": "Stop", "SubjectContainsWords": ["stock"], "StopRuleProcessing": True}
SIGNED = {
    "Name": "Signatures",
    "SubjectContainsWords": ["stock"],
    "RouteMessageOutboundConnector": "Signatures",
}


def test_the_first_line_is_the_answer():
    first = explained(mail(), SUBJECT).splitlines()[0]

    assert first.split()[:2] == [INFO, "PLAIN"]


def test_the_closest_rule_is_named():
    page = on_one_line(explained(mail(), SUBJECT, STOP))

    assert 'no rule took it to Zivver; rule 0 "Zivver subject" came closest' in page


def test_the_rule_that_took_it_is_named():
    page = on_one_line(
        explained(mail("Secure: stock"), STOP | {"State": "Disabled"}, SUBJECT)
    )

    assert (
        f'rule 1 "Zivver subject" took it: RouteMessageOutboundConnector {RELAY}'
        in page
    )
    assert "is passed over: it is off (State Disabled)" in page


def test_rules_behind_a_stop_are_said_not_to_be_reached():
    page = on_one_line(explained(mail("Secure stock"), STOP, SUBJECT))

    assert 'not reached rule 1 "Zivver subject": rule 0 "Stop" stops the rules' in page


def test_an_unknown_condition_gives_both_ends():
    page = on_one_line(explained(mail(), CARDS))

    assert "CANNOT TELL PLAIN or SECURE" in page
    assert "depends on MessageContainsDataClassifications Credit card" in page
    assert "otherwise SECURE" in page
    assert 'rule 0 "Cards" cannot tell' in page


def test_an_open_question_is_asked_in_words():
    page = on_one_line(explained(mail("Secure stock"), SUBJECT, SIGNED))

    assert (
        "depends on something Microsoft does not document: which connector takes a "
        "mail that two rules send to two connectors"
    ) in page
    assert "two_connectors" not in page


def test_an_open_question_inside_a_test_is_asked_in_words():
    page = on_one_line(explained(mail("Secure_ly"), SUBJECT))

    assert "does an underscore beside a word end the word" in page
    assert "word_edge" not in page


def test_who_went_the_same_way_shares_a_block():
    page = explained(mail(to=(INFO, CLEO, BOB)), SUBJECT)

    assert page.startswith(f"{INFO} and {CLEO}\n")
    assert 2 == page.count("submitted")


def test_the_text_of_a_body_is_never_printed():
    rule = SUBJECT | {"SubjectOrBodyContainsWords": ["hello"]}
    item = mail(body="hello topsecret")
    both = told(item, rule)

    assert "topsecret" not in explained(item, rule)
    assert "topsecret" not in str(explained_data(both, item))
    assert "hello" in str(as_data(both.outcome))


def test_a_page_without_rules_says_what_becomes_of_it():
    page = on_one_line(explained(mail(to=(BOB,))))

    assert page.startswith(f"{BOB} INTERNAL")
    assert "why mailbox `bob`" in page
