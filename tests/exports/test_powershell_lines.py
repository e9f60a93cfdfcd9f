"""PowerShell lines are read as PowerShell reads them, and never run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports.cmdlets import Cmdlet
from harness.exports.commands import objects_of, with_holes
from harness.exports.encodings import RawFile
from harness.exports.powershell import NeedsValue, read_commands, read_value
from harness.exports.problems import ExportError
from harness.exports.tenant import make_tenant
from tests.real_samples import needs_samples, samples


def arguments(text):
    """Give the arguments of the command `Set-It` as pairs."""
    (command,) = [each for each in read_commands(text) if each.name == "Set-It"]
    assert () == command.unread
    return [(each.name, each.value) for each in command.arguments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'it''s'", "it's"),
        ("'line\n two'", "line\n two"),
        ('"say `"yes`" and ""no"""', 'say "yes" and "no"'),
        ('"tab`tend"', "tab\tend"),
        ("'a', 'b'", ("a", "b")),
        ('@("a","b")', ("a", "b")),
        ("@('a'\n'b')", ("a", "b")),
        ("@('a')", "a"),
        ("@()", ()),
        ("{}", ()),
        ("$true", True),
        ("$False", False),
        ("$null", None),
        ("-1", -1),
        ("9", 9),
        ("25MB", "25MB"),
        ("NotInOrganization", "NotInOrganization"),
        ("161.57.0.0/16", "161.57.0.0/16"),
        ("1.2.3.4, 5.6.7.8, `\n 9.9.9.0/24", ("1.2.3.4", "5.6.7.8", "9.9.9.0/24")),
        ("Secure, Veilig", ("Secure", "Veilig")),
        ("*.contoso.example , a@x.example", ("*.contoso.example", "a@x.example")),
        ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
        ("\u201ctypographic\u201d", "typographic"),
        ("\u2018it\u2019\u2019s\u2019", "it\u2019s"),
        ("'\u201ckept\u201d'", "\u201ckept\u201d"),
        ('@"\n<p>it\'s "so"</p>\n"@', '<p>it\'s "so"</p>'),
        ("@'\n$not `expanded\n'@", "$not `expanded"),
        ("@{Name='x'; Count=3}", {"Name": "x", "Count": 3}),
        ("@(@{Name='x'},@{Name='y'})", ({"Name": "x"}, {"Name": "y"})),
    ],
)
def test_a_value_is_read(text, expected):
    assert [("V", expected)] == arguments(f"Set-It -V {text}")


@pytest.mark.parametrize(
    "text",
    [
        "$domain",
        "$config.Domain",
        "(Get-Content words.txt)",
        "$(Get-Date)",
        '"prefix $domain"',
        '"$(Get-Date)"',
        "[int]::MaxValue",
        "<IP or IP range>",
        "(1+2)",
    ],
)
def test_what_must_be_computed_or_filled_in_needs_a_value(text):
    ((name, value),) = arguments(f"Set-It -V {text}")
    assert "V" == name
    assert isinstance(value, NeedsValue)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Set-It -On -Name x", [("On", True), ("Name", "x")]),
        ("Set-It -On:$false", [("On", False)]),
        ('Set-It "A rule" -N 1', [("", "A rule"), ("N", 1)]),
        ('Set-It -A "u@x.example"-setscl -1', [("A", "u@x.example"), ("setscl", -1)]),
        ("Set-It -BetweenMemberOf1 a", [("BetweenMemberOf1", "a")]),
        ("Set-It `\n  -A 1 `\n  -B 2", [("A", 1), ("B", 2)]),
        ("$p = @{ Name = 'x'; N = 3 }\nSet-It @p -M y", [("Name", "x"), ("N", 3)]),
        ('$d = "contoso.example"\nSet-It -V "*@$d"', [("V", "*@contoso.example")]),
    ],
)
def test_an_argument_is_read(text, expected):
    assert expected == arguments(text)[: len(expected)]


def test_a_variable_that_is_set_twice_is_not_known():
    ((_, value),) = arguments("$a = 'x'\nif ($b) { $a = 'y' }\nSet-It -V $a")
    assert isinstance(value, NeedsValue)


def test_each_command_has_its_line_and_the_tail_of_a_pipeline_is_another():
    text = "# a note\n\nSet-It -A 1 | select Identity\nif ($x) {\n  Set-It -A 2\n}\n"
    found = read_commands(text)
    assert [("Set-It", 3), ("select", 3), ("Set-It", 5)] == [
        (each.name, each.line) for each in found
    ]


def test_what_the_grammar_does_not_take_is_named():
    (command,) = read_commands("Set-It -Good 1 -Bad 'a','b'... -More 2")[:1]
    assert command.unread
    assert ("Good", 1) == (command.arguments[0].name, command.arguments[0].value)


def quoted(value):
    """Write a value as the exporter does (exports#1.2)."""
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(quoted(one) for one in value)
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value) + "'"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))
VALUES = st.booleans() | st.integers(-9, 10**6) | TEXTS
LISTS = st.lists(TEXTS, min_size=2, max_size=3).map(tuple)


