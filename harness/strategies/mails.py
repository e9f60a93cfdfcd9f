"""Mails: subjects, labels and bodies that rules look at, to recipients of all kinds."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from fakes.mail.content import Content, make_field
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.labels import Folding, LabelSpec, Profile, build_field
from harness.strategies.people import (
    ALIAS_OF_BOB,
    ANNA,
    BOARD,
    BOB,
    CONTACT,
    INSIDE,
    NOBODY,
    SALES,
    names,
    shown_as,
    strangers,
)

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.session import IpAddress

_T = TypeVar("_T")
GUIDS = (
    "2096f6a2-d2f7-48be-b329-b73aaa526e5d",
    "9d4c1f0e-5b0a-4c39-8a57-6d1c2e8f7a10",
)
_SITE = "5c1d0f6a-0b57-4d29-8f3b-6a1f3a0d9e11"
_ACTION = "7be6a3c4-9d02-4d7c-8e1f-2f5b8c9d0a12"
_SET_DATE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
# How often each client's form was seen, about (msip-labels#1.2); those that hold no
# label, or two, are left out.
_PROFILES = (
    *(Profile.P2,) * 18,
    *(Profile.P1,) * 5,
    *(Profile.P3,) * 7,
    *(Profile.P4,) * 8,
    *(Profile.P5,) * 2,
    *(p for p in Profile if p not in {Profile.P0, Profile.P4C}),
)
# msip-labels#7
_FOLDINGS = (*(Folding.ONE_LINE,) * 12, *Folding)

KEYWORDS = ("secure", "stock", "Press Release", "ZIVVER", "[EXTERNAL]", "SFV:SPM")
_AROUND = ("", " ", "  ", ".", ": ", "-", ";", "(", ")", "_", "x", "9", "é", "“", "中")
_TALK = (
    "minutes of the meeting",
    "Re: offer",
    "FW: invoice 2026-17",
    "über Äpfel",
    "078-05-1120",
)


CHARSETS = ("utf-8", "utf-8", "utf-8", "iso-8859-1", "windows-1252")
_SOURCES = ("192.0.2.7", "192.0.2.200", "203.0.113.9", "2001:db8::7")
_LOOPS = (
    b"X-MS-Exchange-Transport-Rules-Loop: 1\r\n",
    b"X-MS-Exchange-Moderation-Loop: 1\r\n",
)
_IMPORTANCE = (b"Importance: high\r\n", b"Importance: Low\r\n")
_FILE_NAMES = ("notes.txt", "secure-stock.txt", "Offer.PDF", "scan.2026.pdf", "all.zip")
_FILE_SIZES = (0, 100, 1023, 1024, 5000)
_BOUNDARY = "=_drawn"
_SIGNED = 'signed; protocol="application/pkcs7-signature"; micalg=sha-256'
_AS_FILE = "application/octet-stream"
_EVENT = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


class Form(StrEnum):
    """How a mail is built around its text."""

    PLAIN = "plain"
    SIGNED = "signed"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class DrawnFile:
    """An attached file; one with `holds` is a zip of texts of those names."""

    name: str
    octets: int = 0
    text: str = ""
    holds: tuple[str, ...] = ()

    @property
    def payload(self) -> bytes:
        """The octets of the file."""
        if not self.holds:
            return self.text.encode() or b" " * self.octets
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in self.holds:
                archive.writestr(zipfile.ZipInfo(name), self.text)
        return packed.getvalue()


@dataclass(frozen=True, slots=True)
class DrawnMail:
    """One generated mail, in parts that can be spelt."""

    mail_from: Address | None
    recipients: tuple[Address, ...]
    from_: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str | None
    headers: tuple[bytes, ...] = ()
    body: str = "See the subject."
    is_html: bool = False
    authenticated: Address | None = None
    source: IpAddress | None = None
    charset: str = "utf-8"
    form: Form = Form.PLAIN
    files: tuple[DrawnFile, ...] = ()

    @property
    def item(self) -> MailItem:
        """The mail as Exchange gets it."""
        lines = [f"From: {self.from_}\r\n".encode()]
        for name, addresses in (("To", self.to), ("Cc", self.cc)):
            if addresses:
                shown = ", ".join(str(address) for address in addresses)
                lines.append(f"{name}: {shown}\r\n".encode())
        if self.subject is not None:
            lines.append(make_field("Subject", self.subject).raw)
        lines += [*self.headers, b"MIME-Version: 1.0\r\n", self._entity]
        return MailItem(
            Envelope(self.mail_from, self.recipients),
            Content(b"".join(lines)),
            Submission(authenticated=self.authenticated, source=self.source),
        )

    @property
    def _entity(self) -> bytes:
        """The text with whatever is built around it."""
        kind = "html" if self.is_html else "plain"
        octets = self.body.encode(self.charset, "replace")
        entity = _part(f"text/{kind}; charset={self.charset}", octets)
        if self.form is Form.MEETING:
            calendar = _part("text/calendar; charset=us-ascii; method=REQUEST", _EVENT)
            entity = _joined("alternative", (entity, calendar))
        if self.files:
            parts = (_part(_AS_FILE, f.payload, f.name) for f in self.files)
            entity = _joined("mixed", (entity, *parts))
        if self.form is Form.SIGNED:
            signature = _part("application/pkcs7-signature", b"0", "smime.p7s")
            entity = _joined(_SIGNED, (entity, signature))
        return entity


def _part(kind: str, octets: bytes, name: str = "") -> bytes:
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if name:
        lines.append(f'Content-Disposition: attachment; filename="{name}"')
    head = "".join(f"{line}\r\n" for line in lines)
    return f"{head}\r\n".encode() + base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _joined(kind: str, parts: tuple[bytes, ...]) -> bytes:
    edge = f"{_BOUNDARY}-{kind[:5]}"
    head = f'Content-Type: multipart/{kind}; boundary="{edge}"\r\n\r\n'
    inner = b"".join(f"--{edge}\r\n".encode() + part + b"\r\n" for part in parts)
    return head.encode() + inner + f"--{edge}--\r\n".encode()


@st.composite
def mails(draw: st.DrawFn) -> DrawnMail:
    """Draw a mail: from inside or outside, to inside, outside, both, some by Bcc."""
    is_inside = draw(st.integers(0, 3)) > 0
    sender = draw(st.sampled_from(INSIDE) if is_inside else strangers())
    login = sender if is_inside and draw(st.integers(0, 4)) else None
    recipients = draw(_recipients())
    hidden = draw(st.sampled_from([0, 0, 0, 1]))
    visible = recipients[: len(recipients) - hidden]
    split = draw(st.integers(0, len(visible)))
    body, is_html = draw(_bodies())
    name = draw(st.one_of(st.just(""), names()))
    is_bounce = draw(st.integers(0, 9)) == 0
    return DrawnMail(
        mail_from=None if is_bounce else sender,
        recipients=recipients,
        from_=shown_as(name, sender),
        # exchange-rules#3.2: a group is still named where its members get the mail.
        to=(*visible[:split], *draw(_rarely(SALES, BOARD))),
        cc=(*visible[split:], *draw(_rarely(SALES, BOARD))),
        subject=draw(st.one_of(st.none(), texts(), texts())),
        headers=draw(_fields()),
        body=body,
        is_html=is_html,
        authenticated=login,
        source=ip_address(draw(st.sampled_from(_SOURCES))),
        charset=draw(st.sampled_from(CHARSETS)),
        form=draw(st.sampled_from((Form.PLAIN, Form.PLAIN, Form.PLAIN, *Form))),
        files=draw(_files()),
    )


def _rarely(*values: _T) -> st.SearchStrategy[tuple[_T, ...]]:
    """Draw one of the values in a tuple, and mostly none."""
    return st.integers(0, 4 * len(values)).map(lambda n: values[n : n + 1])


@st.composite
def _files(draw: st.DrawFn) -> tuple[DrawnFile, ...]:
    if draw(st.integers(0, 2)):
        return ()
    names = st.sampled_from(_FILE_NAMES)
    found = []
    for name in draw(st.lists(names, min_size=1, max_size=3)):
        text, octets = "", draw(st.sampled_from(_FILE_SIZES))
        holds: tuple[str, ...] = ()
        if name.endswith(".txt") and draw(st.booleans()):
            text = draw(texts())
        if name.endswith(".zip"):
            holds = tuple(draw(st.lists(names, min_size=1, max_size=2, unique=True)))
            holds = tuple(inner.replace(".zip", ".csv") for inner in holds)
        found.append(DrawnFile(name, octets, text, holds))
    return tuple(found)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a line that holds a keyword, all but holds it, or does not."""
    keyword = draw(st.sampled_from(KEYWORDS))
    shape = draw(st.integers(0, 4))
    if shape == 0:
        return draw(st.sampled_from(_TALK))
    if shape == 1:
        keyword = keyword.swapcase()
    before, after = draw(st.sampled_from(_AROUND)), draw(st.sampled_from(_AROUND))
    talk = draw(st.sampled_from(("", *_TALK)))
    return f"{talk} {before}{keyword}{after} {talk}".strip()


