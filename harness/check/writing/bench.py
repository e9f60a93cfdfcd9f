"""The bench at which mail is written for a rule: who there is, and what was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Words
from harness.check.writing.pattern_example import examples
from harness.policy.noun import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.rule import Condition, Rule
    from fakes.mail.address import Address
    from harness.check.draft import Draft
    from harness.check.scene import Stage


class NotWritten(Exception):  # noqa: N818  it is no error of anybody's
    """No mail could be written that a rule asks for; the message says why."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One rule of an organization, and the people among whom its mail is written."""

    stage: Stage
    organization: Organization
    rule: Rule

    def is_ours(self, address: Address) -> bool:
        """Say whether somebody of the organisation has this address."""
        own = self.stage.own
        return own is None or is_own(address.domain_key, own)


if TYPE_CHECKING:
    # Gives mails that may have what a condition looks for, the plainest first.
    Writer = Callable[[Draft, Condition, Bench], Iterator[Draft]]


def wanted(condition: Condition) -> tuple[str, ...]:
    """Give texts that a condition on words or patterns may look for."""
    value = condition.value
    if isinstance(value, Words):
        return value.operands
    patterns = getattr(value, "patterns", ())
    return tuple(text for pattern in patterns for text in examples(pattern))


def sent_by(draft: Draft, address: Address, bench: Bench) -> Draft:
    """Let somebody else send it: one of ours logs in, a stranger comes from outside."""
    if bench.is_ours(address):
        return replace(draft, sender=address, authenticated=address, source=None)
    stage = bench.stage
    inside = tuple(who for who in draft.recipients if bench.is_ours(who))
    return replace(
        draft,
        sender=address,
        to=inside or (stage.colleague,),
        cc=(),
        bcc=(),
        authenticated=None,
        source=stage.facts.stranger,
    )


def sent_to(draft: Draft, address: Address, bench: Bench) -> Draft:
    """Let somebody else get it; a stranger's mail to a stranger is nobody's here."""
    is_passing = draft.authenticated is None and not bench.is_ours(address)
    if is_passing:
        draft = sent_by(draft, bench.stage.writer, bench)
    return replace(draft, to=(address,), cc=(), bcc=())