@given(st.lists(VALUES | LISTS, min_size=1, max_size=4))
def test_what_the_exporter_writes_is_read_back(values):
    line = "Set-It " + " ".join(f"-P{i}x {quoted(v)}" for i, v in enumerate(values))
    assert values == [value for _, value in arguments(line)]


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    read_commands(text)
    read_value(text)


def only(text, **expected):
    ((_, entry),) = objects_of("rules.ps1", read_commands(text))
    return {name: entry.get(name) for name in expected}


def test_a_line_becomes_what_the_get_cmdlet_shows():
    expected = {
        "Name": "Zivver",
        "State": "Disabled",
        "Mode": "Enforce",
        "SubjectContainsWords": ["Secure", "Veilig"],
        "SetSCL": -1,
        "SenderNotificationType": "NotifyOnly",
    }
    line = (
        "New-TransportRule 'Zivver' -Enabled $false -subjectcontainswords Secure,Veilig"
        " -SetSCL -1 -NotifySender NotifyOnly -Confirm:$false"
    )
    assert expected == only(line, **expected)


def test_a_unique_beginning_of_a_parameter_is_enough():
    expected = {"HeaderContainsWords": "a", "MessageTypeMatches": "OOF"}
    line = "New-TransportRule x -HeaderContainsWord a -MessageType OOF"
    assert expected == only(line, **expected)


def test_lines_make_connectors_domains_and_contacts_as_well():
    text = """
New-OutboundConnector -Name Zivver -SmartHosts smtp.zivver.com -UseMXRecord $false
New-AcceptedDomain -Name contoso.example -DomainName contoso.example
New-MailContact relay -ExternalEmailAddress relay@zivver.example
"""
    found = objects_of("lines.txt", read_commands(text), line=10)
    assert [
        (Cmdlet.OUTBOUND_CONNECTORS, 11, "Zivver"),
        (Cmdlet.ACCEPTED_DOMAINS, 12, "contoso.example"),
        (Cmdlet.CONTACTS, 13, "relay"),
    ] == [(cmdlet, entry.line, entry.get("Name")) for cmdlet, entry in found]
    assert found[0][1].get("Enabled")
    assert found[0][1].get("UseMXRecord") is False


def test_a_table_stays_a_table():
    line = "New-TransportRule x -MessageContainsDataClassifications @{Name='IBAN'}"
    expected = {"MessageContainsDataClassifications": {"Name": "IBAN"}}
    assert expected == only(line, **expected)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("New-TransportRule x -Subject a", "-Subject` is short for Subject"),
        ("New-TransportRule x -ToScope a", "-ToScope` is unknown to it"),
        ("New-TransportRule x -From 'a','b'... -N 1", "cannot be read as PowerShell"),
        (
            "New-TransportRule x\n  -From 'a'",
            "`-From at the beginning of a line, without a backtick`",
        ),
        ("New-TransportRule x -Enabled maybe", "`Enabled` is `maybe`, expected $true"),
    ],
)
def test_a_line_that_says_too_little_is_one_line(line, what):
    with pytest.raises(ExportError, match=re.escape(what)) as caught:
        objects_of("rules.ps1", read_commands(f"\n{line}"))
    assert "rules.ps1:2" == caught.value.place


def lost(line):
    ((_, entry),) = objects_of("rules.ps1", with_holes(read_commands(line)))
    return {name: what.text for name, what in entry.lost}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("New-TransportRule x -SenderDomainIs $d", {"SenderDomainIs": "$d"}),
        ("New-TransportRule x -From 'a', $d", {"From": "$d"}),
        ("New-TransportRule x -From '<whom you trust>'", {"From": "<whom you trust>"}),
        ("New-TransportRule x -From <whom>", {"From": "<whom>"}),
        ("New-TransportRule x -Enabled $on", {"State": "$on"}),
        (
            "New-TransportRule x -MessageContainsDataClassifications @{Name=$n}",
            {"MessageContainsDataClassifications": "$n"},
        ),
        ("New-TransportRule x -From 'a' -ApplyHtmlDisclaimerText '<p>so</p>'", {}),
        ("New-TransportRule x -ExceptIfFromAddressMatchesPatterns '<>'", {}),
        ("New-TransportRule x -GenerateNotification '%%Subject%%'", {}),
    ],
)
def test_what_somebody_fills_in_is_named_and_not_guessed(line, expected):
    assert expected == lost(line)


@pytest.mark.parametrize(
    "said",
    ["sal ntr New-TransportRule", "Set-Alias -Name ntr -Value New-TransportRule"],
)
def test_another_name_of_a_command_is_known(said):
    assert {"Name": "x"} == only(f"{said}\nntr x", Name="x")


