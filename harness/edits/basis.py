"""What every edit needs: find by name, read parameters as an export, put back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from harness.exports.formats import Exported, row_of

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from harness.world import World

Parameters = Mapping[str, object]
T = TypeVar("T")


class EditError(ValueError):
    """An edit that does not fit the world: no such rule, no such connector."""


def with_changes(world: World, **changes: Any) -> World:  # noqa: ANN401  typed by Organization
    """Change fields of the organization."""
    organization: Organization = replace(world.organization, **changes)
    return replace(world, organization=organization)


def find(known: Iterable[T] | None, name: str, what: str, key: Callable[[T], str]) -> T:
    """Find by name, whatever the case.

    Raises:
        EditError: there is none; the nearest name is shown.

    """
    entries = tuple(known or ())
    for entry in entries:
        if key(entry).lower() == name.lower():
            return entry
    near = difflib.get_close_matches(name, [key(entry) for entry in entries], 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    raise EditError(f"there is no {what} `{name}`{hint}")


def exported(cmdlet: str, name: str, parameters: Parameters) -> Exported:
    """Put parameters into the shape of an exported object."""
    given = {"Name": name, **parameters} if name else dict(parameters)
    lists = {key: list(v) for key, v in given.items() if isinstance(v, tuple)}
    return row_of(cmdlet, 1, given | lists)


def fields_of(parameters: Parameters, table: Mapping[str, str]) -> tuple[str, ...]:
    """Say which fields the parameters change.

    Raises:
        EditError: a parameter is not in the table.

    """
    for name in parameters:
        if name not in table:
            near = difflib.get_close_matches(name, list(table), 1, 0.5)
            hint = f", did you mean `{near[0]}`?" if near else ""
            raise EditError(f"unknown parameter `{name}`{hint}")
    return tuple(field for name in parameters for field in table[name].split())
