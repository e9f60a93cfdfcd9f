"""How much of a file is read, with which libraries, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

# What is said where a library of the extra is absent.
EXTRA: Final = "needs `pip install relay-harness[attachments]`"


class UnreadableError(Exception):
    """Why what a file holds cannot be told."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before the answer is unknown.

    Octets of a file, of a part that may hold a label, of the text parts of a document,
    and of all that archives give; entries of an archive and of all; nested archives;
    characters of text; PDF pages.
    """

    payload: int = 64 * 1024 * 1024
    part: int = 1024 * 1024
    document: int = 16 * 1024 * 1024
    unpacked: int = 64 * 1024 * 1024
    entries: int = 20_000
    depth: int = 5
    # One more than Exchange scans (exchange-rules#7.2).
    text: int = 1024 * 1024 + 1
    pages: int = 500


@dataclass(frozen=True, slots=True)
class Libraries:
    """The optional libraries; None for one that is absent."""

    pdf: ModuleType | None = None
    ole: ModuleType | None = None


@cache
def installed() -> Libraries:
    """Give the libraries of the extra that are here."""
    return Libraries(library("pypdf"), library("olefile"))


def library(name: str) -> ModuleType | None:
    """Import a library; None when it is absent."""
    try:
        return import_module(name)
    except ImportError:
        return None
