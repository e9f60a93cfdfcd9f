"""What a sender says beside the addresses of MAIL and RCPT (RFC 3461, RFC 6531)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mail.content import CRLF

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.handoff import DsnTerms


def needs_utf8(envelope: Envelope, content: Content) -> bool:
    """Say whether an address or the header of the mail is no ASCII."""
    path = envelope.reverse_path
    addresses = (*envelope.recipients, *((path,) if path else ()))
    # No copy of a big body is made for this.
    header = content.raw[: content.raw.find(CRLF + CRLF) + 1 or None]
    return not (header.isascii() and all(str(a).isascii() for a in addresses))


def dsn_of_sender(terms: DsnTerms) -> tuple[str, ...]:
    """Give RET and ENVID."""
    words = (("RET", terms.returns), ("ENVID", _xtext(terms.envelope_id or "")))
    return tuple(f"{name}={value}" for name, value in words if value)


def dsn_of_recipient(terms: DsnTerms, recipient: Address) -> tuple[str, ...]:
    """Give NOTIFY, and ORCPT where the mail was first written to somebody else."""
    original = dict(terms.originals).get(recipient)
    is_plain = original is not None and str(original).isascii()
    words = (
        ("NOTIFY", ",".join(terms.notify)),
        ("ORCPT", f"rfc822;{_xtext(str(original))}" if is_plain else ""),
    )
    return tuple(f"{name}={value}" for name, value in words if value)


def _xtext(text: str) -> str:
    """Write what RFC 3461 4 calls xtext."""
    return "".join(
        c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text
    )