@pytest.mark.parametrize(
    ("said", "expected"), [("1", "Enabled"), ("0", "Disabled"), ("$False", "Disabled")]
)
def test_a_number_is_a_switch(said, expected):
    assert {"State": expected} == only(f"New-TransportRule x -Enabled {said}", State="")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a = 'x'", "x"),
        ("[string]$a = 'x'", "x"),
        ("try { $a = 'x' } catch { exit }", "x"),
        ("$t = @{ a = 'y'; b = 'z' }\n$t.A = 'x'", "x"),
        ("$t = @{ b = 'z' }\n$t['A'] = 'x'", "x"),
        ("$a = 'x'\n$a += 'y'", None),
        ("if ($b) { $a = 'x' }", None),
        ("foreach ($a in $b) { 1 }", None),
        ("$a = 'x'\nforeach ($a in $b) { 1 }", None),
        ("$t = @{ a = 'x' }\nif ($b) { $t.a = 'y' }", None),
        ("$t.a = 'x'", None),
        ("$t = @{ a = 'x' }\n$t.Add('a', 'y')", None),
        ("$t = @{ a = 'x' }\n$t.ContainsKey('a')", "x"),
    ],
)
def test_a_variable_is_known_as_long_as_nothing_else_can_be_in_it(text, expected):
    splat = "@t" if "$t" in text else "-A $a"
    commands = read_commands(f"{text}\nSet-It {splat}")
    ((_, *values),) = [
        ("", *(one.value for one in each.arguments if one.name.lower() in {"a", ""}))
        for each in commands
        if each.name == "Set-It"
    ]
    assert ([expected] == values) is (expected is not None)
    assert expected is not None or isinstance(values[0], NeedsValue)


def test_rules_of_a_script_stand_where_their_lines_put_them():
    text = "\n".join(f"New-TransportRule {n} -Priority 0" for n in "abc")
    text += "\nNew-TransportRule last\nNew-OutboundConnector Zivver"
    found = objects_of("x.ps1", read_commands(text))
    rules = [entry for cmdlet, entry in found if cmdlet is Cmdlet.RULES]
    assert [("c", 0), ("b", 1), ("a", 2), ("last", 3)] == [
        (entry.get("Name"), entry.get("Priority")) for entry in rules
    ]
    text = "New-TransportRule a -Priority 7\nNew-TransportRule b -Priority 3"
    assert [7, 3] == [
        entry.get("Priority") for _, entry in objects_of("x", read_commands(text))
    ]


def test_a_short_parameter_of_a_connector_is_spelt_out():
    expected = {"SmartHosts": "smtp.zivver.com", "UseMXRecord": False, "Enabled": True}
    line = "New-OutboundConnector Zivver -SmartHost smtp.zivver.com -UseMX $false"
    assert expected == only(line, **expected)


def test_lines_that_change_what_others_made_are_refused():
    text = "New-TransportRule x -From a\nDisable-TransportRule x"
    with pytest.raises(ExportError, match="changes what another line made") as caught:
        objects_of("x.ps1", read_commands(text))
    assert "x.ps1:2" == caught.value.place


def test_other_commands_make_nothing():
    assert () == objects_of("x.ps1", read_commands("Get-TransportRule | fl"))
    assert () == objects_of("x.ps1", read_commands("Remove-TransportRule x"))
    assert () == objects_of("x.ps1", read_commands("New-TransportRule x -WhatIf"))
    assert () == objects_of("x.ps1", read_commands("Set-Alias\nsal a"))
    assert () == read_commands("  -From a\n")


@needs_samples
def test_real_lines_are_read_but_for_what_is_no_powershell():
    read = unread = 0
    for file in sorted(samples("powershell-lines").glob("*.txt")):
        for part in re.split(r"(?m)^## .*\n", file.read_text("utf-8")):
            found = [c for c in read_commands(part) if c.name.lower()[:4] == "new-"]
            read += any(not c.unread for c in found)
            unread += any(c.unread for c in found)
    assert 200 < read
    # Pages of help with [optional] parameters, and excerpts cut in a string.
    assert 20 >= unread


def rule_of(line):
    connector = RawFile(
        "c.json", b'[{"Name": "c", "UseMXRecord": true, "RecipientDomains": []}]'
    )
    files = [RawFile("r.ps1", line.encode()), connector]
    return make_tenant("x", files).organization.rules


def test_prose_that_somebody_fills_in_is_kept_as_it_stands():
    (made,) = list(rule_of("New-TransportRule x -From a@b.c -Comments $note") or ())
    assert "$note" == made.comments


@pytest.mark.parametrize("name", ["Mode", "Priority", "Enabled", "Name"])
def test_what_a_rule_cannot_be_without_is_one_line(name):
    start = "New-TransportRule" if name == "Name" else "New-TransportRule x"
    with pytest.raises(ExportError) as caught:
        rule_of(f"{start} -From a@b.c -{name} $it")
    (said,) = map(str, caught.value.faults)
    assert said.startswith("r.ps1:1: ")


def test_prose_of_a_connector_that_is_filled_in_has_no_effect():
    line = b"New-OutboundConnector z -Comment $note -SmartHosts a.example -UseMX $false"
    found = make_tenant("x", [RawFile("c.ps1", line)])
    (made,) = found.organization.outbound_connectors or ()
    assert () == made.unjudged
