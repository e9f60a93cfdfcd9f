"""Who writes and who is written to: a fixed cast, and strangers with faker's names."""

from __future__ import annotations

import unicodedata
from email.utils import formataddr
from functools import lru_cache
from typing import TYPE_CHECKING

from faker import Faker
from hypothesis import strategies as st

from fakes.mail.address import Address, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = "contoso.example"
BRANCH = "sales.contoso.example"
PARTNER = "fabrikam.example"
STRANGERS = ("wingtip.example", "mail.wingtip.example", "fabrikam.example")

ANNA = parse_address(f"anna@{HOME}")
BOB = parse_address(f"bob@{HOME}")
CLEO = parse_address(f"cleo.stock@{HOME}")
ALIAS_OF_BOB = parse_address(f"robert@{HOME}")
AUDIT = parse_address(f"audit@{HOME}")
CONTACT = parse_address(f"notary@{HOME}")
NOTARY = parse_address(f"office@notary.{PARTNER}")
NOBODY = parse_address(f"nobody@{HOME}")
RELAY = parse_address("relay@relay.invalid")
INSIDE = (ANNA, BOB, CLEO)
SALES = parse_address(f"sales.team@{HOME}")
BOARD = parse_address(f"board@{HOME}")

_SEEDS = st.integers(min_value=0, max_value=999)


@st.composite
def names(draw: Callable[[st.SearchStrategy[int]], int]) -> str:
    """Give a person's name as it stands before an address."""
    return _name(draw(_SEEDS))


@st.composite
def strangers(draw: Callable[[st.SearchStrategy[int]], int]) -> Address:
    """Give an address outside, made of a person's name."""
    first, _, last = _name(draw(_SEEDS)).partition(" ")
    domain = STRANGERS[draw(st.integers(0, len(STRANGERS) - 1))]
    return Address(f"{_plain(first)}.{_plain(last)}", domain)


def shown_as(name: str, who: Address) -> str:
    """Write an address as it stands in From, behind a name if there is one."""
    text = str(who)
    return formataddr((name, text)) if name and text.isascii() else text


@lru_cache(maxsize=1)
def _faker() -> Faker:
    return Faker(["nl_NL"], use_weighting=False)


@lru_cache(maxsize=1000)
def _name(seed: int) -> str:
    faker = _faker()
    faker.seed_instance(seed)
    return f"{faker.first_name()} {faker.last_name()}"


def _plain(text: str) -> str:
    """Give the ASCII letters of a name."""
    split = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in split if c.isascii() and c.isalnum()) or "x"
