"""Each open question of the two sheets is a reading, or stands here with the reason."""

import re
from pathlib import Path

import pytest

from fakes.exchange.readings import QUESTIONS

FACTS = Path(__file__).parents[2] / "docs" / "facts"
SHEET = (FACTS / "exchange-rules.md").read_text("utf-8")
ROUTING_SHEET = (FACTS / "exchange-routing.md").read_text("utf-8")
EVIDENCE = (FACTS / "field-cases.md").read_text("utf-8")
ASKED = re.findall(r"(?m)^\| (R-[0-9]{2}) \|", SHEET)
ASKED_OF_ROUTING = re.findall(r"(?m)^- (X-[0-9]+):", ROUTING_SHEET)
ANSWERED = set(re.findall(r"(?m)^\| (X-[0-9]+) \|", EVIDENCE))
SOURCES = [source for question in QUESTIONS.values() for source in question.sources]
READINGS = {source.rpartition("#")[2] for source in SOURCES}

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
    "R-45": (
        "decided: skipped on the Edge role as elsewhere; what Exchange sends of itself "
        "there carries nothing of the mail, as R-46"
    ),
    "R-46": (
        "such a notice carries nothing of the mail: what a rule does to it is nobody's "
        "delivery, and that the sender hears of a refusal is what 5.2 says"
    ),
    "R-47": _REFUSED,
    "R-48": "the limit is a setting of the organization",
    "R-49": _SETTLED,
    "R-57": "the trace of Exchange is not written",
}
_EVIDENCE = "answered by evidence (field-cases#{})"
NOT_READINGS_OF_ROUTING = {
    "X-7": "no answer could be computed: the smart host is unknown by name",
    "X-10": "no source names a code: a connector with such a policy is not judged",
    "X-11": _EVIDENCE.format("X-11"),
    "X-12": (
        "decided: it is routed, as vendors' set-ups that are in use rest on it "
        "(exchange-routing#3.3, zivver#17)"
    ),
    "X-13": _EVIDENCE.format("X-13"),
    "X-14": (
        "decided: a redirect adds no Resent-* field (exchange-routing#4.1) and no "
        "ORCPT; no source has another field that a rule or Zivver could read"
    ),
    "X-15": "decided: the page of 2016 and later (exchange-routing#4.2)",
    "X-16": _EVIDENCE.format("X-16"),
    "X-19": (
        "what rich text becomes is computed by neither answer; each names it in what "
        "is taken for granted (exchange-routing#5.3, E18, E19)"
    ),
    "X-20": _EVIDENCE.format("X-20"),
    "X-23": _EVIDENCE.format("X-23"),
    "X-24": (
        "a loop that comes to 20 comes to 30 as well, and no way without one is that "
        "long: the end is the same (exchange-routing#8, E14)"
    ),
    "X-26": (
        "decided: 24 hours, which the sheet calls current (exchange-routing#1.7); "
        "Set-TransportConfig gives another"
    ),
    "X-30": _EVIDENCE.format("X-30"),
    "X-31": (
        "it decides the text of a report to the sender, and none that is written here "
        "quotes one of them"
    ),
}


def test_the_sheet_asks_57():
    assert [f"R-{n:02}" for n in range(1, 58)] == ASKED


@pytest.mark.parametrize("question", ASKED)
def test_each_open_question_is_a_reading_or_is_listed(question):
    assert (question in READINGS) != (question in NOT_READINGS)


def test_the_sheet_of_routing_asks_31():
    assert [f"X-{n}" for n in range(1, 32)] == ASKED_OF_ROUTING


@pytest.mark.parametrize("question", ASKED_OF_ROUTING)
def test_each_open_question_of_routing_is_a_reading_or_is_listed(question):
    assert (question in READINGS) != (question in NOT_READINGS_OF_ROUTING)


@pytest.mark.parametrize(("question", "reason"), NOT_READINGS_OF_ROUTING.items())
def test_what_evidence_answers_stands_among_the_evidence(question, reason):
    is_answered = reason == _EVIDENCE.format(question)
    assert not is_answered or question in ANSWERED


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
