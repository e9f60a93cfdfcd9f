"""What each connector property is good for: a row each, with its source."""

from __future__ import annotations

from harness.exports.account import Row, Table, Understood, used, without_effect

_OPEN = Understood.NOT_JUDGED

# What every object of the configuration carries about itself (exports#2.1, exports#4).
ABOUT_ITSELF = (
    "AdminDisplayName ExchangeVersion ObjectCategory ObjectClass WhenChanged "
    "WhenCreated WhenChangedUTC WhenCreatedUTC OrganizationalUnitRoot "
    "OrganizationalUnitRootInternal OrganizationId NameHashGuid OriginatingServer "
    "ObjectState PSComputerName RunspaceId PSShowComputerName SerializationData "
    "ConfigurationUnit IsTemporary Identity Guid DistinguishedName Id ExchangeObjectId"
)
# Why that does not matter.
ITSELF = "what the object is called, and who changed it when"
_IS_VALID = Row(_OPEN, "exports#4", harmless=frozenset({"true"}))


def _open(source: str, *harmless: str, only_if: tuple[str, str] | None = None) -> Row:
    return Row(_OPEN, source, "", frozenset(harmless), only_if)


_ABOUT = without_effect(ITSELF, "exports#4", ABOUT_ITSELF)
OUTBOUND = Table(
    _ABOUT
    | used(
        "exchange-routing#1.1",
        "Name Enabled ConnectorType RecipientDomains UseMXRecord SmartHosts "
        "TlsSettings TlsDomain IsTransportRuleScoped AllAcceptedDomains TestMode "
        "RouteAllMessagesViaOnPremises ValidationRecipients ConnectorSource "
        "CloudServicesMailEnabled MtaStsMode SmtpDaneMode SenderRewritingEnabled",
    )
    # IsValidated: field-cases#X-28
    | without_effect(
        "tells of the connector, and sends no mail another way",
        "exchange-routing#1.1",
        "Comment IsValidated LastValidationTimestamp LinkForModifiedConnector",
    )
    | {"isvalid": _IS_VALID}
)

SEND = Table(
    _ABOUT
    | used(
        "exchange-routing#2.1",
        "Name AddressSpaces Enabled IsScopedConnector SmartHosts SmartHostsString "
        "DNSRoutingEnabled Port RequireTLS TlsAuthLevel TlsDomain "
        "SmartHostAuthMechanism MaxMessageSize SourceTransportServers "
        "AuthenticationCredential IgnoreSTARTTLS ForceHELO Fqdn "
        "CloudServicesMailEnabled TlsCertificateName",
    )
    # The service that speaks (the same server does both since 2016), reserved ones,
    # headers of the organisation (E5).
    | without_effect(
        "logs, texts, and how long a connection is used: none leads mail elsewhere, "
        "or asks more of the host",
        "exchange-routing#2.1",
        "HomeMTA HomeMtaServerId SourceRoutingGroup FrontendProxyEnabled Comment "
        "ProtocolLoggingLevel Usage ConnectionInactivityTimeOut "
        "SmtpMaxMessagesPerConnection ConnectorType ConnectedDomains IsSmtpConnector "
        "IsCoexistenceConnector Region",
    )
    | {
        "isvalid": _IS_VALID,
        # For the domains of a list of Set-TransportConfig, which is not read.
        "domainsecureenabled": _open("exchange-routing#2.1"),
        "requireoorg": _open("exchange-routing#2.1"),
        "useexternaldnsserversenabled": _open("exchange-routing#2.1"),
        "linkedreceiveconnector": _open("exchange-routing#2.1"),
        # exchange-routing#X-10: nobody says which codes the other two are for.
        "errorpolicies": _open(
            "exchange-routing#D21", "default", "0", "downgradednsfailures"
        ),
        "sourceipaddress": _open("exchange-routing#2.1", "0.0.0.0"),  # noqa: S104
    }
)

INBOUND = Table(
    _ABOUT
    | used(
        "exports#4",
        "Name Enabled SenderIPAddresses TreatMessagesAsInternal "
        "CloudServicesMailEnabled TlsSenderCertificateName",
    )
    | without_effect(
        "filters what comes in, and makes no sender inside",
        "exports#4",
        "ConnectorSource Comment RequireTls RestrictDomainsToIPAddresses EFTestMode "
        "EFSkipLastIP EFSkipIPs EFSkipMailGateway EFUsers "
        "DetectSenderIPBySkippingLastIP DetectSenderIPBySkippingTheseIPs "
        "DetectSenderIPRecipientList ClientHostNames AssociatedAcceptedDomains",
    )
    | {
        "isvalid": _IS_VALID,
        # exchange-routing#7.4: relay rights and promotion to internal belong to type
        # OnPremises. Where TreatMessagesAsInternal says it already, the type adds
        # nothing; where CloudServicesMailEnabled is on, the headers say it.
        "connectortype": _open(
            "exchange-routing#7.4",
            "partner",
            only_if=("TreatMessagesAsInternal", "false"),
        ),
        "restrictdomainstocertificate": _open("exports#4"),
        "trustedorganizations": _open("exports#4"),
        "scananddroprecipients": _open("exports#4"),
        "senderdomains": _open("exports#4", "smtp:*;1", "smtp:*", "*"),
    }
)

RECEIVE = Table(
    _ABOUT
    | used(
        "exchange-routing#2.1",
        "Name Enabled RemoteIPRanges AuthMechanism PermissionGroups "
        "TlsDomainCapabilities Bindings MaxMessageSize Fqdn",
    )
    | without_effect(
        "how a session is held: limits, abilities, texts",
        "exchange-routing#5.2",
        "Banner Comment TransportRole Server ServiceDiscoveryFqdn "
        "ProtocolLoggingLevel BareLinefeedRejectionEnabled BinaryMimeEnabled "
        "ChunkingEnabled DeliveryStatusNotificationEnabled EightBitMimeEnabled "
        "SmtpUtf8Enabled DomainSecureEnabled EnhancedStatusCodesEnabled "
        "LongAddressesEnabled OrarEnabled SuppressXAnonymousTls ProxyEnabled "
        "AdvertiseClientSettings ConnectionTimeout ConnectionInactivityTimeout "
        "MessageRateLimit MessageRateSource MaxInboundConnection "
        "MaxInboundConnectionPerSource MaxInboundConnectionPercentagePerSource "
        "MaxHeaderSize MaxHopCount MaxLocalHopCount MaxLogonFailures "
        "MaxProtocolErrors MaxRecipientsPerMessage MaxAcknowledgementDelay "
        "PipeliningEnabled SizeEnabled TarpitInterval RequireEHLODomain RequireTLS "
        "TlsCertificateName ExtendedProtectionPolicy LiveCredentialEnabled "
        "RejectReservedTopLevelRecipientDomains "
        "RejectReservedSecondLevelRecipientDomains "
        "RejectSingleLabelRecipientDomains AuthTarpitInterval",
    )
    | {
        "isvalid": _IS_VALID,
        "defaultdomain": _open("exchange-routing#5.2"),
    }
)
