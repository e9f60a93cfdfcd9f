"""The scene of a policy row: who writes to whom, and the words that mean nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from harness.check.draft import Draft
from harness.duty import Obligation
from harness.policy.noun import Audience, Policy, Row, SentBy, SubjectHas, is_own

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.check.facts import TenantFacts

_PEOPLE = ("anna", "bob", "carla")
_STRANGERS = ("info", "cleo", "dirk")
_FOREIGN = ("fabrikam.example", "northwind.example", "litware.example")
_MADE_UP = "contoso.example"
# What everyday mail is about: a thing, a link, a day.
_FILLERS = (
    ("Quotation", "for", "March"),
    ("Lunch", "on", "Thursday"),
    ("Photos", "of", "Sunday"),
    ("Minutes", "from", "July"),
)
_WORD = re.compile(r"\w+")
_REPLIES = ("RE", "AW", "Antw")


@dataclass(frozen=True, slots=True)
class Stage:
    """What all mails of a tenant share. `own` is None when our domains are unknown."""

    facts: TenantFacts
    own: tuple[str, ...] | None
    writer: Address
    colleague: Address
    outsiders: tuple[Address, Address, Address]
    thing: str
    when: str
    reply: str

    @property
    def everyday(self) -> str:
        """A subject of which the policy does not speak."""
        return f"{self.thing} {self.when}"


@dataclass(frozen=True, slots=True)
class Scene:
    """One row's stage: its sender, and the recipients of whom it speaks."""

    row: Row
    prefix: str
    sender: Address
    stage: Stage

    @property
    def to(self) -> tuple[Address, ...]:
        """One recipient of whom the row speaks."""
        if self.row.to is Audience.INSIDE:
            return (self.stage.colleague,)
        return self.stage.outsiders[:1]

    def draft(
        self, ending: str, sort: str, *, subject: str = "", near: str = ""
    ) -> Draft:
        """Begin a mail that meets the row or, with `near`, only resembles that."""
        return Draft(
            f"{self.prefix}-{ending}",
            sort,
            self.sender,
            self.to,
            subject or self.stage.everyday,
            Obligation.MUST_BE_PLAIN if near else Obligation.MUST_BE_SECURE,
            self.row,
            near,
            authenticated=self.sender,
        )


def set_stage(policy: Policy, facts: TenantFacts) -> Stage:
    """Choose people and words; the same for the same policy and tenant."""
    own = policy.own_domains if policy.own_domains is not None else facts.own_domains
    special = {
        address
        for row in policy.rows
        if isinstance(row.trigger, SentBy)
        for address in row.trigger.addresses
    }
    people = [a for a in facts.people if own is None or is_own(a.domain_key, own)]
    home = people[0].domain if people else _home(own)
    made_up = [Address(name, home) for name in _PEOPLE]
    plain = [a for a in (*people, *made_up) if a not in special]
    writer = plain[0]
    # Whoever gets mail should exist: better a special mailbox than one made up.
    others = (*plain[1 : len(people) or 1], *people, *made_up)
    colleague = next(a for a in others if a != writer)
    thing, link, day = _free(_FILLERS, policy)
    (reply,) = _free([(text,) for text in _REPLIES], policy)
    foreign = next((d for d in _FOREIGN if d not in (own or ())), _FOREIGN[0])
    info, cleo, dirk = (Address(name, foreign) for name in _STRANGERS)
    outsiders = (info, cleo, dirk)
    when = f"{link} {day}"
    return Stage(facts, own, writer, colleague, outsiders, thing, when, reply)


def set_scene(row: Row, prefix: str, stage: Stage) -> Scene | None:
    """Find a sender of whom the row speaks; None when there is none of ours."""
    sender = next(iter(_senders(row, stage)), None)
    return Scene(row, prefix, sender, stage) if sender else None


def why_no_scene(row: Row, stage: Stage) -> str:
    """Say why nobody of ours can send what the row speaks of."""
    named: list[Address | str] = list(row.senders)
    if isinstance(row.trigger, SentBy):
        named = list(row.trigger.addresses)
    for entry in named:
        if isinstance(entry, Address) and entry in stage.facts.groups:
            return f"{entry} is a group, and groups do not send"
    shown = ", ".join(str(entry) for entry in named)
    return f"no sender of ours fits: {shown}"


def _senders(row: Row, stage: Stage) -> Iterable[Address]:
    if isinstance(row.trigger, SentBy):
        candidates: Iterable[Address] = row.trigger.addresses
    elif row.senders:
        candidates = _of_entries(row.senders, stage)
    else:
        candidates = (stage.writer,)
    for address in candidates:
        is_ours = stage.own is None or is_own(address.domain_key, stage.own)
        fits = not row.senders or any(_fits(address, e) for e in row.senders)
        if is_ours and fits and address not in stage.facts.groups:
            yield address


def _of_entries(entries: tuple[Address | str, ...], stage: Stage) -> Iterable[Address]:
    for entry in entries:
        if isinstance(entry, Address):
            yield entry
            continue
        known = (stage.writer, *stage.facts.people)
        yield from (a for a in known if _fits(a, entry))
        domain = f"mail.{entry[2:]}" if entry.startswith("*.") else entry
        yield Address(_PEOPLE[0], domain)


def _fits(address: Address, entry: Address | str) -> bool:
    if isinstance(entry, Address):
        return address == entry
    return is_own(address.domain_key, (entry,))


def _home(own: tuple[str, ...] | None) -> str:
    return next((d for d in own or () if not d.startswith("*.")), _MADE_UP)


def _free(choices: Iterable[tuple[str, ...]], policy: Policy) -> tuple[str, ...]:
    """Choose the first words of which no phrase of the policy is a part."""
    spoken = [
        _WORD.findall(unicodedata.normalize("NFKC", phrase).casefold())
        for row in policy.rows
        if isinstance(row.trigger, SubjectHas)
        for phrase in row.trigger.phrases
    ]
    known = list(choices)
    for words in known:
        folded = [word.casefold() for word in words]
        starts = range(len(folded))
        if not any(p == folded[n : n + len(p)] for p in spoken for n in starts):
            return words
    return known[0]
