"""A script of faults of Zivver, counted: what goes wrong at which stage, how often.

[[zivver_fault]]
at = "RCPT"                    # connect, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA,
reply = "451 4.3.0 later"      # end of data

[[zivver_fault]]
at = "end of data"
do = "take"                    # answer, silent, hang up, drip, take, hold, bounce
after = 2                      # the first two mails pass by
times = 3                      # 0: for ever

about = "bob@fabrikam.example" # at RCPT: this recipient only
beyond = 1                     # at RCPT: those behind so many that were taken
pause = 200                    # of drip: milliseconds between two octets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mail.handoff import Stage
from fakes.mail.reply import read_reply
from fakes.zivver.faults import Deed, FaultLine
from harness.exports.rules import shown_line

if TYPE_CHECKING:
    from harness.exports.toml_tables import Table

TABLE = "zivver_fault"
_MANY = 1_000_000
_MINUTE = 60_000


def read_zivver_faults(tables: tuple[Table, ...]) -> tuple[FaultLine, ...]:
    """Read the [[zivver_fault]] tables of a script, or those of a scenario.

    Raises:
        ExportError: a key is unknown, or a line could never act; with file and line.

    """
    return tuple(_line(table) for table in tables)


def _line(table: Table) -> FaultLine:
    table.only("at", "do", "reply", "about", "after", "times", "beyond", "pause")
    table.needed("at")
    about, said = table.text("about"), table.text("reply")
    times = table.number("times", low=0, high=_MANY)
    try:
        return FaultLine(
            table.choice("at", Stage) or Stage.CONNECT,
            table.choice("do", Deed) or Deed.ANSWER,
            read_reply(said) if said else None,
            table.address("about", about) if about else None,
            table.number("after", low=0, high=_MANY) or 0,
            None if times == 0 else times or 1,
            table.number("beyond", low=0, high=_MANY) or 0,
            (table.number("pause", low=0, high=_MINUTE) or 0) / 1000,
        )
    except ValueError as problem:
        raise table.fail(None, shown_line(str(problem))) from None
