"""Corrections are given only when they were tried and cure."""

import pytest

from fakes.exchange.organization import Platform
from harness.check import derive, facts_of
from harness.check.remedy import Checked, Correction, corrections_of, find_remedies
from harness.check.run import check
from harness.compare import FindingKind
from harness.edits import disable_rule, find_rule, set_rule
from tests.check.tenants import (
    AS_MEANT,
    AS_WRITTEN,
    AS_WRITTEN_SERVER,
    GUID,
    NOON,
    POLICY,
    online,
    server,
)

SINGULAR = (
    "Set-TransportRule 'Zivver label' -HeaderContainsMessageHeader 'msip_labels' "
    f"-HeaderContainsWords 'MSIP_Label_{GUID}_Enabled=True'"
)
ENABLE = "Enable-TransportRule 'Zivver label'"


def remedies(world):
    mails = derive(POLICY, facts_of(world)).mails
    report = check(world, POLICY, mails, at=NOON)
    found = find_remedies(Checked(world, POLICY, mails, NOON, report))
    return {
        (sort.kind, sort.blame.rule): found[number]
        for number, sort in enumerate(report.sorts)
        if number in found
    }


def label_rule(words):
    rule = {**AS_MEANT[1], "HeaderContainsWords": [words]}
    return online((AS_MEANT[0], rule, AS_MEANT[2]))


@pytest.mark.parametrize(
    ("world", "commands"),
    [
        (online(AS_WRITTEN), (SINGULAR,)),
        (disable_rule(online(), "Zivver label"), (ENABLE,)),
        (disable_rule(online(AS_WRITTEN), "Zivver label"), (SINGULAR, ENABLE)),
        (
            set_rule(online(), "Zivver label", {"Mode": "Audit"}),
            ("Set-TransportRule 'Zivver label' -Mode 'Enforce'",),
        ),
        (label_rule(f"MSIP_Labels_{GUID}_Enabled=True;"), (SINGULAR,)),
    ],
)
def test_a_leak_of_labelled_mail_has_its_remedy(world, commands):
    found = remedies(world)[FindingKind.LEAK, "Zivver label"]
    assert (commands, ()) == (found.commands, found.breaks)


def test_captured_and_looping_mail_has_its_remedy():
    found = remedies(online(AS_WRITTEN))
    command = "Set-TransportRule 'Zivver word' -SentToScope 'NotInOrganization'"
    for kind in (FindingKind.OVER_CAPTURE, FindingKind.LOOP):
        assert (command,) == found[kind, "Zivver word"].commands


def test_what_no_correction_cures_has_no_remedy():
    world = set_rule(online(), "Zivver word", {"SubjectContainsWords": ["Sekure"]})
    assert not remedies(world)


def test_what_a_correction_newly_breaks_stands_beside_it():
    # Turned on without a scope, the rule takes mail to inside recipients as well.
    world = disable_rule(online(), "Zivver word")
    world = set_rule(world, "Zivver word", {"SentToScope": None})
    found = remedies(world)[FindingKind.LEAK, "Zivver word"]
    assert found.corrections
    assert FindingKind.OVER_CAPTURE in {broken.kind for broken in found.breaks}


def test_a_redirect_without_the_header_is_told_to_set_it():
    bare = {
        key: value
        for key, value in AS_WRITTEN_SERVER[0].items()
        if not key.startswith("SetHeader")
    }
    world = server((bare,))
    rule = find_rule(world, "Zivver word")
    commands = {c.command for c in corrections_of(rule, Platform.SERVER)}
    assert (
        "Set-TransportRule 'Zivver word' -SetHeaderName "
        "'x-zivver-ignore-smtp-recipients' -SetHeaderValue 'true'"
    ) in commands


def test_a_corrected_rule_has_nothing_to_correct():
    rule = find_rule(online(), "Zivver word")
    assert () == corrections_of(rule, Platform.ONLINE)


def test_a_name_with_a_quote_stays_one_word_for_powershell():
    correction = Correction("Zivver's $rule", (("Mode", "Enforce"),), "")
    assert "Set-TransportRule 'Zivver''s $rule' -Mode 'Enforce'" == correction.command
