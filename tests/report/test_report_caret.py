"""Where two texts part, and how they are laid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.caret import caret, nearest
from harness.report.compared import aligned

GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
HEADER = f"MSIP_Label_{GUID}_Enabled=true;MSIP_Label_{GUID}_Name=Secret"

CASES = {
    "plural": (f"MSIP_Labels_{GUID}_Enabled=True", HEADER, "Label, not Labels"),
    "value": (
        f"MSIP_Label_{GUID}_Enabled=True",
        HEADER.replace("true", "false"),
        "false, not True",
    ),
    "guid": (f"MSIP_Label_{GUID[:-1]}7_Enabled=True", HEADER, "here stands 6, not 7"),
    "longer word": ("Secure", "Securely sent", "the word goes on here: Securely"),
    "end of a word": ("Secure", "Insecure", "Secure is the end of a word: Insecure"),
    "the end": ("Secure mail", "Secure", "here stands the end, not  "),
}


@pytest.mark.parametrize("name", CASES)
def test_the_difference_is_named(name):
    looked_for, found, says = CASES[name]

    mark = caret(looked_for, found)

    assert mark is not None
    assert says in mark.says


def test_texts_that_are_not_alike_have_no_caret():
    assert caret("Secure", "lunch?") is None


def test_the_pair_that_is_most_alike_is_shown():
    assert ("Secret", "Secrets") == nearest(("Vault", "Secret"), ("lunch", "Secrets"))


def test_nothing_found_leaves_what_was_looked_for():
    assert ("Secure, Vault", "") == nearest(("Secure", "Vault"), ())


def test_what_is_alike_stands_in_the_same_columns():
    looked_for = f"MSIP_Labels_{GUID}_Enabled=True"
    both = aligned(looked_for, "x=1;" * 50 + HEADER, room=60, is_marked=True)

    place = both.column
    assert place is not None
    assert ("s", "_") == (both.looked_for[place], both.found[place])
    assert both.looked_for[place - 5 : place] == both.found[place - 5 : place]


def test_a_late_difference_stays_in_sight():
    looked_for = f"MSIP_Label_{GUID}_Enabled=True"
    both = aligned(looked_for, HEADER.replace("true", "no"), room=40, is_marked=True)

    assert both.column is not None
    assert "T" == both.looked_for[both.column]
    assert "n" == both.found[both.column]
    assert len(both.found) <= 40


@given(st.text(max_size=80), st.text(max_size=300), st.integers(20, 100))
def test_any_texts_can_be_laid_out(looked_for, found, room):
    both = aligned(looked_for, found, room=room, is_marked=True)

    assert max(len(both.looked_for), len(both.found)) <= room
    assert both.column is None or 0 <= both.column
