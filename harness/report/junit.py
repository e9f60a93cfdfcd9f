"""A check as JUnit XML: a mail is a test, and only what went as intended passes.

One more test of each tenant is the answer itself, so that no report is green where the
answer is not yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from harness.check.report import Verdict
from harness.report.causes import causes_by_mail
from harness.report.check import answer
from harness.report.page import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.report import CheckedMail
    from harness.report.causes import Cause, Examined, Reported
    from harness.report.several import Unread

_PROGRAM = "relay-harness"


def junit(reported: Reported) -> str:
    """Lay out one suite a tenant."""
    root = ET.Element("testsuites", name=_PROGRAM)
    suites = [_suite(one) for one in reported.every]
    suites += [_unread(one) for one in reported.unread]
    for suite in suites:
        tests = suite.findall("testcase")
        failures = sum(test.find("failure") is not None for test in tests)
        suite.attrib |= {
            "tests": str(len(tests)),
            "failures": str(failures),
            "errors": str(sum(test.find("error") is not None for test in tests)),
            "skipped": "0",
        }
        root.append(suite)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def _suite(examined: Examined) -> ET.Element:
    checked = examined.checked
    suite = ET.Element(
        "testsuite",
        name=_text(checked.tenant),
        timestamp=examined.at.isoformat(timespec="seconds"),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("answer", checked.report.answer.value),
        ("policy", checked.policy),
        ("fingerprint", checked.fingerprint),
    ):
        ET.SubElement(properties, "property", name=name, value=_text(value))
    suite.append(_answer(examined))
    causes = causes_by_mail(checked)
    suite.extend(
        _mail(entry, causes.get(entry.mail.id, ()), checked.tenant)
        for entry in checked.report.mails
    )
    return suite


def _answer(examined: Examined) -> ET.Element:
    checked = examined.checked
    report = checked.report
    test = _test("does the tenant do what was intended?", checked.tenant)
    if report.answer is not Verdict.YES:
        said = f"{report.answer.value}: {answer(report)}"
        _failure(test, report.answer.value, said, "\n".join(_reasons(examined)))
    return test


def _reasons(examined: Examined) -> Iterator[str]:
    report = examined.checked.report
    for unmet in report.vacuous:
        yield f"not tested: {unmet.row} ({unmet.place}): {unmet.why}"
    for name in report.not_judged:
        yield f"not judged: {name}"
    for name in examined.checked.not_exported:
        yield f"not exported: {name}"


def _mail(entry: CheckedMail, causes: tuple[Cause, ...], tenant: str) -> ET.Element:
    mail = entry.mail
    row = mail.intent.row or "everything else"
    test = _test(f"{mail.id}: {mail.sort}", f"{tenant}.{row}")
    wrong = [each for each in causes if each.is_open]
    if not wrong:
        if causes:
            said = "\n".join(map(_noted, causes))
            ET.SubElement(test, "system-out").text = _text(said)
        return test
    first = wrong[0]
    text = "\n\n".join("\n".join(_lines(each, mail.id)) for each in wrong)
    _failure(test, first.word, f"{first.word}: {first.says}", text)
    return test


def _noted(cause: Cause) -> str:
    """What does not fail a test: a hint, or what somebody answers for."""
    accepted = f" (accepted {cause.accepted})" if cause.accepted else ""
    return f"{cause.word}: {cause.says}{accepted}"


def _lines(cause: Cause, mail: str) -> Iterator[str]:
    yield f"{cause.word}: {cause.says}"
    for label, sentence in cause.facts:
        yield f"  {label}: {sentence}"
    if cause.looked_for and mail == cause.example.id:
        yield f"  looks for: {cause.looked_for}"
        yield f"  finds: {cause.found}"
    for command in cause.right:
        yield f"  right: {command}"
    if cause.but:
        yield f"  but it would newly break: {cause.but}"
    for command in cause.undo:
        yield f"  undo: {command}"
    yield f"  again: {cause.again.replace(cause.example.id, mail)}"


def _unread(unread: Unread) -> ET.Element:
    suite = ET.Element("testsuite", name=_text(unread.tenant))
    test = _test("the tenant can be read", unread.tenant)
    ET.SubElement(test, "error", type="ill-formed", message=_text(unread.why))
    suite.append(test)
    return suite


def _test(name: str, group: str) -> ET.Element:
    return ET.Element("testcase", name=_text(name), classname=_text(group), time="0")


def _failure(test: ET.Element, kind: str, message: str, text: str) -> None:
    failure = ET.SubElement(test, "failure", type=_text(kind), message=_text(message))
    failure.text = _text(text)


def _text(text: str) -> str:
    """Give a text that XML can hold, line by line."""
    return "\n".join(map(shown, text.split("\n")))
