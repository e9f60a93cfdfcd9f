"""What each recipient gets once a mail is accepted (zivver#8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fakes.choices import Choices
from fakes.mail.address import Address
from fakes.zivver.message_settings import MessageSettings
from fakes.zivver.readings import TrustedOverSmtp, settle
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


@dataclass(frozen=True, slots=True)
class ZivverDelivery:
    """One recipient's end; `is_told` says whether the sender hears of a failure."""

    address: Address
    state: ZivverState
    why: str
    is_told: bool = False
    verification: Verification | None = None


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
) -> Deliveries:
    """Decide for each recipient, all at once: one without verification holds all."""
    known = dict(service.delivering.known) | dict(asked.rights)
    ends = [
        _one(address, known, service=service, zone=zone, choices=choices)
        for address in recipients
    ]
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


def _one(
    address: Address,
    known: dict[Address, Verification],
    *,
    service: ZivverService,
    zone: Zone,
    choices: Choices,
) -> ZivverDelivery:
    settings = service.delivering
    domain = address.domain_key
    if _is_member(service, address):
        return ZivverDelivery(address, ZivverState.IN_APP, "has a Zivver account")
    # zivver#9: Zivver bounces what does not exist or is refused.
    trouble = _trouble(address, settings, zone)
    if trouble:
        return ZivverDelivery(address, ZivverState.BOUNCED, trouble, is_told=True)
    if domain in settings.odd_domains and domain not in settings.odd_unfit:
        why = f"{domain} is set for direct delivery, and its TLS is fit"
        return ZivverDelivery(address, ZivverState.DIRECT, why)
    if domain in settings.nta_domains:
        why = f"{domain} is able to do NTA 7516"
        return ZivverDelivery(address, ZivverState.DIRECT, why)
    if domain in settings.trusted_domains:
        answer = settle(service.trusted_over_smtp, TrustedOverSmtp, choices)
        if answer is TrustedOverSmtp.PLAIN:
            # zivver#F76
            why = f"{domain} is a trusted domain"
            return ZivverDelivery(address, ZivverState.PLAIN, why)
    why = "gets a notification, the content stays at Zivver"
    if domain in settings.odd_unfit & settings.odd_domains:
        # zivver#F77
        why = f"{domain} is set for direct delivery but its TLS is unfit: notification"
    # zivver#8: an e-mail to verify with needs no more than the address.
    level = max(known.get(address, Verification.EMAIL), Verification.EMAIL)
    return ZivverDelivery(address, ZivverState.NOTIFICATION, why, verification=level)


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
