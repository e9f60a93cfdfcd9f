"""What a gateway looks for in a mail to tell whether it is for Zivver."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from fakes.mail.address import parse_address_list
from fakes.mail.labels import parse_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.mail.address import Address
    from fakes.mail.content import Parsed
    from fakes.mail.envelope import Envelope


@dataclass(frozen=True, slots=True)
class SubjectWord:
    """A word or phrase in the subject."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldText:
    """A text in a header field."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelOn:
    """A sensitivity label, by its GUID."""

    guid: str


@dataclass(frozen=True, slots=True)
class SentBy:
    """A sender."""

    address: Address


Trigger = SubjectWord | FieldText | LabelOn | SentBy


def words_of(trigger: Trigger) -> str:
    """Name a trigger for a person."""
    match trigger:
        case SubjectWord(text):
            return f"subject `{text}`"
        case FieldText(name, text):
            return f"{name} with `{text}`"
        case LabelOn(guid):
            return f"label {guid}"
        case SentBy(address):
            return f"sender {address}"
        case _:
            assert_never(trigger)


def sight_of(trigger: Trigger, envelope: Envelope, parsed: Parsed) -> bool | None:
    """Say whether the trigger is met; None if that depends on how one compares."""
    match trigger:
        case SubjectWord(text):
            return _found("Subject", parsed, lambda values: _holds(values, text))
        case FieldText(name, text):
            return _found(name, parsed, lambda values: _holds(values, text))
        case LabelOn(guid):
            return _found("msip_labels", parsed, lambda values: _bears(values, guid))
        case SentBy(address):
            shown = parse_address_list(parsed.unfolded("From")).addresses
            seen = {address == each for each in (envelope.reverse_path, *shown)}
            return None if len(seen) > 1 else seen == {True}
        case _:
            assert_never(trigger)


def _found(
    name: str, parsed: Parsed, sees: Callable[[tuple[str, ...]], bool | None]
) -> bool | None:
    """Look at a field as people read it, and as it was sent: not all decode."""
    seen = {sees(parsed.values(name)), sees(parsed.unfolded(name))}
    return seen.pop() if len(seen) == 1 else None


def _bears(values: tuple[str, ...], guid: str) -> bool:
    labels = (label for value in values for label in parse_labels(value))
    return any(label.enabled and label.guid == guid for label in labels)


def _holds(values: tuple[str, ...], text: str) -> bool | None:
    whole = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    if any(whole.search(value) for value in values):
        return True
    folded = text.casefold()
    return None if any(folded in value.casefold() for value in values) else False
