"""Parts: what a mail is as a whole: its kind, size, importance, where it came from.

Exchange looks at its own message object; which header fields and MIME structures make
that object what it is stands in MS-OXCMAIL 2.2.3. What is not conclusive is doubtful.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Seen
from fakes.mail.item import ItemKind
from fakes.mail.mime import is_readable_mime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import EmailMessage, MIMEPart

    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.parts import View, Who
    from fakes.mail.content import Content, Parsed

_STAMP = "X-MS-Exchange-Organization-"
_ENCRYPTED, _SIGNED = "Encrypted", "Signed"
_SMIME: Mapping[str, str] = MappingProxyType(
    {
        "enveloped-data": _ENCRYPTED,
        "authenveloped-data": _ENCRYPTED,
        "signed-data": _SIGNED,
    }
)
# RFC 5652: the object identifier of the content stands at the very start.
_CMS: Mapping[bytes, str] = MappingProxyType(
    {
        bytes.fromhex("06092a864886f70d010702"): _SIGNED,
        bytes.fromhex("06092a864886f70d010703"): _ENCRYPTED,
        bytes.fromhex("060b2a864886f70d0109100117"): _ENCRYPTED,
    }
)
_CMS_START = 32
# MS-OXCMAIL 2.2.3.2.5
_PRIORITIES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "X-Priority": {
            "1": ("High",),
            "2": ("High",),
            "3": ("Normal",),
            "4": ("Low",),
            "5": ("Low",),
        },
        "X-MSMail-Priority": {
            "high": ("High",),
            "normal": ("Normal",),
            "low": ("Low",),
        },
        "Priority": {
            "urgent": ("High", "Normal"),
            "normal": ("Normal",),
            "non-urgent": ("Low",),
        },
    }
)
_IMPORTANCE = MappingProxyType({"high": "High", "normal": "Normal", "low": "Low"})
_ENCODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?[bq]\?", re.IGNORECASE)
_METHOD = re.compile(rb"^METHOD:", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class _Kinds:
    """What a mail is for sure, and what it may be."""

    sure: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)

    def add(self, kind: str, *, is_sure: bool) -> None:
        (self.sure if is_sure else self.doubtful).add(kind)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the structure of a mail tells."""

    sure: frozenset[str]
    doubtful: frozenset[str]
    character_sets: tuple[str, ...]


def source_address(view: View, who: Who | None, readings: Readings) -> Seen:
    """The last hop before the service: the session's address (exchange-rules#2.4)."""
    del who, readings
    source = view.item.submission.source
    if source is None:
        return Seen((), "the address that the mail came from is not known")
    return Seen((str(source),))


def size(view: View, who: Who | None, readings: Readings) -> Seen:
    """The octets of the mail as it is, or as it came in (exchange-rules#R-26)."""
    del who
    texts: tuple[str, ...] = (str(len(view.item.content.raw)),)
    original = view.parsed.values(f"{_STAMP}OriginalSize")[:1]
    is_number = bool(original) and original[0].isascii() and original[0].isdigit()
    if is_number and readings.size_compared == "original":
        texts = original
    return Seen(texts)


def scl(view: View, who: Who | None, readings: Readings) -> Seen:
    """The spam confidence level that is stamped on a mail of our own sessions."""
    del who, readings
    found = view.parsed.values(f"{_STAMP}SCL")[:1]
    # exchange-routing#E4: what a stranger has stamped was dropped when it came.
    if not found:
        return Seen((), "what spam filtering has stamped is not known")
    if not re.fullmatch(r"-1|[0-9]", found[0]):
        return Seen((), f"`{found[0][:20]}` is no spam confidence level")
    return Seen(found)


