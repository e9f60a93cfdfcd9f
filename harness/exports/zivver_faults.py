"""A script of faults of Zivver, counted: what goes wrong at which stage, how often.

[[zivver_fault]]
at = "RCPT"                    # connect, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA,
reply = "451 4.3.0 later"      # end of data

[[zivver_fault]]
at = "end of data"
do = "take"                    # answer, silent, hang up, drip, take, hold, bounce, show
after = 2                      # the first two mails pass by
times = 3                      # 0: for ever

about = "bob@fabrikam.example" # at RCPT: this recipient only
beyond = 1                     # at RCPT: those behind so many that were taken
pause = 200                    # of drip: milliseconds between two octets

[[zivver_fault]]
at = "STARTTLS"
do = "show"                    # another certificate, from then on
certificate = "expired"        # its fault; certificate_names: whose it is
from = "3h"                    # after the mail, or after the start; or a date with time
to = "5h"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.mail.handoff import Stage
from fakes.mail.reply import read_reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.zivver.faults import Deed, FaultLine
from harness.exports.moments import time_at
from harness.exports.rules import shown_line

if TYPE_CHECKING:
    from datetime import datetime

    from harness.exports.toml_tables import Table

TABLE = "zivver_fault"
_KEYS = (
    "at",
    "do",
    "reply",
    "about",
    "after",
    "times",
    "beyond",
    "pause",
    "certificate",
    "certificate_names",
    "from",
    "to",
)
_MANY = 1_000_000
_MINUTE = 60_000


def read_zivver_faults(
    tables: tuple[Table, ...], at: datetime
) -> tuple[FaultLine, ...]:
    """Read the [[zivver_fault]] tables of a script, or those of a scenario.

    `at` is when the mail is sent, or the server started.

    Raises:
        ExportError: a key is unknown, or a line could never act; with file and line.

    """
    return tuple(_line(table, at) for table in tables)


def _line(table: Table, at: datetime) -> FaultLine:
    table.only(*_KEYS)
    table.needed("at")
    about, said = table.text("about"), table.text("reply")
    deed = table.choice("do", Deed) or Deed.ANSWER
    times = table.number("times", low=0, high=_MANY)
    # A certificate is swapped for good, if nobody says otherwise.
    usual = None if deed is Deed.SHOW else 1
    given: dict[str, Any] = {
        "stage": table.choice("at", Stage) or Stage.CONNECT,
        "deed": deed,
        "about": table.address("about", about) if about else None,
        "after": table.number("after", low=0, high=_MANY) or 0,
        "times": None if times == 0 else times or usual,
        "beyond": table.number("beyond", low=0, high=_MANY) or 0,
        "pause": (table.number("pause", low=0, high=_MINUTE) or 0) / 1000,
        "certificate": _certificate(table),
        "begins": time_at(table, "from", at),
        "ends": time_at(table, "to", at),
    }
    try:
        return FaultLine(reply=read_reply(said) if said else None, **given)
    except ValueError as problem:
        raise table.fail(None, shown_line(str(problem))) from None


def _certificate(table: Table) -> Certificate | None:
    fault = table.choice("certificate", CertificateFault)
    names = table.texts("certificate_names")
    if fault is None and names is None:
        return None
    return Certificate(names or (), fault or CertificateFault.NONE)
