"""What the ledgers say of a mail becomes what its recipients got."""

from dataclasses import replace

import pytest

from fakes.exchange.ledger import EndedInside
from fakes.exchange.rules.fork import Ending, EndKind, Leg, Way
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content
from fakes.trace import Answer, Step, StepKind
from fakes.zivver.readings import EmptyRecipients, MissingAccount
from harness.fold import fold
from harness.outcome import Disposition, Fate, Outcome, steps_of
from harness.story import Story
from tests.judging.worlds_at_hand import BOB, INFO, ROUTE, mail, simulated, world

CARL = address("carl@fabrikam.example")
WORD = ROUTE | {"SubjectContainsWords": ["Secure"]}
OUTSIDE = WORD | {"SentToScope": "NotInOrganization"}
IGNORE = "X-Zivver-Ignore-SMTP-Recipients: true\r\n"
UNREADABLE = "<broken, info@fabrikam.example"


def addressed(shown, *, to, headers=IGNORE):
    """A mail whose To field is not what its envelope says."""
    item = mail("Secure", to=to, headers=headers)
    names = ", ".join(str(who) for who in to)
    raw = item.content.raw.replace(f"To: {names}\r".encode(), f"To: {shown}\r".encode())
    return replace(item, content=Content(raw))


def test_a_copy_for_others_that_met_a_rule_has_steps_of_its_own():
    rule = Step(StepKind.RULE, "Copy", Answer.YES)
    own, theirs = (
        Fate(None, (), (rule,)),
        Fate(BOB, (), (Step(StepKind.ENDED, "x", Answer.DONE),)),
    )
    assert (rule,) == steps_of(None, Outcome((theirs, own)))
    bare = replace(own, steps=())
    assert theirs.steps == steps_of(None, Outcome((theirs, bare)))


def ends(outcome, who):
    return [delivery.disposition for delivery in outcome.fate(who).deliveries]


def zivver(**settings):
    return replace(world().zivver, **settings)


def test_whoever_may_stand_in_a_list_that_cannot_be_read_cannot_be_told():
    outcome = simulated(addressed(UNREADABLE, to=(CARL, INFO)), world(WORD))
    assert [Disposition.SECURE_NOTIFICATION] == ends(outcome, INFO)
    fate = outcome.fate(CARL)
    assert [Disposition.UNDETERMINED] == ends(outcome, CARL)
    assert "Zivver reads its recipients from To" in fate.undetermined.why


def test_a_list_that_cannot_be_read_does_not_matter_where_the_envelope_counts():
    item = addressed(UNREADABLE, to=(BOB, INFO), headers="")
    outcome = simulated(item, world(OUTSIDE))
    assert [Disposition.INTERNAL] == ends(outcome, BOB)
    assert [Disposition.SECURE_NOTIFICATION] == ends(outcome, INFO)


def test_a_blind_recipient_is_lost_to_zivver_and_not_to_a_redirect():
    outcome = simulated(addressed(str(INFO), to=(CARL, INFO)), world(WORD))
    (lost,) = outcome.fate(CARL).deliveries
    assert (Disposition.LOST, False) == (lost.disposition, lost.is_told)
    assert "To and Cc count" in lost.why
    assert [Disposition.SECURE_NOTIFICATION] == ends(outcome, INFO)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (EmptyRecipients.REFUSE, (Disposition.REJECTED, True)),
        (EmptyRecipients.ACCEPT_AND_BOUNCE, (Disposition.BOUNCED, True)),
    ],
)
def test_the_sender_of_a_mail_that_names_nobody_hears_of_it(answer, expected):
    item = addressed("undisclosed-recipients:;", to=(INFO,))
    where = world(WORD, zivver=zivver(empty_recipients=answer))
    (delivery,) = simulated(item, where).fate(INFO).deliveries
    assert expected == (delivery.disposition, delivery.is_told)


def test_nobody_is_said_to_hear_of_a_mail_that_zivver_drops():
    item = addressed("undisclosed-recipients:;", to=(INFO,))
    dropping = zivver(accounts=(), missing_account=MissingAccount.ACCEPT_AND_DROP)
    (delivery,) = simulated(item, world(WORD, zivver=dropping)).fate(INFO).deliveries
    assert (Disposition.LOST, False) == (delivery.disposition, delivery.is_told)


def redirected(to, *, recipients):
    """A leg of INFO that a rule took to a mailbox."""
    leg = Leg(INFO, to, (Way.SENT, Way.REDIRECT), before=INFO)
    ended = EndedInside(0, leg, Ending(EndKind.MAILBOX, "mailbox"))
    return fold(Story(mail(to=recipients), exchange=(ended,)), world())


def test_a_redirect_to_one_of_the_recipients_is_his_copy():
    outcome = redirected(BOB, recipients=(INFO, BOB))
    assert [Disposition.INTERNAL] == ends(outcome, BOB)
    assert [Disposition.LOST] == ends(outcome, INFO)
    assert outcome.fate(None) is None


def test_a_redirect_to_anybody_else_is_misdirected():
    outcome = redirected(BOB, recipients=(INFO,))
    assert [Disposition.MISDIRECTED] == ends(outcome, None)
    assert [Disposition.LOST] == ends(outcome, INFO)
