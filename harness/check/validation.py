"""The mail that validates a connector of Exchange Online: the first wall of a roll-out.

It goes the way of the connector and meets Zivver's admission as any other mail does
(field-cases#X-5, exchange-routing#1.1): SPF of the default domain, and an account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, default_domain
from fakes.mail.address import Address, parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from harness.edits import rules_of, with_rules
from harness.outcome import SECURE, Because
from harness.simulate import simulate
from harness.world import leads_to_zivver, with_answers_pinned

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.exchange.organization import Organization, OutboundConnector
    from harness.world import World

_SENDER = "O365ConnectorValidation"
# RFC 2606: where nobody was named, somebody outside.
_SOMEBODY = parse_address("postmaster@example.org")
_RULE = "Validation of a connector"


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether the validation of a connector would pass, and why (not).

    `because` is set where it depends on something open; `passes` is then what the
    default answer gives.
    """

    connector: str
    sender: str
    passes: bool
    why: str
    because: Because | None = None


def validation_mail(
    connector: OutboundConnector, organization: Organization
) -> MailItem:
    """Make the mail that Exchange Online sends to validate a connector."""
    sender = parse_address(f"{_SENDER}@{default_domain(organization)}")
    recipients = connector.validation_recipients or (_SOMEBODY,)
    return MailItem(
        Envelope(sender, recipients),
        _content(sender, recipients),
        Submission(authenticated=sender),
    )


def validations(world: World, *, at: datetime) -> tuple[Validation, ...]:
    """Send the validation mail of each connector that leads to Zivver."""
    organization = world.organization
    if organization.platform is not Platform.ONLINE:
        return ()
    return tuple(
        _validated(connector, world, at)
        for connector in organization.outbound_connectors or ()
        if any(leads_to_zivver(world, host) for host in connector.smart_hosts)
    )


def _validated(connector: OutboundConnector, world: World, at: datetime) -> Validation:
    item = validation_mail(connector, world.organization)
    outcome = simulate(item, _by_connector(connector, world), at=at)
    sender = str(item.envelope.reverse_path)
    fates = outcome.fates
    open_ = next((f.undetermined or f.hangs_on for f in fates), None)
    failed = [d for d in outcome.deliveries if d.disposition not in SECURE]
    why = failed[0].why if failed else "Zivver takes the mail"
    return Validation(connector.name, sender, not failed, why, open_)


def _by_connector(connector: OutboundConnector, world: World) -> World:
    """Let everything go by the connector, which need not be on yet."""
    ready = replace(
        connector, is_enabled=True, is_rule_scoped=True, is_in_test_mode=False
    )
    organization = world.organization
    others = organization.outbound_connectors or ()
    changed = tuple(ready if one is connector else one for one in others)
    world = replace(
        world, organization=replace(organization, outbound_connectors=changed)
    )
    world = with_answers_pinned(world, {"centralised_transport": "rule"})
    rule = {"Name": _RULE, "RouteMessageOutboundConnector": connector.name}
    return with_rules(world, rules_of(world, [rule], place="validation"))


def _content(sender: Address, recipients: tuple[Address, ...]) -> Content:
    lines = (
        f"From: {sender}",
        f"To: {', '.join(map(str, recipients))}",
        "Subject: Test email for connector validation",
        "",
        "This test email message was sent to validate a connector.",
        "",
    )
    return Content("\r\n".join(lines).encode())
