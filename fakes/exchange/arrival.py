"""How a session comes in: whether it counts as inside, and whom it may write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.limits import TOO_LARGE
from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.routing.resolve import NOT_FOUND, Place, resolve
from fakes.mail.address import domain_key
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Certificate

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import InboundConnector, Organization
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.item import Submission

_ACCESS_DENIED = reply(550, "5.4.1", "Recipient address rejected: Access denied")
_RELAY_DENIED = reply(550, "5.7.64", "TenantAttribution; Relay Access Denied")
_UNTRUSTED_RELAY = reply(550, "5.7.54", "SMTP; Unable to relay recipient")
# No sheet has the code; the connector lacks AnonymousUsers in its PermissionGroups.
_LOG_IN_FIRST = reply(530, "5.7.57", "Client was not authenticated to send mail")
_SMTP_PORT = 25
_OUTSIDE, _INSIDE = "outside", "inside"
_REFUSES, _RELAYS = "refuses", "relays"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a session is trusted as one of the organisation, and why."""

    is_internal: bool
    why: str


def accept(  # noqa: PLR0911  one for each way in
    submission: Submission, organization: Organization, choices: Choices
) -> Acceptance:
    """Say whether a session counts as inside (exchange-rules#3.3).

    An authenticated client does; so does a connector that treats its senders as
    internal (TreatMessagesAsInternal, an externally secured receive connector), and
    one that believes what the other side of a hybrid says of its sender.
    """
    if submission.authenticated is not None:
        why = f"{submission.authenticated}, authenticated: inside"
        return Acceptance(is_internal=True, why=why)
    is_known = submission.source is not None or submission.certificate is not None
    if organization.inbound_connectors is None and is_known:
        fact = Fact("inbound connectors", why="they were not exported")
        is_internal = choices.choose(fact, (_OUTSIDE, _INSIDE)) == _INSIDE
        return Acceptance(is_internal, f"{fact} {fact.why}")
    connector = inbound_connector(submission, organization)
    if connector is None:
        return Acceptance(is_internal=False, why="an anonymous session: outside")
    unjudged = connector.unjudged
    if connector.carries_headers and connector.certificate is None:
        # exchange-routing#8: no fake but the other side of a hybrid writes them.
        unjudged += ("CloudServicesMailEnabled",)
    if unjudged:
        names = ", ".join(unjudged)
        # Not `connector`: an outbound one may have the same name.
        fact = Fact("inbound connector", connector.name, why=f"{names} is not judged")
        is_internal = choices.choose(fact, (_OUTSIDE, _INSIDE)) == _INSIDE
        return Acceptance(is_internal, f"connector `{connector.name}`: {fact.why}")
    how = f"connector `{connector.name}`"
    if connector.treats_as_internal:
        return Acceptance(is_internal=True, why=f"{how} treats it as internal: inside")
    if connector.carries_headers and submission.is_vouched:
        # exchange-routing#8, exchange-routing#E5
        how += ", and the other side says that its sender is inside"
        return Acceptance(is_internal=True, why=how)
    return Acceptance(is_internal=False, why=f"{how}, not treated as internal: outside")


def is_from_own_servers(
    submission: Submission, organization: Organization, choices: Choices
) -> bool:
    """Say whether a session is one of the organisation's servers on its own premises.

    exchange-routing#7.4: their connector makes them inside, or lets them relay.
    """
    if submission.authenticated is not None:
        return False
    is_inside = accept(submission, organization, choices).is_internal
    return is_inside or _may_relay(submission, organization, choices)


def inbound_connector(
    submission: Submission, organization: Organization
) -> InboundConnector | None:
    """Find the connector that a session arrives by: certificate or closest network.

    exchange-routing#7.4: the domain of the certificate is looked at first.
    """
    shown = submission.certificate
    for connector in organization.inbound_connectors or ():
        if shown and connector.is_enabled and _knows(connector, shown):
            return connector
    source = submission.source
    if source is None:
        return None
    found = [
        (_SMTP_PORT in (connector.ports or (_SMTP_PORT,)), network.prefixlen, connector)
        for connector in organization.inbound_connectors or ()
        if connector.is_enabled
        for network in connector.networks
        if source.version == network.version and source in network
    ]
    # Who has no connector at the usual port speaks to the port of his own.
    return max(found, key=_closeness)[2] if found else None


