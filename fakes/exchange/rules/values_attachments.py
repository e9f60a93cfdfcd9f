"""Property types of conditions on attachments: flags, document properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Seen, Words
from fakes.exchange.rules.verdict import Verdict, any_of, verdict_of
from fakes.exchange.rules.words import fold

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition that is on: it holds where anything of its sort was seen."""

    @property
    def operands(self) -> tuple[str, ...]:
        """True."""
        return ("True",)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """One that was seen decides."""
        del readings
        if not seen.texts and seen.missing:
            return Verdict.UNKNOWN
        return verdict_of(bool(seen.texts))

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What is open is open in the part, not in the comparison."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Flags are always judged on what can be seen."""
        return seen.missing


@dataclass(frozen=True, slots=True)
class DocumentProperties:
    """`Property:word1,word2`, any of the pairs (exchange-rules#2.4).

    Seen are texts `name:value`, with the names beside them in the same order.
    """

    pairs: tuple[tuple[str, Words], ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The pairs as typed."""
        return tuple(f"{name}:{','.join(w.operands)}" for name, w in self.pairs)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Look for the words in the values of properties of that name."""
        found = any_of(
            words.matches(Seen((value,)), readings)
            for name, words in self.pairs
            for value in _values(seen, name)
        )
        missing = found is Verdict.NO_MATCH and seen.missing
        return Verdict.UNKNOWN if missing else found

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Name the readings of the words that stand there."""
        names = {
            reading
            for name, words in self.pairs
            for reading in words.open_readings(Seen(_values(seen, name)))
        }
        return tuple(sorted(names))

    def why_unknown(self, seen: Seen, /) -> str:
        """Properties are always judged on what can be seen."""
        return seen.missing


def _values(seen: Seen, wanted: str) -> tuple[str, ...]:
    return tuple(
        text[len(name) + 1 :]
        for text, name in zip(seen.texts, seen.others, strict=True)
        if fold(name) == fold(wanted)
    )
