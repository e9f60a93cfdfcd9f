"""A found mail as a case to paste into a scenario file: it fails until it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.duty import Obligation
from harness.outcome import Disposition
from harness.scenario.case import Case, Evidence, Mail
from harness.scenario.expectation import Copy, Expectation, Expected
from harness.scenario.spell import spell

if TYPE_CHECKING:
    from harness.fuzz.search import FoundMail
    from harness.outcome import Fate

# The invariants that hold of every tenant.
_SOURCE = ("zivver#20",)
_SECURE = frozenset({Obligation.MUST_BE_SECURE})


def case_of(found: FoundMail, id_: str, *, tenant: str) -> str:
    """Spell the case. It expects what the policy asks of whom the finding is about.

    Of the others it expects what becomes of them now.
    """
    item, sender = found.mail.item, found.mail.sender
    fields = tuple(raw.decode().rstrip("\r\n") for raw in found.mail.fields)
    mail = Mail(
        mail_from=item.envelope.reverse_path,
        rcpt_to=item.envelope.recipients,
        from_=(sender.from_,),
        headers=tuple(each.replace("\r\n", "\n") for each in fields),
        body=found.mail.body,
        authenticated=sender.authenticated,
        is_inbound=not sender.is_ours,
    )
    finding = found.finding
    expected = tuple(_expected(fate, found) for fate in found.outcome.fates)
    return spell(
        Case(
            f"{finding.kind.value} found by generation ({id_})",
            _SOURCE,
            Evidence.ASSUMED,
            mail,
            Expectation(expected, findings=()),
            tenant=tenant,
        )
    )


def _expected(fate: Fate, found: FoundMail) -> Expected:
    if fate.recipient == found.finding.recipient:
        is_secure = found.finding.obligation in _SECURE
        return Expected(fate.recipient, (Copy("secure" if is_secure else "plain"),))
    words = [d.disposition.value for d in fate.deliveries]
    words = words or [Disposition.UNDETERMINED.value]
    return Expected(fate.recipient, tuple(map(Copy, words)))
