"""The bench: a tenant as failures find it, seen from one side of its world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from fakes.exchange.organization import Platform
from fakes.exchange.routing.outbound_connector import named_connector
from fakes.exchange.rules.rule import Mode, Rule
from fakes.trace import Answer, StepKind
from harness.check import DerivedMail, Intent, facts_of
from harness.check.derive import plainest
from harness.check.draft import Draft, write
from harness.check.facts import placeholders_of
from harness.check.relays import outbound_relays, relay_rules, routes_of, send_relays
from harness.check.scene import Scene, Stage, set_scene, set_stage
from harness.duty import Duty, Obligation
from harness.hybrid import side_of
from harness.policy.judge import judge

if TYPE_CHECKING:
    from fakes.exchange.organization import OutboundConnector, SendConnector
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from harness.outcome import Outcome
    from harness.policy.noun import Policy, Trigger
    from harness.world import World

T = TypeVar("T", bound="Trigger")

_MEANT = "its writer means it so"


@dataclass(frozen=True, slots=True)
class Bench:
    """A tenant, what it is held to, and what became of its mails.

    `took` names, for each rule, the mails that it matched before anything failed.
    """

    world: World
    policy: Policy
    mails: tuple[DerivedMail, ...]
    took: Mapping[str, tuple[str, ...]]
    stage: Stage
    scenes: tuple[Scene, ...]
    at: datetime

    @property
    def is_online(self) -> bool:
        """Whether this side is Exchange Online."""
        return self.world.organization.platform is Platform.ONLINE

    @property
    def relays(self) -> tuple[Rule, ...]:
        """The rules in force that send mail to Zivver."""
        return tuple(
            rule
            for rule in relay_rules(self.world)
            if rule.is_enabled and rule.mode is Mode.ENFORCE
        )

    @property
    def outbound(self) -> tuple[OutboundConnector, ...]:
        """The outbound connectors that these rules name; of Exchange Online."""
        if not self.is_online:
            return ()
        named = {
            named_connector(self.world.organization, name)
            for rule in self.relays
            for name in routes_of(rule)
        }
        return tuple(one for one in outbound_relays(self.world) if one in named)

    @property
    def sending(self) -> tuple[SendConnector, ...]:
        """The send connectors in force that lead to Zivver; of servers."""
        if self.is_online:
            return ()
        return tuple(one for one in send_relays(self.world) if one.is_enabled)

    @property
    def placeholders(self) -> tuple[Address, ...]:
        """The relay's own addresses; of servers."""
        return () if self.is_online else placeholders_of(self.world)

    @property
    def outsider(self) -> Address:
        """Somebody outside."""
        return self.stage.outsiders[0]

    def about(self, trigger: type[T]) -> Iterator[tuple[Scene, T]]:
        """Give the scenes of the rows with such a trigger."""
        for scene in self.scenes:
            if isinstance(scene.row.trigger, trigger):
                yield scene, scene.row.trigger

    def held(self, draft: Draft) -> DerivedMail:
        """Write a mail; what must become of it, the policy says."""
        item = write(draft)
        duties = judge(self.policy, item, own_domains=self.stage.own)
        return _derived(draft, item, duties)

    def meant(self, draft: Draft, obligation: Obligation) -> DerivedMail:
        """Write a mail whose writer means this, whatever the policy sees in it."""
        return meant(self.held(draft), obligation)


def meant(mail: DerivedMail, obligation: Obligation) -> DerivedMail:
    """Hold a mail to what its writer means, where the policy says something else."""
    if all(duty.obligation is obligation for duty in mail.duties):
        return mail
    duties = tuple(
        Duty(
            duty.recipient,
            obligation,
            duty.rows or ((mail.intent.row,) if mail.intent.row else ()),
            _MEANT,
        )
        for duty in mail.duties
    )
    return replace(mail, duties=duties)


def is_meant(mail: DerivedMail) -> bool:
    """Say whether a mail is held to what its writer means, beyond the policy."""
    return any(duty.why == _MEANT for duty in mail.duties)


def set_up(
    world: World,
    policy: Policy,
    mails: tuple[DerivedMail, ...],
    outcomes: Mapping[str, Outcome],
    *,
    at: datetime,
) -> Bench:
    """Put a tenant on the bench, with what became of its mails."""
    stage = set_stage(policy, facts_of(world))
    scenes: list[Scene] = []
    for number, row in enumerate(policy.rows, 1):
        scene = set_scene(row, f"row{number}", stage)
        if scene is not None:
            scenes.append(scene)
    took: dict[str, list[str]] = {}
    for mail in mails:
        for name in matched(outcomes[mail.id], side_of(world)):
            took.setdefault(name, []).append(mail.id)
    found = MappingProxyType({name: tuple(ids) for name, ids in took.items()})
    return Bench(world, policy, mails, found, stage, tuple(scenes), at)


def matched(outcome: Outcome, side: str) -> tuple[str, ...]:
    """Name the rules that matched a mail on one side."""
    return tuple(
        dict.fromkeys(
            step.subject
            for fate in outcome.fates
            for step in fate.steps
            if step.kind is StepKind.RULE
            and step.answer is not Answer.NO
            and step.side == side
        )
    )


def shown(scene: Scene, ending: str) -> Draft:
    """Give the plainest mail that meets a row, under a name of its own."""
    return replace(plainest(scene), id=f"{scene.prefix}-{ending}")


def _derived(draft: Draft, item: MailItem, duties: tuple[Duty, ...]) -> DerivedMail:
    expected = tuple((duty.recipient, duty.obligation) for duty in duties)
    is_met = any(duty.obligation is Obligation.MUST_BE_SECURE for duty in duties)
    row = draft.row.name if draft.row else None
    intent = Intent(row, is_met, expected)
    return DerivedMail(draft.id, draft.sort, item, intent, duties)
