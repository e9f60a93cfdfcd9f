"""What a mail from outside could show for itself when it came: SPF and DKIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.mail.content import parse

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.mail.item import MailItem

_PASSES, _FAILS = "passes", "fails"


def passes_spf(item: MailItem, choices: Choices) -> bool:
    """Say whether the address that it came from may send for its MAIL FROM."""
    known = item.submission.passes_spf
    if known is not None:
        return known
    why = "the address that it came from, or what may send for its domain, is not known"
    return _asked("SPF on arrival", item, why, choices)


def passes_dkim(item: MailItem, choices: Choices) -> bool:
    """Say whether a signature of its sender held; signatures are not judged."""
    if not parse(item.content).named("DKIM-Signature"):
        return False
    return _asked("DKIM on arrival", item, "signatures are not judged", choices)


def _asked(what: str, item: MailItem, why: str, choices: Choices) -> bool:
    fact = Fact(what, str(item.envelope.reverse_path or "<>"), why=why)
    return choices.choose(fact, (_PASSES, _FAILS)) == _PASSES
