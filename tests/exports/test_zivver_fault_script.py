"""A script of faults in TOML."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.mail.address import parse_address
from fakes.mail.handoff import Stage
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.zivver.faults import Deed, FaultLine
from harness.exports.problems import ExportError
from harness.exports.toml_tables import read_toml
from harness.exports.zivver_faults import TABLE, read_zivver_faults

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
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

[[zivver_fault]]
at = "STARTTLS"
do = "show"
certificate = "expired"
from = "3h"
to = 2026-03-02T14:00:00+01:00

[[zivver_fault]]
at = "STARTTLS"
do = "show"
certificate_names = ["mail.impostor.example"]
times = 2
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
        FaultLine(
            Stage.STARTTLS,
            Deed.SHOW,
            times=None,
            certificate=Certificate((), CertificateFault.EXPIRED),
            begins=AT + timedelta(hours=3),
            ends=AT + timedelta(hours=4),
        ),
        FaultLine(
            Stage.STARTTLS,
            Deed.SHOW,
            times=2,
            certificate=Certificate(("mail.impostor.example",)),
        ),
    ) == read_zivver_faults(read_toml("f.toml", TEXT).tables(TABLE) or (), AT)


def test_no_line_is_no_fault():
    assert () == read_zivver_faults((), AT)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('at = "RCTP"', "f.toml:2: `at` is `RCTP`, did you mean `RCPT`?"),
        ('at = "STARTTLS"\ndo = "show"', "`show` goes with a certificate"),
        ('at = "RCPT"\ndo = "hold"', "`hold` goes with end of data, not RCPT"),
        ('at = "STARTTLS"\ncertificate = "expired"', "`answer` needs a reply"),
        (
            'at = "STARTTLS"\ndo = "show"\ncertificate = "expird"',
            "f.toml:4: `certificate` is `expird`, did you mean `expired`?",
        ),
        (
            'at = "connect"\ndo = "silent"\nfrom = "3h"\nto = "1h"',
            "f.toml:1: a fault ends after it begins",
        ),
        (
            'at = "connect"\ndo = "silent"\nfrom = "noon"',
            "`from` is `noon`, expected a span such as 13h, or a date with time",
        ),
        ('do = "silent"', "f.toml:1: `at` is missing"),
        ('at = "connect"\nwhen = "3h"', "f.toml:3: unknown key `when`"),
    ],
)
def test_a_line_that_could_never_act_is_refused(line, expected):
    tables = read_toml("f.toml", f"[[zivver_fault]]\n{line}\n").tables(TABLE) or ()
    with pytest.raises(ExportError) as caught:
        read_zivver_faults(tables, AT)
    assert expected in str(caught.value)
    assert 1 == str(caught.value).count("f.toml")
