"""A plan: which lines are applied, which are refused, and what each changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.edits import EditError, find_rule, forget
from harness.edits.differences import Change, How, differences
from harness.edits.files import read_plan
from harness.edits.plan import apply_plan
from harness.exports import ExportError
from tests.check.tenants import AS_WRITTEN, online, server

WORD = "Zivver word"


def planned(text, world=None):
    return apply_plan(world or online(AS_WRITTEN), text, file="plan.ps1")


def changed(plan):
    """What each line changes: property, old and new."""
    return [
        (change.property, change.old, change.new)
        for line in plan.lines
        for difference in line.differences
        for change in difference.changes
    ]


def names(world):
    return [rule.name for rule in world.organization.rules]


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (f"Disable-TransportRule '{WORD}'", ("State", "Enabled", "Disabled")),
        (f'disable-transportrule -Identity "{WORD}"', ("State", "Enabled", "Disabled")),
        (
            f"Set-TransportRule '{WORD}' -Mode Audit -WarningAction Ignore",
            ("Mode", "Enforce", "Audit"),
        ),
        (
            f"Set-TransportRule '{WORD}' -Mode Audit -ToScope Ignore",
            None,
        ),
        (
            f"Set-TransportRule '{WORD}' -SubjectContainsWords Veilig, Secure",
            ("SubjectContainsWords", "Secure", "Veilig, Secure"),
        ),
        (
            f"Set-TransportRule '{WORD}' -SubjectContains $null -SenderDomainIs x.y",
            ("SubjectContainsWords", "Secure", "(nothing)"),
        ),
        (
            f"Set-TransportRule '{WORD}' -Priority 2",
            ("Priority", "0", "2"),
        ),
        (
            f"Set-TransportRule '{WORD}' -ActivationDate '2026-12-01 09:00'",
            ("ActivationDate", "(nothing)", "2026-12-01 09:00"),
        ),
        (
            "Set-OutboundConnector Zivver -Enabled $false -Comment 'for a while'",
            ("Enabled", "$true", "$false"),
        ),
        (
            "Set-OutboundConnector Zivver -TlsSettings EncryptionOnly",
            ("TlsSettings", "DomainValidation", "EncryptionOnly"),
        ),
        (
            "Set-AcceptedDomain contoso.example -MatchSubDomains $true",
            ("MatchSubDomains", "$false", "$true"),
        ),
    ],
)
def test_a_line_changes_what_it_says(line, change):
    if change is None:
        with pytest.raises(ExportError, match="`Set-TransportRule -ToScope` is"):
            planned(line)
    else:
        assert change in changed(planned(line))


def test_lines_are_applied_in_their_order_to_a_copy():
    world = online(AS_WRITTEN)
    plan = planned(
        "Remove-TransportRule 'Zivver sender'\n"
        "New-TransportRule 'First' -Priority 0 -Enabled $false `\n"
        "  -SubjectContainsWords x -RouteMessageOutboundConnector zivver\n"
        "Enable-TransportRule First\n"
        "Set-TransportRule First -Name Renamed\n",
        world,
    )
    assert ["Renamed", WORD, "Zivver label"] == names(plan.after)
    assert find_rule(plan.after, "Renamed").is_enabled
    assert "plan.ps1:2" == find_rule(plan.after, "Renamed").place
    assert 3 == len(names(plan.before))
    assert plan.before is world


def test_a_variable_with_a_plain_value_is_known():
    plan = planned(
        "$words = 'Veilig', 'Geheim'\n"
        "$all = @{ Identity = 'Zivver word'; SubjectContainsWords = $words }\n"
        "Set-TransportRule @all"
    )
    assert [("SubjectContainsWords", "Secure", "Veilig, Geheim")] == changed(plan)


def test_a_new_rule_pushes_others_down_without_a_word():
    text = (
        "New-TransportRule N -Priority 0 -SubjectContainsWords x -DeleteMessage $true"
    )
    (line,) = planned(text).lines
    (found,) = line.differences
    assert ("rule", "N", How.NEW) == (found.what, found.name, found.how)
    assert Change("Priority", "(nothing)", "0") in found.changes
    assert Change("DeleteMessage", "(nothing)", "$true") in found.changes


def test_connectors_domains_and_contacts_come_and_go():
    plan = planned(
        "New-OutboundConnector New -UseMXRecord $false -SmartHosts smtp.zivver.com\n"
        "Remove-OutboundConnector Zivver\n"
        "New-InboundConnector App -ConnectorType OnPremises -SenderDomains * "
        "-SenderIPAddresses 192.0.2.1\n"
        "Set-InboundConnector App -SenderIPAddresses 192.0.2.2 -Comment x\n"
        "New-AcceptedDomain -Name fabrikam -DomainName fabrikam.example\n"
        "Set-AcceptedDomain fabrikam.example -MakeDefault $true\n"
        "Remove-AcceptedDomain contoso.example\n"
        "New-MailContact Relay -ExternalEmailAddress relay@relay.example\n"
        "Set-MailContact Relay -RequireSenderAuthenticationEnabled $true "
        "-HiddenFromAddressListsEnabled $true\n",
    )
    after = plan.after.organization
    assert ["New"] == [one.name for one in after.outbound_connectors]
    (inbound,) = after.inbound_connectors
    assert "192.0.2.2/32" == str(inbound.networks[0])
    (domain,) = after.accepted_domains
    assert ("fabrikam.example", True) == (domain.domain, domain.is_default)
    assert after.directory.recipients[-1].needs_authenticated_sender
    gone = planned("Remove-MailContact Relay\nRemove-InboundConnector App", plan.after)
    assert () == gone.after.organization.inbound_connectors
    assert [How.GONE, How.GONE] == [line.differences[0].how for line in gone.lines]


def test_the_connector_of_a_server_is_made_and_set():
    world = server()
    plan = planned(
        "$cred = Get-Credential\n"
        "New-SendConnector Other -Custom -AddressSpaces 'SMTP:x.example;5' "
        "-SmartHosts smtp.zivver.com -DNSRoutingEnabled $false "
        "-AuthenticationCredential $cred "
        "-SmartHostAuthMechanism BasicAuthRequireTLS\n"
        "Set-SendConnector Other -Port 587\n"
        "Remove-SendConnector Other",
        world,
    )
    assert ("AddressSpaces", "(nothing)", "SMTP:x.example;5") in changed(plan)
    assert ("Port", "25", "587") in changed(plan)
    assert plan.after.organization.send_connectors == world.organization.send_connectors


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("Connect-ExchangeOnline -UserPrincipalName anna@contoso.example", "nothing"),
        ('Write-Host "now $rule"\n', "it changes nothing"),
        (f"Enable-TransportRule '{WORD}'", "it is so already"),
        (f"Disable-TransportRule '{WORD}' -WhatIf", "it only asks (-WhatIf)"),
        (f"Set-TransportRule '{WORD}' -Confirm:$false -Mode Enforce", "so already"),
        (f"Enable-TransportRule '{WORD}' | Out-Null", "it is so already"),
    ],
)
def test_a_line_that_changes_nothing_says_why(line, note):
    (found,) = planned(line).lines
    assert () == found.differences
    assert note in found.note


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Disable-TransportRule 'Zivver wrd'", "no rule `Zivver wrd`, did you mean"),
        ("Set-OutboundConnector Zver -Enabled $true", "did you mean `Zivver`?"),
        ("Remove-AcceptedDomain x.example", "there is no accepted domain `x.example`"),
        (
            f"Set-TransportRule '{WORD}' -SubjectContainWords x",
            "is unknown to it, did you mean `-SubjectContainsWords`?",
        ),
        (f"Set-TransportRule '{WORD}' -Enabled $true", "expected Enable-TransportRule"),
        (f"Set-TransportRule '{WORD}' -State Enabled", "`Set-TransportRule -State` is"),
        (f"Set-TransportRule '{WORD}' -Priority 3", "`-Priority 3`, expected 0 to 2"),
        (f"Set-TransportRule '{WORD}' -UseLegacyRegex $true", "is not judged here"),
        (
            f"Set-TransportRule '{WORD}' -SubjectContainsWords @{{Add='x'}}",
            "expected the whole list",
        ),
        (
            f"Set-TransportRule '{WORD}' -RouteMessageOutboundConnector Ziver",
            "there is no outbound connector `Ziver`, did you mean `Zivver`?",
        ),
        (f"Set-TransportRule '{WORD}' -Mode Loud", "`Loud`"),
        (f"Enable-TransportRule '{WORD}' -Mode Audit", "it takes no `-Mode`"),
        (f"New-TransportRule '{WORD}' -DeleteMessage $true", "a rule `Zivver word` al"),
        ("New-TransportRule x -Enabled maybe", "`-Enabled maybe`, expected $true or"),
        ("New-OutboundConnector Zivver", "there is a connector `Zivver` already"),
        ("Set-OutboundConnector Zivver -Name Other", "unknown parameter `Name`"),
        ("Set-OutboundConnector Zivver -SmartHosts @{Add='x'}", "the whole list"),
        ("Set-InboundConnector App -Enabled $false", "there is no connector `App`"),
        ("Disable-OutboundConnector Zivver", "expected `Set-OutboundConnector NAME -E"),
        ("New-AcceptedDomain contoso.example", "`contoso.example` already"),
        (
            "New-MailContact Anna -ExternalEmailAddress x",
            "plan.ps1:1: `New-MailContact",
        ),
        ("New-JournalRule x", "`New-JournalRule` is not understood in a plan"),
        ("Invoke-Expression 'x'", "`Invoke-Expression` is not understood"),
        ("Disable-TransportRule", "does not say which, expected one name in quotes"),
        ("Disable-TransportRule a b", "has a value without a name twice"),
        ("Disable-TransportRule a -Identity b", "it takes no `-Identity`"),
        ("Set-TransportRule a -Mode Audit -Mode Audit", "has `-Mode` twice"),
        ("Set-TransportRule a -Comments (Get-Date)", "`Comments` needs a value"),
        ("Disable-TransportRule $name", "`$name` stands for one"),
        ("Disable-TransportRule <the rule>", "`<the rule>` stands for one"),
        ("Write-Host $(Remove-TransportRule x)", "would have to be run"),
        ("foreach ($r in 1..3) { Remove-TransportRule x }", "would have to be run"),
        ("Get-TransportRule | Remove-TransportRule", "would have to be run"),
        ("$x = Remove-TransportRule y", "would have to be run"),
        ("[IO.File]::Delete('x')", "would have to be run"),
        (". ./other.ps1", "would have to be run"),
        ("Set-TransportRule 'a", "does not say which"),
        ("New-SendConnector x", "`SendConnector` is of Exchange Server only"),
        ("Get-Date && Get-Date", "would have to be run"),
        ("# nothing", "plan.ps1: no command line"),
    ],
)
def test_what_cannot_be_applied_is_one_line(line, message):
    with pytest.raises(ExportError) as caught:
        planned(line)
    assert message in str(caught.value)
    assert str(caught.value).startswith("plan.ps1")
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("rules", "New-TransportRule x -SubjectContainsWords y -DeleteMessage $true"),
        ("outbound_connectors", "New-OutboundConnector x"),
        ("accepted_domains", "New-AcceptedDomain x.example"),
    ],
)
def test_what_was_not_exported_is_not_planned_upon(fact, line):
    with pytest.raises(ExportError, match="was not exported: what is there already"):
        planned(line, forget(online(), fact))


def test_a_rule_that_names_a_connector_is_taken_where_no_connectors_are_known():
    world = forget(online(AS_WRITTEN), "outbound_connectors")
    plan = planned(
        f"Set-TransportRule '{WORD}' -RouteMessageOutboundConnector x", world
    )
    assert ("RouteMessageOutboundConnector", "Zivver", "x") in changed(plan)


class TestHybrid:
    """Which side of a hybrid a line is about."""

    world = replace(online(AS_WRITTEN), other=server().organization)

    def test_a_connector_tells_its_side(self):
        connector, *_ = server().organization.send_connectors
        plan = planned(f"Set-SendConnector '{connector.name}' -Port 587", self.world)
        assert plan.after.organization is self.world.organization
        assert 587 == plan.after.other.send_connectors[0].port

    def test_a_rule_is_found_by_name_or_by_its_connector(self):
        plan = planned(
            "Disable-TransportRule 'Zivver label'\n"
            "New-TransportRule N -SubjectContainsWords x "
            "-RouteMessageOutboundConnector Zivver",
            self.world,
        )
        assert "N" in names(plan.after)
        assert plan.after.other is self.world.other

    def test_nothing_tells_where_a_new_rule_without_a_connector_goes(self):
        with pytest.raises(ExportError, match="which side of the hybrid is meant"):
            planned("New-TransportRule N -DeleteMessage $true", self.world)


def test_nothing_is_different_between_a_world_and_itself():
    world = online()
    assert () == differences(world.organization, world.organization)


def test_taking_the_field_from_a_condition_takes_the_condition():
    plan = planned(
        "Set-TransportRule 'Zivver label' -HeaderContainsMessageHeader $null"
    )
    (change,) = changed(plan)
    assert "HeaderContainsWords msip_labels" == change[0]
    assert "(nothing)" == change[2]


def test_a_plan_is_read_from_a_file(tmp_path):
    file = tmp_path / "plan.ps1"
    file.write_bytes(f"Disable-TransportRule '{WORD}'".encode("utf-16"))
    plan = read_plan(file, online(AS_WRITTEN))
    assert f"{file}:1" == plan.lines[0].place
    with pytest.raises(ExportError, match="no such file or directory, expected a plan"):
        read_plan(tmp_path / "none.ps1", online())
    file.write_bytes(b"#" * 2_000_001)
    with pytest.raises(ExportError, match="more than 2000000 octets"):
        read_plan(file, online())


def test_a_contact_is_found_by_each_of_its_names():
    world = planned("New-MailContact R -ExternalEmailAddress r@relay.example").after
    for said in ("r", "R@relay.example"):
        assert planned(f"Remove-MailContact {said}", world).lines[0].differences
    with pytest.raises(ExportError, match="there is no contact `nobody`"):
        planned("Remove-MailContact nobody", world)


def test_an_unknown_rule_is_an_error_of_the_edit():
    with pytest.raises(EditError):
        find_rule(online(), "nothing")


PIECES = st.sampled_from(
    [
        *("Set-TransportRule ", "New-TransportRule ", "Remove-OutboundConnector "),
        *("'Zivver word' ", "-Identity ", "-Mode ", "Audit ", "-SubjectContainsWords "),
        *("a,b ", "@{a='b'} ", "$x ", "$x = ", "(Get-Date) ", "| ", "; ", "\n", "`\n"),
        *("'", '"', "@(", ")", "{", "}", "#", "-Priority 1 ", "-Enabled $false ", "é"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_any_text_is_a_plan_or_one_line(text):
    said = complaint(text)
    assert said is None or 1 == len(said.splitlines())
    assert said is None or said.startswith("plan.ps1")


def complaint(text):
    try:
        planned(text)
    except ExportError as problem:
        return str(problem)
    return None
