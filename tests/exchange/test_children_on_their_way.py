"""Children go their own way, with choices of their own."""

from dataclasses import replace

from fakes.choices import Choices, ChoicesApart, Fact, OpenReading, explore
from fakes.exchange.queue import Accepted, NewMail, QueueState, step
from fakes.mail.item import Carries
from tests.exchange.at_hand import AT, CLEO, mail, tenant

WAYS = ("no", "yes")
FACT, READING = Fact("asked", "x"), OpenReading("reading")
WHOLE = {
    "GenerateIncidentReport": "soc@archive.example",
    "IncidentReportContent": ["AttachOriginalMail"],
}
UNKNOWN = {"SenderInRecipientList": "x", "DeleteMessage": True}


def test_a_fact_about_a_child_is_another_one_and_a_reading_is_not():
    whole = Choices({FACT: "yes", READING: "yes"})
    apart = ChoicesApart(whole, "child")
    assert "no" == apart.choose(FACT, WAYS)
    assert "yes" == whole.choose(FACT, WAYS)
    assert "yes" == apart.choose(READING, WAYS)
    assert ("no", "yes") == (apart.given(FACT), apart.given(READING))
    assert ["asked (child) x", "asked x", "reading"] == [str(p.key) for p in whole.met]


def test_a_child_is_never_merged():
    def run(choices):
        apart = ChoicesApart(choices, "child")
        way = apart.choose(FACT, WAYS)
        apart.checkpoint("the same", frozenset())
        return way

    assert {"no", "yes"} == {run.result for run in explore(run, bound=9).runs}


def met_by(item, organization):
    choices = Choices()
    state, mx = QueueState(), lambda _: ("mx.example",)
    step(state, Accepted(item, AT), organization, mx=mx, choices=choices)
    return [str(point.key) for point in choices.met]


def test_what_carries_nothing_asks_nothing():
    organization = tenant(UNKNOWN)
    child = replace(mail(), generation=1, carries=Carries.SUBJECT)
    whole = replace(child, carries=Carries.WHOLE)
    assert ["SenderInRecipientList x"] == met_by(mail(), organization)
    assert [] == met_by(child, organization)
    assert ["SenderInRecipientList (mail) x"] == met_by(whole, organization)


def test_the_queue_is_given_the_children_of_a_pass():
    state, effects = step(
        QueueState(),
        Accepted(mail(), AT),
        tenant(WHOLE),
        mx=lambda _: ("mx.example",),
        choices=Choices(),
    )
    (child,) = [effect.item for effect in effects if isinstance(effect, NewMail)]
    assert (1, Carries.WHOLE) == (child.generation, child.carries)
    assert [CLEO] == [who for e in state.entries for who in e.item.envelope.recipients]
