"""`relay-harness fuzz` and `reproduce`: what breaks a tenant, and see it again."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.check.run import check
from harness.cli.explain import explain_command
from harness.cli.output import complain, show, show_data
from harness.cli.parameters import (
    Case,
    at_option,
    json_option,
    now,
    open_case,
    policy_option,
    spelt,
    working,
)
from harness.edits import daily_edits
from harness.fuzz.files import examples, find, keep, stored
from harness.fuzz.one_edit import one_edit_away, two_edits_away
from harness.fuzz.page import Fuzzed, fuzz_data, fuzz_page
from harness.fuzz.search import Budget, cause_of, search
from harness.policy import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.check import DerivedMail
    from harness.fuzz.search import Cause, Search

_ALL_MET, _FINDINGS = 0, 1


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be tried, and for how long."""

    count: int
    seconds: float | None
    seed: int
    is_hostile: bool
    with_edits: bool
    pairs: bool


@click.command("fuzz")
@click.argument("tenant")
@policy_option
@json_option
@click.option("--all", "is_whole", is_flag=True, help="Name every edit.")
@click.option(
    "--examples",
    "count",
    type=click.IntRange(min=1),
    default=400,
    show_default=True,
    help="How many mails to generate.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after so long, and tell what was found until then.",
)
@click.option(
    "--seed", default=0, show_default=True, help="The same seed, the same run."
)
@click.option(
    "--hostile",
    "is_hostile",
    is_flag=True,
    help="Draw what hides words too: invisible and look-alike letters, odd cuts.",
)
@click.option(
    "--edits/--no-edits", "with_edits", default=True, help="Try single edits."
)
@click.option(
    "--pairs", is_flag=True, help="Try pairs of edits harmless by themselves."
)
@at_option
@click.pass_context
def fuzz_command(
    context: click.Context,
    /,
    *,
    tenant: str,
    policy: str | None,
    as_json: bool,
    is_whole: bool,
    at: datetime | None,
    **asked: Any,  # noqa: ANN401  typed by _Asked
) -> None:
    """Look for what breaks TENANT: mails that nobody wrote, edits that people make.

    Generated mails meet the rows of the policy in every form that clients write; each
    cause that `check` does not show is found with the smallest mail for it, kept under
    .relay-harness and tried first next time. Then every edit that an administrator may
    make on a day is applied to a copy: which ones open a leak?

    Exit codes: 0 generated mail shows nothing new; 1 it does.
    """
    case = open_case(tenant, policy)
    if case.policy is None or not case.policy.rows:
        what = "there is no policy with rows" if case.policy else "there is no policy"
        raise PolicyError(f"{tenant}: {what}, expected one: --policy FILE")
    moment = at or now()
    wanted = _Asked(**asked)
    fuzzed = Fuzzed(case.tenant_name, f"{moment:%Y-%m-%d}", wanted.seed)
    try:
        for known in _campaign(fuzzed, case, wanted, moment):
            fuzzed = known
    except KeyboardInterrupt:
        complain("interrupted: this was found until then")
        raise
    finally:
        if as_json:
            show_data(fuzz_data(fuzzed))
        else:
            show(fuzz_page(fuzzed, is_whole=is_whole))
    context.exit(_FINDINGS if fuzzed.has_findings else _ALL_MET)


def _campaign(
    fuzzed: Fuzzed, case: Case, asked: _Asked, at: datetime
) -> Iterator[Fuzzed]:
    """Give what is known after each step, so that nothing is lost of an early end."""
    assert case.policy is not None  # noqa: S101  asked for at the door
    go_on = _until(asked.seconds)
    world, mails, root = case.world, case.derive().mails, Path()
    with working("following generated mails"):
        found = search(
            world,
            case.policy,
            at=at,
            budget=Budget(asked.count, asked.seed, asked.is_hostile, go_on),
            known=_known(case, mails, at),
            database=examples(root),
        )
    fuzzed = replace(fuzzed, search=found, kept=_kept(found, case, root, at))
    yield fuzzed
    if not (asked.with_edits or asked.pairs):
        return
    edits = daily_edits(world)
    with working("trying edits"):
        sweep = one_edit_away(world, mails, edits, at=at, go_on=go_on)
    fuzzed = replace(fuzzed, sweep=sweep)
    yield fuzzed
    if asked.pairs:
        calm = sweep.harmless(edits)
        with working("trying pairs of edits"):
            two = two_edits_away(world, mails, calm, at=at, go_on=go_on)
        yield replace(fuzzed, pairs=two)


def _until(seconds: float | None) -> Callable[[], bool]:
    if seconds is None:
        return lambda: True
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def _known(
    case: Case, mails: tuple[DerivedMail, ...], at: datetime
) -> frozenset[Cause]:
    """Give the causes that the check shows by itself."""
    report = check(case.world, case.policy, mails, at=at)
    return frozenset(
        cause_of(found.finding, sort.blame)
        for sort in report.sorts
        for found in sort.found
    )


def _kept(found: Search, case: Case, root: Path, at: datetime) -> dict[int, str]:
    when = at.isoformat()
    return {
        number: keep(one, root, tenant=case.tenant_name, policy=case.asked, at=when).id
        for number, one in enumerate(found.found)
    }


@click.command("reproduce")
@click.argument("id_", metavar="[ID]", required=False)
@json_option
@click.pass_context
def reproduce_command(
    context: click.Context, *, id_: str | None, as_json: bool
) -> None:
    """Show again what `fuzz` found and kept; without ID, list all that is kept."""
    root = Path()
    if id_ is None:
        for kept in stored(root):
            click.echo(f"{kept.id}  {kept.kind:<12}  {kept.tenant}  {kept.why}")
        return
    kept, eml = find(id_, root)
    words = [kept.tenant, str(eml), "--at", kept.at]
    if kept.policy:
        words += ["--policy", kept.policy]
    if as_json:
        words.append("--json")
    complain(" ".join(map(spelt, ("relay-harness", "explain", *words))))
    context.exit(
        explain_command.main(words, prog_name="explain", standalone_mode=False) or 0
    )
