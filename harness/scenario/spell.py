"""Writes a case as the TOML that reads back as the same case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

from harness.scenario.case import DEFAULT_AT, Attached, Case, FileGiven, LabelWritten
from harness.scenario.expectation import Copy, Expectation, Expected
from harness.scenario.parse_expect import OTHERS
from harness.scenario.toml_text import write_toml
from harness.spans import spelt

if TYPE_CHECKING:
    from fakes.internet.outages import Outage
    from fakes.zivver.faults import FaultLine
    from harness.scenario.case import Later, Mail


def spell(case: Case) -> str:
    """Write a case as one `[[case]]`; a mail from a file keeps the file's name."""
    values: dict[str, object] = {
        "name": case.name,
        "source": list(case.source),
        "evidence": case.evidence.value,
        "tenant": case.tenant,
    }
    if case.policy != "policy":
        values["policy"] = case.policy
    if case.note:
        values["note"] = case.note
    if case.at != DEFAULT_AT:
        values["at"] = case.at
    if case.patience:
        values["patience_hours"] = int(case.patience.total_seconds() // 3600)
    values |= _troubles(case)
    if case.not_on_the_wire:
        values["not_on_the_wire"] = case.not_on_the_wire
    values |= _mail(case.mail)
    if case.edits:
        values["edits"] = [change.table for change in case.edits]
    if case.readings:
        values["readings"] = dict(case.readings)
    parts = ["[[case]]\n", write_toml(values)]
    parts += _rules(case)
    parts += ["\n[case.expect]\n", write_toml(_expectation(case.expect))]
    return "".join(parts)


def _troubles(case: Case) -> dict[str, object]:
    """Spell what goes wrong, and what an administrator does meanwhile."""
    every = {
        "faults": [_fault(outage) for outage in case.faults],
        "zivver_faults": [_zivver_fault(line) for line in case.zivver_faults],
        "later": [_later(one) for one in case.later],
    }
    return {key: found for key, found in every.items() if found}


def _fault(outage: Outage) -> dict[str, object]:
    values: dict[str, object] = {"host": outage.host, "from": outage.begins}
    if outage.ends is not None:
        values["to"] = outage.ends
    if outage.stage is None:
        values["presence"] = outage.presence.value
    else:
        values |= {"stage": outage.stage.value, "reply": str(outage.reply)}
    return values


def _zivver_fault(line: FaultLine) -> dict[str, object]:
    values: dict[str, object] = {"at": line.stage.value, "do": line.deed.value}
    given = {
        "reply": line.reply,
        "about": line.about,
        "after": line.after,
        "beyond": line.beyond,
        "pause": round(line.pause * 1000),
    }
    shown = line.certificate
    if shown is not None:
        values["certificate"] = shown.fault.value
        if shown.names:
            values["certificate_names"] = list(shown.names)
    values |= {
        key: when for key, when in (("from", line.begins), ("to", line.ends)) if when
    }
    values["times"] = 0 if line.times is None else line.times
    for key, value in given.items():
        if value:
            values[key] = value if isinstance(value, int) else str(value)
    return values


def _later(later: Later) -> dict[str, object]:
    what: dict[str, object] = {"edits": [change.table for change in later.edits]}
    if later.retry is not None:
        what = {"retry": later.retry.value}
    return {"after": spelt(later.after), **what}


def _rules(case: Case) -> list[str]:
    if case.rules is None:
        return []
    if case.rules_file or not case.rules:
        return [write_toml({"rules": case.rules_file or []})]
    return [
        text for rule in case.rules for text in ("\n[[case.rules]]\n", write_toml(rule))
    ]


def _mail(mail: Mail) -> dict[str, object]:
    """Write what is said; what is None or empty is left to the default."""
    login = mail.authenticated
    is_usual_login = login == mail.mail_from and mail.source_address is None
    rows: tuple[tuple[str, object, bool], ...] = (
        ("mail_from", str(mail.mail_from or ""), True),
        ("rcpt_to", [str(a) for a in mail.rcpt_to], bool(mail.rcpt_to)),
        ("from", list(mail.from_ or ()), mail.from_ is not None),
        ("to", list(mail.to or ()), mail.to is not None),
        ("cc", list(mail.cc), bool(mail.cc)),
        ("headers", list(mail.headers), bool(mail.headers)),
        ("subject", mail.subject, mail.subject is not None),
        ("body", mail.body, bool(mail.body)),
        ("html", mail.html, bool(mail.html)),
        ("eml", mail.eml, bool(mail.eml)),
        ("authenticated", str(login), login is not None and not is_usual_login),
        ("inbound", True, mail.is_inbound),
        ("source_address", str(mail.source_address), mail.source_address is not None),
        ("certificate", mail.certificate, mail.certificate is not None),
    )
    values = {key: value for key, value, is_said in rows if is_said}
    if mail.label:
        values["label"] = _label(mail.label)
    if mail.attachment:
        values["attachment"] = _attachment(mail.attachment)
    if mail.attachments:
        values["attachments"] = [_file(file) for file in mail.attachments]
    return values


def _label(label: LabelWritten) -> dict[str, object]:
    plain = LabelWritten(label.guid)
    names = {"is_enabled": "enabled"}
    values: dict[str, object] = {}
    for field in fields(label):
        value = getattr(label, field.name)
        if field.name == "guid" or value != getattr(plain, field.name):
            shown = value if isinstance(value, bool) else str(value)
            values[names.get(field.name, field.name)] = shown
    return values


def _attachment(attached: Attached) -> dict[str, object]:
    values: dict[str, object] = {"kind": attached.kind.value}
    if attached.label:
        values["label"] = _label(attached.label)
    if attached.place != Attached().place:
        values["place"] = attached.place.value
    return values


def _file(file: FileGiven) -> dict[str, object]:
    values: dict[str, object] = {"name": file.name}
    if file.document:
        said = _attachment(file.document)
        return values | {key: said[key] for key in ("label", "place") if key in said}
    contents = {
        "base64": file.base64,
        "octets": file.octets,
        "message": file.message,
        "holds": [_file(inner) for inner in file.holds],
    }
    filled = {key: value for key, value in contents.items() if value}
    locked = {"locked": True} if file.is_locked else {}
    return values | (filled or {"text": file.text}) | locked


def _expectation(expect: Expectation) -> dict[str, object]:
    values: dict[str, object] = {}
    for expected in expect.recipients:
        key = OTHERS if expected.recipient is None else str(expected.recipient)
        values[key] = _copies(expected)
    for key, texts in (
        ("undetermined", expect.undetermined),
        ("hangs_on", expect.hangs_on),
    ):
        if texts:
            values[key] = list(texts)
    if expect.refused:
        values["refused"] = expect.refused
    if expect.findings is not None:
        values["findings"] = list(expect.findings)
    if expect.tried:
        values["tried"] = [spelt(after) for after in expect.tried]
    if expect.told is not None:
        values["told"] = [spelt(after) for after in expect.told]
    if expect.steps:
        values["steps"] = dict(expect.steps)
    return values


def _copies(expected: Expected) -> object:
    copies = [_copy(copy) for copy in expected.copies]
    if expected.otherwise:
        first = copies[0] if copies else {}
        whole: dict[str, object] = (
            {"disposition": first} if isinstance(first, str) else dict(first)
        )
        whole["otherwise"] = [copy.word for copy in expected.otherwise]
        copies[:1] = [whole]
    return copies[0] if len(copies) == 1 else copies


def _copy(copy: Copy) -> str | Mapping[str, object]:
    values: dict[str, object] = {}
    for field in fields(copy):
        value = getattr(copy, field.name)
        if value is not None and field.name != "word":
            values[field.name] = _said(value)
    return {"disposition": copy.word, **values} if values else copy.word


def _said(value: object) -> object:
    if isinstance(value, timedelta):
        return spelt(value)
    return value if isinstance(value, bool) else str(value)
