"""Fingerprints: the same for the same, whatever the order; another for another."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.exchange.organization import Directory
from fakes.exchange.rules.rule import make_rule
from fakes.mail.address import parse_address
from harness.check import derive, facts_of
from harness.check.fingerprint import of_finding, of_sort, of_world
from harness.check.run import check
from harness.edits import with_rules
from harness.exports.encodings import RawFile
from harness.exports.tenant import make_tenant
from tests.check.tenants import AS_WRITTEN, NOON, POLICY, online

WRITTEN = files("harness").joinpath("tenants", "guide-online-as-written")
RAW = {
    entry.name: entry.read_bytes()
    for entry in WRITTEN.iterdir()
    if entry.name.startswith("Get-")
}


def fingerprint(raw=RAW):
    exported = [RawFile(name, octets) for name, octets in raw.items()]
    return of_world(make_tenant("t", exported).world)


def again(name, change):
    """The fingerprint after a change of what one cmdlet gave."""
    found = json.loads(RAW[name])
    objects = change(found if isinstance(found, list) else [found])
    return fingerprint({**RAW, name: json.dumps(objects).encode("utf-16")})


def test_the_same_export_has_the_same_fingerprint_in_any_spelling():
    for name in RAW:
        assert fingerprint() == again(name, lambda objects: objects)


@settings(max_examples=20)
@given(st.sampled_from(sorted(RAW)), st.randoms(use_true_random=False))
def test_the_order_of_objects_and_keys_does_not_count(name, dice):
    def shuffled(objects):
        dice.shuffle(objects)
        return [dict(dice.sample(sorted(o.items()), len(o))) for o in objects]

    assert fingerprint() == again(name, shuffled)


def test_when_and_by_whom_a_rule_was_changed_does_not_count():
    def touched(objects):
        return [o | {"WhenChanged": "2026-11-24T09:00:00Z"} for o in objects]

    assert fingerprint() == again("Get-TransportRule.json", touched)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("Get-TransportRule.json", "State", "Disabled"),
        ("Get-TransportRule.json", "Priority", 7),
        ("Get-TransportRule.json", "SubjectContainsWords", ["Secret"]),
        ("Get-OutboundConnector.json", "SmartHosts", ["smtp.elsewhere.example"]),
        ("Get-OutboundConnector.json", "Enabled", False),
        ("Get-AcceptedDomain.json", "DomainType", "InternalRelay"),
        ("Get-Recipient.json", "ForwardingSmtpAddress", "smtp:x@fabrikam.example"),
    ],
)
def test_what_is_judged_counts(name, key, value):
    def changed(objects):
        return [objects[0] | {key: value}, *objects[1:]]

    assert fingerprint() != again(name, changed)


def test_a_file_that_is_missing_is_not_an_empty_one():
    without = {name: RAW[name] for name in RAW if name != "Get-InboundConnector.json"}

    assert fingerprint(without) != fingerprint()


def test_people_are_their_addresses_however_a_rule_names_them():
    anna = parse_address("anna@contoso.example")
    world = online()
    people = world.organization.directory
    assert isinstance(people, Directory)
    known = next(entry for entry in people.recipients if entry.primary == anna)
    named = replace(
        people,
        recipients=tuple(
            replace(entry, names=("Anna Jansen",)) if entry == known else entry
            for entry in people.recipients
        ),
    )

    def ruled(who):
        return with_rules(
            world,
            (make_rule({"Name": "r", "From": [who]}, named, priority=0, place=""),),
        )

    assert of_world(ruled("Anna Jansen")) == of_world(ruled("anna@contoso.example"))
    assert of_world(ruled("Anna Jansen")) != of_world(ruled("bob@contoso.example"))


def test_a_cause_stays_the_same_when_its_rule_is_moved():
    world = online(AS_WRITTEN)
    moved = with_rules(
        world,
        tuple(
            replace(rule, priority=rule.priority + 3, place="elsewhere.json:1")
            for rule in world.organization.rules
        ),
    )
    found, there = checked(world), checked(moved)

    assert found.sorts
    assert [*map(of_sort, found.sorts)] == [*map(of_sort, there.sorts)]
    assert prints(found) == prints(there)


def test_each_finding_has_its_own_fingerprint():
    found = checked(online(AS_WRITTEN))

    assert len(prints(found)) == sum(len(sort.found) for sort in found.sorts)


def checked(world):
    return check(world, POLICY, derive(POLICY, facts_of(world)).mails, at=NOON)


def prints(report):
    return {of_finding(e, sort) for sort in report.sorts for e in sort.found}