def importance(view: View, who: Who | None, readings: Readings) -> Seen:
    """High, Normal or Low; a mail that says nothing is Normal."""
    del who, readings
    said = view.parsed.values("Importance")
    if said:
        known = {_IMPORTANCE.get(text.strip().lower(), "") for text in said}
        return _sure_if_alone(known - {""} or set(_IMPORTANCE.values()))
    found = {
        word
        for name, table in _PRIORITIES.items()
        for text in view.parsed.values(name)
        for word in table.get(text.strip().lower().partition(" ")[0], ())
    }
    return _sure_if_alone(found or {"Normal"})


def _sure_if_alone(words: set[str]) -> Seen:
    found = tuple(sorted(words))
    return Seen(found) if len(found) == 1 else Seen((), others=found)


def character_sets(view: View, who: Who | None, readings: Readings) -> Seen:
    """The character sets of the texts; as others, those of encoded header fields."""
    del who, readings
    look = _look(view.item.content)
    if look is None:
        return Seen((), "the body could not be read")
    words = (
        name
        for entry in view.parsed.fields
        for name in _ENCODED_WORD.findall(entry.unfolded)
    )
    return Seen(
        look.character_sets,
        others=tuple(dict.fromkeys(words)),
    )


# exchange-rules#3.6; field-cases#a-second-pass: a redirect is the mail that it was.
_AS_SEEN = (frozenset[str](), frozenset[str]())
_BY_KIND: Mapping[ItemKind, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        ItemKind.FORWARD: (frozenset({"AutoForward"}), frozenset({"OOF"})),
        ItemKind.REDIRECT: (frozenset(), frozenset({"AutoForward"})),
        ItemKind.AUTO_REPLY: (frozenset({"OOF"}), frozenset({"AutoForward"})),
        ItemKind.RECEIPT: (frozenset({"ReadReceipt"}), frozenset({"OOF"})),
    }
)


def message_type(view: View, who: Who | None, readings: Readings) -> Seen:
    """The types of the mail (exchange-rules#2.4); as others, those that it may have."""
    del who, readings
    look = _look(view.item.content)
    if look is None:
        return Seen((), "the structure of the mail could not be read")
    found = _Kinds(set(look.sure), set(look.doubtful))
    _by_fields(view.parsed, found, is_trusted=view.is_internal)
    if view.item.envelope.reverse_path is None and _is_automatic(view.parsed):
        found.add("OOF", is_sure=False)
    # Of what a mailbox of ours has made, its fields need not be asked.
    is_so, is_not = _BY_KIND.get(view.item.kind, _AS_SEEN)
    found.sure.update(is_so)
    doubtful = found.doubtful - found.sure - is_not
    return Seen(tuple(sorted(found.sure)), others=tuple(sorted(doubtful)))


@lru_cache(maxsize=128)
def _look(content: Content) -> _Look | None:
    """Read the structure; None for what cannot be read in reasonable time."""
    if not is_readable_mime(content.raw):
        return None
    try:
        message: EmailMessage = email.message_from_bytes(
            content.raw, policy=email.policy.default
        )
        found = _Kinds()
        for kind in _KINDS:
            kind(message, found)
        named = [part.get_content_charset() for part in _texts(message)]
    except Exception:  # noqa: BLE001  the library raises at random on hostile MIME
        return None
    sets = tuple(dict.fromkeys(name for name in named if name))
    return _Look(frozenset(found.sure), frozenset(found.doubtful), sets)


