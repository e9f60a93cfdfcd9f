"""The pytest door: collects `*.scenario.toml`, and gives a few fixtures.

It adds no command line option and looks at no other file. Ini keys: `relay_tenant`
and `relay_policy`, what cases written relative to a policy meet, and what
`relay_world` is. Everything heavy is imported when it is first needed, so that
sessions without a scenario pay nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fakes.smtp.loop import Loop
    from harness.check.derive import DerivedMail
    from harness.doubles import ZivverDouble
    from harness.outcome import Outcome
    from harness.relay import Relay
    from harness.scenario.case import Case
    from harness.scenario.expectation import Mismatch
    from harness.scenario.pack import Pack
    from harness.scenario.run import Setting
    from harness.wire import Wire
    from harness.world import World

SUFFIX = ".scenario.toml"
DEFAULT_TENANT = "guide-online-as-meant"
COMPUTED, ON_THE_WIRE = "computed", "on the wire"
# What scenarios/conftest.py lays here: a tenant and a policy file, or None.
CHOSEN = pytest.StashKey[tuple[str | None, str | None]]()
_WIRE = pytest.StashKey["Wire"]()
_LOOP = pytest.StashKey["Loop"]()
RELAXED = "relay_relaxed"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the ini keys; there are no options."""
    parser.addini(
        "relay_tenant",
        "relay-harness: the tenant that cases relative to a policy meet "
        "(a built-in name, or a folder of exports)",
        default=DEFAULT_TENANT,
    )
    parser.addini(
        "relay_policy",
        "relay-harness: the policy file; without it the tenant's own",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "wire: opens sockets on loopback")
    relaxed = f"{RELAXED}: what `zivver` received need not be looked at"
    config.addinivalue_line("markers", relaxed)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what the wire items shared."""
    wire = config.stash.get(_WIRE, None)
    if wire is not None:
        wire.close()
    loop = config.stash.get(_LOOP, None)
    if loop is not None:
        loop.close()


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Take scenario files, and nothing else."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioModule.from_parent(parent, path=file_path)
    return None


class ScenarioModule(pytest.File):
    """One scenario file: each case gives an item computed, and one on the wire."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read the file; what is wrong with it is one line."""
        from harness.scenario.files import load_file
        from harness.scenario.problem import ScenarioError

        try:
            file = load_file(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        for case in file.cases:
            yield CaseItem.of(self, case, COMPUTED)
            if not (case.not_on_the_wire or case.expect.refused):
                yield CaseItem.of(self, case, ON_THE_WIRE)
        if file.packs:
            yield from self._packs(file.packs)

    def _packs(self, packs: tuple[Pack, ...]) -> Iterator[pytest.Item]:
        setting, mails = _derived(self)
        for pack in packs:
            for mail in mails:
                if pack.speaks_of(mail.id):
                    for how in (COMPUTED, ON_THE_WIRE):
                        yield PackItem.of(self, pack, mail, setting, how)


def _derived(
    node: ScenarioModule,
) -> tuple[Setting, tuple[DerivedMail, ...]]:
    """Give the tenant of this session with the mails that its policy gives."""
    from harness.check.sides import derive_of
    from harness.scenario.files import read_setting
    from harness.scenario.problem import ScenarioError

    tenant, policy = _chosen(node.config)
    try:
        setting = read_setting(tenant, policy)
    except ScenarioError as error:
        raise node.CollectError(str(error)) from None
    if setting.policy is None:
        message = f"`{tenant}` has no policy: say which with relay_policy or --policy"
        raise node.CollectError(message)
    if not setting.policy.is_reviewed:
        # It compares the tenant with itself: what is green then says nothing.
        message = "nobody has reviewed the policy (`reviewed = false`)"
        raise node.CollectError(message)
    derivation = derive_of(setting.policy, setting.world)
    if derivation.vacuous:
        rows = "; ".join(f"{row.row}: {row.why}" for row in derivation.vacuous)
        raise node.CollectError(f"VACUOUS, no mail meets these rows of it: {rows}")
    return setting, derivation.mails


def _chosen(config: pytest.Config) -> tuple[str, str | None]:
    """Say which tenant and policy are meant: options, then the ini file's own."""
    tenant, policy = config.stash.get(CHOSEN, (None, None))
    if tenant is None and policy is None:
        tenant = config.getini("relay_tenant") or DEFAULT_TENANT
        policy = config.getini("relay_policy") or None
        # What an ini file names lies beside it.
        if (config.rootpath / tenant).is_dir():
            tenant = str(config.rootpath / tenant)
        policy = None if policy is None else str(config.rootpath / policy)
    return tenant or DEFAULT_TENANT, policy


class DifferenceError(Exception):
    """A case came out otherwise than expected."""

    def __init__(
        self, found: Iterable[Mismatch], notes: tuple[str, ...], total: int
    ) -> None:
        """Keep what is reported; `total` is how many recipients the mail has."""
        super().__init__("the case came out otherwise")
        self.found = tuple(found)
        self.notes = notes
        self.total = total


class _Item(pytest.Item):
    """What both sorts of items share."""

    how: str
    notes: tuple[str, ...] = ()
    line: int = 0

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401  pytest's own type is private
    ) -> Any:  # noqa: ANN401
        """Say who, what was expected, what was got, and why; no traceback."""
        from harness.scenario.problem import ScenarioError
        from harness.wire import WireError

        error = excinfo.value
        if isinstance(error, DifferenceError):
            return _report(error, self.how)
        if isinstance(error, (ScenarioError, WireError)):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name file, line and case."""
        return self.path, self.line - 1, self.name


class CaseItem(_Item):
    """One case, computed or on the wire."""

    case: Case

    @classmethod
    def of(cls, parent: ScenarioModule, case: Case, how: str) -> CaseItem:
        """Make the item."""
        item: CaseItem = cls.from_parent(parent, name=f"{case.name} [{how}]")
        item.case, item.how, item.line = case, how, case.line
        item.notes = (f"source {', '.join(case.source)} ({case.evidence.value})",)
        if how == ON_THE_WIRE:
            item.add_marker(pytest.mark.wire)
        return item

    def runtest(self) -> None:
        """Run it."""
        from harness.scenario.files import read_setting
        from harness.scenario.problem import ScenarioError
        from harness.scenario.run import examine

        try:
            setting = read_setting(self.case.tenant)
        except ScenarioError as error:
            place = f"{self.case.place}: case `{self.case.name}`"
            raise ScenarioError(f"{place}: {error}") from None
        if self.how == COMPUTED:
            found = examine(self.case, setting)
        else:
            found = _case_on_the_wire(self.case, setting, self.config)
        if found:
            total = len(self.case.mail.rcpt_to)
            raise DifferenceError(found, self.notes, total)


class PackItem(_Item):
    """One derived mail of a case that is relative to a policy."""

    pack: Pack
    mail: DerivedMail
    setting: Setting

    @classmethod
    def of(
        cls,
        parent: ScenarioModule,
        pack: Pack,
        mail: DerivedMail,
        setting: Setting,
        how: str,
    ) -> PackItem:
        """Make the item."""
        item: PackItem = cls.from_parent(
            parent, name=f"{pack.name} [{mail.id}] [{how}]"
        )
        item.pack, item.mail, item.setting = pack, mail, setting
        item.how, item.line = how, pack.line
        item.notes = (
            f"the mail: {mail.sort}",
            f"source {', '.join(pack.source)} ({pack.evidence.value})",
            *(
                f"{one.name} = {one.answer}: {one.told}"
                for one in setting.world.settled
            ),
        )
        if how == ON_THE_WIRE:
            item.add_marker(pytest.mark.wire)
        return item

    def runtest(self) -> None:
        """Run it."""
        from harness.scenario.case import DEFAULT_AT
        from harness.scenario.pack import examine_derived

        mail, world = self.mail, self.setting.world
        if self.how == COMPUTED:
            found = examine_derived(self.pack, mail.item, mail.duties, world)
        else:
            told = _wire_of(self.config, world).compare(mail.item, world, DEFAULT_AT)
            found = told.mismatches
        if found:
            total = len(mail.item.envelope.recipients)
            raise DifferenceError(found, self.notes, total)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the wire showed, and where it differs from what was computed."""

    outcome: Outcome
    mismatches: tuple[Mismatch, ...]


