"""What Zivver does not document, as a table: each question, its answers, its default.

A setting of the service that is None leaves its question open; `settle` then asks
the run's choices, and only where the answers differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from fakes.choices import Choices, OpenReading

if TYPE_CHECKING:
    from collections.abc import Mapping


class MissingAccount(StrEnum):
    """What happens to a mail whose From: has no active account (zivver#5)."""

    REJECT = "reject"
    ACCEPT_THEN_NOTIFY = "accept_then_notify"
    ACCEPT_AND_DROP = "accept_and_drop"


class IgnoreValue(StrEnum):
    """How the value of `x-zivver-ignore-smtp-recipients` is compared (zivver#6)."""

    CASE_BLIND = "case_blind"
    EXACT = "exact"


class EmptyRecipients(StrEnum):
    """What happens when To and Cc count and name nobody (zivver#6)."""

    REFUSE = "refuse"
    ACCEPT_AND_BOUNCE = "accept_and_bounce"


class NotAllowlisted(StrEnum):
    """How a client is turned away that no allow-listed domain covers (zivver#3)."""

    REJECT_MAIL = "reject_mail"
    REJECT_CONNECT = "reject_connect"
    TIMEOUT = "timeout"


class BccMode(StrEnum):
    """Who sees a recipient that stands in the envelope only (zivver#6)."""

    HIDDEN = "hidden"
    EXPOSED = "exposed"
    SEPARATE = "separate"


class TrustedOverSmtp(StrEnum):
    """Whether the list of trusted domains touches SMTP traffic (zivver#8)."""

    SECURE = "secure"
    PLAIN = "plain"


class NtaUnfit(StrEnum):
    """What happens where a domain is able to do NTA 7516 and its TLS is unfit."""

    NOTIFICATION = "notification"
    BOUNCE = "bounce"


class Delegates(StrEnum):
    """Whether who stands in Sender: must be a delegate of the account in From:."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"


A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Reading:
    """One open question; `field` is the setting of the service that answers it."""

    name: str
    field: str
    question: str
    default: StrEnum
    alternatives: tuple[StrEnum, ...]
    sources: tuple[str, ...]
    recipe: str


def _reading(
    field: str, answers: type[StrEnum], *, question: str, sources: str, recipe: str
) -> Reading:
    default, *others = answers
    return Reading(
        f"zivver_{field}",
        field,
        question,
        default,
        tuple(others),
        tuple(sources.split()),
        recipe,
    )


READINGS: Mapping[type[StrEnum], Reading] = MappingProxyType(
    {
        MissingAccount: _reading(
            "missing_account",
            MissingAccount,
            question="what becomes of a mail whose From: has no active Zivver account?",
            sources="zivver#5 zivver#12 zivver#21",
            recipe=(
                "Send one mail through the relay from a mailbox without a Zivver "
                "account: an NDR means reject, a mail from Zivver means "
                "accept_then_notify, neither within a day means accept_and_drop."
            ),
        ),
        IgnoreValue: _reading(
            "ignore_value",
            IgnoreValue,
            question="does `x-zivver-ignore-smtp-recipients: TRUE` count as `true`?",
            sources="zivver#6 zivver#21",
            recipe="Write the value as `true`: then it does not matter.",
        ),
        EmptyRecipients: _reading(
            "empty_recipients",
            EmptyRecipients,
            question="what becomes of a mail whose To and Cc count and are empty?",
            sources="zivver#6 zivver#12",
            recipe=(
                "With the on-premises set-up, send a mail to a Bcc recipient only: an "
                "NDR at once means refuse, a mail from Zivver means accept_and_bounce."
            ),
        ),
        NotAllowlisted: _reading(
            "not_allowlisted",
            NotAllowlisted,
            question="how is a client turned away that is not on the SPF allowlist?",
            sources="zivver#3 zivver#12 zivver#21",
            recipe=(
                "Connect to port 587 from an address that is not covered: no greeting "
                "means timeout, a greeting of 554 reject_connect, 220 reject_mail."
            ),
        ),
        BccMode: _reading(
            "bcc_mode",
            BccMode,
            question="do the other recipients see a Bcc recipient?",
            sources="zivver#6 zivver#21",
            recipe=(
                "Send a mail to two guests, one of them in Bcc, and open the "
                "conversation as the other."
            ),
        ),
        TrustedOverSmtp: _reading(
            "trusted_over_smtp",
            TrustedOverSmtp,
            question="does mail from SMTP go to a trusted domain as ordinary mail?",
            sources="zivver#8 zivver#21",
            recipe="Relay a mail to an address of a trusted domain; see how it came.",
        ),
        NtaUnfit: _reading(
            "nta_unfit",
            NtaUnfit,
            question="what follows if a host for NTA 7516 fails the TLS check?",
            sources="zivver#8 zivver#16 zivver#finding-14",
            recipe=(
                "Set a TXT record for NTA 7516 on a domain of your own whose mail host "
                "has no trusted certificate, and relay a mail to it."
            ),
        ),
        Delegates: _reading(
            "delegates",
            Delegates,
            question="must who stands in Sender: be a delegate of From:'s account?",
            sources="zivver#5 zivver#18",
            recipe=(
                "Send a mail on behalf of a mailbox whose Zivver account does not name "
                "you as a delegate: a notification at the recipient means not_asked, "
                "an NDR or a mail from Zivver means asked."
            ),
        ),
    }
)


def settle(given: A | None, question: type[A], choices: Choices) -> A:
    """Give the setting, or the run's answer when it was left open."""
    if given is not None:
        return given
    reading = READINGS[question]
    answers = (str(reading.default), *(str(other) for other in reading.alternatives))
    return question(choices.choose(OpenReading(reading.name), answers))
