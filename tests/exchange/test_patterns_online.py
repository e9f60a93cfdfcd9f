"""What Exchange Online would refuse today of a pattern that .NET takes."""

import pytest

from fakes.exchange.organization import Platform
from fakes.exchange.rules.online_dialect import online_refusals
from fakes.exchange.rules.patterns import as_observed, is_found, pattern
from tests.exchange.at_hand import (
    CLEO,
    asked,
    ends,
    mail,
    open_tenant,
    reading,
    tenant,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".*secure", "it begins with a wildcard"),
        (".+?secure", "it begins with a wildcard"),
        (".{0,20}secure", "it begins with a wildcard"),
        ("(.*)secure", "it begins with a wildcard"),
        ("secure|.{1,9}x", "it begins with a wildcard"),
        ("(?s)secure.*", "it ends with a wildcard"),
        ("a*", "it matches everything"),
        ("(a*b*)c", "a group holds several open repetitions"),
        (r"a\s*\s*b", "the same repetition stands twice in a row"),
        ("a(b|)", "it has an empty alternative"),
        ("x" * 129, "it has 129 characters, at most 128"),
        ("(a", "it is no regular expression: a parenthesis is not closed"),
    ],
)
def test_each_reason_is_named(text, expected):
    # field-cases#online-regex
    assert (expected,) == online_refusals(text)


@pytest.mark.parametrize(
    "text",
    [
        "secure",
        "^$",
        "(?=a)",
        "..*.",
        ".?a.{2,4}b.?",
        "(a+)b(c*)",
        r"a+\s+b",
        "(?=.*a)b",
        "x" * 128,
        "(?<-a>b)",
    ],
)
def test_what_would_be_taken_has_no_reason(text):
    assert () == online_refusals(text)


def test_an_empty_alternative_at_the_top_matches_everything_too():
    assert (
        "it matches everything",
        "it has an empty alternative",
    ) == online_refusals("|a")


def test_several_reasons_are_all_named():
    assert (
        "it begins with a wildcard",
        "it ends with a wildcard",
        "it matches everything",
    ) == online_refusals(".*")


@pytest.mark.parametrize(
    ("text", "seen", "in_dotnet", "as_seen"),
    [
        ("(?-i)Secure", "secure", False, True),
        ("(?x) a b", "ab", True, False),
        (r"(a)\1", "aa", True, False),
        (r"(?<d>a)\1", "aa", True, True),
        (r"(?<d>a)\k<d>", "aa", True, False),
        ("(?i)secure", "SECURE", True, True),
    ],
)
def test_what_exchange_online_was_seen_to_take_otherwise(
    text, seen, in_dotnet, as_seen
):
    # exchange-rules#R-10
    made = pattern(text)
    assert in_dotnet is is_found(made, seen)
    assert as_seen is is_found(as_observed(made), seen)
    assert (in_dotnet == as_seen) or as_observed(made) != made


def test_what_is_not_judged_is_as_it_was_observed():
    broken = pattern("(")
    assert broken == as_observed(broken)
    plain = pattern("secure")
    assert plain is as_observed(plain)


def test_the_dialect_is_a_question_of_exchange_online():
    rule = {"SubjectMatchesPatterns": ["(?-i)HELLO"], "DeleteMessage": True}
    assert {"online_patterns"} == asked(mail(), open_tenant(rule))
    assert set() == asked(mail(), open_tenant(rule, platform=Platform.SERVER))
    plain = rule | {"SubjectMatchesPatterns": ["HELLO"]}
    assert set() == asked(mail(), open_tenant(plain))
    seen = reading(online_patterns="as-observed")
    assert {CLEO: {("deleted", None, None)}} == ends(
        mail(), tenant(rule, readings=seen)
    )
