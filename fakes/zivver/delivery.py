"""What each recipient gets once a mail is accepted (zivver#8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fakes.choices import Choices
from fakes.mail.address import Address
from fakes.zivver.message_settings import MessageSettings
from fakes.zivver.nta import nta_record
from fakes.zivver.readings import NtaUnfit, TrustedOverSmtp, settle
from fakes.zivver.service import (
    AccountState,
    Delivering,
    Verification,
    ZivverService,
    find_accounts,
)
from fakes.zone import Status, Zone, look_up


class ZivverState(StrEnum):
    """What a recipient gets of an accepted mail."""

    IN_APP = "in_app"
    DIRECT = "direct"
    NOTIFICATION = "notification"
    HELD = "held"
    BOUNCED = "bounced"
    PLAIN = "plain"
    DROPPED = "dropped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ZivverDelivery:
    """One recipient's end; `is_told` says whether the sender hears of a failure.

    `mailed` tells what his host said of Zivver's own mail to him, once that is known.
    """

    address: Address
    state: ZivverState
    why: str
    is_told: bool = False
    verification: Verification | None = None
    mailed: str = ""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries, and whether the policy on verification had to be assumed."""

    deliveries: tuple[ZivverDelivery, ...]
    is_verification_assumed: bool = False


def deliver(
    recipients: tuple[Address, ...],
    asked: MessageSettings,
    *,
    service: ZivverService,
    zone: Zone,
    choices: Choices,
    at: datetime | None = None,
) -> Deliveries:
    """Decide for each recipient, all at once: one without verification holds all.

    `at` is the time, for what DNS says with dates; None: they are not looked at.
    """
    known = dict(service.delivering.known) | dict(asked.rights)
    desk = _Desk(known, service, zone, choices, at)
    ends = [desk.deliver(address) for address in recipients]
    notified = [end for end in ends if end.state is ZivverState.NOTIFICATION]
    # zivver#7: a mail may ask for another level than the organisation does.
    minimum = service.delivering.minimum if asked.minimum is None else asked.minimum
    if minimum is None:
        # A method as strong as any policy could ask leaves nothing to assume.
        is_assumed = any(end.verification is not Verification.SMS for end in notified)
        return Deliveries(tuple(ends), is_assumed)
    lacking = [end for end in notified if (end.verification or 0) < minimum]
    if not lacking:
        return Deliveries(tuple(ends))
    # A draft, and a mail to the sender; nobody receives anything (zivver#F72).
    why = f"{lacking[0].address} has no verification of the level that is asked for"
    held = (
        ZivverDelivery(end.address, ZivverState.HELD, why, is_told=True) for end in ends
    )
    return Deliveries(tuple(held))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What decides on every recipient of one mail."""

    known: dict[Address, Verification]
    service: ZivverService
    zone: Zone
    choices: Choices
    at: datetime | None

    def deliver(self, address: Address) -> ZivverDelivery:
        if _is_member(self.service, address):
            return ZivverDelivery(address, ZivverState.IN_APP, "has a Zivver account")
        # zivver#9: Zivver bounces what does not exist or is refused.
        trouble = _trouble(address, self.service.delivering, self.zone)
        if trouble:
            return ZivverDelivery(address, ZivverState.BOUNCED, trouble, is_told=True)
        return (
            self._directly(address) or self._trusted(address) or self._notify(address)
        )

    def _directly(self, address: Address) -> ZivverDelivery | None:
        """Deliver to a domain that takes the mail itself, over TLS that is checked."""
        settings, domain = self.service.delivering, address.domain_key
        if domain in settings.odd_domains - settings.odd_unfit:
            why = f"{domain} is set for direct delivery, and its TLS is fit"
            return ZivverDelivery(address, ZivverState.DIRECT, why)
        if not self._is_nta(domain):
            return None
        if domain not in settings.nta_unfit:
            why = f"{domain} is able to do NTA 7516, and its TLS is fit"
            return ZivverDelivery(address, ZivverState.DIRECT, why)
        # zivver#finding-14: never as ordinary mail. What else, nobody says.
        answer = settle(self.service.nta_unfit, NtaUnfit, self.choices)
        if answer is NtaUnfit.BOUNCE:
            why = f"{domain} is able to do NTA 7516, but its TLS is unfit"
            return ZivverDelivery(address, ZivverState.BOUNCED, why, is_told=True)
        return None

    def _is_nta(self, domain: str) -> bool:
        """Say whether NTA 7516 is in force there: DNS leads, then the settings."""
        record = nta_record(self.zone, domain)
        if record is None:
            return domain in self.service.delivering.nta_domains
        return not record.refusal(self.at)

    def _trusted(self, address: Address) -> ZivverDelivery | None:
        domain = address.domain_key
        if domain not in self.service.delivering.trusted_domains:
            return None
        answer = settle(self.service.trusted_over_smtp, TrustedOverSmtp, self.choices)
        if answer is not TrustedOverSmtp.PLAIN:
            return None
        # zivver#F76
        why = f"{domain} is a trusted domain"
        return ZivverDelivery(address, ZivverState.PLAIN, why)

    def _notify(self, address: Address) -> ZivverDelivery:
        # zivver#8: an e-mail to verify with needs no more than the address.
        level = max(self.known.get(address, Verification.EMAIL), Verification.EMAIL)
        why = self._why_notified(address.domain_key)
        return ZivverDelivery(
            address, ZivverState.NOTIFICATION, why, verification=level
        )

    def _why_notified(self, domain: str) -> str:
        settings = self.service.delivering
        if domain in settings.odd_unfit & settings.odd_domains:
            # zivver#F77
            return f"{domain} is set for direct delivery, but its TLS is unfit"
        record = nta_record(self.zone, domain)
        refusal = record.refusal(self.at) if record else ""
        if refusal:
            return f"the NTA 7516 record of {domain} {refusal}: a notification"
        if self._is_nta(domain):
            return f"{domain} is able to do NTA 7516, but its TLS is unfit"
        return "gets a notification, the content stays at Zivver"


def _is_member(service: ZivverService, address: Address) -> bool:
    return address in service.delivering.members or any(
        account.state is AccountState.ACTIVE
        for account in find_accounts(service, address)
    )


def _trouble(address: Address, settings: Delivering, zone: Zone) -> str:
    """Say why mail for that address cannot be delivered; a name not given can."""
    domain = address.domain_key
    if domain.startswith("["):
        return ""
    if domain in settings.refusing:
        return f"the host of {domain} refuses the mail"
    mail_hosts = look_up(zone, domain, "MX")
    if mail_hosts.status is Status.NXDOMAIN:
        return f"{domain} does not exist"
    if any(host.split()[-1:] == ["."] for host in mail_hosts.records):
        return f"{domain} takes no mail (null MX)"
    if mail_hosts.status is Status.EMPTY and all(
        look_up(zone, domain, rtype).status is Status.EMPTY for rtype in ("A", "AAAA")
    ):
        return f"{domain} has no mail host"
    return ""
