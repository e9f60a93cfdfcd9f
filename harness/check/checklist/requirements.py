"""The requirements and limitations of the guide, and what one asks Zivver for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, RecipientKind, default_domain
from fakes.internet.hosts import gateway_of
from fakes.zone import Status, look_up
from harness.check.checklist.noun import Chapter, Instruction, Look, State
from harness.check.checklist.told import met_if, of_connector
from harness.check.relays import outbound_relays, send_relays
from harness.policy.noun import Labelled, SentBy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import OutboundConnector, SendConnector
    from harness.check.lints.noun import Ground
    from harness.policy.noun import Row

_SPF = "v=spf1"
_ZIVVER = "zivver.toml"
_INTERNET = "internet.toml"


def _edition(ground: Ground) -> Iterator[Look]:
    organization = ground.organization
    if organization.platform is Platform.ONLINE:
        yield Look(State.MET, Platform.ONLINE)
    elif organization.edition is None:
        # No mail depends on it: what we read as a server's is 2013 and later.
        yield Look(State.CANNOT_TELL, "Get-ExchangeServer was not exported")
    else:
        yield Look(State.MET, organization.edition)


def _labels(ground: Ground) -> Iterator[Look]:
    for row in ground.policy.rows if ground.policy else ():
        if isinstance(row.trigger, Labelled):
            platform = ground.organization.platform
            is_met = platform is Platform.ONLINE
            yield Look(met_if(is_met), platform, f'policy row "{row.name}"', row.place)


def _gateway(ground: Ground) -> Iterator[Look]:
    internet = ground.world.internet
    relays: tuple[OutboundConnector | SendConnector, ...] = (
        *outbound_relays(ground.world),
        *send_relays(ground.world),
    )
    gateways = {
        host: found
        for one in relays
        for host in one.smart_hosts
        if (found := gateway_of(internet, host))
    }
    if not gateways:
        yield Look(State.MET, "no gateway stands between Exchange and Zivver")
    for host, gateway in gateways.items():
        if gateway.reaches_zivver is None:
            yield Look(
                State.CANNOT_TELL, "whether it reaches Zivver was not said", host
            )
        else:
            yield Look(
                met_if(gateway.reaches_zivver),
                "it reaches Zivver" if gateway.reaches_zivver else "it does not",
                host,
                _INTERNET,
            )
    for one in relays:
        for host in one.smart_hosts:
            if host in gateways:
                yield of_connector(one, State.DIFFERENT, f"it leads to {host}")


def _firewall(ground: Ground) -> Iterator[Look]:
    del ground
    yield Look(State.CANNOT_TELL, "no export tells what a firewall lets out")


def _dlp(ground: Ground) -> Iterator[Look]:
    if ground.policy is None:
        yield Look(State.CANNOT_TELL, "there is no policy to say who relies on it")
    elif ground.policy.expects_dlp:
        yield Look(
            State.NOT_MET,
            "the policy relies on it",
            instead="send this mail by a Zivver client, or let Purview look at it",
        )
    else:
        yield Look(State.MET, "the policy does not rely on it")


def sending_domains(ground: Ground) -> tuple[str, ...]:
    """Give the MAIL FROM domains of mail that must be secure, the default one last."""
    found: dict[str, None] = {}
    everybody = _of_people(ground)
    for row in ground.policy.rows if ground.policy else ():
        found |= dict.fromkeys(_of_row(row) or everybody)
    if not ground.policy:
        found |= dict.fromkeys(everybody)
    return tuple(found)


def _of_row(row: Row) -> tuple[str, ...]:
    """The domains of the senders whom a row names; none if it speaks of everybody."""
    if isinstance(row.trigger, SentBy):
        return tuple(address.domain_key for address in row.trigger.addresses)
    return tuple(
        sender if isinstance(sender, str) else sender.domain_key
        for sender in row.senders
    )


def _of_people(ground: Ground) -> tuple[str, ...]:
    """The domains from which people send, or all that are ours if nobody is known."""
    directory = ground.organization.directory
    people = [
        entry.primary.domain_key
        for entry in (directory.recipients if directory else ())
        if entry.kind is RecipientKind.MAILBOX
    ]
    if people:
        return tuple(dict.fromkeys(people))
    return tuple(d.domain for d in ground.organization.accepted_domains or ())


def _allowlist(ground: Ground) -> Iterator[Look]:
    allowed = ground.world.zivver.spf_allowlist
    default = default_domain(ground.organization)
    domains = sending_domains(ground)
    for domain in dict.fromkeys((*domains, default)):
        about = domain
        if domain == default:
            about += " (the default domain: validation and reports come from it)"
        if allowed is None:
            yield Look(State.CANNOT_TELL, "zivver.toml does not say", about)
        elif domain in allowed:
            yield Look(State.MET, "it is on the allowlist", about, _ZIVVER)
        else:
            yield Look(
                State.NOT_MET,
                "it is not on the allowlist",
                about,
                _ZIVVER,
                "write to enterprise@zivver.com before the connector is made",
            )


def _spf(ground: Ground) -> Iterator[Look]:
    zone = ground.world.internet.zone
    for domain in sending_domains(ground):
        answer = look_up(zone, domain, "TXT")
        records = [t for t in answer.records if t.lower().startswith(_SPF)]
        if answer.status is Status.UNKNOWN:
            yield Look(State.CANNOT_TELL, f"{_INTERNET} does not say", domain)
        elif len(records) == 1:
            yield Look(State.MET, records[0], domain, _INTERNET)
        else:
            what = "no SPF record" if not records else "more than one SPF record"
            yield Look(State.NOT_MET, what, domain, _INTERNET)


REQUIREMENTS = (
    Instruction(
        "REQ-EXCHANGE",
        Chapter.REQUIREMENTS,
        "1",
        "Exchange Online, or Exchange 2013 and higher, is used",
        _edition,
    ),
    Instruction(
        "REQ-LABELS",
        Chapter.REQUIREMENTS,
        "2",
        "Exchange Online is used where a label decides",
        _labels,
    ),
    Instruction(
        "REQ-GATEWAY",
        Chapter.REQUIREMENTS,
        "3",
        "no Secure Email Gateway is used, unless it reaches Zivver itself",
        _gateway,
    ),
    Instruction(
        "REQ-PORTS",
        Chapter.REQUIREMENTS,
        "4",
        "smtp.zivver.com can be reached at port 25 or 587",
        _firewall,
    ),
    Instruction(
        "LIM-DLP",
        Chapter.LIMITATIONS,
        "1",
        "nobody relies on Zivver's data loss protection for this mail",
        _dlp,
    ),
)
ALLOWLIST = (
    Instruction(
        "ONLINE-ALLOWLIST",
        Chapter.ONLINE_CONNECTOR,
        "before",
        "the domain is on Zivver's SPF allowlist",
        _allowlist,
    ),
    Instruction(
        "ONLINE-SPF",
        Chapter.REQUIREMENTS,
        "3",
        "SPF is there for the domain",
        _spf,
    ),
)
