"""What is accepted, impossible or unreviewed, as the page and the document tell it."""

import json

import pytest
from jsonschema import Draft202012Validator

from harness.report.files import read_schema

WRITTEN, AT = "guide-online-as-written", ("--at", "2026-11-25T09:00")
KINDS = '[except]\nkinds = ["automatic-reply", "calendar", "receipt", "zivver"]\n'
LABEL = (
    '[[must_be_secure]]\nname = "label"\n'
    'label = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"\n'
)
ACCEPTED = """
[[accepted]]
finding = ["LEAK", "OVER_CAPTURE", "LOSS", "LOOP"]
reason = "the rules are mended in March"
owner = "A. de Vries"
until = 2027-03-31
"""


@pytest.fixture
def check(run, tmp_path):
    """Check the guide's set-up against a policy."""

    def checked(text, *more):
        file = tmp_path / "policy.toml"
        file.write_text(text + KINDS)
        return run("check", WRITTEN, "--policy", file, *AT, *more)

    return checked


def test_a_yes_names_how_many_are_accepted_by_whom_and_until_when(check):
    ran = check(LABEL + ACCEPTED)
    text = " ".join(ran.out.split())
    assert 0 == ran.code
    assert text.startswith("YES: for Exchange, every other mail of this check goes as")
    assert (
        "mails LEAK, LOOP, LOSS or OVER-CAPTURE (A. de Vries, until 2027-03-31)."
        in (text)
    )
    assert "Accepted: " in text
    assert "until 2027-03-31: the rules are mended in March (" in text
    assert " accepted " in text


def test_what_has_run_out_or_meets_nothing_is_told(check):
    old = ACCEPTED.replace("2027", "2025")
    idle = ACCEPTED + 'mail = "nothing"\n'
    text = " ".join(check(LABEL + old + idle).out.split())
    assert text.startswith("NO: mail that must be secure can leave in clear")
    assert "Accepted no longer: " in text
    assert (
        'Accepted, and not found: LEAK, LOOP, LOSS or OVER-CAPTURE of mail "no' in text
    )


def test_an_accepted_leak_is_not_called_clear(check):
    text = check(LABEL + ACCEPTED.replace('"OVER_CAPTURE", ', "")).out
    assert text.startswith("NO: mail goes another way than it must: OVER-CAPTURE; acc")


def test_two_ways_at_once_are_named(check):
    ran = check(LABEL + 'also_through = "DLP"\n' + ACCEPTED)
    text = " ".join(ran.out.split())
    assert 1 == ran.code
    assert text.startswith("NO: the policy asks for what no tenant can do (see Imposs")
    assert (
        'is to go also through "DLP", and Exchange gives a message to one con' in text
    )


@pytest.mark.parametrize("more", ["", 'also_through = "DLP"\n'])
def test_kinds_of_findings_do_not_excuse_what_is_not_judged(check, more):
    text = f"reviewed = false\n{LABEL}{more}{ACCEPTED}"
    assert 1 == check(text, "--fail-on", "DUPLICATE").code


def test_a_policy_that_nobody_has_reviewed_says_so(check):
    text = " ".join(check("reviewed = false\n" + LABEL + ACCEPTED).out.split())
    assert text.startswith("CANNOT TELL: nobody has reviewed the policy (`reviewed =")


def test_the_document_has_what_is_accepted(check):
    ran = check(LABEL + 'also_through = "DLP"\n' + ACCEPTED, "--json")
    document = json.loads(ran.out)
    Draft202012Validator(json.loads(read_schema())).validate(document)
    (one,) = document["accepted"]
    assert ("A. de Vries", "2027-03-31", False) == (
        one["owner"],
        one["until"],
        one["is_expired"],
    )
    assert "LEAK" in {finding["kind"] for finding in one["findings"]}
    assert "LEAK" not in {finding["kind"] for finding in document["findings"]}
    assert [{"row": "label", "connector": "DLP"}] == [
        {key: each[key] for key in ("row", "connector")}
        for each in document["impossible"]
    ]


def test_what_mail_lacks_is_told_without_asking_for_a_certificate(check):
    text = check(
        "zivver_dlp_expected = true\n"
        + LABEL.replace(
            "label =", 'sender = "payroll@contoso.example"\nafter = "Disclaimer"\n#'
        )
    ).out
    assert 'because     there is no rule "Disclaimer"' in text
    assert "because     the policy says zivver_dlp_expected" in text
    assert 1 == text.count("which name its certificate bears")
