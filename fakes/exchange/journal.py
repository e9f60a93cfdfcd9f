"""Journaling: copies of mail for an archive (exchange-rules#4, exchange-rules#7.1).

A journal report holds the whole mail, goes by no mail flow rule, and is made of each
copy into which rules have split the mail; whether also of one that they end, is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.letters import Letter, message_id, write
from fakes.exchange.named import is_named
from fakes.exchange.organization import DomainType, accepted_domain
from fakes.exchange.readings import ask
from fakes.exchange.rules.fork import EndKind
from fakes.mail.address import parse_address_list
from fakes.mail.content import parse
from fakes.mail.item import OF_PEOPLE, Carries, ItemKind, MailItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.address import Address

# What waits for an approval or a release is journaled when it goes on.
_ENDED = frozenset({EndKind.REJECTED, EndKind.DELETED})
_LEAVES_OUT, _TAKES = "leaves it out", "takes it"


class JournalScope(StrEnum):
    """Which mail a journal rule takes: by whether its people are inside."""

    INTERNAL = "Internal"
    EXTERNAL = "External"
    GLOBAL = "Global"


@dataclass(frozen=True, slots=True)
class JournalRule:
    """Get-JournalRule: `recipient` None journals everybody's mail."""

    name: str
    to: Address
    recipient: str | None = None
    scope: JournalScope = JournalScope.GLOBAL
    is_enabled: bool = True


def journal_reports(
    fork: Fork, organization: Organization, choices: Choices
) -> tuple[MailItem, ...]:
    """Write the reports of one copy of a mail; none about what Exchange writes."""
    if fork.item.kind not in OF_PEOPLE:
        return ()
    if fork.ending and fork.ending.kind not in _ENDED:
        return ()
    reports = tuple(_reports(fork, organization, choices))
    if fork.ending and reports:
        answer = ask(organization.readings, choices, "journal_of_ended")
        return reports if answer == "journaled" else ()
    return reports


def _reports(
    fork: Fork, organization: Organization, choices: Choices
) -> Iterator[MailItem]:
    item = fork.item
    senders = parse_address_list(parse(item.content).unfolded("From")).addresses
    path = item.envelope.reverse_path
    writers = {*senders, *((path,) if path else ())}
    for rule in organization.journal_rules or ():
        if not rule.is_enabled:
            continue
        everybody = {*writers, *(leg.address for leg in fork.legs)}
        if not _is_in_scope(rule.scope, everybody, organization):
            continue
        if _is_of(rule, everybody, organization, choices):
            yield _report(rule, fork, organization)


def _is_of(
    rule: JournalRule,
    everybody: set[Address],
    organization: Organization,
    choices: Choices,
) -> bool:
    """Say whether the rule's recipient, or a member of it, sends or gets the mail."""
    if rule.recipient is None:
        return True
    found = is_named(everybody, (rule.recipient,), organization.directory)
    if isinstance(found, str):
        fact = Fact("journal rule", rule.name, why=found)
        return choices.choose(fact, (_LEAVES_OUT, _TAKES)) == _TAKES
    return found


def _is_in_scope(
    scope: JournalScope, everybody: set[Address], organization: Organization
) -> bool:
    if scope is JournalScope.GLOBAL:
        return True
    has_outsider = any(_is_outside(who, organization) for who in everybody)
    return has_outsider == (scope is JournalScope.EXTERNAL)


def _is_outside(who: Address, organization: Organization) -> bool:
    domain = accepted_domain(organization, who.domain_key)
    return domain is None or domain.type is DomainType.EXTERNAL_RELAY


def _report(rule: JournalRule, fork: Fork, organization: Organization) -> MailItem:
    item = fork.item
    lines = (
        f"Sender: {item.envelope.reverse_path or '<>'}",
        f"Subject: {parse(item.content).subject}",
        f"Message-Id: {message_id(item)}",
        *(f"Recipient: {leg.address}" for leg in fork.legs),
    )
    note = "".join(f"{line}\r\n" for line in lines)
    subject = parse(item.content).subject
    letter = Letter(ItemKind.JOURNAL, rule.to, subject, note, Carries.WHOLE, rule.name)
    return write(letter, item, organization)
