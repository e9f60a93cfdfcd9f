"""Pseudonyms: other names for people, the same ones each time, and the key to them.

Addresses and subjects of exports are real people's. Domains of the organisation, names
of rules and connectors, and addresses that are nobody's (Zivver's, Exchange's) stay.
What looks like an address is taken for one, known or not.
"""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import RecipientKind
from fakes.mail.address import domain_key, is_within
from harness.check.facts import own_domains_of, placeholders_of
from harness.policy.noun import is_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.world import World

_ADDRESS = re.compile(
    r"""([^\s<>"`,;:()\[\]{}|=\\@]+)@"""
    r"""([\w\u0080-\uffff](?:[\w.\u0080-\uffff-]*[\w\u0080-\uffff])?)"""
)
_WORD = re.compile(r"\w+(?:[.-]\w+)*")
_QUOTED = re.compile(r"""(["'`])([^"'`]+)\1""")
# What Zivver, Exchange and RFC 2142 call themselves by.
_NOBODY = ("zivver.com", "zivver.org", "zivver.nl")
_SERVICES = ("o365connectorvalidation", "microsoftexchange", "postmaster")
_PEOPLE = frozenset(
    {RecipientKind.MAILBOX, RecipientKind.MAIL_USER, RecipientKind.MAIL_CONTACT}
)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHORTEST = 3
_NUMBER = re.compile(r"(\w+?)[- ](\d+)")


class Pseudonyms:
    """Gives pseudonyms as they are needed; the one thing here that changes.

    `known` is an earlier key: whose pseudonym stands there keeps it.
    """

    def __init__(
        self,
        worlds: Iterable[World],
        *,
        subjects: Iterable[str] = (),
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        every = tuple(worlds)
        self._given = {real: pseudonym for pseudonym, real in known.items()}
        self._counts: Counter[str] = Counter()
        for pseudonym in known:
            match = _NUMBER.match(pseudonym)
            if match:
                word, number = match[1].lower(), int(match[2])
                self._counts[word] = max(self._counts[word], number)
        self._own = tuple(
            {domain for world in every for domain in own_domains_of(world) or ()}
        )
        self._kept = {str(a).lower() for world in every for a in placeholders_of(world)}
        # A subject of one word is a word of the policy or of a rule, and nobody's.
        self._subjects = frozenset(text for text in subjects if " " in text.strip())
        self._titles = {title.lower() for world in every for title in _titles(world)}
        self._names = {name.lower() for world in every for name in _names(world)}
        self._long = {_words(name) for name in self._names} - {_words("")}
        self._most = max(map(len, self._long), default=0)

    @property
    def key(self) -> Mapping[str, str]:
        """Say whose each pseudonym is."""
        return {pseudonym: real for real, pseudonym in self._given.items()}

    def text(self, text: str) -> str:
        """Give a text with pseudonyms in it."""
        if text in self._subjects:
            return self._next(text, "Subject {}")
        if text.lower() in self._names:
            return self._name(text)
        if "@" in text:
            text = _ADDRESS.sub(self._found, text)
        text = _QUOTED.sub(self._quoted, text)
        return self._replaced(text) if self._long else text

    def address(self, text: str) -> str:
        """Give the pseudonym of an address; the domain stays if it is a own one."""
        local, _, domain = text.rpartition("@")
        folded = domain_key(domain)
        is_nobody = any(is_within(folded, own) for own in _NOBODY)
        is_service = local.lower().startswith(_SERVICES)
        if is_nobody or is_service or text.lower() in self._kept:
            return text
        real = f"{local}@{domain}".lower()
        if real in self._given:
            return self._given[real]
        if not is_own(folded, self._own):
            domain = self._next(folded, "outside-{}.example")
        return self._next(real, f"person-{{}}@{domain}")

    def _found(self, match: re.Match[str]) -> str:
        """Replace an address; a quote before it may be a part of it, or not."""
        bare = match[1].lstrip("'")
        quotes = match[1].removesuffix(bare) if bare else ""
        return quotes + self.address(f"{bare or match[1]}@{match[2]}")

    def _quoted(self, match: re.Match[str]) -> str:
        mark, name = match[1], match[2]
        is_title = name.lower() in self._titles
        if is_title or name.lower() not in self._names:
            return match[0]
        return f"{mark}{self._name(name)}{mark}"

    def _replaced(self, text: str) -> str:
        """Replace names of several words wherever they stand."""
        words = list(_WORD.finditer(text))
        pieces, done, number = [], 0, 0
        while number < len(words):
            length = self._length(words[number : number + self._most])
            if length:
                start, end = words[number].start(), words[number + length - 1].end()
                pieces += [text[done:start], self._name(text[start:end])]
                done = end
            number += length or 1
        return "".join([*pieces, text[done:]])

    def _length(self, words: list[re.Match[str]]) -> int:
        """Say how many words at the beginning are somebody's name; one is none."""
        folded = tuple(word[0].lower() for word in words)
        lengths = range(len(folded), 1, -1)
        return next((n for n in lengths if folded[:n] in self._long), 0)

    def _name(self, name: str) -> str:
        return self._next(" ".join(name.lower().split()), "Person {}")

    def _next(self, real: str, form: str) -> str:
        found = self._given.get(real)
        if found is None:
            word = re.split(r"[- ]", form)[0].lower()
            self._counts[word] += 1
            found = self._given[real] = form.format(self._counts[word])
        return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _names(world: World) -> Iterator[str]:
    """What people are called, beside their addresses; the placeholder is nobody."""
    nobody = placeholders_of(world)
    for side in world.organizations:
        for entry in side.directory.recipients if side.directory else ():
            if entry.kind not in _PEOPLE or entry.primary in nobody:
                continue
            for name in (entry.name, *entry.names):
                is_name = "@" not in name and not _GUID.search(name)
                if is_name and len(name.strip()) >= _SHORTEST:
                    yield " ".join(name.split())


def _titles(world: World) -> Iterator[str]:
    """What rules and connectors are called; it stays."""
    for side in world.organizations:
        yield from (rule.name for rule in side.rules or ())
        yield from (each.name for each in side.outbound_connectors or ())
        yield from (each.name for each in side.send_connectors or ())
        yield from (each.name for each in side.inbound_connectors or ())
