"""Address lists of RFC 5322, judged by a second parser and by how they were made."""

from __future__ import annotations

from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.address import parse_address, parse_address_list

LOCALS = st.sampled_from(
    ["anna", "a.b", "x+tag", "o'brien", '"anna jansen"', '"a,b"', '"a@b"', "jos\u00e9"]
)
DOMAINS = st.sampled_from(
    [
        "fabrikam.example",
        "Sub.Fabrikam.example",
        "b\u00fccher.example",
        "xn--bcher-kva.example",
    ]
)
NAMES = st.sampled_from(
    [
        "Anna",
        "Anna Jansen",
        '"Jansen, Anna"',
        '"Anna <boss@contoso.example>"',
        '"a \\"quoted\\" name"',
        "=?utf-8?q?J=C3=B6rg?=",
        "=?utf-8?q?boss=40contoso=2Eexample=2C?=",
        "=?utf-8?b?Ym9zc0Bjb250b3NvLmV4YW1wbGUs?=",
    ]
)
COMMENTS = st.sampled_from(
    ["", "(ward 3)", "(boss@contoso.example, nobody)", "(a (b))"]
)
GROUPS = st.sampled_from(["Friends", '"Ward 3"', "undisclosed-recipients"])


@st.composite
def mailboxes(draw):
    """Give a mailbox as it is written, and its address."""
    address = f"{draw(LOCALS)}@{draw(DOMAINS)}"
    before, after = draw(COMMENTS), draw(COMMENTS)
    if draw(st.booleans()):
        return f"{before} {address} {after}".strip(), address
    return f"{before} {draw(NAMES)} <{address}> {after}".strip(), address


@st.composite
def lists(draw):
    """Give a list of mailboxes and groups as it is written, and its addresses."""
    parts: list[str] = []
    addresses: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        is_group = draw(st.booleans())
        least = 0 if is_group else 1
        members = draw(st.lists(mailboxes(), min_size=least, max_size=3))
        text = ", ".join(text for text, _ in members)
        parts.append(f"{draw(GROUPS)}: {text};" if is_group else text)
        addresses.extend(address for _, address in members)
    return ", ".join(parts), tuple(map(parse_address, addresses))


@pytest.mark.property
@given(lists())
def test_a_list_holds_the_addresses_of_which_it_was_made(made):
    text, expected = made
    found = parse_address_list([text])
    assert expected == found.addresses
    assert found.is_whole


@pytest.mark.property
@given(lists())
def test_the_older_parser_of_the_standard_library_finds_the_same(made):
    text, _ = made
    second = [address for _, address in getaddresses([text]) if "@" in address]
    found = parse_address_list([text])
    assert tuple(map(parse_address, second)) == found.addresses
