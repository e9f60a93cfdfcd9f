"""What the commands print, held to golden files and to the rules of the house."""

import io
import json
import re
from contextlib import redirect_stdout
from functools import cache

import pytest

from fakes.exchange.readings import QUESTIONS
from fakes.zivver.readings import READINGS
from harness.cli import main

AT = ("--at", "2026-11-25T09:00")
WRITTEN, MEANT = "guide-online-as-written", "guide-online-as-meant"
SERVER = "guide-onpremises-as-written"
CHECK = ("check", WRITTEN, *AT)
PAGES = {
    "demo.txt": ("demo",),
    "check-online-as-written.txt": CHECK,
    "check-online-as-meant.txt": ("check", MEANT, *AT),
    "check-online-as-promised.txt": (
        "check",
        MEANT,
        "--policy",
        "policy-promised",
        *AT,
    ),
    "check-onpremises-as-written.txt": ("check", SERVER, *AT),
    "explain-label.txt": ("explain", WRITTEN, "label-outlook-desktop", *AT),
    "explain-mixed.txt": ("explain", MEANT, "word-mixed", *AT),
    "support.txt": ("support",),
    "support.md": ("support", "--markdown"),
    "replies.txt": ("support", "--replies"),
}
# Our own words, and those of Python, that no person should have to read.
INTERNAL = re.compile(
    "|".join(
        [
            "hangs on",
            "UNDETERMINED",
            "VACUOUS",
            "OVER_CAPTURE",
            "choice point",
            "inert",
            "hand-off",
            "NO_MATCH",
            r"<\w+\.",
            r"\b(Address|Finding|Because|Fate|Delivery|Fact|Text)\(",
            r"\bNone\b",
            *(rf"\b{name}\b" for name in QUESTIONS if "_" in name),
            *(rf"\b{reading.name}\b" for reading in READINGS.values()),
        ]
    )
)


@cache
def printed(width, *arguments):
    """What a command prints into a pipe; the same question is asked once."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("COLUMNS", str(width))
        main(arguments)
    return out.getvalue()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_the_golden_file_has_it(name, golden):
    golden(name, printed(100, *PAGES[name]))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_a_word_of_ours(name):
    # The name of a question stands where it can be asked about.
    text = re.sub(r"relay-harness\s+readings\s+\w+", "", printed(100, *PAGES[name]))

    assert [] == INTERNAL.findall(text)


@pytest.mark.parametrize("width", [60, 100, 160])
@pytest.mark.parametrize("name", [n for n in PAGES if n.endswith(".txt")])
def test_a_page_fits_the_terminal(name, width):
    lines = printed(width, *PAGES[name]).splitlines()

    # Lines to paste are never wrapped.
    text = [ln for ln in lines if "'" not in ln]
    assert [] == [ln for ln in text if len(ln) > width]


def test_a_pipe_gets_no_escape_sequence():
    assert "\x1b" not in printed(100, *CHECK)


def test_the_first_line_answers():
    assert printed(100, *CHECK).startswith("NO: ")


def test_a_finding_takes_six_lines_at_most():
    page = printed(160, *CHECK)

    blocks = [b for b in page.split("\n\n") if b.startswith(("LEAK", "LOSS", "LOOP"))]

    assert 3 <= len(blocks)
    assert [] == [block for block in blocks if len(block.splitlines()) > 6]


def test_all_names_every_mail(run):
    few, every = printed(100, *CHECK), run("check", WRITTEN, "--all").out

    assert "label-classic-aiplabel" not in few
    assert "label-classic-aiplabel" in every


def test_a_right_line_can_be_pasted_from_one_line():
    page = printed(100, *CHECK)

    assert (
        "Set-TransportRule 'Zivver Custom Relay - label' "
        "-HeaderContainsMessageHeader 'msip_labels' -HeaderContainsWords "
        "'MSIP_Label_3de9faa6-9fe1-49b3-9a08-227a296b54a6_Enabled=True'\n"
    ) in page


def test_check_gives_one_document(run):
    ran = run("check", WRITTEN, "--json", *AT)
    document = json.loads(ran.out)
    finding = document["findings"][0]

    assert "NO" == document["answer"]
    assert "LEAK" == finding["kind"]
    assert "Zivver Custom Relay - label" == finding["rule"]
    assert finding["right"]
    assert finding["command"].startswith(f"relay-harness explain {WRITTEN} label-")
    assert document["counts"]["findings"]["LEAK"] == sum(
        entry["kind"] == "LEAK" for entry in document["findings"]
    )
    assert {"assumed", "account", "not_judged", "not_exported"} <= set(document)


def test_the_command_of_a_finding_shows_it_again(run):
    document = json.loads(run("check", WRITTEN, "--json", *AT).out)
    finding = next(f for f in document["findings"] if f["kind"] == "LOSS")

    ran = run(*finding["command"].split()[1:])

    assert 0 == ran.code
    assert finding["recipient"] in ran.out
    assert "LOSS" in ran.out


def test_explain_gives_the_trace_as_it_is(run):
    ran = run("explain", WRITTEN, "label-outlook-desktop", "--json", *AT)
    document = json.loads(ran.out)
    fate = document["outcome"]["fates"][0]

    assert "PLAIN" == fate["deliveries"][0]["disposition"]
    assert ["submitted", "rule", "rule", "rule", "connector", "handed off"] == [
        step["kind"] for step in fate["steps"]
    ]
    assert "must be secure" == document["duties"][0]["obligation"]


def test_the_replies_of_zivver_are_listed_for_programs_too(run):
    rows = json.loads(run("support", "--replies", "--json").out)
    assert {"MAIL", "RCPT", "end of data"} <= {row["moment"] for row in rows}
    assert "`no-account`" in run("support", "--replies", "--markdown").out


def test_support_counts_what_is_judged(run):
    document = json.loads(run("support", "--json").out)

    judged = {entry["name"]: entry["judged"] for entry in document}
    assert "Yes" == judged["SubjectContainsWords"]
    assert "Partial" == judged["HeaderMatchesPatterns"]
    assert "No" == judged["HasClassification"]


def test_account_says_what_was_read(run):
    ran = run("account", WRITTEN)

    assert 0 == ran.code
    assert ran.out.startswith("Every value of guide-online-as-written was understood.")
    assert "Get-Mailbox" in ran.out
    assert "HeaderContainsWords" not in ran.out
    whole = run("account", WRITTEN, "--all").out
    assert "HeaderContainsWords" in whole
    assert "tells of the connector, and sends no mail another way" in whole
    found = json.loads(run("account", WRITTEN, "--json").out)
    parts = {"summary", "files", "lines", "missing", "exports"}
    assert parts == set(found["account"])
