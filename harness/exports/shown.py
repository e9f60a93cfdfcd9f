"""An organization as the Get- cmdlets show it: what the readers would read again.

What nobody writes: passwords, properties that are not judged (only their names are
known), the times of queues, and sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    ConnectorType,
    Organization,
    Platform,
    RecipientKind,
    ReportsTo,
)
from fakes.exchange.remote_domain import EVERY_DOMAIN
from harness.exports.cmdlets import Cmdlet
from harness.exports.people import PROPERTIES
from harness.exports.recipients import NAMES
from harness.exports.shown_rules import Properties, rule_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from fakes.exchange.automatic import AutoReply
    from fakes.exchange.inbox import InboxRule
    from fakes.exchange.journal import JournalRule
    from fakes.exchange.organization import (
        AcceptedDomain,
        AddressSpace,
        InboundConnector,
        OutboundConnector,
        Recipient,
        SendConnector,
    )
    from fakes.exchange.remote_domain import RemoteDomain

_OBJECT_TYPES = {
    RecipientKind.MAILBOX: "UserMailbox",
    RecipientKind.MAIL_USER: "MailUser",
    RecipientKind.MAIL_CONTACT: "MailContact",
    RecipientKind.GROUP: "MailUniversalDistributionGroup",
    RecipientKind.PUBLIC_FOLDER: "PublicFolder",
    RecipientKind.OTHER: "User",
}
# What a credential looks like where only its being there is told.
CREDENTIAL = "System.Management.Automation.PSCredential"


def shown(organization: Organization) -> dict[Cmdlet, list[Properties]]:
    """Give the objects of every cmdlet; none of a cmdlet that was not exported."""
    is_online = organization.platform is Platform.ONLINE
    directory = organization.directory
    people = None if directory is None else directory.recipients
    boxes = None
    if directory is not None and directory.knows_forwarding:
        boxes = [one for one in directory.recipients if one.forwarding]
    inbound = Cmdlet.INBOUND_CONNECTORS if is_online else Cmdlet.RECEIVE_CONNECTORS
    inbound_shown = _inbound if is_online else _receive
    limits = organization.limits
    made: dict[Cmdlet, list[Properties] | None] = {
        Cmdlet.RULES: _each(organization.rules, rule_shown),
        Cmdlet.ACCEPTED_DOMAINS: _each(organization.accepted_domains, _domain),
        Cmdlet.OUTBOUND_CONNECTORS: _each(organization.outbound_connectors, _outbound),
        Cmdlet.SEND_CONNECTORS: _each(organization.send_connectors, _send),
        inbound: _each(organization.inbound_connectors, inbound_shown),
        Cmdlet.RECIPIENTS: _each(people, _recipient),
        Cmdlet.MAILBOXES: _each(boxes, _mailbox),
        Cmdlet.REMOTE_DOMAINS: _each(organization.remote_domains, _remote),
        Cmdlet.SPAM_POLICIES: _each(
            organization.auto_forwarding, lambda mode: {"AutoForwardingMode": mode}
        ),
        Cmdlet.INBOX_RULES: _each(organization.inbox_rules, _inbox),
        Cmdlet.JOURNAL_RULES: _each(organization.journal_rules, _journal),
        Cmdlet.AUTO_REPLIES: _each(organization.auto_replies, _reply),
        Cmdlet.TRANSPORT_CONFIG: None
        if limits is None
        else [
            {
                "MaxSendSize": _size(limits.max_send),
                "MaxReceiveSize": _size(limits.max_receive),
                "MaxRecipientEnvelopeLimit": limits.max_recipients or "Unlimited",
                "ExternalPostmasterAddress": None,
            }
        ],
    }
    greeting = made[inbound]
    if organization.own_hosts and greeting:
        # Which connector greets by which name, nobody keeps.
        greeting[0]["Fqdn"] = sorted(organization.own_hosts)
    other = Cmdlet.SEND_CONNECTORS if is_online else Cmdlet.OUTBOUND_CONNECTORS
    return {
        cmdlet: objects
        for cmdlet, objects in made.items()
        if objects is not None and cmdlet is not other
    }


def _each(
    objects: Iterable[object] | None, show: Callable[..., Properties]
) -> list[Properties] | None:
    return None if objects is None else [show(one) for one in objects]


def _domain(one: AcceptedDomain) -> Properties:
    return {
        "DomainName": one.domain,
        "DomainType": one.type.value,
        "MatchSubDomains": one.covers_subdomains and one.domain != EVERY_DOMAIN,
        "Default": one.is_default,
    }


def _outbound(one: OutboundConnector) -> Properties:
    return {
        "Name": one.name,
        "Enabled": one.is_enabled,
        "ConnectorType": one.type.value,
        "ConnectorSource": "HybridWizard" if one.is_hybrid else "Default",
        "RecipientDomains": list(one.recipient_domains),
        "UseMXRecord": one.uses_mx,
        "SmartHosts": list(one.smart_hosts),
        "TlsSettings": one.tls and one.tls.value,
        "TlsDomain": one.tls_domain,
        "IsTransportRuleScoped": one.is_rule_scoped,
        "AllAcceptedDomains": one.covers_accepted_domains,
        "TestMode": one.is_in_test_mode,
        "RouteAllMessagesViaOnPremises": one.is_central,
        "CloudServicesMailEnabled": one.carries_headers,
        "MtaStsMode": "Opportunistic" if one.follows_mta_sts else "None",
        "SmtpDaneMode": one.dane.value,
        "SenderRewritingEnabled": one.rewrites_sender,
        "ValidationRecipients": [str(who) for who in one.validation_recipients],
    }


def _send(one: SendConnector) -> Properties:
    found: Properties = {
        "Name": one.name,
        "Enabled": one.is_enabled,
        "AddressSpaces": [_space(space) for space in one.address_spaces],
        "IsScopedConnector": one.is_scoped,
        "SourceTransportServers": list(one.source_servers),
        "SmartHosts": list(one.smart_hosts),
        "DNSRoutingEnabled": one.uses_dns,
        "Port": one.port,
        "RequireTLS": one.requires_tls,
        "IgnoreSTARTTLS": one.ignores_starttls,
        "TlsAuthLevel": one.tls and one.tls.value,
        "TlsDomain": one.tls_domain,
        "DomainSecureEnabled": one.is_domain_secure,
        "SmartHostAuthMechanism": one.auth.value,
        "ForceHELO": one.forces_helo,
        "Fqdn": one.fqdn,
        "ErrorPolicies": "DowngradeDnsFailures" if one.waits_for_dns else "Default",
        "CloudServicesMailEnabled": one.carries_headers,
        "TlsCertificateName": one.certificate,
    }
    if one.is_size_told:
        found["MaxMessageSize"] = _size(one.max_size)
    if one.has_credential is not None:
        found["AuthenticationCredential"] = CREDENTIAL if one.has_credential else None
    return found


def _space(space: AddressSpace) -> str:
    return f"{space.kind}:{space.domain};{space.cost}"


def _inbound(one: InboundConnector) -> Properties:
    found: Properties = {
        "Name": one.name,
        "Enabled": one.is_enabled,
        "SenderIPAddresses": [str(network) for network in one.networks],
        "TreatMessagesAsInternal": one.treats_as_internal,
        "TlsSenderCertificateName": one.certificate,
        "CloudServicesMailEnabled": one.carries_headers,
        "SenderDomains": ["smtp:*;1"],
    }
    if one.relays is not None:
        kind = ConnectorType.ON_PREMISES if one.relays else ConnectorType.PARTNER
        found["ConnectorType"] = kind.value
    return found


def _receive(one: InboundConnector) -> Properties:
    cloud = [f"{one.certificate}:AcceptCloudServicesMail"]
    return {
        "Name": one.name,
        "Enabled": one.is_enabled,
        "RemoteIPRanges": [str(network) for network in one.networks],
        "AuthMechanism": "ExternalAuthoritative" if one.treats_as_internal else "Tls",
        "PermissionGroups": (
            "AnonymousUsers" if one.admits_anonymous else "ExchangeUsers"
        ),
        "Bindings": [f"0.0.0.0:{port}" for port in sorted(one.ports)],
        "MaxMessageSize": _size(one.max_size),
        "TlsDomainCapabilities": cloud if one.carries_headers else [],
    }


def _recipient(one: Recipient) -> Properties:
    others = tuple(name for name in one.names if name != one.name)
    known = dict(zip(NAMES[1:], others, strict=False))
    found: Properties = {
        "Name": one.name,
        **known,
        "RecipientType": _OBJECT_TYPES[one.kind],
        "PrimarySmtpAddress": str(one.primary),
        "EmailAddresses": [
            f"SMTP:{one.primary}",
            *(f"smtp:{proxy}" for proxy in one.proxies),
        ],
        "ExternalEmailAddress": one.external and f"SMTP:{one.external}",
        "RequireSenderAuthenticationEnabled": one.needs_authenticated_sender,
        "MaxSendSize": one.max_send and _size(one.max_send),
        "UseMapiRichTextFormat": "Always" if one.takes_rich_text else None,
    }
    if one.members is not None:
        found["Members"] = list(one.members)
    if one.owners is not None:
        found["ManagedBy"] = list(one.owners)
    if one.manager is not None:
        found["Manager"] = one.manager
    if one.reports_to is not None:
        found["ReportToOriginatorEnabled"] = one.reports_to is ReportsTo.SENDER
        found["ReportToManagerEnabled"] = one.reports_to is ReportsTo.MANAGER
    attributes = dict(one.attributes)
    found |= {
        column: attributes[name]
        for name, column in PROPERTIES.items()
        if name in attributes and column not in found
    }
    return found | _restrictions(one) | _forwarding(one)


def _restrictions(one: Recipient) -> Properties:
    limits = one.restrictions
    if limits is None:
        return {}
    return {
        "AcceptMessagesOnlyFromSendersOrMembers": list(limits.accepts),
        "RejectMessagesFromSendersOrMembers": list(limits.rejects),
        "MaxReceiveSize": _size(limits.max_size),
        "ModerationEnabled": limits.is_moderated,
        "ModeratedBy": list(limits.moderators),
        "BypassModerationFromSendersOrMembers": list(limits.unmoderated),
    }


def _forwarding(one: Recipient) -> Properties:
    if one.forwarding is None:
        return {}
    return {
        "ForwardingAddress": one.forwarding.to,
        "DeliverToMailboxAndForward": one.forwarding.keeps_copy,
    }


def _mailbox(one: Recipient) -> Properties:
    return {
        "Name": one.name,
        "PrimarySmtpAddress": str(one.primary),
        "RecipientType": _OBJECT_TYPES[one.kind],
        **_forwarding(one),
    }


def _remote(one: RemoteDomain) -> Properties:
    return {
        "Name": one.name,
        "DomainName": f"*.{one.domain}" if one.covers_subdomains else one.domain,
        "AutoForwardEnabled": one.forwards,
        "AutoReplyEnabled": one.replies,
        "NDREnabled": one.reports_failures,
        "AllowedOOFType": one.out_of_office,
        "TNEFEnabled": one.tnef,
        "IsInternal": one.is_internal,
    }


def _inbox(one: InboxRule) -> Properties:
    return {
        "MailboxOwnerId": one.mailbox,
        "Name": one.name,
        "Priority": one.priority,
        "Enabled": one.is_enabled,
        "ForwardTo": list(one.forwards_to),
        "ForwardAsAttachmentTo": list(one.attaches_to),
        "RedirectTo": list(one.redirects_to),
        "StopProcessingRules": one.stops,
        **dict.fromkeys(one.conditions, True),
    }


def _journal(one: JournalRule) -> Properties:
    return {
        "Name": one.name,
        "JournalEmailAddress": str(one.to),
        "Recipient": one.recipient,
        "Scope": one.scope.value,
        "Enabled": one.is_enabled,
    }


def _reply(one: AutoReply) -> Properties:
    is_scheduled = one.starts or one.ends
    return {
        "MailboxOwnerId": one.mailbox,
        "AutoReplyState": "Scheduled" if is_scheduled else "Enabled",
        "StartTime": _time(one.starts),
        "EndTime": _time(one.ends),
        "ExternalAudience": one.audience.value,
    }


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _size(octets: int | None) -> str:
    return "Unlimited" if octets is None else f"{octets}B"
