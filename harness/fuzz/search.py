"""Generated mails through a tenant: what goes wrong that the derived mails do not show.

Hypothesis draws and shrinks; each cause is found once, with the smallest mail for it.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, event, given, seed, settings

from harness.check.blame import Seen, blame
from harness.check.blamed import Blame
from harness.check.facts import own_domains_of
from harness.compare import HINTS, WEIGHT, Finding, FindingKind, compare
from harness.duty import Duty, Obligation
from harness.fuzz.drawn import AimedMail, aimed_mails
from harness.policy.judge import judge
from harness.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hypothesis.database import ExampleDatabase

    from harness.outcome import Outcome
    from harness.policy.noun import Policy
    from harness.world import World

# One run of the engine; between two of them the budget is looked at.
BATCH = 200
# What a sentence says of one mail only.
_ADDRESS = re.compile(r"\S+@\S+")
Cause = tuple[object, ...]


class IntentLostError(AssertionError):
    """The policy does not see in a mail what it was drawn to be: a fault of ours."""


@dataclass(frozen=True, slots=True)
class FoundMail:
    """The smallest mail that shows a cause, and what is wrong with it."""

    mail: AimedMail
    finding: Finding
    blame: Blame
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, worst first; how many mails of which sort were drawn."""

    found: tuple[FoundMail, ...]
    drawn: int
    met: int
    kinds: tuple[tuple[FindingKind, int], ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Budget:
    """How many mails to draw, and whether to go on; asked between batches.

    `is_hostile` draws what hides a word from a rule too.
    """

    examples: int
    seed: int = 0
    is_hostile: bool = False
    go_on: Callable[[], bool] = lambda: True


def cause_of(finding: Finding, blamed: Blame) -> Cause:
    """What two findings share that are the same one for a person."""
    return (
        finding.kind,
        *(
            _ADDRESS.sub("@", part) if isinstance(part, str) else part
            for part in blamed.cause
        ),
        finding.is_beyond_rules,
    )


def search(
    world: World,
    policy: Policy,
    *,
    at: datetime,
    budget: Budget,
    known: frozenset[Cause] = frozenset(),
    database: ExampleDatabase | None = None,
) -> Search:
    """Draw mails for the rows of the policy; what is `known` is not looked for.

    Raises:
        IntentLostError: a mail is not what it was drawn to be.

    """
    hunt = _Hunt(world, policy, at, set(known))
    number, is_whole = 0, True
    while hunt.drawn < budget.examples:
        if not budget.go_on():
            is_whole = False
            break
        # The engine ends a batch soon after it has found something.
        size = min(BATCH, budget.examples - hunt.drawn)
        _run_batch(hunt, size, budget, number, database)
        number += 1
    found = sorted(hunt.found.values(), key=lambda f: WEIGHT[f.finding.kind])
    kinds = tuple(sorted(hunt.kinds.items(), key=lambda pair: WEIGHT[pair[0]]))
    return Search(tuple(found), hunt.drawn, hunt.met, kinds, is_whole)


class _Hunt:
    """One search: what was found so far, and what is known already."""

    def __init__(
        self, world: World, policy: Policy, at: datetime, known: set[Cause]
    ) -> None:
        self.world, self.policy, self.at, self.known = world, policy, at, known
        self.found: dict[Cause, FoundMail] = {}
        self.kinds: Counter[FindingKind] = Counter()
        self.drawn = self.met = 0

    def look(self, mail: AimedMail) -> None:
        """Judge one mail; raises an error of its own for each new cause."""
        duties = judge(self.policy, mail.item, own_domains=own_domains_of(self.world))
        self.drawn += 1
        self.met += mail.is_met
        _hold_intent(mail, duties)
        outcome = simulate(mail.item, self.world, at=self.at)
        for finding in compare(outcome, duties):
            if finding.kind in HINTS:
                continue
            rows = {row.name: row for row in self.policy.rows}
            row = next((rows[name] for name in finding.rows if name in rows), None)
            blamed = blame(finding, Seen(mail.item, self.world, outcome, self.at, row))
            self.kinds[finding.kind] += 1
            event(finding.kind.value)
            cause = cause_of(finding, blamed)
            if cause in self.known:
                continue
            # The last mail for a cause is the smallest: the engine shows it at the end.
            self.found[cause] = FoundMail(mail, finding, blamed, outcome)
            raise _error_of(cause)


def _run_batch(
    hunt: _Hunt,
    examples: int,
    budget: Budget,
    number: int,
    database: ExampleDatabase | None,
) -> None:
    """Draw a batch; whatever it finds is known from then on."""
    (side, *_) = hunt.world.organizations

    @seed(budget.seed + number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=database,
        phases=[p for p in Phase if p is not Phase.explain],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=True,
    )
    @given(aimed_mails(hunt.policy, side, hostile=budget.is_hostile))
    def law(mail: AimedMail) -> None:
        hunt.look(mail)

    with contextlib.suppress(_FoundError, ExceptionGroup):
        law()
    hunt.known |= set(hunt.found)


class _FoundError(Exception):
    """A new cause; the engine tells errors of different classes apart."""


@cache
def _error_of(cause: Cause) -> type[_FoundError]:
    return type("Found", (_FoundError,), {"__doc__": repr(cause)})


def _hold_intent(mail: AimedMail, duties: tuple[Duty, ...]) -> None:
    """Hold what the policy sees to what was drawn; only where it must be plain."""
    if not (mail.is_met and mail.sender.is_ours):
        return
    if all(duty.obligation is Obligation.MUST_BE_PLAIN for duty in duties):
        speaks = any("asks nothing for recipients" in duty.why for duty in duties)
        if not speaks and "not one of ours" not in duties[0].why:
            raise IntentLostError(
                f"drawn to meet row `{mail.row}`, and the policy sees nothing of it"
            )
