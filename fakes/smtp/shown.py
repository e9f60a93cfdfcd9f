"""What can be seen of a connection: the peer's certificate, and the TLS in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mail.session import Agreed

if TYPE_CHECKING:
    import asyncio


def names_in(transport: asyncio.BaseTransport | None) -> tuple[str, ...]:
    """Give the names in the certificate of the peer; none where it showed none."""
    shown = transport.get_extra_info("peercert") if transport else None
    return tuple(name for _, name in (shown or {}).get("subjectAltName", ()))


def agreed_on(transport: asyncio.BaseTransport | None) -> Agreed | None:
    """Give the version and the cipher of the TLS; None where there is none."""
    cipher = transport.get_extra_info("cipher") if transport else None
    return Agreed(cipher[1], cipher[0]) if cipher else None
