"""`[replies]` of zivver.toml: rows of Zivver's table of replies, replaced."""

from __future__ import annotations

import pytest

from fakes.mail.reply import reply
from fakes.zivver.replies import REPLIES, Reason
from harness.exports.problems import ExportError
from harness.exports.zivver import REPLY_KEYS, read_zivver

FILE = "zivver.toml"


def test_a_row_is_replaced_by_its_name():
    text = '[replies]\nno-account = "451 4.7.1 not yet"\n'
    expected = {Reason.NO_ACCOUNT: reply(451, "4.7.1", "not yet")}
    assert expected == read_zivver(FILE, text).service.replies


def test_every_row_has_a_name_of_its_own():
    assert set(REPLY_KEYS.values()) == set(REPLIES)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('no-acount = "451 4.7.1 x"', "did you mean `no-account`"),
        ('no-account = "later"', "`later` is no reply"),
        ('no-account = "250 2.0.0 fine"', "says no: 250, expected 400 to 599"),
        ('accepted = "354 go on"', "says yes: 354, expected 250"),
        ('silent = "421 4.3.2 busy"', "has no reply of its own"),
        ("no-account = 451", "is a number, expected a text"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(line, expected):
    with pytest.raises(ExportError, match=f"zivver.toml:2.*{expected}"):
        read_zivver(FILE, f"[replies]\n{line}\n")
