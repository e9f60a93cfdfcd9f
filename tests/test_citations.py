"""Whatever the project cites must stand in docs/facts."""

from pathlib import Path

import pytest

from tests.citations import Citation, anchors, citations, complaint

ROOT = Path(__file__).parents[1]
KNOWN = anchors(ROOT / "docs" / "facts")
DOCUMENTS = frozenset(KNOWN)
PLACES = ("harness", "fakes", "scenarios", "tests", "benchmarks", "docs")
SUFFIXES = {".py", ".toml", ".md"}


def cited_files():
    yield from sorted(ROOT.glob("*.md"))
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix not in SUFFIXES or path == Path(__file__):
                continue
            # The sheets name each other's rows in words; their README cites.
            if path.parent.name == "facts" and path.name != "README.md":
                continue
            yield path


def cited(text):
    return list(citations(text, "page.md", DOCUMENTS))


def test_every_citation_resolves():
    found = [
        citation
        for path in cited_files()
        for citation in citations(
            path.read_text("utf-8"), path.relative_to(ROOT).as_posix(), DOCUMENTS
        )
    ]
    assert found
    complaints = [text for one in found if (text := complaint(one, KNOWN))]
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize(
    "citation",
    [
        "exchange-rules#2.1",
        "exchange-rules#R-07",
        "exchange-rules#v43",
        "exchange-rules#gotcha-4",
        "exchange-routing#A12",
        "exchange-routing#X-5",
        "exchange-routing#3.3",
        "zivver#F41",
        "zivver#12",
        "zivver#finding-7",
        "zivver#invariant-3",
        "field-cases#word-edge",
        "field-cases#X-28",
        "field-cases#R-20",
        "field-cases#a-second-pass",
        "msip-labels#P3",
        "msip-labels#P4c",
        "msip-labels#1.2",
        "exports#2.1",
        "exports#mistake-5",
        "anchors#10",
        "anchors#B2",
    ],
)
def test_each_kind_of_anchor_resolves(citation):
    (one,) = cited(f"# see {citation}.")
    assert complaint(one, KNOWN) is None


@pytest.mark.parametrize(
    ("citation", "said"),
    [
        ("exchange-rules#v430", "nearest is `exchange-rules#v43`"),
        ("zivver#finding-16", "nearest is `zivver#finding-"),
        ("zivver#F", "no such anchor"),
        ("field-cases#question", "no such anchor"),
        ("field-cases#word-edges", "nearest is `field-cases#word-edge`"),
        ("exchange-rule#v43", "did you mean `exchange-rules`?"),
    ],
)
def test_a_made_up_citation_is_caught_and_the_nearest_is_named(citation, said):
    (one,) = cited(f"first line\nas {citation} says")
    text = complaint(one, KNOWN) or ""
    assert text.startswith(f"page.md:2: `{citation}`: ")
    assert said in text


def test_links_and_issue_numbers_are_no_citations():
    assert [] == cited("owner/repo#12, facts/zivver.md#12, C#7, a colour #123456")


def test_a_citation_ends_before_the_punctuation_of_its_sentence():
    assert [Citation("zivver", "12", "page.md", 1)] == cited("(zivver#12).")


def test_every_sheet_offers_anchors():
    assert {
        "anchors",
        "exchange-routing",
        "exchange-rules",
        "exports",
        "field-cases",
        "msip-labels",
        "zivver",
    } == DOCUMENTS
    assert all(KNOWN.values())
