"""Edits of domains, recipients, what sends mail on, and queue settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fakes.exchange.organization import (
    AcceptedDomain,
    Directory,
    Recipient,
    RecipientKind,
)
from fakes.exchange.queue_settings import default_settings
from fakes.mail.address import Address, domain_key
from harness.edits.basis import (
    EditError,
    Parameters,
    exported,
    fields_of,
    find,
    with_changes,
)
from harness.edits.tables import AUTHORITATIVE, CONTACT_FIELDS, DOMAIN_FIELDS
from harness.exports.account import Ledger
from harness.exports.cmdlets import Cmdlet
from harness.exports.domains import read_domain
from harness.exports.formats import Exported
from harness.exports.onward import (
    read_auto_reply,
    read_inbox_rule,
    read_journal_rule,
    read_spam_policy,
)
from harness.exports.queues import CONFIG, SERVICE, with_config, with_service
from harness.exports.recipients import read_recipient
from harness.exports.remote_domains import read_remote_domain

if TYPE_CHECKING:
    from harness.world import World

_ONWARD: Mapping[Cmdlet, tuple[str, Callable[[Exported, Ledger], object]]] = (
    MappingProxyType(
        {
            Cmdlet.INBOX_RULES: ("inbox_rules", read_inbox_rule),
            Cmdlet.JOURNAL_RULES: ("journal_rules", read_journal_rule),
            Cmdlet.AUTO_REPLIES: ("auto_replies", read_auto_reply),
            Cmdlet.SPAM_POLICIES: ("auto_forwarding", read_spam_policy),
        }
    )
)


def add_accepted_domain(world: World, parameters: Parameters) -> World:
    """Make a domain one of the organization's own."""
    entry = exported("New-AcceptedDomain", "", {**AUTHORITATIVE, **parameters})
    made: AcceptedDomain = read_domain(entry, Ledger())
    known = world.organization.accepted_domains or ()
    kept = tuple(entry for entry in known if entry.domain != made.domain)
    return with_changes(world, accepted_domains=(*kept, made))


def set_accepted_domain(world: World, domain: str, parameters: Parameters) -> World:
    """Change a domain as Set-AcceptedDomain does; there is one default.

    Raises:
        EditError: it is no accepted domain, or a parameter is not known.
        ExportError: a parameter is ill-formed.

    """
    known = world.organization.accepted_domains or ()
    old = find(known, domain_key(domain), "accepted domain", lambda d: d.domain)
    given = {"DomainName": old.domain, **AUTHORITATIVE, **parameters}
    if "MakeDefault" in given:
        given["Default"] = given["MakeDefault"]
    probe = read_domain(exported("Set-AcceptedDomain", "", given), Ledger())
    changing = fields_of(parameters, DOMAIN_FIELDS)
    made = replace(old, **{field: getattr(probe, field) for field in changing})
    others = (
        replace(entry, is_default=entry.is_default and not probe.is_default)
        for entry in known
    )
    kept = (made if e.domain == old.domain else e for e in others)
    return with_changes(world, accepted_domains=tuple(kept))


def remove_accepted_domain(world: World, domain: str) -> World:
    """Take a domain away."""
    known = world.organization.accepted_domains
    gone = find(known, domain_key(domain), "accepted domain", lambda d: d.domain)
    kept = tuple(entry for entry in known or () if entry is not gone)
    return with_changes(world, accepted_domains=kept)


def add_remote_domain(world: World, parameters: Parameters) -> World:
    """Make a remote domain; what is not given has Exchange's default."""
    made = read_remote_domain(exported("New-RemoteDomain", "", parameters), Ledger())
    known = world.organization.remote_domains or ()
    return with_changes(world, remote_domains=(*known, made))


