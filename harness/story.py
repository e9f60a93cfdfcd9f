"""Everything that was written down about one mail, computed or observed."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.exchange.ledger import Record
from fakes.internet.hosts import Arrival
from fakes.mail.address import Address
from fakes.mail.item import MailItem
from fakes.mail.reply import Reply
from fakes.zivver.ledger import Transaction

__all__ = ["Receipt", "Story"]

Receipt = Transaction | Arrival | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that was written down about one mail.

    `receipts` stand beside the `Transmitted` records of `exchange`, in their order.
    """

    item: MailItem
    refused: tuple[tuple[Address, Reply], ...] = ()
    exchange: tuple[Record, ...] = ()
    receipts: tuple[Receipt, ...] = ()
