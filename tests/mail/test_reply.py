"""Replies that cannot be malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.reply import EnhancedStatus, Reply, read_reply, reply


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: EnhancedStatus(3, 0, 0), "status class 3"),
        (lambda: EnhancedStatus(5, 1000, 0), "at most three digits"),
        (lambda: EnhancedStatus(5, 0, -1), "at most three digits"),
        (lambda: Reply(199, None, ""), "reply code 199"),
        (lambda: Reply(250, EnhancedStatus(5, 0, 0), ""), "reply 250 with status"),
        (lambda: Reply(250, None, "a\nb"), "line break"),
        (lambda: Reply(250, None, "\u00e9"), "not ASCII"),
        (lambda: read_reply("hello"), "is no reply"),
    ],
)
def test_what_no_server_may_send_cannot_be_made(make, said):
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("250 2.1.0 ok", reply(250, "2.1.0", "ok")),
        ("250", reply(250, "", "")),
        ("354 go", reply(354, "", "go")),
        ("550-5.7.1 no", reply(550, "5.7.1", "no")),
        ("450 5.7.1 odd", Reply(450, None, "5.7.1 odd")),
        ("250 \u00e9", reply(250, "", "?")),
        ("250 2.0.0", reply(250, "2.0.0", "")),
    ],
)
def test_a_line_of_the_wire_is_read(line, expected):
    assert expected == read_reply(line)


@pytest.mark.parametrize(
    ("code", "claims"),
    [
        (250, (True, False, False)),
        (354, (True, False, False)),
        (450, (False, True, False)),
        (550, (False, False, True)),
    ],
)
def test_a_reply_agrees_or_asks_to_wait_or_refuses(code, claims):
    made = reply(code, "", "x")
    assert claims == (made.is_positive, made.is_transient, made.is_permanent)


@pytest.mark.property
@given(
    st.sampled_from((250, 450, 550)),
    st.integers(0, 999),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
def test_what_is_written_is_what_is_read(code, detail, text):
    made = Reply(code, EnhancedStatus(code // 100, 7, detail), text)
    assert made == read_reply(str(made))
