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
    "R-02": _REFUSED,
    "R-03": (
        "decided: Microsoft's page on conditions takes an asterisk for an asterisk "
        "(v7); a word as pattern would be another condition of its own (v19)"
    ),
    "R-09": _SETTLED,
    "R-11": _REFUSED,
    "R-12": "what takes too long is unknown, whatever Exchange makes of it",
    "R-13": _SETTLED,
    "R-15": _SETTLED,
    "R-21": (
        "decided by rules that are in use (3.3): for mail from outside to somebody "
        "inside they ask FromScope NotInOrganization and SentToScope InOrganization, "
        "which by the other answer would never hold"
    ),
    "R-22": (
        "decided: the name of a field is a literal of a grammar (RFC 5322, 3.6), and "
        "such a literal stands for either case (RFC 5234, 2.3)"
    ),
    "R-29": _SETTLED,
    "R-34": (
        "it decides between two codes and two texts of a report to the sender, which "
        "no disposition, no finding and no policy looks at"
    ),
    "R-37": _REFUSED,
    "R-41": "it decides what an edit of the rules gives, not what the rules do",
    "R-45": "the Edge role is not modelled",
    "R-46": (
        "such a notice carries nothing of the mail: what a rule does to it is nobody's "
        "delivery, and that the sender hears of a refusal is what 5.2 says"
    ),
    "R-47": _REFUSED,
    "R-48": "the limit is a setting of the organization",
    "R-49": _SETTLED,
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
