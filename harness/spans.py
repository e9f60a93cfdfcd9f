"""Spans of time as people write and read them: `13h`, `90m`, `2d`, `1h30m`."""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["read_span", "spelt", "spoken"]

_FORM = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?|0")
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def read_span(text: str) -> timedelta | None:
    """Read `2d`, `13h`, `1h30m`, `45s` or `0`; None if it is no such thing."""
    match = _FORM.fullmatch(text)
    if not text or match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def spelt(span: timedelta) -> str:
    """Spell a span so that it reads back."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0"


def spoken(span: timedelta) -> str:
    """Say a span in words, its two largest units."""
    rest = int(span.total_seconds())
    words = []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(words[:2]) or "at once"
