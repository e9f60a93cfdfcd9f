"""What a policy settles of the open questions, and how the reader complains."""

from datetime import date

import pytest

from fakes.zivver.readings import MissingAccount
from harness.policy import PolicyError, parse_policy
from harness.world import ANSWERS, Settled, with_readings
from tests.judging.worlds_at_hand import world

ROW = '[[must_be_secure]]\nsubject = "Secure"\n'
BY = 'by = "J. de Vries", on = 2026-11-20, evidence = "trace 1234"'
LAST = Settled(
    "two_connectors", "last", "J. de Vries", date(2026, 11, 20), "trace 1234"
)


def policy(*lines):
    return parse_policy("\n".join((ROW, "[readings]", *lines)))


def settled(name, answer):
    return Settled(name, answer, "J. de Vries", date(2026, 11, 20), "trace 1234")


def test_a_policy_without_readings_settles_nothing():
    assert () == parse_policy(ROW).settled


def test_an_answer_is_kept_with_who_gave_it_when_and_by_what():
    assert (LAST,) == policy(f'two_connectors = {{ answer = "last", {BY} }}').settled
    assert "settled by J. de Vries on 2026-11-20: trace 1234" == LAST.told


def test_an_answer_may_stand_in_a_table_of_its_own():
    text = f'{ROW}[readings.two_connectors]\nanswer = "last"\n' + BY.replace(", ", "\n")
    assert (LAST,) == parse_policy(text).settled


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_to_each_question_can_be_given(name):
    for answer in ANSWERS[name]:
        given = policy(f'{name} = {{ answer = "{answer}", {BY} }}').settled
        assert (settled(name, answer),) == given


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            f'two_conectors = {{ answer = "last", {BY} }}',
            "unknown reading `two_conectors`, did you mean `two_connectors`?",
        ),
        (
            f'zzz = {{ answer = "last", {BY} }}',
            "unknown reading `zzz`, expected one that `relay-harness readings` lists",
        ),
        (
            f'two_connectors = {{ answer = "frist", {BY} }}',
            "unknown answer `frist` to `two_connectors`, did you mean `first`?",
        ),
        (
            f'two_connectors = {{ answer = "zzz", {BY} }}',
            "unknown answer `zzz` to `two_connectors`, expected one of `last`, `first`",
        ),
        ('two_connectors = "last"', "`two_connectors` is a text, expected { answer,"),
        (
            'two_connectors = { answer = "last" }',
            "`two_connectors` is without `by`, `on`, `evidence`, expected who settled",
        ),
        (
            f"two_connectors = {{ answer = 1, {BY} }}",
            "`answer` of `two_connectors` is a number, expected a text",
        ),
        (
            f'two_connectors = {{ answer = "last", {BY}, at = 1 }}',
            "unknown key `at`",
        ),
        (
            (
                'two_connectors = { answer = "last", by = " ", on = 2026-11-20'
                ', evidence = "x" }'
            ),
            "`by` of `two_connectors` is empty or no line of text",
        ),
        (
            (
                'two_connectors = { answer = "last", by = "J", on = "2026-11-20"'
                ', evidence = "x" }'
            ),
            "`on` of `two_connectors` is a text, expected a day such as 2026-11-20",
        ),
        (
            (
                'two_connectors = { answer = "last", by = "J", on = 2026-11-20T09:00:00'
                ', evidence = "x" }'
            ),
            "`on` of `two_connectors` is a date or time, expected a day",
        ),
    ],
)
def test_what_cannot_be_taken_is_one_line_with_its_place(line, said):
    with pytest.raises(PolicyError) as problem:
        policy(line)
    text = str(problem.value)
    assert text.startswith("policy.toml:5: " if "`at`" not in text else "policy.toml:4")
    assert said in text
    assert "\n" not in text


def test_readings_that_are_no_table_are_one_line():
    with pytest.raises(PolicyError, match="`readings` is a number, expected a table"):
        parse_policy(f"readings = 1\n{ROW}")


def test_a_settled_question_has_one_answer_in_the_world():
    answered = with_readings(world(), (settled("two_connectors", "first"),))
    readings = answered.organization.readings
    assert "first" == readings.two_connectors
    assert {"two_connectors"} == readings.settled
    assert (settled("two_connectors", "first"),) == answered.settled


def test_a_question_about_zivver_is_answered_by_the_settings_of_the_service():
    answered = with_readings(world(), (settled("zivver_missing_account", "reject"),))
    assert MissingAccount.REJECT is answered.zivver.missing_account
    assert frozenset() == answered.organization.readings.settled


def test_who_settles_a_question_again_has_the_last_word():
    before = with_readings(world(), (LAST, settled("cjk", "boundary")))
    after = with_readings(before, (settled("two_connectors", "first"),))
    assert (settled("cjk", "boundary"), settled("two_connectors", "first")) == (
        after.settled
    )
    assert "first" == after.organization.readings.two_connectors


def test_nothing_settled_changes_nothing():
    assert world() == with_readings(world(), ())
