"""Writes objects in the shapes in which PowerShell and the service export them."""

import json
from collections.abc import Mapping

from harness.exports import ExportError, RawFile, Tenant, make_tenant

NOTHING = "00000000-0000-0000-0000-000000000000"


def rule(**more):
    """A rule as Get-TransportRule gives it, with a few of its properties."""
    given = {
        "Priority": 0,
        "Name": "Relay",
        "State": "Enabled",
        "Mode": "Enforce",
        "RuleErrorAction": "Ignore",
        "SenderAddressLocation": "Header",
        "RuleSubType": "None",
        "UseLegacyRegex": False,
        "StopRuleProcessing": False,
        "SubjectContainsWords": ["Secure"],
        "RouteMessageOutboundConnector": "Zivver",
    }
    return {**given, **more}


def outbound(**more):
    given = {
        "Name": "Zivver",
        "Enabled": True,
        "ConnectorType": "Partner",
        "RecipientDomains": [],
        "UseMXRecord": False,
        "SmartHosts": ["smtp.zivver.com"],
        "TlsSettings": "CertificateValidation",
        "TlsDomain": None,
        "IsTransportRuleScoped": True,
    }
    return {**given, **more}


def send(**more):
    given = {
        "Name": "Zivver",
        "Enabled": True,
        "AddressSpaces": ["SMTP:zivver.org;1"],
        "DNSRoutingEnabled": False,
        "SmartHosts": ["smtp.zivver.com"],
        "SmartHostAuthMechanism": "BasicAuthRequireTLS",
        "IsScopedConnector": True,
        "RequireTLS": False,
        "TlsAuthLevel": None,
        "Port": 25,
        "MaxMessageSize": "35 MB (36,700,160 bytes)",
    }
    return {**given, **more}


def receive(**more):
    given = {
        "Name": "Applications",
        "Enabled": True,
        "Bindings": ["0.0.0.0:25"],
        "RemoteIPRanges": ["10.0.0.0-10.0.0.255"],
        "PermissionGroups": "ExchangeServers",
        "AuthMechanism": "Tls, ExternalAuthoritative",
    }
    return {**given, **more}


def domain(**more):
    given = {
        "DomainName": "contoso.example",
        "DomainType": "Authoritative",
        "MatchSubDomains": False,
        "Default": True,
    }
    return {**given, **more}


def person(name="anna", **more):
    given = {
        "Name": name,
        "Alias": name,
        "PrimarySmtpAddress": f"{name}@contoso.example",
        "EmailAddresses": [f"SMTP:{name}@contoso.example"],
        "RecipientType": "UserMailbox",
        "AddressListMembership": [],
        "Capabilities": [],
    }
    return {**given, **more}


def contact(**more):
    given = {
        "Name": "relay",
        "ExternalEmailAddress": "SMTP:relay@zivver.org",
        "PrimarySmtpAddress": "relay@zivver.org",
        "EmailAddresses": ["SMTP:relay@zivver.org"],
        "RecipientType": "MailContact",
        "UsePreferMessageFormat": False,
        "MessageBodyFormat": "TextAndHtml",
    }
    return {**given, **more}


def windows_powershell(value):
    """UTF-8 with BOM, `\\u0027`, two blanks after the colon, one object bare."""
    bare = value[0] if isinstance(value, list) and len(value) == 1 else value
    text = json.dumps(bare, indent=4, ensure_ascii=False, separators=(",", ":  "))
    return b"\xef\xbb\xbf" + text.replace("'", "\\u0027").encode()


def powershell(value):
    """UTF-8, lists as lists."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def redirected(value):
    """`>` of Windows PowerShell: UTF-16."""
    return json.dumps(value, indent=4).encode("utf-16")


def service(value):
    """The raw API: a value list, with the type of each property beside it."""
    objects = value if isinstance(value, list) else [value]
    typed = [
        {k: v for name in one for k, v in _typed(name, one[name])} for one in objects
    ]
    return json.dumps({"@odata.context": "x", "value": typed}).encode()


def _typed(name, value):
    if isinstance(value, list):
        yield f"{name}@odata.type", "#Collection(String)"
    if isinstance(value, int) and not isinstance(value, bool):
        yield f"{name}@data.type", "System.Int32"
    yield name, value


SHAPES = (windows_powershell, powershell, redirected, service)


def tenant(files: Mapping[str, object], *, write=powershell) -> Tenant:
    """Make a tenant of Python values (JSON) and texts."""
    raw = [
        RawFile(
            name, text_or(value, write) if name.endswith(".json") else bytes_(value)
        )
        for name, value in files.items()
    ]
    return make_tenant("contoso", raw)


def refusals(read) -> list[str]:
    """Give the messages with which something is refused; none if it is not."""
    try:
        read()
    except ExportError as problem:
        return [str(fault) for fault in problem.faults]
    return []


def is_on_lines(messages) -> bool:
    """Say whether each of several messages is one line of bearable length."""
    return all("\n" not in said and len(said) < 600 for said in messages)


def text_or(value, write):
    return value if isinstance(value, bytes) else write(value)


def bytes_(value):
    return value if isinstance(value, bytes) else str(value).encode()


def online(rules=None, **more):
    """Files of an ordinary organization of Exchange Online."""
    return {
        "rules.json": [rule()] if rules is None else rules,
        "connectors.json": [outbound()],
        "domains.json": [domain()],
        "people.json": [person(), person("bob")],
        **more,
    }


def server(**more):
    """Files of an ordinary organization of Exchange Server."""
    action = {"RouteMessageOutboundConnector": None, "RedirectMessageTo": ["relay"]}
    return {
        "rules.json": [rule(**action)],
        "send.json": [send()],
        "domains.json": [domain(), domain(DomainName="zivver.org", Default=False)],
        "people.json": [person(), person("bob")],
        "contacts.json": [contact()],
        **more,
    }
