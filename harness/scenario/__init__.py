"""Scenarios: cases as data, and what is asked of them."""

from harness.scenario.case import Case, Mail
from harness.scenario.expectation import Expectation, Mismatch, judge
from harness.scenario.parse import parse_corpus_file
from harness.scenario.problem import ScenarioError
from harness.scenario.run import Refused, item_of, set_up
from harness.scenario.spell import spell

__all__ = [
    "Case",
    "Expectation",
    "Mail",
    "Mismatch",
    "Refused",
    "ScenarioError",
    "item_of",
    "judge",
    "parse_corpus_file",
    "set_up",
    "spell",
]
