"""Parts: what a predicate looks at, each a function of the view of a mail."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    DomainType,
    Platform,
    RecipientKind,
    accepted_domain,
)
from fakes.exchange.remote_domain import remote_domain
from fakes.exchange.rules.values import Seen
from fakes.mail.address import parse_address_list
from fakes.mail.content import parse
from fakes.mail.html_text import text_of_html
from fakes.mail.mime import is_readable_mime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage, MIMEPart

    from fakes.exchange.organization import Organization, Recipient
    from fakes.exchange.readings import Readings
    from fakes.mail.address import Address
    from fakes.mail.content import Content, Parsed
    from fakes.mail.item import MailItem

INSIDE, OUTSIDE = "InOrganization", "NotInOrganization"
_OBJECTS_INSIDE = frozenset(
    {
        RecipientKind.MAILBOX,
        RecipientKind.MAIL_USER,
        RecipientKind.GROUP,
        RecipientKind.PUBLIC_FOLDER,
    }
)
_OPAQUE = frozenset(
    {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/x-microsoft-rpmsg-message",
        "multipart/encrypted",
        "application/ms-tnef",
    }
)


@dataclass(frozen=True, slots=True)
class Who:
    """One recipient as rules see it: now, and as the sender wrote it.

    `earlier` is its address apart from what rules did, None for one that they added;
    `groups` are those by which the mail comes to it.
    """

    address: Address
    original: Address
    earlier: Address | None
    groups: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a rule can look at: the mail, the organization, two rule properties.

    `everybody` are all the recipients of the copy; `arrived` is the mail without what
    rules did to it, None where nobody asks for it.
    """

    item: MailItem
    is_internal: bool
    organization: Organization
    sender_location: str
    uses_original_address: bool
    header: str = ""
    everybody: tuple[Who, ...] = ()
    arrived: MailItem | None = None

    @property
    def parsed(self) -> Parsed:
        """The header fields, parsed once."""
        return parse(self.item.content)


def subject(view: View, who: Who | None, readings: Readings) -> Seen:
    """The decoded subject; an absent field is no value (field-cases#anchors)."""
    del who, readings
    return Seen(view.parsed.values("Subject"))


def subject_or_body(view: View, who: Who | None, readings: Readings) -> Seen:
    """The subject and the texts of the body."""
    del who, readings
    body = _body(view.item.content)
    texts = (*view.parsed.values("Subject"), *body.plain, *body.stripped)
    return Seen(texts, body.missing, body.sources)


def subject_or_source(view: View, who: Who | None, readings: Readings) -> Seen:
    """The subject and what patterns see of the body: its source, perhaps its text."""
    del who
    body = _body(view.item.content)
    # exchange-rules#R-14: Microsoft's own patterns look for tags (exchange-rules#v24).
    texts = body.stripped if readings.html_patterns == "source-and-text" else ()
    found = (*view.parsed.values("Subject"), *body.plain, *body.sources, *texts)
    return Seen(found, body.missing)


def header(view: View, who: Who | None, readings: Readings) -> Seen:
    """The values of the field that the condition names, whatever its case."""
    del who
    values = view.parsed.values(view.header)
    # exchange-rules#R-23: any instance, or the first alone.
    return Seen(values if readings.repeated_headers == "any" else values[:1])


def sender(view: View, who: Who | None, readings: Readings) -> Seen:
    """The sender's addresses at the place that the rule asks for."""
    del who
    addresses, is_whole = senders(view, readings)
    missing = "" if is_whole else "an address in From could not be read"
    return Seen(tuple(str(address) for address in addresses), missing)


def sender_domain(view: View, who: Who | None, readings: Readings) -> Seen:
    """The domains of the sender's addresses."""
    del who
    addresses, is_whole = senders(view, readings)
    missing = "" if is_whole else "an address in From could not be read"
    return Seen(tuple(address.domain for address in addresses), missing)


def sender_scope(view: View, who: Who | None, readings: Readings) -> Seen:
    """Inside or outside, as authentication, directory and domain say."""
    del who
    addresses, is_whole = senders(view, readings)
    if not is_whole:
        return Seen((), "an address in From could not be read")
    # field-cases#sender-location-scope: by Envelope, a null reverse-path is outside.
    if not addresses:
        return Seen((OUTSIDE,))
    missing = ""
    for address in addresses:
        scope = _sender_is_inside(view, address, readings)
        if scope is True:
            return Seen((INSIDE,))
        missing = missing or ("" if scope is False else scope)
    return Seen((), missing) if missing else Seen((OUTSIDE,))


def recipient(view: View, who: Who | None, readings: Readings) -> Seen:
    """The recipient's primary address, or the original one if the rule asks so."""
    address = shown(who, readings)
    if who is None or address is None:
        return Seen(())
    return Seen((str(who.original if view.uses_original_address else address),))


def sent_to(view: View, who: Who | None, readings: Readings) -> Seen:
    """The recipient; and, as one reading has it, the groups that led to him."""
    seen = recipient(view, who, readings)
    if who is None or readings.sent_to_group == "never-matches":
        return seen
    # exchange-rules#v50, exchange-rules#R-18
    return replace(seen, texts=(*seen.texts, *map(str, who.groups)))


def recipient_domain(view: View, who: Who | None, readings: Readings) -> Seen:
    """The recipient's domain."""
    del view
    address = shown(who, readings)
    return Seen((address.domain,) if address else ())


