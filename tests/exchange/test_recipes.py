"""Each recipe is held to our own reading of it: the signs follow from the answers."""

import email
import email.policy
import re
from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import Directory, Recipient, RecipientKind
from fakes.exchange.readings import QUESTIONS, with_answers
from fakes.exchange.recipe import SENDER, Look
from fakes.exchange.recipes import RECIPES, recipe_of
from fakes.exchange.rules.evaluate import Surroundings, evaluate
from fakes.exchange.rules.fork import Fork, Leg
from fakes.exchange.rules.rule import make_rule
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from tests.judging.worlds_at_hand import organization

GUEST = parse_address("info@fabrikam.example")
PEOPLE = Directory(
    (
        Recipient("Guest", RecipientKind.MAIL_USER, GUEST, external=GUEST),
        Recipient(
            "anna",
            RecipientKind.MAILBOX,
            parse_address(SENDER),
            attributes=(("Department", "Sales Europe"),),
        ),
    )
)
ASKED = sorted(n for n, r in RECIPES.items() if r.look is Look.TEST_MESSAGE)


def parameters(command):
    """Read the parameters of a line of Exchange's shell."""
    found = re.findall(r" -(\w+) (?:'([^']*)'|([\w$]+))", command)
    return {"Name": "Reading test"} | {name: text or bare for name, text, bare in found}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_answers_a_question_that_there_is(name):
    assert name in QUESTIONS
    signs = [answer for answer, _ in RECIPES[name].signs]
    assert sorted(QUESTIONS[name].alternatives) == sorted(signs)


def test_each_question_has_a_recipe_of_its_own():
    assert [*QUESTIONS] == [name for name in QUESTIONS if name in RECIPES]


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_has_a_mail_that_can_be_read(name):
    recipe = recipe_of(name)
    message = email.message_from_string(recipe.mail, policy=email.policy.default)
    assert SENDER == message["From"]
    assert not message.defects
    assert max(map(len, recipe.mail.splitlines())) <= 998


@pytest.mark.parametrize("name", RECIPES)
def test_a_rule_that_acts_sees_the_test_mail_only(name):
    for command in RECIPES[name].before:
        if command.startswith("New-TransportRule"):
            given = parameters(command)
            assert {"From", "SentTo"} & set(given) or given["Mode"] == "Audit"


@pytest.mark.parametrize("name", ASKED)
def test_what_the_report_would_say_is_what_we_say_under_each_answer(name):
    recipe = RECIPES[name]
    given = parameters(recipe.before[0]) | {"Mode": "Enforce"}
    rule = make_rule(given, PEOPLE, priority=0, place="", refuses_unknown=True)
    sender = parse_address(SENDER)
    raw = recipe.mail.replace("\n", "\r\n").encode()
    item = MailItem(Envelope(sender, (GUEST,)), Content(raw), Submission(sender))
    place = organization(directory=PEOPLE)
    for answer, sign in recipe.signs:
        readings = with_answers(place.readings, {name: answer})
        readings = replace(readings, settled=frozenset(QUESTIONS))
        around = Surroundings(
            replace(place, readings=readings), is_internal=True, choices=Choices()
        )
        fork = Fork(item, (Leg(GUEST, GUEST),))
        is_matched = bool(evaluate(rule, fork, around, decides=True).matched)
        assert is_matched == sign.endswith(" matched"), answer


def test_a_question_without_a_recipe_of_its_own_says_what_its_line_says(monkeypatch):
    monkeypatch.setattr("fakes.exchange.recipes.RECIPES", {})
    recipe = recipe_of("underscore")
    assert QUESTIONS["underscore"].settle == recipe.note
    assert recipe.mail
    assert recipe.cmdlets
