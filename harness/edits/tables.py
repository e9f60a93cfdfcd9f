"""Which parameter of a Set- cmdlet changes which field; the defaults of New-."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.edits.basis import Parameters

# Parameters of Set-TransportRule that are fields of a rule of their own.
RULE_FIELDS: Mapping[str, str] = MappingProxyType(
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
OUTBOUND_FIELDS: Mapping[str, str] = MappingProxyType(
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
SEND_FIELDS: Mapping[str, str] = MappingProxyType(
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
INBOUND_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "Enabled": "is_enabled",
        "SenderIPAddresses": "networks",
        "TreatMessagesAsInternal": "treats_as_internal",
        "CloudServicesMailEnabled": "carries_headers",
        "TlsSenderCertificateName": "certificate",
    }
)
DOMAIN_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "DomainType": "type",
        "MatchSubDomains": "covers_subdomains",
        "MakeDefault": "is_default",
    }
)
CONTACT_FIELDS: Mapping[str, str] = MappingProxyType(
    {"RequireSenderAuthenticationEnabled": "needs_authenticated_sender"}
)
# What an export always has and a person need not type; values as Exchange's default.
OUTBOUND_DEFAULTS: Parameters = MappingProxyType(
    {
        "Enabled": True,
        "RecipientDomains": [],
        "UseMXRecord": True,
        "SmartHosts": [],
        "TlsSettings": None,
        "IsTransportRuleScoped": False,
    }
)
SEND_DEFAULTS: Parameters = MappingProxyType(
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
INBOUND_DEFAULTS: Parameters = MappingProxyType(
    {"Enabled": True, "TreatMessagesAsInternal": False}
)
AUTHORITATIVE: Parameters = MappingProxyType({"DomainType": "Authoritative"})
