"""How the values of conditions on attachments are taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules import taking
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.values import NotJudged, PropertyType, Words
from fakes.exchange.rules.values_attachments import DocumentProperties, Flag
from fakes.exchange.rules.words import word

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory


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
    del directory
    return DocumentProperties(tuple(_pair(value) for value in values))


def _pair(value: str) -> tuple[str, Words]:
    name, colon, rest = value.partition(":")
    if not name.strip() or not colon:
        message = f"`{value}`, expected Property:word1,word2"
        raise ValueProblem(message)
    given = tuple(said.strip() for said in rest.split(","))
    taking.words(given, None)
    return name.strip(), Words(tuple(map(word, given)))
