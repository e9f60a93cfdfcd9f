"""The command on a hybrid: every line says which side it is about."""

from pathlib import Path

import pytest

import harness.scenario.files

FOLDER = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
MAIL = """\
From: {sender}
To: {to}
Subject: Secure: the results

A body.
"""


@pytest.fixture
def explained(run, tmp_path):
    def explain(sender, to):
        file = tmp_path / "mail.eml"
        file.write_text(MAIL.format(sender=sender, to=to), "utf-8")
        return " ".join(run("explain", FOLDER, file).out.split())

    return explain


def test_the_way_of_a_mail_is_told_side_by_side(explained):
    page = explained("bob@contoso.example", "anna@contoso.example")
    there, here = page.index("on-premises:"), page.index("online:")
    assert there < page.index('"Zivver on the servers"') < here
    assert here < page.index('"Zivver in the cloud"')
    assert "the other side says that its sender is inside" in page


def test_the_rule_that_took_a_mail_is_named_with_its_side(explained):
    page = explained("bob@contoso.example", "info@fabrikam.example")
    assert 'on-premises: rule 0 "Zivver on the servers" took it' in page
    page = explained("anna@contoso.example", "info@fabrikam.example")
    assert 'online: rule 0 "Zivver in the cloud" took it' in page


def test_somebody_of_neither_side_is_a_stranger(explained):
    page = explained("info@fabrikam.example", "bob@contoso.example")
    assert "fabrikam.example is no accepted domain" in page


def test_the_account_names_the_files_of_both_sides(run):
    page = run("account", FOLDER).out
    assert "online/Get-TransportRule.json" in page
    assert "onpremises/Get-TransportRule.json" in page


def test_a_check_holds_both_sides_to_the_policy(run):
    ran = run("check", FOLDER)
    assert "on-premises: 1 mail flow rule" in " ".join(ran.out.split())
    assert "LEAK" not in ran.out
