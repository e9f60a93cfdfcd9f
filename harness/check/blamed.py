"""What a finding is blamed on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blame:
    """A rule (or a connector), and the test of it that explains the finding.

    Empty where nothing of the configuration is to blame. `why` is a sentence for a
    person; `cause` is what findings of one sort share; `side` that of a hybrid;
    `gateway` stands where the connector leads to one.
    """

    rule: str = ""
    priority: int | None = None
    place: str = ""
    why: str = ""
    test: str = ""
    is_exception: bool = False
    looked_for: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    connector: str = ""
    side: str = ""
    gateway: str = ""

    @property
    def cause(self) -> tuple[object, ...]:
        """What findings of one sort share."""
        return (
            *(self.side, self.rule, self.why),
            *(self.test, self.looked_for, self.connector),
        )
