"""How the command starts: only what is asked for is loaded."""

import subprocess
import sys

import click
import pytest

from harness.cli import relay_harness

# What takes long to load, and only some commands need.
HEAVY = ("hypothesis", "faker", "aiosmtpd", "pytest", "openpyxl")


def test_a_check_loads_nothing_that_it_can_do_without():
    seen = f"print([n for n in {HEAVY} if n in sys.modules])"
    asked = f"import sys, harness.cli.check; {seen}"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert "[]" == done.stdout.strip()


CONTEXT = click.Context(relay_harness)


@pytest.mark.parametrize("name", relay_harness.list_commands(CONTEXT))
def test_every_command_that_is_named_is_there(name):
    command = relay_harness.get_command(CONTEXT, name)
    assert command is not None
    assert (name, True) == (command.name, bool(command.help))
