"""A script of faults in TOML."""

from fakes.mail.address import parse_address
from fakes.mail.handoff import Stage
from fakes.mail.reply import reply
from fakes.zivver.faults import Deed, FaultLine
from harness.exports.toml_tables import read_toml
from harness.exports.zivver_faults import TABLE, read_zivver_faults

TEXT = """
[[zivver_fault]]
at = "RCPT"
reply = "451 4.3.0 later"
about = "bob@fabrikam.example"
after = 2
times = 3

[[zivver_fault]]
at = "end of data"
do = "take"
times = 0

[[zivver_fault]]
at = "RCPT"
reply = "452 4.5.3 too many"
beyond = 1

[[zivver_fault]]
at = "connect"
do = "drip"
pause = 250
"""


def test_each_line_is_read():
    bob = parse_address("bob@fabrikam.example")
    assert (
        FaultLine(
            Stage.RCPT, reply=reply(451, "4.3.0", "later"), about=bob, after=2, times=3
        ),
        FaultLine(Stage.DONE, Deed.TAKE, times=None),
        FaultLine(Stage.RCPT, reply=reply(452, "4.5.3", "too many"), beyond=1),
        FaultLine(Stage.CONNECT, Deed.DRIP, pause=0.25),
    ) == read_zivver_faults(read_toml("f.toml", TEXT).tables(TABLE) or ())


def test_no_line_is_no_fault():
    assert () == read_zivver_faults(())
