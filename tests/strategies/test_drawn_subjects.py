"""Drawn subjects know whether the word is in them, however they are encoded."""

from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from fakes.mail.content import Content
from harness.policy.sight import reads
from harness.policy.sight import subjects as seen
from harness.strategies import subjects

WORDS = ("Veilig", "secure", "[zivver]", "strikt vertrouwelijk", "é")


def drawn(*, hostile):
    return st.sampled_from(WORDS).flatmap(
        lambda word: st.tuples(st.just(word), subjects(word, hostile=hostile))
    )


@pytest.mark.parametrize("hostile", [False, True])
@given(data=st.data())
def test_a_person_reads_the_word_where_the_subject_says_so(hostile, data):
    word, subject = data.draw(drawn(hostile=hostile))
    assert subject.has_word == reads(word, subject.text)


@pytest.mark.parametrize("hostile", [False, True])
@given(data=st.data())
def test_what_is_sent_decodes_to_the_text(hostile, data):
    _, subject = data.draw(drawn(hostile=hostile))
    assert (subject.text.strip(),) == seen(Content(subject.raw + b"\r\n")).values
    message = message_from_bytes(subject.raw + b"\r\n", policy=default)
    assert subject.text.strip() == str(message["Subject"]).strip()


@pytest.mark.parametrize("has_word", [True, False])
def test_the_smallest_subject_is_small(has_word):
    found = find(subjects("Veilig"), lambda subject: subject.has_word is has_word)
    assert len(found.text) < 40


def test_hostile_subjects_hide_the_word_from_whoever_compares_characters():
    found = find(
        subjects("Veilig", hostile=True),
        lambda subject: subject.has_word and "veilig" not in subject.text.casefold(),
    )
    assert reads("Veilig", found.text)
