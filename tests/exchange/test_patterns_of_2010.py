"""`UseLegacyRegex`: what is documented of the patterns of Exchange 2010."""

import pytest

from fakes.exchange.rules.dotnet_tree import Dialect
from fakes.exchange.rules.patterns import is_found, pattern
from fakes.exchange.rules.values import NotJudged, Patterns
from tests.exchange.at_hand import REJECT, ends, mail, rule, tenant


@pytest.mark.parametrize(
    ("text", "where", "hit"),
    [
        ("a(bc)*d", "xABCBCD", True),
        ("a(bc)*d", "abd", False),
        (r"\(525\)", "(525)", True),
        ("^b", "ab", False),
        ("a|b", "xb", True),
        (r"^\w*-", "a_-", False),
        (r"^\w\w-", "\u00e91-", True),
        (r"a\sb", "a b", True),
        (r"a\S\Wb", "a--b", True),
        (r"\d\d\d-\D", "123-x", True),
    ],
)
def test_what_is_listed_is_judged(text, where, hit):
    made = pattern(text, Dialect.LEGACY)
    assert not made.problem
    # exchange-rules#2.2
    assert hit is is_found(made, where)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (r"\.com$", "`$`"),
        (r"\d(a)", r"`\d` and a group"),
        (r"(\D)a", r"`\d` and a group"),
        ("a.b", "`.`"),
        ("[ab]", "`[`"),
        ("a+", "`+`"),
        (r"\n", r"`\n`"),
        ("a\\", "`\\`"),
        ("*a", "nothing to repeat"),
        ("(a", "not closed"),
        ("a)", "too many"),
        ("(" * 90 + ")" * 90, "nested too deeply"),
        ("", "an empty pattern"),
    ],
)
def test_what_is_broken_or_not_listed_is_not_judged(text, why):
    # field-cases#legacy-regex
    made = pattern(text, Dialect.LEGACY)
    assert why in made.problem
    assert not made.is_refused
    assert is_found(made, "a") is None


def test_the_patterns_of_a_rule_follow_its_property():
    given = {"SubjectMatchesPatterns": [r"^\w\w$"]}
    assert not rule(given).conditions[0].value.patterns[0].problem
    (condition,) = rule(given | {"UseLegacyRegex": True}).conditions
    assert isinstance(condition.value, Patterns)
    assert "`$`" in condition.value.patterns[0].problem


def test_the_dialect_of_2010_decides_a_rule():
    given = {"ExceptIfSubjectMatchesPatterns": [r"a\wb"]} | REJECT
    legacy = given | {"UseLegacyRegex": "True"}
    assert ends(mail(subject="a_b"), tenant(given)) != ends(
        mail(subject="a_b"), tenant(legacy)
    )


def test_words_are_the_same_in_every_dialect():
    given = {"SubjectContainsWords": ["secure"]}
    legacy = rule(given | {"UseLegacyRegex": True})
    assert rule(given).conditions == legacy.conditions


def test_patterns_in_attributes_are_not_judged_in_the_dialect_of_2010():
    given = {"SenderADAttributeMatchesPatterns": ["City:^x"], "UseLegacyRegex": True}
    (condition,) = rule(given).conditions
    assert isinstance(condition.value, NotJudged)