@st.composite
def _recipients(draw: st.DrawFn) -> tuple[Address, ...]:
    inside = st.sampled_from((ANNA, BOB, BOB, ALIAS_OF_BOB, CONTACT, NOBODY, *INSIDE))
    one = st.one_of(strangers(), inside)
    return tuple(draw(st.lists(one, min_size=1, max_size=4, unique=True)))


@st.composite
def _bodies(draw: st.DrawFn) -> tuple[str, bool]:
    text = draw(texts())
    if draw(st.booleans()):
        return text, False
    place = draw(st.sampled_from(("<p>{}</p>", '<p class="{}">hello</p>')))
    return place.format(text.replace('"', "").replace("<", "")), True


@st.composite
def _fields(draw: st.DrawFn) -> tuple[bytes, ...]:
    found: list[bytes] = []
    if draw(st.booleans()):
        found.append(draw(labels()))
    tags = draw(st.lists(texts(), max_size=2))
    found += draw(_rarely(*_IMPORTANCE))
    if not draw(st.integers(0, 9)):
        found.append(draw(st.sampled_from(_LOOPS)))
    return (*found, *(make_field("X-Tag", tag).raw for tag in tags))


@st.composite
def labels(draw: st.DrawFn, guid: str = "", *, enabled: bool | None = None) -> bytes:
    """Draw a raw `msip_labels` field, as clients write it, each as often as it is met.

    Without a `guid` it is one of two; `enabled` says whether the label is on the mail.
    """
    spec = LabelSpec(
        guid=guid or draw(st.sampled_from(GUIDS)),
        site_id=_SITE,
        name="Confidential",
        action_id=_ACTION,
        set_date=_SET_DATE,
        enabled=draw(st.integers(0, 3)) > 0 if enabled is None else enabled,
    )
    profile = draw(st.sampled_from(_PROFILES))
    return build_field(profile, spec, folding=draw(st.sampled_from(_FOLDINGS)))
