"""The header firewall: whose word about a mail is believed, and what leaves with it.

exchange-routing#4.2: only the fields that Exchange writes for itself are touched;
fields of rules and of others pass any connector.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.mail.content import Field, compose, parse

if TYPE_CHECKING:
    from fakes.mail.content import Content

_ORGANIZATION = "x-ms-exchange-organization-"
_FOREST = "x-ms-exchange-forest-"
_ACROSS = "X-MS-Exchange-CrossPremises-"


def admitted(content: Content, *, is_trusted: bool) -> Content:
    """Take a mail in; a stranger's stamps are dropped (exchange-routing#E4)."""
    return content if is_trusted else _kept(content, carries=False)


def released(content: Content, *, carries: bool) -> Content:
    """Let a mail out to a peer that is no server of the organisation.

    exchange-routing#E4, exchange-routing#E5: the organisation's stamps are dropped, or,
    where the connector carries headers (CloudServicesMailEnabled), go as CrossPremises.
    """
    return _kept(content, carries=carries)


def _kept(content: Content, *, carries: bool) -> Content:
    parsed = parse(content)
    if not any(_is_own(field) for field in parsed.fields):
        return content
    fields = tuple(
        _across(field) if _is_own(field) else field
        for field in parsed.fields
        if not _is_own(field) or (carries and field.key.startswith(_ORGANIZATION))
    )
    return compose(replace(parsed, fields=fields))


def _is_own(field: Field) -> bool:
    return field.key.startswith((_ORGANIZATION, _FOREST))


def _across(field: Field) -> Field:
    """Rename a field of the organisation; its value stays as it is."""
    name = f"{_ACROSS}{field.name[len(_ORGANIZATION) :]}"
    return Field(name, name.encode("ascii") + field.raw[len(field.name) :])
