"""Examples of patterns: texts that the pattern itself finds."""

import pytest

from fakes.exchange.rules.patterns import is_found, pattern
from harness.check.writing.pattern_example import examples


@pytest.mark.parametrize(
    "text",
    [
        r"^\d{3}-\d{2}-\d{4}$",
        r"veilig|secure\b",
        r"(?i)\bZ-[a-f0-9]+\b",
        r"[^a-z]x?",
        r".*@fabrikam\.com$",
        r"..*.",
        r"\p{Lu}{2}",
        r"(a|b)\1",
        r"\w+\s\S+\.example",
        r"[\w-[a-z]]_",
        r"(x)?(?(1)y|z)",
        r"\[(?:case|zaak) #\d+\]",
    ],
)
def test_a_pattern_finds_its_example(text):
    found = examples(pattern(text))
    assert found
    assert all(is_found(pattern(text), example) for example in found)


def test_each_outer_branch_has_one():
    assert ("a", "b1") == examples(pattern(r"a|b\d"))


@pytest.mark.parametrize("text", [r"(", r"(?<a>x)(?<-a>y)", r"x{0}", "\\x07"])
def test_what_cannot_be_judged_or_typed_has_none(text):
    assert () == examples(pattern(text))
