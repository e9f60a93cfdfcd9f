"""Each open question of the sheet is a reading, or stands here with the reason."""

import re
from pathlib import Path

import pytest

from fakes.exchange.readings import QUESTIONS

FACTS = Path(__file__).parents[2] / "docs" / "facts"
SHEET = (FACTS / "exchange-rules.md").read_text("utf-8")
ASKED = re.findall(r"(?m)^\| (R-[0-9]{2}) \|", SHEET)
SOURCES = [source for question in QUESTIONS.values() for source in question.sources]
READINGS = {source.removeprefix("exchange-rules#") for source in SOURCES}

_SETTLED = "answered by evidence (field-cases#R-20 and the rows of its section 1)"
_REFUSED = "it decides what Exchange takes when a rule is made, not what a rule does"
_NO_OTHER = "no source has another answer that could be computed"
NOT_READINGS = {
    "R-01": (
        "the sheet's order is taken; another one changes a mail only where one rule "
        "sets and removes the same field, or changes the mail and copies it"
    ),
    "R-02": _REFUSED,
    "R-03": "Microsoft's page on conditions says that words are text (v7, v19)",
    "R-09": _SETTLED,
    "R-10": _REFUSED,
    "R-11": _REFUSED,
    "R-12": "what takes too long is unknown, whatever Exchange makes of it",
    "R-13": f"RFC 2047 and RFC 5322 are followed; {_NO_OTHER}",
    "R-15": _NO_OTHER,
    "R-18": "mail to a group is reported as not known before any rule",
    "R-21": (
        "the other answer makes Internet mail to a mailbox mail to outside, and rules "
        "for inbound mail that are in use would never act"
    ),
    "R-22": "RFC 5322 makes names of fields case-blind, and no source says otherwise",
    "R-29": _SETTLED,
    "R-31": (
        "a copy that begins anew meets each rule before with the same verdict, and "
        "would take its actions twice; nobody has seen that"
    ),
    "R-34": "both parameters are one action here; they decide the report's text only",
    "R-37": _REFUSED,
    "R-41": "it decides what an edit of the rules gives, not what the rules do",
    "R-45": "the Edge role is not modelled",
    "R-46": "what moderators refuse or leave lying is said, and no mail is made of it",
    "R-47": _REFUSED,
    "R-48": "the limit is a setting of the organization",
    "R-49": _SETTLED,
    "R-53": "what becomes of a mail that moderators approve is said and not followed",
    "R-57": "the trace of Exchange is not written",
}


def test_the_sheet_asks_57():
    assert [f"R-{n:02}" for n in range(1, 58)] == ASKED


@pytest.mark.parametrize("question", ASKED)
def test_each_open_question_is_a_reading_or_is_listed(question):
    assert (question in READINGS) != (question in NOT_READINGS)


def test_a_question_that_two_sheets_ask_is_one_reading():
    twice = [source for source in SOURCES if re.search("#[RX]-", source)]
    # One row of the sheet that asks of two things: words and patterns; sorts of tests.
    shared = {"exchange-rules#R-14", "exchange-rules#R-28"}
    assert [] == [s for s in twice if twice.count(s) > 1 and s not in shared]
    pairs = {"R-50": "X-4", "R-51": "X-6", "R-56": "X-5"}
    for rules, routing in pairs.items():
        both = {f"exchange-rules#{rules}", f"exchange-routing#{routing}"}
        (one,) = [q for q in QUESTIONS.values() if both & set(q.sources)]
        assert both <= set(one.sources)
