"""Laws of the queue in time, on drawn hosts that answer, fail and come back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.exchange.drive import Intervention, drive
from fakes.exchange.dsn import Action
from fakes.exchange.ledger import EndedInside, Passed, Told, Transmitted
from fakes.exchange.organization import AddressSpace, SendConnector
from fakes.exchange.queue import Reconfigured, Resubmitted, Retried
from fakes.exchange.queue_settings import default_settings
from fakes.exchange.rules.fork import EndKind
from fakes.mail.handoff import Said, Stage, Transmission
from fakes.mail.reply import reply
from fakes.mail.troubles import CONNECTION_REFUSED, cannot_connect
from tests.exchange.at_hand import AT, BARE, CLEO, DIRK, address, mail, reading, rule
from tests.exchange.test_queue import SERVER, mx

ELSA = address("elsa@fabrikam.example")
TAKEN, LATER = reply(250, "2.0.0", "ok"), reply(451, "4.3.0", "later")
NEVER = reply(550, "5.7.1", "never")
ANSWERS = {
    "taken": (Stage.RCPT, TAKEN),
    "later": (Stage.RCPT, LATER),
    "never": (Stage.RCPT, NEVER),
    "down": (Stage.CONNECT, CONNECTION_REFUSED),
}
LONG = timedelta(days=4)
TENANTS = {"server": SERVER, "online": BARE}


def answered(handoff, says):
    """What comes of an attempt when each recipient hears his word."""
    after = handoff.at - AT
    stages = {who: ANSWERS[says(who, after)] for who in handoff.envelope.recipients}
    return Transmission(
        handoff,
        handoff.hosts[0],
        is_encrypted=False,
        is_verified=False,
        said=tuple(Said(stage, said, who) for who, (stage, said) in stages.items()),
        accepted=tuple(w for w, (_, r) in stages.items() if r.is_positive),
        deferred=tuple((w, r) for w, (_, r) in stages.items() if r.is_transient),
        refused=tuple((w, r) for w, (_, r) in stages.items() if r.is_permanent),
    )


def told(item, organization, says, *, patience=LONG, interventions=()):
    """Drive a mail to its end; `says(who, after)` is what a host answers then."""
    way = drive(
        item,
        organization,
        at=AT,
        mx=mx,
        choices=Choices(),
        patience=patience,
        interventions=interventions,
    )
    try:
        handoff = next(way)
        while True:
            handoff = way.send(answered(handoff, says))
    except StopIteration as stop:
        return stop.value


def own(state, kind):
    return [r for r in state.ledger if isinstance(r, kind) and not r.number]


def attempts(state):
    return [r.transmission.handoff.at - AT for r in own(state, Transmitted)]


scripts = st.dictionaries(
    st.sampled_from((CLEO, DIRK, ELSA)),
    st.lists(
        st.tuples(st.integers(1, 5000), st.sampled_from(sorted(ANSWERS))), max_size=4
    ),
)
acts = st.lists(
    st.tuples(st.integers(1, 4000), st.sampled_from((Retried, Resubmitted))), max_size=3
)


@pytest.mark.property
@given(st.sampled_from(sorted(TENANTS)), scripts, acts, st.integers(0, 96))
def test_everybody_ends_once_or_still_waits_whatever_happens(name, script, do, hours):
    organization = TENANTS[name]

    def says(who, after):
        word = "down"
        for minutes, answer in sorted(script.get(who, ())):
            if after >= timedelta(minutes=minutes):
                word = answer
        return word

    acting = tuple(
        Intervention(kind(AT + timedelta(minutes=minutes)))
        for minutes, kind in sorted(do, key=lambda one: one[0])
    )
    patience = timedelta(hours=hours)
    state = told(
        mail(to=(CLEO, DIRK, ELSA)),
        organization,
        says,
        patience=patience,
        interventions=acting,
    )
    taken = [a for r in own(state, Transmitted) for a in r.transmission.accepted]
    ended = [r.leg.address for r in own(state, EndedInside)]
    waiting = [leg.address for entry in state.entries for leg in entry.legs]
    assert sorted((CLEO, DIRK, ELSA), key=str) == sorted(
        (*taken, *ended, *waiting), key=str
    )
    times = attempts(state)
    assert times == sorted(times)
    expires = default_settings(organization.platform).expires_after
    assert all(after < expires for after in times)
    assert patience < expires or not waiting
    for end in own(state, EndedInside):
        later = [
            r
            for r in own(state, Transmitted)
            if r.transmission.handoff.at > end.at
            and end.leg.address in r.transmission.handoff.envelope.recipients
        ]
        assert [] == later
        failed = [
            r
            for r in own(state, Told)
            if r.action is Action.FAILED and end.leg in r.legs
        ]
        assert 1 == len(failed)
    delays = [r for r in own(state, Told) if r.action is Action.DELAYED]
    assert all(timedelta(hours=4) == r.at - AT for r in delays)


def down_until(minutes):
    return lambda _who, after: "taken" if after >= minutes else "down"


def test_a_mail_that_waits_for_its_host_is_not_sent_twice():
    state = told(mail(), SERVER, down_until(timedelta(minutes=3)))
    assert [timedelta(minutes=m) for m in range(4)] == attempts(state)
    assert () == state.entries


def test_what_happened_before_the_mail_came_is_over():
    early = (Intervention(Retried(AT - timedelta(hours=1))),)
    state = told(mail(), SERVER, down_until(timedelta(0)), interventions=early)
    assert [timedelta(0)] == attempts(state)


def test_a_change_of_kind_begins_the_waits_anew():
    # exchange-routing#6.1: other timers for a host that answers
    words = iter(["down", "down", "later", "down", "taken"])
    state = told(mail(), SERVER, lambda _who, _after: next(words))
    assert [0, 1, 2, 17, 18] == [after.seconds // 60 for after in attempts(state)]


def test_a_host_that_answers_is_never_cause_to_categorize_anew():
    state = told(mail(), SERVER, lambda _who, _after: "later")
    (passed,) = own(state, Passed)
    assert passed.at == AT
    quarters = {a.total_seconds() % 900 for a in attempts(state)}
    assert {0} == quarters


COPY = {"BlindCopyTo": ["cleo@fabrikam.example"]}


def test_a_copy_that_a_rule_added_waits_on_when_all_is_categorized_anew():
    # Its first address is nobody's: there is nothing to begin with.
    organization = replace(SERVER, rules=(rule(COPY),))
    state = told(mail(to=(DIRK,)), organization, lambda _who, _after: "down")
    ends = [(r.leg.address, r.ending.kind) for r in own(state, EndedInside)]
    assert {(CLEO, EndKind.EXPIRED), (DIRK, EndKind.EXPIRED)} == set(ends)
    assert 2 == len(ends)


def test_what_no_connector_takes_waits_for_one_and_expires():
    # exchange-routing#A16, field-cases#X-11
    organization = replace(SERVER, send_connectors=())
    state = told(mail(), organization, lambda _who, _after: "taken")
    first, last = own(state, EndedInside)
    assert (EndKind.WAITING, EndKind.EXPIRED) == (first.ending.kind, last.ending.kind)
    assert timedelta(days=2) == last.at - AT
    assert "A matching connector cannot be found" in last.ending.why


def test_a_new_connector_takes_what_is_unreachable_at_once():
    # exchange-routing#A17
    organization = replace(SERVER, send_connectors=())
    made = SendConnector("New", (AddressSpace("*"),))
    there = replace(organization, send_connectors=(made,))
    when = AT + timedelta(hours=3)
    acting = (Intervention(Reconfigured(when), there),)
    state = told(
        mail(), organization, lambda _who, _after: "taken", interventions=acting
    )
    assert [timedelta(hours=3)] == attempts(state)
    assert () == state.entries


@pytest.mark.parametrize(("answer", "tries"), [("waits", 2), ("ndr", 1)])
def test_a_refused_greeting_waits_or_is_returned(answer, tries):
    # exchange-routing#X-21
    organization = replace(SERVER, readings=reading(refused_greeting=answer))
    way = drive(
        mail(),
        organization,
        at=AT,
        mx=mx,
        choices=Choices(),
        patience=timedelta(minutes=1),
    )
    handoff, made = next(way), 0
    greeting = reply(554, "5.7.1", "go away")
    try:
        while True:
            made += 1
            refused = Transmission(
                handoff,
                handoff.hosts[0],
                is_encrypted=False,
                is_verified=False,
                said=(Said(Stage.CONNECT, greeting),),
                accepted=(),
                deferred=((CLEO, cannot_connect(greeting)),),
            )
            handoff = way.send(refused)
    except StopIteration:
        assert tries == made
