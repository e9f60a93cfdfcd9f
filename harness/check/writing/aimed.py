"""What one rule says of a mail as it comes in, before any other rule has seen it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Choices
from fakes.exchange.arrival import accept
from fakes.exchange.header_firewall import admitted
from fakes.exchange.routing.expand import expand
from fakes.exchange.routing.restrictions import Inbound
from fakes.exchange.rules.evaluate import Surroundings, evaluate
from fakes.exchange.rules.fork import Fork, Leg
from fakes.trace import Answer

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.rule import Condition, Rule
    from fakes.mail.item import MailItem
    from fakes.trace import Detail


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail with its recipients resolved, as the first rule meets it."""

    fork: Fork
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Aim:
    """Whether a rule holds for any recipient of a mail, and each of its tests."""

    holds: Answer
    details: tuple[Detail, ...]


def arrive(item: MailItem, organization: Organization) -> Arrived:
    """Take a mail in, along the defaults of what nobody knows."""
    choices = Choices()
    is_internal = accept(item.submission, organization, choices).is_internal
    item = replace(item, content=admitted(item.content, is_trusted=is_internal))
    mail = Inbound(item, is_internal)
    legs = {
        reached.leg.address: reached.leg
        for address in item.envelope.recipients
        for reached in expand(
            Leg(address, address), mail, organization, choices
        ).reached
    }
    return Arrived(Fork(item, tuple(legs.values())), is_internal)


def aim(rule: Rule, arrived: Arrived, organization: Organization) -> Aim:
    """Let a rule look at it, whether it is in force or not, along the defaults."""
    if not arrived.fork.legs:
        return Aim(Answer.NO, ())
    around = Surroundings(organization, arrived.is_internal, Choices())
    found = evaluate(rule, arrived.fork, around, decides=True)
    if found.matched:
        return Aim(Answer.YES, found.details)
    is_open = any(test.answer is Answer.CANNOT_TELL for test in found.details)
    return Aim(Answer.CANNOT_TELL if is_open else Answer.NO, found.details)


def aim_of_test(
    condition: Condition, rule: Rule, arrived: Arrived, organization: Organization
) -> Aim:
    """Let one test of a rule look at it, as if it were the only condition."""
    alone = replace(rule, conditions=(condition,), exceptions=())
    return aim(alone, arrived, organization)
