"""Whole words and phrases, never parts of words (exchange-rules#2.1)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.exchange.readings import Readings
from fakes.exchange.rules.words import fold, occurs, open_readings, word

DEFAULT = Readings()
GUID = "2096f6a2-d2f7-48be-b329-b73aaa526e5d"
ON = f"MSIP_Label_{GUID}_Enabled=true"


def found(text, wanted, **answers):
    return occurs(word(wanted), text, replace(DEFAULT, **answers))


@pytest.mark.parametrize(
    ("wanted", "text", "is_found", "source"),
    [
        ("contoso", " Contoso", True, "exchange-rules#v1"),
        ("contoso", "About Contoso.", True, "exchange-rules#v2"),
        ("contoso", "Acontoso", False, "exchange-rules#v3"),
        ("contoso", "Contosoa", False, "exchange-rules#v4"),
        ("contoso", "Acontosob", False, "exchange-rules#v5"),
        ("CONTOSO", "contoso news", True, "exchange-rules#v6"),
        ("cont*", "contoso", False, "exchange-rules#v7"),
        ("cont*", "cont* today", True, "exchange-rules#v8"),
        ("stock", "Stock price information", True, "exchange-rules#v9"),
        ("Press Release", "Press Release: Q3", True, "exchange-rules#v10"),
        ("Press Release", "Release to Press", False, "exchange-rules#v11"),
        ("unsubscribe", "click to unsubscribe", True, "exchange-rules#v14"),
        ("SFV:SPM", "CIP:10.0.0.1;SFV:SPM;SCL:6;", True, "exchange-rules#v15"),
        ("SFV:SPM", "CIP:10.0.0.1;SFV:NSPM;SCL:6;", False, "exchange-rules#v16"),
        ("Commercial", "Commercial-Content", True, "exchange-rules#v17"),
        ("[mn]sft", "nsft", False, "exchange-rules#v19"),
        ("pass", "spf=pass smtp.mailfrom", True, "field-cases#word-equals"),
        ("stock", "Contosostock stock", True, "exchange-rules#2.1"),
        ("stock", "stock2", False, "exchange-rules#2.1"),
        ("stock", "stock\u0663", False, "exchange-rules#2.1"),
        ("stock", "\u00e9stock", False, "exchange-rules#2.1"),
        ("contoso.example", "anna@contoso.example", True, "exchange-rules#2.1"),
        ("aa", "aaa aa", True, "exchange-rules#2.1"),
        ("a a", "a a a", True, "exchange-rules#2.1"),
        (
            "Press Release",
            "Press Releases, Press Release",
            True,
            "exchange-rules#R-08",
        ),
        ("Press Release", "PressRelease", False, "exchange-rules#2.1"),
        ("x", "", False, "exchange-rules#2.1"),
    ],
)
def test_a_word_is_found_where_it_stands_alone(wanted, text, is_found, source):
    assert is_found == found(text, wanted), source


@pytest.mark.parametrize(
    ("wanted", "text", "is_found"),
    [
        # The desktop form has blanks between entries, the web form has none.
        (
            f"MSIP_Label_{GUID}_Enabled=true;",
            f"MSIP_Label_{GUID}_Enabled=true; x",
            True,
        ),
        (
            f"MSIP_Label_{GUID}_Enabled=true;",
            f"MSIP_Label_{GUID}_Enabled=true;x",
            False,
        ),
        (f"{ON};", f"{ON};", True),
        (f"MSIP_Label_{GUID}_Enabled=true", f"MSIP_Label_{GUID}_Enabled=true;x", True),
        (f"MSIP_Label_{GUID}_Enabled=True", f"MSIP_Label_{GUID}_Enabled=true;", True),
        (f"MSIP_Labels_{GUID}_Enabled=True", f"MSIP_Label_{GUID}_Enabled=true;", False),
        # msip-labels#2.2: an underscore is taken for a letter unless told otherwise.
        (GUID, f"MSIP_Label_{GUID}_Enabled=true;", False),
        (GUID, f"Parent={GUID}", True),
    ],
)
def test_label_words_are_bounded_at_both_ends(wanted, text, is_found):
    # field-cases#word-edge
    assert is_found == found(text, wanted)


@pytest.mark.parametrize(
    ("name", "other", "wanted", "text", "by_default"),
    [
        ("underscore", "boundary", "stock", "_stock_", False),  # exchange-rules#R-04
        ("cjk", "boundary", "stock", "\u4e2dstock", False),  # exchange-rules#R-05
        ("unicode_punctuation", "letter", "stock", "\u201cstock\u201d", True),
        ("unicode_punctuation", "letter", "stock", "stock\u00a0price", True),
        ("unicode_punctuation", "letter", "stock", "stock\u00bd", True),
        ("unicode_punctuation", "letter", "stock", "stock\u0301", True),
        ("word_edge", "only-letters", "[tag]", "x[tag]x", False),  # exchange-rules#R-07
        (
            "phrase_blanks",
            "exact",
            "a phrase",
            "a  phrase",
            True,
        ),  # exchange-rules#R-08
        ("phrase_blanks", "exact", "a phrase", "a\u00a0phrase", True),
    ],
)
def test_each_open_reading_of_words_makes_a_difference_and_is_named(
    name, other, wanted, text, by_default
):
    assert by_default == found(text, wanted)
    assert by_default != found(text, wanted, **{name: other})
    assert name in open_readings(word(wanted), text)


def test_no_reading_is_open_where_the_letters_do_not_stand():
    assert () == open_readings(word("stock"), "st ock")
    assert () == open_readings(word("a phrase"), "phrase a")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Stra\u00dfe", "STRA\u00dfE"),  # never two letters for one
        ("\u0131\u017f", "\u0131\u017f"),  # .NET keeps them apart from I and S
        ("\u00e9", "\u00c9"),
    ],
)
def test_case_folds_one_character_to_one(text, folded):
    assert folded == fold(text)


@pytest.mark.property
@given(st.text(), st.text(alphabet="ab \u00df\u4e2d_;", min_size=1).map(str.strip))
def test_folding_keeps_the_length_and_a_word_is_found_between_blanks(text, wanted):
    assert len(text) == len(fold(text))
    if wanted:
        assert found(f"{text} {wanted} {text}", wanted)


@pytest.mark.property
@given(
    st.text(alphabet="abS _-;.\u201c\u4e2d\u00bd", max_size=12),
    st.text(alphabet="abS ;_", min_size=1, max_size=4).map(str.strip).filter(bool),
)
def test_where_no_reading_is_named_none_makes_a_difference(text, wanted):
    from_defaults = found(text, wanted)
    if not open_readings(word(wanted), text):
        for name, other in (
            ("underscore", "boundary"),
            ("cjk", "boundary"),
            ("unicode_punctuation", "letter"),
            ("word_edge", "only-letters"),
            ("phrase_blanks", "exact"),
        ):
            assert from_defaults == found(text, wanted, **{name: other})
