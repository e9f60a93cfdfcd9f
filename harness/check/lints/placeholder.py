"""Lints of the placeholder of servers: the domain, the contact, and what leads there.

exchange-routing#3.3: the rule redirects to a contact of a domain that nobody has, and
the send connector is for that domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    DomainType,
    Platform,
    RecipientKind,
    accepted_domain,
)
from fakes.zone import Status, look_up
from harness.check.facts import is_taken_by
from harness.check.lints.noun import (
    Ground,
    LintRow,
    Severity,
    Spot,
    at_connector,
    at_rule,
)
from harness.check.relays import relay_contacts, relay_rules, send_relays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import Recipient
    from fakes.exchange.rules.rule import Rule

_SERVER = frozenset({Platform.SERVER})
_RECORDS = ("MX", "A", "AAAA")


def placeholder_domains(ground: Ground) -> tuple[str, ...]:
    """Give the domains that stand for Zivver: of contacts, and of connectors."""
    contacts = (found.external for _, found in _contacts(ground) if found.external)
    spaces = (
        space.domain
        for one in send_relays(ground.world)
        for space in one.address_spaces
        if space.domain != "*"
    )
    return tuple(dict.fromkeys((*(c.domain_key for c in contacts), *spaces)))


def _contacts(ground: Ground) -> Iterator[tuple[Rule, Recipient]]:
    """Give the rules to Zivver with the contact of each."""
    for rule in relay_rules(ground.world):
        for found in relay_contacts(rule, ground.world):
            yield rule, found


def _no_contact(ground: Ground) -> Iterator[Spot]:
    directory = ground.organization.directory
    if directory is None:
        return
    for one in send_relays(ground.world):
        if not any(
            entry.external and is_taken_by(entry.external, one)
            for entry in directory.recipients
        ):
            spaces = ", ".join(space.domain for space in one.address_spaces)
            yield at_connector(one, f"nobody has an address of {spaces}")


def _no_connector(ground: Ground) -> Iterator[Spot]:
    if ground.organization.send_connectors is None:
        return
    relays = [one for one in send_relays(ground.world) if one.is_enabled]
    for rule, found in _contacts(ground):
        if found.external and not any(is_taken_by(found.external, r) for r in relays):
            yield at_rule(
                rule,
                f"no send connector to Zivver is for {found.external.domain_key}, the "
                f"domain of {found.name}",
            )


def _not_accepted(ground: Ground) -> Iterator[Spot]:
    if ground.organization.accepted_domains is None:
        return
    for domain in placeholder_domains(ground):
        found = accepted_domain(ground.organization, domain)
        if found is None:
            yield Spot(f"{domain} is no accepted domain")
        elif found.type is not DomainType.AUTHORITATIVE:
            why = f"{domain} is an accepted domain of the type {found.type}"
            yield Spot(why, place=found.place)


def _mx(ground: Ground) -> Iterator[Spot]:
    zone = ground.world.internet.zone
    for domain in placeholder_domains(ground):
        for kind in _RECORDS:
            answer = look_up(zone, domain, kind)
            if answer.status is Status.FOUND:
                yield Spot(f"{domain} is there in DNS: {kind} {answer.records[0]}")
                break


def _anonymous(ground: Ground) -> Iterator[Spot]:
    for found in dict.fromkeys(found for _, found in _contacts(ground)):
        if not found.needs_authenticated_sender:
            why = f"anybody outside can write to {found.primary}"
            yield Spot(why, place=found.place)


def _not_a_contact(ground: Ground) -> Iterator[Spot]:
    for rule, found in _contacts(ground):
        if found.kind is not RecipientKind.MAIL_CONTACT:
            yield at_rule(rule, f"{found.primary} is a {found.kind}, no mail contact")


PLACEHOLDER = (
    LintRow(
        "PLACEHOLDER-NO-CONTACT",
        Severity.WARNING,
        "A send connector to Zivver for a domain of which nobody has an address.",
        "New-MailContact with an ExternalEmailAddress of that domain",
        "zivver#F40",
        _no_contact,
        _SERVER,
    ),
    LintRow(
        "PLACEHOLDER-NO-CONNECTOR",
        Severity.WARNING,
        "A contact for Zivver whose domain no connector to Zivver is for.",
        "Set-SendConnector -AddressSpaces with the domain of the contact",
        "zivver#F41",
        _no_connector,
        _SERVER,
    ),
    LintRow(
        "PLACEHOLDER-NOT-ACCEPTED",
        Severity.HINT,
        "A placeholder domain that is no authoritative accepted domain.",
        "New-AcceptedDomain -DomainType Authoritative",
        "zivver#F44",
        _not_accepted,
        _SERVER,
    ),
    LintRow(
        "PLACEHOLDER-IN-DNS",
        Severity.WARNING,
        "A placeholder domain that somebody has.",
        "take a name below a domain of your own that DNS does not know",
        "zivver#F41",
        _mx,
        _SERVER,
    ),
    LintRow(
        "PLACEHOLDER-NO-MAIL-CONTACT",
        Severity.HINT,
        "A placeholder that is no mail contact.",
        "make a mail contact for it, as the guide does",
        "zivver#F40",
        _not_a_contact,
        _SERVER,
    ),
    LintRow(
        "CONTACT-ANONYMOUS",
        Severity.WARNING,
        "A contact for Zivver to whom anybody can write.",
        "Set-MailContact -RequireSenderAuthenticationEnabled $true",
        "exchange-routing#3.3",
        _anonymous,
        _SERVER,
    ),
)