class _Sides:
    """Computes and observes the run along the defaults."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def compare(self, item: Any, world: World, at: Any, patience: Any = None) -> _Told:  # noqa: ANN401  imported late
        from datetime import timedelta

        from fakes.choices import Choices
        from harness.fold import fold
        from harness.scenario.expectation import Mismatch
        from harness.simulate import tell
        from harness.wire import agree

        wait = patience or timedelta(0)
        computed = tell(item, world, at=at, choices=Choices(), patience=wait)
        observed = self._wire.tell(item, at=at, patience=wait, world=world)
        words = tuple(agree(computed, observed))
        outcome = fold(observed, world)
        if not words:
            return _Told(outcome, ())
        expected, got = "the same computed and on the wire", f"{len(words)} differences"
        return _Told(outcome, (Mismatch("the wire", expected, got, words),))


def _wire_of(config: pytest.Config, world: World) -> _Sides:
    from harness.wire import Wire

    wire = config.stash.get(_WIRE, None)
    if wire is None:
        wire = config.stash[_WIRE] = Wire(world)
    return _Sides(wire)


def _case_on_the_wire(
    case: Case, setting: Setting, config: pytest.Config
) -> tuple[Mismatch, ...]:
    from harness.scenario.expectation import judge
    from harness.scenario.run import item_of, set_up

    world = set_up(case, setting)
    told = _wire_of(config, world).compare(item_of(case), world, case.at, case.patience)
    if not case.expect.is_determined:
        return told.mismatches
    return (*told.mismatches, *judge(case.expect, told.outcome, one_run=True))


def _headline(error: DifferenceError) -> str:
    """Say the worst of it first."""
    clear = len({m.about for m in error.found if m.is_clear})
    if clear:
        recipients = "recipient" if error.total == 1 else "recipients"
        return (
            f"{clear} of {max(error.total, clear)} {recipients} got the mail in clear"
        )
    number = len(error.found)
    what = "thing" if number == 1 else "things"
    return f"{number} {what} came out otherwise than expected"


def _report(error: DifferenceError, how: str) -> str:
    lines = [f"{_headline(error)} ({how})"]
    for mismatch in error.found:
        lines.append(f"  {mismatch.about}")
        lines.append(f"    expected  {mismatch.expected}")
        lines.append(f"    got       {mismatch.got}")
        lines += [f"    why       {line}" for line in mismatch.why[:1]]
        lines += [f"              {line}" for line in mismatch.why[1:]]
    lines += [f"  {note}" for note in error.notes]
    return "\n".join(lines)


# ------------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def relay_world(pytestconfig: pytest.Config) -> World:
    """Give the world of the tenant that the ini file's `relay_tenant` names."""
    from harness.scenario.files import read_setting

    return read_setting(*_chosen(pytestconfig)).world


