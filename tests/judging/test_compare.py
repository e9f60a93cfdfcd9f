"""The finding table is whole, and says what the page on the house says."""

from dataclasses import replace

import pytest

from fakes.mail.handoff import TlsLevel
from harness.compare import TABLE, FindingKind, compare, worst
from harness.duty import Duty, Inside, Obligation
from harness.outcome import SECURE, Because, Delivery, Disposition, Fate, Outcome
from tests.judging.worlds_at_hand import BOB, INFO

MUST_SECURE, MUST_PLAIN = Obligation.MUST_BE_SECURE, Obligation.MUST_BE_PLAIN


def outcome(*dispositions, recipient=INFO, **fields):
    deliveries = tuple(
        Delivery(recipient, recipient, d, "because", left_plain=d is Disposition.PLAIN)
        for d in dispositions
    )
    return Outcome((Fate(recipient, deliveries, **fields),))


def kinds(result, obligation, **fields):
    duty = Duty(INFO, obligation, **fields)
    return [finding.kind for finding in compare(result, (duty,))]


def test_the_table_has_a_row_for_each_disposition_and_each_plain_word_of_a_policy():
    assert set(TABLE) == set(Disposition)
    for row in TABLE.values():
        assert set(row) == set(Obligation) - {Obligation.CANNOT_TELL}


@pytest.mark.parametrize("disposition", sorted(Disposition))
def test_only_a_secure_or_an_inside_end_satisfies_a_mail_that_must_be_secure(
    disposition,
):
    good = SECURE | {Disposition.INTERNAL}
    assert (kinds(outcome(disposition), MUST_SECURE) == []) is (disposition in good)


def test_one_secure_copy_never_hides_a_plain_one():
    both = outcome(Disposition.SECURE_NOTIFICATION, Disposition.PLAIN)
    assert FindingKind.LEAK in kinds(both, MUST_SECURE)


def test_a_misdirected_copy_that_left_plain_is_a_leak():
    copy = Delivery(None, INFO, Disposition.MISDIRECTED, "wrong way", left_plain=True)
    result = Outcome((Fate(None, (copy,)),))
    findings = compare(result, (Duty(BOB, MUST_SECURE),))
    assert FindingKind.LEAK in [finding.kind for finding in findings]


@pytest.mark.parametrize("obligation", [MUST_SECURE, MUST_PLAIN])
def test_an_expected_copy_is_not_misdirected_and_leaks_in_clear(obligation):
    duty = Duty(INFO, obligation, copies=frozenset({BOB}))
    copy = Delivery(INFO, BOB, Disposition.MISDIRECTED, "a copy")
    own = Delivery(INFO, INFO, Disposition.INTERNAL, "")
    assert () == compare(Outcome((Fate(INFO, (own, copy)),)), (duty,))
    in_clear = replace(copy, left_plain=True)
    found = compare(Outcome((Fate(INFO, (own, in_clear)),)), (duty,))
    is_leak = obligation is MUST_SECURE
    assert [FindingKind.LEAK] * is_leak == [finding.kind for finding in found]


def test_a_copy_for_somebody_else_is_judged_by_the_strictest_duty():
    own = Fate(INFO, (Delivery(INFO, INFO, Disposition.SECURE_IN_APP, ""),))
    other = Delivery(None, BOB, Disposition.PLAIN, "copy", left_plain=True)
    result = Outcome((own, Fate(None, (other,))))
    assert [f.kind for f in compare(result, (Duty(INFO, MUST_SECURE),))] == [
        FindingKind.LEAK
    ]
    assert compare(result, (Duty(INFO, Obligation.NO_WORD),)) == ()


def test_a_copy_for_somebody_else_is_not_judged_where_nobody_has_a_duty():
    other = Delivery(None, BOB, Disposition.PLAIN, "copy", left_plain=True)
    assert () == compare(Outcome((Fate(None, (other,)),)), ())


def test_held_mail_is_a_delay_if_somebody_was_told_and_a_loss_if_not():
    held = Delivery(INFO, INFO, Disposition.HELD, "waits", is_told=True)
    told = Outcome((Fate(INFO, (held,)),))
    assert [FindingKind.DELAY] == kinds(told, MUST_SECURE)
    assert [FindingKind.LOSS] == kinds(outcome(Disposition.HELD), MUST_SECURE)


def test_a_recipient_of_whom_nothing_is_said_is_a_loss_and_never_a_pass():
    assert [FindingKind.LOSS] == kinds(Outcome(()), MUST_SECURE)
    assert [FindingKind.LOSS] == kinds(Outcome(()), MUST_PLAIN)
    assert [] == kinds(Outcome(()), Obligation.NO_WORD)


def test_what_inside_recipients_of_a_secure_mail_get_is_what_the_policy_says():
    inside = outcome(Disposition.INTERNAL)
    assert [] == kinds(inside, MUST_SECURE)
    assert [FindingKind.LEAK] == kinds(inside, MUST_SECURE, inside=Inside.SECURE)
    secure = outcome(Disposition.SECURE_IN_APP)
    assert [FindingKind.OVER_CAPTURE] == kinds(secure, MUST_SECURE, inside=Inside.PLAIN)


