"""Who may write to a recipient, what, and who is asked first (exchange-routing#3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from fakes.choices import Fact
from fakes.exchange.letters import approval_request
from fakes.exchange.named import is_named
from fakes.exchange.organization import Moderators, Restrictions
from fakes.exchange.rules.fork import Ending, EndKind
from fakes.exchange.rules.taking import recipients
from fakes.mail.address import parse_address_list
from fakes.mail.content import parse
from fakes.mail.item import OF_PEOPLE, MailItem
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Directory, Organization, Recipient
    from fakes.mail.address import Address

_ANONYMOUS = reply(550, "5.7.1", "RESOLVER.RST.AuthRequired; authentication required")
_NOT_AUTHORIZED = reply(550, "5.7.1", "RESOLVER.RST.NotAuthorized; not authorized")
# exchange-routing#5.1, exchange-routing#B13
_TOO_LARGE = reply(550, "5.2.3", "RESOLVER.RST.RecipSizeLimit; message too large")
_ORIGINAL_SIZE = "X-MS-Exchange-Organization-OriginalSize"
_LETS_IN, _KEEPS_OUT = "lets in", "keeps out"
_ASKED, _NOT_ASKED = "is not asked", "is asked"
_MODERATION_LOOP = "X-MS-Exchange-Moderation-Loop"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A mail as it came in, and whether its session counts as inside."""

    item: MailItem
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a recipient does not get a mail (yet), with the mails that come of it.

    `ending` is None where moderators were asked and have let it through.
    """

    ending: Ending | None
    children: tuple[MailItem, ...] = ()


def hindrance(
    entry: Recipient, mail: Inbound, organization: Organization, choices: Choices
) -> Hindrance | None:
    """Say what keeps a mail from a recipient, None where nothing does.

    exchange-routing#5.1: what Exchange itself writes is exempt from the size, and taken
    to be from the rest.
    """
    if mail.item.kind not in OF_PEOPLE:
        return None
    if entry.needs_authenticated_sender and not mail.is_internal:
        # exchange-routing#B9
        why = f"`{entry.name}` takes mail from authenticated senders only"
        return Hindrance(Ending(EndKind.REJECTED, why, _ANONYMOUS))
    limits = entry.restrictions or Restrictions()
    directory = organization.directory
    writers = _writers(mail.item)
    return (
        _shut_out(entry, limits, writers, directory, choices)
        or _too_large(entry, limits, mail)
        or _moderated(entry, limits, mail, organization, choices)
    )


def _writers(item: MailItem) -> tuple[Address, ...]:
    """Who wrote a mail: its reverse-path, or who stands in From without one."""
    path = item.envelope.reverse_path
    if path is not None:
        return (path,)
    return parse_address_list(parse(item.content).unfolded("From")).addresses


def _shut_out(
    entry: Recipient,
    limits: Restrictions,
    writers: tuple[Address, ...],
    directory: Directory | None,
    choices: Choices,
) -> Hindrance | None:
    is_rejected = is_named(writers, limits.rejects, directory)
    is_accepted = not limits.accepts or is_named(writers, limits.accepts, directory)
    is_out = is_rejected is True or is_accepted is False
    gaps = [said for said in (is_rejected, is_accepted) if isinstance(said, str)]
    if gaps and not is_out:
        fact = Fact("who may write to", entry.name, why="; ".join(gaps))
        is_out = choices.choose(fact, (_LETS_IN, _KEEPS_OUT)) == _KEEPS_OUT
    if not is_out:
        return None
    why = f"`{entry.name}` takes no mail from this sender"
    return Hindrance(Ending(EndKind.REJECTED, why, _NOT_AUTHORIZED))


def _too_large(
    entry: Recipient, limits: Restrictions, mail: Inbound
) -> Hindrance | None:
    if limits.max_size is None or _size(mail) <= limits.max_size:
        return None
    why = f"`{entry.name}` takes mail of up to {limits.max_size:,} octets"
    return Hindrance(Ending(EndKind.REJECTED, why, _TOO_LARGE))


def _size(mail: Inbound) -> int:
    """Give the size that counts: the smaller of what it was and what it is."""
    fields = parse(mail.item.content)
    stamped = fields.values(_ORIGINAL_SIZE) if mail.is_internal else ()
    sizes = [int(text) for text in stamped if text.isdecimal()]
    return min((len(mail.item.content.raw), *sizes))


def _moderated(
    entry: Recipient,
    limits: Restrictions,
    mail: Inbound,
    organization: Organization,
    choices: Choices,
) -> Hindrance | None:
    """Lay the mail before the moderators; without any the owners are asked."""
    if not limits.is_moderated:
        return None
    directory = organization.directory
    names = limits.moderators or entry.owners or ()
    writers = _writers(mail.item)
    # Who may let a mail through needs nobody's leave.
    is_free = is_named(writers, (*names, *limits.unmoderated), directory)
    if isinstance(is_free, str):
        fact = Fact("who is moderated at", entry.name, why=is_free)
        is_free = choices.choose(fact, (_ASKED, _NOT_ASKED)) == _ASKED
    if is_free:
        return None
    if parse(mail.item.content).named(_MODERATION_LOOP):
        # exchange-routing#8
        why = f"`{entry.name}` is moderated, and the mail was moderated before"
        return Hindrance(Ending(EndKind.DELETED, why))
    found = recipients(names, directory)
    moderators = tuple(sorted(found.addresses, key=str))
    if found.unresolved or not moderators:
        fact = Fact("moderators of", entry.name, why="who they are was not exported")
        return Hindrance(Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact))
    requests = tuple(
        approval_request(mail.item, moderator, entry.name, organization)
        for moderator in moderators
    )
    return Hindrance(_answered(entry, moderators, organization), requests)


def _answered(
    entry: Recipient, moderators: tuple[Address, ...], organization: Organization
) -> Ending | None:
    """Do what the moderators do (exchange-rules#5.2)."""
    match organization.moderators:
        case Moderators.WAIT:
            asked = ", ".join(map(str, moderators))
            why = f"`{entry.name}` is moderated: it is laid before {asked}"
            return Ending(EndKind.MODERATED, why, is_told=True)
        case Moderators.REFUSE:
            why = f"`{entry.name}` is moderated, and the moderators refused it"
            return Ending(EndKind.REJECTED, why)
        case Moderators.APPROVE:
            return None
        case _:
            assert_never(organization.moderators)
