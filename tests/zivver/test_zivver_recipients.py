"""Who gets a mail: the table of zivver#6, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices, OpenReading, explore
from fakes.mail.content import parse
from fakes.mail.envelope import Envelope
from fakes.zivver.readings import READINGS, BccMode, IgnoreValue
from fakes.zivver.recipients import resolve_recipients
from tests.zivver.builders import ANNA, SETTLED, Given, addresses, content

OPEN = replace(SETTLED, ignore_value=None, bcc_mode=None)
IGNORE = "x-zivver-ignore-smtp-recipients: true"
A, B, C = "a@fabrikam.example", "b@fabrikam.example", "c@fabrikam.example"
INT, EXT = "int@contoso.example", "ext@fabrikam.example"
RELAY = "relay@relay.contoso.example"


def resolve(to, *fields, service=SETTLED, choices=None):
    return resolve_recipients(
        Envelope(ANNA, addresses(*to)),
        parse(content(*fields)),
        service=service,
        choices=choices or Choices(),
    )


@pytest.mark.parametrize(
    ("to", "fields", "expected"),
    [
        pytest.param([A, B], [f"To: {A}, {B}"], [A, B], id="online, plain"),
        pytest.param([A, C], [f"To: {A}"], [A, C], id="online, Bcc"),
        pytest.param([EXT], [f"To: {INT}, {EXT}"], [EXT], id="online, label, mixed"),
        pytest.param(
            [RELAY], [IGNORE, f"To: {A}, {B}"], [A, B], id="on-premises, header set"
        ),
        pytest.param(
            [RELAY], [f"To: {A}, {B}"], [RELAY], id="on-premises, header missing"
        ),
        pytest.param([RELAY], [IGNORE, f"To: {A}"], [A], id="on-premises, Bcc lost"),
        pytest.param(
            [RELAY],
            [IGNORE, "To: undisclosed-recipients:;"],
            [],
            id="on-premises, Bcc only",
        ),
        pytest.param(
            [RELAY],
            [IGNORE, "To: all@contoso.example"],
            ["all@contoso.example"],
            id="on-premises, group",
        ),
        pytest.param(
            [RELAY],
            [IGNORE, f"To: {INT}", f"Cc: {EXT}"],
            [INT, EXT],
            id="on-premises, mixed",
        ),
        pytest.param(
            ["x@fabrikam.example"],
            [IGNORE, "To: newsletter@contoso.example"],
            ["newsletter@contoso.example"],
            id="mail merge",
        ),
        pytest.param(
            [RELAY],
            [f"X-ZIVVER-Ignore-SMTP-Recipients:  TRUE ", f"To: {A}"],  # noqa: F541
            [A],
            id="another case",
        ),
        pytest.param(
            [RELAY],
            ["x-zivver-ignore-smtp-recipient: true", f"To: {A}"],
            [RELAY],
            id="name misspelt",
        ),
        pytest.param(
            [RELAY],
            ["x-zivver-ignore-smtp-recipients: yes", f"To: {A}"],
            [RELAY],
            id="another value",
        ),
        pytest.param(
            [RELAY],
            [IGNORE, f'To: "Last, First" <{A}>, (a comment) Friends: {B}, {C};'],
            [A, B, C],
            id="names with commas, comments, groups",
        ),
        pytest.param(
            [RELAY],
            [IGNORE, f"To: {A}", f"Cc: {A.upper()}"],
            [A],
            id="twice, in another case",
        ),
        pytest.param(
            [RELAY], [IGNORE, f"To: {A}", f"Bcc: {B}"], [A], id="a Bcc field is none"
        ),
    ],
)
def test_recipients_are_resolved_as_the_sheet_has_it(to, fields, expected):
    assert addresses(*expected) == resolve(to, *fields).resolved


def test_a_bcc_recipient_is_known_as_one():
    found = resolve([A, C], f"To: {A}")
    assert addresses(C) == found.bcc
    assert () == found.exposed


def test_a_bcc_recipient_is_exposed_only_by_that_setting():
    service = replace(SETTLED, bcc_mode=BccMode.EXPOSED)
    assert addresses(C) == resolve([A, C], f"To: {A}", service=service).exposed


def test_an_unreadable_part_is_said():
    found = resolve([RELAY], IGNORE, f"To: {A}, b@@@", f"Cc: {C}")
    assert ("To",) == found.unread
    assert addresses(C)[0] in found.resolved


def test_a_readable_list_is_whole():
    assert () == resolve([RELAY], IGNORE, f"To: {A}").unread


@pytest.mark.parametrize(
    ("fields", "to", "expected"),
    [
        ([f"To: {A}"], [A], []),
        (["x-zivver-ignore-smtp-recipients: true", f"To: {A}"], [RELAY], []),
        (
            ["x-zivver-ignore-smtp-recipients: True", f"To: {A}"],
            [RELAY],
            ["zivver_ignore_value"],
        ),
        (["x-zivver-ignore-smtp-recipients: True", f"To: {A}"], [A], []),
        ([f"To: {A}"], [A, C], ["zivver_bcc_mode"]),
        ([f"To: {A}"], [C], []),
    ],
)
def test_a_reading_is_asked_only_where_it_matters(fields, to, expected):
    choices = Choices()
    resolve(to, *fields, service=OPEN, choices=choices)
    assert expected == [str(point.key) for point in choices.met]


def test_the_exact_reading_leaves_another_case_without_effect():
    reading = OpenReading(READINGS[IgnoreValue].name)
    choices = Choices({reading: "exact"})
    field = "x-zivver-ignore-smtp-recipients: TRUE"
    found = resolve([RELAY], field, f"To: {A}", service=OPEN, choices=choices)
    assert addresses(RELAY) == found.resolved


def test_all_readings_of_a_mail_are_explored():
    open_value = replace(SETTLED, ignore_value=None)
    mail = content("x-zivver-ignore-smtp-recipients: TRUE", f"To: {A}")
    found = explore(
        lambda choices: Given().run(
            choices, service=open_value, content=mail, to=addresses(RELAY)
        ),
        bound=10,
    )
    assert found.is_whole
    ends = [[d.state.value for d in run.result.deliveries] for run in found.runs]
    assert [["notification"], ["bounced"]] == ends


POOL = st.lists(st.sampled_from([A, B, C, INT, EXT, A.upper()]), min_size=1, max_size=6)


@pytest.mark.property
@given(POOL, POOL, st.booleans())
def test_nobody_is_reached_who_was_not_named(sent_to, visible, is_ignoring):
    fields = [f"To: {', '.join(visible)}", *([IGNORE] if is_ignoring else [])]
    found = resolve(sent_to, *fields)
    source = visible if is_ignoring else sent_to
    assert set(addresses(*source)) == set(found.resolved)
    assert len(set(found.resolved)) == len(found.resolved)
    assert set(found.bcc) == (
        set() if is_ignoring else set(addresses(*sent_to)) - set(addresses(*visible))
    )


@pytest.mark.property
@given(st.sampled_from(["x-zivver-ignore-smtp-recipients"]), st.data())
def test_case_and_folding_of_the_header_name_do_not_matter(name, data):
    spelt = "".join(c.upper() if data.draw(st.booleans()) else c for c in name)
    fold = data.draw(st.sampled_from([" ", "", "\r\n ", "\r\n\t", "   "]))
    found = resolve([RELAY], f"{spelt}:{fold}true{fold}", f"To: {A}")
    assert found.is_ignoring
