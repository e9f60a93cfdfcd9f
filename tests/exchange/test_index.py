"""What the index rules out holds for nobody, under any reading and after any edit."""

import itertools
import sys
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, note, settings
from hypothesis import strategies as st

from fakes.choices import Choices, explore
from fakes.exchange.organization import Edition, Platform
from fakes.exchange.readings import QUESTIONS, Readings, with_answers
from fakes.exchange.rules import index as indexing
from fakes.exchange.rules import parts, words
from fakes.exchange.rules.evaluate import Surroundings, view_of
from fakes.exchange.rules.fork import Fork, Leg
from fakes.exchange.rules.index import first_from, make_index, may_hold
from fakes.exchange.rules.process import process
from fakes.exchange.rules.rule import Condition
from fakes.exchange.rules.values import Patterns, Words
from fakes.exchange.rules.words import fold, occurs, open_readings, word
from fakes.trace import Answer, StepKind, Trace
from fakes.zivver.service import ZivverService
from harness.simulate import simulate
from harness.strategies import mails, relay_tenants, spell_case
from harness.world import World
from tests.exchange.at_hand import (
    ANNA,
    AT,
    BARE,
    BOB,
    CLEO,
    mail,
    open_tenant,
    rule,
    tenant,
)

usual = settings.default or settings()
few = settings(max_examples=max(10, usual.max_examples // 2))
OF_WORDS = ("underscore", "word_edge", "unicode_punctuation", "cjk", "phrase_blanks")
EVERY_READING = tuple(
    with_answers(Readings(), dict(zip(OF_WORDS, given_, strict=True)))
    for given_ in itertools.product(*(QUESTIONS[n].alternatives for n in OF_WORDS))
)
# A subject keyword each; what is added to it stands beside the word.
ODD = "ab Aß é_-;.“”中文½०ＡК \u00a0\u0301\u2003"


class Opaque(Words):
    """Words of which the index knows nothing."""

    __slots__ = ()


class OpaquePatterns(Patterns):
    """Patterns of which the index knows nothing."""

    __slots__ = ()


def unindexed(organization):
    """The same organization, with rules that the index never rules out."""

    def opaque(conditions):
        return tuple(
            replace(c, value=Opaque(c.value.words))
            if type(c.value) is Words
            else replace(c, value=OpaquePatterns(c.value.patterns, c.value.is_online))
            if type(c.value) is Patterns
            else c
            for c in conditions
        )

    rules = tuple(
        replace(r, conditions=opaque(r.conditions)) for r in organization.rules
    )
    return replace(organization, rules=rules)


def legs_of(item):
    return tuple(Leg(address, address) for address in item.envelope.recipients)


def processed(item, organization, *, choices=None, trace=Trace.FULL):
    is_internal = item.submission.authenticated is not None
    return process(
        (Fork(item, legs_of(item)),),
        organization,
        is_internal=is_internal,
        at=AT,
        choices=choices or Choices(),
        trace=trace,
    )


def bare(forks):
    """Forks without what is told of them."""
    return tuple(replace(fork, steps=()) for fork in forks)


def told(forks, answer=None):
    """The names of the rules in the trace, fork by fork."""
    return [
        [
            step.subject
            for step in fork.steps
            if step.kind is StepKind.RULE and answer in {None, step.answer}
        ]
        for fork in forks
    ]


def left(item, organization):
    """The places of the rules that the index leaves, of a mail as it came."""
    around = Surroundings(organization, is_internal=True, choices=Choices())
    made = make_index(organization.rules, organization.readings, organization.editions)
    bits = may_hold(made, view_of(Fork(item, legs_of(item)), around))
    return [n for n in range(len(organization.rules)) if bits >> n & 1]


# ----------------------------------------------------------------- what it rules out


@pytest.mark.parametrize(
    ("conditions", "item", "is_left"),
    [
        ({"SubjectContainsWords": ["stock"]}, mail("a stock"), True),
        ({"SubjectContainsWords": ["stock"]}, mail("hello"), False),
        ({"SubjectContainsWords": ["stock"]}, mail("stocks, stockpile"), False),
        ({"SubjectContainsWords": ["stock"]}, mail("ab_stock_x"), True),
        ({"SubjectContainsWords": ["no", "stock"]}, mail("a STOCK"), True),
        ({"SubjectContainsWords": ["Press Release"]}, mail("a press\trelease"), True),
        ({"SubjectContainsWords": ["Press Release"]}, mail("release to all"), True),
        ({"SubjectContainsWords": ["Press Release"]}, mail("press"), False),
        ({"SubjectContainsWords": ["[!]"]}, mail("urgent [!]"), True),
        ({"SubjectContainsWords": ["[!]", "[ !]"]}, mail("urgent [ !]"), True),
        ({"SubjectContainsWords": ["[!]"]}, mail("urgent [1]"), False),
        ({"SubjectContainsWords": ["[!]"]}, mail("urgent"), False),
        ({"SubjectContainsWords": ["秘密"]}, mail("極秘密書"), True),
        ({"SubjectContainsWords": ["über"]}, mail("sogar ÜBER uns"), True),
        ({"SubjectContainsWords": ["über"]}, mail("gegenüber"), False),
        ({"SubjectOrBodyContainsWords": ["stock"]}, mail(body="a stock"), True),
        ({"SubjectOrBodyContainsWords": ["stock"]}, mail(body="a list"), False),
        ({"FromAddressContainsWords": ["anna"]}, mail(), True),
        ({"FromAddressContainsWords": ["bob"]}, mail(), False),
        ({"SubjectMatchesPatterns": ["x$", "^s"]}, mail("stocks"), True),
        ({"SubjectMatchesPatterns": ["x$", "^s"]}, mail("a stock"), False),
        # What only one answer to an open question finds, and what is not judged.
        ({"SubjectMatchesPatterns": ["(?-i)stock"]}, mail("STOCK"), True),
        ({"SubjectMatchesPatterns": ["(?<a>x)(?<-a>y)"]}, mail(), True),
        # Words go before patterns.
        (
            {"SubjectMatchesPatterns": ["a"], "SubjectContainsWords": ["stock"]},
            mail("a list"),
            False,
        ),
        # Nothing rules these out: no words, or words of single recipients.
        ({}, mail(), True),
        ({"RecipientAddressContainsWords": ["bob"]}, mail(), True),
        ({"ExceptIfSubjectContainsWords": ["hello"]}, mail(), True),
        # Of two conditions one is enough.
        ({"SubjectContainsWords": ["a"], "SentTo": str(CLEO)}, mail("b"), False),
        # Off.
        ({"State": "Disabled"}, mail(), False),
    ],
)
def test_a_rule_is_left_where_its_words_may_stand(conditions, item, is_left):
    organization = open_tenant(conditions | {"Quarantine": True})
    assert ([0] if is_left else []) == left(item, organization)


def header_of(*values):
    return "".join(f"X-Tag: {value}\r\n" for value in values)


@pytest.mark.parametrize(
    ("headers", "is_left"),
    [("", False), (header_of("a stock"), True), (header_of("other", "stock"), True)],
)
def test_every_instance_of_a_field_is_looked_at_whatever_the_reading(headers, is_left):
    conditions = {
        "HeaderContainsMessageHeader": "x-tag",
        "HeaderContainsWords": ["stock"],
        "Quarantine": True,
    }
    readings = replace(Readings(), repeated_headers="first")
    organization = replace(open_tenant(conditions), readings=readings)
    item = mail(headers=headers)
    assert ([0] if is_left else []) == left(item, organization)


def test_what_cannot_be_read_rules_nothing_out():
    conditions = {"SubjectOrBodyContainsWords": ["stock"], "Quarantine": True}
    sealed = mail(headers="Content-Type: application/ms-tnef\r\n")
    assert [0] == left(sealed, open_tenant(conditions))


class OnlineOnly(Condition):
    """A condition as if no server had it."""

    @property
    def row(self):
        return replace(super().row, editions=frozenset({Edition.ONLINE}))


@pytest.mark.parametrize(
    ("platform", "expected"), [(Platform.ONLINE, []), (Platform.SERVER, [0])]
)
def test_a_condition_that_the_platform_does_not_have_rules_nothing_out(
    platform, expected
):
    organization = tenant(
        {"SubjectContainsWords": ["stock"], "Quarantine": True}, platform=platform
    )
    (made,) = organization.rules
    (condition,) = made.conditions
    elsewhere = OnlineOnly(condition.predicate, condition.value)
    rules = (replace(made, conditions=(elsewhere,)),)
    assert expected == left(mail(), replace(organization, rules=rules))


def test_rules_are_counted_from_a_place_on():
    assert 0 == first_from(0b1001, 0)
    assert 3 == first_from(0b1001, 1)
    assert first_from(0b1001, 4) is None


# ------------------------------------------------------------------ words and texts


texts = st.text(alphabet=ODD, max_size=16)
some_words = st.text(alphabet=ODD, min_size=1, max_size=5).map(str.strip).filter(bool)


@pytest.mark.property
@given(texts, some_words, st.sampled_from(EVERY_READING))
@example("x[tag]x", "[tag]", replace(Readings(), word_edge="only-letters"))
@example("a\u2003b", "a b", Readings())
def test_a_word_that_stands_is_found_whatever_the_readings(text, wanted, readings):
    entry = word(wanted)
    found = indexing._found_in(_glance_of(wanted), fold(text))
    if occurs(entry, text, readings):
        assert found


def _glance_of(wanted):
    made = make_index(
        (rule({"SubjectContainsWords": [wanted], "Quarantine": True}),),
        Readings(),
        BARE.editions,
    )
    return made.glances[0]


@pytest.mark.property
@given(texts, some_words)
def test_only_the_readings_that_are_named_make_a_difference(text, wanted):
    entry = word(wanted)
    named = [n for n in OF_WORDS if n in open_readings(entry, text)]
    verdicts = defaultdict(set)
    for readings in EVERY_READING:
        key = tuple(getattr(readings, name) for name in named)
        verdicts[key].add(occurs(entry, text, readings))
    assert all(len(found) == 1 for found in verdicts.values())


def test_no_character_that_may_end_a_word_is_kept_in_a_piece():
    ends = replace(
        Readings(),
        underscore="boundary",
        cjk="boundary",
        unicode_punctuation="boundary",
    )
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    kept = "".join(words.pieces(every))
    assert "A" in kept
    assert not [char for char in kept if words._is_boundary(char, ends)]


# -------------------------------------------------------- what a rule changes is seen


TAG = {"HeaderContainsMessageHeader": "X-Tag", "HeaderContainsWords": ["seen"]}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"PrependSubject": "secure: "}, {"SubjectContainsWords": ["secure"]}),
        ({"PrependSubject": "secure: "}, {"SubjectOrBodyContainsWords": ["secure"]}),
        ({"SetHeaderName": "X-Tag", "SetHeaderValue": "seen"}, TAG),
    ],
    ids=["subject", "subject or body", "header"],
)
@pytest.mark.parametrize("trace", Trace)
def test_a_rule_takes_a_mail_by_the_word_that_an_earlier_rule_wrote(
    first, second, trace
):
    organization = tenant(first, second | {"Quarantine": True})
    assert [0] == left(mail(), organization)
    (fork,) = processed(mail(), organization, trace=trace)
    assert "quarantined" == fork.ending.kind


