"""Whom Zivver admits: its decisions at connect, AUTH, MAIL and RCPT (zivver#4).

The reason for the operator stands in a decision, never in a reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from fakes.mail.address import Address
from fakes.mail.reply import Reply
from fakes.zivver.readings import NotAllowlisted, settle
from fakes.zivver.replies import REPLIES, Reason, Row
from fakes.zivver.service import CredentialState, Fault, ZivverService, reply_for
from fakes.zivver.spf import Spf, check_host, identity_domain

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.mail.session import IpAddress, Session
    from fakes.zone import Zone

# RFC 5321 4.5.3.1: the octets of a local part and of a domain.
MAX_LOCAL = 64
MAX_DOMAIN = 255


class Assumed(StrEnum):
    """What was not given and taken in the sender's favour."""

    ACCOUNTS = "accounts"
    CREDENTIALS = "credentials"
    ALLOWLIST = "allowlist"
    SPF = "SPF"
    VERIFICATION = "verification"
    DELEGATES = "delegates"


@dataclass(frozen=True, slots=True)
class Decision:
    """A reply, why it was given (for the operator), and on what assumptions."""

    reason: Reason
    why: str = ""
    assumed: tuple[Assumed, ...] = ()

    @property
    def row(self) -> Row:
        """The row of the table."""
        return REPLIES[self.reason]

    @property
    def is_positive(self) -> bool:
        """Whether the client may go on, whatever the words."""
        return self.row.reply is not None and self.row.reply.is_positive


def decide_connect(
    service: ZivverService, session: Session, *, zone: Zone, choices: Choices
) -> Decision:
    """Greet, keep silent, or turn away."""
    if service.is_down:
        return Decision(Reason.DOWN, f"{service.host} is down")
    if Fault.OVERLOADED in service.faults:
        return Decision(Reason.OVERLOADED, f"{service.host} is overloaded")
    if _may_be_customer(service, session, zone=zone):
        return Decision(Reason.WELCOME)
    why = f"no domain on the allowlist covers {session.source or 'the client'}"
    # A time-out or a refusal, and which is not documented (zivver#F48).
    answer = settle(service.not_allowlisted, NotAllowlisted, choices)
    match answer:
        case NotAllowlisted.REJECT_MAIL:
            return Decision(Reason.WELCOME)
        case NotAllowlisted.REJECT_CONNECT:
            return Decision(Reason.NOT_COVERED, why)
        case NotAllowlisted.TIMEOUT:
            return Decision(Reason.SILENT, why)
        case _:
            assert_never(answer)


def decide_auth(
    service: ZivverService, session: Session, user: str, password: str
) -> Decision:
    """Check credentials, after TLS only (zivver#F50)."""
    if not session.is_encrypted:
        return Decision(Reason.AUTH_BEFORE_TLS, "the client logs in without TLS")
    if Fault.AUTH_DOWN in service.faults:
        return Decision(Reason.AUTH_DOWN, "the authentication backend is down")
    if service.credentials is None:
        return Decision(Reason.LOGGED_IN, assumed=(Assumed.CREDENTIALS,))
    fitting = [known for known in service.credentials if known.fits(user, password)]
    if any(known.state is CredentialState.ACTIVE for known in fitting):
        return Decision(Reason.LOGGED_IN)
    # zivver#F49
    why = "the credential is revoked" if fitting else "no credential fits"
    return Decision(Reason.BAD_CREDENTIALS, why)


def decide_mail(
    service: ZivverService,
    session: Session,
    sender: Address | None,
    size: int | None,
    *,
    zone: Zone,
) -> Decision:
    """Admit a sender: `credentials ok or (allow-listed and SPF pass)` (zivver#4)."""
    # zivver#F37
    if not session.is_encrypted:
        return Decision(Reason.NO_TLS, "the session is not encrypted")
    if size is not None and size > service.size_limit:
        why = f"{size} octets declared, at most {service.size_limit}"
        return Decision(Reason.SIZE_DECLARED, why)
    if session.identity is not None:
        if service.credentials is None:
            return Decision(Reason.SENDER_OK, "logged in", (Assumed.CREDENTIALS,))
        if _is_active(service, session.identity):
            return Decision(Reason.SENDER_OK, "logged in")
    return _admit_by_spf(service, session, sender, zone=zone)


