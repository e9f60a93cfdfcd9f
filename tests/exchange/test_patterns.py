"""Patterns: what means the same in .NET and in Python, and nothing near it."""

import pytest

from fakes.exchange.rules.patterns import is_found, pattern


@pytest.mark.parametrize(
    ("text", "seen", "hit", "source"),
    [
        ("[mn]icrosft", "Your NICROSFT order", True, "exchange-rules#v23"),
        (r"\d\d\d-\d\d-\d\d\d\d", "id 078-05-1120 x", True, "exchange-rules#v25"),
        (r"\.domain\.com$", "u@sub.domain.com", True, "exchange-rules#v26"),
        (r"\.domain\.com$", "u@domain.com", False, "exchange-rules#v27"),
        (r"\(External\)", "external", False, "exchange-rules#v29"),
        (r"\(External\)", "(external)", True, "exchange-rules#v29"),
        ("^$", "", True, "field-cases#anchors"),
        ("$", "anything", True, "field-cases#anchors"),
        ("^b", "a\nb", False, "exchange-rules#R-09"),
        ("^##", "## ticket", True, "exchange-rules#2.2"),
        ("(spf|dkim)=fail", "dkim=FAIL", True, "exchange-rules#2.2"),
        ("a{2,3}b", "xaab", True, "exchange-rules#2.2"),
        ("a.c", "a\nc", False, "exchange-rules#2.2"),
        ("(?:ab)+?c", "ababc", True, "exchange-rules#2.2"),
        (r"[^a-z ]", "abc d", False, "exchange-rules#2.2"),
    ],
)
def test_a_judged_pattern_is_searched_anywhere_without_case(text, seen, hit, source):
    made = pattern(text)
    assert not made.problem
    assert hit is is_found(made, seen), source


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a++",
        "(?i)a",
        "(?<!x)a",
        r"\bword",
        r"\w",
        r"\s",
        r"(a)\1",
        "[a-z-[aeiou]]",
        "[]a]",
        "a{,3}",
        "a{3,1}",
        "*a",
        "^*",
        "(a",
        "[z-a]",
        "stra\u00dfe",
        r"\x41",
        "a{2}{3}",
    ],
)
def test_what_may_mean_something_else_in_net_is_not_judged(text):
    made = pattern(text)
    assert made.problem
    assert is_found(made, "a") is None


@pytest.mark.parametrize("char", ["\u0130", "\u0131", "\u017f", "\u212a", "\U0001f600"])
def test_a_text_that_the_two_engines_may_read_differently_cannot_be_told(char):
    assert is_found(pattern("^.$"), char) is None


def test_a_search_that_takes_too_long_is_never_no_match():
    # exchange-rules#R-12: a time-out of ours cannot be told.
    assert is_found(pattern("(a|a|aa)+$"), "a" * 60 + "b", timeout=0.01) is None
