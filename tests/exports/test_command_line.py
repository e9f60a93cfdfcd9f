"""Lines of Exchange's shell, read again by the grammar of PowerShell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports.command_line import command_line, written
from harness.exports.powershell import read_commands

# The reader takes the typographic quotes for plain ones, wherever they stand.
_READ_AS_PLAIN = "\u201c\u201d\u201e\u2018\u2019\u201a\u201b"


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("'secure'", "secure"),
        ("'it''s'", "it's"),
        ("'it\u2019\u2019s'", "it\u2019s"),
        ("$true", True),
        ("$false", False),
        ("$null", None),
        ("$null", ()),
        ("'a', 'b'", ("a", "b")),
        ("3", 3),
    ],
)
def test_a_value_is_written_as_powershell_has_it(expected, value):
    assert expected == written(value)


def test_a_line_names_the_object_and_its_parameters():
    assert "Set-TransportRule 'Relay' -Mode 'Audit'" == command_line(
        "Set-TransportRule", "Relay", {"Mode": "Audit"}
    )
    assert "Get-TransportRule" == command_line("Get-TransportRule", "")


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1))
def test_what_is_written_is_read_again(text):
    plain = text.translate(dict.fromkeys(map(ord, _READ_AS_PLAIN)))
    line = command_line("Set-TransportRule", "Relay", {"Comments": plain})
    (command,) = read_commands(line)
    assert {"Comments": plain} == {
        argument.name: argument.value for argument in command.arguments[1:]
    }