def decide_recipient(
    service: ZivverService, recipient: Address, taken: int
) -> Decision:
    """Take a recipient, unless it is malformed or one too many."""
    local = len(recipient.local.encode())
    if local > MAX_LOCAL or len(recipient.domain_key.encode()) > MAX_DOMAIN:
        return Decision(Reason.MALFORMED_RECIPIENT, "the address is too long")
    # The client sends the rest in another transaction (zivver#F58).
    if taken >= service.recipient_limit:
        why = f"at most {service.recipient_limit} recipients"
        return Decision(Reason.TOO_MANY_RECIPIENTS, why)
    return Decision(Reason.RECIPIENT_OK)


def said_by(service: ZivverService, reason: Reason) -> Reply:
    """Give the reply of a row that is not silence."""
    said = reply_for(service, reason)
    if said is None:
        raise AssertionError(reason)
    return said


def _may_be_customer(service: ZivverService, session: Session, *, zone: Zone) -> bool:
    """Say whether a client gets as far as MAIL, whatever the reading.

    A login is possible from anywhere, so a service with working credentials greets
    everybody; else some domain on the list must cover the address.
    """
    if service.spf_allowlist is None or service.credentials is None:
        return True
    if any(known.state is CredentialState.ACTIVE for known in service.credentials):
        return True
    return any(
        session.source is None or _may_cover(zone, domain, session.source, session.helo)
        for domain in service.spf_allowlist
    )


def _may_cover(zone: Zone, domain: str, source: IpAddress, helo: str) -> bool:
    sender = Address("postmaster", domain)
    found = check_host(zone, ip=source, domain=domain, sender=sender, helo=helo)
    return found.result in {Spf.PASS, Spf.UNKNOWN, Spf.TEMPERROR}


def _is_active(service: ZivverService, identity: str) -> bool:
    return any(
        known.user == identity and known.state is CredentialState.ACTIVE
        for known in service.credentials or ()
    )


def _admit_by_spf(
    service: ZivverService, session: Session, sender: Address | None, *, zone: Zone
) -> Decision:
    domain = identity_domain(sender, session.helo)
    allowlist = service.spf_allowlist
    assumed: tuple[Assumed, ...] = ()
    if sender is None and domain not in (allowlist or ()):
        # SPF falls back to HELO, which is Microsoft's (zivver#F53). A list that
        # was not given is not assumed to hold somebody else's name.
        why = f"the null reverse-path has no domain, and HELO {domain} is not listed"
        return Decision(Reason.NULL_SENDER, why)
    if allowlist is None:
        assumed = (Assumed.ALLOWLIST,)
    elif domain not in allowlist:
        return Decision(Reason.NOT_ALLOWLISTED, f"{domain} is not on the SPF allowlist")
    return _judge_spf(session, sender, assumed, zone=zone)


def _judge_spf(
    session: Session,
    sender: Address | None,
    assumed: tuple[Assumed, ...],
    *,
    zone: Zone,
) -> Decision:
    if session.source is None:
        why = "the client's address was not given"
        return Decision(Reason.SENDER_OK, why, (*assumed, Assumed.SPF))
    helo = session.helo
    domain = identity_domain(sender, helo)
    found = check_host(zone, ip=session.source, domain=domain, sender=sender, helo=helo)
    match found.result:
        case Spf.PASS:
            return Decision(Reason.SENDER_OK, found.why, assumed)
        case Spf.UNKNOWN:
            return Decision(Reason.SENDER_OK, found.why, (*assumed, Assumed.SPF))
        case Spf.TEMPERROR:
            return Decision(Reason.SPF_TEMPERROR, found.why, assumed)
        case _:
            # zivver#F51
            why = f"SPF {found.result.value}: {found.why}"
            return Decision(Reason.SPF_NOT_PASSED, why, assumed)
