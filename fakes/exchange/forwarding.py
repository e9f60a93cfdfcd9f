"""Whether what a mailbox forwards by itself may leave.

field-cases#remote-domain-forward: the outbound spam policy (Exchange Online) and the
remote domain decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import (
    AutoForwarding,
    Platform,
    accepted_domain,
)
from fakes.exchange.readings import ask
from fakes.exchange.remote_domain import remote_domain
from fakes.exchange.routing.resolve import Place, resolve
from fakes.exchange.rules.fork import Ending, EndKind
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.mail.address import Address

_NOT_ALLOWED = reply(
    550, "5.7.520", "Access denied, organization does not allow external forwarding"
)
_LET_OUT, _KEPT_IN = "let out", "kept in"


def why_kept_in(
    target: Address, organization: Organization, choices: Choices
) -> Ending | None:
    """Say why what a mailbox forwards does not leave for a target; None if it does."""
    found = resolve(target, organization, choices)
    if found.place is not Place.OUTSIDE:
        return None
    domain = found.target.domain_key
    if accepted_domain(organization, domain) is not None:
        # Its mail is passed on within the organization.
        return None
    if organization.platform is Platform.ONLINE and _is_off(organization, choices):
        why = f"the outbound spam policy lets nothing be forwarded to {found.target}"
        return Ending(EndKind.REJECTED, why, _NOT_ALLOWED)
    if not _takes_forwards(domain, organization, choices):
        why = f"the remote domain of {domain} takes nothing that is forwarded"
        return Ending(EndKind.DELETED, why)
    return None


def why_redirect_kept_in(
    target: Address, organization: Organization, choices: Choices
) -> Ending | None:
    """Say why what a mail flow rule sends to a target does not leave; None if it does.

    field-cases#remote-domain-forward: remote domains do not ask after it. Of the spam
    policy nobody has told (exchange-routing#X-29).
    """
    modes = organization.auto_forwarding or (AutoForwarding.ON,)
    if organization.platform is not Platform.ONLINE or AutoForwarding.ON in modes:
        return None
    found = resolve(target, organization, choices)
    if found.place is not Place.OUTSIDE:
        return None
    if ask(organization.readings, choices, "redirect_is_forward") == "no":
        return None
    why = f"the outbound spam policy lets no rule send mail on to {found.target}"
    return Ending(EndKind.REJECTED, why, _NOT_ALLOWED)


def _is_off(organization: Organization, choices: Choices) -> bool:
    """Say whether AutoForwardingMode keeps it in.

    Automatic has been as good as Off since Microsoft changed what it means; policies
    that differ speak of senders whom no export that is read tells.
    """
    modes = organization.auto_forwarding
    is_off = {mode is not AutoForwarding.ON for mode in modes or ()}
    if len(is_off) == 1:
        return is_off.pop()
    why = "outbound spam policies differ" if modes else "it was not exported"
    fact = Fact("outbound spam policy", "AutoForwardingMode", why=why)
    return choices.choose(fact, (_LET_OUT, _KEPT_IN)) == _KEPT_IN


def _takes_forwards(domain: str, organization: Organization, choices: Choices) -> bool:
    if organization.remote_domains is None:
        fact = Fact("remote domain", "AutoForwardEnabled", why="it was not exported")
        return choices.choose(fact, (_LET_OUT, _KEPT_IN)) == _LET_OUT
    found = remote_domain(organization, domain)
    return found is None or found.forwards