def set_queues(world: World, parameters: Parameters) -> World:
    """Change what Set-TransportConfig and Set-TransportService say of queues.

    Raises:
        EditError: a parameter is of neither, or not about queues.

    """
    for name in parameters:
        if name.lower() not in CONFIG.used | SERVICE.used:
            raise EditError(f"no such setting of queues: `{name}`")
    entry = exported("Set-TransportConfig", "", parameters)
    organization = world.organization
    settings = organization.queue or default_settings(organization.platform)
    return with_changes(world, queue=with_service(with_config(settings, entry), entry))


def add_recipient(world: World, parameters: Parameters) -> World:
    """Make a recipient object, as Get-Recipient would show it."""
    return _with_recipient(world, parameters, Cmdlet.RECIPIENTS)


def add_contact(world: World, parameters: Parameters) -> World:
    """Make a contact as New-MailContact does.

    Raises:
        EditError: it has no address.

    """
    return _with_recipient(world, parameters, Cmdlet.CONTACTS)


def find_contact(world: World, name: str) -> Recipient:
    """Find a contact by a name or an address by which it is known.

    Raises:
        EditError: there is no such contact.

    """
    names = {
        said.lower(): entry
        for entry in _recipients(world)
        for said in (*entry.names, *map(str, (entry.primary, *entry.proxies)))
    }
    return names[find(names, name, "contact", str)]


def _with_recipient(world: World, parameters: Parameters, cmdlet: Cmdlet) -> World:
    made = read_recipient(exported(cmdlet.value, "", parameters), cmdlet, Ledger())
    if made is None:
        raise EditError("a recipient without an address")
    return _with_recipients(world, (*_recipients(world), made))


def set_contact(world: World, name: str, parameters: Parameters) -> World:
    """Change a contact as Set-MailContact does; `name` is one by which it is known.

    Raises:
        EditError: there is no such contact, or a parameter is not known.

    """
    known = _recipients(world)
    old = find(known, name, "contact", lambda entry: str(entry.primary))
    changing = fields_of(parameters, CONTACT_FIELDS)
    probe = read_recipient(
        exported(
            "Set-MailContact",
            "",
            {"PrimarySmtpAddress": str(old.primary), **parameters},
        ),
        Cmdlet.CONTACTS,
        Ledger(),
    )
    assert probe is not None  # noqa: S101  it has an address
    changed: dict[str, Any] = {field: getattr(probe, field) for field in changing}
    entries = (replace(e, **changed) if e is old else e for e in known)
    return _with_recipients(world, tuple(entries))


def set_members(world: World, name: str, members: tuple[str, ...]) -> World:
    """Put others in a group, as Update-DistributionGroupMember does.

    Raises:
        EditError: there is no such group.

    """
    known = _recipients(world)
    groups = [entry for entry in known if entry.kind is RecipientKind.GROUP]
    old = find(groups, name, "group", lambda entry: entry.name)
    entries = (replace(e, members=members) if e is old else e for e in known)
    return _with_recipients(world, tuple(entries))


def remove_recipient(world: World, address: Address) -> World:
    """Delete the recipient object that has an address."""
    known = _recipients(world)
    gone = [r for r in known if address in {r.primary, *r.proxies}]
    if not gone:
        raise EditError(f"no recipient has the address `{address}`")
    return _with_recipients(world, tuple(r for r in known if r not in gone))


def add_onward(world: World, cmdlet: Cmdlet, parameters: Parameters) -> World:
    """Make something that sends mail on, as its cmdlet would show it."""
    name, read = _ONWARD[cmdlet]
    known: tuple[object, ...] = getattr(world.organization, name) or ()
    made = read(exported(cmdlet.value, "", parameters), Ledger())
    return with_changes(world, **{name: (*known, made)})


def _recipients(world: World) -> tuple[Recipient, ...]:
    directory = world.organization.directory
    return directory.recipients if directory else ()


def _with_recipients(world: World, recipients: tuple[Recipient, ...]) -> World:
    directory = world.organization.directory
    if directory is None:
        return with_changes(world, directory=Directory(recipients, is_whole=False))
    return with_changes(world, directory=replace(directory, recipients=recipients))
