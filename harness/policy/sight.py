"""What a person sees of a mail: subject, sender, labels, and what sort of mail it is.

Deliberately with other means than the fake Exchange has: header fields are split and
decoded by the parser of the standard library, addresses by its older one. A decoding
fault must not make "not labelled" and "no match" agree.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.address import Address, AddressError, parse_address
from fakes.mail.attachments import (
    AttachmentPart,
    LabelsFound,
    LabelsUnknown,
    attachments,
    labels_inside,
)
from fakes.mail.labels import Label, parse_labels
from fakes.mail.mime import is_readable_mime
from harness.policy.noun import Kind, Relayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fakes.mail.content import Content
    from fakes.mail.item import MailItem

# The library's decoder takes time with the square of the length.
_MOST_ENCODED = 32_768
_MOST_ADDRESSES = 262_144
# As long as its parameters are, the library copies them for each.
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
# Letters written without blanks between words: a word may stand beside one.
_FIRST_WITHOUT_BLANKS = 0x2E80
# zivver#7
_RELAYED: Mapping[str, Relayed] = MappingProxyType(
    {
        "zivver-message-info": Relayed.PLUG_IN,
        "sdr": Relayed.DIRECT_REPLY,
        "smart-sdr": Relayed.DIRECT_REPLY,
    }
)
_REFERENCE = "<zivver-sdr-"


@dataclass(frozen=True, slots=True)
class Texts:
    """The decoded values of one field; `trouble` says why one could not be read."""

    values: tuple[str, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """The labels in attached files, and why some file could not be judged."""

    labels: tuple[Label, ...]
    trouble: str = ""


def subjects(content: Content) -> Texts:
    """Give the decoded subjects."""
    return _texts(content, "subject")


def senders(content: Content) -> tuple[tuple[Address, ...], str]:
    """Give the addresses in From, and why they are not all."""
    found: list[Address] = []
    trouble = ""
    for value in _raw_values(content, "from"):
        for spec in _addresses(_one_line(value)):
            try:
                found.append(parse_address(spec))
            except AddressError:
                trouble = "an address in From cannot be read"
    if not found and not trouble:
        trouble = "there is no From"
    return tuple(found), trouble


def labels(content: Content) -> tuple[tuple[Label, ...], str]:
    """Give the labels that the mail itself carries."""
    texts = _texts(content, "msip_labels")
    found = tuple(label for value in texts.values for label in parse_labels(value))
    return found, texts.trouble


@lru_cache(maxsize=256)
def attached_labels(content: Content) -> Attached:
    """Give the labels in attached files."""
    if not is_readable_mime(content.raw):
        return Attached((), "the fields of a part are too long to read")
    found: list[Label] = []
    trouble = ""
    for part in attachments(content.raw):
        inside = labels_inside(part)
        if isinstance(inside, LabelsFound):
            found.extend(inside.labels)
        elif isinstance(inside, LabelsUnknown):
            trouble = trouble or f"{_named(part)}: {inside.why}"
    return Attached(tuple(found), trouble)


def kinds(item: MailItem) -> frozenset[Kind]:
    """Say which sorts of mail that nobody wrote by hand this is."""
    return frozenset(kind for kind, is_kind in _KINDS.items() if is_kind(item))


def relayed(content: Content) -> frozenset[Relayed]:
    """Say by which sign, if any, this is mail that goes to Zivver by itself.

    zivver#7: `zivver-relay` says what sort it is; a reply to what Zivver delivered
    directly has its reference.
    """
    found: set[Relayed] = set()
    for value in _raw_values(content, "zivver-relay"):
        found.add(Relayed.ZIVVER_RELAY)
        sort = _RELAYED.get(value.strip().lower())
        if sort is not None:
            found.add(sort)
    if any(_REFERENCE in value.lower() for value in _raw_values(content, "references")):
        found.add(Relayed.DIRECT_REPLY)
    return frozenset(found)


def reads(phrase: str, text: str) -> bool:
    """Say whether a person reads the word or phrase in the text, as whole words.

    Case does not count, nor do invisible characters and the width of letters; every
    kind of blank is a blank. Letters that only look alike are other letters.
    """
    wanted, seen = _visible(phrase), _visible(text)
    start = seen.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        before = start == 0 or _is_edge(seen[start - 1], wanted[0])
        after = end == len(seen) or _is_edge(seen[end], wanted[-1])
        if before and after:
            return True
        start = seen.find(wanted, start + 1)
    return False


def _visible(text: str) -> str:
    """Fold a text to what the eye tells apart."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Soft hyphens, zero-width characters, marks of direction (Cf); variants of emoji.
    kept = (
        char
        for char in unicodedata.normalize("NFKC", folded)
        if unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f"
    )
    return " ".join("".join(kept).split())


