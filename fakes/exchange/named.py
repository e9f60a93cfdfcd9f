"""Whether a list of recipients, as a cmdlet shows it, takes somebody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import RecipientKind
from fakes.exchange.rules.taking import recipients
from fakes.exchange.rules.taking_people import members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.exchange.organization import Directory, Recipient
    from fakes.mail.address import Address


def is_named(
    people: Iterable[Address], names: tuple[str, ...], directory: Directory | None
) -> bool | str:
    """Say whether names of people or groups take in one of these, or why it is open."""
    if not names:
        return False
    who = set(people)
    own = who | {entry.primary for one in who for entry in _objects(one, directory)}
    named = recipients(names, directory)
    groups = tuple(
        str(address)
        for address in sorted(named.addresses, key=str)
        if any(e.kind is RecipientKind.GROUP for e in _objects(address, directory))
    )
    listed = members(groups, directory)
    if own & (named.addresses | listed.addresses):
        return True
    unknown = (f"no exported recipient is called `{n}`" for n in named.unresolved)
    return "; ".join((*unknown, *listed.gaps)) or False


def _objects(address: Address, directory: Directory | None) -> tuple[Recipient, ...]:
    return directory.by_address.get(address, ()) if directory else ()