def test_a_leak_that_no_rule_can_see_stays_a_leak_and_is_marked():
    duty = Duty(INFO, MUST_SECURE, is_beyond_rules=True)
    (finding,) = compare(outcome(Disposition.PLAIN), (duty,))
    assert (FindingKind.LEAK, True) == (finding.kind, finding.is_beyond_rules)


def unsure(base, other, *, is_reading=False):
    because = Because(("q",), ("yes",), (), is_reading=is_reading, why="nobody knows")
    alternative = (
        Delivery(INFO, INFO, other, "", left_plain=other is Disposition.PLAIN),
    )
    key = "hangs_on" if is_reading else "undetermined"
    return outcome(base, alternatives=(alternative,), **{key: because})


@pytest.mark.parametrize("is_reading", [True, False])
def test_a_secure_end_that_hangs_on_something_open_is_not_a_pass(is_reading):
    result = unsure(
        Disposition.SECURE_NOTIFICATION, Disposition.PLAIN, is_reading=is_reading
    )
    (finding,) = compare(result, (Duty(INFO, MUST_SECURE),))
    assert FindingKind.UNDETERMINED is finding.kind
    assert (FindingKind.LEAK,) == finding.others


def test_a_leak_is_a_leak_when_every_way_leaks():
    result = unsure(Disposition.PLAIN, Disposition.PLAIN)
    assert [FindingKind.LEAK] == kinds(result, MUST_SECURE)


def test_what_differs_without_mattering_to_the_duty_is_no_finding():
    result = unsure(Disposition.PLAIN, Disposition.INTERNAL)
    assert [] == kinds(result, MUST_PLAIN)


def test_two_copies_for_one_recipient_are_a_duplicate():
    twice = outcome(Disposition.SECURE_IN_APP, Disposition.SECURE_NOTIFICATION)
    assert [FindingKind.DUPLICATE] == kinds(twice, MUST_SECURE)


def test_a_policy_that_cannot_tell_finds_nothing_only_if_both_answers_are_content():
    cannot = Obligation.CANNOT_TELL
    assert [FindingKind.UNDETERMINED] == kinds(outcome(Disposition.PLAIN), cannot)
    assert [] == kinds(outcome(Disposition.INTERNAL), cannot)


def test_the_heaviest_kind_comes_first():
    both = outcome(Disposition.PLAIN, Disposition.DEFERRED)
    findings = compare(both, (Duty(INFO, MUST_SECURE),))
    assert FindingKind.LEAK is findings[0].kind is worst(findings)
    assert worst(()) is None


def test_an_end_that_nobody_can_tell_says_on_what_it_depends():
    because = Because(("connectors",), (), (), why="they were not exported")
    result = outcome(Disposition.UNDETERMINED, undetermined=because)
    (finding,) = compare(result, (Duty(INFO, MUST_SECURE),))
    assert because is finding.because


@pytest.mark.parametrize(
    ("level", "expected", "says"),
    [
        # zivver#F37, zivver#F38
        (TlsLevel.OPPORTUNISTIC, [FindingKind.EXPOSURE], "leave out STARTTLS"),
        (TlsLevel.ENCRYPTION_ONLY, [FindingKind.EXPOSURE], "certificate of his own"),
        (TlsLevel.CERTIFICATE_VALIDATION, [FindingKind.WEAK], "trusted certificate"),
        (TlsLevel.DOMAIN_VALIDATION, [], ""),
    ],
)
def test_a_way_to_zivver_that_is_not_kept_is_a_finding(level, expected, says):
    result = on_the_way(level)
    found = compare(result, (Duty(INFO, MUST_SECURE),))
    assert expected == [finding.kind for finding in found]
    assert all(says in finding.why for finding in found)
    assert () == compare(result, (Duty(INFO, Obligation.NO_WORD),))


def on_the_way(*levels):
    """The first is what happens, the others are possible."""
    deliveries = [
        Delivery(INFO, INFO, Disposition.SECURE_DIRECT, "", tls=level)
        for level in levels
    ]
    because = Because(("q",), ("yes",), (), why="nobody knows")
    base, *others = [(delivery,) for delivery in deliveries]
    fate = Fate(INFO, base, undetermined=because, alternatives=tuple(others))
    return Outcome((fate,))


def test_a_hint_does_not_make_an_end_doubtful():
    result = on_the_way(TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION)
    assert [FindingKind.WEAK] == kinds(result, MUST_SECURE)
    doubtful = on_the_way(TlsLevel.DOMAIN_VALIDATION, TlsLevel.OPPORTUNISTIC)
    assert [FindingKind.UNDETERMINED] == kinds(doubtful, MUST_SECURE)


@pytest.mark.parametrize("disposition", sorted(Disposition))
def test_an_outsider_is_to_be_turned_away_before_he_reaches_zivver(disposition):
    caught = SECURE | {Disposition.HELD, Disposition.DEFERRED, Disposition.BOUNCED}
    found = kinds(outcome(disposition), Obligation.MUST_BE_REFUSED)
    assert (FindingKind.OVER_CAPTURE in found) is (disposition in caught)
    turned_away = {Disposition.REFUSED, Disposition.REJECTED}
    assert [] == found or disposition not in turned_away


def test_of_one_who_was_turned_away_nothing_need_come():
    assert [] == kinds(Outcome(()), Obligation.MUST_BE_REFUSED)
