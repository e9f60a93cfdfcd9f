"""Reading an exported rule and writing it again gives the same rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.exports.shown_rules import rule_shown
from tests.exports.shapes import SHAPES, online, rule, tenant

WORDS = st.lists(
    st.from_regex(r"[A-Za-z][A-Za-z0-9é' &<>-]{0,14}[A-Za-z]", fullmatch=True),
    min_size=1,
    max_size=3,
    unique=True,
)
CONDITIONS = {
    "SubjectContainsWords": WORDS,
    "SubjectOrBodyContainsWords": WORDS,
    "FromAddressContainsWords": WORDS,
    "RecipientAddressContainsWords": WORDS,
    "SenderDomainIs": st.just(["fabrikam.example"]),
    "From": st.sampled_from([["anna"], ["anna@contoso.example", "gone"]]),
    "SentToScope": st.sampled_from(["InOrganization", "NotInOrganization"]),
    "MessageTypeMatches": st.sampled_from(["OOF", "Calendaring"]),
}
RULES = st.builds(
    lambda conditions, exceptions, plain: rule(
        **{
            "SubjectContainsWords": None,
            **conditions,
            **{f"ExceptIf{name}": value for name, value in exceptions.items()},
            **plain,
        }
    ),
    st.fixed_dictionaries({}, optional=CONDITIONS),
    st.fixed_dictionaries({}, optional=CONDITIONS),
    st.fixed_dictionaries(
        {
            "State": st.sampled_from(["Enabled", "Disabled"]),
            "Mode": st.sampled_from(["Enforce", "Audit", "AuditAndNotify"]),
            "RuleErrorAction": st.sampled_from(["Ignore", "Defer"]),
            "StopRuleProcessing": st.booleans(),
            "Priority": st.integers(0, 50),
            "ActivationDate": st.sampled_from(
                [None, "/Date(1772500523000)/", "2026-03-03T01:15:23.0000000+00:00"]
            ),
            "PrependSubject": st.none() | st.just("[x] "),
        }
    ),
)


def read_one(entry, write):
    (found,) = tenant(online([entry]), write=write).organization.rules or ()
    return found


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(RULES, st.sampled_from(SHAPES), st.sampled_from(SHAPES))
def test_a_rule_survives_being_read_and_written(entry, first, second):
    read = read_one(entry, first)
    again = read_one(rule_shown(read), second)
    assert read.name == again.name
    assert _meaning(read) == _meaning(again)


def _meaning(read):
    fields = {name: getattr(read, name) for name in read.__slots__}
    return {name: value for name, value in fields.items() if name != "place"}
