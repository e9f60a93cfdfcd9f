"""Parts of conditions on attachments: names, sizes, types, texts, properties."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.values import Seen
from fakes.mail.attached import AttachmentPart, attachments
from fakes.mail.inside.document_properties import document_properties
from fakes.mail.inside.kinds import Kind
from fakes.mail.inside.limits import Limits, UnreadableError, installed
from fakes.mail.inside.protection import is_locked
from fakes.mail.inside.texts import text_of
from fakes.mail.inside.tree import File, unfold

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.parts import View, Who
    from fakes.mail.content import Content

LIMITS = Limits()
# exchange-rules#R-24: 1 MB, or 150 KB as some pages still say.
_SCANNED = {"one-megabyte": 1024 * 1024, "150-kilobytes": 150 * 1024}
# id-envelopedData of RFC 5652: what is encrypted has no attachments to look at.
_ENVELOPED = bytes.fromhex("2a864886f70d010703")
_WRAPPED = frozenset(
    {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/x-microsoft-rpmsg-message",
        "application/ms-tnef",
    }
)
# exchange-rules#3.5: the supported types, and what is certainly none of them.
_SUPPORTED = frozenset(
    {
        Kind.TEXT,
        Kind.HTML,
        Kind.XML,
        Kind.RTF,
        Kind.PDF,
        Kind.DOCX,
        Kind.XLSX,
        Kind.XLSB,
        Kind.PPTX,
        Kind.ODF,
        Kind.DOC,
        Kind.XLS,
        Kind.PPT,
        Kind.VSD,
        Kind.JPEG,
        Kind.TIFF,
        Kind.ZIP,
        Kind.TAR,
        Kind.GZIP,
        Kind.BZIP2,
        Kind.SEVEN_ZIP,
        Kind.RAR,
        Kind.CAB,
    }
)
_UNSUPPORTED = frozenset({Kind.PICTURE, Kind.SOUND})
# exchange-rules#3.5: Exchange 2013 counts them as executable, later ones do not.
_PROGRAMS_OF_2013 = frozenset({Kind.RAR, Kind.JAR})
_OBJECTS = (b"\x4c\x01", b"\x64\x86")


def names(view: View, who: Who | None, readings: Readings) -> Seen:
    """The names of the files, those in archives too (exchange-rules#3.5)."""
    del who
    files, missing = _files(view, readings)
    return Seen(tuple(file.name for file in files if file.name), missing)


def extensions(view: View, who: Who | None, readings: Readings) -> Seen:
    """What stands behind the last dot of each name (exchange-rules#v78)."""
    seen = names(view, who, readings)
    found = (name.rpartition(".") for name in seen.texts)
    return Seen(tuple(end for _, dot, end in found if dot), seen.missing)


def sizes(view: View, who: Who | None, readings: Readings) -> Seen:
    """The octets of each attachment, inline images too; never their sum."""
    del who, readings
    parts, missing = _attached(view.item.content)
    return Seen(tuple(str(len(part.payload)) for part in parts), missing)


def executables(view: View, who: Who | None, readings: Readings) -> Seen:
    """The files that are programs by their bytes (exchange-rules#v77)."""
    del who
    files, missing = _files(view, readings)
    found = tuple(file.shown for file in files if file.kind is Kind.PROGRAM)
    is_server = view.organization.platform is Platform.SERVER
    if is_server and any(_is_program_of_2013(file) for file in files):
        missing = missing or "whether this server counts jar, rar and obj as programs"
    return Seen(found, missing)


def protected(view: View, who: Who | None, readings: Readings) -> Seen:
    """The files that need a password."""
    del who
    files, missing = _files(view, readings)
    found = []
    for file in files:
        try:
            if is_locked(file, installed(), LIMITS):
                found.append(file)
        except UnreadableError as error:
            missing = missing or f"{file.shown}: {error}"
    if view.organization.platform is Platform.SERVER:
        # exchange-rules#3.5: PDF is told of Exchange Online alone.
        pdfs = [file for file in found if file.kind is Kind.PDF]
        found = [file for file in found if file not in pdfs]
        missing = missing or ("whether a server looks into PDF" if pdfs else "")
    return Seen(tuple(file.shown for file in found), missing)


def texts(view: View, who: Who | None, readings: Readings) -> Seen:
    """The text of each file, as far as it is scanned."""
    del who
    files, missing = _files(view, readings)
    most = _SCANNED[readings.attachment_scan]
    found = []
    for file in files:
        text, why = _text(file)
        missing = missing or (f"{file.shown}: {why}" if why else "")
        found.append(text[:most])
    return Seen(tuple(filter(None, found)), missing)


def properties(view: View, who: Who | None, readings: Readings) -> Seen:
    """The properties of office documents: `name:value`, and the names beside them."""
    del who
    files, missing = _files(view, readings)
    found: list[tuple[str, str]] = []
    for file in files:
        try:
            found += document_properties(file, installed(), LIMITS)
        except UnreadableError as error:
            missing = missing or f"{file.shown}: {error}"
    shown = tuple(f"{name}:{value}" for name, value in found)
    return Seen(shown, missing, tuple(name for name, _ in found))


def unsupported(view: View, who: Who | None, readings: Readings) -> Seen:
    """The files of types that Exchange does not look into."""
    del who
    files, missing = _files(view, readings)
    found = tuple(file.shown for file in files if file.kind in _UNSUPPORTED)
    for file in files:
        if file.kind not in _SUPPORTED | _UNSUPPORTED:
            why = f"{file.shown}: whether Exchange looks into it ({file.kind.value})"
            missing = missing or why
    return Seen(found, missing)


def limits_exceeded(view: View, who: Who | None, readings: Readings) -> Seen:
    """Nothing where all was read well within limits, else it cannot be told."""
    files, _ = _files(view, readings)
    missing = texts(view, who, readings).missing
    if any(len(_text(file)[0]) >= _SCANNED["150-kilobytes"] for file in files):
        missing = missing or "a long text: where the scan ends is not documented"
    return Seen((), missing)


def _files(view: View, readings: Readings) -> tuple[tuple[File, ...], str]:
    opens_mail = readings.attached_mail == "opened"
    return _unfolded(view.item.content, opens_mail=opens_mail)


@lru_cache(maxsize=8)
def _unfolded(content: Content, *, opens_mail: bool) -> tuple[tuple[File, ...], str]:
    parts, missing = _attached(content)
    files = unfold(parts, LIMITS, installed(), opens_mail=opens_mail)
    inside = (f"{file.shown}: {file.missing}" for file in files if file.missing)
    return files, missing or next(inside, "")


@lru_cache(maxsize=8)
def _attached(content: Content) -> tuple[tuple[AttachmentPart, ...], str]:
    parts = attachments(content.raw)
    if any(part.payload == content.raw for part in parts):
        return (), "the mail cannot be taken apart"
    for part in parts:
        # exchange-rules#v80: as for the body.
        if part.content_type in _WRAPPED and _ENVELOPED not in part.payload[:64]:
            return parts, f"the mail is {part.content_type}, which we do not open"
    return parts, ""


@lru_cache(maxsize=64)
def _text(file: File) -> tuple[str, str]:
    try:
        return text_of(file, installed(), LIMITS), ""
    except UnreadableError as error:
        return "", str(error)


def _is_program_of_2013(file: File) -> bool:
    is_object = file.kind is Kind.OTHER and file.payload.startswith(_OBJECTS)
    return file.kind in _PROGRAMS_OF_2013 or is_object
