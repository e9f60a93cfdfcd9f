"""NTA 7516 in DNS: which domains take secure mail directly, and at which hosts.

    v=NTA7516-1;startdate=2026-01;enddate=2026-12;provider=...;ntamx=10 nta.example

A TXT record of the domain (zivver#16). Without `ntamx` the hosts are those of its MX;
an older form with colons exists. The two months count as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fakes.zone import Zone, look_up

_VERSION = re.compile(r"\s*v\s*[=:]\s*NTA7516-1\s*(?:;|$)", re.IGNORECASE)
_FIELD = re.compile(r"\s*([a-z]+)\s*[=:]\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_HOST = re.compile(r"([0-9]{1,5})\s+(\S+)")


@dataclass(frozen=True, slots=True)
class NtaRecord:
    """What a domain declares: its months (empty: not told) and its hosts, best first.

    `trouble` says why the record declares nothing that can be relied on.
    """

    start: str = ""
    end: str = ""
    hosts: tuple[str, ...] = ()
    trouble: str = ""

    def refusal(self, at: datetime | None) -> str:
        """Say why mail may not go there directly at that time; empty if it may."""
        if self.trouble or at is None:
            return self.trouble
        month = f"{at:%Y-%m}"
        if self.start and month < self.start:
            return f"is in force from {self.start} on"
        if self.end and month > self.end:
            return f"has ended with {self.end}"
        return ""


def nta_record(zone: Zone, domain: str) -> NtaRecord | None:
    """Find what a domain declares; None when it declares nothing."""
    texts = look_up(zone, domain, "TXT").records
    found = [text for text in texts if _VERSION.match(text)]
    if not found:
        return None
    if len(found) > 1:
        return NtaRecord(trouble=f"stands there {len(found)} times")
    return _read(found[0])


def nta_domains(zone: Zone) -> frozenset[str]:
    """Give the domains of a zone that declare anything."""
    return frozenset(
        name
        for (name, kind), texts in zone.records.items()
        if kind == "TXT" and any(map(_VERSION.match, texts))
    )


def _read(text: str) -> NtaRecord:
    values: dict[str, list[str]] = {}
    for part in filter(str.strip, text.split(";")):
        field = _FIELD.fullmatch(part)
        if not field:
            return NtaRecord(trouble="cannot be read")
        values.setdefault(field[1].lower(), []).append(field[2])
    months = [values.get(name, [""]) for name in ("startdate", "enddate")]
    for month, *more in months:
        if more or (month and not _MONTH.fullmatch(month)):
            return NtaRecord(trouble="has a date that is no month (YYYY-MM)")
    hosts = [_HOST.fullmatch(value) for value in values.get("ntamx", ())]
    if not all(hosts):
        return NtaRecord(trouble="has `ntamx` that is no number and host")
    ordered = sorted((int(h[1]), h[2].removesuffix(".")) for h in hosts if h)
    (start, *_), (end, *_) = months
    return NtaRecord(start, end, tuple(name for _, name in ordered))
