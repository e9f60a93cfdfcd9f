"""Reports in the forms of other programs: whole, escaped, and never green too early."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sarif_pydantic import Sarif

from harness.report.causes import Place, Reported, causes_of, place_of
from harness.report.junit import junit
from harness.report.markdown import escaped, markdown
from harness.report.plan_of_action import harmless, plan_of_action
from harness.report.sarif import sarif
from tests.report.hostile import LEAKY, NASTY, examined, leaking, nasty, reported
from tests.report.samples import CARDS, SUBJECT

GUARDED = {
    "SentToScope": "NotInOrganization",
    "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
    "ExceptIfHeaderMatchesPatterns": ["..*."],
}
FORMS = (junit, sarif, markdown, plan_of_action)


@pytest.fixture(scope="module", params=range(len(NASTY)))
def hostile(request):
    return reported(nasty(NASTY[request.param]))


@pytest.fixture(scope="module")
def leak():
    return leaking()


def suites(report):
    return ET.fromstring(junit(report).encode())  # noqa: S314  it is our own


def runs(report):
    document = json.loads(sarif(report))
    Sarif.model_validate(document)
    return document["runs"]


def rows(report):
    return list(
        csv.DictReader(io.StringIO(plan_of_action(report).removeprefix("\ufeff")))
    )


# -- what each tells


def test_junit_has_a_test_for_each_mail_and_one_for_the_answer(leak):
    root = suites(reported(leak))
    tests = root[0].findall("testcase")
    failed = [test for test in tests if test.find("failure") is not None]

    assert 1 + len(leak.checked.report.mails) == len(tests)
    assert str(len(failed)) == root[0].get("failures") == root.get("failures")
    assert "does the tenant do what was intended?" == failed[0].get("name")
    assert any("LEAK" == test.find("failure").get("type") for test in failed)


def test_junit_is_not_green_while_something_is_not_known():
    unknown = examined(CARDS, SUBJECT | GUARDED)
    root = suites(Reported((unknown,)))

    assert "YES" != unknown.checked.report.answer
    assert "0" != root.get("failures")


def test_junit_counts_a_tenant_that_cannot_be_read_as_an_error(leak):
    root = suites(reported(leak))

    assert "1" == root.get("errors")
    assert "no such folder" == root[1][0].find("error").get("message")


def test_sarif_points_to_file_and_line_with_a_rule_for_every_result(leak):
    run = runs(reported(leak))[0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    result = run["results"][0]
    location = result["locations"][0]["physicalLocation"]

    assert {entry["ruleId"] for entry in run["results"]} <= rules
    assert ("LEAK", "error") == (result["ruleId"], result["level"])
    assert "rules.json" == location["artifactLocation"]["uri"]


def test_sarif_has_the_fingerprints_of_the_causes(leak):
    results = runs(reported(leak))[0]["results"]
    prints = [entry["partialFingerprints"]["relayHarness/v1"] for entry in results]

    assert [cause.fingerprint for cause in causes_of(leak.checked)] == prints[
        : len(causes_of(leak.checked))
    ]
    assert len(prints) == len(set(prints))


def test_sarif_says_which_run_failed(leak):
    ok, failed = runs(reported(leak))

    assert ok["invocations"][0]["executionSuccessful"]
    assert not failed["invocations"][0]["executionSuccessful"]


def test_sarif_is_never_empty_where_the_answer_is_not_yes():
    unknown = examined(CARDS, SUBJECT | GUARDED)

    assert runs(Reported((unknown,)))[0]["results"]


def test_markdown_begins_with_the_answer(leak):
    lines = markdown(reported(leak)).splitlines()

    assert "## NO: my-tenant" == lines[0]
    assert lines[2].startswith("mail that must be secure can leave in clear")
    assert "**Cannot be read:** no such folder" in lines


def test_the_plan_of_action_has_room_for_who_and_when(leak):
    found = rows(reported(leak))

    assert len(causes_of(leak.checked)) <= len(found)
    assert {("", "")} == {(row["owner"], row["date"] or "") for row in found}
    assert "LEAK" == found[0]["what"]
    assert ("rules.json", "0") != (found[0]["file"], "")
    assert "no such folder" == found[-1]["why"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_what_would_be_right_and_how_to_see_it_again(form):
    found = examined(SUBJECT)
    text = form(reported(found))
    cause = next(cause for cause in causes_of(found.checked) if cause.right)

    assert cause.right[0] in text or json.dumps(cause.right[0])[1:-1] in text
    assert cause.again in text


# -- names that try something


def test_junit_stays_xml(hostile):
    assert 2 == len(suites(hostile))


def test_sarif_stays_ascii_and_its_addresses_are_ones(hostile):
    assert sarif(hostile).isascii()
    runs(hostile)


def test_markdown_makes_nothing_of_a_name(hostile):
    text = markdown(hostile)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    kinds = {
        token.type for block in tokens for token in (block, *(block.children or ()))
    }

    assert not kinds & {"html_inline", "html_block", "link_open", "image", "hr"}
    inline = [token for block in tokens for token in block.children or ()]
    assert not any("@everyone" in t.content for t in inline if t.type == "text")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert not any("heading" == line.strip("# ") for line in headings)


def test_no_cell_is_a_formula(hostile):
    for row in rows(hostile):
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell


@pytest.mark.parametrize("form", FORMS)
def test_no_form_has_a_control_character(form, hostile):
    text = form(hostile).removeprefix("\ufeff").replace("\r\n", "\n")

    assert all(sign.isprintable() for sign in text.replace("\n", ""))


@given(st.text(max_size=60))
def test_escaped_text_reads_as_the_text(text):
    html = MarkdownIt("commonmark", {"html": True}).renderInline(f"a {escaped(text)}")

    assert "<" not in html.replace("&lt;", "")


@given(st.text())
def test_a_harmless_cell_begins_with_nothing_that_a_spreadsheet_runs(text):
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("rules.json:12", "rules.json", 12),
        ("online/Get-TransportRule.json:3", "online/Get-TransportRule.json", 3),
        ("rules.json", "rules.json", 0),
        ("C:rules", "C:rules", 0),
    ],
)
def test_a_place_is_a_file_and_a_line(text, file, line):
    assert Place(file, line) == place_of(text)
    assert place_of("") is None


# -- what somebody answers for

ACCEPTED = """
[[must_be_secure]]
subject = ["Secure"]

[[accepted]]
finding = ["LEAK", "LOSS", "EXPOSURE", "OVER_CAPTURE"]
reason = "until the rule is there"
owner = "Anna"
until = 2027-01-01
"""


@pytest.fixture(scope="module")
def accepted():
    found = examined(SUBJECT | LEAKY, policy=ACCEPTED)
    assert found.checked.report.accepted
    return Reported((found,))


@pytest.mark.parametrize("form", [junit, markdown, plan_of_action, sarif])
def test_what_is_accepted_is_told_with_who_answers_for_it(form, accepted):
    assert "by Anna until 2027-01-01: until the rule is there" in form(accepted)


def test_what_is_accepted_fails_no_test_of_a_mail(accepted):
    tests = suites(accepted)[0].findall("testcase")[1:]

    assert not [test for test in tests if test.find("failure") is not None]


def test_what_is_accepted_is_suppressed_in_sarif(accepted):
    results = [r for r in runs(accepted)[0]["results"] if r["ruleId"] == "LEAK"]

    assert results
    assert all(result["suppressions"] for result in results)
