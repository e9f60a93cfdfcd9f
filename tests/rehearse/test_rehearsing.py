"""Who notices what, on tenants made for the question."""

import pytest

from harness.check import derive_of
from harness.edits import add_rule, disable_rule, set_rule
from harness.failures import Failure, Guide, Harm, Notice, Part, Staged, find_failure
from harness.rehearse import Seen, rehearse
from tests.rehearse.rehearsed import NOON, derived

SUBJECT = "Zivver Custom Relay - subject"
TWIN = {
    "Name": "Twin",
    "SubjectContainsWords": ["Secure"],
    "SentToScope": "NotInOrganization",
    "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
    "ExceptIfHeaderMatchesPatterns": ["..*."],
    "RouteMessageOutboundConnector": "Zivver Custom Relay",
}


def rehearsed(failure, change=lambda world: world):
    world, policy, _ = derived("guide-online-as-meant")
    world = change(world)
    mails = derive_of(policy, world).mails
    (entry,) = rehearse([failure], world, policy, mails, at=NOON).entries
    return entry


def staged(*ways, needs="nothing"):
    return Failure(
        "F00",
        Part.ENGINE,
        (Harm.PLAIN,),
        "something",
        "somewhere",
        Guide.SILENT,
        (Notice.CHECK,),
        stage=lambda _bench: iter(ways),
        needs=needs,
    )


def test_what_another_rule_makes_good_does_not_apply():
    entry = rehearsed(find_failure("F18"), lambda world: add_rule(world, TWIN))
    (one,) = [one for one in entry.tries if f'"{SUBJECT}"' in one.says]
    assert Seen.NOT_HERE is one.seen
    assert 'rule "Twin" takes the same mail' == one.why


def test_a_change_that_no_mail_shows_is_missed_and_not_called_harmless():
    stamp = {"add_rule": {"Name": "Stamp", "SetHeaderName": "X", "SetHeaderValue": "1"}}
    entry = rehearsed(staged(Staged("a rule writes a header", (stamp,))))
    (one,) = entry.tries
    assert (Seen.MISSED, "no mail of the check ends otherwise") == (one.seen, one.why)
    assert one.ran > 70


def test_mail_that_goes_wrong_as_it_is_cannot_go_wrong_anew():
    def leaking(world):
        return disable_rule(world, SUBJECT)

    entry = rehearsed(find_failure("F57"), leaking)
    first = entry.tries[0]
    assert (Seen.NOT_HERE, "its mail goes wrong as it is: LEAK") == (
        first.seen,
        first.why,
    )


def test_one_way_that_is_missed_is_enough():
    off = {"disable_rule": SUBJECT}
    stamp = {"add_rule": {"Name": "Stamp", "SetHeaderName": "X", "SetHeaderValue": "1"}}
    entry = rehearsed(
        staged(
            Staged("a rule is off", (off,), rules=(SUBJECT,)),
            Staged("a rule writes a header", (stamp,)),
        )
    )
    assert [Seen.NOTICED, Seen.MISSED] == [one.seen for one in entry.tries]
    assert Seen.MISSED is entry.seen


def test_what_is_so_already_does_not_apply():
    same = {"set_rule": SUBJECT, "Mode": "Enforce"}
    (one,) = rehearsed(staged(Staged("the rule is in force", (same,)))).tries
    assert (Seen.NOT_HERE, "it is so already") == (one.seen, one.why)


def test_a_rule_that_is_not_in_force_cannot_fail_any_more():
    def ailing(world):
        return set_rule(world, SUBJECT, {"Mode": "Audit"})

    entry = rehearsed(find_failure("F01"), ailing)
    assert 2 == len(entry.tries)
    assert [] == [one for one in entry.tries if f'"{SUBJECT}"' in one.says]


@pytest.mark.parametrize(
    "edit",
    [
        {"disable_rule": "no such rule"},
        {"add_rule": {"Name": "x", "SubjectContainsWord": ["y"]}},
        {"set_connector": "Zivver Custom Relay", "AllAcceptedDomains": True},
    ],
    ids=["edit", "rule", "connector"],
)
def test_what_exchange_would_not_take_does_not_apply_and_says_why(edit):
    entry = rehearsed(staged(Staged("something is changed", (edit,))))
    assert Seen.NOT_HERE is entry.seen
    assert entry.tries[0].why.startswith("Exchange would not take the change: ")


def test_what_the_tenant_has_not_is_what_a_failure_needs():
    entry = rehearsed(staged(needs="a fax machine"))
    assert (Seen.NOT_HERE, "needs a fax machine") == (entry.seen, entry.why)
