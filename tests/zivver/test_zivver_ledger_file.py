"""The ledger on disk."""

import json
import os
import tracemalloc
from datetime import UTC, datetime

import pytest

from fakes.mail.session import Session
from fakes.zivver.admission import decide_mail
from fakes.zivver.files import LedgerFile
from fakes.zivver.ledger import Refusal
from tests.zivver.builders import ANNA, DNS, OUTSIDE_SPF, SETTLED, Given

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
STRANGER = Session(OUTSIDE_SPF, "x.example", is_encrypted=True)


def refused():
    decision = decide_mail(SETTLED, STRANGER, ANNA, None, zone=DNS)
    return Refusal(
        25,
        STRANGER,
        decision.row.stage,
        decision.reason,
        decision.row.reply,
        decision.why,
    )


def test_each_entry_is_on_disk_when_it_was_told(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with LedgerFile(str(path), lambda: AT) as ledger:
        ledger.mail(Given().run(), "envelope", "content")
        assert 2 == len(path.read_text().splitlines())
        ledger.refusal(refused())
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        ledger.close()
    kinds = [(entry["entry"], entry["kind"]) for entry in entries]
    assert [(1, "mail"), (1, "recipient"), (2, "refused session")] == kinds


def test_a_ledger_that_is_there_is_added_to(tmp_path):
    path = tmp_path / "ledger.jsonl"
    for _ in range(2):
        with LedgerFile(str(path), lambda: AT) as ledger:
            ledger.refusal(refused())
    assert 2 == len(path.read_text().splitlines())


def test_a_ledger_that_cannot_be_written_is_one_clear_line(tmp_path):
    with pytest.raises(OSError, match=r"the ledger `.*` cannot be written: ") as caught:
        LedgerFile(str(tmp_path / "none" / "ledger"), lambda: AT)
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")  # noqa: PTH110
def test_a_full_disk_is_one_clear_line():
    full = pytest.raises(OSError, match="`/dev/full` cannot be written: no space")
    with LedgerFile("/dev/full", lambda: AT) as ledger, full:
        ledger.refusal(refused())


def flat(path, records):
    """Write so many records, and give what memory grew by."""
    transaction = Given().run()
    with LedgerFile(str(path), lambda: AT) as ledger:
        ledger.mail(transaction)
        tracemalloc.start()
        for _ in range(records):
            ledger.mail(transaction)
        left, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return max(left, peak)


def test_memory_is_flat(tmp_path):
    assert 200_000 > flat(tmp_path / "ledger", 2_000)


@pytest.mark.soak
def test_memory_is_flat_for_a_million_records(tmp_path):
    assert 200_000 > flat(tmp_path / "ledger", 1_000_000)
