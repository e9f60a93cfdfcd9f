"""The directory: Get-Recipient, completed by what other cmdlets say of the same object.

Those are Get-Mailbox, Get-MailContact, Get-DistributionGroup (Get-DynamicDistribution-
Group alike), Get-User, and the members of groups (`harness.exports.members`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from fakes.exchange.organization import Directory, Recipient, RecipientKind
from fakes.mail.address import Address
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Mark,
    Row,
    Table,
    Understood,
    changed,
    marks_of,
    unjudged,
    used,
)
from harness.exports.cmdlets import Cmdlet
from harness.exports.formats import Exported
from harness.exports.members import read_members
from harness.exports.people import PEOPLE, attributes_of, manager_of, members_of
from harness.exports.restrictions import (
    ONWARD,
    RESTRICTIONS,
    both_restrictions,
    forwarding_of,
    owners_of,
    reports_of,
    restrictions_of,
)

T = TypeVar("T")

# The default of -ResultSize: more may have been cut off.
TRUNCATED_AT = 1000
_ADDRESSES = frozenset({"primarysmtpaddress", "emailaddresses"})
NAMES = (
    "Name",
    "Identity",
    "Alias",
    "DistinguishedName",
    "Guid",
    "ExchangeObjectId",
    "ExternalDirectoryObjectId",
    "LegacyExchangeDN",
    "Id",
    "UserPrincipalName",
    "SamAccountName",
    "WindowsLiveID",
    "MicrosoftOnlineServicesID",
)
_TYPES: Mapping[str, RecipientKind] = MappingProxyType(
    {
        "usermailbox": RecipientKind.MAILBOX,
        "mailuser": RecipientKind.MAIL_USER,
        "mailcontact": RecipientKind.MAIL_CONTACT,
        "mailuniversaldistributiongroup": RecipientKind.GROUP,
        "mailuniversalsecuritygroup": RecipientKind.GROUP,
        "mailnonuniversalgroup": RecipientKind.GROUP,
        "dynamicdistributiongroup": RecipientKind.GROUP,
        "publicfolder": RecipientKind.PUBLIC_FOLDER,
    }
)
_BY_CMDLET: Mapping[Cmdlet, RecipientKind] = MappingProxyType(
    {
        Cmdlet.CONTACTS: RecipientKind.MAIL_CONTACT,
        Cmdlet.MAILBOXES: RecipientKind.MAILBOX,
        Cmdlet.GROUPS: RecipientKind.GROUP,
    }
)
RECIPIENTS = Table(
    used(
        "exchange-routing#3.2",
        "PrimarySmtpAddress EmailAddresses ExternalEmailAddress RecipientType "
        "WindowsEmailAddress RequireSenderAuthenticationEnabled "
        "RequireAllSendersAreAuthenticated MaxSendSize UseMapiRichTextFormat "
        + " ".join((*NAMES, *RESTRICTIONS, *ONWARD)),
    )
    | used("exchange-rules#2.4", " ".join(PEOPLE)),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "exchange-routing#3.2",
        "none of what decides to whom mail goes, and who may write it",
    ),
)


def read_directory(
    found: Mapping[Cmdlet, tuple[Exported, ...]],
    ledger: Ledger,
    *,
    cut: frozenset[Cmdlet] = frozenset(),
) -> Directory | None:
    """Make the directory of the recipient objects of all cmdlets; None without any.

    Only a whole Get-Recipient makes it whole. `cut` names the cmdlets whose list may
    have been cut off.

    Raises:
        ExportError: an address is none.

    """
    cmdlets = (Cmdlet.RECIPIENTS, Cmdlet.MAILBOXES, Cmdlet.CONTACTS, Cmdlet.GROUPS)
    if not any(cmdlet in found for cmdlet in cmdlets):
        for cmdlet in (Cmdlet.USERS, Cmdlet.MEMBERS):
            for entry in found.get(cmdlet, ()):
                ledger.note_unused(entry, "no recipients that it could be about")
        return None
    merged: list[Recipient] = []
    for cmdlet in (*cmdlets, Cmdlet.USERS):
        known = {one.primary: at for at, one in enumerate(merged)}
        seen: set[Recipient] = set()
        for entry in found.get(cmdlet, ()):
            one = read_recipient(entry, cmdlet, ledger)
            if one is None or one in seen:
                continue
            seen.add(one)
            at = known.get(one.primary)
            if at is None and cmdlet is Cmdlet.USERS:
                # A user is no recipient by itself.
                continue
            if at is None:
                # Two objects of one cmdlet with one address stay two: a fault to see.
                merged.append(one)
            else:
                merged[at] = _completed(merged[at], one)
    is_whole = Cmdlet.RECIPIENTS in found and Cmdlet.RECIPIENTS not in cut
    mailboxes = Cmdlet.MAILBOXES
    knows_forwarding = mailboxes in found and mailboxes not in cut
    members = read_members(found.get(Cmdlet.MEMBERS, ()), ledger)
    merged = [members.put_into(one) for one in merged]
    return Directory(
        tuple(merged), is_whole=is_whole, knows_forwarding=knows_forwarding
    )


def read_recipient(entry: Exported, cmdlet: Cmdlet, ledger: Ledger) -> Recipient | None:
    """Read one recipient object; None for one that has no mail address.

    Raises:
        ExportError: an address is none.

    """
    own = _own_addresses(entry)
    marks = marks_of(entry, RECIPIENTS)
    known = values.names(entry, NAMES)
    shown_name = known[0] if known else (str(own[0]) if own else entry.place)
    external, problem = _external(entry)
    reports_to, doubt = reports_of(entry)
    marks = changed(marks, *problem, *doubt)
    if not own and external is None:
        ledger.note(entry, shown_name, _without_address(marks))
        return None
    ledger.note(entry, shown_name, marks)
    primary = own[0] if own else external
    assert primary is not None  # noqa: S101  one of them is there, see above
    needs = ("RequireSenderAuthenticationEnabled", "RequireAllSendersAreAuthenticated")
    return Recipient(
        name=shown_name,
        kind=_kind(entry, cmdlet),
        primary=primary,
        proxies=tuple(address for address in own if address != primary),
        external=external,
        names=known,
        needs_authenticated_sender=any(values.flag(entry, n) is True for n in needs),
        unjudged=unjudged(marks),
        members=members_of(entry),
        manager=manager_of(entry),
        attributes=attributes_of(entry),
        forwarding=forwarding_of(entry),
        restrictions=restrictions_of(entry),
        owners=owners_of(entry),
        reports_to=reports_to,
        takes_rich_text=values.text(entry, "UseMapiRichTextFormat") == "Always",
        max_send=values.size(entry, "MaxSendSize"),
        place=entry.place,
    )


def _without_address(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Say of an object to which nobody can write that nothing of it was looked at."""
    why = "no mail address"
    first = next((m for m in marks if m.property.lower() in _ADDRESSES), marks[0])
    rest = (
        Mark(mark.property, Understood.WITHOUT_EFFECT, why)
        for mark in marks
        if mark.how is Understood.USED
    )
    return changed(marks, *rest, Mark(first.property, Understood.NOT_JUDGED, why))


