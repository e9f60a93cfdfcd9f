"""Rules made of cmdlet parameters, in the shapes of exports and of people."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fakes.exchange.rules.rule import (
    Mode,
    Moment,
    RuleError,
    make_rule,
    moment,
    text_of,
    texts,
)
from tests.exchange.at_hand import AT, CLEO, ends, every_end, mail, rule, tenant

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-25T12:00:00Z", Moment(NOON, has_zone=True)),
        ("2026-11-25T12:00:00.0000000Z", Moment(NOON, has_zone=True)),
        ("2026-11-25T12:00:00", Moment(NOON, has_zone=False)),
        ("/Date(1795608000000)/", Moment(NOON, has_zone=True)),
        ("/Date(1795608000000+0100)/", Moment(NOON, has_zone=True)),
        (NOON, Moment(NOON, has_zone=True)),
        (NOON.replace(tzinfo=None), Moment(NOON, has_zone=False)),
        (
            date(2026, 11, 25),
            Moment(datetime(2026, 11, 25, tzinfo=UTC), has_zone=False),
        ),
        ("/Date(-62135596800000)/", None),  # .NET's year 1 is "not set"
        ("0001-01-01T00:00:00", None),
        (None, None),
        ("", None),
    ],
)
def test_a_date_is_read_in_every_shape_of_exports(given, expected):
    # exports#2.4
    assert expected == moment(given, "ActivationDate")


@pytest.mark.parametrize(
    "text", ["25/11/2026", "11/25/2026 12:00", "soon", "/Date(99999999999999999)/"]
)
def test_a_date_that_could_be_two_days_is_refused(text):
    with pytest.raises(RuleError, match="no date that we can read without guessing"):
        moment(text, "ExpiryDate")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ("a", ("a",)),
        (["a", None, "b"], ("a", "b")),
        ({"Value": "Enforce"}, ("Enforce",)),
        ({"value": 7, "Name": "x"}, ("x",)),
        (5, ("5",)),
    ],
)
def test_a_property_is_a_list_of_texts_in_every_shape(value, expected):
    # exports#2.5, exports#2.2
    assert expected == texts(value)


def test_an_object_without_a_name_is_shown_as_it_is():
    assert "{'odd': 1}" == text_of({"odd": 1})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Name": ""}, "a rule without a name"),
        ({"Name": "x" * 65}, "a name of 65 characters, at most 64"),
        ({"Mode": "Loud"}, "Mode: `Loud`, expected Enforce, Audit, AuditAndNotify"),
        ({"State": "Odd"}, "State: `Odd`, expected Enabled or Disabled"),
        ({"Enabled": "maybe"}, "Enabled: `maybe`, expected true or false"),
        ({"SubjectContainWords": "x"}, "did you mean `SubjectContainsWords`"),
        ({"Zzz": "x"}, "unknown rule parameter `Zzz`"),
        ({"SenderAddressLocation": "Sky"}, "expected Header, Envelope"),
    ],
)
def test_what_exchange_would_not_take_is_refused_in_one_line(parameters, said):
    with pytest.raises(RuleError) as problem:
        rule({"SubjectContainsWords": "x"} | parameters)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("given", "is_enabled"),
    [
        ({}, True),
        ({"Enabled": True}, True),
        ({"Enabled": "$false"}, False),
        ({"State": "enabled"}, True),
        ({"State": {"Value": "Disabled"}}, False),
    ],
)
def test_a_rule_is_on_unless_it_says_otherwise(given, is_enabled):
    assert is_enabled is rule(given).is_enabled


def test_values_that_exports_write_for_not_set_are_not_set():
    empty: dict[str, object] = {
        "SubjectContainsWords": [],
        "SentTo": None,
        "DeleteMessage": False,
        "Comments": "",
        "RuleSubType": "None",
        "UseLegacyRegex": "False",
        "SetHeaderName": {},
    }
    made = rule(empty)
    assert made.is_unreadable
    assert Mode.ENFORCE is made.mode


@pytest.mark.parametrize("parameters", [{"RuleSubType": "Dlp"}, {"DlpPolicy": "x"}])
def test_a_property_that_changes_what_a_rule_means_is_not_passed_over(parameters):
    found = every_end(mail(), tenant(parameters | {"Quarantine": True}))
    assert 2 == len(found)


def test_a_parameter_that_nobody_knows_makes_a_rule_that_cannot_be_told():
    made = make_rule(
        {"Name": "odd", "BrandNew": "x", "note@odata": "y"},
        None,
        priority=0,
        place="test",
    )
    assert ["BrandNew"] == [condition.predicate for condition in made.conditions]
    assert ["BrandNew"] == [action.name for action in made.actions]
    found = every_end(mail(), replace(tenant(), rules=(made,)))
    plain, unknown = {("mx", None, str(CLEO))}, {("unknown", None, None)}
    assert [{CLEO: plain}, {CLEO: unknown}] == found


def test_actions_stand_in_their_order_whatever_the_order_of_parameters():
    # exchange-rules#R-01
    made = rule({"DeleteMessage": True, "PrependSubject": "x", "RemoveHeader": "y"})
    assert ["RemoveHeader", "PrependSubject", "DeleteMessage"] == [
        action.name for action in made.actions
    ]


def test_an_identity_names_a_rule_that_has_no_name():
    made = make_rule({"Identity": "relay"}, None, priority=3, place="p")
    assert ("relay", 3, "p") == (made.name, made.priority, made.place)
    assert {CLEO: {("mx", None, str(CLEO))}} == ends(mail(), tenant(), at=AT)
