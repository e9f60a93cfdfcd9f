"""A large organization's export, as the export script of Exchange Online writes it.

Everything is made up and the same each time: rules, connectors, domains, recipients
and groups, in the numbers that are asked for.
"""

import json
from dataclasses import dataclass
from pathlib import Path

LABEL = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
HOME = "contoso.example"


@dataclass(frozen=True)
class Size:
    """How many of each there are."""

    rules: int = 300
    connectors: int = 50
    domains: int = 1_000
    recipients: int = 100_000
    groups: int = 5_000


def write_tenant(folder: Path, size: Size) -> None:
    """Write the files of an export into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    people = size.recipients - size.groups
    written = {
        "Get-TransportRule": [_rule(n, size) for n in range(size.rules)],
        "Get-OutboundConnector": [_connector(n) for n in range(size.connectors)],
        "Get-InboundConnector": [],
        "Get-AcceptedDomain": [_domain(n) for n in range(size.domains)],
        "Get-RemoteDomain": [_remote()],
        "Get-JournalRule": [],
        "Get-InboxRule": [],
        "Get-HostedOutboundSpamFilterPolicy": [
            {"Name": "Default", "AutoForwardingMode": "Off", "IsDefault": True}
        ],
        "Get-Mailbox": [_mailbox(n, size) for n in range(people)],
        "Get-Recipient": [
            *(_person(n, size) for n in range(people)),
            *(_listed(n, size) for n in range(size.groups)),
        ],
        "Get-DistributionGroup": [_group(n, size) for n in range(size.groups)],
        "Get-DistributionGroupMember": [
            {
                _address(f"group{n}", n, size): _members(n, people)
                for n in range(size.groups)
            }
        ],
    }
    for name, objects in written.items():
        text = json.dumps(objects, indent=4, separators=(",", ":  "))
        path = folder / f"{name}.json"
        path.write_text(text, encoding="utf-8")


def _rule(number: int, size: Size) -> dict[str, object]:
    """Every tenth rule routes; the others tag, as neighbours of a relay rule do."""
    given: dict[str, object] = {
        "Priority": number,
        "Name": f"Rule {number}",
        "State": "Enabled",
        "Mode": "Enforce",
        "RuleErrorAction": "Ignore",
        "SenderAddressLocation": "Header",
        "RuleSubType": "None",
        "UseLegacyRegex": False,
        "StopRuleProcessing": False,
        "SentToScope": "NotInOrganization",
        "WhenChanged": "/Date(1772500523000)/",
        "Guid": f"0c0de000-0000-4000-8000-{number:012}",
    }
    last = size.rules - 1
    if number == last:
        given["SubjectContainsWords"] = ["Secure"]
    elif number % 10 == 3:
        given["HeaderContainsMessageHeader"] = "msip_labels"
        given["HeaderContainsWords"] = [f"MSIP_Label_{number:08x}{LABEL[8:]}_Enabled"]
    elif number % 10 == 5:
        given["SubjectOrBodyMatchesPatterns"] = [rf"\bcase{number}-\d\d\b"]
    elif number % 10 == 7:
        given["FromMemberOf"] = [_address(f"group{number % size.groups}", number, size)]
    else:
        given["SubjectContainsWords"] = [f"project{number}", f"dossier {number}"]
    if number == last or number % 10 == 0:
        which = 0 if number == last else number % size.connectors
        given["RouteMessageOutboundConnector"] = f"Connector {which}"
    else:
        given["SetHeaderName"] = f"X-Tag-{number}"
        given["SetHeaderValue"] = "seen"
    return given


def _connector(number: int) -> dict[str, object]:
    return {
        "Name": f"Connector {number}",
        "Enabled": True,
        "ConnectorType": "Partner",
        "RecipientDomains": [] if number % 2 == 0 else [f"partner{number}.example"],
        "UseMXRecord": False,
        "SmartHosts": ["smtp.zivver.com" if number == 0 else f"mx{number}.example"],
        "TlsSettings": "DomainValidation",
        "TlsDomain": "*.zivver.com" if number == 0 else f"*.mx{number}.example",
        "IsTransportRuleScoped": number % 2 == 0,
        "TestMode": False,
        "Guid": f"0c0de000-0000-4000-8001-{number:012}",
    }


def _domain(number: int) -> dict[str, object]:
    return {
        "DomainName": _domain_name(number),
        "DomainType": "Authoritative",
        "MatchSubDomains": False,
        "Default": number == 0,
        "Guid": f"0c0de000-0000-4000-8002-{number:012}",
    }


def _domain_name(number: int) -> str:
    return HOME if number == 0 else f"branch{number}.{HOME}"


def _remote() -> dict[str, object]:
    return {
        "Name": "Default",
        "DomainName": "*",
        "IsInternal": False,
        "AllowedOOFType": "External",
        "AutoReplyEnabled": False,
        "AutoForwardEnabled": False,
        "NDREnabled": True,
        "TNEFEnabled": None,
    }


def _address(local: str, number: int, size: Size) -> str:
    return f"{local}@{_domain_name(number % size.domains)}"


def _person(number: int, size: Size) -> dict[str, object]:
    """The columns that the script asks for, as Get-Recipient fills them."""
    name = f"person{number}"
    address = _address(name, number, size)
    return _object(name, address, number) | {
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": "UserMailbox",
        "EmailAddresses": [
            f"SMTP:{address}",
            f"smtp:p{number}@{HOME}",
            f"SIP:{address}",
        ],
        "Manager": f"Person {number // 10}",
        "Department": f"Department {number % 40}",
    }


def _object(name: str, address: str, number: int) -> dict[str, object]:
    return {
        "Name": name,
        "DisplayName": name.capitalize(),
        "Alias": name,
        "Identity": name.capitalize(),
        "DistinguishedName": f"CN={name},OU=contoso,DC=EURPR05A001,DC=PROD",
        "Guid": f"0c0de000-0000-4000-8003-{number:012}",
        "PrimarySmtpAddress": address,
        "ExternalEmailAddress": None,
        "Title": "",
        "Company": "Contoso",
        "Office": "",
        "City": "Delft",
        "StateOrProvince": "",
        "CountryOrRegion": None,
        "CustomAttribute1": "",
        "CustomAttribute2": "",
        "CustomAttribute3": "",
        "RequireSenderAuthenticationEnabled": False,
        "ModerationEnabled": False,
        "ModeratedBy": [],
        "AcceptMessagesOnlyFromSendersOrMembers": [],
        "RejectMessagesFromSendersOrMembers": [],
        "MaxReceiveSize": "36 MB (37,748,736 bytes)",
        "HiddenFromAddressListsEnabled": False,
    }


def _mailbox(number: int, size: Size) -> dict[str, object]:
    person = _person(number, size)
    shared = {
        name: person[name]
        for name in (
            "Name",
            "Identity",
            "PrimarySmtpAddress",
            "EmailAddresses",
            "RecipientTypeDetails",
            "MaxReceiveSize",
            "RequireSenderAuthenticationEnabled",
            "AcceptMessagesOnlyFromSendersOrMembers",
            "RejectMessagesFromSendersOrMembers",
            "ModerationEnabled",
            "ModeratedBy",
        )
    }
    forwards = number % 100 == 99
    return shared | {
        "ForwardingAddress": f"Person{number - 1}" if forwards else None,
        "ForwardingSmtpAddress": None,
        "DeliverToMailboxAndForward": forwards,
        "MaxSendSize": "35 MB (36,700,160 bytes)",
        "BypassModerationFromSendersOrMembers": [],
    }


def _listed(number: int, size: Size) -> dict[str, object]:
    name = f"group{number}"
    address = _address(name, number, size)
    return _object(name, address, number + 10**9) | {
        "RecipientType": "MailUniversalDistributionGroup",
        "RecipientTypeDetails": "MailUniversalDistributionGroup",
        "EmailAddresses": [f"SMTP:{address}"],
        "Manager": None,
        "Department": "",
    }


def _group(number: int, size: Size) -> dict[str, object]:
    return _listed(number, size) | {
        "ManagedBy": ["Person0"],
        "ReportToOriginatorEnabled": True,
        "ReportToManagerEnabled": False,
        "MemberJoinRestriction": "Closed",
    }


def _members(number: int, people: int) -> list[dict[str, object]]:
    return [
        {
            "Name": f"person{(number * 20 + n) % people}",
            "PrimarySmtpAddress": None,
            "RecipientType": "UserMailbox",
        }
        for n in range(20)
    ]
