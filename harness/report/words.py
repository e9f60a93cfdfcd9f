"""Plain words for what the code calls by a name: ends, findings, open questions."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import QUESTIONS
from fakes.zivver.readings import READINGS
from harness.compare import FindingKind
from harness.outcome import SECURE, Delivery, Disposition
from harness.report.page import AMBER, GREEN, RED, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.outcome import Because
    from harness.world import Settled

CANNOT_TELL = "CANNOT TELL"

_D, _F = Disposition, FindingKind

WHAT_BECOMES: Mapping[Disposition, str] = MappingProxyType(
    {
        _D.SECURE_NOTIFICATION: (
            "Zivver sends a notification, the content is read at Zivver"
        ),
        _D.SECURE_DIRECT: (
            "Zivver hands it to the recipient's mail server, whose TLS it has checked"
        ),
        _D.SECURE_IN_APP: "it is in the recipient's Zivver account",
        _D.HELD: "Zivver has it and waits",
        _D.BOUNCED: "Zivver took it and sent it back",
        _D.PLAIN: "it leaves as ordinary mail",
        _D.INTERNAL: "a mailbox of the organisation gets it from Exchange itself",
        _D.DEFERRED: "it waits in a queue",
        _D.EXPIRED: "Exchange gave up trying and tells the sender",
        _D.REJECTED: "it is refused on the way and does not arrive",
        _D.REFUSED: "Exchange does not take it from the client",
        _D.DELETED: "a rule deletes it",
        _D.QUARANTINED: "a rule puts it into quarantine",
        _D.MODERATED: "a rule lays it before a moderator",
        _D.MISDIRECTED: "somebody gets it to whom it was not sent",
        _D.LOST: "nobody gets it and nobody is told",
        _D.LOOPED: "it goes round, and is refused in the end",
        _D.UNDETERMINED: "what becomes of it cannot be told",
    }
)

WHAT_IS_WRONG: Mapping[FindingKind, str] = MappingProxyType(
    {
        _F.LEAK: "must be secure and leaves as ordinary mail",
        _F.EXPOSURE: "can be read by people whom it does not concern",
        _F.MISDIRECTION: "reaches somebody to whom it was not sent",
        _F.LOSS: "does not arrive",
        _F.LOOP: "was sent by Zivver and is sent to Zivver again",
        _F.UNDETERMINED: "may end as it must or not: it cannot be told",
        _F.VACUOUS: "a line of the policy that no mail of this check meets",
        _F.DELAY: "waits",
        _F.WEAK: "is secure, but could be kept better on its way",
        _F.OVER_CAPTURE: "must be ordinary mail and goes to Zivver",
        _F.DUPLICATE: "arrives more than once",
    }
)

COLOUR: Mapping[FindingKind, str] = MappingProxyType(
    dict.fromkeys((_F.LEAK, _F.EXPOSURE, _F.MISDIRECTION), RED)
    | dict.fromkeys(set(_F) - {_F.LEAK, _F.EXPOSURE, _F.MISDIRECTION}, AMBER)
)

_NOTED: Mapping[FindingKind, str] = MappingProxyType(
    {_F.UNDETERMINED: CANNOT_TELL, _F.OVER_CAPTURE: "OVER-CAPTURE"}
)
_ZIVVER = "Zivver: "
_OPEN = re.compile(r"(Microsoft does not document it: )([a-z_]+(?:, [a-z_]+)*)$")


def finding_word(kind: FindingKind) -> str:
    """Give the word that stands for a kind of finding on the screen."""
    return _NOTED.get(kind, kind.value)


def end_word(disposition: Disposition) -> str:
    """Give the one word for an end."""
    if disposition in SECURE:
        return "SECURE"
    if disposition is Disposition.UNDETERMINED:
        return CANNOT_TELL
    return disposition.value


def end_colour(delivery: Delivery, *, must_be_secure: bool | None = None) -> str:
    """Colour an end: green as intended, red in clear or astray, amber the rest."""
    disposition = delivery.disposition
    if disposition is Disposition.MISDIRECTED:
        return RED
    if disposition in SECURE:
        return AMBER if must_be_secure is False else GREEN
    if disposition is Disposition.PLAIN:
        if must_be_secure is None:
            return ""
        return RED if must_be_secure else GREEN
    return GREEN if disposition is Disposition.INTERNAL else AMBER


def question(name: str) -> str:
    """Ask an open question in words; a name that is no question stays."""
    if name in QUESTIONS:
        return QUESTIONS[name].asks
    for reading in READINGS.values():
        if reading.name == name:
            return reading.question.rstrip("?")
    return name


def who_is_silent(name: str) -> str:
    """Say whose documentation leaves a question open."""
    return "Microsoft" if name in QUESTIONS else "Zivver"


def depends_on(because: Because) -> str:
    """Say on what an end depends, as a clause after "it depends on"."""
    if because.is_assumed:
        return f"what nobody has stated: {taken_for_granted(because.questions)}"
    if not because.is_reading:
        return because.why or listed(because.questions)
    return something_open(because.questions)


def something_open(names: Iterable[str]) -> str:
    """Name open questions with whose they are."""
    every = tuple(names)
    silent = listed(dict.fromkeys(who_is_silent(name) for name in every))
    verb = "does" if " and " not in silent else "do"
    asked = "; ".join(question(name) for name in every)
    return f"something {silent} {verb} not document: {asked}"


def settled(one: Settled) -> str:
    """Say who settled an open question, when, and by what."""
    return f"{question(one.name)}: {one.answer} ({one.told})"


def plainly(why: str) -> str:
    """Give a reason of the trace with its open questions asked in words."""
    match = _OPEN.search(why)
    if not match:
        return why
    asked = "; ".join(question(name) for name in match[2].split(", "))
    return f"{why[: match.start()]}{match[1]}{asked}"


def taken_for_granted(assumed: Iterable[str]) -> str:
    """Say what was assumed, that of Zivver together."""
    every = tuple(assumed)
    zivver = [a.removeprefix(_ZIVVER) for a in every if a.startswith(_ZIVVER)]
    others = [a for a in every if not a.startswith(_ZIVVER)]
    parts = [f"at Zivver: {', '.join(zivver)}"] if zivver else []
    if others:
        parts.append(f"{'elsewhere: ' if zivver else ''}{', '.join(others)}")
    return "; ".join(parts)
