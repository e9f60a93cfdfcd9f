"""The plugin in somebody else's session, and what a failing case prints."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUARD = ROOT / "harness" / "_relay_harness_pytest.py"
CASE = """\
[[case]]
name = "{name}"
source = ["exchange-rules#v1"]
evidence = "documented"
subject = "Secure"

[[case.rules]]
Name = "Zivver"
SubjectContainsWords = ["Secure"]
RouteMessageOutboundConnector = "Zivver Custom Relay"

[case.expect]
"info@fabrikam.example" = "{word}"
"""


@pytest.fixture
def folder(tmp_path):
    """Return somebody else's folder, with the entry point as it is installed."""
    shutil.copy(GUARD, tmp_path / "relay_harness_pytest.py")
    return tmp_path


def run_pytest(folder, *arguments, strict=True):
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT))),
    }
    options = ["--strict-markers", "--strict-config", "-W", "error"] if strict else []
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "relay_harness_pytest", *options]
        + [str(argument) for argument in arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def write_case(folder, word, name="a word is found", file="x"):
    text = CASE.format(name=name, word=word)
    (folder / f"{file}.scenario.toml").write_text(text, encoding="utf-8")


def test_each_case_is_run_computed_and_on_the_wire(folder):
    write_case(folder, "secure")
    done = run_pytest(folder, "-v")
    assert "a word is found [computed] PASSED" in done.stdout
    assert "a word is found [on the wire] PASSED" in done.stdout
    assert "2 passed" in done.stdout


def test_the_wire_can_be_left_out_by_its_marker(folder):
    write_case(folder, "secure")
    done = run_pytest(folder, "-m", "not wire")
    assert "1 passed, 1 deselected" in done.stdout


def test_a_failing_case_says_who_and_why_and_shows_no_traceback(folder):
    write_case(folder, "plain")
    done = run_pytest(folder)
    assert 1 == done.returncode
    assert "Traceback" not in done.stdout
    assert ".py:" not in done.stdout
    for line in (
        "1 thing came out otherwise than expected (computed)",
        "  info@fabrikam.example",
        "    expected  plain",
        "    got       SECURE_NOTIFICATION",
        "rule Zivver, yes [RouteMessageOutboundConnector Zivver Custom Relay]",
        "  source exchange-rules#v1 (documented)",
    ):
        assert line in done.stdout


def test_a_mail_that_left_in_clear_is_said_first(folder):
    write_case(folder, "secure")
    file = folder / "x.scenario.toml"
    edit = 'edits = [{ disable_rule = "Zivver" }]\nsubject'
    file.write_text(file.read_text().replace("subject", edit, 1))
    done = run_pytest(folder, "-m", "not wire")
    assert "1 of 1 recipient got the mail in clear (computed)" in done.stdout


def test_an_ill_formed_file_is_one_line(folder):
    write_case(folder, "plainn")
    done = run_pytest(folder)
    assert (
        "x.scenario.toml:13: case `a word is found`: unknown disposition `plainn`"
        in (done.stdout)
    )
    assert "Traceback" not in done.stdout
    assert 2 == done.returncode


def test_an_edit_that_does_not_fit_is_one_line(folder):
    write_case(folder, "secure")
    file = folder / "x.scenario.toml"
    edit = 'edits = [{ disable_rule = "Ziver" }]\nsubject'
    file.write_text(file.read_text().replace("subject", edit, 1))
    done = run_pytest(folder, "-m", "not wire")
    assert "there is no rule `Ziver`, did you mean `Zivver`?" in done.stdout
    assert "Traceback" not in done.stdout


def test_nothing_else_is_collected_and_no_option_is_added(folder):
    (folder / "other.toml").write_text("x = 1\n")
    (folder / "scenario.toml").write_text("x = 1\n")
    (folder / "test_own.py").write_text("def test_own():\n    pass\n")
    assert "1 passed" in run_pytest(folder).stdout
    told = run_pytest(folder, "--help").stdout
    assert "--tenant" not in told
    assert "relay_tenant" in told


def test_a_session_without_scenarios_imports_nothing_heavy(folder):
    (folder / "test_own.py").write_text(
        "import sys\n\n\ndef test_own():\n"
        "    assert 'harness.pytest_plugin' in sys.modules\n"
        "    heavy = {'harness.simulate', 'harness.wire', 'aiosmtpd', 'trustme'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    done = run_pytest(folder)
    assert "1 passed" in done.stdout, done.stdout


def test_the_fixtures_give_a_world_an_endpoint_and_an_assertion(folder):
    (folder / "test_own.py").write_text(
        """
import smtplib
import ssl

import pytest

from harness.outcome import Delivery, Disposition, Fate, Outcome


def test_an_application_sends_securely(zivver):
    trust = ssl.create_default_context(cadata=zivver.authority.decode())
    with smtplib.SMTP(zivver.host, zivver.port, timeout=10) as client:
        client.starttls(context=trust)
        client.login(zivver.user, zivver.password)
        mail = "From: anna@contoso.example\\r\\nTo: bob@fabrikam.example\\r\\n\\r\\nx"
        client.sendmail("anna@contoso.example", ["bob@fabrikam.example"], mail)
    (got,) = zivver.wait_for("bob@fabrikam.example")
    assert got.is_secure, got.why


def test_a_refusal_that_nobody_looks_at_fails_the_test(zivver):
    trust = ssl.create_default_context(cadata=zivver.authority.decode())
    with smtplib.SMTP(zivver.host, zivver.port, timeout=10) as client:
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(zivver.user, "wrong")


@pytest.mark.relay_relaxed
def test_unless_its_marker_lets_it_pass(zivver):
    test_a_refusal_that_nobody_looks_at_fails_the_test(zivver)


def test_the_world_is_a_tenant(relay_world):
    assert "contoso.example" == relay_world.organization.accepted_domains[0].domain


def test_what_is_plain_is_not_secure(relay_assert_secure):
    plain = Delivery(None, None, Disposition.PLAIN, "by the default route")
    relay_assert_secure(Outcome((Fate(None, (plain,)),)))
"""
    )
    done = run_pytest(folder)
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert "1 failed, " in done.stdout
    assert "1 error" in done.stdout
    assert "PLAIN    expected: secure" in done.stdout
    assert "a session: refused at AUTH: 535 5.7.8" in done.stdout


def test_packs_meet_the_tenant_that_is_named_in_the_ini_file(folder):
    shutil.copy(ROOT / "harness" / "packs" / "labels.scenario.toml", folder)
    arguments = ("-m", "not wire", "-k", "shape")
    assert " failed" not in run_pytest(folder, *arguments).stdout
    (folder / "pytest.ini").write_text(
        "[pytest]\nrelay_tenant = guide-online-as-written\n"
    )
    done = run_pytest(folder, *arguments)
    assert " passed" not in done.stdout
    assert "got       LEAK, PLAIN" in done.stdout


def test_somebody_s_own_export_is_run_through_the_options(tmp_path):
    tenant = tmp_path / "mine"
    shutil.copytree(ROOT / "harness" / "tenants" / "guide-online-as-written", tenant)
    policy = tmp_path / "intent.toml"
    (tenant / "policy.toml").rename(policy)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "scenarios", "-q", "-m", "not wire"),
            *("--tenant", str(tenant), "--policy", str(policy)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 1 == done.returncode
    assert "LEAK, PLAIN" in done.stdout
    assert "OVER_CAPTURE" in done.stdout
    assert "guide/" not in done.stdout


def test_a_tenant_that_is_not_there_is_one_line(folder):
    shutil.copy(ROOT / "harness" / "packs" / "labels.scenario.toml", folder)
    (folder / "pytest.ini").write_text(
        "[pytest]\nrelay_tenant = guide-online-as-ment\n"
    )
    done = run_pytest(folder)
    assert "did you mean `guide-online-as-meant`?" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_case_of_a_tenant_that_is_not_there_is_one_line(folder):
    write_case(folder, "secure")
    file = folder / "x.scenario.toml"
    file.write_text(
        file.read_text().replace("subject", 'tenant = "contos"\nsubject', 1)
    )
    done = run_pytest(folder, "-m", "not wire")
    assert "case `a word is found`: no folder and no tenant `contos`, did you" in (
        done.stdout
    )
    assert "Traceback" not in done.stdout


def test_the_ini_file_names_a_folder_and_a_policy_beside_it(folder):
    shutil.copy(ROOT / "harness" / "packs" / "subject.scenario.toml", folder)
    tenant = folder / "mine"
    shutil.copytree(ROOT / "harness" / "tenants" / "guide-online-as-meant", tenant)
    (tenant / "policy.toml").rename(folder / "intent.toml")
    (folder / "pytest.ini").write_text(
        "[pytest]\nrelay_tenant = mine\nrelay_policy = intent.toml\n"
    )
    done = run_pytest(folder, "-m", "not wire")
    assert 0 == done.returncode, done.stdout


def test_the_test_of_an_application_that_the_readme_shows_runs(folder):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition("<!-- application -->\n```python\n")
    (folder / "test_own.py").write_text(rest.partition("```")[0], encoding="utf-8")
    done = run_pytest(folder)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
