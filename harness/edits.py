"""Edits of a world: an administrator's change, a failure, a plan. Each gives a new one.

What they are given is spelt as Exchange's cmdlets spell it, and read as an export is.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from fakes.exchange.organization import (
    AcceptedDomain,
    Directory,
    InboundConnector,
    Moderators,
    OutboundConnector,
    Platform,
    Recipient,
    SendConnector,
)
from fakes.exchange.queue_settings import default_settings
from fakes.exchange.rules.rule import Rule, RuleError, is_set, make_rule
from fakes.mail.address import Address, domain_key
from harness.exports.account import Ledger
from harness.exports.arrivals import read_inbound
from harness.exports.cmdlets import Cmdlet
from harness.exports.connectors import read_outbound, why_refused
from harness.exports.domains import read_domain
from harness.exports.formats import Exported
from harness.exports.onward import (
    read_auto_reply,
    read_inbox_rule,
    read_journal_rule,
    read_spam_policy,
)
from harness.exports.problems import ExportError
from harness.exports.queues import CONFIG, SERVICE, with_config, with_service
from harness.exports.recipients import read_recipient
from harness.exports.remote_domains import read_remote_domain
from harness.exports.send_connectors import check_send, read_send

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.zone import Zone
    from harness.world import World

__all__ = [
    "EditError",
    "add_accepted_domain",
    "add_connector",
    "add_inbound_connector",
    "add_onward",
    "add_recipient",
    "add_remote_domain",
    "add_rule",
    "disable_all_rules",
    "disable_connector",
    "disable_rule",
    "enable_rule",
    "find_rule",
    "forget",
    "let_moderators",
    "move_rule",
    "remove_accepted_domain",
    "remove_connector",
    "remove_recipient",
    "remove_rule",
    "replace_rule",
    "rules_of",
    "set_connector",
    "set_contact",
    "set_queues",
    "set_rule",
    "set_zivver",
    "with_rules",
    "with_zone",
]

Parameters = Mapping[str, object]
T = TypeVar("T")
C = TypeVar("C", OutboundConnector, SendConnector)


class EditError(ValueError):
    """An edit that does not fit the world: no such rule, no such connector."""


_ONWARD: Mapping[Cmdlet, tuple[str, Callable[[Exported, Ledger], object]]] = (
    MappingProxyType(
        {
            Cmdlet.INBOX_RULES: ("inbox_rules", read_inbox_rule),
            Cmdlet.JOURNAL_RULES: ("journal_rules", read_journal_rule),
            Cmdlet.AUTO_REPLIES: ("auto_replies", read_auto_reply),
            Cmdlet.SPAM_POLICIES: ("auto_forwarding", read_spam_policy),
        }
    )
)
# Parameters of Set-TransportRule that are fields of a rule of their own.
_RULE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "Name": "name",
        "Mode": "mode",
        "State": "is_enabled",
        "Enabled": "is_enabled",
        "StopRuleProcessing": "stops",
        "ActivationDate": "starts",
        "ExpiryDate": "ends",
        "RuleErrorAction": "error_action",
        "SenderAddressLocation": "sender_location",
        "RecipientAddressType": "recipient_address_type",
        "Comments": "comments",
        "WhenChanged": "changed",
    }
)
_OUTBOUND_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "Enabled": "is_enabled",
        "RecipientDomains": "recipient_domains",
        "UseMXRecord": "uses_mx",
        "SmartHosts": "smart_hosts",
        "TlsSettings": "tls",
        "TlsDomain": "tls_domain",
        "IsTransportRuleScoped": "is_rule_scoped",
        "AllAcceptedDomains": "covers_accepted_domains",
        "TestMode": "is_in_test_mode",
        "ConnectorType": "type",
        "MtaStsMode": "follows_mta_sts",
        "SmtpDaneMode": "dane",
        "RouteAllMessagesViaOnPremises": "is_central",
        "CloudServicesMailEnabled": "carries_headers",
        "SenderRewritingEnabled": "rewrites_sender",
        "ValidationRecipients": "validation_recipients",
    }
)
_SEND_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "Enabled": "is_enabled",
        "AddressSpaces": "address_spaces",
        "IsScopedConnector": "is_scoped",
        "SmartHosts": "smart_hosts",
        "DNSRoutingEnabled": "uses_dns",
        "Port": "port",
        "RequireTLS": "requires_tls",
        "IgnoreSTARTTLS": "ignores_starttls",
        "TlsAuthLevel": "tls",
        "TlsDomain": "tls_domain",
        "SmartHostAuthMechanism": "auth",
        "AuthenticationCredential": "has_credential",
        "SourceTransportServers": "source_servers",
        "DomainSecureEnabled": "is_domain_secure",
        "ForceHELO": "forces_helo",
        "Fqdn": "fqdn",
        "ErrorPolicies": "waits_for_dns",
        "MaxMessageSize": "max_size is_size_told",
        "CloudServicesMailEnabled": "carries_headers",
    }
)
_CONTACT_FIELDS: Mapping[str, str] = MappingProxyType(
    {"RequireSenderAuthenticationEnabled": "needs_authenticated_sender"}
)
# What an export always has and a person need not type; values as Exchange's default.
_OUTBOUND_DEFAULTS: Parameters = MappingProxyType(
    {
        "Enabled": True,
        "RecipientDomains": [],
        "UseMXRecord": True,
        "SmartHosts": [],
        "TlsSettings": None,
        "IsTransportRuleScoped": False,
    }
)
_SEND_DEFAULTS: Parameters = MappingProxyType(
    {
        "Enabled": True,
        "AddressSpaces": ["SMTP:*;1"],
        "DNSRoutingEnabled": True,
        "SmartHosts": [],
        "RequireTLS": False,
        "TlsAuthLevel": None,
        "SmartHostAuthMechanism": "None",
    }
)
_INBOUND_DEFAULTS: Parameters = MappingProxyType(
    {"Enabled": True, "TreatMessagesAsInternal": False}
)
_AUTHORITATIVE: Parameters = MappingProxyType({"DomainType": "Authoritative"})


# ---------------------------------------------------------------------------- rules


def with_rules(world: World, rules: Iterable[Rule]) -> World:
    """Put these rules in force, numbered in the order given."""
    numbered = tuple(replace(r, priority=n) for n, r in enumerate(rules))
    return _with(world, rules=numbered)


def rules_of(
    world: World, given: Iterable[Parameters], *, place: str
) -> tuple[Rule, ...]:
    """Make rules of cmdlet parameters; Priority, where given, decides the order.

    Raises:
        RuleError: Exchange would not take one of them.

    """
    directory = world.organization.directory
    made = []
    for number, parameters in enumerate(given):
        priority = parameters.get("Priority", number)
        if not isinstance(priority, int) or isinstance(priority, bool):
            raise RuleError(f"Priority: `{priority}`, expected a whole number")
        made.append(
            make_rule(
                parameters,
                directory,
                priority=priority,
                place=f"{place}[{number}]",
                refuses_unknown=True,
            )
        )
    taken = [rule.priority for rule in made]
    for rule in made:
        if taken.count(rule.priority) > 1:
            raise RuleError(f"two rules have priority {rule.priority}")
    return tuple(sorted(made, key=lambda rule: rule.priority))


def find_rule(world: World, name: str) -> Rule:
    """Find a rule by name.

    Raises:
        EditError: there is no such rule.

    """
    return _find(world.organization.rules, name, "rule", lambda rule: rule.name)


def replace_rule(world: World, name: str, rule: Rule) -> World:
    """Put another rule in the place of one, priority kept."""
    old = find_rule(world, name)
    rules = tuple(
        replace(rule, priority=old.priority) if known is old else known
        for known in world.organization.rules or ()
    )
    return _with(world, rules=rules)


def set_rule(world: World, name: str, parameters: Parameters) -> World:
    """Change a rule as Set-TransportRule does; an empty value removes a condition.

    Raises:
        EditError: there is no such rule.
        RuleError: Exchange would not take the parameters.

    """
    old = find_rule(world, name)
    probe = make_rule(
        {"Name": name, **parameters},
        world.organization.directory,
        priority=old.priority,
        place=old.place,
        refuses_unknown=True,
    )
    changed = {
        field: getattr(probe, field)
        for parameter, field in _RULE_FIELDS.items()
        if parameter in parameters
    }
    emptied = frozenset(key for key, value in parameters.items() if not is_set(value))
    for field, prefix in (("conditions", ""), ("exceptions", "ExceptIf")):
        kept = [c for c in getattr(old, field) if prefix + c.predicate not in emptied]
        new = {c.predicate: c for c in getattr(probe, field)}
        changed[field] = tuple(new.pop(c.predicate, c) for c in kept)
        changed[field] += tuple(new.values())
    acts = {action.name: action for action in probe.actions}
    kept_actions = [a for a in old.actions if a.name not in acts.keys() | emptied]
    changed["actions"] = tuple(
        sorted((*kept_actions, *acts.values()), key=lambda action: action.row.order)
    )
    return replace_rule(world, name, replace(old, **changed))


def disable_rule(world: World, name: str) -> World:
    """Turn a rule off."""
    return replace_rule(world, name, replace(find_rule(world, name), is_enabled=False))


def enable_rule(world: World, name: str) -> World:
    """Turn a rule on."""
    return replace_rule(world, name, replace(find_rule(world, name), is_enabled=True))


def fail_rule(world: World, name: str) -> World:
    """Let the processing of a rule fail (its RuleErrorAction says what then comes).

    Raises:
        EditError: no rule has that name.

    """
    failing = world.organization.failing_rules | {find_rule(world, name).name}
    return _with(world, failing_rules=failing)


def let_moderators(world: World, answer: Moderators) -> World:
    """Let moderators answer what rules lay before them, or leave it lying."""
    return _with(world, moderators=answer)


def disable_all_rules(world: World) -> World:
    """Turn every rule off, as the new admin centre leaves those it makes."""
    rules = tuple(replace(r, is_enabled=False) for r in world.organization.rules or ())
    return _with(world, rules=rules)


def remove_rule(world: World, name: str) -> World:
    """Delete a rule; those behind it move up."""
    gone = find_rule(world, name)
    return with_rules(world, [rule for rule in _ordered(world) if rule is not gone])


def move_rule(world: World, name: str, to: int) -> World:
    """Give a rule another priority: taken out, then put in (exchange-rules#v71)."""
    moved = find_rule(world, name)
    rules = [rule for rule in _ordered(world) if rule is not moved]
    rules.insert(min(to, len(rules)), moved)
    return with_rules(world, rules)


def add_rule(world: World, parameters: Parameters, at: int | None = None) -> World:
    """Make a rule at a priority, behind all others when None (exchange-rules#v70)."""
    (rule,) = rules_of(world, [{**parameters, "Priority": 0}], place="added rule")
    rules = _ordered(world)
    rules.insert(len(rules) if at is None else min(at, len(rules)), rule)
    return with_rules(world, rules)


# ----------------------------------------------------------------------- connectors


def set_connector(world: World, name: str, parameters: Parameters) -> World:
    """Change a connector as Set-OutboundConnector or Set-SendConnector does.

    Raises:
        EditError: there is no such connector, or no such parameter.
        ExportError: Exchange would not take the parameters.

    """
    organization = world.organization
    if organization.platform is Platform.ONLINE:
        entry = _exported("Set-OutboundConnector", name, parameters)
        outbound = _altered(
            organization.outbound_connectors,
            name,
            read_outbound(entry, Ledger()),
            _fields_of(parameters, _OUTBOUND_FIELDS),
        )
        altered = _find(outbound, name, "connector", lambda connector: connector.name)
        problem = why_refused(altered)
        if problem:
            raise ExportError("", problem)
        return _with(world, outbound_connectors=outbound)
    entry = _exported("Set-SendConnector", name, parameters)
    sending = _altered(
        organization.send_connectors,
        name,
        read_send(entry, Ledger()),
        _fields_of(parameters, _SEND_FIELDS),
    )
    check_send(_find(sending, name, "connector", lambda connector: connector.name))
    return _with(world, send_connectors=sending)


def disable_connector(world: World, name: str) -> World:
    """Turn a connector off."""
    return set_connector(world, name, {"Enabled": False})


def add_connector(world: World, parameters: Parameters) -> World:
    """Make a connector; what is not given has Exchange's default."""
    organization = world.organization
    if organization.platform is Platform.ONLINE:
        given = {**_OUTBOUND_DEFAULTS, **parameters}
        outbound = read_outbound(
            _exported("New-OutboundConnector", "", given), Ledger()
        )
        known = organization.outbound_connectors or ()
        return _with(world, outbound_connectors=(*known, outbound))
    given = {**_SEND_DEFAULTS, **parameters}
    sending = read_send(_exported("New-SendConnector", "", given), Ledger())
    return _with(
        world, send_connectors=(*(organization.send_connectors or ()), sending)
    )


def remove_connector(world: World, name: str) -> World:
    """Delete a connector."""
    organization = world.organization
    field = "send_connectors"
    if organization.platform is Platform.ONLINE:
        field = "outbound_connectors"
    known: tuple[OutboundConnector | SendConnector, ...] = (
        getattr(organization, field) or ()
    )
    gone = _find(known, name, "connector", lambda connector: connector.name)
    return _with(world, **{field: tuple(c for c in known if c is not gone)})


def add_inbound_connector(world: World, parameters: Parameters) -> World:
    """Make an inbound connector (of a server: one externally secured or not)."""
    entry = _exported("New-InboundConnector", "", {**_INBOUND_DEFAULTS, **parameters})
    made: InboundConnector = read_inbound(entry, Ledger())
    known = world.organization.inbound_connectors or ()
    return _with(world, inbound_connectors=(*known, made))


# -------------------------------------------------------------- domains, recipients


def add_accepted_domain(world: World, parameters: Parameters) -> World:
    """Make a domain one of the organization's own."""
    entry = _exported("New-AcceptedDomain", "", {**_AUTHORITATIVE, **parameters})
    made: AcceptedDomain = read_domain(entry, Ledger())
    known = world.organization.accepted_domains or ()
    kept = tuple(entry for entry in known if entry.domain != made.domain)
    return _with(world, accepted_domains=(*kept, made))


def remove_accepted_domain(world: World, domain: str) -> World:
    """Take a domain away."""
    known = world.organization.accepted_domains
    gone = _find(known, domain_key(domain), "accepted domain", lambda d: d.domain)
    kept = tuple(entry for entry in known or () if entry is not gone)
    return _with(world, accepted_domains=kept)


def add_remote_domain(world: World, parameters: Parameters) -> World:
    """Make a remote domain; what is not given has Exchange's default."""
    made = read_remote_domain(_exported("New-RemoteDomain", "", parameters), Ledger())
    known = world.organization.remote_domains or ()
    return _with(world, remote_domains=(*known, made))


def set_queues(world: World, parameters: Parameters) -> World:
    """Change what Set-TransportConfig and Set-TransportService say of queues.

    Raises:
        EditError: a parameter is of neither, or not about queues.

    """
    for name in parameters:
        if name.lower() not in CONFIG.keys() | SERVICE.keys():
            raise EditError(f"no such setting of queues: `{name}`")
    entry = _exported("Set-TransportConfig", "", parameters)
    organization = world.organization
    settings = organization.queue or default_settings(organization.platform)
    return _with(world, queue=with_service(with_config(settings, entry), entry))


def add_recipient(world: World, parameters: Parameters) -> World:
    """Make a recipient object, as Get-Recipient would show it."""
    entry = _exported("Get-Recipient", "", parameters)
    made = read_recipient(entry, Cmdlet.RECIPIENTS, Ledger())
    if made is None:
        raise EditError("a recipient without an address")
    return _with_recipients(world, (*_recipients(world), made))


def set_contact(world: World, name: str, parameters: Parameters) -> World:
    """Change a contact as Set-MailContact does; `name` is one by which it is known.

    Raises:
        EditError: there is no such contact, or a parameter is not known.

    """
    known = _recipients(world)
    old = _find(known, name, "contact", lambda entry: str(entry.primary))
    changing = _fields_of(parameters, _CONTACT_FIELDS)
    probe = read_recipient(
        _exported(
            "Set-MailContact",
            "",
            {"PrimarySmtpAddress": str(old.primary), **parameters},
        ),
        Cmdlet.CONTACTS,
        Ledger(),
    )
    assert probe is not None  # noqa: S101  it has an address
    changed: dict[str, Any] = {field: getattr(probe, field) for field in changing}
    entries = (replace(e, **changed) if e is old else e for e in known)
    return _with_recipients(world, tuple(entries))


def remove_recipient(world: World, address: Address) -> World:
    """Delete the recipient object that has an address."""
    known = _recipients(world)
    gone = [r for r in known if address in {r.primary, *r.proxies}]
    if not gone:
        raise EditError(f"no recipient has the address `{address}`")
    return _with_recipients(world, tuple(r for r in known if r not in gone))


def add_onward(world: World, cmdlet: Cmdlet, parameters: Parameters) -> World:
    """Make something that sends mail on, as its cmdlet would show it."""
    name, read = _ONWARD[cmdlet]
    known: tuple[object, ...] = getattr(world.organization, name) or ()
    made = read(_exported(cmdlet.value, "", parameters), Ledger())
    return _with(world, **{name: (*known, made)})


def forget(world: World, *names: str) -> World:
    """Take facts out of the export: absent is not empty."""
    return _with(world, **dict.fromkeys(names))


# ----------------------------------------------------------------- the rest of it


def with_zone(world: World, zone: Zone) -> World:
    """Put another DNS in place."""
    return replace(world, internet=replace(world.internet, zone=zone))


def set_zivver(world: World, **settings: Any) -> World:  # noqa: ANN401  typed by ZivverService
    """Change settings of the Zivver service."""
    return replace(world, zivver=replace(world.zivver, **settings))


def _with(world: World, **changes: Any) -> World:  # noqa: ANN401  typed by Organization
    organization: Organization = replace(world.organization, **changes)
    return replace(world, organization=organization)


def _ordered(world: World) -> list[Rule]:
    return sorted(world.organization.rules or (), key=lambda rule: rule.priority)


def _find(
    known: Iterable[T] | None, name: str, what: str, key: Callable[[T], str]
) -> T:
    entries = tuple(known or ())
    for entry in entries:
        if key(entry).lower() == name.lower():
            return entry
    near = difflib.get_close_matches(name, [key(entry) for entry in entries], 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    raise EditError(f"there is no {what} `{name}`{hint}")


def _exported(cmdlet: str, name: str, parameters: Parameters) -> Exported:
    given = {"Name": name, **parameters} if name else dict(parameters)
    lists = {key: list(v) for key, v in given.items() if isinstance(v, tuple)}
    return Exported(cmdlet, 1, given | lists)


def _fields_of(parameters: Parameters, table: Mapping[str, str]) -> tuple[str, ...]:
    for name in parameters:
        if name not in table:
            near = difflib.get_close_matches(name, list(table), 1, 0.5)
            hint = f", did you mean `{near[0]}`?" if near else ""
            raise EditError(f"unknown parameter `{name}`{hint}")
    return tuple(field for name in parameters for field in table[name].split())


def _altered(
    known: tuple[C, ...] | None, name: str, probe: C, changed: tuple[str, ...]
) -> tuple[C, ...]:
    """Take the changed fields from the probe; what it says is judged stays judged."""
    old = _find(known, name, "connector", lambda connector: connector.name)
    names = {field.name for field in fields(old)}
    values = {field: getattr(probe, field) for field in changed if field in names}
    return tuple(
        replace(entry, **values) if entry is old else entry for entry in known or ()
    )


def _recipients(world: World) -> tuple[Recipient, ...]:
    directory = world.organization.directory
    return directory.recipients if directory else ()


def _with_recipients(world: World, recipients: tuple[Recipient, ...]) -> World:
    directory = world.organization.directory
    if directory is None:
        return _with(world, directory=Directory(recipients, is_whole=False))
    return _with(world, directory=replace(directory, recipients=recipients))
