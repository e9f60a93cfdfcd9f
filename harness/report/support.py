"""What is judged, and on what source: the register as a page and as Markdown."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from fakes.exchange.organization import Platform
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.support import Entry, register
from harness.report.page import AMBER, GREEN, STRONG, counted, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fakes.exchange.organization import Edition
    from harness.report.page import Page, Part

_YES, _PARTIAL, _NO = Support.YES, Support.PARTIAL, Support.NO
_ONLINE, _SERVER = "routing, Exchange Online", "routing, Exchange Server"
_RECIPIENTS, _ZIVVER = "recipients", "Zivver"

# The rules' register stands beside their tables; this is what the rest does.
_BEYOND_RULES = (
    Entry(_ONLINE, "connector named by a rule", _YES, "exchange-routing#1.3"),
    Entry(_ONLINE, "connector by recipient domain", _YES, "exchange-routing#1.2"),
    Entry(_ONLINE, "smart hosts, MX", _YES, "exchange-routing#1.4"),
    Entry(_ONLINE, "TlsSettings, TlsDomain", _YES, "exchange-routing#1.6"),
    Entry(_ONLINE, "RouteAllMessagesViaOnPremises", _YES, "exchange-routing#1.2"),
    Entry(
        _ONLINE,
        "SenderRewritingEnabled, sender rewriting",
        _YES,
        "exchange-routing#7.1",
    ),
    Entry(
        _ONLINE,
        "normal, high-risk and relay pool",
        _PARTIAL,
        "exchange-routing#7.2",
        "spam and sending limits, which lead to the high-risk pool, are not judged",
    ),
    Entry(_ONLINE, "CloudServicesMailEnabled", _YES, "exchange-routing#4.2"),
    Entry(
        _ONLINE,
        "conversion of rich text",
        _PARTIAL,
        "exchange-routing#5.3",
        "who gets TNEF is said; the converted text is not made",
    ),
    Entry(
        _ONLINE,
        "MtaStsMode, SmtpDaneMode",
        _YES,
        "exchange-routing#1.1",
        "by what internet.toml says of hosts and policies",
    ),
    Entry(_ONLINE, "validation of a connector", _YES, "field-cases#X-5"),
    Entry(_ONLINE, "retry, expiry, NDR", _YES, "exchange-routing#1.7"),
    Entry(_SERVER, "send connector by space, cost, size", _YES, "exchange-routing#2.2"),
    Entry(
        _SERVER,
        "smart host with basic authentication",
        _YES,
        "exchange-routing#2.1",
        "no export holds the password: it is taken for the right one, and said",
    ),
    Entry(
        _SERVER,
        "Active Directory sites",
        _YES,
        "exchange-routing#2.2",
        "where none is told, one site is assumed, and said",
    ),
    Entry(
        _SERVER, "RequireTLS, IgnoreSTARTTLS, ForceHELO", _YES, "exchange-routing#2.1"
    ),
    Entry(_SERVER, "receive connectors", _YES, "exchange-routing#7.4"),
    Entry(
        _SERVER,
        "DomainSecureEnabled, custom error policies",
        _NO,
        "exchange-routing#2.1",
        "mail through such a connector is reported as not known",
    ),
    Entry(_SERVER, "retry, expiry, NDR", _YES, "exchange-routing#6.1"),
    Entry(_RECIPIENTS, "accepted domains", _YES, "exchange-routing#3.1"),
    Entry(_RECIPIENTS, "mailboxes and their aliases", _YES, "exchange-routing#3.2"),
    Entry(_RECIPIENTS, "mail contacts, mail users", _YES, "exchange-routing#3.2"),
    Entry(
        _RECIPIENTS,
        "groups, nested and dynamic",
        _YES,
        "exchange-routing#3.2",
        "the members of dynamic ones as a list",
    ),
    Entry(
        _RECIPIENTS,
        "who may write, size, moderation",
        _YES,
        "exchange-routing#3.2",
        "moderators wait unless somebody says what they answer",
    ),
    Entry(_RECIPIENTS, "forwarding from a mailbox", _YES, "exchange-routing#3.2"),
    Entry(
        _RECIPIENTS,
        "inbox rules",
        _PARTIAL,
        "exchange-routing#8",
        "forward, redirect and stop; what a rule looks at is not judged",
    ),
    Entry(_RECIPIENTS, "automatic replies, receipts", _YES, "field-cases#3"),
    Entry(
        _RECIPIENTS,
        "journaling",
        _PARTIAL,
        "exchange-rules#4",
        "journal rules; not that of a mailbox database",
    ),
    Entry(_ZIVVER, "TLS before anything", _YES, "zivver#3"),
    Entry(_ZIVVER, "admission by SMTP credentials", _YES, "zivver#4"),
    Entry(_ZIVVER, "admission by SPF and allowlist", _YES, "zivver#4"),
    Entry(_ZIVVER, "an account for the address in From", _YES, "zivver#5"),
    Entry(_ZIVVER, "x-zivver-ignore-smtp-recipients", _YES, "zivver#6"),
    Entry(
        _ZIVVER,
        "other headers that Zivver reads",
        _PARTIAL,
        "zivver#7",
        "the values that were seen; others are named as not understood",
    ),
    Entry(_ZIVVER, "notification, direct delivery, app", _YES, "zivver#8"),
    Entry(
        _ZIVVER, "limits", _PARTIAL, "zivver#10", "not published: the values are ours"
    ),
)
_COLOUR: Mapping[Support, str] = MappingProxyType(
    {_YES: GREEN, _PARTIAL: AMBER, _NO: AMBER}
)
_PLURAL: Mapping[str, str] = MappingProxyType(
    {
        "predicate": "Conditions and exceptions of mail flow rules",
        "action": "Actions of mail flow rules",
        "property": "Properties of mail flow rules",
        _ONLINE: "Routing in Exchange Online",
        _SERVER: "Routing in Exchange Server",
        _RECIPIENTS: "Recipients",
        _ZIVVER: "Zivver",
    }
)
_RULE = (
    "What is not judged is never guessed: a mail whose way depends on it is "
    "reported as not known, with its name."
)


def whole_register(edition: Edition | None = None) -> tuple[Entry, ...]:
    """Give every line: of rules, of routing, of Zivver; of one edition, its lines."""
    others = {_ONLINE, _SERVER} if edition else set[str]()
    if edition:
        others.remove(_SERVER if edition.platform is Platform.SERVER else _ONLINE)
    beyond = tuple(entry for entry in _BEYOND_RULES if entry.kind not in others)
    return register(edition) + beyond


def support_page(entries: tuple[Entry, ...]) -> Page:
    """Lay out the register, each group with its counts first."""
    page: list[Part] = [line((_summary(entries), STRONG)), line(_RULE)]
    for kind, group in _groups(entries):
        page.append("")
        page.append(line((_PLURAL.get(kind, kind), STRONG), f": {_summary(group)}"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(overflow="fold", min_width=30)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for entry in group:
            word = Text(entry.support.value, style=_COLOUR[entry.support])
            remark = f"{entry.remark}  " if entry.remark else ""
            table.add_row(Text(entry.name), word, Text(f"{remark}{entry.source}"))
        page.append(table)
    return tuple(page)


def support_markdown(entries: tuple[Entry, ...]) -> str:
    """Give the register as Markdown: a table a group, those not judged in one line."""
    parts = []
    for kind, group in _groups(entries):
        lines = [f"### {_PLURAL.get(kind, kind)}", "", _summary(group) + ".", ""]
        judged = [entry for entry in group if entry.support is not _NO]
        lines += ["| name | judged | source | remark |", "|---|---|---|---|"]
        lines += [
            f"| `{e.name}` | {e.support.value} | {e.source} | {e.remark} |"
            for e in judged
        ]
        left = [e for e in group if e.support is _NO]
        for why, those in groupby(sorted(left, key=_remark), key=_remark):
            names = ", ".join(f"`{entry.name}`" for entry in those)
            lines += ["", f"No ({why or 'not judged yet'}): {names}."]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def support_data(entries: tuple[Entry, ...]) -> list[dict[str, str]]:
    """Give the register as JSON-able data."""
    return [
        {
            "kind": entry.kind,
            "name": entry.name,
            "judged": entry.support.value,
            "source": entry.source,
            "remark": entry.remark,
        }
        for entry in entries
    ]


def _remark(entry: Entry) -> str:
    return entry.remark


def _groups(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    return [(kind, list(group)) for kind, group in groupby(entries, lambda e: e.kind)]


def _summary(entries: Iterable[Entry]) -> str:
    every = list(entries)
    count = {s: sum(e.support is s for e in every) for s in Support}
    return (
        f"{counted(len(every), 'entry', 'entries')}: {count[_YES]} Yes, "
        f"{count[_PARTIAL]} Partial, {count[_NO]} No"
    )
