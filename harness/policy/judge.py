"""What the policy says of a mail, recipient by recipient.

Judged on what a person sees. A row holds when its trigger does and the sender is one
of its senders; it speaks of recipients outside, inside, or both. Mail from others is
not ours to secure, and excepted mail need not be secure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from fakes.mail.address import Address
from fakes.trace import Answer
from harness.duty import Beyond, Duty, Inside, Obligation
from harness.policy.noun import (
    Audience,
    Kind,
    Labelled,
    LabelOn,
    Policy,
    Row,
    SentBy,
    SubjectHas,
    is_one_of,
    is_own,
)
from harness.policy.sight import (
    attached_labels,
    enabled,
    kinds,
    labels,
    reads,
    relayed,
    senders,
    subjects,
)

if TYPE_CHECKING:
    from fakes.mail.content import Content
    from fakes.mail.item import MailItem

# Whoever is outside: no domain of anybody (RFC 2606).
_ANYBODY = Address("anybody", "outside.invalid")
_UNKNOWN_DOMAINS = (
    "which domains are ours is not known: no accepted domains, no own_domains"
)


@dataclass(frozen=True, slots=True)
class _Held:
    """Whether a row holds for the mail. `is_beyond_rules` as in Duty."""

    row: Row
    answer: Answer
    why: str
    is_beyond_rules: bool = False


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who stands in From, and whether he is ours."""

    addresses: tuple[Address, ...]
    is_ours: Answer
    trouble: str


def judge(
    policy: Policy, item: MailItem, *, own_domains: tuple[str, ...] | None
) -> tuple[Duty, ...]:
    """Give the duty towards each recipient of the envelope.

    `own_domains` are the tenant's (folded; `*.x` for what lies below x), None when
    they are not known; those that the policy names itself go before them.
    """
    duties = _judged(policy, item, own_domains)
    copies = policy.expected_copies
    return tuple(replace(duty, copies=copies) for duty in duties) if copies else duties