@pytest.mark.parametrize("trace", Trace)
def test_a_fork_that_was_not_changed_is_not_taken_by_the_word(trace):
    organization = tenant(
        {"SentTo": str(BOB), "PrependSubject": "secure: "},
        {"SubjectContainsWords": ["secure"], "Quarantine": True},
    )
    forks = processed(mail(to=(BOB, CLEO)), organization, trace=trace)
    ends = {fork.legs[0].address: fork.ending for fork in forks}
    assert ends[CLEO] is None
    assert "quarantined" == ends[BOB].kind


# -------------------------------------------------------------------- what is told


def test_rules_run_over_nobody_give_nothing():
    found = process((), tenant({}), is_internal=True, at=AT, choices=Choices())
    assert () == found


def test_a_full_trace_tells_of_every_rule_and_a_brief_one_of_those_that_matched():
    organization = tenant(
        {"Name": "off", "State": "Disabled", "Quarantine": True},
        {"Name": "no", "SubjectContainsWords": ["absent"], "Quarantine": True},
        {"Name": "not him", "SentTo": str(ANNA), "Quarantine": True},
        {"Name": "yes", "SubjectContainsWords": ["hello"], "PrependSubject": "x "},
        {"Name": "not now", "Quarantine": True, "ActivationDate": "2030-01-01T00:00Z"},
    )
    item = mail()
    assert [["off", "no", "not him", "yes", "not now"]] == told(
        processed(item, organization)
    )
    brief = processed(item, organization, trace=Trace.BRIEF)
    assert [["yes"]] == told(brief)
    assert not any(step.details for fork in brief for step in fork.steps)


