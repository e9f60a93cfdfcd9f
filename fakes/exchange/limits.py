"""How large a mail an organization takes, and for how many (exchange-routing#5.1).

Judged before the rules, of the size that a mail came with. What Exchange itself makes
is exempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.mail.item import ItemKind
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.organization import Organization
    from fakes.mail.item import MailItem

TOO_LARGE = reply(552, "5.3.4", "Message size exceeds fixed maximum message size")
TOO_MANY = reply(550, "5.5.3", "RESOLVER.ADR.RecipLimit; too many recipients")
# exchange-routing#5.1: what Exchange allows where nobody changed it.
_USUAL: Mapping[Platform, int] = MappingProxyType(
    {Platform.SERVER: 10_485_760, Platform.ONLINE: 36_700_160}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """MaxSendSize, MaxReceiveSize, MaxRecipientEnvelopeLimit; None is no limit."""

    max_send: int | None = None
    max_receive: int | None = None
    max_recipients: int | None = None


def over_limits(
    item: MailItem, organization: Organization, *, is_internal: bool
) -> Reply | None:
    """Say what the sender hears of a mail that is more than the organization takes.

    The most restrictive limit counts: of the organization's two, and of the mailbox
    that sends it.
    """
    if item.kind is not ItemKind.MAIL:
        return None
    limits = organization.limits or Limits()
    own = _own_limits(item, organization) if is_internal else ()
    told = (limits.max_send, limits.max_receive, *own)
    sizes = [size for size in told if size is not None]
    if len(item.content.raw) > min(sizes, default=len(item.content.raw)):
        return TOO_LARGE
    most = limits.max_recipients
    if most is not None and len(item.envelope.recipients) > most:
        return TOO_MANY
    return None


def _own_limits(item: MailItem, organization: Organization) -> tuple[int | None, ...]:
    path, directory = item.envelope.reverse_path, organization.directory
    if path is None or directory is None:
        return ()
    return tuple(entry.max_send for entry in directory.by_address.get(path, ()))


def assumed_of_limits(item: MailItem, organization: Organization) -> tuple[str, ...]:
    """Name what is taken for granted of a large mail where nobody told the limits."""
    is_large = len(item.content.raw) > _USUAL[organization.platform]
    if organization.limits is None and is_large and item.kind is ItemKind.MAIL:
        return ("size limits of the organisation that allow so large a mail",)
    return ()
