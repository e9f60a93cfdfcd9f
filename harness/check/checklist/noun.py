"""What the checklist is made of: instructions, and what of each was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.check.lints.noun import Ground


class State(StrEnum):
    """Whether an instruction was followed."""

    MET = "met"
    NOT_MET = "not met"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot tell"


class Chapter(StrEnum):
    """The parts of the guide that ask for something."""

    REQUIREMENTS = "Requirements"
    LIMITATIONS = "Limitations"
    ONLINE_CONNECTOR = "Exchange Online, connector"
    ONLINE_RULE = "Exchange Online, rule"
    SERVER_DOMAIN = "On-premises, accepted domain"
    SERVER_CONTACT = "On-premises, contact"
    SERVER_CONNECTOR = "On-premises, send connector"
    SERVER_RULE = "On-premises, rule"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one instruction at one place of the configuration.

    `about` names the rule, connector or domain where there may be several. `instead`
    says what to do; beside an instruction that is met, the guide itself is mistaken.
    """

    state: State
    found: str
    about: str = ""
    place: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One row: `says` is the guide's sentence, shortened; `step` where it stands."""

    id: str
    chapter: Chapter
    step: str
    says: str
    look: Callable[[Ground], Iterator[Look]]


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """One line of the checklist; `side` is that of a hybrid."""

    id: str
    chapter: Chapter
    step: str
    says: str
    state: State
    found: str
    about: str = ""
    place: str = ""
    instead: str = ""
    side: str = ""

    @property
    def is_mistaken(self) -> bool:
        """Whether the guide was followed where it should not be."""
        return self.state is State.MET and bool(self.instead)

    @property
    def asks(self) -> bool:
        """Whether somebody should do something about it, or find something out."""
        return bool(self.instead) or self.state in {State.NOT_MET, State.CANNOT_TELL}
