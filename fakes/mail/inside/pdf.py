"""PDF: text, document information and XMP, by the library of the extra."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from fakes.mail.inside.limits import EXTRA, UnreadableError
from fakes.mail.inside.safe_xml import local, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from fakes.mail.inside.limits import Limits

_PREFIX = "MSIP_Label_"


def is_pdf_locked(payload: bytes, library: ModuleType | None) -> bool:
    """Say whether a PDF needs a password to be opened.

    Raises:
        UnreadableError: that cannot be told.

    """
    with _opened(payload, library) as reader:
        if not reader.is_encrypted:
            return False
        if reader.decrypt(""):
            raise UnreadableError("a PDF that is encrypted and opens without password")
        return True


def pdf_text(payload: bytes, library: ModuleType | None, limits: Limits) -> str:
    """Read the text of a PDF, up to the limit.

    Raises:
        UnreadableError: it cannot be read, or has too many pages.

    """
    with _readable(payload, library) as reader:
        pieces: list[str] = []
        length = 0
        for number, page in enumerate(reader.pages):
            if number >= limits.pages:
                raise UnreadableError(f"a PDF of more than {limits.pages} pages")
            pieces.append(page.extract_text())
            length += len(pieces[-1])
            if length >= limits.text:
                break
        return "\n".join(pieces)


def pdf_label_properties(
    payload: bytes, library: ModuleType | None
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Read what document information and XMP say of labels (msip-labels#4.5).

    Raises:
        UnreadableError: it cannot be read.

    """
    with _readable(payload, library) as reader:
        info = tuple(
            (key.removeprefix("/"), str(value))
            for key, value in (reader.metadata or {}).items()
            if key.removeprefix("/").startswith(_PREFIX)
        )
        return info, tuple(_xmp(reader))


def _xmp(reader: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  untyped library
    metadata = reader.root_object.get("/Metadata")
    if metadata is None:
        return
    root = parse_xml(_packet(metadata.get_object().get_data()))
    for element in root.iter():
        if local(element).startswith(_PREFIX):
            yield local(element), element.text or ""
        for key, value in element.attrib.items():
            name = key.rpartition("}")[2]
            if name.startswith(_PREFIX):
                yield name, value


def _packet(octets: bytes) -> bytes:
    # XMP part 1: blanks and a trailer stand around the element.
    return octets.strip(b"\0 \r\n\t")


@contextmanager
def _readable(payload: bytes, library: ModuleType | None) -> Iterator[Any]:
    with _opened(payload, library) as reader:
        # msip-labels#4.5: the wrapper's own text says nothing of what it wraps.
        if b"MicrosoftIRMServices" in payload:
            raise UnreadableError("a PDF that is protected by rights management")
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("a PDF that is protected by a password")
        yield reader


@contextmanager
def _opened(payload: bytes, library: ModuleType | None) -> Iterator[Any]:
    if library is None:
        raise UnreadableError(f"a PDF {EXTRA}")
    try:
        # Strict: what is broken is said to be, instead of being repaired by guess.
        yield library.PdfReader(BytesIO(payload), strict=True)
    except UnreadableError:
        raise
    except Exception as error:  # the library raises at random on hostile bytes
        raise UnreadableError("the PDF is broken") from error
