"""The replies of the fake Zivver, listed from the table itself."""

from pathlib import Path

from fakes.zivver.replies import REPLIES, Reason
from harness.exports.internet import read_internet
from harness.exports.toml_tables import read_toml
from harness.exports.zivver import REPLY_KEYS, read_zivver
from harness.exports.zivver_faults import TABLE, read_zivver_faults
from harness.report.replies import replies_data, replies_markdown, reply_rows
from harness.scenario.case import DEFAULT_AT

PAGE = Path(__file__).parents[2] / "docs" / "zivver.md"
TEXT = PAGE.read_text("utf-8")
ZIVVER, INTERNET, FAULTS = (
    part.partition("```")[0] for part in TEXT.split("```toml")[1:]
)


def test_every_row_is_listed_but_that_of_faults_which_bring_their_own():
    assert len(REPLIES) - 1 == len(reply_rows())


def test_each_key_is_one_that_can_be_set():
    keys = [row.key for row in reply_rows() if row.key]
    assert len(keys) == len(set(keys))
    for row in reply_rows():
        if row.key:
            text = f'[replies]\n{row.key} = "{row.reply}"\n'
            read = read_zivver("zivver.toml", text).service
            assert [REPLY_KEYS[row.key]] == list(read.replies)
    silent = {reason for reason, row in REPLIES.items() if row.reply is None}
    assert set(REPLIES) - silent - {Reason.FAULT} == {REPLY_KEYS[key] for key in keys}


def test_the_data_names_source_and_evidence():
    assert all("#" in row["source"] for row in replies_data())
    assert {"assumed"} == {row["evidence"] for row in replies_data()}


def test_the_page_for_users_holds_the_table_and_examples_that_are_read():
    assert TEXT.endswith(f"<!-- replies -->\n{replies_markdown()}")
    read = read_zivver("zivver.toml", ZIVVER).service
    assert 2 == len(read.accounts or ())
    assert read_internet("internet.toml", INTERNET).internet.zone.records
    faults = read_toml("faults.toml", FAULTS).tables(TABLE) or ()
    assert 3 == len(read_zivver_faults(faults, DEFAULT_AT))
