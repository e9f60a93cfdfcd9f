"""The command `relay-harness`: a thin door, and what its exit codes mean.

0 all met; 1 findings; 2 the input is ill-formed; 3 the world misbehaved; 70 we are
wrong. Each error of the input is one line.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

import click

from harness import DISTRIBUTION, __version__
from harness.check.baseline import BaselineError
from harness.check.saved import MailError
from harness.cli.account import account_command
from harness.cli.check import check_command
from harness.cli.demo import demo_command
from harness.cli.explain import explain_command
from harness.cli.export_script import export_script_command
from harness.cli.failures import failures_command
from harness.cli.findings import findings_command
from harness.cli.fuzz import fuzz_command, reproduce_command
from harness.cli.output import complain, never_fail_on_letters, tell_faults
from harness.cli.policy import policy_command
from harness.cli.readings import readings_command
from harness.cli.rehearse import rehearse_command
from harness.cli.scenarios import scenarios_command
from harness.cli.schema import schema_command
from harness.cli.serve import serve_command
from harness.cli.support import support_command
from harness.exports import ExportError
from harness.policy import PolicyError
from harness.report.files import ReportError

__all__ = ["main"]

ALL_MET, FINDINGS, ILL_FORMED, WORLD, OURS = 0, 1, 2, 3, 70
_INTERRUPTED = 130
_DEBUG = "RELAY_HARNESS_DEBUG"


@click.group(
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


for _command in (
    demo_command,
    check_command,
    explain_command,
    policy_command,
    support_command,
    readings_command,
    failures_command,
    findings_command,
    rehearse_command,
    scenarios_command,
    account_command,
    export_script_command,
    serve_command,
    schema_command,
    fuzz_command,
    reproduce_command,
):
    relay_harness.add_command(_command)


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
