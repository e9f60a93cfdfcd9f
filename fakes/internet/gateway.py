"""A server between Exchange and everybody else: what it does with a mail.

It is a Secure Email Gateway, or any other server that can reach Zivver (the guide names
both). What it is like at its front door is a `Host`; this is about its back door.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.internet.trigger import Trigger, sight_of, words_of
from fakes.mail.address import domain_key
from fakes.mail.content import parse, remove_fields, set_field
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.choices import Choices
    from fakes.mail.address import Address
    from fakes.mail.content import Content, Parsed
    from fakes.mail.session import IpAddress

_NO, _YES = "no", "yes"
_OPPORTUNISTIC = TlsTerms(TlsLevel.OPPORTUNISTIC)
OTHERS = "other people's mail servers"


class Unreachable(StrEnum):
    """What a gateway does with mail for Zivver when it cannot reach Zivver."""

    MX = "mx"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Gateway:
    """What a gateway does with the mail that it takes; None was not given.

    `hosts` are the names under which connectors reach it. `triggers` are its own: it
    looks for them after it has taken the fields `strips` away, and hands a mail with
    one of them to Zivver, all others to the recipients' mail servers. `addresses` are
    those from which it connects; it logs in at Zivver if it has `auth`, else SPF must
    admit it. `returns`: it hands everything back to Exchange.
    """

    hosts: tuple[str, ...]
    addresses: tuple[IpAddress, ...] = ()
    helo: str = ""
    triggers: tuple[Trigger, ...] | None = None
    is_on: bool = True
    reaches_zivver: bool | None = None
    port: int = 25
    auth: AuthTerms | None = None
    tls: TlsTerms = _OPPORTUNISTIC
    unreachable: Unreachable | None = None
    strips: tuple[str, ...] = ()
    adds: tuple[tuple[str, str], ...] = ()
    returns: bool = False

    @property
    def name(self) -> str:
        """The name by which people know it."""
        return self.hosts[0]


class KeptKind(StrEnum):
    """Why a gateway hands a mail to nobody, or to whom cannot be told."""

    WAITS = "waits"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kept:
    """A recipient for whom the gateway has no hand-off."""

    recipient: Address
    kind: KeptKind
    why: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What a gateway makes of one mail: hand-offs from `source`, and who is left."""

    gateway: str
    why: str
    source: IpAddress | None = None
    handoffs: tuple[HandOff, ...] = ()
    kept: tuple[Kept, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies behind a gateway: Zivver's host, DNS, and Exchange's own domains."""

    zivver: str
    mx: Callable[[str], tuple[str, ...] | Reply | None]
    is_own: Callable[[str], bool]


def unknown_passage(host: str, recipients: tuple[Address, ...], why: str) -> Passage:
    """Say that nobody can tell what a host does with a mail."""
    kept = tuple(Kept(each, KeptKind.UNKNOWN, why) for each in recipients)
    return Passage(host, why, kept=kept)


def pass_on(
    gateway: Gateway,
    envelope: Envelope,
    content: Content,
    *,
    outlook: Outlook,
    choices: Choices,
) -> Passage:
    """Say what the gateway does with a mail that it has taken."""
    name = gateway.name
    if gateway.returns:
        # exchange-routing#8: whether it comes round again is Exchange's business.
        why = f"{name} hands it back to Exchange, and its second way is not judged"
        return unknown_passage(name, envelope.recipients, why)
    content = _altered(gateway, content)
    source = _source(gateway, choices)
    why = _why_zivver(gateway, envelope, parse(content), choices)
    if why and _can_reach(gateway, choices):
        tls, auth = gateway.tls, gateway.auth
        handoff = HandOff(
            envelope,
            _finished(gateway, content),
            (outlook.zivver,),
            gateway.port,
            tls,
            Route.SMART_HOST,
            auth=auth,
            helo=gateway.helo or name,
        )
        return Passage(name, f"to Zivver: {why}", source, (handoff,))
    if why and _waits(gateway, choices):
        kept = f"{name} keeps it for Zivver, which it cannot reach"
        every = tuple(Kept(a, KeptKind.WAITS, kept) for a in envelope.recipients)
        return Passage(name, f"for Zivver: {why}", source, kept=every)
    why = f"{why}, but it cannot reach Zivver" if why else _why_not(gateway)
    return _by_mx(gateway, envelope, _finished(gateway, content), why, source, outlook)


# ------------------------------------------------------------------- the content


def _altered(gateway: Gateway, content: Content) -> Content:
    for field in gateway.strips:
        content = remove_fields(content, field)
    return content


def _finished(gateway: Gateway, content: Content) -> Content:
    for name, value in gateway.adds:
        content = set_field(content, name, value)
    return content


# ------------------------------------------------------------------ the triggers


def _why_zivver(
    gateway: Gateway, envelope: Envelope, parsed: Parsed, choices: Choices
) -> str:
    """Say which trigger takes the mail to Zivver; empty if none does."""
    if not gateway.is_on:
        return ""
    if gateway.triggers is None:
        why = "the triggers of the gateway were not given"
        fact = Fact("whether it goes to Zivver from", gateway.name, why=why)
        return "" if choices.choose(fact, (_NO, _YES)) == _NO else "as it is set up"
    for trigger in gateway.triggers:
        sight = sight_of(trigger, envelope, parsed)
        if sight is None:
            # How a product compares words is its maker's business.
            why = "how the gateway compares letter case, words and senders is not known"
            fact = Fact("trigger", words_of(trigger), gateway.name, why=why)
            sight = choices.choose(fact, (_NO, _YES)) == _YES
        if sight:
            return f"its own trigger, {words_of(trigger)}"
    return ""


def _why_not(gateway: Gateway) -> str:
    if not gateway.is_on:
        return "its own triggers are off"
    return "none of its own triggers is met"


# --------------------------------------------------------------------- the way on


def _source(gateway: Gateway, choices: Choices) -> IpAddress | None:
    if not gateway.addresses:
        return None
    by_name = {str(address): address for address in gateway.addresses}
    if len(by_name) == 1:
        return gateway.addresses[0]
    why = "the gateway connects from several"
    fact = Fact("outgoing address", gateway.name, why=why)
    return by_name[choices.choose(fact, tuple(by_name))]


def _can_reach(gateway: Gateway, choices: Choices) -> bool:
    if gateway.reaches_zivver is not None:
        return gateway.reaches_zivver
    fact = Fact("whether Zivver is reached by", gateway.name, why="it was not given")
    return choices.choose(fact, (_NO, _YES)) == _YES


def _waits(gateway: Gateway, choices: Choices) -> bool:
    if gateway.unreachable is not None:
        return gateway.unreachable is Unreachable.WAIT
    why = "what it does with mail that it cannot hand to Zivver was not given"
    fact = Fact("without Zivver", gateway.name, why=why)
    return choices.choose(fact, tuple(Unreachable)) == Unreachable.WAIT


def _by_mx(
    gateway: Gateway,
    envelope: Envelope,
    content: Content,
    why: str,
    source: IpAddress | None,
    outlook: Outlook,
) -> Passage:
    """Hand the mail to the mail servers of each domain of its recipients."""
    groups: dict[str, list[Address]] = {}
    for recipient in envelope.recipients:
        groups.setdefault(recipient.domain_key, []).append(recipient)
    handoffs: list[HandOff] = []
    kept: list[Kept] = []
    assumed: dict[str, None] = {}
    for domain, recipients in groups.items():
        hosts = outlook.mx(domain)
        if hosts is None:
            hosts, assumed[OTHERS] = (f"mx.{domain}",), None
        if outlook.is_own(domain):
            back = (
                f"{gateway.name} would bring it back to Exchange: {domain} is its own"
            )
            kept.extend(Kept(each, KeptKind.UNKNOWN, back) for each in recipients)
        elif isinstance(hosts, Reply):
            kind = KeptKind.WAITS if hosts.is_transient else KeptKind.REFUSED
            trouble = f"{gateway.name} finds no mail server of {domain}: {hosts}"
            kept.extend(Kept(each, kind, trouble) for each in recipients)
        else:
            handoffs.append(
                HandOff(
                    Envelope(envelope.reverse_path, tuple(recipients)),
                    content,
                    hosts,
                    25,
                    _OPPORTUNISTIC,
                    Route.MX,
                    helo=gateway.helo or gateway.name,
                )
            )
    return Passage(
        gateway.name,
        f"to the recipients' own mail servers: {why}",
        source,
        tuple(handoffs),
        tuple(kept),
        tuple(assumed),
    )


def is_called(host: str, names: tuple[str, ...]) -> bool:
    """Say whether a host goes by one of these names or addresses."""
    wanted = _name(host)
    return any(_name(name) == wanted for name in names)


def _name(host: str) -> str:
    return domain_key(host.strip("[]"))
