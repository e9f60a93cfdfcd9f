"""Who sends a mail, for Zivver: an active account with the address in From: (zivver#5).

Whoever sends in the name of another account stands in Sender:. That account knows its
delegates; whether Zivver asks for them over SMTP is a reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.mail.address import Address, parse_address_list
from fakes.zivver.admission import Assumed
from fakes.zivver.readings import Delegates, settle
from fakes.zivver.service import Account, AccountState, ZivverService, find_accounts

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.mail.address import Mailbox
    from fakes.mail.content import Parsed


@dataclass(frozen=True, slots=True)
class Sender:
    """The address in From:, its account, and who else sends in its name (Sender:).

    `account` is None where there is none that may send, and `trouble` says why.
    """

    author: Address | None = None
    account: Account | None = None
    sent_by: Address | None = None
    trouble: str = ""
    assumed: tuple[Assumed, ...] = ()


def find_sender(parsed: Parsed, service: ZivverService, choices: Choices) -> Sender:
    """Find who sends a mail; without a list of accounts, everybody has one."""
    author, trouble = _author(parsed)
    if author is None:
        return Sender(trouble=trouble)
    if service.accounts is None:
        return Sender(author, assumed=(Assumed.ACCOUNTS,))
    account, trouble = _account(service, author)
    if account is None:
        return Sender(author, trouble=trouble)
    return _as_delegate(parsed, Sender(author, account), service, choices)


def _as_delegate(
    parsed: Parsed, found: Sender, service: ZivverService, choices: Choices
) -> Sender:
    """Look at who sends in the name of the account, if it is somebody else."""
    account = found.account
    assert account is not None  # noqa: S101  or nobody would ask
    named = parse_address_list(parsed.unfolded("Sender"))
    others = [who for who in named.addresses if who not in account.addresses]
    if not others and named.is_whole:
        return found
    found = replace(found, sent_by=others[0] if others else None)
    if account.delegates is None:
        return replace(found, assumed=(Assumed.DELEGATES,))
    troubles = [_no_delegate(service, account, who) for who in others]
    if not named.is_whole:
        troubles.append("Sender: cannot be read")
    trouble = next(filter(None, troubles), "")
    # zivver#5: the account of From: is all that is asked for in so many words.
    if trouble and settle(service.delegates, Delegates, choices) is Delegates.ASKED:
        return replace(found, account=None, trouble=trouble)
    return found


def _author(parsed: Parsed) -> tuple[Address | None, str]:
    """Find the one address of From: (zivver#F56)."""
    values = parsed.unfolded("From")
    found = parse_address_list(values)
    if len(values) == 1 and len(found.mailboxes) == 1 and found.is_whole:
        (mailbox,) = found.mailboxes
        return mailbox.address, ""
    return None, _what_is_wrong(values, found.mailboxes)


def _what_is_wrong(values: tuple[str, ...], mailboxes: tuple[Mailbox, ...]) -> str:
    if not values:
        return "there is no From: field"
    if len(values) > 1:
        return f"there are {len(values)} From: fields"
    if len(mailboxes) > 1:
        return f"From: names {len(mailboxes)} addresses"
    return "From: holds no address that can be read"


def _account(service: ZivverService, author: Address) -> tuple[Account | None, str]:
    """Find the active account with that address or alias (zivver#F54, zivver#F55)."""
    found = find_accounts(service, author)
    for account in found:
        if account.state is AccountState.ACTIVE:
            return account, ""
    if found:
        return None, f"the account of {author} is {found[0].state.value}"
    return None, f"{author} has no Zivver account"


def _no_delegate(service: ZivverService, account: Account, who: Address) -> str:
    """Say why somebody may not send for an account: only an active delegate may.

    zivver#5: an invited user who has not accepted cannot be given access.
    """
    own, trouble = _account(service, who)
    if own is None:
        return trouble
    if not set(own.addresses) & set(account.delegates or ()):
        return f"{who} is no delegate of {account.address}"
    return ""
