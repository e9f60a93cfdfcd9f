"""Remote domains: what is done differently with mail to other people's domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.mail.address import is_within

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization

EVERY_DOMAIN = "*"


@dataclass(frozen=True, slots=True)
class RemoteDomain:
    """Get-RemoteDomain. `domain` is folded, without `*.`, and `*` for all others.

    `forwards`, `replies` and `reports_failures` are AutoForwardEnabled,
    AutoReplyEnabled and NDREnabled: whether such mail leaves for the domain.
    `tnef` is TNEFEnabled, None where neither is set (exchange-routing#5.3).
    """

    name: str
    domain: str
    covers_subdomains: bool = False
    forwards: bool = True
    replies: bool = True
    reports_failures: bool = True
    out_of_office: str = "External"
    tnef: bool | None = None
    is_internal: bool = False
    unjudged: tuple[str, ...] = ()
    place: str = ""


def remote_domain(organization: Organization, domain: str) -> RemoteDomain | None:
    """Find the remote domain that covers a (folded) domain, the closest first.

    None where the organization has none for it, or where none was exported.
    """
    found = [
        (len(entry.domain) if entry.domain != EVERY_DOMAIN else 0, entry.name, entry)
        for entry in organization.remote_domains or ()
        if entry.domain in {domain, EVERY_DOMAIN}
        or (entry.covers_subdomains and is_within(domain, entry.domain))
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def assumed_of_remote_domains(organization: Organization) -> tuple[str, ...]:
    """Say what is taken for granted where none was exported and a rule asks for one.

    exchange-rules#3.3: to rules of servers, a remote domain may be inside.
    """
    if organization.remote_domains is not None:
        return ()
    tests = (
        test
        for rule in organization.rules or ()
        for test in (*rule.conditions, *rule.exceptions)
    )
    is_server = organization.platform is Platform.SERVER
    asks = is_server and any(test.predicate == "SentToScope" for test in tests)
    return ("no remote domain counts as internal",) if asks else ()
