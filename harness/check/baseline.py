"""A check held against an earlier one: which findings are new, and which are gone.

Findings are told apart by their fingerprints. One whose mail is not written any more is
not gone: nobody has looked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.check.fingerprint import of_finding, of_sort
from harness.compare import FindingKind

if TYPE_CHECKING:
    from harness.check.report import CheckReport, FoundIn, Sort, Vacuous

_EXPECTED = "what `relay-harness check TENANT --json` printed"


class BaselineError(ValueError):
    """The earlier check cannot be read; one line: file, found, expected."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finding of an earlier check; `says` names its rule, connector or reason."""

    fingerprint: str
    cause: str
    kind: FindingKind
    mail: str
    says: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier check: its findings, and the rows that no mail of it met."""

    file: str
    at: str
    configuration: str
    findings: tuple[Earlier, ...]
    not_tested: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewIn:
    """New findings of one sort; `cause` is its fingerprint."""

    cause: str
    sort: Sort
    found: tuple[FoundIn, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """What has become of the findings since an earlier check.

    `unlooked` are findings whose mail is not written any more, `not_tested` rows that
    some mail met before.
    """

    baseline: Baseline
    new: tuple[NewIn, ...] = ()
    gone: tuple[Earlier, ...] = ()
    unlooked: tuple[Earlier, ...] = ()
    unchanged: int = 0
    not_tested: tuple[Vacuous, ...] = ()

    @property
    def count(self) -> int:
        """How many findings are new."""
        return sum(len(one.found) for one in self.new)

    @property
    def causes_before(self) -> frozenset[str]:
        """The fingerprints of the causes that the earlier check found."""
        return frozenset(one.cause for one in self.baseline.findings)

    @property
    def causes_changed(self) -> frozenset[str]:
        """The fingerprints of the causes that have new findings or have lost some."""
        new = (one.cause for one in self.new)
        return frozenset((*new, *(one.cause for one in self.gone)))

    @property
    def is_worse(self) -> bool:
        """Whether anything is wrong, or not tested, that was not so before."""
        return bool(self.new or self.not_tested)


def parse_baseline(text: str, *, file: str) -> Baseline:
    """Read an earlier check from what `check --json` printed.

    Raises:
        BaselineError: it is no such document, or one of several tenants.

    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BaselineError(f"{file}: not JSON, expected {_EXPECTED}") from None
    if isinstance(document, dict) and "tenants" in document:
        raise BaselineError(f"{file}: several tenants, expected {_EXPECTED}")
    try:
        return _baseline(document, file)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BaselineError(
            f"{file}: not that document, expected {_EXPECTED}"
        ) from None


def since(report: CheckReport, baseline: Baseline) -> Since:
    """Hold a check against an earlier one."""
    known = {one.fingerprint for one in baseline.findings}
    new, seen = [], set()
    for sort in report.sorts:
        prints = [of_finding(entry, sort) for entry in sort.found]
        seen.update(prints)
        found = tuple(
            entry
            for entry, fingerprint in zip(sort.found, prints, strict=True)
            if fingerprint not in known
        )
        if found:
            new.append(NewIn(of_sort(sort), sort, found))
    for sort in report.accepted:
        seen.update(of_finding(entry, sort) for entry in sort.found)
    left = [one for one in baseline.findings if one.fingerprint not in seen]
    written = {entry.mail.id for entry in report.mails}
    return Since(
        baseline,
        tuple(new),
        tuple(one for one in left if one.mail in written),
        tuple(one for one in left if one.mail not in written),
        len(seen & known),
        tuple(e for e in report.vacuous if e.row not in baseline.not_tested),
    )


def _baseline(document: Any, file: str) -> Baseline:  # noqa: ANN401  it is not known
    return Baseline(
        file,
        str(document["at"]),
        str(document["fingerprint"]),
        tuple(
            Earlier(
                str(one["fingerprint"]),
                str(one["cause"]),
                FindingKind(one["kind"]),
                str(one["mail"]),
                str(one["rule"] or one["connector"] or one["why"]),
            )
            for one in document["findings"]
        ),
        frozenset(str(row["row"]) for row in document["not_tested"]),
    )
