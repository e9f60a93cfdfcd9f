"""Mails aimed at a policy: words, labels and senders of its rows in every form.

Each carries its intent: what it was drawn to be. The policy must see the same in the
mail that was made, or we are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from harness.policy.noun import (
    Labelled,
    LabelOn,
    Policy,
    Row,
    SentBy,
    SubjectHas,
    is_one_of,
)
from harness.strategies.correspondents import DrawnSender, recipients, senders
from harness.strategies.mails import labels
from harness.strategies.subjects import subjects

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.mail.address import Address

# A label that no policy speaks of.
_OTHER_LABEL = "00000000-1111-2222-3333-444444444444"
_BODIES = ("See the subject.", "Zie het onderwerp.", "x")


@dataclass(frozen=True, slots=True)
class AimedMail:
    """A drawn mail. `row` is what it was drawn for; `is_met` whether it meets it.

    `fields` are those beside From and To, as they stand in the mail.
    """

    item: MailItem
    fields: tuple[bytes, ...]
    body: str
    sender: DrawnSender
    row: str
    is_met: bool


@st.composite
def aimed_mails(
    draw: st.DrawFn,
    policy: Policy,
    organization: Organization,
    *,
    hostile: bool = False,
) -> AimedMail:
    """Draw a mail for one row of the policy: it meets the row, or all but does."""
    row = draw(st.sampled_from(policy.rows))
    sender = draw(senders(organization))
    words = row.trigger.phrases if isinstance(row.trigger, SubjectHas) else ("",)
    subject = draw(subjects(draw(st.sampled_from(words)), hostile=hostile))
    found = [subject.raw]
    is_met = subject.has_word
    if isinstance(row.trigger, Labelled):
        is_met = LabelOn.MAIL in row.trigger.on and draw(st.integers(0, 3)) > 0
        own = draw(st.sampled_from(row.trigger.guids))
        if is_met or draw(st.booleans()):
            other = draw(st.sampled_from(("off", "other")))
            guid = own if is_met or other == "off" else _OTHER_LABEL
            found.append(draw(labels(guid, enabled=is_met or other == "other")))
    if isinstance(row.trigger, SentBy):
        if draw(st.booleans()):
            who = draw(st.sampled_from(row.trigger.addresses))
            sender = DrawnSender(who, str(who), who, who, is_ours=True)
        is_met = sender.address in row.trigger.addresses
    if row.senders:
        is_met = is_met and is_one_of(sender.address, row.senders)
    to = draw(recipients(organization, is_inside=not sender.is_ours))
    return _aimed(row, sender, to, tuple(found), draw(st.sampled_from(_BODIES)), is_met)


def _aimed(
    row: Row,
    sender: DrawnSender,
    to: tuple[Address, ...],
    found: tuple[bytes, ...],
    body: str,
    is_met: bool,  # noqa: FBT001
) -> AimedMail:
    who = ", ".join(map(str, to))
    head = (f"From: {sender.from_}\r\n".encode(), f"To: {who}\r\n".encode())
    raw = b"".join((*head, *found, f"\r\n{body}\r\n".encode()))
    submission = Submission(
        authenticated=sender.authenticated, passes_spf=sender.passes_spf
    )
    item = MailItem(Envelope(sender.mail_from, to), Content(raw), submission)
    return AimedMail(item, found, body, sender, row.name, is_met)
