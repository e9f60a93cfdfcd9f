"""The content: bytes that stay, and header text as a rule reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.content import (
    Content,
    compose,
    decode_words,
    make_field,
    parse,
    prepend_subject,
    remove_fields,
    set_field,
)

hostile = st.lists(
    st.sampled_from(
        (b"A: b", b"\r\n", b"\n", b" fold", b"\t", b":", b"no field", b"\xff", b"=?")
    )
).map(b"".join)
names = st.sampled_from(("Subject", "X-Tag", "x-tag", "A"))
values = st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=90
).filter(lambda text: text == " ".join(text.split()) and "=?" not in text)


@pytest.mark.property
@given(hostile)
def test_parsing_loses_no_octet_and_never_fails(raw):
    assert raw == compose(parse(Content(raw))).raw


@pytest.mark.property
@given(hostile, names, values)
def test_a_field_that_is_set_stands_once_and_reads_as_it_was_set(raw, name, value):
    changed = parse(set_field(Content(raw), name, value))
    assert (value,) == changed.values(name)


@pytest.mark.property
@given(hostile, names)
def test_a_field_that_is_removed_is_gone_and_the_others_stay(raw, name):
    before = parse(Content(raw))
    after = parse(remove_fields(Content(raw), name))
    assert () == after.named(name)
    others = tuple(field for field in before.fields if field.key != name.lower())
    assert others == after.fields
    assert before.body == after.body


@pytest.mark.property
@given(values, values)
def test_a_prefix_stands_before_the_subject_as_it_was_typed(subject, prefix):
    content = Content(make_field("Subject", subject).raw + b"\r\nbody")
    changed = parse(prepend_subject(content, prefix))
    assert prefix + subject == changed.subject
    assert b"body" == changed.body


@pytest.mark.parametrize(
    ("raw", "prefix", "subject"),
    [
        (b"From: a\r\n\r\nx", "new", "new"),
        (b"Subject: old\r\n\r\nx", "[S] ", "[S] old"),
        (b"Subject:\r\n old\r\n\r\nx", "[S]", "[S]old"),
        (b"Subject:\r\n\told\r\n\r\nx", "[S] ", "[S] old"),
        (b"Subject: =?utf-8?Q?=C3=A9?=\r\n\r\nx", "[S] ", "[S] \u00e9"),
        (b"Subject: old\r\n\r\nx", "=?utf-8?Q?=C3=A9?= ", "=?utf-8?Q?=C3=A9?= old"),
        (b"Subject:\r\n\r\nx", "[S]", "[S]"),
        (b"Subject: one\r\nSubject: two\r\n\r\nx", "[S] ", "[S] one"),
    ],
)
def test_a_prefix_in_odd_places(raw, prefix, subject):
    changed = parse(prepend_subject(Content(raw), prefix))
    assert subject == changed.subject
    assert b"x" == changed.body


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("plain", "plain"),
        ("=?UTF-8?B?SW52b2ljZQ==?=", "Invoice"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b", "a b"),
        ("=?iso-2022-jp?B?GyRCQWobKEI=?=", "\u76f8"),
        ("=?no-such?Q?a?=", "=?no-such?Q?a?="),
        ("=?utf-8?B?A?=", "=?utf-8?B?A?="),
        ("=?broken", "=?broken"),
    ],
)
def test_encoded_words_read_as_a_person_reads_them(text, decoded):
    # exchange-rules#R-13
    assert decoded == decode_words(text)


@pytest.mark.parametrize(
    ("raw", "names", "body"),
    [
        (b"A: b\r\n\r\nx", ["A"], b"x"),
        (b"A: b\nB: c\n\nx", ["A", "B"], b"x"),
        (b"From me Mon\r\nA: b\r\n\r\nx", ["A"], b"x"),
        (b"A: b\r\nno field\r\n\r\nx", ["A"], b"no field\r\n\r\nx"),
        (b"A: b\r\n c\r\n\td\r\n\r\nx", ["A"], b"x"),
        (b"A : b\r\n\r\nx", ["A"], b"x"),
        (b"A: b", ["A"], b""),
        (b"A: b\r\n c", ["A"], b""),
        (b"\r\nx", [], b"x"),
        (b"", [], b""),
    ],
)
def test_where_the_header_ends(raw, names, body):
    parsed = parse(Content(raw))
    assert names == [field.name for field in parsed.fields]
    assert body == parsed.body


def test_a_value_is_unfolded_and_octets_of_any_sort_are_read():
    parsed = parse(Content(b"A: b\r\n  c\r\nB: \xc3\xa9\r\nC: \xe9\r\n\r\n"))
    assert ("b c",) == parsed.unfolded("a")
    assert ("\u00e9",) == parsed.values("B")
    assert ("\u00e9",) == parsed.values("C")
    assert "" == parsed.subject


def test_a_field_set_in_a_mail_without_a_body_begins_none():
    assert b"A: b\r\nC: d\r\n" == set_field(Content(b"A: b\r\n"), "C", "d").raw
    assert b"C: d\r\n\r\n" == set_field(Content(b""), "C", "d").raw
    assert b"B: c\r\n" == remove_fields(Content(b"A: b\r\nA: d\r\nB: c\r\n"), "A").raw
    only = remove_fields(Content(b"A: b\r\nA: d\r\n\r\n"), "A", only_first=True)
    assert b"A: d\r\n\r\n" == only.raw


def test_a_long_text_is_decoded_in_pieces_as_if_at_once():
    words = " ".join(["=?utf-8?q?a=C3=A9?="] * 5000)
    assert "a\u00e9" * 5000 + " end" == decode_words(words + " end")
    assert "b" * 70_000 + "\u00e9" == decode_words("b" * 70_000 + "=?utf-8?q?=C3=A9?=")


def test_lines_of_blanks_unfold_to_one_blank_each():
    (field,) = parse(Content(b"Subject: a \r\n \t\r\n  b\r\n\r\n")).fields
    assert "a  b" == field.unfolded
