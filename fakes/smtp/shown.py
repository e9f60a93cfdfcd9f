"""The certificate that the other end of a connection has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


def names_in(transport: asyncio.BaseTransport | None) -> tuple[str, ...]:
    """Give the names in the certificate of the peer; none where it showed none."""
    shown = transport.get_extra_info("peercert") if transport else None
    return tuple(name for _, name in (shown or {}).get("subjectAltName", ()))
