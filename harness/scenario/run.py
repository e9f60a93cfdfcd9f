"""Runs a case as a computation: its world, its mail, what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Choices
from fakes.exchange.drive import Intervention
from fakes.exchange.queue import Reconfigured, Resubmitted, Retried
from fakes.exchange.rules.rule import RuleError
from harness import edits
from harness.compare import HINTS, compare
from harness.exports.account import Ledger
from harness.exports.formats import row_of
from harness.exports.problems import ExportError
from harness.exports.rules import read_rules
from harness.policy.judge import judge as duties_of
from harness.scenario.case import Retry
from harness.scenario.compose import compose
from harness.scenario.expectation import Mismatch, finding_word, judge
from harness.scenario.problem import ScenarioError
from harness.scenario.verbs import apply_change
from harness.simulate import run_once, simulate
from harness.world import with_answers_pinned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.item import MailItem
    from harness.outcome import Outcome
    from harness.policy.noun import Policy
    from harness.scenario.case import Case, Change
    from harness.world import World


class Refused(Exception):  # noqa: N818  an answer that a case may expect
    """Exchange would not take the configuration of a case; the message says why."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A tenant as cases meet it: its world, and its policies by name.

    The one that is called `policy` is the one that is meant when none is named.
    """

    world: World
    policies: Mapping[str, Policy] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    @property
    def policy(self) -> Policy | None:
        """The policy that is meant when none is named."""
        return self.policies.get("policy")


def set_up(case: Case, setting: Setting) -> World:
    """Make the world of a case: the tenant, its rules, its edits, its readings.

    Raises:
        Refused: Exchange would not take a rule or a connector.
        ScenarioError: an edit does not fit the tenant.

    """
    world = setting.world
    try:
        if case.rules is not None:
            world = _with_rules(case, case.rules, world)
        for change in case.edits:
            world = apply_change(world, change, place=case.place)
    except RuleError as error:
        raise Refused(str(error)) from None
    except ExportError as error:
        if case.expect.refused:
            raise Refused(error.message) from None
        raise _misfit(case, error.message) from None
    except edits.EditError as error:
        raise _misfit(case, str(error)) from None
    answers = dict(case.readings)
    world = with_answers_pinned(world, answers)
    later = _later(case, world)
    return replace(
        world,
        outages=case.faults,
        zivver_faults=case.zivver_faults,
        interventions=later,
    )


def _later(case: Case, world: World) -> tuple[Intervention, ...]:
    """Say what an administrator does meanwhile; each change comes on top of the last.

    Raises:
        ScenarioError: an edit does not fit, or changes something that is not his.

    """
    found = []
    for one in case.later:
        at = case.at + one.after
        if one.retry is not None:
            event = Resubmitted(at) if one.retry is Retry.RESUBMIT else Retried(at)
            found.append(Intervention(event))
            continue
        before = world
        world = _edited(case, world, one.edits)
        if (world.zivver, world.internet) != (before.zivver, before.internet):
            raise _misfit(case, "`later` edits change Exchange; for hosts say `faults`")
        found.append(Intervention(Reconfigured(at), world.organization))
    return tuple(found)


def _edited(case: Case, world: World, changes: tuple[Change, ...]) -> World:
    try:
        for change in changes:
            world = apply_change(world, change, place=case.place)
    except (edits.EditError, ExportError, RuleError) as error:
        message = error.message if isinstance(error, ExportError) else str(error)
        raise _misfit(case, message) from None
    return world


def _misfit(case: Case, why: str) -> ScenarioError:
    return ScenarioError(f"{case.place}: case `{case.name}`: {why}")


def item_of(case: Case) -> MailItem:
    """Make the mail of a case.

    Raises:
        ScenarioError: the label cannot be written.

    """
    try:
        return compose(case.mail)
    except ValueError as error:
        raise _misfit(case, str(error)) from None


def examine(case: Case, setting: Setting) -> tuple[Mismatch, ...]:
    """Compute what becomes of the mail, and say how it differs from the expectation."""
    try:
        world = set_up(case, setting)
    except Refused as refusal:
        return _of_refusal(case, str(refusal))
    if case.expect.refused:
        return _of_refusal(case, "")
    item = item_of(case)
    outcome = simulate(item, world, at=case.at, patience=case.patience)
    found = judge(case.expect, outcome)
    if case.expect.findings is None:
        return found
    return (*found, *_of_findings(case, item, world, setting, outcome))


def default_run(case: Case, world: World) -> Outcome:
    """Compute the one run along the defaults, which the wire can be held to."""
    return run_once(
        item_of(case), world, at=case.at, choices=Choices(), patience=case.patience
    )


def _with_rules(
    case: Case, given: tuple[Mapping[str, object], ...], world: World
) -> World:
    organization = world.organization
    if case.rules_file:
        entries = tuple(row_of(case.rules_file, 1, entry) for entry in given)
        rules = read_rules(entries, organization.directory, Ledger())
    else:
        rules = edits.rules_of(world, given, place=case.place)
    return replace(world, organization=replace(organization, rules=rules))


def _of_refusal(case: Case, why: str) -> tuple[Mismatch, ...]:
    wanted = case.expect.refused
    if wanted and wanted in why:
        return ()
    expected = f"refused: {wanted}" if wanted else "taken"
    return (Mismatch("the configuration", expected, why or "it was taken"),)


def _of_findings(
    case: Case, item: MailItem, world: World, setting: Setting, outcome: Outcome
) -> tuple[Mismatch, ...]:
    policy = setting.policies.get(case.policy)
    if policy is None:
        known = ", ".join(f"`{name}`" for name in setting.policies) or "none"
        what = f"`{case.tenant}` has no `{case.policy}`, there is {known}"
        raise _misfit(case, what)
    sides = [side.accepted_domains for side in world.organizations]
    own = None
    if None not in sides:
        own = tuple(entry.domain for domains in sides for entry in domains or ())
    duties = duties_of(policy, item, own_domains=own)
    wanted = case.expect.findings or ()
    # A hint counts where one is expected: every tenant that follows the guide has it.
    unasked = HINTS - set(wanted)
    found = [f for f in compare(outcome, duties) if f.kind not in unasked]
    kinds = tuple(dict.fromkeys(finding_word(finding) for finding in found))
    if set(kinds) == set(wanted):
        return ()
    why = tuple(f"{f.kind.value} {f.recipient}: {f.why}" for f in found)
    got = ", ".join(kinds) or "no finding"
    return (Mismatch("findings", ", ".join(wanted) or "no finding", got, why),)
