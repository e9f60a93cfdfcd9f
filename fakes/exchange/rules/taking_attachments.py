"""How the values of conditions on attachments are taken in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.exchange.rules import taking
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.values import NotJudged, PropertyType, Words
from fakes.exchange.rules.values_attachments import AnySize, DocumentProperties, Flag

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory

# exports#2.2: an export may write the exact number in parentheses.
_EXACT = re.compile(r"\(([\d.,\u00a0\u202f' ]+) bytes\)", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,15})\s*(B|KB|MB|GB|TB)?", re.IGNORECASE)
_FACTORS = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}


def flag(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make a flag that is on.

    Raises:
        ValueProblem: the text is no truth value.

    """
    del directory
    said = values[0].lower().lstrip("$")
    if said == "true":
        return Flag()
    message = f"`{values[0]}`, expected true or false"
    raise ValueProblem(message)


def size(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make a size: `10MB`, `26.25 MB (27,525,120 bytes)`, or octets.

    Raises:
        ValueProblem: the text is no size.

    """
    del directory
    text = values[0]
    exact = _EXACT.search(text)
    if exact:
        return AnySize(int(re.sub(r"\D", "", exact[1])), text)
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        message = f"`{text}` is no size, expected a number and B, KB, MB, GB or TB"
        raise ValueProblem(message)
    return AnySize(int(match[1]) * _FACTORS[(match[2] or "").upper()], text)


def extensions(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make words for extensions, which have no dot (exchange-rules#3.5).

    Raises:
        ValueProblem: as for words.

    """
    if any(value.startswith(".") for value in values):
        return NotJudged(values, "whether an extension may be given with its dot")
    return taking.words(values, directory)


def properties(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make document properties of `Property:word1,word2`.

    Raises:
        ValueProblem: there is no colon, or a word is none.

    """
    pairs = []
    for value in values:
        name, colon, rest = value.partition(":")
        if not name.strip() or not colon:
            message = f"`{value}`, expected Property:word1,word2"
            raise ValueProblem(message)
        given = tuple(word.strip() for word in rest.split(","))
        words = taking.words(given, directory)
        if isinstance(words, Words):
            pairs.append((name.strip(), words))
    return DocumentProperties(tuple(pairs))
