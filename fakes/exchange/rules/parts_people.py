"""Parts: what the directory tells of sender and recipient, and the address fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.rules.parts import senders, shown
from fakes.exchange.rules.values import Seen
from fakes.mail.address import AddressError, parse_address, parse_address_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.exchange.organization import Organization, Recipient
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.parts import View, Who
    from fakes.mail.address import Address

_UNREAD = "an address field could not be read"
_NOT_WHOLE = "the recipients were not exported"


def to_header(view: View, who: Who | None, readings: Readings) -> Seen:
    """The addresses in To; Bcc is nowhere (exchange-rules#3.2)."""
    del who, readings
    return _fields(view, "To")


def cc_header(view: View, who: Who | None, readings: Readings) -> Seen:
    """The addresses in Cc."""
    del who, readings
    return _fields(view, "Cc")


def to_cc_header(view: View, who: Who | None, readings: Readings) -> Seen:
    """The addresses in To and Cc."""
    del who, readings
    return _fields(view, "To", "Cc")


def between(view: View, who: Who | None, readings: Readings) -> Seen:
    """The senders, and as others the recipient (exchange-rules#R-28)."""
    addresses, is_whole = senders(_by_header(view), readings)
    others = _met(view, who, readings, readings.sender_with_recipient)
    return Seen(
        tuple(map(str, addresses)),
        "" if is_whole else _UNREAD,
        tuple(map(str, others)),
    )


def manager(view: View, who: Who | None, readings: Readings) -> Seen:
    """The managers of the person that the rule evaluates: the sender, or recipients."""
    people, missing = _senders(view, readings)
    if view.header == "Recipient":
        people = _met(view, who, readings, readings.sender_with_recipient)
        missing = ""
    found, gap = _managers(view.organization, people)
    return Seen(tuple(map(str, found)), missing or gap)


def management(view: View, who: Who | None, readings: Readings) -> Seen:
    """How the sender stands to the recipient: Manager, DirectReport."""
    people, missing = _senders(view, readings)
    others = _met(view, who, readings, readings.sender_with_recipient)
    above, gap = _managers(view.organization, people)
    over, other_gap = _managers(view.organization, others)
    found = []
    if set(people) & set(over):
        found.append("Manager")
    if set(others) & set(above):
        found.append("DirectReport")
    return Seen(tuple(found), missing or gap or other_gap)


def sender_attributes(view: View, who: Who | None, readings: Readings) -> Seen:
    """The sender's attributes, each as `Name:value`."""
    del who
    # exchange-rules#6.5: SenderAddressLocation does not touch it.
    people, missing = _senders(view, readings)
    return _attributes(view.organization, people, missing)


def recipient_attributes(view: View, who: Who | None, readings: Readings) -> Seen:
    """The recipient's attributes, each as `Name:value`."""
    address = shown(who, readings)
    return _attributes(view.organization, (address,) if address else (), "")


def compared_attribute(view: View, who: Who | None, readings: Readings) -> Seen:
    """The sender's values of an attribute, and as others those of the recipients.

    One pair is a person and its value; a person without an object is left out, as
    exchange-rules#3.7 speaks of individual users only.
    """
    people, missing = _senders(view, readings)
    mine, gap = _values(view.organization, people, view.header)
    asked = readings.attribute_comparison
    others = _met(view, who, readings, asked)
    theirs, other_gap = _values(view.organization, others, view.header)
    return Seen(mine, missing or gap or other_gap, theirs)


def _fields(view: View, *names: str) -> Seen:
    found = [parse_address_list(view.parsed.unfolded(name)) for name in names]
    texts = tuple(str(address) for one in found for address in one.addresses)
    is_whole = all(one.is_whole for one in found)
    return Seen(texts, "" if is_whole else _UNREAD)


def _by_header(view: View) -> View:
    return replace(view, sender_location="Header")


def _senders(view: View, readings: Readings) -> tuple[tuple[Address, ...], str]:
    addresses, is_whole = senders(_by_header(view), readings)
    return addresses, "" if is_whole else _UNREAD


def _met(
    view: View, who: Who | None, readings: Readings, asked: str
) -> tuple[Address, ...]:
    """The recipient, or all of them where the reading takes them together."""
    whos = (who,) if asked == "each-recipient" else view.everybody
    found = (shown(one, readings) for one in whos)
    return tuple(address for address in found if address is not None)


def _objects(
    organization: Organization, people: Iterable[Address]
) -> tuple[tuple[Recipient, ...], str]:
    """The objects of people, and why one of them may be hidden from us."""
    directory = organization.directory
    found: list[Recipient] = []
    missing = ""
    for address in people:
        known = directory.by_address.get(address, ()) if directory else ()
        found.extend(known)
        if not known and not (directory and directory.is_whole):
            missing = _NOT_WHOLE
    return tuple(found), missing


def _managers(
    organization: Organization, people: Iterable[Address]
) -> tuple[tuple[Address, ...], str]:
    objects, missing = _objects(organization, people)
    found: list[Address] = []
    for entry in objects:
        if entry.manager is None:
            missing = f"no export tells the manager of {entry.primary}"
        elif entry.manager:
            known = _named(organization, entry.manager)
            found.extend(known)
            if not known:
                missing = f"no exported recipient is called `{entry.manager}`"
    return tuple(found), missing


def _named(organization: Organization, name: str) -> tuple[Address, ...]:
    directory = organization.directory
    objects = directory.by_name.get(name.lower(), ()) if directory else ()
    if objects:
        return tuple(entry.primary for entry in objects)
    try:
        return (parse_address(name),)
    except AddressError:
        return ()


def _attributes(
    organization: Organization, people: tuple[Address, ...], missing: str
) -> Seen:
    objects, gap = _objects(organization, people)
    found = tuple(
        f"{name}:{value}"
        for entry in objects
        for name, value in (("Email", str(entry.primary)), *entry.attributes)
    )
    return Seen(found, missing or gap)


def _values(
    organization: Organization, people: tuple[Address, ...], attribute: str
) -> tuple[tuple[str, ...], str]:
    objects, missing = _objects(organization, people)
    found: list[str] = []
    for entry in objects:
        pairs = (("Email", str(entry.primary)), *entry.attributes)
        values = [value for name, value in pairs if name == attribute]
        found.extend(values)
        if not values:
            missing = f"no export tells {attribute} of {entry.primary}"
    return tuple(found), missing