def test_a_full_trace_tells_of_a_rule_that_was_ruled_out_what_it_looked_for():
    organization = tenant({"SubjectContainsWords": ["absent"], "Quarantine": True})
    (fork,) = processed(mail(), organization)
    (detail,) = fork.steps[0].details
    assert Answer.NO is detail.answer
    assert ("absent",) == detail.looked_for
    assert ("hello",) == detail.found


def test_a_date_is_asked_only_of_a_rule_that_may_hold():
    dated = {"Quarantine": True, "ActivationDate": "2026-11-25T09:00:00"}
    for subject, asked in (("a stock", 1), ("hello", 0)):
        organization = tenant(dated | {"SubjectContainsWords": ["stock"]})
        choices = Choices()
        processed(mail(subject), organization, choices=choices)
        assert asked == len(choices.met)


def test_no_body_is_read_where_no_rule_looks_at_it():
    organization = tenant(
        {"SubjectContainsWords": ["a"], "Quarantine": True},
        {"SubjectContainsWords": ["b"], "SubjectOrBodyContainsWords": ["c"]}
        | {"Quarantine": True},
    )
    before = parts._body.cache_info()
    processed(mail("none of them", body="never read"), organization, trace=Trace.BRIEF)
    assert before == parts._body.cache_info()


# ------------------------------------------------------------- laws on drawn tenants


