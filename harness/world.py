"""The world that a mail meets: an organization, a Zivver service, the Internet."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakes.exchange.organization import Organization
from fakes.internet.hosts import Internet
from fakes.zivver.service import ZivverService


@dataclass(frozen=True, slots=True)
class World:
    """Everything that decides what becomes of a mail, beside the mail itself."""

    organization: Organization
    zivver: ZivverService = field(default_factory=ZivverService)
    internet: Internet = field(default_factory=Internet)