def _own_addresses(entry: Exported) -> tuple[Address, ...]:
    """The primary address first, then the other SMTP proxies."""
    given = values.texts(entry, "EmailAddresses")
    found = values.proxies(given, entry.place, "EmailAddresses")
    for name in ("PrimarySmtpAddress", "WindowsEmailAddress"):
        said = values.text(entry, name)
        if said and name == "WindowsEmailAddress" and found:
            break
        if said:
            first = values.address(_bare(said), entry.place, name)
            return tuple(dict.fromkeys((first, *found)))
    return found


def _external(entry: Exported) -> tuple[Address | None, tuple[Mark, ...]]:
    said = values.text(entry, "ExternalEmailAddress")
    if not said:
        return None, ()
    prefix, colon, _ = said.partition(":")
    if colon and prefix.lower() != "smtp":
        why = f"an address of type {prefix[:20]}"
        return None, (Mark("ExternalEmailAddress", Understood.NOT_JUDGED, why),)
    return values.address(_bare(said), entry.place, "ExternalEmailAddress"), ()


def _bare(said: str) -> str:
    prefix, colon, rest = said.partition(":")
    return rest.strip() if colon and prefix.lower() == "smtp" else said


def _kind(entry: Exported, cmdlet: Cmdlet) -> RecipientKind:
    said = values.text(entry, "RecipientType")
    if said is None:
        return _BY_CMDLET.get(cmdlet, RecipientKind.OTHER)
    return _TYPES.get(said.lower(), RecipientKind.OTHER)


def _completed(first: Recipient, more: Recipient) -> Recipient:
    """Add what the other cmdlet knows of the same object."""
    return replace(
        first,
        proxies=_joined(first.proxies, more.proxies),
        external=first.external or more.external,
        names=_joined(first.names, more.names),
        needs_authenticated_sender=(
            first.needs_authenticated_sender or more.needs_authenticated_sender
        ),
        unjudged=_joined(first.unjudged, more.unjudged),
        members=_told(first.members, more.members),
        manager=first.manager or more.manager or _first_said(first, more),
        attributes=_attributes(first, more),
        forwarding=first.forwarding or more.forwarding,
        restrictions=both_restrictions(first.restrictions, more.restrictions),
        owners=_told(first.owners, more.owners),
        reports_to=_told(first.reports_to, more.reports_to),
        max_send=_told(first.max_send, more.max_send),
    )


def _told(first: T | None, more: T | None) -> T | None:
    return more if first is None else first


def _first_said(first: Recipient, more: Recipient) -> str | None:
    return more.manager if first.manager is None else first.manager


def _attributes(first: Recipient, more: Recipient) -> tuple[tuple[str, str], ...]:
    """Both cmdlets' attributes; one that only the other has set is set."""
    said = {name for name, value in first.attributes if value}
    added = [(name, value) for name, value in more.attributes if name not in said]
    gained = {name for name, _ in added}
    kept = [(name, v) for name, v in first.attributes if name not in gained]
    return (*kept, *added)


def _joined(first: Iterable[T], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *more)))
