"""Mail that a rule asks for by its content: subject, body, fields, what sort it is."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values_numbers import SclOver, SizeOver
from fakes.mail.content import make_field
from fakes.mail.labels import is_guid
from harness.check.common_sorts import calendar_part, receipt_part
from harness.check.draft import Part, ReversePath
from harness.check.label_sorts import fields_of_writers, without_label
from harness.check.writing.bench import NotWritten, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.exchange.rules.rule import Condition
    from harness.check.draft import Draft
    from harness.check.writing.bench import Bench, Writer

_LABELS = "msip_labels"
# What the client or the servers write, and nobody chooses the text of.
_GIVEN = frozenset(
    {
        "from",
        "sender",
        "to",
        "cc",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "return-path",
    }
)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LABEL_NAME = re.compile(r"Name=([ -:<-~]+)", re.ASCII)
# What may be a name of a label: no part of an entry of the field.
_BARE_NAME = re.compile(r"\A[A-Za-z][A-Za-z0-9 &()/-]*\Z")
LARGEST = 10 * 2**20


def filled(size: int) -> bytes:
    """Give so many octets of a file.

    Raises:
        NotWritten: they are too many.

    """
    if size > LARGEST:
        raise NotWritten(f"a mail of more than {LARGEST // 2**20} MB is not made")
    return bytes(size)


def _subject(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    for text in wanted(condition):
        if not text.isprintable():
            continue
        for subject in (f"{draft.subject} {text}", f"{text} {draft.subject}", text):
            yield replace(draft, subject=subject, raw_subject=b"")


def _body(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    for text in wanted(condition):
        yield replace(draft, text=f"{draft.text}\r\n{text}\r\n")
        yield replace(draft, text=text)
    yield from _subject(draft, condition, bench)


def _field(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    name = condition.header
    if name.lower() == "subject":
        yield from _subject(draft, condition, bench)
        return
    if name.lower() in _GIVEN:
        raise NotWritten(f"the field {name} is not a text that somebody chooses")
    if name.lower() == _LABELS:
        yield from _label(draft, condition)
        return
    for text in wanted(condition):
        if text.isprintable():
            yield replace(draft, fields=(*draft.fields, make_field(name, text).raw))


def _label(draft: Draft, condition: Condition) -> Iterator[Draft]:
    """Try what clients write of the labels that the texts name, and nothing else."""
    texts = wanted(condition)
    guids = dict.fromkeys(found for text in texts for found in _GUID.findall(text))
    names = dict.fromkeys(
        name
        for text in texts
        for name in (*_LABEL_NAME.findall(text), *_BARE_NAME.findall(text))
    )
    bare = without_label(draft)
    for guid in (*filter(is_guid, guids), ""):
        for name in ("", *names):
            for field in fields_of_writers(guid, name, draft.sender):
                yield replace(bare, fields=(*bare.fields, field))
    raise NotWritten("no client writes such a label header")


def _importance(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    (word,) = condition.value.operands
    field = f"Importance: {word.lower()}\r\n".encode()
    yield replace(draft, fields=(*draft.fields, field))


def _scl(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    limit = condition.value.limit if isinstance(condition.value, SclOver) else 0
    stamp = f"X-MS-Exchange-Organization-SCL: {limit}\r\n".encode()
    yield replace(draft, fields=(*draft.fields, stamp))


def _size(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    if isinstance(condition.value, SizeOver):
        # In base64 it is larger yet.
        octets = filled(condition.value.limit)
        part = Part("application/octet-stream", octets, "scan.bin")
        yield replace(draft, parts=(*draft.parts, part))


def _charset(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    for name in condition.value.operands:
        charset = name.rpartition("/")[2].strip()
        part = Part(f"text/plain; charset={charset}", b"See the other part.\r\n")
        yield replace(draft, parts=(*draft.parts, part))


def _sort(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    (word,) = condition.value.operands
    if word not in _SORTS:
        raise NotWritten(f"no header field shows for sure that a mail is {word}")
    yield _SORTS[word](draft)


def _receipt(draft: Draft) -> Draft:
    return replace(
        draft,
        reverse_path=None,
        multipart="multipart/report; report-type=disposition-notification",
        parts=(receipt_part(draft.sender), *draft.parts),
    )


def _calendar(draft: Draft) -> Draft:
    kind = draft.multipart if draft.parts else "multipart/alternative"
    return replace(draft, multipart=kind, parts=(calendar_part(), *draft.parts))


def _signed(draft: Draft) -> Draft:
    kind = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256'
    part = Part("application/pkcs7-signature", b"signature", "smime.p7s")
    return replace(draft, multipart=kind, parts=(part,))


def _voice(draft: Draft) -> Draft:
    part = Part("audio/wav", b"RIFF", "message.wav")
    fields = (*draft.fields, b"Content-Class: voice-ca\r\n")
    return replace(draft, fields=fields, parts=(*draft.parts, part))


def _protected(draft: Draft) -> Draft:
    part = Part("application/x-microsoft-rpmsg-message", b"rpmsg", "message.rpmsg")
    fields = (*draft.fields, b"Content-Class: rpmsg.message\r\n")
    return replace(draft, fields=fields, parts=(*draft.parts, part))


def _forwarded(draft: Draft) -> Draft:
    stamp = b"X-MS-Exchange-Organization-AutoForwarded: true\r\n"
    return replace(
        draft, fields=(*draft.fields, stamp), reverse_path=ReversePath.SENDER
    )


_SORTS: Mapping[str, Callable[[Draft], Draft]] = MappingProxyType(
    {
        "ReadReceipt": _receipt,
        "Calendaring": _calendar,
        "Signed": _signed,
        "Voicemail": _voice,
        "PermissionControlled": _protected,
        "AutoForward": _forwarded,
    }
)
CONTENT: Mapping[str, Writer] = MappingProxyType(
    {
        "SubjectContainsWords": _subject,
        "SubjectMatchesPatterns": _subject,
        "SubjectOrBodyContainsWords": _body,
        "SubjectOrBodyMatchesPatterns": _body,
        "HeaderContainsWords": _field,
        "HeaderMatchesPatterns": _field,
        "WithImportance": _importance,
        "SCLOver": _scl,
        "MessageSizeOver": _size,
        "ContentCharacterSetContainsWords": _charset,
        "MessageTypeMatches": _sort,
    }
)
