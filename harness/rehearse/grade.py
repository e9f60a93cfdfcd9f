"""Grades somebody's own scenario files: which failures would they not notice?

A failure that `check` shows is applied to the tenant once more, and the tests that pass
as it is are run until one fails. What no test notices survives; beside it stands the
mail that would have shown it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.failures.bench import is_meant
from harness.failures.noun import Failure, Notice, Staged, staged_world
from harness.hybrid import side_of
from harness.rehearse.matrix import Matrix, Seen, Try
from harness.scenario.pack import examine_derived
from harness.scenario.problem import ScenarioError
from harness.scenario.run import examine
from harness.world import turned

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.scenario.case import Case
    from harness.scenario.pack import Pack
    from harness.scenario.run import Setting
    from harness.world import World


@dataclass(frozen=True, slots=True)
class OwnTest:
    """One test of somebody's: `passes` says whether it does on a tenant.

    `mail` is the id of the derived mail of a pack; empty for a case.
    """

    name: str
    place: str
    passes: Callable[[World], bool]
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """One way in which a failure happens, and the test that notices it, if one does."""

    failure: Failure
    happened: Try
    by: OwnTest | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """What the tests are worth; `failing` fail on the tenant as it is."""

    graded: tuple[Graded, ...]
    tests: tuple[OwnTest, ...]
    failing: tuple[OwnTest, ...] = ()

    @property
    def survivors(self) -> tuple[Graded, ...]:
        """What no test notices."""
        return tuple(one for one in self.graded if one.by is None)

    @property
    def noticed(self) -> int:
        """How many ways of failing a test notices."""
        return len(self.graded) - len(self.survivors)


def tests_of(
    cases: Iterable[Case],
    packs: Iterable[Pack],
    mails: tuple[DerivedMail, ...],
    setting: Setting,
) -> tuple[OwnTest, ...]:
    """Make tests of cases that meet this tenant, and of packs with its mails."""
    every = tuple(packs)
    return (
        *(OwnTest(case.name, case.place, _of_case(case, setting)) for case in cases),
        *(
            OwnTest(
                f"{pack.name} [{mail.id}]", pack.place, _of_pack(pack, mail), mail.id
            )
            for pack in every
            for mail in mails
            if pack.speaks_of(mail.id)
        ),
    )


def grade(matrix: Matrix, tests: tuple[OwnTest, ...], world: World) -> Grade:
    """Let what the check notices happen again, and see which tests do."""
    failing = tuple(test for test in tests if not test.passes(world))
    good = tuple(test for test in tests if test not in failing)
    graded = tuple(
        Graded(entry.failure, one, _noticing(one, good, world))
        for entry in matrix.entries
        for one in entry.tries
        if is_gradable(one)
    )
    return Grade(graded, good, failing)


def is_gradable(one: Try) -> bool:
    """Whether it is a change of the tenant that a mail of the policy shows."""
    is_shown = one.seen is Seen.NOTICED and one.by is Notice.CHECK
    return (
        is_shown and bool(one.edits) and one.mail is not None and not is_meant(one.mail)
    )


def _noticing(one: Try, tests: tuple[OwnTest, ...], world: World) -> OwnTest | None:
    where = world if side_of(world) == one.side else turned(world)
    changed = staged_world(where, Staged(one.says, one.edits))
    if where is not world:
        changed = turned(changed)
    return next(
        (test for test in _likely(one, tests) if not test.passes(changed)), None
    )


def _likely(one: Try, tests: tuple[OwnTest, ...]) -> Iterator[OwnTest]:
    """Begin with the tests of the mail that shows it."""
    first = [test for test in tests if one.mail and test.mail == one.mail.id]
    yield from first
    yield from (test for test in tests if test not in first)


def _of_case(case: Case, setting: Setting) -> Callable[[World], bool]:
    def passes(world: World) -> bool:
        try:
            return not examine(case, replace(setting, world=world))
        except ScenarioError:
            # A case that no longer fits the tenant fails, and is seen to.
            return False

    return passes


def _of_pack(pack: Pack, mail: DerivedMail) -> Callable[[World], bool]:
    return lambda world: not examine_derived(pack, mail.item, mail.duties, world)
