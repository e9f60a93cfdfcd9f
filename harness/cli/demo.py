"""`relay-harness demo`: the guide's own set-up, and the mail that it lets go."""

from __future__ import annotations

import click

from harness.cli.checking import run, with_remedies
from harness.cli.output import show, width
from harness.cli.parameters import now, open_case, working
from harness.report.demo import Demonstration, demo_page, leak_of

_TENANT = "guide-online-as-written"
_TITLE = "The guide's own set-up for Exchange Online leaks."
_YOURS = "relay-harness check FOLDER --policy policy.toml"


@click.command("demo")
def demo_command() -> None:
    """Show a leak: the guide's set-up for Exchange Online, as it is written.

    Needs no network and no tenant. The exit code is 0: it is a demonstration (`check`
    ends with 1 for the same findings).
    """
    case = open_case(_TENANT, None)
    with working("following the mails"):
        at = now()
        found = run(case, case.derive(), at=at, is_timed=False)
        only = frozenset({found.report.sorts.index(leak_of(found.report))})
        checked = with_remedies(found, case, at=at, only=only)
    show(demo_page(Demonstration(checked, _TITLE, _YOURS), width=width()))
