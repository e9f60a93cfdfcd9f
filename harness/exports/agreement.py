"""The same object in several files: once if they agree, a fault if they do not.

An object is known by its name. What only one of the files has is no disagreement, but
for command lines, which leave out what is not set (exports#0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from fakes.exchange.rules.rule import WITHOUT_EFFECT, is_set, text_of
from harness.exports.account import Ledger
from harness.exports.cmdlets import Cmdlet
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, each, shown
from harness.exports.values import flat

# By what an object is known, where two files may have it.
_NAMED_BY: Mapping[Cmdlet, tuple[str, ...]] = MappingProxyType(
    {
        Cmdlet.RULES: ("Name", "Identity"),
        Cmdlet.OUTBOUND_CONNECTORS: ("Name", "Identity"),
        Cmdlet.INBOUND_CONNECTORS: ("Name", "Identity"),
        Cmdlet.SEND_CONNECTORS: ("Name", "Identity"),
        Cmdlet.RECEIVE_CONNECTORS: ("Identity", "Name"),
        Cmdlet.ACCEPTED_DOMAINS: ("DomainName",),
        Cmdlet.REMOTE_DOMAINS: ("DomainName",),
        Cmdlet.JOURNAL_RULES: ("Name", "Identity"),
        Cmdlet.SPAM_POLICIES: ("Name", "Identity"),
    }
)
# What a rule does, beside its conditions and actions.
_OF_A_RULE = frozenset(
    {
        "state",
        "enabled",
        "mode",
        "priority",
        "activationdate",
        "expirydate",
        "ruleerroraction",
        "senderaddresslocation",
        "recipientaddresstype",
        "stopruleprocessing",
        "uselegacyregex",
    }
)
_OF_ITS_STORAGE = """
whenchanged whenchangedutc whencreated whencreatedutc comment originatingserver
admindisplayname objectcategory objectclass organizationalunitroot
lastvalidationtimestamp
"""
_SAYS_NOTHING = (
    frozenset(name.lower() for name in WITHOUT_EFFECT)
    | frozenset(_OF_ITS_STORAGE.split())
) - _OF_A_RULE
# What is as good as not said.
_USUAL = frozenset(
    {"none", "resolved", "false", "header", "ignore", "enforce", "enabled"}
)


def together(
    cmdlet: Cmdlet,
    known: tuple[Exported, ...],
    entries: tuple[Exported, ...],
    ledger: Ledger,
) -> tuple[Exported, ...]:
    """Give the objects of several files, each of them once.

    Raises:
        ExportError: two files do not say the same of one.

    """
    if not known:
        return entries
    found = list(known)
    places = {_name(cmdlet, one).lower(): at for at, one in enumerate(known)}
    seen = {_whole(one): one.file for one in known}

    def put(entry: Exported) -> None:
        name = _name(cmdlet, entry)
        at = places.get(name.lower()) if name else None
        same = seen.get(_whole(entry))
        if same:
            ledger.note_unused(entry, _there(same))
        elif at is None or found[at].file == entry.file:
            found.append(entry)
        else:
            _check_agrees(cmdlet, found[at], entry)
            fuller, other = sorted((found[at], entry), key=_fullness)[::-1]
            ledger.note_unused(other, _there(fuller.file))
            found[at] = fuller

    each(put, entries)
    return tuple(found)


def _name(cmdlet: Cmdlet, entry: Exported) -> str:
    said = (entry.get(name) for name in _NAMED_BY.get(cmdlet, ()))
    return next((one for one in said if isinstance(one, str) and one), "")


def _there(file: str) -> str:
    return f"the same object stands in {file}"


def _whole(entry: Exported) -> str:
    return json.dumps([entry.properties, repr(entry.lost)], sort_keys=True)


def _fullness(entry: Exported) -> tuple[int, int]:
    return (-len(entry.lost), len(entry.values))


def _check_agrees(cmdlet: Cmdlet, first: Exported, second: Exported) -> None:
    lost = {name.lower() for one in (first, second) for name, _ in one.lost}
    names = dict.fromkeys((*first.columns.names, *second.columns.names))
    for name in names:
        if name.lower() in _SAYS_NOTHING or name.lower() in lost:
            continue
        is_in_both = first.has(name) and second.has(name)
        if not is_in_both and cmdlet is not Cmdlet.RULES:
            # The columns that somebody has chosen (exports#2.2).
            continue
        here, there = _said(second.get(name)), _said(first.get(name))
        if here != there:
            called = _name(cmdlet, second)
            raise ExportError(
                second.place,
                f"`{shown(name)}` of `{shown(called)}` is {_shown(here)}, and in "
                f"{first.place} it is {_shown(there)}; keep the export that is right",
            )


def _said(value: object) -> tuple[str, ...]:
    """Give a value in one spelling; nothing for what is as good as not said."""
    if not is_set(value):
        return ()
    said = sorted(text_of(one).strip().lower() for one in flat(value))
    return () if len(said) == 1 and said[0] in _USUAL else tuple(said)


def _shown(said: tuple[str, ...]) -> str:
    return f"`{shown(', '.join(said))}`" if said else "not set"
