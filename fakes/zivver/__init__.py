"""A fake of Zivver's SMTP service: what it admits, and what each recipient gets."""

from fakes.zivver.ledger import Ledger, Refusal, Transaction
from fakes.zivver.readings import READINGS, Reading
from fakes.zivver.receiver import find_receiver, receiver
from fakes.zivver.service import (
    Account,
    Credential,
    Fault,
    ZivverService,
    credential,
)
from fakes.zivver.spf import Spf, SpfResult, check_host

__all__ = [
    "READINGS",
    "Account",
    "Credential",
    "Fault",
    "Ledger",
    "Reading",
    "Refusal",
    "Spf",
    "SpfResult",
    "Transaction",
    "ZivverService",
    "check_host",
    "credential",
    "find_receiver",
    "receiver",
]
