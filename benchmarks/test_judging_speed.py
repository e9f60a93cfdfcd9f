"""How many mails a second are judged, at 3 and at 30 rules, on one core."""

import pytest

from harness.simulate import simulate
from tests.judging.worlds_at_hand import AT, ROUTE, mail, world

RELAY = ROUTE | {"SubjectContainsWords": ["Secure"], "SentToScope": "NotInOrganization"}


def neighbours(count):
    return [
        {
            "Name": f"rule {number}",
            "SubjectContainsWords": [f"word{number}", f"other {number}"],
            "SentToScope": "NotInOrganization",
            "PrependSubject": "[x] ",
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("rules", [3, 30])
@pytest.mark.parametrize("subject", ["Secure: result", "lunch"])
def test_mails_judged(benchmark, rules, subject):
    where = world(*neighbours(rules - 1), RELAY)
    item = mail(subject)
    outcome = benchmark(lambda: simulate(item, where, at=AT))
    assert outcome.is_whole
