"""Actions that change the mail: header fields, subject, disclaimer, spam rating."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Action, ActionRow, Context
from fakes.exchange.rules.effects import NOTHING, SOMETHING, one_of
from fakes.exchange.rules.effects_end import rejected
from fakes.exchange.rules.predicate import ValueProblem
from fakes.mail.address import parse_address_list
from fakes.mail.content import parse, prepend_subject, remove_fields, set_field
from fakes.mail.disclaimer import Refusal, add_disclaimer, wrap

if TYPE_CHECKING:
    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.content import Content

_MOST_DISCLAIMER = 5000
_LOCATIONS, _FALLBACKS = ("Append", "Prepend"), ("Wrap", "Ignore", "Reject")
_SCL_HEADER = "X-MS-Exchange-Organization-SCL"
_SCLS = frozenset(map(str, range(-1, 10)))
_TOKEN = re.compile(r"%%(\w+)%%")
_NOT_CHANGEABLE = "a disclaimer could not be added to your message"


def set_header(fork: Fork, action: Action, context: Context) -> Fork:
    """Write a header field; the last writer wins (exchange-rules#v59)."""
    del context
    name, value = action.values[0][0], action.values[1][0]
    return _with(fork, set_field(fork.item.content, name, value))


def remove_header(fork: Fork, action: Action, context: Context) -> Fork:
    """Drop a header field, all of its instances or the first (R-36)."""
    name = action.values[0][0]
    is_repeated = len(parse(fork.item.content).named(name)) > 1
    only_first = False
    if is_repeated:
        answer = ask(context.organization.readings, context.choices, "remove_header")
        only_first = answer == "first"
    return _with(fork, remove_fields(fork.item.content, name, only_first=only_first))


def prepend(fork: Fork, action: Action, context: Context) -> Fork:
    """Put a text in front of the subject as typed."""
    del context
    return _with(fork, prepend_subject(fork.item.content, action.values[0][0]))


def set_scl(fork: Fork, action: Action, context: Context) -> Fork:
    """Write the spam confidence level; who sees it later is open (R-40)."""
    readings = context.organization.readings
    if ask(readings, context.choices, "scl_seen_later") == "no":
        return fork
    return _with(fork, set_field(fork.item.content, _SCL_HEADER, action.operand))


def build_scl(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take a level in.

    Raises:
        ValueProblem: it is none of -1 and 0 to 9.

    """
    del directory
    if values[0][0] not in _SCLS:
        message = f"`{values[0][0]}`, expected -1 or 0 to 9"
        raise ValueProblem(message)
    return Action(row, values)


def build_disclaimer(
    row: ActionRow, values: tuple[tuple[str, ...], ...], directory: Directory | None
) -> Action:
    """Take text, location and fallback in.

    Raises:
        ValueProblem: the text is missing or too long, or a word is not known.

    """
    del directory
    text, location, fallback = values
    if not text:
        message = f"it is missing beside `{row.parameters[1 if location else 2]}`"
        raise ValueProblem(message)
    if len(text[0]) > _MOST_DISCLAIMER:
        message = f"a text of {len(text[0])} characters, at most {_MOST_DISCLAIMER}"
        raise ValueProblem(message)
    # exchange-rules#5: Append and Wrap are the defaults.
    where = one_of(row.parameters[1], (*location, "Append")[0], _LOCATIONS)
    otherwise = one_of(row.parameters[2], (*fallback, "Wrap")[0], _FALLBACKS)
    return Action(row, ((text[0],), (where,), (otherwise,)))


def disclaim(fork: Fork, action: Action, context: Context) -> Fork:
    """Write a disclaimer into the body, or do what the fallback says."""
    (written,), (location,), (fallback,) = action.values
    text = _filled_in(written, fork, context)
    content = fork.item.content
    done = add_disclaimer(content, text, at_end=location == "Append")
    if not isinstance(done, Refusal):
        return _with(fork, done, edit=f"{context.rule}: {location} {text}")
    # exchange-rules#5: Ignore leaves the rule out and delivers.
    if fallback == "Ignore":
        return fork
    if done is Refusal.NO_TEXT:
        why = "no source says whether a mail without text takes a disclaimer"
        fact = Fact(action.name, fallback, why=why)
        if context.choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING:
            return fork
    if fallback == "Reject":
        return rejected(fork, context, "5.7.1", _NOT_CHANGEABLE)
    keeps_all = False
    if wrap(content, text, keeps_all=True) != wrap(content, text, keeps_all=False):
        readings = context.organization.readings
        keeps_all = ask(readings, context.choices, "wrapper_fields") == "all"
    digest = hashlib.sha256(content.raw).hexdigest()
    # exchange-rules#v87: later rules see the wrapper.
    wrapped = wrap(content, text, keeps_all=keeps_all)
    done_so = _with(fork, wrapped, edit=f"{context.rule}: Wrap {digest}")
    return replace(done_so, arrived=None)


def _filled_in(text: str, fork: Fork, context: Context) -> str:
    """Put the sender's attributes in the place of their tokens; absent ones go."""
    senders = parse_address_list(parse(fork.item.content).unfolded("From")).addresses
    directory = context.organization.directory
    known: dict[str, str] = {}
    for entry in (
        directory.by_address.get(senders[0], ()) if senders and directory else ()
    ):
        known |= {name.lower(): value for name, value in entry.attributes}
        known.setdefault("displayname", entry.name)
    return _TOKEN.sub(lambda token: known.get(token[1].lower(), ""), text)


def _with(fork: Fork, content: Content, *, edit: str = "") -> Fork:
    edits = (*fork.edits, edit) if edit else fork.edits
    item = replace(fork.item, content=content)
    arrived = fork.arrived or fork.item.content
    return replace(fork, item=item, edits=edits, arrived=arrived)
