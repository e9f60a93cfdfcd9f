"""Edits change what they name and nothing else, and say what they do not find."""

import pytest

from fakes.exchange.rules.rule import Mode, RuleError
from fakes.mail.address import parse_address
from fakes.mail.handoff import TlsLevel
from harness import edits
from harness.scenario.files import read_setting

RULES = [
    {"Name": name, "SubjectContainsWords": [name], "StopRuleProcessing": True}
    for name in ("zero", "one", "two", "three", "four")
]


@pytest.fixture
def world():
    """Return contoso with five rules."""
    plain = read_setting("contoso").world
    return edits.with_rules(plain, edits.rules_of(plain, RULES, place="here"))


def names(world):
    rules = sorted(world.organization.rules or (), key=lambda rule: rule.priority)
    assert [rule.priority for rule in rules] == list(range(len(rules)))
    return [rule.name for rule in rules]


def test_a_rule_that_is_moved_up_pushes_the_others_down(world):
    # exchange-rules#v71
    moved = edits.move_rule(world, "four", 2)
    assert ["zero", "one", "four", "two", "three"] == names(moved)


def test_a_rule_that_is_moved_down_is_taken_out_first(world):
    assert ["one", "two", "zero", "three", "four"] == names(
        edits.move_rule(world, "zero", 2)
    )


def test_a_new_rule_comes_last_unless_a_priority_is_given(world):
    # exchange-rules#v70, exchange-rules#v72
    new = {"Name": "new", "StopRuleProcessing": True}
    assert "new" == names(edits.add_rule(world, new))[-1]
    assert "new" == names(edits.add_rule(world, new, 0))[0]


def test_a_removed_rule_leaves_no_gap(world):
    assert ["zero", "two", "three", "four"] == names(edits.remove_rule(world, "one"))


def test_setting_a_parameter_leaves_the_others_alone(world):
    changed = edits.set_rule(
        world, "one", {"Mode": "Audit", "FromScope": "InOrganization"}
    )
    old, new = edits.find_rule(world, "one"), edits.find_rule(changed, "one")
    assert new.mode is Mode.AUDIT
    assert {c.predicate for c in new.conditions} == {
        "SubjectContainsWords",
        "FromScope",
    }
    assert (new.stops, new.priority, new.actions) == (
        old.stops,
        old.priority,
        old.actions,
    )
    others = [rule for rule in changed.organization.rules or () if rule.name != "one"]
    assert others == [
        rule for rule in world.organization.rules or () if rule.name != "one"
    ]


def test_an_empty_value_takes_a_condition_away(world):
    changed = edits.set_rule(world, "one", {"SubjectContainsWords": []})
    assert () == edits.find_rule(changed, "one").conditions


def test_a_header_that_is_set_replaces_the_one_before(world):
    once = edits.set_rule(world, "one", {"SetHeaderName": "X-A", "SetHeaderValue": "1"})
    twice = edits.set_rule(once, "one", {"SetHeaderName": "X-B", "SetHeaderValue": "2"})
    (action,) = edits.find_rule(twice, "one").actions
    assert (("X-B",), ("2",)) == action.values


def test_turning_off_and_on_again_changes_nothing(world):
    off = edits.disable_rule(world, "one")
    assert not edits.find_rule(off, "one").is_enabled
    assert world == edits.enable_rule(off, "one")


def test_a_connector_keeps_what_is_not_set(world):
    name = "Zivver Custom Relay"
    changed = edits.set_connector(world, name, {"TlsSettings": "EncryptionOnly"})
    new = next(
        c for c in changed.organization.outbound_connectors or () if c.name == name
    )
    assert TlsLevel.ENCRYPTION_ONLY is new.tls
    assert ("smtp.zivver.com",) == new.smart_hosts
    assert () == new.unjudged


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda w: edits.disable_rule(w, "zer"), "no rule `zer`, did you mean `zero`?"),
        (lambda w: edits.move_rule(w, "x", 0), "no rule `x`"),
        (lambda w: edits.disable_connector(w, "Zivver"), "no connector `Zivver`"),
        (
            lambda w: edits.set_contact(w, "relay@zivver.org", {}),
            "there is no contact `relay@zivver.org`",
        ),
        (
            lambda w: edits.set_connector(w, "Zivver Custom Relay", {"Enable": True}),
            "did you mean `Enabled`?",
        ),
        (
            lambda w: edits.remove_accepted_domain(w, "contoso.exampl"),
            "did you mean `contoso.example`?",
        ),
        (
            lambda w: edits.remove_recipient(w, parse_address("x@contoso.example")),
            "no recipient has the address",
        ),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(world, edit, message):
    with pytest.raises(edits.EditError, match=message.replace("?", r"\?")):
        edit(world)


def test_a_parameter_that_nobody_knows_is_refused(world):
    with pytest.raises(RuleError, match="did you mean `Mode`"):
        edits.set_rule(world, "one", {"Mod": "Audit"})