def _is_edge(neighbour: str, edge: str) -> bool:
    """Say whether a word visibly ends between these two characters."""
    if not _is_part_of_word(neighbour) or not _is_part_of_word(edge):
        return True
    return _is_without_blanks(neighbour) or _is_without_blanks(edge)


def _is_part_of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _is_without_blanks(char: str) -> bool:
    is_far = ord(char) >= _FIRST_WITHOUT_BLANKS
    return is_far and unicodedata.category(char) == "Lo" and not _is_hangul(char)


def _is_hangul(char: str) -> bool:
    return unicodedata.name(char, "").startswith("HANGUL")


@lru_cache(maxsize=256)
def _addresses(line: str) -> tuple[str, ...]:
    """Take the addresses out of a field; what cannot be read gives an empty one."""
    if len(line) > _MOST_ADDRESSES:
        return ("",)
    try:
        return tuple(spec for _, spec in getaddresses([line]))
    except Exception:  # noqa: BLE001  the library raises at random on hostile text
        return ("",)


def _texts(content: Content, name: str) -> Texts:
    values: list[str] = []
    trouble = ""
    for value in _raw_values(content, name):
        decoded = _decoded(value)
        if decoded is None:
            trouble = f"{name} cannot be decoded"
        else:
            values.append(decoded)
    return Texts(tuple(values), trouble)


@lru_cache(maxsize=1024)
def _decoded(value: str) -> str | None:
    line = _one_line(value)
    if "=?" not in line:
        return line.strip()
    if len(line) > _MOST_ENCODED:
        return None
    try:
        # Registered names have structure; this one has none, as every subject.
        return str(HeaderRegistry()("X-Text", line)).strip()
    except Exception:  # noqa: BLE001  the library raises at random on hostile text
        return None


def _one_line(value: str) -> str:
    octets = _LINE_ENDS.sub("", value).encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _raw_values(content: Content, name: str) -> tuple[str, ...]:
    pairs = _head(content)
    return tuple(value for key, value in pairs if key.lower() == name)


@lru_cache(maxsize=256)
def _head(content: Content) -> tuple[tuple[str, str], ...]:
    parser = BytesParser(policy=compat32)
    message = parser.parsebytes(content.raw, headersonly=True)
    return tuple(message.raw_items())


@lru_cache(maxsize=256)
def _parts(content: Content) -> tuple[tuple[str, str, bool], ...]:
    """Give type, report type, and whether it is attached, of each part."""
    if not is_readable_mime(content.raw):
        return ()
    try:
        message = BytesParser(EmailMessage, policy=compat32).parsebytes(content.raw)
        return tuple(_part(part) for part in message.walk())
    except Exception:  # noqa: BLE001  the library raises at random on hostile MIME
        return ()


def _part(part: Message) -> tuple[str, str, bool]:
    report = part.get_param("report-type", "")
    disposition = part.get_content_disposition()
    return part.get_content_type(), str(report).lower(), disposition == "attachment"


def _is_automatic_reply(item: MailItem) -> bool:
    # RFC 3834 5: `auto-generated` is what applications send, and no reply.
    submitted = _texts(item.content, "auto-submitted").values
    if any(value.lower().startswith("auto-replied") for value in submitted):
        return True
    # field-cases#oof-sender: Exchange's own have the null reverse-path as well; so has
    # ordinary mail, hence both signs.
    suppressed = _texts(item.content, "x-auto-response-suppress").values
    return item.envelope.reverse_path is None and bool(suppressed)


def _is_calendar(item: MailItem) -> bool:
    return any(
        kind == "text/calendar" and not is_attached
        for kind, _, is_attached in _parts(item.content)
    )


def _is_receipt(item: MailItem) -> bool:
    first = next(iter(_parts(item.content)), ("", "", False))
    return first[:2] == ("multipart/report", "disposition-notification")


def _is_zivver(item: MailItem) -> bool:
    # zivver#7: present on mail that leaves the platform
    return bool(_raw_values(item.content, "x-zivver-transport"))


_KINDS: Mapping[Kind, Callable[[MailItem], bool]] = MappingProxyType(
    {
        Kind.AUTOMATIC_REPLY: _is_automatic_reply,
        Kind.CALENDAR: _is_calendar,
        Kind.RECEIPT: _is_receipt,
        Kind.ZIVVER: _is_zivver,
    }
)


def _named(part: AttachmentPart) -> str:
    return f"`{part.filename}`" if part.filename else f"a part {part.content_type}"


def enabled(found: Iterable[Label], guids: tuple[str, ...]) -> bool:
    """Say whether one of these labels is on."""
    return any(label.enabled and label.guid in guids for label in found)