def recipient_scope(view: View, who: Who | None, readings: Readings) -> Seen:
    """Inside or outside, as directory and domain say (exchange-rules#R-21)."""
    address = shown(who, readings)
    if address is None:
        return Seen(())
    organization = view.organization
    if organization.accepted_domains is None:
        return Seen((), "the accepted domains were not exported")
    if _is_own_domain(organization, address):
        return Seen((INSIDE,))
    # exchange-rules#3.3: so says the page of servers alone.
    remote = remote_domain(organization, address.domain_key)
    if remote and remote.is_internal and organization.platform is Platform.SERVER:
        return Seen((INSIDE,))
    # field-cases#scope-foreign-address: the address decides, whatever the object.
    # An object that no export shows is not made up for the other reading's sake.
    is_inside = readings.foreign_address_object == "inside"
    if is_inside and _object_inside(organization, address):
        return Seen((INSIDE,))
    return Seen((OUTSIDE,))


def nothing(view: View, who: Who | None, readings: Readings) -> Seen:
    """No part: the condition is not judged."""
    del view, who, readings
    return Seen(())


def shown(who: Who | None, readings: Readings) -> Address | None:
    """Give the address that a rule sees of a recipient (exchange-rules#R-39)."""
    if who is None:
        return None
    is_new = readings.later_rules_see_recipients == "new"
    return who.address if is_new else who.earlier


def senders(view: View, readings: Readings) -> tuple[tuple[Address, ...], bool]:
    """Give the sender's addresses where the rule looks, and whether all were read."""
    # exchange-rules#6.5: Header looks at From only; exchange-rules#R-44 for servers.
    addresses: tuple[Address, ...] = ()
    is_whole = True
    if view.sender_location != "Envelope":
        names = ["From"]
        is_server = view.organization.platform is Platform.SERVER
        if is_server and readings.server_header_sender != "from":
            names += ["Sender", "Reply-To"]
        for name in names:
            found = parse_address_list(view.parsed.unfolded(name))
            addresses += found.addresses
            is_whole = is_whole and found.is_whole
    reverse_path = view.item.envelope.reverse_path
    if view.sender_location != "Header" and reverse_path:
        addresses += (reverse_path,)
    return addresses, is_whole


def _sender_is_inside(view: View, address: Address, readings: Readings) -> bool | str:
    organization = view.organization
    if organization.accepted_domains is None:
        return "the accepted domains were not exported"
    is_own = _is_own_domain(organization, address)
    directory = organization.directory
    is_directory_whole = directory is not None and directory.is_whole
    has_object = _object_inside(organization, address) is not None
    if view.is_internal:
        return is_own or (readings.foreign_address_object == "inside" and has_object)
    # exchange-rules#R-20: an own-domain sender on an unauthenticated session.
    if readings.anonymous_own_sender == "outside" or not is_own:
        return False
    if not is_directory_whole:
        return "the recipients were not exported"
    return has_object


def _is_own_domain(organization: Organization, address: Address) -> bool:
    entry = accepted_domain(organization, address.domain_key)
    return entry is not None and entry.type is not DomainType.EXTERNAL_RELAY


def _object_inside(organization: Organization, address: Address) -> Recipient | None:
    directory = organization.directory
    found = directory.by_address.get(address, ()) if directory else ()
    return next((entry for entry in found if entry.kind in _OBJECTS_INSIDE), None)


@dataclass(frozen=True, slots=True)
class _Body:
    """The texts of a body: plain ones, those of HTML without markup, its source."""

    plain: tuple[str, ...] = ()
    stripped: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    missing: str = ""


@lru_cache(maxsize=128)
def _body(content: Content) -> _Body:
    if not is_readable_mime(content.raw):
        return _Body(missing="the fields of a part are too long to read")
    try:
        message: EmailMessage = email.message_from_bytes(
            content.raw, policy=email.policy.default
        )
        return _walk(message)
    except Exception:  # noqa: BLE001  the library raises at random on hostile MIME
        return _Body(missing="the body could not be read")


def _walk(message: EmailMessage) -> _Body:
    texts: list[str] = []
    sources: list[str] = []
    missing = ""
    for part in _body_parts(message):
        kind = part.get_content_type()
        # exchange-rules#v80: what is encrypted has no text to look for; what is only
        # signed and wrapped has.
        is_encrypted = part.get_param("smime-type") == "enveloped-data"
        if kind in _OPAQUE and not is_encrypted:
            missing = f"the body is {kind}, which we do not open"
        if part.get_content_maintype() != "text":
            continue
        text = _decoded(part)
        if kind == "text/html":
            sources.append(text)
        else:
            texts.append(text)
    stripped = tuple(text_of_html(source) for source in sources)
    return _Body(tuple(texts), stripped, tuple(sources), missing)


def _body_parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Walk through what is no attachment; an attached mail is one."""
    if message.is_attachment() or message.get_content_maintype() == "message":
        return
    yield message
    if message.is_multipart():
        for part in message.iter_parts():
            yield from _body_parts(part)


def _decoded(part: MIMEPart) -> str:
    raw = part.get_payload(decode=True)
    octets = raw if isinstance(raw, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        return octets.decode(charset, "replace")
    except LookupError:
        return octets.decode("latin-1")
