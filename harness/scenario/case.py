"""The noun: one case of a scenario file, everything in it a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.internet.outages import Outage
from fakes.mail.label_field import Encoding, Folding
from fakes.mail.labels import Profile
from fakes.mail.office_documents import DocumentKind, LabelPlace
from harness.scenario.expectation import Expectation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.session import IpAddress
    from fakes.zivver.faults import FaultLine

# A Monday morning; nothing here reads a clock.
DEFAULT_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Evidence(StrEnum):
    """How sure the expectation is."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class LabelWritten:
    """A label as a client writes it into a mail or a file."""

    guid: str
    profile: Profile = Profile.P1
    name: str = "Confidential"
    is_enabled: bool = True
    encoding: Encoding = Encoding.PLAIN
    folding: Folding = Folding.ONE_LINE
    field: str = "msip_labels"
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """One Office document, with a label inside or without one."""

    kind: DocumentKind = DocumentKind.DOCX
    label: LabelWritten | None = None
    place: LabelPlace = LabelPlace.CUSTOM_XML


@dataclass(frozen=True, slots=True)
class FileGiven:
    """An attached file: an Office document, or what one of the others says.

    `octets` is a size, filled with blanks; `holds` makes a zip, `is_locked` one whose
    files need a password; `message` is an attached mail's own text.
    """

    name: str
    text: str = ""
    base64: str = ""
    octets: int = 0
    message: str = ""
    document: Attached | None = None
    holds: tuple[FileGiven, ...] = ()
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail of a case, and how it comes to Exchange.

    `from_`, `to` and `cc` are texts of header fields; None writes the envelope's.
    `headers` are raw lines. `authenticated` is who logged in; nobody for `inbound`
    mail and for an application that has only a `source_address`; `certificate` is the
    name in the one that the client shows.
    """

    mail_from: Address | None
    rcpt_to: tuple[Address, ...]
    from_: tuple[str, ...] | None = None
    to: tuple[str, ...] | None = None
    cc: tuple[str, ...] = ()
    subject: str | None = None
    headers: tuple[str, ...] = ()
    body: str = ""
    html: str = ""
    label: LabelWritten | None = None
    attachment: Attached | None = None
    attachments: tuple[FileGiven, ...] = ()
    eml: str = ""
    raw: bytes | None = None
    authenticated: Address | None = None
    is_inbound: bool = False
    source_address: IpAddress | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of the tenant: the verb, and the TOML table it stands in."""

    verb: str
    table: Mapping[str, object] = field(hash=False)


class Retry(StrEnum):
    """What an administrator does with a queue (Retry-Queue, with -Resubmit or not)."""

    QUEUE = "queue"
    RESUBMIT = "resubmit"


@dataclass(frozen=True, slots=True)
class Later:
    """What an administrator does some time after the mail was sent."""

    after: timedelta
    edits: tuple[Change, ...] = ()
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `rules` None keeps the tenant's; `rules_file` is where they stand."""

    name: str
    source: tuple[str, ...]
    evidence: Evidence
    mail: Mail
    expect: Expectation
    tenant: str = "contoso"
    policy: str = "policy"
    rules: tuple[Mapping[str, object], ...] | None = field(default=None, hash=False)
    rules_file: str = ""
    edits: tuple[Change, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    at: datetime = DEFAULT_AT
    patience: timedelta = timedelta(0)
    faults: tuple[Outage, ...] = ()
    zivver_faults: tuple[FaultLine, ...] = ()
    later: tuple[Later, ...] = ()
    not_on_the_wire: str = ""
    note: str = ""
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}:{self.line}"
