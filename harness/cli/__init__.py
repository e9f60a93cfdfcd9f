"""The command `relay-harness`: a thin door, and what its exit codes mean.

0 all met; 1 findings; 2 the input is ill-formed; 3 the world misbehaved; 70 we are
wrong. Each error of the input is one line.
"""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from harness import DISTRIBUTION, __version__
from harness.check.baseline import BaselineError
from harness.check.saved import MailError
from harness.cli.output import complain, never_fail_on_letters, tell_faults
from harness.exports import ExportError
from harness.policy import PolicyError
from harness.report.files import ReportError

__all__ = ["main"]

ALL_MET, FINDINGS, ILL_FORMED, WORLD, OURS = 0, 1, 2, 3, 70
_INTERRUPTED = 130
_DEBUG = "RELAY_HARNESS_DEBUG"


# Each command with its module, in which it is called after itself. A module is loaded
# when its command is asked for: some bring libraries that others can do without.
_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "demo",
        "check": "check",
        "explain": "explain",
        "policy": "policy",
        "support": "support",
        "readings": "readings",
        "failures": "failures",
        "findings": "findings",
        "rehearse": "rehearse",
        "scenarios": "scenarios",
        "account": "account",
        "export-script": "export_script",
        "serve": "serve",
        "schema": "schema",
        "fuzz": "fuzz",
        "reproduce": "fuzz",
    }
)


class _Doors(click.Group):
    """The commands, each loaded when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name them all."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find one by name."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"{__name__}.{_COMMANDS[cmd_name]}")
        found = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(found, click.Command)  # noqa: S101  narrows the type
        return found


@click.group(
    cls=_Doors,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all met, 1 findings, 2 ill-formed input, 3 the world "
    "misbehaved (a port, a disk), 70 a fault of this program.",
)
@click.version_option(__version__, prog_name=DISTRIBUTION)
def relay_harness() -> None:
    """Find out, before a roll-out, which mail would miss its secure way out.

    TENANT is a folder of exported configuration or the name of a built-in tenant.
    Nothing here opens a connection to anything but this computer.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    never_fail_on_letters()
    try:
        code = relay_harness.main(
            arguments, prog_name=DISTRIBUTION, standalone_mode=False
        )
    except Exception as problem:  # noqa: BLE001  the last door: nothing may pass it
        return _ended(problem)
    return code if isinstance(code, int) else ALL_MET


def _ended(problem: Exception) -> int:
    match problem:
        case click.exceptions.Exit():
            code = problem.exit_code
        case click.Abort():
            code = _INTERRUPTED
        case click.ClickException():
            complain(_usage(problem))
            code = ILL_FORMED
        case ExportError():
            tell_faults(problem)
            code = ILL_FORMED
        case PolicyError() | MailError() | ReportError() | BaselineError():
            complain(str(problem))
            code = ILL_FORMED
        case OSError():
            complain(_world(problem))
            code = WORLD
        case _:
            code = _our_fault(problem)
    return code


def _usage(problem: click.ClickException) -> str:
    text = problem.format_message().strip().rstrip(".").replace("\n", " ")
    context = getattr(problem, "ctx", None)
    if context is None:
        return text
    return f"{text} (see `{context.command_path} --help`)"


def _world(problem: OSError) -> str:
    what = (problem.strerror or str(problem) or "does not work").lower()
    return f"{problem.filename}: {what}" if problem.filename else what


def _our_fault(fault: Exception) -> int:
    if os.environ.get(_DEBUG):
        traceback.print_exc()
    what = " ".join(str(fault).split()) or "no message"
    last = traceback.extract_tb(fault.__traceback__)[-1:]
    where = f"{last[0].name}, line {last[0].lineno}" if last else "unknown place"
    complain(
        f"this is a fault of {DISTRIBUTION} {__version__}, not of your configuration: "
        f"{what} ({where}); please report this line, and what {_DEBUG}=1 adds to it"
    )
    return OURS
