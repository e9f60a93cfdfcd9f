"""How long the whole catalogue takes on a tenant of 20 rules, on one core.

The goal is under 60 seconds computed. `relays` of the rules send mail to Zivver, each
for a row of the policy of its own: every one of them can fail in every way.
"""

from datetime import UTC, datetime

import pytest

from harness.check import derive_of
from harness.edits import add_rule, find_rule, remove_rule
from harness.exports.files import read_tenant
from harness.failures import CATALOGUE
from harness.policy import parse_policy
from harness.rehearse import drill, rehearse

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = 20
MOST = 60
RELAY = {
    "SentToScope": "NotInOrganization",
    "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
    "ExceptIfHeaderMatchesPatterns": ["..*."],
    "RouteMessageOutboundConnector": "Zivver Custom Relay",
    "RuleErrorAction": "Defer",
}
STAMP = {"SetHeaderName": "X-Checked", "SetHeaderValue": "yes"}


def tenant(relays):
    """Give a world of 20 rules, its policy, and the mails that both give."""
    world = read_tenant("guide-online-as-meant").world
    rows = ""
    for rule in world.organization.rules or ():
        world = remove_rule(world, rule.name)
    for number in range(RULES):
        word = {"Name": f"Rule {number}", "SubjectContainsWords": [f"Word{number}"]}
        is_relay = number < relays
        world = add_rule(world, {**word, **(RELAY if is_relay else STAMP)})
        if is_relay:
            rows += f'[[must_be_secure]]\nsubject = ["Word{number}"]\nto = "outside"\n'
    assert find_rule(world, f"Rule {RULES - 1}").priority == RULES - 1
    policy = parse_policy(rows + '[except]\nkinds = ["automatic-reply", "zivver"]\n')
    return world, policy, derive_of(policy, world).mails


@pytest.mark.parametrize("relays", [3, RULES])
def test_the_whole_catalogue(benchmark, relays):
    given = tenant(relays)
    matrix = benchmark.pedantic(
        lambda: rehearse(CATALOGUE, *given, at=AT), rounds=1, iterations=1
    )
    assert [] == [entry.failure.id for entry in matrix.missed]
    assert benchmark.stats["mean"] < MOST


@pytest.mark.parametrize("relays", [3, RULES])
def test_the_faults_at_run_time(benchmark, relays):
    given = tenant(relays)
    drills = benchmark.pedantic(lambda: drill(*given, at=AT), rounds=1, iterations=1)
    assert not any(drilled.breaks_the_law for drilled in drills)
    assert benchmark.stats["mean"] < MOST
