"""Addresses as RFCs spell them and as exports hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.address import (
    MAX_ADDRESS_FIELD,
    Address,
    AddressError,
    domain_key,
    is_domain,
    is_within,
    parse_address,
    parse_address_list,
)


@pytest.mark.parametrize(
    "text",
    [
        "anna@contoso.example",
        "a_b.c+d@contoso",
        "anna@host.local",
        "anna@under_score.example",
        '"a b"@contoso.example',
        "anna@[192.0.2.1]",
        "\u00e9@contoso.example",
        "anna@m\u00fcnchen.example",
        "a..b@contoso.example",
    ],
)
def test_what_exports_hold_is_read_and_written_back(text):
    assert text == str(parse_address(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected name@domain"),
        ("anna", "expected name@domain"),
        ("@contoso.example", "expected name@domain"),
        ("anna@", "expected name@domain"),
        ("a b@contoso.example", "before the @"),
        ("a\x00b@contoso.example", "before the @"),
        ("anna@con toso.example", "is no domain"),
        ("anna@contoso..example", "is no domain"),
        ("a" * 1001, "1001 characters, at most 1000"),
        ("x" * 80, "..."),
    ],
)
def test_what_is_no_address_is_refused_in_one_printable_line(text, said):
    with pytest.raises(AddressError) as problem:
        parse_address(text)
    assert said in str(problem.value)
    assert str(problem.value).isprintable()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Anna@Contoso.Example", "anna@contoso.example"),
        ("anna@m\u00fcnchen.example", "anna@xn--mnchen-3ya.example"),
        ("anna@contoso.example.", "anna@contoso.example"),
    ],
)
def test_addresses_that_exchange_takes_for_one_are_equal(one, two):
    first, second = parse_address(one), parse_address(two)
    assert first == second
    assert hash(first) == hash(second)
    assert first.domain_key == second.domain_key


def test_an_address_is_no_text_and_no_other_address():
    anna = Address("anna", "contoso.example")
    assert anna != "anna@contoso.example"
    assert anna != Address("anna", "fabrikam.example")


@pytest.mark.parametrize(
    ("domain", "parent", "is_below"),
    [
        ("contoso.example", "contoso.example", True),
        ("a.contoso.example", "contoso.example", True),
        ("notcontoso.example", "contoso.example", False),
        ("contoso.example", "a.contoso.example", False),
    ],
)
def test_a_domain_is_within_its_parents(domain, parent, is_below):
    assert is_below is is_within(domain, parent)


def test_a_domain_that_no_idna_knows_is_only_lowered():
    assert "\u2603\u200b.example" == domain_key("\u2603\u200b.Example")
    assert is_domain("[IPv6:2001:db8::1]")


@pytest.mark.parametrize(
    ("field", "expected", "is_whole"),
    [
        ("anna@a.example, bob@b.example", ["anna@a.example", "bob@b.example"], True),
        ('"Last, First" <anna@a.example>', ["anna@a.example"], True),
        ("=?utf-8?Q?a=2C_b?= <anna@a.example>", ["anna@a.example"], True),
        (
            "Team: anna@a.example, bob@b.example;",
            ["anna@a.example", "bob@b.example"],
            True,
        ),
        ("undisclosed-recipients:;", [], True),
        ("anna@a.example (a comment)", ["anna@a.example"], True),
        ("", [], True),
        ("   ", [], True),
        ("anna at a.example", [], False),
        ("<<anna@a.example", [], False),
        ("x" * (MAX_ADDRESS_FIELD + 1), [], False),
    ],
)
def test_an_address_field_gives_its_addresses_or_says_that_some_are_unread(
    field, expected, is_whole
):
    found = parse_address_list([field])
    assert is_whole is found.is_whole
    if is_whole:
        assert expected == [str(address) for address in found.addresses]


@pytest.mark.property
@given(st.text(max_size=40))
def test_reading_never_fails_otherwise(text):
    parse_address_list([text])
    try:
        made = parse_address(text)
    except AddressError:
        return
    assert text == str(made)
