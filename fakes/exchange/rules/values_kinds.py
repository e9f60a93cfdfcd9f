"""Property types that are one of few words: kinds of mail, importance, charsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Seen, Words
from fakes.exchange.rules.verdict import Verdict

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of an enumeration: what the mail is, and as others what it may be."""

    word: str

    @property
    def operands(self) -> tuple[str, ...]:
        """The word."""
        return (self.word,)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare with what was found; what may be so is UNKNOWN."""
        del readings
        if self.word in seen.texts:
            return Verdict.MATCH
        is_open = bool(seen.missing) or self.word in seen.others
        return Verdict.UNKNOWN if is_open else Verdict.NO_MATCH

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What is open is open in the part."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Say what is not conclusive."""
        return seen.missing or f"it may be {self.word}, and nothing shows it for sure"


@dataclass(frozen=True, slots=True)
class CharacterSets:
    """`CharacterSets`: words in the names of character sets (exchange-rules#2.4)."""

    typed: tuple[str, ...]
    names: Words

    @property
    def operands(self) -> tuple[str, ...]:
        """The character sets as typed."""
        return self.typed

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Look in the body's names; one in a header field only is not documented."""
        found = self.names.matches(Seen(seen.texts), readings)
        if found is Verdict.MATCH:
            return found
        elsewhere = self.names.matches(Seen(seen.others), readings)
        is_open = bool(seen.missing) or elsewhere is Verdict.MATCH
        return Verdict.UNKNOWN if is_open else Verdict.NO_MATCH

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What words leave open."""
        return self.names.open_readings(Seen((*seen.texts, *seen.others)))

    def why_unknown(self, seen: Seen, /) -> str:
        """Say what is not documented."""
        return seen.missing or "only a header field is written in it"
