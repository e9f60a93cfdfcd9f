"""A check as SARIF 2.1.0: each cause where it stands in the export.

The rules are the kinds of findings and the lints; fingerprints are those of causes, so
that a finding stays the same one when the export moves (SARIF 2.1.0, 3.27.17).
"""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness import DISTRIBUTION, __version__
from harness.check.lints.noun import Severity
from harness.check.report import Verdict
from harness.compare import FindingKind
from harness.report.causes import causes_of, place_of
from harness.report.check import answer
from harness.report.lints import lint_told
from harness.report.page import RED, counted, shown
from harness.report.words import COLOUR, WHAT_IS_WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.baseline import Since
    from harness.check.lints.noun import Lint
    from harness.report.causes import Cause, Examined, Place, Reported
    from harness.report.data import Json
    from harness.report.several import Unread

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
_FORM = "relayHarness/v1"
_BASE = "TENANT"
_ERROR, _WARNING, _NOTE = "error", "warning", "note"
# What is red or never arrives stops a merge; what waits or is not known warns.
_LEVEL: Mapping[str, str] = MappingProxyType(
    {kind: _ERROR if COLOUR[kind] == RED else _WARNING for kind in FindingKind}
    | {
        FindingKind.LOSS.value: _ERROR,
        FindingKind.LOOP.value: _ERROR,
        FindingKind.WEAK.value: _NOTE,
    }
)
_NO_YES = "NO_YES"
_SAYS: Mapping[str, str] = MappingProxyType(
    {kind.value: f"Mail that {WHAT_IS_WRONG[kind]}" for kind in FindingKind}
    | {
        FindingKind.VACUOUS.value: f"There is {WHAT_IS_WRONG[FindingKind.VACUOUS]}",
        _NO_YES: "What keeps the answer from being yes",
    }
)


def sarif(reported: Reported) -> str:
    """Lay out one run a tenant."""
    runs: list[Json] = [_run(one) for one in reported.every]
    runs += [_unread(one) for one in reported.unread]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _run(examined: Examined) -> Json:
    checked = examined.checked
    results = list(_results(examined))
    lints = {lint.id: lint for lint in checked.report.lints}
    rules: list[Json] = [
        {
            "id": name,
            "shortDescription": {"text": f"{says}."},
            "defaultConfiguration": {"level": _LEVEL.get(name, _WARNING)},
        }
        for name, says in _SAYS.items()
    ]
    rules += [
        {
            "id": lint.id,
            "shortDescription": {"text": f"{shown(lint.right)}."},
            "defaultConfiguration": {"level": _level(lint)},
        }
        for lint in lints.values()
    ]
    return {
        "tool": _tool(rules),
        "automationDetails": {"id": f"{DISTRIBUTION}/{shown(checked.tenant)}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": f"{examined.at:%Y-%m-%dT%H:%M:%SZ}",
            }
        ],
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder of the export."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "answer": checked.report.answer.value,
            "says": answer(checked.report),
            "policy": shown(checked.policy),
            "fingerprint": checked.fingerprint,
        },
    }


def _results(examined: Examined) -> Iterator[Json]:
    checked = examined.checked
    report = checked.report
    for cause in causes_of(checked):
        result = _result(
            cause.kind.value,
            _LEVEL[cause.kind.value],
            "\n".join(_said(cause)),
            cause.place,
            cause.fingerprint,
        )
        if checked.since:
            result["baselineState"] = _state(cause, checked.since)
        if cause.accepted:
            # SARIF 2.1.0, 3.35: what somebody has looked at and lets be.
            why = f"accepted {shown(cause.accepted)}"
            result["suppressions"] = [{"kind": "external", "justification": why}]
        yield result
    for unmet in report.vacuous:
        yield _result(
            FindingKind.VACUOUS.value,
            _WARNING,
            f"{shown(unmet.row)} is not tested: {shown(unmet.why)}.",
            place_of(shown(unmet.place)),
            _hashed("not tested", unmet.row),
        )
    for lint in report.lints:
        about = _hashed(lint.id, lint.side, lint.rule, lint.connector, lint.why)
        text = f"{lint_told(lint)}. To do: {shown(lint.right)}."
        yield _result(lint.id, _level(lint), text, place_of(shown(lint.place)), about)
    if report.answer is Verdict.CANNOT_TELL:
        text = f"The answer is not yes: {answer(report)}"
        yield _result(_NO_YES, _WARNING, text, None, _hashed("no yes", report.why))


def _state(cause: Cause, since: Since) -> str:
    """Say whether an earlier check had it (SARIF 2.1.0, 3.27.24)."""
    if cause.fingerprint not in since.causes_before:
        return "new"
    return "updated" if cause.fingerprint in since.causes_changed else "unchanged"


def _said(cause: Cause) -> Iterator[str]:
    mails = counted(len(cause.mails), "mail")
    yield f"{cause.word}: {cause.says} ({mails})."
    yield f"mail: {cause.example.id}, {shown(cause.example.sort)}"
    for row in cause.rows:
        yield f"policy: {row}"
    for label, sentence in cause.facts:
        yield f"{label}: {sentence}"
    if cause.looked_for:
        yield f"looks for: {cause.looked_for}"
        yield f"finds: {cause.found}"
    for command in cause.right:
        yield f"right: {command}"
    if cause.but:
        yield f"but it would newly break: {cause.but}"
    for command in cause.undo:
        yield f"undo: {command}"
    yield f"again: {shown(cause.again)}"


def _result(
    rule: str, level: str, text: str, place: Place | None, fingerprint: str
) -> dict[str, Json]:
    result: dict[str, Json] = {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "partialFingerprints": {_FORM: fingerprint},
    }
    if place:
        result["locations"] = [{"physicalLocation": _location(place)}]
    return result


def _location(place: Place) -> Json:
    # RFC 3986: what stands before a colon would be taken for a scheme.
    file = quote(place.file.replace("\\", "/"), safe="/")
    found: dict[str, Json] = {"artifactLocation": {"uri": file, "uriBaseId": _BASE}}
    if place.line:
        found["region"] = {"startLine": place.line}
    return found


def _unread(unread: Unread) -> Json:
    said = f"{shown(unread.tenant)}: {shown(unread.why)}"
    return {
        "tool": _tool([]),
        "automationDetails": {"id": f"{DISTRIBUTION}/{shown(unread.tenant)}/"},
        "invocations": [
            {
                "executionSuccessful": False,
                "toolExecutionNotifications": [
                    {"level": _ERROR, "message": {"text": said}}
                ],
            }
        ],
        "results": [],
    }


def _tool(rules: list[Json]) -> Json:
    return {
        "driver": {
            "name": DISTRIBUTION,
            "semanticVersion": __version__,
            "rules": rules,
        }
    }


def _level(lint: Lint) -> str:
    return _WARNING if lint.severity is Severity.WARNING else _NOTE


def _hashed(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
