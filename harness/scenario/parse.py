"""From the text of a scenario file to cases: every key known, every value checked.

Grammar: an optional `[defaults]` table, whose keys stand in every case that does not
have its own, and `[[case]]` tables (`[[pack]]` in `harness.scenario.pack`):

    name, source, evidence, tenant, policy, note, not_on_the_wire
    at, patience_hours, faults, later
    mail_from, rcpt_to, from, to, cc, subject, headers, body, html, label, attachment,
    attachments, eml, authenticated, inbound, source_address, certificate
    rules (tables, or the name of an exported file), edits, readings, expect
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from fakes.mail.label_field import Encoding, Folding
from fakes.mail.labels import Profile, bare_guid, is_guid
from fakes.mail.office_documents import DocumentKind, LabelPlace
from harness.exports.moments import needed_span
from harness.exports.problems import ExportError
from harness.exports.toml_tables import Table, read_toml
from harness.exports.zivver_faults import read_zivver_faults
from harness.scenario.case import (
    DEFAULT_AT,
    Attached,
    Case,
    Change,
    Evidence,
    LabelWritten,
    Later,
    Mail,
    Retry,
)
from harness.scenario.faults import read_outages
from harness.scenario.pack import Pack, parse_pack
from harness.scenario.parse_expect import nearest, parse_expectation
from harness.scenario.parse_files import parse_files
from harness.scenario.problem import ScenarioError
from harness.scenario.verbs import VERBS, check_change
from harness.world import ANSWERS

if TYPE_CHECKING:
    from fakes.mail.session import IpAddress

# What opens a file that a case names, relative to the case's own.
Opener = Callable[[str], bytes]
RuleReader = Callable[[str, bytes], tuple[Mapping[str, object], ...]]

MAIL_KEYS = (
    "mail_from",
    "rcpt_to",
    "from",
    "to",
    "cc",
    "subject",
    "headers",
    "body",
    "html",
    "label",
    "attachment",
    "attachments",
    "eml",
    "authenticated",
    "inbound",
    "source_address",
    "certificate",
)
CASE_KEYS = (
    "name",
    "source",
    "evidence",
    "tenant",
    "policy",
    "note",
    "at",
    "patience_hours",
    "faults",
    "zivver_faults",
    "later",
    "not_on_the_wire",
    "rules",
    "edits",
    "readings",
    "expect",
    *MAIL_KEYS,
)
_LABEL_KEYS = (
    "guid",
    "profile",
    "name",
    "enabled",
    "encoding",
    "folding",
    "field",
    "parent",
)
_MOST_HOURS = 1000
_ANNA = Address("anna", "contoso.example")


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """What one file holds: cases, and cases that are relative to a policy."""

    cases: tuple[Case, ...]
    packs: tuple[Pack, ...] = ()


def parse_corpus_file(
    text: str, file: str, *, opener: Opener, rule_reader: RuleReader
) -> ScenarioFile:
    """Read the cases of one file; `opener` gives what a case keeps in other files.

    Raises:
        ScenarioError: the file is empty or ill-formed; the message has its place.

    """
    try:
        top = read_toml(file, text)
        top.only("defaults", "case", "pack")
        defaults = top.table("defaults")
        if defaults:
            defaults.only(*CASE_KEYS)
        tables = top.tables("case") or ()
        packs = tuple(map(parse_pack, top.tables("pack") or ()))
    except ExportError as error:
        raise ScenarioError(str(error)) from None
    if not tables and not packs:
        raise ScenarioError(f"{file}:1: no case, expected [[case]]")
    base = defaults.values if defaults else {}
    reader = _Reader(opener, rule_reader)
    cases = tuple(reader.case(_with_defaults(table, base)) for table in tables)
    _check_names(cases + packs)
    return ScenarioFile(cases, packs)


def _check_names(entries: tuple[Case | Pack, ...]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.name in seen:
            first = seen[entry.name]
            message = f"the name `{entry.name}` stands twice, first in line {first}"
            raise ScenarioError(f"{entry.place}: {message}")
        seen[entry.name] = entry.line


def _with_defaults(table: Table, base: Mapping[str, object]) -> Table:
    return replace(table, values={**base, **table.values})


class _Reader:
    """Reads cases; holds what opens the files that they name."""

    def __init__(self, opener: Opener, rule_reader: RuleReader) -> None:
        self.opener = opener
        self.rule_reader = rule_reader

    def case(self, table: Table) -> Case:
        name = table.values.get("name")
        try:
            return self._case(table)
        except ExportError as error:
            who = f"case `{name}`: " if isinstance(name, str) else ""
            raise ScenarioError(f"{error.place}: {who}{error.message}") from None

    def _case(self, table: Table) -> Case:
        table.only(*CASE_KEYS)
        place = table.place()
        file, _, line = place.rpartition(":")
        source = table.texts("source")
        if not source:
            raise table.fail(None, "`source` is missing: cite `document#anchor`")
        evidence = table.choice("evidence", Evidence)
        if evidence is None:
            raise table.fail(None, f"`evidence` is missing, one of {_words(Evidence)}")
        expect = parse_expectation(table)
        addresses = tuple(e.recipient for e in expect.recipients if e.recipient)
        hours = table.number("patience_hours", low=0, high=_MOST_HOURS) or 0
        at = _moment(table, "at")
        return Case(
            name=table.needed("name"),
            source=source,
            evidence=evidence,
            mail=self._mail(table, addresses, is_refused=bool(expect.refused)),
            expect=expect,
            tenant=table.text("tenant") or "contoso",
            policy=table.text("policy") or "policy",
            rules=self._rules(table),
            rules_file=_rules_file(table),
            edits=_edits(table),
            readings=_readings(table),
            at=at,
            patience=timedelta(hours=hours),
            faults=read_outages(table.tables("faults") or (), at),
            zivver_faults=read_zivver_faults(table.tables("zivver_faults") or (), at),
            later=_later(table),
            not_on_the_wire=table.text("not_on_the_wire") or "",
            note=table.text("note") or "",
            file=file,
            line=int(line),
        )

    def _mail(
        self, table: Table, expected: tuple[Address, ...], *, is_refused: bool
    ) -> Mail:
        mail_from = _reverse_path(table)
        is_inbound = table.flag("inbound") is True
        source = _ip(table, "source_address")
        login = table.text("authenticated")
        authenticated = table.address("authenticated", login) if login else None
        if authenticated and is_inbound:
            raise table.fail("inbound", "`inbound` mail is not authenticated")
        if authenticated is None and not is_inbound and source is None:
            # An ordinary user at his own mailbox.
            if mail_from is None:
                message = "a null `mail_from` needs `authenticated` or `inbound`"
                raise table.fail("mail_from", message)
            authenticated = mail_from
        rcpt_to = table.addresses("rcpt_to") or expected
        if not rcpt_to and not is_refused:
            raise table.fail(None, "no recipient, neither `rcpt_to` nor `expect`")
        eml = table.text("eml") or ""
        return Mail(
            mail_from=mail_from,
            rcpt_to=rcpt_to,
            from_=table.texts("from"),
            to=table.texts("to"),
            cc=table.texts("cc") or (),
            subject=table.text("subject"),
            headers=_headers(table),
            body=table.text("body") or "",
            html=table.text("html") or "",
            label=_label(table.table("label")),
            attachment=_attachment(table.table("attachment")),
            attachments=parse_files(table, _attachment),
            eml=eml,
            raw=self._opened(table, "eml", eml) if eml else None,
            authenticated=authenticated,
            is_inbound=is_inbound,
            source_address=source,
            certificate=table.text("certificate"),
        )

    def _rules(self, table: Table) -> tuple[Mapping[str, object], ...] | None:
        given = table.values.get("rules")
        if given is None:
            return None
        if isinstance(given, str):
            return self.rule_reader(given, self._opened(table, "rules", given))
        tables = table.tables("rules") or ()
        return tuple(entry.values for entry in tables)

    def _opened(self, table: Table, key: str, name: str) -> bytes:
        try:
            return self.opener(name)
        except ScenarioError as error:
            raise table.fail(key, f"`{key}`: {error}") from None


def _rules_file(table: Table) -> str:
    given = table.values.get("rules")
    return given if isinstance(given, str) else ""


def _words(kind: type[Evidence]) -> str:
    return ", ".join(entry.value for entry in kind)


def _reverse_path(table: Table) -> Address | None:
    said = table.text("mail_from")
    if said is None:
        return _ANNA
    return None if said in {"", "<>"} else table.address("mail_from", said)


def _ip(table: Table, key: str) -> IpAddress | None:
    said = table.text(key)
    if said is None:
        return None
    try:
        return ip_address(said)
    except ValueError:
        raise table.fail(key, f"`{said[:40]}` is no IP address") from None


def _moment(table: Table, key: str) -> datetime:
    value = table.values.get(key, DEFAULT_AT)
    if not isinstance(value, datetime) or value.tzinfo is None:
        expected = "a date with time and zone, as 2026-03-02T09:00:00Z"
        raise table.fail(key, f"`{key}`: expected {expected}")
    return value.astimezone(UTC)


def _headers(table: Table) -> tuple[str, ...]:
    found = table.texts("headers") or ()
    for line in found:
        if ":" not in line.split("\n", 1)[0]:
            raise table.fail("headers", f"`{line[:40]}` is no field, expected Name: v")
    return found


def _label(table: Table | None) -> LabelWritten | None:
    if table is None:
        return None
    table.only(*_LABEL_KEYS)
    guid = bare_guid(table.needed("guid"))
    if not is_guid(guid):
        raise table.fail("guid", f"`{guid[:40]}` is no GUID")
    return LabelWritten(
        guid=guid,
        profile=table.choice("profile", Profile) or Profile.P1,
        name=table.text("name") or "Confidential",
        is_enabled=table.flag("enabled") is not False,
        encoding=table.choice("encoding", Encoding) or Encoding.PLAIN,
        folding=table.choice("folding", Folding) or Folding.ONE_LINE,
        field=table.text("field") or "msip_labels",
        parent=table.text("parent") or "",
    )


def _attachment(table: Table | None) -> Attached | None:
    if table is None:
        return None
    table.only("kind", "label", "place")
    return Attached(
        kind=table.choice("kind", DocumentKind) or DocumentKind.DOCX,
        label=_label(table.table("label")),
        place=table.choice("place", LabelPlace) or LabelPlace.CUSTOM_XML,
    )


def _edits(table: Table) -> tuple[Change, ...]:
    found = []
    for entry in table.tables("edits") or ():
        verbs = [key for key in entry.values if key in VERBS]
        if len(verbs) != 1:
            key = next(iter(entry.values), "")
            message = "an edit does one thing" if verbs else f"unknown edit `{key}`"
            raise entry.fail(key or None, message + nearest(key, VERBS))
        check_change(verbs[0], entry)
        found.append(Change(verbs[0], entry.values))
    return tuple(found)


def _later(table: Table) -> tuple[Later, ...]:
    found = []
    for entry in table.tables("later") or ():
        entry.only("after", "edits", "retry")
        after, changes = needed_span(entry, "after"), _edits(entry)
        retry = entry.choice("retry", Retry)
        if bool(changes) == (retry is not None):
            raise entry.fail(None, "either `edits` or `retry`, one at a time")
        found.append(Later(after, changes, retry))
    return tuple(sorted(found, key=lambda one: one.after))


def _readings(table: Table) -> tuple[tuple[str, str], ...]:
    inner = table.table("readings")
    if inner is None:
        return ()
    found = []
    for name in inner.values:
        if name not in ANSWERS:
            raise inner.fail(name, f"unknown reading `{name}`{nearest(name, ANSWERS)}")
        answer = inner.needed(name)
        if answer not in ANSWERS[name]:
            hint = nearest(answer, ANSWERS[name])
            raise inner.fail(name, f"`{name}` is `{answer}`{hint}")
        found.append((name, answer))
    return tuple(found)
