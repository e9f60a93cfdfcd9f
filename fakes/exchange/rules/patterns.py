"""Patterns: the part of .NET's regular expressions that means the same in Python.

What is outside that part is UNKNOWN, never something near (exchange-rules#2.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import regex

# One item of the shared part. Letters outside ASCII fold differently and are left
# out; what a quantifier may stand behind is a group of its own.
_ITEM = re.compile(
    r"""(?P<atom>
      [A-Za-z0-9 !"\#%&',\-/:;<=>@_`~]        # never means anything else
    | \.                                      # any character but a line feed
    | \\[\\.*+?()\[\]{}|^$\-/"'@<>=:;,!\#%&_~` ]  # escaped punctuation
    | \\d                                     # decimal digits of any script
    | \[\^?[A-Za-z0-9 !"\#%&'(),./:;<=>@_`~*+?$|{}-]+\]  # plain signs only
    | \)
    )
    | (?P<other> \^ | \$ | \| | \((?:\?:)? )
    | (?P<quantifier> (?: [*+?] | \{\d{1,4}(?:,\d{0,4})?\} ) \?? )""",
    re.VERBOSE,
)
# Characters that one engine folds to ASCII and the other may not, and those that
# are two characters to .NET.
_DISPUTED = re.compile("[\u0130\u0131\u017f\u212a\U00010000-\U0010ffff]")
TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern; `problem` says why it is not judged, empty if it is."""

    text: str
    problem: str


@lru_cache(maxsize=2048)
def pattern(text: str) -> Pattern:
    """Make a pattern; whether it can be judged is found once."""
    position, before = 0, "other"
    while position < len(text):
        match = _ITEM.match(text, position)
        kind = match.lastgroup if match else None
        # `a++` and `(?i)` mean one thing in one engine and another in the other.
        if match is None or (kind == "quantifier" and before != "atom"):
            rest = text[position : position + 8]
            return Pattern(text, f"`{rest}` may mean something else in .NET")
        position, before = match.end(), kind or "other"
    try:
        _compiled(text)
    except regex.error as error:
        return Pattern(text, f"no regular expression: {error}")
    return Pattern(text, "" if text else "an empty pattern")


def is_found(
    entry: Pattern, text: str, *, timeout: float = TIMEOUT_SECONDS
) -> bool | None:
    """Search the text; None when we cannot tell.

    `timeout` is in seconds; a search that takes longer is given up and cannot be
    told, never "not found".
    """
    if entry.problem or _DISPUTED.search(text):
        return None
    try:
        return _compiled(entry.text).search(text, timeout=timeout) is not None
    except TimeoutError:
        return None


@lru_cache(maxsize=2048)
def _compiled(text: str) -> regex.Pattern[str]:
    # exchange-rules#R-09: no multi-line mode, `^` and `$` hold on the whole value
    # (field-cases#anchors); exchange-rules#2.2: not case-sensitive, unanchored.
    return regex.compile(text, regex.IGNORECASE | regex.VERSION0)
