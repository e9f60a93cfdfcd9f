"""Property types that rest on the directory: members, managers, attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Seen
from fakes.exchange.rules.verdict import Verdict, all_of, any_of, negated, verdict_of
from fakes.mail.address import Address, AddressError, parse_address

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.values import PropertyType


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """The members of groups, nested ones included (exchange-rules#3.2).

    `aliases` are other addresses of members, `gaps` say which members no export tells.
    """

    ids: tuple[str, ...]
    addresses: frozenset[Address]
    aliases: frozenset[Address] = frozenset()
    gaps: tuple[str, ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The groups as the rule names them."""
        return self.ids

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare addresses; whom no export tells could be anybody."""
        del readings
        shown = {_address(text) for text in seen.texts}
        if shown & self.addresses:
            return Verdict.MATCH
        # exchange-rules#2.4: primary addresses only; of members nobody says so.
        if seen.missing or shown & self.aliases or (shown and self.gaps):
            return Verdict.UNKNOWN
        return Verdict.NO_MATCH

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Addresses leave no open question."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Name what was not exported."""
        gap = next(iter(self.gaps), "it is another address of a member")
        return seen.missing or gap


@dataclass(frozen=True, slots=True)
class Between:
    """Members of two lists of groups, in either direction (exchange-rules#v54)."""

    first: GroupMembers
    second: GroupMembers

    @property
    def operands(self) -> tuple[str, ...]:
        """The groups of both lists."""
        return (*self.first.operands, *self.second.operands)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """One side of the mail in each list."""
        theirs = Seen(seen.others)
        ways = ((self.first, self.second), (self.second, self.first))
        return any_of(
            all_of((one.matches(seen, readings), other.matches(theirs, readings)))
            for one, other in ways
        )

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What is open is open in the part."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Name what was not exported."""
        gaps = (*self.first.gaps, *self.second.gaps)
        return seen.missing or next(iter(gaps), self.first.why_unknown(seen))


@dataclass(frozen=True, slots=True)
class AttributeValues:
    """`Attr:word1,word2`: any of them (exchange-rules#2.4); words or patterns.

    `wanted` are the attributes, each with the property type of its words.
    """

    typed: tuple[str, ...]
    wanted: tuple[tuple[str, PropertyType], ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The values as typed."""
        return self.typed

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare attribute by attribute; one that was not exported is unknown."""
        verdicts = [
            self._of(name, value, seen, readings) for name, value in self.wanted
        ]
        if seen.missing:
            verdicts.append(Verdict.UNKNOWN)
        return any_of(verdicts)

    def _of(
        self, name: str, value: PropertyType, seen: Seen, readings: Readings
    ) -> Verdict:
        values = _of_attribute(name, seen)
        if not values and seen.texts:
            return Verdict.UNKNOWN
        found = value.matches(Seen(values), readings)
        # exchange-rules#R-17: the words of the rule, and whether more may stand there.
        if found is Verdict.MATCH and readings.attribute_words == "equals":
            whole = {text.lower() for text in values}
            words = {operand.lower() for operand in value.operands}
            return verdict_of(bool(whole & words))
        return found

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What words leave open, and whether they must be the whole of the value."""
        names = {"attribute_words"}
        for name, value in self.wanted:
            names.update(value.open_readings(Seen(_of_attribute(name, seen))))
        return tuple(sorted(names))

    def why_unknown(self, seen: Seen, /) -> str:
        """Name the attribute that was not exported."""
        if seen.missing:
            return seen.missing
        for name, _ in self.wanted:
            if not _of_attribute(name, seen):
                return f"the attribute {name} was not exported"
        whys = (
            value.why_unknown(Seen(_of_attribute(name, seen)))
            for name, value in self.wanted
        )
        return next((why for why in whys if why), "")


@dataclass(frozen=True, slots=True)
class PatternValues:
    """`Attr:pattern`: a pattern for each attribute (exchange-rules#2.4)."""

    typed: tuple[str, ...]
    wanted: tuple[tuple[str, PropertyType], ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The values as typed."""
        return self.typed

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Search attribute by attribute."""
        verdicts = [
            value.matches(Seen(values), readings)
            if (values := _of_attribute(name, seen)) or not seen.texts
            else Verdict.UNKNOWN
            for name, value in self.wanted
        ]
        if seen.missing:
            verdicts.append(Verdict.UNKNOWN)
        return any_of(verdicts)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What patterns leave open."""
        found = (
            reading
            for name, value in self.wanted
            for reading in value.open_readings(Seen(_of_attribute(name, seen)))
        )
        return tuple(dict.fromkeys(found))

    why_unknown = AttributeValues.why_unknown


@dataclass(frozen=True, slots=True)
class Comparison:
    """`Evaluation`: an attribute of sender and recipient, Equal or NotEqual."""

    operator: str

    @property
    def operands(self) -> tuple[str, ...]:
        """The operator."""
        return (self.operator,)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare without case; what is not set on both sides is nobody's to say."""
        if not seen.missing and not (seen.texts and seen.others):
            # exchange-rules#3.7: individual users of the organisation only.
            return Verdict.NO_MATCH
        each = [self._with(text, seen) for text in seen.others]
        if seen.missing:
            each.append(Verdict.UNKNOWN)
        is_all = readings.attribute_comparison == "all-recipients"
        return all_of(each) if is_all else any_of(each)

    def _with(self, theirs: str, seen: Seen) -> Verdict:
        if not theirs and "" in seen.texts:
            return Verdict.UNKNOWN
        found = verdict_of(theirs.lower() in {text.lower() for text in seen.texts})
        return found if self.operator == "Equal" else negated(found)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What is open is open in the part."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Say what was not exported."""
        return seen.missing or "whether two attributes that are not set are equal"


def _of_attribute(name: str, seen: Seen) -> tuple[str, ...]:
    start = f"{name}:"
    return tuple(t.removeprefix(start) for t in seen.texts if t.startswith(start))


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except AddressError:
        return None
