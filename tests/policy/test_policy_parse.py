"""What a policy may say, and how the reader complains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.address import parse_address
from harness.duty import Inside
from harness.policy import (
    Audience,
    Kind,
    Labelled,
    LabelOn,
    PolicyError,
    SentBy,
    SubjectHas,
    parse_policy,
)
from harness.policy.files import read_policy

GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
ROW = '[[must_be_secure]]\nsubject = "Secure"\n'
WHOLE = f"""
own_domains = ["Contoso.example", "*.contoso.example"]

[[must_be_secure]]
subject = ["Secure", "Zorg  bericht"]

[[must_be_secure]]
name = "confidential"
label = ["{{{GUID.upper()}}}"]
label_on = ["mail", "attachment"]
from = ["pilot@contoso.example", "fabrikam.example"]
to = "anyone"

[[must_be_secure]]
sender = "payroll@contoso.example"

[except]
kinds = ["automatic-reply", "zivver"]

[mixed]
inside = "secure"
"""


def test_every_part_of_a_policy_is_read():
    policy = parse_policy(WHOLE)
    subject, label, sender = policy.rows
    assert SubjectHas(("Secure", "Zorg bericht")) == subject.trigger
    assert Audience.OUTSIDE is subject.to
    assert Labelled((GUID,), frozenset(LabelOn)) == label.trigger
    assert (parse_address("pilot@contoso.example"), "fabrikam.example") == label.senders
    assert Audience.ANYONE is label.to
    assert SentBy((parse_address("payroll@contoso.example"),)) == sender.trigger
    assert frozenset({Kind.AUTOMATIC_REPLY, Kind.ZIVVER}) == policy.exempt
    assert Inside.SECURE is policy.inside
    assert ("contoso.example", "*.contoso.example") == policy.own_domains


def test_a_row_is_called_by_what_it_says_or_by_its_name():
    names = [row.name for row in parse_policy(WHOLE).rows]
    assert 'subject has "Secure" or "Zorg bericht"' == names[0]
    assert ["confidential", "from payroll@contoso.example"] == names[1:]


def test_a_row_knows_its_line():
    assert "mine.toml:4" == parse_policy(WHOLE, file="mine.toml").rows[0].place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "policy.toml: no `[[must_be_secure]]`"),
        ("x =", "policy.toml: no TOML: "),
        ("x = 1\ny = = 2", "policy.toml:2: no TOML: "),
        (
            '[[must_be_secured]]\nsubject = "a"',
            "1: unknown key `must_be_secured`, did you mean `must_be_secure`?",
        ),
        ('must_be_secure = {subject = "a"}', "is one table, expected rows"),
        ("[[must_be_secure]]", "policy.toml:1: an empty row"),
        ("[[must_be_secure]]\nsubject = []", "policy.toml:2: `subject` is empty"),
        ('[[must_be_secure]]\nsubject = ""', "policy.toml:2: `subject` holds an empty"),
        ("[[must_be_secure]]\nsubject = 3", "policy.toml:2: `subject` holds a number"),
        ('[[must_be_secure]]\nsubject = "?"', "neither letter nor digit"),
        ('[[must_be_secure]]\nsubjet = "a"', "did you mean `subject`?"),
        ('[[must_be_secure]]\nname = "a"', "policy.toml:1: none in one row"),
        (ROW + 'sender = "b@contoso.example"', "`subject`, `sender` in one row"),
        (ROW + 'label_on = "mail"', "policy.toml:3: `label_on` beside `subject`"),
        (ROW + 'to = "outsid"', "policy.toml:3: unknown value `outsid` of `to`, did"),
        (ROW + "to = true", "`to` is true or false, expected one of `outside`"),
        (ROW + 'name = " "', "policy.toml:3: `name` is empty"),
        (ROW + "from = 'x@@y'", "policy.toml:3: `x@@y` is no address"),
        (ROW + "from = 'contoso..example'", "`contoso..example` is no domain"),
        (ROW + ROW, 'policy.toml:3: two rows are called `subject has "Secure"`'),
        (ROW + "[except]\n", "policy.toml:3: `[except]` is empty, expected `kinds`"),
        (ROW + "[except]\nkinds = 'calender'", "did you mean `calendar`?"),
        (ROW + "[mixed]\ninside = 'never'", "expected one of `either`"),
        (ROW + "[mixd]\ninside = 'either'", "policy.toml:3: unknown key `mixd`"),
        ("own_domains = 'x'\nmixed = 3\n" + ROW, "`mixed` is a number, expected a tab"),
        ("x = " + "[" * 5000, "policy.toml: no TOML: nested too deeply"),
        ("x = " + "9" * 5000, "policy.toml: no TOML: exceeds the limit"),
        (ROW + "name = 3", "policy.toml:3: `name` is a number, expected a text"),
        (ROW + 'name = "a\\u0007b"', "policy.toml:3: `name` holds a control"),
        ("[[must_be_secure]]\nsubject = 'a\u200b'", "2: `subject` holds a control"),
        (
            '[[must_be_secure]]\nsubject = """\nto = 3\nSecure"""\nto = 4',
            "policy.toml:5: `to` is a number",
        ),
        ("[[must_be_secure]]\nlabel = 'Secret'", "`Secret` is no GUID of a label"),
        ("[[must_be_secure]]\nsender = 'payroll'", "`payroll` is no address"),
        ("[[must_be_secure]]\nsender = 'a..b@contoso.example'", "two periods in a row"),
    ],
)
def test_a_bad_policy_is_refused_in_one_line(text, message):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_of_a_private_domain_is_only_remarked_on():
    policy = parse_policy("[[must_be_secure]]\nsender = 'app@contoso.local'")
    (remark,) = policy.remarks
    assert remark.startswith("policy.toml:2: `app@contoso.local`: ")


@given(st.text(max_size=200))
def test_any_text_gives_a_policy_or_one_line(text):
    said = complaint(text)
    assert said is None or 1 == len(said.splitlines())


def complaint(text):
    try:
        parse_policy(text)
    except PolicyError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (ROW.encode("utf-16"), "UTF-16, expected UTF-8"),
        (b"\n[[x]]\n\xff", ":3: not UTF-8"),
        (b"#" * 1_000_001, "more than 1000000 octets"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, octets, message):
    file = tmp_path / "policy.toml"
    file.write_bytes(octets)
    with pytest.raises(PolicyError, match=message):
        read_policy(file)


def test_a_missing_file_is_named():
    with pytest.raises(PolicyError, match=r"absent\.toml: no such file"):
        read_policy("absent.toml")


@pytest.mark.parametrize(
    ("path", "message"),
    [("", "is a directory"), ("a\0b", "no usable file name")],
)
def test_what_is_no_file_is_refused_in_one_line(tmp_path, path, message):
    with pytest.raises(PolicyError, match=f"cannot be read: {message}") as caught:
        read_policy(f"{tmp_path}/{path}")
    assert 1 == len(str(caught.value).splitlines())


def test_a_mark_of_windows_editors_is_passed_over(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_bytes(b"\xef\xbb\xbf" + ROW.replace("\n", "\r\n").encode())
    assert f"{file}:1" == read_policy(file).rows[0].place
