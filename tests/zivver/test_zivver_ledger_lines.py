"""The ledger as lines of JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.mail.handoff import Stage
from fakes.zivver import Refusal, receiver
from fakes.zivver.ledger_lines import line_of_refusal, lines_of_transaction
from fakes.zivver.replies import REPLIES, Reason
from tests.zivver.builders import (
    BY_SPF,
    CLEO,
    DIRK,
    DNS,
    LOGGED_IN,
    SETTLED,
    Given,
    content,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "the patient's name"


def lines(given_):
    written = lines_of_transaction(given_.run(), number=7, at=AT)
    return [json.loads(line) for line in written]


def test_a_mail_has_a_line_of_its_own_and_one_a_recipient():
    mail, first, second = lines(Given(to=(CLEO, DIRK)))
    assert ("mail", 7, "2026-03-02T09:00:00+00:00") == (
        mail["kind"],
        mail["entry"],
        mail["at"],
    )
    assert [str(CLEO), str(DIRK)] == mail["recipients"]
    assert ([str(CLEO)], [str(DIRK)]) == (mail["header_recipients"], mail["bcc"])
    assert ("user-1", True) == (mail["identity"], mail["accepted"])
    assert [str(CLEO), str(DIRK)] == [first["recipient"], second["recipient"]]
    assert {"notification"} == {first["state"], second["state"]}
    assert mail["sha256"] == first["sha256"]


def test_a_refused_mail_has_its_line_and_nobody_else():
    (mail,) = lines(Given(content=content("To: cleo@fabrikam.example", sender="")))
    assert not mail["accepted"]
    assert "554 5.6.0" in mail["reply"]
    assert None is mail["author"]
    assert None is mail["header_recipients"]


def test_what_a_mail_asks_in_vain_stands_in_its_line():
    given_ = Given(content=content("To: cleo@fabrikam.example", "zivver-relay: x"))
    assert ["zivver-relay: x"] == lines(given_)[0]["not_understood"]


@pytest.mark.parametrize("reason", [Reason.BAD_CREDENTIALS, Reason.SILENT])
def test_a_refused_session_has_one_line(reason):
    said = REPLIES[reason].reply
    refusal = Refusal(587, BY_SPF, Stage.AUTH, reason, said, "why", None)
    line = json.loads(line_of_refusal(refusal, number=0, at=AT))
    assert ("refused session", "AUTH") == (line["kind"], line["stage"])
    assert (str(said) if said else None) == line["reply"]


def test_neither_a_body_nor_a_password_is_written():
    mail = content("To: cleo@fabrikam.example", f"Subject: {SECRET}", "", SECRET)
    noted: list[Refusal] = []
    door = receiver(SETTLED, DNS, 587, Choices(), note=noted.append)
    session = replace(LOGGED_IN, identity=None)
    assert door.authenticate is not None
    door.authenticate(session, "user-1", SECRET)
    written = [*lines_of_transaction(Given(content=mail).run(), number=0, at=AT)]
    written += [line_of_refusal(each, number=1, at=AT) for each in noted]
    assert 3 == len(written)
    assert SECRET not in "".join(written)


@given(st.text(max_size=30))
def test_whatever_a_header_holds_a_line_is_one_line(text):
    mail = content("To: cleo@fabrikam.example")
    mail = replace(mail, raw=f"Message-ID: <{text}>\r\n".encode() + mail.raw)
    for line in lines_of_transaction(Given(content=mail).run(), number=0, at=AT):
        assert 1 == len(line.splitlines())
        json.loads(line)