def every_way(item, organization, *, trace=Trace.FULL, merges=True):
    """Every run: its forks without steps, and what it met."""

    def run(choices):
        if not merges:
            choices._visited = None
        return bare(processed(item, organization, choices=choices, trace=trace))

    found = explore(run, bound=150)
    assume(found.is_whole)
    return [(one.result, one.met) for one in found.runs]


def noted(drawn, where):
    note(spell_case(drawn, where.rules, name="found", organization=where.bare))


@pytest.mark.property
@few
@given(relay_tenants(may_be_unknown=True), mails())
def test_a_brief_trace_gives_the_same_forks_by_the_same_choices(where, drawn):
    noted(drawn, where)
    item, organization = drawn.item, where.organization
    full = every_way(item, organization)
    assert full == every_way(item, organization, trace=Trace.BRIEF)


@pytest.mark.property
@few
@given(relay_tenants(may_be_unknown=True), mails())
def test_rules_that_are_ruled_out_hold_for_nobody(where, drawn):
    noted(drawn, where)
    item, organization = drawn.item, where.organization
    found = [forks for forks, _ in every_way(item, organization, merges=False)]
    without = unindexed(organization)
    others = [forks for forks, _ in every_way(item, without, merges=False)]
    assert found[0] == others[0]
    assert all(forks in others for forks in found)
    assert all(forks in found for forks in others)


@pytest.mark.property
@few
@given(relay_tenants(may_be_unknown=True), mails(), st.sampled_from(Trace))
def test_outcomes_are_the_same_with_and_without_index_and_trace(where, drawn, trace):
    noted(drawn, where)
    organization = where.organization
    one, two = (
        simulate(drawn.item, World(given_, ZivverService()), at=AT, trace=told_)
        for given_, told_ in (
            (unindexed(organization), Trace.FULL),
            (organization, trace),
        )
    )
    assume(one.is_whole)
    assert without_steps(one) == without_steps(two)


def without_steps(outcome):
    return replace(outcome, fates=tuple(replace(f, steps=()) for f in outcome.fates))
