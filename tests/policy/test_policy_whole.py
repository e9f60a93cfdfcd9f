"""The whole policy: other traffic, copies, rules before, acceptances, review."""

from datetime import date
from pathlib import Path

import pytest

from fakes.mail.address import parse_address
from harness.check.draft import Draft, write
from harness.duty import FindingKind, Inside, Obligation
from harness.policy import (
    Audience,
    Kind,
    LabelOn,
    PolicyError,
    Relayed,
    judge,
    parse,
    parse_policy,
    parse_rows,
)

ROW = '[[must_be_secure]]\nsubject = "Secure"\n'
ACCEPTED = """
[[accepted]]
finding = ["LEAK", "over-capture"]
row = 'subject has "Secure"'
mail = "word-*"
rule = "Zivver"
connector = "Other"
reason = "until the merger"
owner = "A. de Vries"
until = 2027-03-31
"""
ANNA = "anna@contoso.example"
PLAIN, NO_WORD = Obligation.MUST_BE_PLAIN, Obligation.NO_WORD
OWN = ("contoso.example",)


def test_everything_of_a_policy_is_read():
    policy = parse_policy(
        'reviewed = false\nmay_be_secure = "plug-in"\nzivver_dlp_expected = true\n'
        'expected_copies = ["archive@archive.example"]\n'
        f'{ROW}after = ["Disclaimer"]\nalso_through = "DLP"\n{ACCEPTED}'
    )
    (row,), (one,) = policy.rows, policy.accepted
    assert not policy.is_reviewed
    assert {Relayed.PLUG_IN} == policy.may_be_secure
    assert {parse_address("archive@archive.example")} == policy.expected_copies
    assert policy.expects_dlp
    assert (("Disclaimer",), ("DLP",)) == (row.after, row.also_through)
    assert {FindingKind.LEAK, FindingKind.OVER_CAPTURE} == one.kinds
    assert ("word-*", "Zivver", "Other") == (one.mail, one.rule, one.connector)
    assert ("A. de Vries", date(2027, 3, 31)) == (one.owner, one.until)
    assert "policy.toml:10" == one.place


def test_what_is_not_said_is_not_asked():
    policy = parse_policy(ROW)
    assert policy.is_reviewed
    assert not policy.may_be_secure | policy.expected_copies
    assert not policy.expects_dlp
    assert () == policy.accepted


def test_a_policy_that_nobody_has_reviewed_may_have_no_row():
    assert () == parse_policy("reviewed = false").rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reviewed = 1\n" + ROW, ":1: `reviewed` is a number, expected true or false"),
        (
            ROW + "reviewed = true",
            ":3: `reviewed` stands inside `[must_be_secure]`, ex",
        ),
        (
            "may_be_secure = 'plugin'\n" + ROW,
            ":1: unknown value `plugin` of `may_be_se",
        ),
        (
            "may_be_secur = 'x'\n" + ROW,
            ":1: unknown key `may_be_secur`, did you mean `",
        ),
        ("expected_copies = 'archive'\n" + ROW, ":1: `archive` is no address"),
        ("zivver_dlp_expected = 'no'\n" + ROW, "is a text, expected true or false"),
        (ROW + "after = 3", ":3: `after` holds a number, expected texts in quotes"),
        (ROW + "also_through = ''", ":3: `also_through` holds an empty text"),
        (ROW + "accepted = 3", ":3: unknown key `accepted`"),
        ("accepted = {finding = 'LEAK'}\n" + ROW, "is one table, expected rows"),
        (
            ROW + "[[accepted]]\nfinding = 'LEAK'",
            "is without `reason`, `owner`, `until`",
        ),
        (ROW + ACCEPTED.replace("LEAK", "LEEK"), "`LEEK` of `finding`, did you mean"),
        (
            ROW + ACCEPTED.replace('has "S', 'has "s'),
            ":6: there is no row `subject has ",
        ),
        (
            ROW + ACCEPTED.replace("mail", "mial"),
            ":7: unknown key `mial`, did you mean",
        ),
        (ROW + ACCEPTED.replace('"until the merger"', "''"), "`reason` is empty"),
        (ROW + ACCEPTED.replace('"A. de Vries"', "3"), "`owner` is a number, expected"),
        (
            ROW + ACCEPTED.replace("2027-03-31", "'2027-03-31'"),
            ":12: `until` is a text, expected a day such as 2026-11-20",
        ),
    ],
)
def test_a_bad_key_is_refused_in_one_line(text, message):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert message in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def mail(subject="lunch", sender=ANNA, fields=""):
    raw = (f"{fields}\r\n".encode(),) if fields else ()
    to = (parse_address("info@fabrikam.example"),)
    who = parse_address(sender)
    return write(Draft("m", "", who, to, subject, PLAIN, fields=raw))


