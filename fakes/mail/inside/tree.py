"""The files of a mail: each attachment, and what lies inside archives and mails."""

from __future__ import annotations

import bz2
import gzip
import tarfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Final

from fakes.mail.attached import AttachmentPart, taken_apart
from fakes.mail.inside.kinds import OFFICE_ZIPS, Kind, kind_of
from fakes.mail.inside.limits import EXTRA, UnreadableError
from fakes.mail.inside.safe_xml import opened_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fakes.mail.inside.limits import Libraries, Limits

_FAILURES: Final = (
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    tarfile.TarError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class File:
    """One file; `missing` says why what lies inside it is not among the others."""

    name: str
    kind: Kind
    payload: bytes
    depth: int = 0
    missing: str = ""

    @property
    def shown(self) -> str:
        """The name for people."""
        return self.name or "(no name)"


@dataclass(slots=True)
class _Purse:
    """What may still be unpacked."""

    octets: int
    entries: int

    def pay(self, octets: int) -> None:
        self.octets -= octets
        self.entries -= 1
        if self.octets < 0 or self.entries < 0:
            raise UnreadableError("more is packed inside than we unpack")


def unfold(
    parts: Iterable[AttachmentPart],
    limits: Limits,
    libraries: Libraries,
    *,
    opens_mail: bool = True,
) -> tuple[File, ...]:
    """Give the files, each before what lies inside it; never raises."""
    purse = _Purse(limits.unpacked, limits.entries)
    found: list[File] = []
    waiting = [(part, 0) for part in parts][::-1]
    while waiting:
        part, depth = waiting.pop()
        if part.content_type == _LOCKED:
            # msip-labels#4.8: Exchange does not look into it either.
            found.append(File(part.filename, Kind.LOCKED, b"", depth))
            continue
        kind = kind_of(
            part.payload, part.filename, part.content_type, libraries, limits
        )
        inside: list[AttachmentPart] = []
        missing = ""
        if opens_mail or kind is not Kind.MAIL:
            inside, missing = _inside(part, kind, depth, limits, purse)
        if kind is Kind.COMPOUND and libraries.ole is None:
            missing = f"a compound file {EXTRA}"
        found.append(File(part.filename, kind, part.payload, depth, missing))
        waiting += [(inner, depth + 1) for inner in reversed(inside)]
    return tuple(found)


# How an entry of a zip is marked whose bytes are locked.
_LOCKED: Final = "locked"


def _inside(
    part: AttachmentPart, kind: Kind, depth: int, limits: Limits, purse: _Purse
) -> tuple[list[AttachmentPart], str]:
    """Open one file; what was read before a failure stays."""
    inside: list[AttachmentPart] = []
    opener = _OPENERS.get(kind)
    why = _why_closed(part, kind, depth, limits)
    if why or opener is None:
        return inside, why
    try:
        inside.extend(opener(part, purse))
    except UnreadableError as error:
        return inside, str(error)
    except _FAILURES:
        return inside, f"the {kind.value} is broken"
    return inside, ""


def _why_closed(part: AttachmentPart, kind: Kind, depth: int, limits: Limits) -> str:
    if len(part.payload) > limits.payload:
        return f"more than {limits.payload} octets"
    if kind in _OPENERS and depth >= limits.depth:
        return f"nested more than {limits.depth} deep"
    return _CLOSED.get(kind, "")


def _zip(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    with opened_zip(part.payload) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                purse.pay(0)
                yield AttachmentPart(_base(info.filename), _LOCKED, b"")
                continue
            with archive.open(info) as stream:
                yield _read(_base(info.filename), stream, purse)


def _document(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    """Open a zipped document: only what is embedded in it is a file."""
    with opened_zip(part.payload) as archive:
        for info in archive.infolist():
            if "/embeddings/" in info.filename and not info.is_dir():
                with archive.open(info) as stream:
                    yield _read(_base(info.filename), stream, purse)


def _tar(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    with tarfile.open(fileobj=BytesIO(part.payload), mode="r:") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield _read(_base(member.name), stream, purse)


def _gzip(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    with gzip.GzipFile(fileobj=BytesIO(part.payload)) as stream:
        yield _read(_without(part.filename, ".gz", ".tgz"), stream, purse)


def _bzip2(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    with bz2.BZ2File(BytesIO(part.payload)) as stream:
        yield _read(_without(part.filename, ".bz2", ".tbz2"), stream, purse)


def _mail(part: AttachmentPart, purse: _Purse) -> Iterator[AttachmentPart]:
    for inner, _ in taken_apart(part.payload):
        # A mail that cannot be taken apart is its own attachment.
        if inner.payload == part.payload:
            raise UnreadableError("an attached mail that cannot be taken apart")
        purse.pay(len(inner.payload))
        yield inner


def _read(name: str, stream: BinaryIO | object, purse: _Purse) -> AttachmentPart:
    octets: bytes = stream.read(purse.octets + 1)  # type: ignore[union-attr]
    purse.pay(len(octets))
    return AttachmentPart(name, "", octets)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _without(name: str, plain: str, packed: str) -> str:
    if name.casefold().endswith(packed):
        return name[: -len(packed)] + ".tar"
    return name[: -len(plain)] if name.casefold().endswith(plain) else name


_OPENERS: Final[
    Mapping[Kind, Callable[[AttachmentPart, _Purse], Iterator[AttachmentPart]]]
] = MappingProxyType(
    {
        Kind.ZIP: _zip,
        Kind.JAR: _zip,
        Kind.TAR: _tar,
        Kind.GZIP: _gzip,
        Kind.BZIP2: _bzip2,
        Kind.MAIL: _mail,
    }
    | dict.fromkeys(OFFICE_ZIPS, _document)
)
# What may hold files and is not opened.
_CLOSED: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        kind: f"an archive ({kind.value}) that we do not open"
        for kind in (Kind.SEVEN_ZIP, Kind.RAR, Kind.CAB, Kind.XZ)
    }
    | {
        Kind.TNEF: "a TNEF container that we do not open",
        Kind.SELF_EXTRACTING: "a self-extracting archive that we do not open",
        Kind.MSG: "an Outlook item that we do not open",
        Kind.COMPOUND: "a compound file that we do not open",
        Kind.BROKEN_ZIP: "the zip is broken",
    }
)