def _closeness(found: tuple[bool, int, InboundConnector]) -> tuple[bool, int, str]:
    is_usual, length, connector = found
    return is_usual, length, connector.name


def _knows(connector: InboundConnector, shown: str) -> bool:
    wanted = connector.certificate
    return wanted is not None and Certificate((wanted,)).covers(shown)


def refuse_recipient(
    address: Address,
    submission: Submission,
    organization: Organization,
    choices: Choices,
    *,
    sender: Address | None,
) -> Reply | None:
    """Refuse a recipient during the session, as Exchange does with strangers.

    exchange-routing#B18: an unknown recipient of an authoritative domain; no open
    relay: a stranger may write to accepted domains only. A known sender is told by
    a report instead.
    """
    if not _is_attributed(address, sender, submission, organization):
        return _RELAY_DENIED
    if accept(submission, organization, choices).is_internal:
        return None
    connector = inbound_connector(submission, organization)
    if connector and not connector.admits_anonymous:
        return _LOG_IN_FIRST
    said = _refusal(address, organization, choices)
    if said and _may_relay(submission, organization, choices):
        return None
    return said


def refuse_content(
    content: Content, submission: Submission, organization: Organization
) -> Reply | None:
    """Refuse a mail that is larger than its receive connector takes.

    exchange-routing#5.1: a user at his own mailbox has no receive connector.
    """
    connector = inbound_connector(submission, organization)
    if submission.authenticated is not None or connector is None:
        return None
    limit = connector.max_size
    return TOO_LARGE if limit is not None and len(content.raw) > limit else None


def _is_attributed(
    address: Address,
    sender: Address | None,
    submission: Submission,
    organization: Organization,
) -> bool:
    """Say whether Exchange Online takes what its own servers relay for this tenant's.

    exchange-routing#7.4, exchange-routing#E15: by the domain of the certificate, of
    the reverse-path, or of the recipient. Only who relays by a connector is asked.
    """
    connector = inbound_connector(submission, organization)
    is_online = organization.platform is Platform.ONLINE
    if not is_online or connector is None or submission.authenticated is not None:
        return True
    if organization.accepted_domains is None or connector.relays is False:
        return True
    shown = submission.certificate
    domains = [address.domain_key, sender.domain_key if sender else ""]
    if shown:
        domains.append(domain_key(shown.removeprefix("*.")))
        # A certificate for a host stands for the domain that it is in.
        domains.append(domains[-1].partition(".")[2])
    return any(accepted_domain(organization, name) for name in domains if name)


def _refusal(
    address: Address, organization: Organization, choices: Choices
) -> Reply | None:
    """Say what a stranger hears who may not relay."""
    found = resolve(address, organization, choices)
    if found.place is Place.NOT_FOUND and found.reply == NOT_FOUND:
        return _ACCESS_DENIED
    if found.place is Place.OUTSIDE and found.recipient is None:
        is_online = organization.platform is Platform.ONLINE
        return _RELAY_DENIED if is_online else _UNTRUSTED_RELAY
    if found.recipient and found.recipient.needs_authenticated_sender:
        return _ACCESS_DENIED
    return None


def _may_relay(
    submission: Submission, organization: Organization, choices: Choices
) -> bool:
    connector = inbound_connector(submission, organization)
    if connector and connector.carries_headers and submission.certificate:
        # exchange-routing#1.2: centralised transport rests on it.
        return True
    if connector is None or connector.relays is not None:
        return connector is not None and connector.relays is True
    why = "no export tells whether it relays"
    fact = Fact("inbound connector", connector.name, "relay", why=why)
    return choices.choose(fact, (_REFUSES, _RELAYS)) == _RELAYS