def obligation(fields, kinds, sender=ANNA, subject="lunch"):
    allowed = f"may_be_secure = [{', '.join(map(repr, kinds))}]\n" if kinds else ""
    item = mail(subject=subject, sender=sender, fields=fields)
    (duty,) = judge(parse_policy(allowed + ROW), item, own_domains=OWN)
    return duty.obligation


@pytest.mark.parametrize(
    ("field", "kinds", "expected"),
    [
        ("zivver-relay: zivver-message-info", ("plug-in",), NO_WORD),
        ("zivver-relay: zivver-message-info", ("zivver-relay",), NO_WORD),
        ("zivver-relay: zivver-message-info", ("direct-reply",), PLAIN),
        ("Zivver-Relay: smart", ("zivver-relay",), NO_WORD),
        ("zivver-relay: smart", ("plug-in", "direct-reply"), PLAIN),
        ("zivver-relay: sdr", ("direct-reply",), NO_WORD),
        ("zivver-relay: smart-sdr", ("direct-reply",), NO_WORD),
        ("References: <a@b> <zivver-sdr-7e2a9c14>", ("direct-reply",), NO_WORD),
        ("References: <a@b>", ("direct-reply",), PLAIN),
        ("zivver-relay: zivver-message-info", (), PLAIN),
    ],
)
def test_other_zivver_traffic_may_go_there_where_the_policy_says_so(
    field, kinds, expected
):
    assert expected is obligation(field, kinds)


def test_what_must_be_secure_stays_so_and_strangers_are_not_ours():
    mark, kinds = "zivver-relay: sdr", ("direct-reply",)
    assert Obligation.MUST_BE_SECURE is obligation(mark, kinds, subject="Secure")
    assert PLAIN is obligation(mark, kinds, sender="x@fabrikam.example")


def test_a_duty_carries_what_is_asked_beside_security():
    policy = parse_policy(
        "zivver_dlp_expected = true\nexpected_copies = 'a@archive.example'\n"
        + ROW
        + 'after = ["Disclaimer"]\n[[must_be_secure]]\nname = "two"\n'
        + 'subject = "Secure"\nafter = ["Disclaimer", "Archive"]'
    )
    (duty,) = judge(policy, mail(subject="Secure"), own_domains=OWN)
    assert ("Disclaimer", "Archive") == duty.after
    assert duty.expects_dlp
    assert {parse_address("a@archive.example")} == duty.copies
    (duty,) = judge(policy, mail(subject="lunch"), own_domains=OWN)
    assert ((), False) == (duty.after, duty.expects_dlp)


PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def test_the_example_of_the_page_is_a_policy():
    text = PAGE.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    policy = parse_policy(text)
    assert 3 == len(policy.rows)
    assert "A. de Vries, CISO" == policy.accepted[0].owner


@pytest.mark.parametrize("word", [*Relayed, *Kind, *LabelOn, *Audience, *Inside])
def test_the_page_names_every_word(word):
    assert f"`{word}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("key", [*parse._TOP, *parse_rows._ROW_KEYS, *parse._WHICH])
def test_the_page_names_every_key(key):
    assert key in PAGE.read_text("utf-8")
