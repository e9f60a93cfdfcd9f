"""Packs: cases written relative to a policy, run with the mails derived from it.

    [[pack]]
    name = "a subject word before a colon takes the mail to Zivver"
    source = ["exchange-rules#2.1"]
    evidence = "documented"
    mails = ["word*-colon"]                  # ids of derived mails
    tolerates = ["DUPLICATE"]                # findings that are no failure
    note = "what it is about"

Each mail that a pack names must give no finding against its duties.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.compare import HINTS, FindingKind, compare
from harness.scenario.case import DEFAULT_AT, Evidence
from harness.scenario.expectation import Mismatch, trail
from harness.scenario.parse_expect import nearest
from harness.simulate import simulate

if TYPE_CHECKING:
    from fakes.mail.item import MailItem
    from harness.duty import Duty
    from harness.exports.toml_tables import Table
    from harness.world import World

PACK_KEYS = ("name", "source", "evidence", "mails", "tolerates", "note")


@dataclass(frozen=True, slots=True)
class Pack:
    """One case of a pack: which derived mails, and what is let pass."""

    name: str
    source: tuple[str, ...]
    evidence: Evidence
    mails: tuple[str, ...]
    tolerates: tuple[str, ...] = ()
    note: str = ""
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    def speaks_of(self, mail_id: str) -> bool:
        """Say whether it is about a derived mail with that id."""
        return any(fnmatchcase(mail_id, pattern) for pattern in self.mails)

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}:{self.line}"


def parse_pack(table: Table) -> Pack:
    """Read one table `pack`.

    Raises:
        ExportError: it is ill-formed; the message has its place.

    """
    table.only(*PACK_KEYS)
    source, mails = table.texts("source"), table.texts("mails")
    evidence = table.choice("evidence", Evidence)
    if not source or evidence is None or not mails:
        raise table.fail(None, "`source`, `evidence` and `mails` must be there")
    kinds = [kind.value for kind in FindingKind]
    tolerates = table.texts("tolerates") or ()
    for name in tolerates:
        if name not in kinds:
            raise table.fail("tolerates", f"`{name}`{nearest(name, kinds)}")
    file, _, line = table.place().rpartition(":")
    return Pack(
        name=table.needed("name"),
        source=source,
        evidence=evidence,
        mails=mails,
        tolerates=tolerates,
        note=table.text("note") or "",
        file=file,
        line=int(line),
    )


def examine_derived(
    pack: Pack, item: MailItem, duties: tuple[Duty, ...], world: World
) -> tuple[Mismatch, ...]:
    """Compute what becomes of a derived mail; each finding is a mismatch.

    A hint is none.
    """
    outcome = simulate(item, world, at=DEFAULT_AT)
    found = []
    for finding in compare(outcome, duties):
        if finding.kind in HINTS or finding.kind.value in pack.tolerates:
            continue
        fate = outcome.fate(finding.recipient)
        delivery = finding.delivery
        got = f"{finding.kind.value}: {finding.why}"
        if delivery is not None:
            got = f"{finding.kind.value}, {delivery.disposition.value}: {finding.why}"
        found.append(
            Mismatch(
                "others" if finding.recipient is None else str(finding.recipient),
                finding.obligation.value,
                got,
                trail(fate) if fate else (),
                is_clear=finding.kind is FindingKind.LEAK,
            )
        )
    return tuple(found)
