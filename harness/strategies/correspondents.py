"""Who writes and who is written to, of an organization that somebody has.

Drawn from its own directory and domains, with strangers beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.exchange.organization import (
    Organization,
    Platform,
    Recipient,
    RecipientKind,
)
from fakes.mail.address import Address
from harness.strategies.people import ANNA, names, shown_as, strangers

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITING = frozenset({RecipientKind.MAILBOX})
_LOCALS = ("anna", "no-reply", "info", "payroll", "scanner")


@dataclass(frozen=True, slots=True)
class DrawnSender:
    """Who stands in From and in MAIL FROM, and how he handed the mail in.

    `address` stands in From, `from_` is the text of that field. Without `authenticated`
    the mail came in from outside, or from an application that does not log in.
    `passes_spf` is what the receiving side finds of a stranger.
    """

    address: Address
    from_: str
    mail_from: Address | None
    authenticated: Address | None
    is_ours: bool
    passes_spf: bool | None = None


@st.composite
def senders(draw: st.DrawFn, organization: Organization) -> DrawnSender:
    """Draw a mailbox, an alias, an application, a bounce or a stranger."""
    own = _own(organization, _WRITING) or (_somebody(organization),)
    # An application that does not log in comes in by a connector for it.
    is_online = organization.platform is Platform.ONLINE
    has_way = is_online and organization.inbound_connectors
    applications = ("application",) if has_way else ()
    kind = draw(st.sampled_from(("person", "person", "alias", *applications, "other")))
    if kind == "other":
        who = draw(strangers())
        name, passes = draw(names()), draw(st.integers(0, 3)) > 0
        shown = shown_as(name, who)
        return DrawnSender(who, shown, who, None, is_ours=False, passes_spf=passes)
    if kind == "application":
        local = draw(st.sampled_from(_LOCALS))
        who = Address(local, own[0].primary.domain)
        return DrawnSender(who, str(who), who, None, is_ours=True)
    person = draw(st.sampled_from(own))
    known = (person.primary, *(person.proxies if kind == "alias" else ()))
    who = draw(st.sampled_from(known))
    name = draw(st.one_of(st.just(""), st.just(person.name), names()))
    bounce = draw(st.integers(0, 19)) == 19
    path = None if bounce else who
    return DrawnSender(who, shown_as(name, who), path, person.primary, is_ours=True)


@st.composite
def recipients(
    draw: st.DrawFn,
    organization: Organization,
    *,
    most: int = 4,
    is_inside: bool = False,
) -> tuple[Address, ...]:
    """Draw whom a mail goes to: outside, inside, both; groups, contacts, aliases.

    `is_inside` leaves out everybody else: nobody outside sends to outside by us.
    """
    inside = [
        address
        for entry in _own(organization, frozenset(RecipientKind))
        # Nobody writes to the placeholder of the relay (exchange-routing#B1).
        if entry.external is None or entry.external != entry.primary
        for address in (entry.primary, *entry.proxies)
    ]
    if is_inside:
        one = st.sampled_from(inside or [_somebody(organization).primary])
    else:
        one = st.one_of(strangers(), *([st.sampled_from(inside)] if inside else []))
    return tuple(draw(st.lists(one, min_size=1, max_size=most, unique=True)))


def _own(
    organization: Organization, kinds: frozenset[RecipientKind]
) -> tuple[Recipient, ...]:
    return tuple(_of_kinds(organization, kinds))


def _of_kinds(
    organization: Organization, kinds: frozenset[RecipientKind]
) -> Iterator[Recipient]:
    directory = organization.directory
    for entry in directory.recipients if directory else ():
        if entry.kind in kinds:
            yield entry


def _somebody(organization: Organization) -> Recipient:
    """Give a mailbox of an organization that exported none."""
    domains = organization.accepted_domains or ()
    names_ = [entry.domain for entry in domains if not entry.domain.startswith("*")]
    who = Address("anna", names_[0]) if names_ else ANNA
    return Recipient("anna", RecipientKind.MAILBOX, who)
