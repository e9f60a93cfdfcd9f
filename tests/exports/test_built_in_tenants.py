"""The guide's set-ups, as written and as meant, stored and read as exports."""

import json
from pathlib import Path

import pytest

import harness
from fakes.exchange.organization import Platform
from harness.exports import ExportError, Understood
from harness.exports.files import built_in_tenants, read_tenant
from harness.policy.parse import parse_policy

FOLDER = Path(harness.__file__).parent / "tenants"
NAMES = (
    "guide-online-as-meant",
    "guide-online-as-written",
    "guide-onpremises-as-meant",
    "guide-onpremises-as-written",
)
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"


def conditions(name):
    rules = read_tenant(name).organization.rules or ()
    return {
        rule.name.rpartition(" ")[2]: {
            c.predicate: c.value.operands for c in rule.conditions
        }
        for rule in rules
    }


def test_they_are_what_is_in_the_package():
    assert NAMES == built_in_tenants()


@pytest.mark.parametrize("name", NAMES)
def test_every_property_is_understood(name):
    found = read_tenant(name)
    odd = (Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD, Understood.SECRET)
    assert () == found.account.of(*odd)
    assert () == tuple(m for m in found.missing if m.is_needed)


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_can_be_read(name):
    found = read_tenant(name)
    assert "policy" in found.policies
    assert all(parse_policy(text).rows for text in found.policies.values())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_follows_a_folder_or_comes_of_its_name(name):
    by_folder = read_tenant(str(FOLDER / name))
    assert by_folder.organization == read_tenant(name).organization


@pytest.mark.parametrize("name", NAMES)
def test_mail_that_is_not_finished_waits(name):
    rules = read_tenant(name).organization.rules or ()
    assert {"Defer"} == {rule.error_action for rule in rules}
    assert list(range(len(rules))) == [rule.priority for rule in rules]


def test_online_as_written_has_the_guide_s_words():
    assert {
        "subject": {"SubjectContainsWords": ("Secure",)},
        "label": {
            "HeaderContainsWords": (f"MSIP_Labels_{GUID}_Enabled=True",),
            "SentToScope": ("NotInOrganization",),
        },
        "sender": {"From": ("payroll@contoso.example",)},
    } == conditions("guide-online-as-written")


def test_online_as_meant_looks_outside_only_and_for_the_header_that_outlook_writes():
    found = conditions("guide-online-as-meant")
    assert {("NotInOrganization",)} == {c["SentToScope"] for c in found.values()}
    label = found["label"]["HeaderContainsWords"]
    assert (f"MSIP_Label_{GUID}_Enabled=True",) == label


@pytest.mark.parametrize("name", NAMES)
def test_only_as_meant_excepts_what_comes_back(name):
    rules = read_tenant(name).organization.rules or ()
    found = {(e.header, e.value.operands) for rule in rules for e in rule.exceptions}
    expected = {("X-Zivver-Transport", ("..*.",))} if "meant" in name else set()
    assert expected == found
    assert not any(c.predicate == "FromScope" for r in rules for c in r.conditions)


def test_a_server_redirects_to_the_contact_behind_a_scoped_connector():
    found = read_tenant("guide-onpremises-as-written").organization
    assert Platform.SERVER is found.platform
    names = [c.name for c in found.send_connectors or ()]
    assert ["Internet", "Zivver Custom Relay"] == names
    relay = (found.send_connectors or ())[1]
    assert (True, "BasicAuthRequireTLS", 25) == (
        relay.is_scoped,
        relay.auth,
        relay.port,
    )
    assert "Zivver Custom Relay" in found.credentials


@pytest.mark.parametrize("name", NAMES)
def test_they_are_stored_in_the_shape_of_their_shell(name):
    octets = (FOLDER / name / "Get-TransportRule.json").read_bytes()
    is_windows_powershell = "online" in name
    assert is_windows_powershell == octets.startswith(b"\xef\xbb\xbf")
    assert is_windows_powershell == (b'":  ' in octets)
    assert json.loads(octets.decode("utf-8-sig"))


def test_a_name_that_is_nearly_right_is_helped():
    with pytest.raises(ExportError, match="did you mean `guide-online-as-meant`"):
        read_tenant("guide-online-as-ment")
