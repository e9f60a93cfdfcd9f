"""Mails: subjects, labels and bodies that rules look at, to recipients of all kinds."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.mail.content import Content, make_field
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.labels import Folding, LabelSpec, Profile, build_field
from harness.strategies.people import (
    ALIAS_OF_BOB,
    ANNA,
    BOB,
    CONTACT,
    INSIDE,
    NOBODY,
    names,
    strangers,
)

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.session import IpAddress

GUIDS = (
    "2096f6a2-d2f7-48be-b329-b73aaa526e5d",
    "9d4c1f0e-5b0a-4c39-8a57-6d1c2e8f7a10",
)
_SITE = "5c1d0f6a-0b57-4d29-8f3b-6a1f3a0d9e11"
_ACTION = "7be6a3c4-9d02-4d7c-8e1f-2f5b8c9d0a12"
_SET_DATE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_PROFILES = tuple(p for p in Profile if p not in {Profile.P0, Profile.P4C})

KEYWORDS = ("secure", "stock", "Press Release", "ZIVVER", "[EXTERNAL]", "SFV:SPM")
_AROUND = ("", " ", "  ", ".", ": ", "-", ";", "(", ")", "_", "x", "9", "é", "“", "中")
_TALK = (
    "minutes of the meeting",
    "Re: offer",
    "FW: invoice 2026-17",
    "über Äpfel",
    "078-05-1120",
)


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
        kind = "html" if self.is_html else "plain"
        lines += [
            *self.headers,
            b"MIME-Version: 1.0\r\n",
            f"Content-Type: text/{kind}; charset=utf-8\r\n".encode(),
            b"Content-Transfer-Encoding: base64\r\n\r\n",
            base64.b64encode(self.body.encode()) + b"\r\n",
        ]
        return MailItem(
            Envelope(self.mail_from, self.recipients),
            Content(b"".join(lines)),
            Submission(authenticated=self.authenticated, source=self.source),
        )


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
        from_=f"{_phrase(name)} <{sender}>" if name else str(sender),
        to=visible[:split],
        cc=visible[split:],
        subject=draw(st.one_of(st.none(), texts(), texts())),
        headers=draw(_fields()),
        body=body,
        is_html=is_html,
        authenticated=login,
    )


def _phrase(name: str) -> str:
    """Write a name before an address: quoted, or as encoded words."""
    return f'"{name}"' if name.isascii() else make_field("X", name).unfolded


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
    return (*found, *(make_field("X-Tag", tag).raw for tag in tags))


@st.composite
def labels(draw: st.DrawFn) -> bytes:
    """Draw a raw `msip_labels` field, as some client writes it."""
    spec = LabelSpec(
        guid=draw(st.sampled_from(GUIDS)),
        site_id=_SITE,
        name="Confidential",
        action_id=_ACTION,
        set_date=_SET_DATE,
        enabled=draw(st.integers(0, 3)) > 0,
    )
    profile = draw(st.sampled_from(_PROFILES))
    folding = draw(st.sampled_from(tuple(Folding)))
    return build_field(profile, spec, folding=folding)
