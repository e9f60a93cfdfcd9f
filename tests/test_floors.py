"""Floors: how much must be known. None of them may fall."""

import json
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, note, settings

from fakes.exchange.organization import Directory
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.patterns import Pattern
from fakes.exchange.rules.rule import RuleError, make_rule
from fakes.exchange.rules.values import NotJudged, Patterns
from fakes.internet.hosts import Internet
from fakes.zivver.service import ZivverService
from fakes.zone import zone
from harness.check.derive import derive
from harness.check.facts import facts_of
from harness.outcome import Disposition
from harness.scenario.case import DEFAULT_AT
from harness.scenario.files import read_setting
from harness.simulate import simulate
from harness.strategies import mails, relay_tenants, spell_case
from harness.strategies.people import BRANCH, HOME, NOTARY, RELAY, STRANGERS
from harness.world import World
from tests.computed import AT
from tests.real_samples import needs_samples, samples

MEANT = ("guide-online-as-meant", "guide-onpremises-as-meant")
# (tenant, policy, mail): what of the guide's corrected tenants may stay unknown.
MAY_BE_UNKNOWN: frozenset[tuple[str, str, str]] = frozenset()
# DNS has an answer about every domain of the drawn tenants.
EVERYWHERE = Internet(
    zone(
        {
            (name, kind): (f"10 mx.{name}" if kind == "MX" else "192.0.2.25",)
            for domain in (HOME, BRANCH, *STRANGERS, NOTARY.domain)
            for name, kind in ((domain, "MX"), (f"mx.{domain}", "A"))
        },
        absent=frozenset({RELAY.domain}),
    )
)
SETTLED = Readings(settled=frozenset(QUESTIONS))
# Whether a second pass of the rules comes is not said by what a tenant exports.
MAY_BE_ASKED = frozenset({"BlindCopyTo loop", "RedirectMessageTo loop"})
# Parameters that every cmdlet of PowerShell has.
COMMON = {"ErrorAction", "WarningAction", "Confirm", "Verbose"}
# Of the rules of the corpus, so many are judged whole.
JUDGED_WHOLE = 153


def is_unknown(fate):
    ends = {delivery.disposition for delivery in fate.deliveries}
    return bool(fate.undetermined) or Disposition.UNDETERMINED in ends


@pytest.mark.parametrize("tenant", MEANT)
def test_of_the_guide_s_corrected_tenants_nothing_is_unknown_but_what_is_named(tenant):
    setting = read_setting(tenant)
    assert setting.policies
    unknown = {
        (tenant, name, mail.id)
        for name, policy in setting.policies.items()
        for mail in derive(policy, facts_of(setting.world)).mails
        for fate in simulate(mail.item, setting.world, at=DEFAULT_AT).fates
        if is_unknown(fate) or fate.hangs_on
    }
    named = {entry for entry in MAY_BE_UNKNOWN if entry[0] == tenant}
    assert named == unknown


usual = settings.default or settings()


@pytest.mark.property
@settings(max_examples=max(200, usual.max_examples))
@given(relay_tenants(may_be_unknown=False), mails())
def test_with_full_data_and_judged_rules_nothing_is_unknown(tenant, mail):
    note(spell_case(mail, tenant.rules, name="unknown", organization=tenant.bare))
    organization = replace(tenant.organization, readings=SETTLED)
    world = World(organization, ZivverService(), EVERYWHERE)
    outcome = simulate(mail.item, world, at=AT)
    assert outcome.is_whole
    for fate in outcome.fates:
        questions = fate.undetermined.questions if fate.undetermined else ()
        assert MAY_BE_ASKED >= set(questions)
        assert questions or not is_unknown(fate)


def corpus():
    place = samples("rule-corpus", "rules.jsonl")
    return [json.loads(line) for line in place.read_text("utf-8").splitlines()]


def plainly(values):
    """Give one value for a list of one, and `true` for PowerShell's `$true`."""
    if not isinstance(values, list) or len(values) != 1:
        return values
    (value,) = values
    is_flag = str(value).lower() in {"$true", "$false"}
    return str(value).lower() == "$true" if is_flag else value


def not_judged(rule):
    """Name what of a rule nobody judges."""
    for test in (*rule.conditions, *rule.exceptions):
        value = test.value
        patterns = value.patterns if isinstance(value, Patterns) else ()
        if isinstance(value, NotJudged) or any(map(problem, patterns)):
            yield test.predicate
    for action in rule.actions:
        if action.row.effect is Effect.UNKNOWN:
            yield action.name


def problem(entry: Pattern):
    return entry.problem


@needs_samples
def test_of_the_rules_that_real_tenants_have_ever_more_are_judged_whole(capsys):
    found: Counter[str] = Counter()
    open_: Counter[str] = Counter()
    for entry in corpus():
        parameters = {
            name: plainly(values)
            for name, values in entry["params"].items()
            if name not in COMMON
        }
        try:
            rule = make_rule(
                {"Name": "x"} | parameters, Directory(()), priority=0, place="corpus"
            )
        except RuleError as refusal:
            found["refused"] += 1
            open_[f"refused: {refusal}"] += 1
            continue
        names = set(not_judged(rule))
        found["not whole" if names else "whole"] += 1
        open_.update(names)
    lines = [f"{count:4} {name}" for name, count in open_.most_common()]
    share = f"{found['whole']} of {found.total()} rules are judged whole: {found}"
    with capsys.disabled():
        sys.stderr.write("\n".join(["", share, *lines, ""]))
    assert found["whole"] >= JUDGED_WHOLE
