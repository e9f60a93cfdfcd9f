"""What Exchange Online would refuse today of a pattern that .NET takes."""

import pytest

from fakes.exchange.rules.online_dialect import online_refusals


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
