"""A persistent map from serial numbers to what is due at a time.

To put something on it costs the path to it and no copy of the whole, and each branch
knows what is due first on it: a queue of ten thousand is as quick as one of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BITS = 5
_FAN = 1 << _BITS


class Timed(Protocol):
    """Something that is due at a time; None: not by itself."""

    @property
    def due(self) -> datetime | None:
        """Give that time."""


T_co = TypeVar("T_co", bound=Timed, covariant=True)


@dataclass(frozen=True, slots=True)
class _Branch:
    below: tuple[Timed | None, ...]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Shelf(Generic[T_co]):
    """The map; iteration is in the order of the numbers."""

    root: _Branch | None = None
    height: int = 0

    def __iter__(self) -> Iterator[T_co]:
        return self._all(self.root, self.height)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def due(self) -> datetime | None:
        """When the first of all is due."""
        return self.root.due if self.root else None

    def find(self, number: int) -> T_co | None:
        """Give what stands at a number."""
        if number >> (_BITS * (self.height + 1)):
            return None
        node: Timed | None = self.root
        for level in range(self.height, -1, -1):
            if node is None:
                return None
            node = cast("_Branch", node).below[_slot(number, level)]
        return cast("T_co | None", node)

    def until(self, at: datetime) -> tuple[tuple[int, T_co], ...]:
        """Give, with their numbers, those that are due by then."""
        return tuple(self._due(self.root, self.height, 0, at))

    def _all(self, node: Timed | None, level: int) -> Iterator[T_co]:
        if level < 0 and node is not None:
            yield cast("T_co", node)
        elif node is not None:
            for below in cast("_Branch", node).below:
                yield from self._all(below, level - 1)

    def _due(
        self, node: Timed | None, level: int, number: int, at: datetime
    ) -> Iterator[tuple[int, T_co]]:
        if node is None or node.due is None or node.due > at:
            return
        if level < 0:
            yield number, cast("T_co", node)
            return
        for slot, below in enumerate(cast("_Branch", node).below):
            yield from self._due(below, level - 1, number << _BITS | slot, at)


def put(shelf: Shelf[T_co], number: int, what: T_co | None) -> Shelf[T_co]:
    """Give the shelf with this at that number; None takes it away."""
    root, height = shelf.root, shelf.height
    while number >> (_BITS * (height + 1)):
        root = None if root is None else _branch((root, *(None,) * (_FAN - 1)))
        height += 1
    return Shelf(_with(root, height, number, what), height)


def _with(
    node: _Branch | None, level: int, number: int, what: Timed | None
) -> _Branch | None:
    slots: list[Timed | None] = list(node.below) if node else [None] * _FAN
    slot = _slot(number, level)
    if level:
        below = cast("_Branch | None", slots[slot])
        slots[slot] = _with(below, level - 1, number, what)
    else:
        slots[slot] = what
    return _branch(tuple(slots))


def _branch(below: tuple[Timed | None, ...]) -> _Branch | None:
    held = [node for node in below if node is not None]
    if not held:
        return None
    dues = (node.due for node in held)
    return _Branch(below, min((due for due in dues if due), default=None))


def _slot(number: int, level: int) -> int:
    return number >> (_BITS * level) & (_FAN - 1)
