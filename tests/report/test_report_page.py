"""How a page becomes text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.page import (
    RED,
    as_text,
    copied,
    counted,
    line,
    listed,
    rows,
    shown,
)


def test_plain_text_holds_no_escape_sequence():
    assert "a\n" == as_text([line(("a", RED))], width=80)
    assert "\x1b[" in as_text([line(("a", RED))], width=80, is_coloured=True)


def test_a_sentence_wraps_in_its_own_column():
    page = as_text([rows((("why", "word " * 20),))], width=60).splitlines()

    assert page[0].startswith("why         word")
    assert all(text.startswith(" " * 12 + "word") for text in page[1:])


def test_a_line_to_copy_is_never_wrapped():
    assert 1 == len(as_text([copied("x" * 500)], width=60).splitlines())


def test_no_width_is_below_sixty():
    assert as_text([line("word " * 30)], width=1) == as_text(
        [line("word " * 30)], width=60
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uitslag: VEILIG", "Uitslag: VEILIG"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\tb\nc", "a b\\x0ac"),
        ("\u202egnp", "\\u202egnp"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
        ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
    ],
)
def test_a_text_of_others_cannot_act(text, expected):
    assert expected == shown(text)
    assert f"{expected}\n" == as_text([line(shown(text))], width=200)


@given(st.text(max_size=200))
def test_any_text_can_be_shown(text):
    page = as_text([rows((("subject", shown(text)),))], width=80)

    assert not set(page) & set(map(chr, (*range(10), *range(11, 32), *range(127, 160))))


def test_numbers_and_lists_read_as_sentences():
    assert "1 mail" == counted(1, "mail")
    assert "0 mails" == counted(0, "mail")
    assert "2 entries" == counted(2, "entry", "entries")
    assert "a, b and c" == listed("abc")
    assert "a or b" == listed("ab", last="or")
    assert "" == listed("")
