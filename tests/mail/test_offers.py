import pytest

from fakes.exchange.readings import QUESTIONS
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.habits import DEFAULTS, Habit, by_default
from fakes.mail.handoff import DsnTerms
from fakes.mail.offers import NOTHING, Offers, read_offers
from fakes.mail.parameters import dsn_of_recipient, dsn_of_sender, needs_utf8

ANNA, JORG = map(parse_address, ("anna@contoso.example", "jörg@contoso.example"))
LINES = {
    "nothing": ((), NOTHING),
    "a size": (("SIZE 1000",), Offers(frozenset({"SIZE"}), 1000)),
    "no limit": (("SIZE 0",), Offers(frozenset({"SIZE"}))),
    "a size without a number": (("SIZE",), Offers(frozenset({"SIZE"}))),
    "a size that is none": (("SIZE many",), Offers(frozenset({"SIZE"}))),
    "mechanisms": (
        ("auth login plain",),
        Offers(frozenset({"AUTH"}), None, frozenset({"LOGIN", "PLAIN"})),
    ),
    "an empty line": (("",), Offers(frozenset({""}))),
}


@pytest.mark.parametrize("name", LINES)
def test_each_line_is_read_once(name):
    lines, expected = LINES[name]
    assert expected == read_offers(lines)


def test_every_habit_is_a_reading_and_its_default_is_the_same():
    assert {habit.value: QUESTIONS[habit].alternatives[0] for habit in Habit} == {
        habit.value: by_default(habit) for habit in DEFAULTS
    }


@pytest.mark.parametrize(
    ("expected", "envelope", "raw"),
    [
        (False, Envelope(ANNA, (ANNA,)), b"a: b\r\n\r\n\xfc"),
        (False, Envelope(None, (ANNA,)), b""),
        (True, Envelope(JORG, (ANNA,)), b""),
        (True, Envelope(None, (JORG,)), b""),
        (True, Envelope(ANNA, (ANNA,)), b"a: \xfc\r\n\r\nb"),
    ],
)
def test_utf8_is_needed_by_addresses_and_header(expected, envelope, raw):
    assert expected is needs_utf8(envelope, Content(raw))


TERMS = DsnTerms("HDRS", "a+b 1", ("FAILURE", "DELAY"), ((ANNA, ANNA), (JORG, JORG)))


def test_what_is_asked_of_reports_is_written_as_rfc_3461_has_it():
    assert ("RET=HDRS", "ENVID=a+2Bb+201") == dsn_of_sender(TERMS)
    assert () == dsn_of_sender(DsnTerms())
    assert (
        "NOTIFY=FAILURE,DELAY",
        "ORCPT=rfc822;anna@contoso.example",
    ) == dsn_of_recipient(TERMS, ANNA)


def test_an_original_recipient_outside_ascii_is_not_said():
    assert ("NOTIFY=FAILURE,DELAY",) == dsn_of_recipient(TERMS, JORG)
    assert () == dsn_of_recipient(DsnTerms(), ANNA)
