"""The corpus is the second specification: what it must hold, and what it must name."""

from collections import Counter
from pathlib import Path

import pytest

from fakes.exchange.readings import QUESTIONS
from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.predicates import PREDICATES
from fakes.zivver.readings import READINGS
from harness.check.derive import derive
from harness.check.facts import facts_of
from harness.exports.files import built_in_tenants
from harness.outcome import Disposition
from harness.scenario.expectation import GROUPS
from harness.scenario.files import load_corpus, load_file, read_setting

ROOT = Path(__file__).parents[2]
CORPUS = load_corpus(ROOT / "scenarios")
PACKS = sorted((ROOT / "harness" / "packs").glob("*.scenario.toml"))
JUDGED = sorted(n for n, row in PREDICATES.items() if row.support is not Support.NO)
# What only a server or an administrator of the modelled world could show.
NEVER_EXPECTED: set[Disposition] = set()


def parameters(case):
    """Name the rule parameters that a case's configuration uses."""
    tables = list(case.rules or ())
    for change in case.edits:
        tables.append(change.table)
        inner = change.table.get(change.verb)
        if isinstance(inner, dict):
            tables.append(inner)
    return {name for table in tables for name in table}


def test_it_is_large_enough_and_its_names_are_sentences_said_once():
    assert len(CORPUS) >= 150
    names = Counter((case.file, case.name) for case in CORPUS)
    assert max(names.values()) == 1
    assert [] == [case.name for case in CORPUS if " " not in case.name]


@pytest.mark.parametrize("name", JUDGED)
def test_each_judged_predicate_is_a_condition_and_an_exception(name):
    asked = PREDICATES[name].parameters[-1]
    used = [parameters(case) for case in CORPUS]
    assert any(asked in names for names in used), "as condition"
    assert any(f"ExceptIf{asked}" in names for names in used), "as exception"


@pytest.mark.parametrize(
    "name", sorted(n for n, row in ACTIONS.items() if row.support is Support.YES)
)
def test_each_judged_action_is_done(name):
    used = set().union(*(parameters(case) for case in CORPUS))
    done = {*used} & {*ACTIONS[name].parameters}
    assert done or name in {"LogEventText", "RouteMessageOutboundRequireTls"}


@pytest.mark.parametrize("disposition", Disposition)
def test_each_disposition_is_expected_somewhere(disposition):
    words = {
        copy.word
        for case in CORPUS
        for expected in case.expect.recipients
        for copy in (*expected.copies, *expected.otherwise)
    }
    groups = {word for word, members in GROUPS.items() if disposition in members}
    assert words & {disposition.value, *groups} or disposition in NEVER_EXPECTED


def test_each_open_question_is_met():
    known = {*QUESTIONS, *(reading.name for reading in READINGS.values())}
    met = {name for case in CORPUS for name, _ in case.readings}
    met |= {name for case in CORPUS for name in case.expect.hangs_on}
    assert set() == known - met


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.name)
def test_a_pack_is_cited_and_says_which_mails(file):
    packs = load_file(file).packs
    assert packs
    assert all(pack.source and pack.mails for pack in packs)


@pytest.mark.parametrize("tenant", built_in_tenants())
def test_some_pack_speaks_of_each_mail_that_is_derived(tenant):
    setting = read_setting(tenant)
    packs = [pack for file in PACKS for pack in load_file(file).packs]
    for policy in setting.policies.values():
        mails = derive(policy, facts_of(setting.world)).mails
        silent = [m.id for m in mails if not any(p.speaks_of(m.id) for p in packs)]
        assert [] == silent