def _parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Walk through the parts; what lies in an attached mail is not of this one."""
    yield message
    if message.is_multipart() and message.get_content_maintype() != "message":
        for part in message.iter_parts():
            yield from _parts(part)


def _texts(message: EmailMessage) -> list[MIMEPart]:
    return [
        part
        for part in _parts(message)
        if part.get_content_maintype() == "text" and not part.is_attachment()
    ]


def _smime(message: EmailMessage, found: _Kinds) -> None:
    kind = message.get_content_type()
    if kind == "multipart/encrypted":
        # exchange-rules#2.4: Encrypted is S/MIME; of PGP nobody says anything.
        found.add(_ENCRYPTED, is_sure=False)
    if kind == "multipart/signed":
        protocol = str(message.get_param("protocol", "")).lower()
        is_smime = protocol.endswith("pkcs7-signature")
        found.add(_SIGNED, is_sure=is_smime)
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        said = str(message.get_param("smime-type", "")).lower()
        word = _SMIME.get(said) if said else _by_octets(message)
        if word:
            found.add(word, is_sure=True)
        elif not said:
            found.doubtful.update({_ENCRYPTED, _SIGNED})
    elif (message.get_filename() or "").lower().endswith(".p7m"):
        found.doubtful.update({_ENCRYPTED, _SIGNED})


def _by_octets(message: EmailMessage) -> str | None:
    payload = message.get_payload(decode=True)
    start = payload[:_CMS_START] if isinstance(payload, bytes) else b""
    return next((word for oid, word in _CMS.items() if oid in start), None)


def _report(message: EmailMessage, found: _Kinds) -> None:
    # exchange-rules#7.1: read reports; a request for one is an ordinary mail.
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        if kind == "disposition-notification":
            found.add("ReadReceipt", is_sure=True)


def _calendar(message: EmailMessage, found: _Kinds) -> None:
    """A meeting message says what it wants (METHOD); a file is only an attachment."""
    for part in _texts(message):
        if part.get_content_type() != "text/calendar":
            continue
        payload = part.get_payload(decode=True)
        text = payload if isinstance(payload, bytes) else b""
        has_method = bool(part.get_param("method")) or bool(_METHOD.search(text))
        is_plain = not found.sure and not found.doubtful
        found.add("Calendaring", is_sure=has_method and is_plain)


def _protected(message: EmailMessage, found: _Kinds) -> None:
    says_so = str(message.get("Content-Class", "")).strip().lower() == "rpmsg.message"
    holds = any(
        part.get_content_type() == "application/x-microsoft-rpmsg-message"
        or (part.get_filename() or "").lower() == "message.rpmsg"
        for part in _parts(message)
    )
    if says_so or holds:
        found.add("PermissionControlled", is_sure=says_so and holds)


def _voice(message: EmailMessage, found: _Kinds) -> None:
    # MS-OXCMAIL 2.2.3.2.15: the class of the content, and a part with the voice.
    said = str(message.get("Content-Class", "")).strip().lower()
    if said in {"voice", "voice-ca", "voice-uc"}:
        has_sound = any(p.get_content_maintype() == "audio" for p in _parts(message))
        found.add("Voicemail", is_sure=has_sound and said != "voice-uc")


_KINDS: tuple[Callable[[EmailMessage, _Kinds], None], ...] = (
    _smime,
    _report,
    _calendar,
    _protected,
    _voice,
)


def _by_fields(parsed: Parsed, found: _Kinds, *, is_trusted: bool) -> None:
    forwarded = parsed.values(f"{_STAMP}AutoForwarded")
    if any(text.strip().lower() == "true" for text in forwarded):
        # MS-OXCMAIL 2.1.3.2.21; exchange-routing#E4: only our own stamp counts.
        found.add("AutoForward", is_sure=is_trusted)
    # field-cases#3: an inbox rule's redirect carries it too, and is no forward.
    if parsed.named("X-MS-Exchange-Inbox-Rules-Loop"):
        found.add("AutoForward", is_sure=False)
    if any(
        entry.key.startswith(f"{_STAMP}approval".lower()) for entry in parsed.fields
    ):
        found.add("ApprovalRequest", is_sure=False)
    replied = parsed.values("Auto-Submitted")
    if any("auto-replied" in text.lower() for text in replied):
        found.add("OOF", is_sure=False)
    if parsed.named("X-Autoreply") or parsed.named("X-Autorespond"):
        found.add("OOF", is_sure=False)


def _is_automatic(parsed: Parsed) -> bool:
    said = parsed.values("Auto-Submitted")
    return any(text.strip().lower() != "no" for text in said)
