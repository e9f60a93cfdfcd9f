"""What a rehearsal looks like when it is whole."""

import re

from harness.report.page import as_text
from harness.report.rehearsal import Rehearsal, rehearsal_data, rehearsal_page
from tests.rehearse.rehearsed import drilled, matrix

TENANT = "guide-onpremises-as-meant"


def whole():
    drills = tuple(drilled(TENANT).values())
    return Rehearsal(matrix(TENANT), drills, TENANT, "policy.toml", "2026-03-02")


def test_it_begins_with_the_answer_and_ends_in_a_table_of_faults_at_run_time():
    text = as_text(rehearsal_page(whole()), width=100, is_coloured=False)
    assert text.startswith("Every failure that can happen here would be noticed.")
    table = text[text.index("While something is out of order") :]
    assert re.search(r"Zivver refuses TLS +\d+ EXPIRED.* after 4 hours.* 0\n", table)
    assert re.search(r"the relay rules fail, and +\d+ PLAIN.* [1-9]\d*\n", table)
    assert "not applicable here: needs" in table


def test_as_data_it_says_of_each_fault_what_becomes_of_the_mail():
    document = rehearsal_data(whole())
    assert isinstance(document, dict)
    faults = document["faults_at_run_time"]
    assert isinstance(faults, list)
    assert len(drilled(TENANT)) == len(faults)
    for fault in faults:
        assert isinstance(fault, dict)
        assert fault["is_law_broken"] is False
