"""A copy that reaches somebody else outside is judged as mail to outside."""

import pytest

from fakes.mail.address import parse_address as address
from harness.compare import FindingKind, compare
from harness.duty import Beyond, Duty, Obligation
from harness.outcome import Delivery, Disposition, Fate, Outcome
from harness.policy.judge import judge
from harness.policy.parse import parse_policy
from tests.exchange.at_hand import mail

TEAM, BOB = address("team@contoso.example"), address("bob@contoso.example")
CLEO = address("cleo@fabrikam.example")
OWN = ("contoso.example",)
POLICY = """
[[must_be_secure]]
subject = ["Secure"]
"""


def found(disposition, reached, obligation, *, left_plain=False):
    beyond = Beyond(OWN, Duty(TEAM, obligation, ("row",)))
    duty = Duty(TEAM, Obligation.MUST_BE_PLAIN, beyond=beyond)
    delivery = Delivery(TEAM, reached, disposition, "why", left_plain=left_plain)
    fate = Fate(TEAM, (delivery,))
    return [(f.kind, f.rows) for f in compare(Outcome((fate,)), (duty,))]


def test_a_member_outside_must_get_it_secure_if_anybody_outside_must():
    secure = Obligation.MUST_BE_SECURE
    plain = found(Disposition.PLAIN, CLEO, secure, left_plain=True)
    assert [(FindingKind.LEAK, ("row",))] == plain
    assert [] == found(Disposition.SECURE_NOTIFICATION, CLEO, secure)


def test_a_member_inside_is_judged_as_the_group_is():
    secure = Obligation.MUST_BE_SECURE
    assert [] == found(Disposition.INTERNAL, BOB, secure)
    captured = found(Disposition.SECURE_DIRECT, BOB, secure)
    assert [(FindingKind.OVER_CAPTURE, ())] == captured


def test_what_the_policy_cannot_tell_of_outsiders_is_no_pass():
    doubtful = found(Disposition.PLAIN, CLEO, Obligation.CANNOT_TELL, left_plain=True)
    assert [FindingKind.UNDETERMINED] == [kind for kind, _ in doubtful]


def test_copies_for_nobody_in_the_envelope_are_judged_so_too():
    beyond = Beyond(OWN, Duty(BOB, Obligation.MUST_BE_SECURE))
    duty = Duty(BOB, Obligation.MUST_BE_PLAIN, beyond=beyond)
    copy = Delivery(None, CLEO, Disposition.PLAIN, "why", left_plain=True)
    outcome = Outcome((Fate(None, (copy,)),))
    assert FindingKind.LEAK in [f.kind for f in compare(outcome, (duty,))]


def test_two_copies_of_two_members_are_no_duplicate():
    duty = Duty(TEAM, Obligation.MUST_BE_PLAIN)
    copies = tuple(
        Delivery(TEAM, who, Disposition.INTERNAL, "why") for who in (BOB, TEAM)
    )
    assert () == compare(Outcome((Fate(TEAM, copies),)), (duty,))
    twice = (copies[0], copies[0].__class__(TEAM, BOB, Disposition.PLAIN, "why"))
    kinds = [f.kind for f in compare(Outcome((Fate(TEAM, twice),)), (duty,))]
    assert [FindingKind.DUPLICATE] == kinds


@pytest.mark.parametrize(
    ("subject", "obligation"),
    [
        ("Secure results", Obligation.MUST_BE_SECURE),
        ("Lunch", None),
    ],
)
def test_the_policy_says_of_inside_mail_what_its_copies_outside_must_be(
    subject, obligation
):
    item = mail(subject, to=(BOB,))
    (duty,) = judge(parse_policy(POLICY), item, own_domains=OWN)
    assert Obligation.MUST_BE_PLAIN is duty.obligation
    assert obligation is (duty.beyond and duty.beyond.duty.obligation)
