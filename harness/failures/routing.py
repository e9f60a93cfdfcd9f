"""C. Routing to the gateway (zivver#19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import SmartHostAuth
from fakes.internet.hosts import Presence
from fakes.internet.outages import Outage
from fakes.mail.handoff import TlsLevel
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.failures.bench import Bench, shown
from harness.failures.noun import (
    Edit,
    Failure,
    Guide,
    Harm,
    Notice,
    Part,
    Staged,
    entry,
)
from harness.failures.rules import A_RELAY_RULE, of_rule
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from fakes.exchange.organization import OutboundConnector, SendConnector

_K = FindingKind
_ASTRAY = (_K.LEAK, _K.MISDIRECTION, _K.LOSS, _K.UNDETERMINED)
_WAITS = (_K.DELAY, _K.LOSS)
_CHECKED = frozenset({TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION})
_STRANGER = "mx.stranger.example"
_TYPO = "smtp.ziver.example"
_SEG = "seg.rehearsal.example"
# What a connector asks of a host that is not Zivver's: nothing.
_ANYBODY: Mapping[bool, Edit] = MappingProxyType(
    {
        True: {"TlsSettings": None, "TlsDomain": None},
        False: {
            "SmartHostAuthMechanism": "None",
            "RequireTLS": False,
            "TlsAuthLevel": None,
            "TlsDomain": None,
        },
    }
)
_LOOP_STAMP = b"X-MS-Exchange-Transport-Rules-Loop: 1\r\n"
A_CONNECTOR = "a connector to Zivver that relay rules lead to"
SERVERS = "Exchange Server, and a relay by a contact and a send connector"


def connectors(bench: Bench) -> tuple[OutboundConnector | SendConnector, ...]:
    """Give the connectors to Zivver, of either platform."""
    return (*bench.outbound, *bench.sending)


def _each(
    bench: Bench, says: str, *edits: Edit, **parameters: object
) -> Iterator[Staged]:
    for connector in connectors(bench):
        change = {"set_connector": connector.name, **parameters}
        yield Staged(f'connector "{connector.name}" {says}', (change, *edits))


def _gone(bench: Bench) -> Iterator[Staged]:
    for connector in connectors(bench):
        name = connector.name
        yield Staged(f'connector "{name}" is off', ({"disable_connector": name},))
        yield Staged(f'connector "{name}" is deleted', ({"remove_connector": name},))


def _no_way(bench: Bench) -> Iterator[Staged]:
    action = "RedirectMessageTo"
    if bench.is_online:
        action = "RouteMessageOutboundConnector"
    stamp = {"SetHeaderName": "X-Secure", "SetHeaderValue": "true"}
    for rule in bench.relays:
        edit = {"set_rule": rule.name, action: "", **stamp}
        yield of_rule(rule, "has lost the action that leads to Zivver", edit)
    if bench.is_online:
        yield from _each(
            bench,
            "is for all domains instead of for rules only",
            IsTransportRuleScoped=False,
            RecipientDomains=["*"],
        )


def _mistyped(bench: Bench) -> Iterator[Staged]:
    absent = {"internet": {"absent": [_TYPO]}}
    yield from _each(bench, f"names {_TYPO}", absent, SmartHosts=[_TYPO])


def _by_mx(bench: Bench) -> Iterator[Staged]:
    uses = "UseMXRecord" if bench.is_online else "DNSRoutingEnabled"
    given = {uses: True, "SmartHosts": [], **_ANYBODY[bench.is_online]}
    strangers = tuple(_resolving(bench)) if bench.sending else ()
    yield from _each(bench, "uses the MX of the recipient", *strangers, **given)


def looks_at_certificate(bench: Bench) -> bool:
    """Say whether a connector looks at Zivver's certificate.

    exchange-routing#2.1: a login that requires TLS does so as well.
    """
    by_login = any(one.auth is SmartHostAuth.BASIC_TLS for one in bench.sending)
    return by_login or any(one.tls in _CHECKED for one in connectors(bench))


def _bad_certificate(bench: Bench) -> Iterator[Staged]:
    if looks_at_certificate(bench):
        for fault in ("expired", "self-signed", "untrusted"):
            edit = {"zivver_tls": {"certificate": fault}}
            yield Staged(f"Zivver's certificate is {fault}", (edit,))


def _stripped(bench: Bench) -> Iterator[Staged]:
    if bench.is_online:
        yield from _each(bench, "does not ask for TLS", TlsSettings=None)
    else:
        yield from _each(
            bench,
            "does not ask for TLS, nor for the login to be kept in it",
            RequireTLS=False,
            TlsAuthLevel=None,
            SmartHostAuthMechanism="BasicAuth",
        )
    if connectors(bench):
        edit = {"zivver_tls": {"starttls": "missing"}}
        yield Staged("somebody between takes STARTTLS away", (edit,))


def _nameless(bench: Bench) -> Iterator[Staged]:
    if bench.is_online:
        yield from _each(bench, "looks at no certificate", TlsSettings="EncryptionOnly")
        strict = [c for c in bench.outbound if c.tls is TlsLevel.DOMAIN_VALIDATION]
        for connector in strict:
            edit = {
                "set_connector": connector.name,
                "TlsSettings": "CertificateValidation",
                "TlsDomain": None,
            }
            yield Staged(f'connector "{connector.name}" looks at no name', (edit,))
    else:
        yield from _each(
            bench,
            "looks at no certificate, nor does its login ask for one",
            RequireTLS=True,
            TlsAuthLevel="EncryptionOnly",
            SmartHostAuthMechanism="BasicAuth",
        )


def _blocked(bench: Bench) -> Iterator[Staged]:
    if connectors(bench):
        host = bench.world.zivver.host
        for says, presence in (
            ("the port to Zivver is closed", Presence.DOWN),
            ("nobody answers at Zivver", Presence.SILENT),
        ):
            outage = Outage(host, bench.at, presence=presence)
            yield Staged(says, outages=(outage,))


def _no_contact(bench: Bench) -> Iterator[Staged]:
    for address in bench.placeholders:
        gone = {"remove_recipient": str(address)}
        yield Staged(f"the contact {address} is deleted", (gone,))


def _resolving(bench: Bench) -> Iterator[Edit]:
    for address in bench.placeholders:
        dns = {address.domain: {"MX": [f"10 {_STRANGER}"]}}
        yield {"internet": {"dns": dns}}


def _to_a_stranger(bench: Bench) -> Iterator[Staged]:
    for connector in bench.sending:
        edits = ({"disable_connector": connector.name}, *_resolving(bench))
        says = f'connector "{connector.name}" is off, and the placeholder exists'
        yield Staged(says, edits)


def _out_of_scope(bench: Bench) -> Iterator[Staged]:
    for connector in bench.sending:
        here = (*connector.source_servers, "EX01")[0]
        scoped = {
            "set_connector": connector.name,
            "IsScopedConnector": True,
            "SourceTransportServers": [here],
        }
        sites = {
            "mailbox_server": "EX-ELSEWHERE",
            "servers": {here: "Amsterdam", "EX-ELSEWHERE": "Rotterdam"},
            "link": [{"between": ["Amsterdam", "Rotterdam"], "cost": 10}],
        }
        edits = (scoped, *_resolving(bench), {"internet": {"sites": sites}})
        says = f'connector "{connector.name}" is for one site, the mail in another'
        yield Staged(says, edits)


def _outdone(bench: Bench) -> Iterator[Staged]:
    for connector in bench.sending:
        spaces = [f"SMTP:{space.domain};10" for space in connector.address_spaces]
        other = {
            "Name": "Filter",
            "AddressSpaces": [s.replace(";10", ";1") for s in spaces],
            "DNSRoutingEnabled": False,
            "SmartHosts": ["filter.example"],
        }
        edits = (
            {"set_connector": connector.name, "AddressSpaces": spaces},
            {"add_connector": other},
        )
        yield Staged(f'another connector costs less than "{connector.name}"', edits)


def _no_domain(bench: Bench) -> Iterator[Staged]:
    known = {d.domain for d in bench.world.organization.accepted_domains or ()}
    for address in bench.placeholders:
        if address.domain_key in known:
            gone = {"remove_accepted_domain": address.domain}
            off = ({"disable_connector": one.name} for one in bench.sending)
            says = f"{address.domain} is no accepted domain, the connector is off"
            yield Staged(says, (gone, *off))


def _one_side(bench: Bench) -> Iterator[Staged]:
    if bench.world.other is not None and bench.relays:
        gone = tuple({"remove_rule": rule.name} for rule in bench.relays)
        yield Staged("the relay rules stand on the other side only", gone)


def _gateway(bench: Bench) -> Iterator[Staged]:
    gateway = {"hosts": [_SEG], "reaches_zivver": False, "without_zivver": "mx"}
    edit = {"internet": {"gateway": gateway}}
    says = "leads to a gateway that cannot reach Zivver"
    given = {"SmartHosts": [_SEG], **_ANYBODY[bench.is_online]}
    yield from _each(bench, says, edit, **given)


def _twice(bench: Bench) -> Iterator[Staged]:
    if bench.is_online or not bench.relays:
        return
    for scene in bench.scenes:
        draft = shown(scene, "twice")
        stamped = replace(draft, fields=(*draft.fields, _LOOP_STAMP))
        mail = bench.meant(stamped, Obligation.MUST_BE_SECURE)
        yield Staged("a rule redirected the mail before", mails=(mail,))


_S, _I, _N = Guide.STATED, Guide.IMPLIED, Guide.SILENT
_DOC, _OBS = Evidence.DOCUMENTED, Evidence.OBSERVED
_LATE = (Harm.DELAY, Harm.LOST)
_WRONG = (Harm.WRONG, Harm.PLAIN)
_entry = partial(entry, Part.ROUTING)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        32,
        "the connector is off or deleted while rules point to it",
        "routing",
        _I,
        _gone,
        A_CONNECTOR,
        harms=_LATE,
        follows=(*_WAITS, *_ASTRAY),
        sources=("field-cases#X-5",),
        corrects="whether it may fall back to ordinary routing is not documented: it "
        "is told as depending on that; on servers the next best connector takes it",
        notice=(Notice.CHECK, Notice.LINT),
    ),
    _entry(
        33,
        "the connector is for domains instead of for rules, or the action is missing",
        "routing",
        _I,
        _no_way,
        A_RELAY_RULE,
        harms=(Harm.PLAIN,),
        follows=(_K.LEAK, _K.OVER_CAPTURE),
    ),
    _entry(
        34,
        "the smart host is missing or mistyped",
        "connector",
        _I,
        _mistyped,
        A_CONNECTOR,
        harms=_LATE,
        follows=_WAITS,
    ),
    _entry(
        35,
        "the connector goes by MX instead of by smart host",
        "connector",
        _I,
        _by_mx,
        A_CONNECTOR,
        harms=(Harm.PLAIN,),
        follows=_ASTRAY,
    ),
    _entry(
        36,
        "Zivver's certificate is expired, self-signed or of another chain",
        "TLS",
        _I,
        _bad_certificate,
        "a connector to Zivver that looks at the certificate",
        harms=_LATE,
        follows=_WAITS,
        evidence=_DOC,
        sources=("exchange-routing#D3",),
    ),
    _entry(
        37,
        "TLS is not forced, and somebody takes STARTTLS away",
        "TLS",
        _I,
        _stripped,
        A_CONNECTOR,
        harms=(Harm.EXPOSE,),
        follows=(_K.EXPOSURE, *_WAITS),
        sources=("exchange-routing#1.6",),
    ),
    _entry(
        38,
        "any certificate, or that of any name, is taken for Zivver's",
        "TLS",
        _I,
        _nameless,
        A_CONNECTOR,
        harms=(Harm.EXPOSE,),
        follows=(_K.EXPOSURE, _K.WEAK),
        sources=("exchange-routing#1.6",),
    ),
    _entry(
        39,
        "the port is blocked, or the packets vanish",
        "network",
        _I,
        _blocked,
        A_CONNECTOR,
        harms=(Harm.DELAY,),
        follows=_WAITS,
    ),
    _entry(
        40,
        "the relay's contact is deleted",
        "redirect",
        _I,
        _no_contact,
        SERVERS,
        harms=(Harm.LOST,),
        follows=_ASTRAY,
        sources=("exchange-routing#3.3",),
        notice=(Notice.CHECK, Notice.LINT),
    ),
    _entry(
        41,
        "the send connector is off, and the placeholder's domain exists",
        "routing",
        _I,
        _to_a_stranger,
        SERVERS,
        harms=_WRONG,
        follows=_ASTRAY,
        sources=("exchange-routing#A11",),
    ),
    _entry(
        42,
        "the send connector is scoped, and the mail starts in another site",
        "scope",
        _I,
        _out_of_scope,
        SERVERS,
        harms=_WRONG,
        follows=_ASTRAY,
        evidence=_DOC,
        sources=("exchange-routing#A14",),
        corrects="the next best connector takes it; Unreachable only if there is none",
    ),
    _entry(
        43,
        "another send connector costs less, or fits better",
        "cost",
        _S,
        _outdone,
        SERVERS,
        harms=_WRONG,
        follows=_ASTRAY,
        evidence=_DOC,
        sources=("exchange-routing#A12",),
    ),
    _entry(
        44,
        "the placeholder's domain is no accepted one, and its contact is gone",
        "resolver",
        _I,
        _no_domain,
        "a placeholder in an accepted domain of a server",
        harms=(Harm.LOST,),
        follows=_ASTRAY,
        sources=("exchange-routing#B3", "exchange-routing#B6"),
        corrects="with contact and connector in place it still reaches Zivver",
    ),
    _entry(
        45,
        "the rule stands on the side of a hybrid that does not see the mail",
        "topology",
        _N,
        _one_side,
        "a hybrid",
        harms=(Harm.PLAIN,),
        follows=(_K.LEAK,),
        sources=("field-cases#R-49",),
    ),
    _entry(
        46,
        "a gateway behind Exchange cannot reach Zivver",
        "topology",
        _S,
        _gateway,
        A_CONNECTOR,
        harms=(Harm.PLAIN,),
        follows=(_K.LEAK, _K.UNDETERMINED),
        evidence=_DOC,
    ),
    _entry(
        47,
        "a rule redirects what a rule redirected before",
        "engine",
        _N,
        _twice,
        SERVERS,
        harms=(Harm.LOOP, Harm.LOST),
        follows=(_K.LOSS, _K.UNDETERMINED),
        evidence=_OBS,
        sources=("exchange-rules#v83", "exchange-routing#E13"),
        corrects="the limit of servers is not documented: there it depends on that",
    ),
)
