"""The register: every entry once, with its source."""

from fakes.exchange.organization import Edition
from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.predicates import PREDICATES
from harness.report.support import support_markdown, whole_register


def test_every_predicate_and_action_stands_in_it():
    names = {entry.name for entry in whole_register()}

    assert set(PREDICATES) | set(ACTIONS) <= names


def test_nothing_stands_twice():
    entries = [(entry.kind, entry.name) for entry in whole_register()]

    assert len(set(entries)) == len(entries)


def test_everything_has_a_source():
    assert [] == [e.name for e in whole_register() if "#" not in e.source]


def test_what_is_not_judged_or_in_part_says_why():
    partial = [e for e in whole_register() if e.support is Support.PARTIAL]

    assert partial
    assert [] == [entry.name for entry in partial if not entry.remark]


def test_markdown_names_all_of_it():
    text = support_markdown(whole_register())

    assert [] == [e.name for e in whole_register() if f"`{e.name}`" not in text]


def test_of_an_edition_only_what_it_has_is_shown():
    names = {entry.name for entry in whole_register(Edition.EDGE)}
    assert {"SubjectContainsWords", "Disconnect", "accepted domains"} <= names
    assert {"SentToScope", "RejectMessage"}.isdisjoint(names)
    kinds = {entry.kind for entry in whole_register(Edition.ONLINE)}
    assert "routing, Exchange Online" in kinds
    assert "routing, Exchange Server" not in kinds
    assert len(whole_register(Edition.SERVER_SE)) < len(whole_register())
