"""What Zivver mails back, read by the standard library's parser."""

import email
from dataclasses import replace
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.item import Carries
from fakes.zivver.letters import letters
from fakes.zivver.readings import MissingAccount
from fakes.zivver.service import Verification
from fakes.zone import zone
from tests.zivver.builders import ANNA, BOB, CLEO, DIRK, SETTLED, Given, content

MAIL = content("To: cleo@fabrikam.example", "Subject: Secure results")
ODD = replace(SETTLED.delivering, odd_domains=frozenset({"fabrikam.example"}))
STRICT = replace(SETTLED.delivering, minimum=Verification.SMS)
UNREACHABLE = zone({("fabrikam.example", "MX"): ("0 .",)})
FROM_BOB = content("To: cleo@fabrikam.example", sender="bob@contoso.example")
NOTIFYING = replace(SETTLED, missing_account=MissingAccount.ACCEPT_THEN_NOTIFY)
DROPPING = replace(SETTLED, missing_account=MissingAccount.ACCEPT_AND_DROP)


def written(given_=Given(content=MAIL), **changes):  # noqa: B008  a frozen value
    given_ = replace(given_, **changes)
    found = letters(given_.run(), given_.content, given_.service)
    assert all(letter.to in letter.item.envelope.recipients for letter in found)
    return tuple(letter.item for letter in found)


def read(item):
    return email.message_from_bytes(item.content.raw, policy=default)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [(CLEO, "Secure message: Secure results", Carries.SUBJECT)]),
        (
            {"service": replace(SETTLED, delivering=ODD)},
            [(CLEO, "Secure results", Carries.WHOLE)],
        ),
        (
            {"service": replace(SETTLED, delivering=STRICT), "to": (CLEO, DIRK)},
            [(ANNA, "Add verification details: Secure results", Carries.SUBJECT)],
        ),
        (
            {"zone": UNREACHABLE},
            [(ANNA, "Undeliverable: Secure results", Carries.SUBJECT)],
        ),
        ({"to": (ANNA,)}, []),
        ({"service": DROPPING, "content": FROM_BOB}, []),
    ],
)
def test_zivver_mails(changes, expected):
    got = written(**changes)
    assert expected == [
        (item.envelope.recipients[0], read(item)["Subject"], item.carries)
        for item in got
    ]
    assert all(read(item)["X-Zivver-Transport"] for item in got)
    assert all(item.parent is None and item.generation == 1 for item in got)


def test_a_sender_without_an_account_is_told_by_mail_where_zivver_does_so():
    (item,) = written(service=NOTIFYING, content=FROM_BOB)
    assert (BOB,) == item.envelope.recipients
    assert None is item.envelope.reverse_path
    assert "Not sent: " == read(item)["Subject"]


def test_nobody_is_told_where_from_names_nobody():
    transaction = Given(content=MAIL, zone=UNREACHABLE).run()
    assert () == letters(replace(transaction, author=None), MAIL, SETTLED)
    direct = Given(content=MAIL, service=replace(SETTLED, delivering=ODD)).run()
    (letter,) = letters(replace(direct, author=None), MAIL, SETTLED)
    assert ANNA == letter.item.envelope.reverse_path
    assert not letter.is_notice


def test_a_refused_mail_brings_no_letter():
    assert () == written(content=content("To: cleo@fabrikam.example", sender=""))


def test_a_direct_copy_is_the_mail_itself_below_two_marks():
    (item,) = written(service=replace(SETTLED, delivering=ODD))
    assert item.content.raw.endswith(MAIL.raw)
    assert read(item)["References"].startswith("<zivver-sdr-")


@given(st.text(max_size=40))
def test_a_subject_writes_no_field_of_its_own(subject):
    mail = content("To: cleo@fabrikam.example")
    encoded = "=?utf-8?q?" + "".join(f"={b:02X}" for b in subject.encode()) + "?="
    mail = replace(mail, raw=f"Subject: {encoded}\r\n".encode() + mail.raw)
    (item,) = written(content=mail)
    head = item.content.raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")]
    assert [b"From", b"To", b"Subject", b"Message-ID", b"Auto-Submitted"] == names[:5]
    assert 9 == len(names)