def _judged(
    policy: Policy, item: MailItem, own_domains: tuple[str, ...] | None
) -> tuple[Duty, ...]:
    own = policy.own_domains if policy.own_domains is not None else own_domains
    recipients = tuple(dict.fromkeys(item.envelope.recipients))
    sender = _sender(item.content, own)
    held = tuple(
        found
        for row in policy.rows
        if (found := _hold(row, item.content, sender)).answer is not Answer.NO
    )
    if not held:
        return _of_no_row(policy, item, recipients, sender)
    if sender.is_ours is Answer.NO:
        return _all(recipients, "its sender is not one of ours")
    found_kinds = kinds(item) & policy.exempt
    if Kind.ZIVVER in found_kinds:
        return _all(recipients, "it has been at Zivver")
    if found_kinds:
        names = tuple(entry.row.name for entry in held)
        why = f"excepted: {' and '.join(sorted(found_kinds))}"
        return tuple(Duty(r, Obligation.NO_WORD, names, why) for r in recipients)
    asked = _Asked(held, sender, policy, own)
    beyond = Beyond(own or (), _duty(_ANYBODY, (_ANYBODY,), asked))
    return tuple(
        replace(_duty(recipient, recipients, asked), beyond=beyond)
        for recipient in recipients
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows that hold or may hold for a mail, with what else decides."""

    held: tuple[_Held, ...]
    sender: _Sender
    policy: Policy
    own: tuple[str, ...] | None


def _of_no_row(
    policy: Policy, item: MailItem, recipients: tuple[Address, ...], sender: _Sender
) -> tuple[Duty, ...]:
    """Give the duty of mail that need not be secure, and may be in some cases."""
    found = relayed(item.content) & policy.may_be_secure
    if found and sender.is_ours is not Answer.NO:
        why = f"it may go to Zivver: {' and '.join(sorted(found))}"
        return tuple(Duty(r, Obligation.NO_WORD, (), why) for r in recipients)
    return _all(recipients, "no row of the policy speaks of it")


def _all(recipients: tuple[Address, ...], why: str) -> tuple[Duty, ...]:
    return tuple(Duty(r, Obligation.MUST_BE_PLAIN, (), why) for r in recipients)


def _sender(content: Content, own: tuple[str, ...] | None) -> _Sender:
    addresses, trouble = senders(content)
    if own is None:
        return _Sender(addresses, Answer.CANNOT_TELL, trouble or _UNKNOWN_DOMAINS)
    if any(is_own(address.domain_key, own) for address in addresses):
        return _Sender(addresses, Answer.YES, trouble)
    answer = Answer.CANNOT_TELL if trouble else Answer.NO
    return _Sender(addresses, answer, trouble)


def _hold(row: Row, content: Content, sender: _Sender) -> _Held:
    found = _trigger(row, content, sender)
    if found.answer is Answer.NO or not row.senders:
        return found
    if any(is_one_of(address, row.senders) for address in sender.addresses):
        return found
    _, trouble = senders(content)
    if trouble:
        return _Held(row, Answer.CANNOT_TELL, trouble)
    return _Held(row, Answer.NO, "it is from somebody else")


def _trigger(row: Row, content: Content, sender: _Sender) -> _Held:
    match row.trigger:
        case SubjectHas(phrases):
            return _subject(row, phrases, content)
        case Labelled(guids, on):
            return _label(row, guids, on, content)
        case SentBy(addresses):
            named = [a for a in sender.addresses if a in addresses]
            if named:
                return _Held(row, Answer.YES, f"from {named[0]}")
            _, trouble = senders(content)
            return _Held(row, Answer.CANNOT_TELL if trouble else Answer.NO, trouble)
        case _:
            assert_never(row.trigger)


def _subject(row: Row, phrases: tuple[str, ...], content: Content) -> _Held:
    seen = subjects(content)
    answers = []
    for value in seen.values:
        found = next((p for p in phrases if reads(p, value)), None)
        answers.append(found)
    words = [found for found in answers if found is not None]
    if words and None not in answers:
        return _Held(row, Answer.YES, f'the subject has "{words[0]}"')
    if words:
        why = "it has several subjects, and they do not agree"
        return _Held(row, Answer.CANNOT_TELL, why)
    if seen.trouble:
        return _Held(row, Answer.CANNOT_TELL, seen.trouble)
    return _Held(row, Answer.NO, "the subject has no such word")


def _label(
    row: Row, guids: tuple[str, ...], on: frozenset[LabelOn], content: Content
) -> _Held:
    own_labels, trouble = labels(content)
    if LabelOn.MAIL in on and enabled(own_labels, guids):
        return _Held(row, Answer.YES, "the mail carries the label")
    if LabelOn.ATTACHMENT in on:
        attached = attached_labels(content)
        if enabled(attached.labels, guids):
            # msip-labels#4: no field of the mail tells what is inside a file
            is_beyond = not enabled(own_labels, guids)
            why = "an attached file carries the label"
            return _Held(row, Answer.YES, why, is_beyond)
        trouble = trouble or attached.trouble
    if trouble:
        return _Held(row, Answer.CANNOT_TELL, trouble)
    return _Held(row, Answer.NO, "it does not carry the label")


def _duty(recipient: Address, recipients: tuple[Address, ...], asked: _Asked) -> Duty:
    held, sender, policy, own = asked.held, asked.sender, asked.policy, asked.own
    if own is None:
        return _cannot_tell(recipient, held, _UNKNOWN_DOMAINS)
    is_inside = is_own(recipient.domain_key, own)
    is_mixed = any(not is_own(r.domain_key, own) for r in recipients)
    speaking = [h for h in held if _speaks_of(h.row.to, is_inside, is_mixed)]
    sure = [entry for entry in speaking if entry.answer is Answer.YES]
    if sure and sender.is_ours is Answer.YES:
        asks_inside = any(entry.row.to is not Audience.OUTSIDE for entry in sure)
        return Duty(
            recipient,
            Obligation.MUST_BE_SECURE,
            tuple(entry.row.name for entry in sure),
            "; ".join(dict.fromkeys(entry.why for entry in sure)),
            Inside.SECURE if is_inside and asks_inside else policy.inside,
            all(entry.is_beyond_rules for entry in sure),
            after=tuple(dict.fromkeys(n for entry in sure for n in entry.row.after)),
            expects_dlp=policy.expects_dlp,
        )
    if speaking:
        doubts = [h.why for h in speaking if h.answer is Answer.CANNOT_TELL]
        return _cannot_tell(recipient, tuple(speaking), (doubts or [sender.trouble])[0])
    where = "inside" if is_inside else "outside"
    why = f"the policy asks nothing for recipients {where}"
    return Duty(recipient, Obligation.MUST_BE_PLAIN, (), why)


def _cannot_tell(recipient: Address, held: tuple[_Held, ...], why: str) -> Duty:
    names = tuple(entry.row.name for entry in held)
    return Duty(recipient, Obligation.CANNOT_TELL, names, why)


def _speaks_of(to: Audience, is_inside: bool, is_mixed: bool) -> bool:  # noqa: FBT001
    """Say whether a row speaks of a recipient; a mixed mail is spoken of as a whole."""
    if to is Audience.ANYONE:
        return True
    if to is Audience.INSIDE:
        return is_inside
    return not is_inside or is_mixed
