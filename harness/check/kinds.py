"""The kinds of recipients that a tenant has: one of each, for mail to be sent to.

What reaches them differs by kind: groups are opened, contacts and mail users live
elsewhere, some domains are ours and delivered by others.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import DomainType, RecipientKind, accepted_domain
from fakes.exchange.rules.taking_people import members
from fakes.mail.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.exchange.organization import Organization, Recipient

_SOMEBODY = "info"
_BELOW = "branch"
_GUEST = "#ext#"
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class KindOfPerson:
    """Somebody of a kind; `name` ends the ids of mails, `says` their sorts."""

    name: str
    says: str
    address: Address


def recipients_of_kinds(
    organization: Organization, is_inside: Callable[[Address], bool]
) -> tuple[KindOfPerson, ...]:
    """Give a recipient of each kind that the exports show, objects before domains."""
    found: dict[str, KindOfPerson] = {}
    around = _Around(organization, is_inside)
    for kind in (*_objects(around), *_domains(organization)):
        found.setdefault(kind.name, kind)
    return tuple(found.values())


def partners_of(
    organization: Organization, is_inside: Callable[[Address], bool]
) -> tuple[KindOfPerson, ...]:
    """Give somebody in each domain that a connector or remote domain is there for."""
    domains: dict[str, str] = {}
    for outbound in organization.outbound_connectors or ():
        for name in outbound.recipient_domains:
            domains.setdefault(name, f'connector "{outbound.name}" is for')
    for send in organization.send_connectors or ():
        for space in send.address_spaces:
            domains.setdefault(space.domain, f'connector "{send.name}" is for')
    for remote in organization.remote_domains or ():
        name = f"*.{remote.domain}" if remote.covers_subdomains else remote.domain
        domains.setdefault(name, "a remote domain is for")
    found = (
        KindOfPerson(
            domain.removeprefix("*.").replace(".", "-"),
            f"somebody in {domain}, which {why}",
            Address(_SOMEBODY, domain.replace("*.", f"{_BELOW}.")),
        )
        for domain, why in domains.items()
        if domain != _EVERY
    )
    # Of ours somebody must be there: he is among the objects.
    return tuple(kind for kind in found if not is_inside(kind.address))


@dataclass(frozen=True, slots=True)
class _Around:
    """What decides of which kind an object is."""

    organization: Organization
    is_inside: Callable[[Address], bool]


def _objects(around: _Around) -> Iterator[KindOfPerson]:
    directory = around.organization.directory
    for entry in directory.recipients if directory else ():
        # Who may write to it, and what we do not judge, are matters of their own.
        if entry.unjudged or entry.restrictions or entry.needs_authenticated_sender:
            continue
        name = _NAMED.get(entry.kind)
        named = name(entry, around) if name else None
        if named:
            yield KindOfPerson(*named, entry.primary)
        if entry.kind is RecipientKind.MAILBOX:
            for alias in entry.proxies:
                if alias != entry.primary and around.is_inside(alias):
                    says = "another address of a mailbox"
                    yield KindOfPerson("alias", says, alias)


def _mailbox(entry: Recipient, around: _Around) -> tuple[str, str] | None:
    if entry.forwarding:
        return "forwarding", "a mailbox that forwards"
    above = entry.primary.domain_key.partition(".")[2]
    if accepted_domain(around.organization, above):
        return "subdomain", "a mailbox in a domain below another one of ours"
    return None


def _group(entry: Recipient, around: _Around) -> tuple[str, str] | None:
    inside = members((str(entry.primary),), around.organization.directory)
    # Who is in it nobody exported, or nobody is: the account says so.
    if inside.gaps or not inside.addresses:
        return None
    if all(map(around.is_inside, inside.addresses)):
        return "group", "a group"
    return "group-with-outsiders", "a group with members outside"


def _contact(entry: Recipient, around: _Around) -> tuple[str, str]:
    if around.is_inside(entry.primary):
        return "contact-of-ours", "a contact with an address of ours"
    return "contact", "a contact"


def _mail_user(entry: Recipient, around: _Around) -> tuple[str, str]:
    del around
    names = (entry.primary, *entry.proxies, *entry.names)
    if any(_GUEST in str(name).lower() for name in names):
        return "guest", "a guest"
    return "mail-user", "a mail user"


def _public_folder(entry: Recipient, around: _Around) -> tuple[str, str]:
    del entry, around
    return "public-folder", "a public folder"


# How an object of each kind is called: the end of an id, and in plain words.
_NAMED: Mapping[
    RecipientKind, Callable[[Recipient, _Around], tuple[str, str] | None]
] = MappingProxyType(
    {
        RecipientKind.MAILBOX: _mailbox,
        RecipientKind.GROUP: _group,
        RecipientKind.MAIL_CONTACT: _contact,
        RecipientKind.MAIL_USER: _mail_user,
        RecipientKind.PUBLIC_FOLDER: _public_folder,
    }
)


def _domains(organization: Organization) -> Iterator[KindOfPerson]:
    for entry in organization.accepted_domains or ():
        if entry.domain == _EVERY:
            continue
        match entry.type:
            case DomainType.INTERNAL_RELAY:
                says = f"somebody in {entry.domain}, an internal relay domain"
                yield _at("internal-relay", says, entry.domain)
            case DomainType.EXTERNAL_RELAY:
                says = f"somebody in {entry.domain}, an external relay domain"
                yield _at("external-relay", says, entry.domain)
            case DomainType.AUTHORITATIVE:
                below = f"{_BELOW}.{entry.domain}"
                if accepted_domain(organization, below) is None:
                    says = f"somebody below {entry.domain}, in no accepted domain"
                    yield _at("below", says, below)


def _at(name: str, says: str, domain: str) -> KindOfPerson:
    return KindOfPerson(name, says, Address(_SOMEBODY, domain))
