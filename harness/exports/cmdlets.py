"""Which cmdlet an exported object comes from: by what it holds, not by file name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from fakes.exchange.rules.rule import WITHOUT_EFFECT, parameter_names
from harness.exports.formats import Exported
from harness.exports.problems import ExportError


class Cmdlet(StrEnum):
    """The cmdlets whose output is recognised."""

    RULES = "Get-TransportRule"
    OUTBOUND_CONNECTORS = "Get-OutboundConnector"
    INBOUND_CONNECTORS = "Get-InboundConnector"
    SEND_CONNECTORS = "Get-SendConnector"
    RECEIVE_CONNECTORS = "Get-ReceiveConnector"
    SERVERS = "Get-ExchangeServer"
    ACCEPTED_DOMAINS = "Get-AcceptedDomain"
    REMOTE_DOMAINS = "Get-RemoteDomain"
    TRANSPORT_CONFIG = "Get-TransportConfig"
    TRANSPORT_SERVICES = "Get-TransportService"
    CONTACTS = "Get-MailContact"
    MAILBOXES = "Get-Mailbox"
    RECIPIENTS = "Get-Recipient"
    GROUPS = "Get-DistributionGroup"
    MEMBERS = "Get-DistributionGroupMember"
    USERS = "Get-User"
    SITE_LINKS = "Get-AdSiteLink"
    INBOX_RULES = "Get-InboxRule"
    JOURNAL_RULES = "Get-JournalRule"
    AUTO_REPLIES = "Get-MailboxAutoReplyConfiguration"
    SPAM_POLICIES = "Get-HostedOutboundSpamFilterPolicy"
    LABELS = "Get-Label"


# exports#4: properties that no other cmdlet has. Two of them, or one and the file's
# name, decide.
_MARKS: Mapping[Cmdlet, frozenset[str]] = MappingProxyType(
    {
        cmdlet: frozenset(names.lower().split())
        for cmdlet, names in {
            Cmdlet.OUTBOUND_CONNECTORS: (
                "RecipientDomains UseMXRecord TlsSettings IsTransportRuleScoped "
                "RouteAllMessagesViaOnPremises AllAcceptedDomains "
                "SenderRewritingEnabled MtaStsMode SmtpDaneMode ValidationRecipients"
            ),
            Cmdlet.INBOUND_CONNECTORS: (
                "SenderDomains SenderIPAddresses RestrictDomainsToIPAddresses "
                "RestrictDomainsToCertificate TreatMessagesAsInternal "
                "TlsSenderCertificateName EFSkipLastIP EFSkipIPs EFUsers "
                "AssociatedAcceptedDomains TrustedOrganizations"
            ),
            Cmdlet.SEND_CONNECTORS: (
                "AddressSpaces DNSRoutingEnabled SourceTransportServers "
                "IsScopedConnector SmartHostAuthMechanism IgnoreSTARTTLS ForceHELO "
                "FrontendProxyEnabled TlsAuthLevel ErrorPolicies SmartHostsString "
                "UseExternalDNSServersEnabled"
            ),
            Cmdlet.RECEIVE_CONNECTORS: (
                "Bindings RemoteIPRanges PermissionGroups AuthMechanism Banner "
                "MaxInboundConnection TarpitInterval TransportRole ServiceDiscoveryFqdn"
            ),
            Cmdlet.SERVERS: (
                "AdminDisplayVersion ServerRole IsHubTransportServer IsEdgeServer "
                "IsMailboxServer IsFrontendTransportServer IsExchange2007OrLater"
            ),
            Cmdlet.ACCEPTED_DOMAINS: (
                "DomainType MatchSubDomains AddressBookEnabled InitialDomain "
                "CatchAllRecipientID OutboundOnly PendingRemoval "
                "FederatedOrganizationLink"
            ),
            Cmdlet.REMOTE_DOMAINS: (
                "AllowedOOFType AutoReplyEnabled AutoForwardEnabled NDREnabled "
                "TNEFEnabled DeliveryReportEnabled TrustedMailOutboundEnabled"
            ),
            Cmdlet.TRANSPORT_CONFIG: (
                "InternalDelayDsnEnabled ExternalDelayDsnEnabled MessageExpiration "
                "ExternalPostmasterAddress InternalDsnMaxMessageAttachSize "
                "ExternalDsnMaxMessageAttachSize ShadowRedundancyEnabled "
                "MaxDumpsterTime JournalingReportNdrTo TLSReceiveDomainSecureList"
            ),
            Cmdlet.TRANSPORT_SERVICES: (
                "MessageExpirationTimeout DelayNotificationTimeout "
                "MessageRetryInterval TransientFailureRetryCount "
                "TransientFailureRetryInterval PickupDirectoryPath "
                "OutboundConnectionFailureRetryInterval MaxPerDomainOutboundConnections"
            ),
            Cmdlet.CONTACTS: (
                "UsePreferMessageFormat MacAttachmentFormat MessageBodyFormat "
                "MessageFormat UseMapiRichTextFormat"
            ),
            Cmdlet.MAILBOXES: (
                "ForwardingAddress ForwardingSmtpAddress DeliverToMailboxAndForward "
                "ProhibitSendQuota IssueWarningQuota RecipientLimits RulesQuota "
                "IsMailboxEnabled LitigationHoldEnabled GrantSendOnBehalfTo"
            ),
            Cmdlet.RECIPIENTS: (
                "AddressListMembership Capabilities HasActiveSyncDevicePolicy "
                "ArchiveRelease ExpansionServer ManagedFolderMailboxPolicy "
                "ShouldUseDefaultRetentionPolicy OWAMailboxPolicy "
                "PropagateGroupType"
            ),
            Cmdlet.GROUPS: (
                "MemberJoinRestriction MemberDepartRestriction "
                "ReportToOriginatorEnabled SendOofMessageToOriginatorEnabled "
                "BypassNestedModerationEnabled IncludedRecipients RecipientFilter"
            ),
            Cmdlet.INBOX_RULES: (
                "MailboxOwnerId ForwardAsAttachmentTo RuleIdentity StopProcessingRules "
                "SoftDeleteMessage MyNameInToOrCcBox SubjectOrBodyContainsWords"
            ),
            Cmdlet.JOURNAL_RULES: "JournalEmailAddress Scope Recipient RuleType",
            Cmdlet.AUTO_REPLIES: (
                "AutoReplyState ExternalAudience InternalMessage ExternalMessage "
                "OOFEventSubject DeclineMeetingMessage"
            ),
            Cmdlet.SPAM_POLICIES: (
                "AutoForwardingMode RecipientLimitExternalPerHour "
                "RecipientLimitInternalPerHour RecipientLimitPerDay "
                "ActionWhenThresholdReached NotifyOutboundSpam"
            ),
            Cmdlet.USERS: (
                "StreetAddress MobilePhone HomePhone OtherTelephone OtherHomePhone "
                "PostOfficeBox TelephoneAssistant RemotePowerShellEnabled "
                "ResetPasswordOnNextLogon UserAccountControl SeniorityIndex"
            ),
            Cmdlet.SITE_LINKS: "ADCost ExchangeCost Cost Sites",
            # msip-labels#3
            Cmdlet.LABELS: (
                "ParentId ParentLabelDisplayName IsParent Tooltip ContentType "
                "LabelActions LocaleSettings AbacEnabled ColumnAssetCondition "
                "SchematizedDataCondition DefaultContentLabel"
            ),
        }.items()
    }
)
_RULE_MARKS = frozenset(
    name.lower()
    for name in parameter_names()
    if name not in WITHOUT_EFFECT or name in {"RuleErrorAction", "RuleVersion"}
) | {"senderaddresslocation", "stopruleprocessing", "activationdate", "expirydate"}
_RECIPIENT = frozenset({"primarysmtpaddress", "emailaddresses", "recipienttype"})
_KINDS = {"mailcontact": Cmdlet.CONTACTS, "usermailbox": Cmdlet.MAILBOXES}
_ENOUGH = 2


def recognise(file: str, entries: tuple[Exported, ...]) -> Cmdlet | None:
    """Say which cmdlet wrote the objects of a file; None if no known one did.

    Raises:
        ExportError: several cmdlets could have, or the objects are of two kinds.

    """
    # The members of a group look like recipients; only the file's name tells.
    if not entries or by_name(file) is Cmdlet.MEMBERS:
        return by_name(file)
    kinds = {entry.columns: entry for entry in entries}
    found = {
        columns: _of_one(file, frozenset(columns.places), entry)
        for columns, entry in kinds.items()
    }
    seen = set(found.values())
    recipients = {Cmdlet.CONTACTS, Cmdlet.MAILBOXES, Cmdlet.RECIPIENTS}
    if len(seen) > 1 and seen <= recipients:
        return by_name(file) if by_name(file) in recipients else Cmdlet.RECIPIENTS
    each = [(entry, found[entry.columns]) for entry in entries]
    _, kind = each[0]
    for entry, other in each:
        if other is not kind:
            raise ExportError(
                entry.place,
                f"this looks like {_called(other)}, the first object like "
                f"{_called(kind)}; expected one cmdlet a file",
            )
    if kind is Cmdlet.RECIPIENTS and not _has_marks(entries, kind):
        return _plain_recipients(file, entries)
    return kind


def by_name(file: str) -> Cmdlet | None:
    """Say which cmdlet a file is called after: `Get-X.json`, `transport_rules.json`."""
    folded = re.sub(r"[^a-z]", "", file.rpartition("/")[2].lower())
    # Get-LabelPolicy is no Get-Label, and is not read.
    folded = folded.replace("labelpolicy", "")
    found = [c for c in Cmdlet if _noun(c) in folded]
    # `Mailbox` stands in the names of other cmdlets too.
    longest = [
        c
        for c in found
        if not any(_noun(c) in _noun(other) and c is not other for other in found)
    ]
    return longest[0] if len(longest) == 1 else None


def nested(entries: tuple[Exported, ...]) -> Cmdlet | None:
    """Say what lies inside objects that are no export themselves (exports#6)."""
    stack: list[object] = [v for e in entries for v in e.values]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            found = likeliest(frozenset(key.lower() for key in value))
            if found:
                return found
            stack.extend(value.values())
    return None


def likeliest(keys: frozenset[str]) -> Cmdlet | None:
    """Say which cmdlet has most of these properties; None if none has enough."""
    scores = _scores(keys)
    best = max(scores, key=lambda cmdlet: scores[cmdlet])
    return best if scores[best] >= _ENOUGH else None


def _scores(keys: frozenset[str]) -> dict[Cmdlet, int]:
    scores = {cmdlet: len(marks & keys) for cmdlet, marks in _MARKS.items()}
    scores[Cmdlet.RULES] = len(_RULE_MARKS & keys)
    return scores


def _noun(cmdlet: Cmdlet) -> str:
    noun = cmdlet.value.partition("-")[2].lower()
    # Other cmdlets are called after users too, and people's own files.
    return f"get{noun}" if cmdlet in {Cmdlet.USERS, Cmdlet.LABELS} else noun


def _of_one(file: str, keys: frozenset[str], entry: Exported) -> Cmdlet | None:
    scores = _scores(keys)
    named = by_name(file)
    best = max(scores.values())
    leading = [cmdlet for cmdlet, score in scores.items() if score == best]
    if best == 0 or (best < _ENOUGH and leading != [named]):
        is_recipient = len(_RECIPIENT & keys) >= _ENOUGH
        return Cmdlet.RECIPIENTS if is_recipient else None
    if len(leading) == 1:
        return leading[0]
    if named in leading:
        return named
    expected = " or ".join(leading)
    raise ExportError(
        entry.place, f"this could be {expected}; call the file after its cmdlet"
    )


def _has_marks(entries: tuple[Exported, ...], cmdlet: Cmdlet) -> bool:
    return any(_MARKS[cmdlet] & set(entry.columns.places) for entry in entries)


def _plain_recipients(file: str, entries: tuple[Exported, ...]) -> Cmdlet:
    """A selection of columns: the name of the file, else the types of the objects."""
    named = by_name(file)
    if named in {Cmdlet.CONTACTS, Cmdlet.MAILBOXES, Cmdlet.RECIPIENTS}:
        return named
    types = {str(entry.get("RecipientType")).lower() for entry in entries}
    if len(types) == 1:
        # Only one kind: no proof that nothing else exists.
        return _KINDS.get(types.pop(), Cmdlet.RECIPIENTS)
    return Cmdlet.RECIPIENTS


def _called(cmdlet: Cmdlet | None) -> str:
    return f"`{cmdlet}`" if cmdlet else "no known cmdlet"
