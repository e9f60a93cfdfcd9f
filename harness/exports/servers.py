"""Get-ExchangeServer: which edition of Exchange Server runs the rules."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Edition
from harness.exports import values
from harness.exports.account import Row, Table, Understood, marks_of, used

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.exports.account import Ledger
    from harness.exports.formats import Exported

# `Version 15.2 (Build 2562.17)`
_VERSION = re.compile(r"(?:Version )?(\d+)\.(\d+) ?(?:\(Build |\.)(\d+)")
_EDITIONS: Mapping[tuple[int, int], Edition] = MappingProxyType(
    {
        (15, 0): Edition.SERVER_2013,
        (15, 1): Edition.SERVER_2016,
        (15, 2): Edition.SERVER_2019,
    }
)
# Microsoft's list of build numbers: the first build of the Subscription Edition.
_FIRST_SE = 2562
SERVERS = Table(
    used("exchange-rules#9", "AdminDisplayVersion ServerRole")
    | used("exchange-routing#2.2", "Site Name"),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "exchange-routing#2.2",
        "neither which edition a server has nor in which site it stands",
    ),
)


def read_edition(entries: tuple[Exported, ...], ledger: Ledger) -> Edition | None:
    """Say which edition the servers are that run the organization's rules.

    None where they are of several, or of one that nobody knows. A server with the
    Edge role has rules of its own (exchange-rules#9): it counts where it is alone.
    """
    found: set[Edition | None] = set()
    edges = 0
    for entry in entries:
        name = values.text(entry, "Name") or entry.place
        ledger.note(entry, name, marks_of(entry, SERVERS))
        if is_edge(entry):
            edges += 1
        else:
            found.add(_edition(entry))
    if edges and not found:
        return Edition.EDGE
    return found.pop() if len(found) == 1 else None


def is_edge(entry: Exported) -> bool:
    """Say whether a server has the Edge role."""
    roles = ", ".join(values.texts(entry, "ServerRole"))
    # As a number it is a set of flags, and 64 the one of the Edge role.
    return "edge" in roles.lower() or roles == "64"


def _edition(entry: Exported) -> Edition | None:
    version = entry.get("AdminDisplayVersion")
    if isinstance(version, dict):
        folded = {key.lower(): content for key, content in version.items()}
        said = "{major}.{minor}.{build}".format_map(
            {key: folded.get(key, "") for key in ("major", "minor", "build")}
        )
    else:
        said = str(version or "")
    parts = _VERSION.match(said)
    if parts is None:
        return None
    major, minor, build = map(int, parts.groups())
    is_se = (major, minor) == (15, 2) and build >= _FIRST_SE
    return Edition.SERVER_SE if is_se else _EDITIONS.get((major, minor))
