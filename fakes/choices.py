"""Choice points: where the computation does not know, and the ways it can go.

Three kinds of not knowing meet here (the page on the house calls them a
condition, an effect and a reading). A run is a function of its input and of the
alternatives pinned for it; `explore` repeats it with others, fewest deviations
from the defaults first, so that what it reports of a difference is the smallest
reason. A run that comes to a state which an earlier one has passed is merged
into that one: its end is known.
"""

from __future__ import annotations

import contextlib
import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

__all__ = [
    "ChoicePoint",
    "Choices",
    "Exploration",
    "Fact",
    "OpenReading",
    "Run",
    "explore",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something unknown: what is asked (`about`), of what, for whom.

    `about` and `operand` say which question it is; `seen` and `recipient` what it
    is asked of. The same fact has one answer in a run.
    """

    about: str
    operand: str = ""
    seen: str = ""
    recipient: str = ""
    why: str = field(default="", compare=False)

    @property
    def question(self) -> tuple[str, str]:
        """What a later step may ask again."""
        return (self.about, self.operand)

    def __str__(self) -> str:
        """Name the question for a person."""
        operand = f" {self.operand}" if self.operand else ""
        who = f" of {self.recipient}" if self.recipient else ""
        return f"{self.about}{operand}{who}"


@dataclass(frozen=True, slots=True)
class OpenReading:
    """A question that the documentation leaves open; one answer in a run."""

    name: str

    def __str__(self) -> str:
        """Name the reading."""
        return self.name


Key = Fact | OpenReading


@dataclass(frozen=True, slots=True)
class ChoicePoint:
    """A choice that a run met: its key, the ways to go, and the way it went."""

    key: Key
    alternatives: tuple[str, ...]
    chosen: str

    @property
    def is_default(self) -> bool:
        """Whether the run went the first way."""
        return self.chosen == self.alternatives[0]


class Merged(Exception):  # noqa: N818  a signal of `explore`, not an error
    """The run came to a state that an earlier run has passed."""


class Choices:
    """The choices of one run: pinned ones are followed, others take the default.

    The only mutable value of the deciding floors; it lives for one run.
    """

    __slots__ = ("_answers", "_pinned", "_visited", "met")

    def __init__(
        self,
        pinned: Mapping[Key, str] | None = None,
        visited: set[Hashable] | None = None,
    ) -> None:
        """Start a run with some choices made."""
        self._pinned = dict(pinned or {})
        self._answers: dict[Key, str] = {}
        self._visited = visited
        self.met: list[ChoicePoint] = []

    def choose(self, key: Key, alternatives: tuple[str, ...]) -> str:
        """Give the answer for that key; the first alternative is the default."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self._pinned.get(key, alternatives[0])
            self._answers[key] = answer
            self.met.append(ChoicePoint(key, alternatives, answer))
        return answer

    def given(self, key: Key) -> str | None:
        """Give the answer that this run has for the key already, if any."""
        return self._answers.get(key)

    def checkpoint(
        self, state: Hashable, forgotten: frozenset[tuple[str, str]]
    ) -> None:
        """Let the run be merged into an earlier one that passed the same state.

        `state` is all that decides the rest of the run; the answers given so far
        are added to it, but for facts whose question is `forgotten`: nothing that
        comes asks it again.

        Raises:
            Merged: an earlier run of the same exploration passed this state.

        """
        if self._visited is None:
            return
        answers = frozenset(
            (key, answer)
            for key, answer in self._answers.items()
            if isinstance(key, OpenReading) or key.question not in forgotten
        )
        whole = (state, answers)
        if whole in self._visited and self._pinned.keys() <= self._answers.keys():
            raise Merged
        self._visited.add(whole)


class ChoicesAgain(Choices):
    """The choices of a run for a mail that passes once more: the same answers.

    No run is merged here: what became of the mail so far is not in the state.
    """

    __slots__ = ("_whole",)

    def __init__(self, whole: Choices) -> None:
        """Share the run."""
        super().__init__()
        self._whole = whole
        self.met = whole.met

    def choose(self, key: Key, alternatives: tuple[str, ...]) -> str:
        """Give the answer for that key; the first alternative is the default."""
        return self._whole.choose(self._own(key), alternatives)

    def given(self, key: Key) -> str | None:
        """Give the answer that this run has for the key already, if any."""
        return self._whole.given(self._own(key))

    def checkpoint(
        self, state: Hashable, forgotten: frozenset[tuple[str, str]]
    ) -> None:
        """Merge nothing."""

    def _own(self, key: Key) -> Key:
        return key


class ChoicesApart(ChoicesAgain):
    """The choices of a run for a mail that came of another one.

    A fact asked of the one is not the same fact asked of the other, an open reading is.
    """

    __slots__ = ("_name",)

    def __init__(self, whole: Choices, name: str) -> None:
        """Share the run, under another name for its facts."""
        super().__init__(whole)
        self._name = name

    def _own(self, key: Key) -> Key:
        if isinstance(key, OpenReading):
            return key
        return replace(key, about=f"{key.about} ({self._name})")


@dataclass(frozen=True, slots=True)
class Run(Generic[T]):
    """One run: its result and the choices it made."""

    result: T
    met: tuple[ChoicePoint, ...]

    @property
    def deviations(self) -> tuple[ChoicePoint, ...]:
        """The choices that differ from the defaults."""
        return tuple(point for point in self.met if not point.is_default)


@dataclass(frozen=True, slots=True)
class Exploration(Generic[T]):
    """All runs, the one along the defaults first; `is_whole` says none is missing."""

    runs: tuple[Run[T], ...]
    is_whole: bool


def explore(run: Callable[[Choices], T], *, bound: int) -> Exploration[T]:
    """Run along every alternative, fewest deviations first, at most `bound` times."""
    visited: set[Hashable] = set()
    runs: list[Run[T]] = []
    queue: list[tuple[int, int, dict[Key, str]]] = [(0, 0, {})]
    serial = 0
    tries = 0
    while queue:
        if tries >= bound:
            return Exploration(tuple(runs), is_whole=False)
        _, _, pinned = heapq.heappop(queue)
        choices = Choices(pinned, visited)
        tries += 1
        with contextlib.suppress(Merged):
            runs.append(Run(run(choices), tuple(choices.met)))
        made = dict[Key, str]()
        deviations = 0
        for point in choices.met:
            if point.key not in pinned:
                for other in point.alternatives:
                    if other == point.chosen:
                        continue
                    serial += 1
                    branch = made | {point.key: other}
                    heapq.heappush(queue, (deviations + 1, serial, branch))
            made[point.key] = point.chosen
            deviations += not point.is_default
    return Exploration(tuple(runs), is_whole=True)
