"""Fault scripts and spans of time in scenario files: read, spelt, refused."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.internet.hosts import Presence
from fakes.mail.handoff import Stage
from harness.exports.moments import read_moment_or_span
from harness.exports.problems import ExportError
from harness.exports.toml_tables import read_toml
from harness.scenario.faults import read_outages
from harness.spans import read_span, spelt, spoken

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", timedelta(0)),
        ("90m", 1.5 * HOUR),
        ("1h30m", 1.5 * HOUR),
        ("2d", 48 * HOUR),
        ("45s", timedelta(seconds=45)),
        ("", None),
        ("soon", None),
        ("1x", None),
    ],
)
def test_a_span_is_read(text, span):
    assert span == read_span(text)


@pytest.mark.parametrize(
    ("seconds", "written", "said"),
    [
        (0, "0", "at once"),
        (60, "1m", "1 minute"),
        (14_400, "4h", "4 hours"),
        (90_061, "1d1h1m1s", "1 day 1 hour"),
        (172_800, "2d", "2 days"),
    ],
)
def test_a_span_is_written_and_said(seconds, written, said):
    span = timedelta(seconds=seconds)
    assert (written, said) == (spelt(span), spoken(span))
    assert span == read_span(written)


def outages(text):
    return read_outages(read_toml("f.toml", text).tables("fault") or (), AT)


def test_a_script_says_when_what_is_wrong_with_a_host():
    down, silent, erring = outages(
        '[[fault]]\nhost = "a.example"\n'
        '[[fault]]\nhost = "b.example"\nfrom = "1h"\nto = 2026-11-25T12:00:00Z\n'
        'presence = "silent"\n'
        '[[fault]]\nhost = "c.example"\nto = "2026-11-25T10:00"\nstage = "RCPT"\n'
        'reply = "451 4.3.0 later"\n'
    )
    assert (AT, None, Presence.DOWN) == (down.begins, down.ends, down.presence)
    assert (AT + HOUR, AT + 3 * HOUR) == (silent.begins, silent.ends)
    assert Presence.SILENT is silent.presence
    assert (Stage.RCPT, "451 4.3.0 later") == (erring.stage, str(erring.reply))
    assert AT + HOUR == erring.ends


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('to = "soon"', "`to` is `soon`, expected a span"),
        ('from = "2h"\nto = "1h"', "ends before it begins"),
        ('stage = "RCPT"', "at a stage, with a reply"),
        ('stage = "RCPT"\nreply = "no"', "is no reply"),
        ('until = "1h"', "unknown key `until`"),
        ("to = 2026-11-25T12:00:00", "`to` is"),
    ],
)
def test_a_script_that_says_nonsense_is_refused(more, why):
    with pytest.raises(ExportError, match=why):
        outages(f'[[fault]]\nhost = "a.example"\n{more}\n')


def test_a_time_of_the_command_line_is_a_span_or_a_date():
    assert AT + HOUR == read_moment_or_span("1h", AT)
    assert AT == read_moment_or_span("2026-11-25T09:00", AT)
    assert AT == read_moment_or_span("2026-11-25T10:00+01:00", AT)
    assert None is read_moment_or_span("tomorrow", AT)