@pytest.fixture
def zivver(
    request: pytest.FixtureRequest, relay_world: World
) -> Iterator[ZivverDouble]:
    """Give a running fake Zivver, with the settings of `relay_world`.

    `received` and `wait_for` hand over what came, `fail_next` orders faults. A copy
    that left plain, or a mail that was refused, fails the test at its end when it was
    not handed over; the marker `relay_relaxed` lets that pass.
    """
    from harness.doubles import ZivverDouble

    loop = _loop_of(request.config)
    with ZivverDouble(relay_world.zivver, relay_world.internet.zone, loop) as double:
        yield double
    _must_be_seen(request, double.problems())


@pytest.fixture
def fake_exchange(
    request: pytest.FixtureRequest, relay_world: World
) -> Iterator[Relay]:
    """Give a running fake Exchange with the world of `relay_world` behind it.

    Mail that an application hands in is carried to its end; `carried` and `wait_for`
    say of each copy what became of it. A copy that is not secure fails the test at its
    end when it was not handed over; the marker `relay_relaxed` lets that pass.
    """
    from datetime import timedelta

    from harness.relay import Relay
    from harness.scenario.case import DEFAULT_AT

    loop = _loop_of(request.config)
    with Relay(
        relay_world, loop, clock=lambda: DEFAULT_AT, patience=timedelta(0)
    ) as running:
        yield running
    _must_be_seen(request, running.problems())


@pytest.fixture
def relay(fake_exchange: Relay, zivver: ZivverDouble) -> RunningRelay:
    """Give both: the fake Exchange for what goes in, a Zivver to talk to directly."""
    return RunningRelay(fake_exchange, zivver)


@dataclass(frozen=True, slots=True)
class RunningRelay:
    """A fake Exchange and a fake Zivver, each on ports of its own."""

    exchange: Relay
    zivver: ZivverDouble


def _must_be_seen(request: pytest.FixtureRequest, problems: tuple[str, ...]) -> None:
    """Fail a test that looked away, unless its marker lets it."""
    if problems and request.node.get_closest_marker(RELAXED) is None:
        head = "not looked at by this test:"
        pytest.fail("\n  ".join([head, *problems]), pytrace=False)


def _loop_of(config: pytest.Config) -> Loop:
    """Give the loop that the fixtures of a session share."""
    from fakes.smtp.loop import Loop

    loop = config.stash.get(_LOOP, None)
    if loop is None:
        loop = config.stash[_LOOP] = Loop()
    return loop


@pytest.fixture
def relay_assert_secure() -> Callable[[Outcome], None]:
    """Give `assert_secure(outcome)`: every copy reached its recipient by Zivver."""
    return assert_secure


def assert_secure(outcome: Outcome) -> None:
    """Fail, naming the recipient and why, unless every copy is secure in every case."""
    from harness.outcome import SECURE

    lines = []
    for fate in outcome.fates:
        who = fate.recipient or "somebody else"
        if fate.undetermined or fate.hangs_on:
            open_ = fate.undetermined or fate.hangs_on
            what = ", ".join(open_.questions) if open_ else ""
            lines.append(f"  {who}   cannot be told: {what}    expected: secure")
        lines += [
            f"  {who}   {d.disposition.value}    expected: secure\n    {d.why}"
            for d in fate.deliveries
            if d.disposition not in SECURE
        ]
    if lines:
        recipients = len(outcome.fates)
        head = f"not secure for {len(lines)} of {recipients} recipients"
        pytest.fail("\n".join([head, *lines]), pytrace=False)
