"""The account is whole: each property of each object of each file has its one mark."""

import json
from collections import Counter

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from harness.exports import ExportError, RawFile, Understood, make_tenant
from tests.exports.shapes import (
    contact,
    domain,
    online,
    outbound,
    person,
    receive,
    rule,
    send,
    server,
    tenant,
)

# An ordinary object of each cmdlet, and the platform on which it is shown.
BOTH = {
    "Get-TransportRule": rule(),
    "Get-AcceptedDomain": domain(),
    "Get-RemoteDomain": {
        "Name": "Default",
        "DomainName": "*",
        "AllowedOOFType": "External",
        "AutoReplyEnabled": True,
    },
    "Get-TransportConfig": {
        "MessageExpiration": "1.00:00:00",
        "ExternalDelayDsnEnabled": True,
        "MaxSendSize": "35 MB (36,700,160 bytes)",
        "MaxReceiveSize": "Unlimited",
    },
    "Get-MailContact": contact(),
    "Get-Mailbox": {
        **person(),
        "ForwardingAddress": None,
        "DeliverToMailboxAndForward": False,
    },
    "Get-Recipient": person(),
    "Get-DistributionGroup": {
        "Name": "Sales",
        "PrimarySmtpAddress": "sales@contoso.example",
        "MemberJoinRestriction": "Closed",
        "MemberDepartRestriction": "Closed",
    },
    "Get-DistributionGroupMember": {"Group": "sales@contoso.example", "Name": "anna"},
    "Get-User": {
        "Name": "anna",
        "WindowsEmailAddress": "anna@contoso.example",
        "StreetAddress": "",
        "MobilePhone": "1",
        "UserAccountControl": 512,
    },
    "Get-InboxRule": {
        "Name": "away",
        "MailboxOwnerId": "anna",
        "RuleIdentity": 1,
        "ForwardTo": None,
    },
    "Get-JournalRule": {
        "Name": "all",
        "JournalEmailAddress": "archive@contoso.example",
        "Scope": "Global",
        "Recipient": None,
    },
    "Get-MailboxAutoReplyConfiguration": {
        "MailboxOwnerId": "anna",
        "AutoReplyState": "Enabled",
        "ExternalAudience": "All",
        "InternalMessage": "away",
    },
    "Get-Label": {
        "Guid": "3de9faa6-9fe1-49b3-9a08-227a296b54a6",
        "Name": "Confidential",
        "DisplayName": "Confidential",
        "ParentId": None,
        "ContentType": "File, Email",
        "LabelActions": [],
    },
}
ONLINE = {
    "Get-OutboundConnector": outbound(),
    "Get-InboundConnector": {
        "Name": "partner",
        "SenderDomains": ["smtp:*;1"],
        "SenderIPAddresses": [],
        "ConnectorType": "Partner",
    },
    "Get-HostedOutboundSpamFilterPolicy": {
        "Name": "Default",
        "AutoForwardingMode": "Off",
        "RecipientLimitPerDay": 5,
    },
}
SERVER = {
    "Get-SendConnector": send(),
    "Get-ReceiveConnector": receive(),
    "Get-ExchangeServer": {
        "Name": "EX01",
        "AdminDisplayVersion": "Version 15.2 (Build 1544.4)",
        "ServerRole": "Mailbox",
        "Site": "Delft",
        "IsEdgeServer": False,
    },
    "Get-TransportService": {
        "Name": "EX01",
        "MessageExpirationTimeout": "2.00:00:00",
        "MessageRetryInterval": "00:15:00",
    },
    "Get-AdSiteLink": {
        "Name": "link",
        "ADCost": 10,
        "Cost": 10,
        "Sites": ["Delft", "Ede"],
    },
}
# What no table has, in every state that exports know; and what tells only a type.
MORE = st.dictionaries(
    st.sampled_from(
        (
            "WhenChanged",
            "IsValid",
            "Comment",
            "Novelty",
            "novelty2",
            "AuthenticationCredential",
            "AdminPassword",
            "Name@data.type",
            "Novelty@odata.type",
        )
    ),
    st.sampled_from(
        (
            None,
            "",
            False,
            True,
            [],
            [None],
            0,
            7,
            "x",
            ["a", "b"],
            {},
            {"Value": "y"},
            {"UserName": "u", "Password": "hunter2"},
            "hunter2",
        )
    ),
    max_size=4,
)


@st.composite
def exports(draw):
    """Draw the files of one platform: some cmdlets, some objects, odd properties."""
    own = draw(st.sampled_from((ONLINE, SERVER)))
    known = BOTH | own
    first = next(iter(own))
    names = draw(st.sets(st.sampled_from(sorted(known)), max_size=6)) | {first}
    files = {}
    for name in sorted(names):
        more = draw(st.lists(MORE, min_size=1, max_size=2))
        objects = [
            known[name] | ({"Priority": n} if "Rule" in name else {}) | extra
            for n, extra in enumerate(more)
        ]
        if name in {"Get-OutboundConnector", "Get-SendConnector"}:
            objects = [one | {"Name": f"c{n}"} for n, one in enumerate(objects)]
        files[f"{name}.json"] = objects
        if draw(st.integers(0, 3)) == 0:
            files[f"{name}-again.json"] = objects
    return files


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(exports())
def test_every_property_of_every_object_of_every_file_has_one_mark(files):
    raw = [
        RawFile(name, json.dumps(objects).encode()) for name, objects in files.items()
    ]
    try:
        account = make_tenant("contoso", raw).account
    except ExportError as problem:
        event(f"refused: {problem}"[:60])
        return
    event("read")
    expected = Counter(
        (file, name.lower())
        for file, objects in files.items()
        for one in objects
        for name in one
    )
    found: Counter[tuple[str, str]] = Counter()
    for line in account.lines:
        found[line.file, line.property.lower()] += line.count
    assert expected == found
    assert sum(expected.values()) == account.summary.values
    assert "hunter2" not in repr(account)


def test_what_does_not_matter_has_a_reason_everywhere():
    for files in (online(), server()):
        for line in tenant(files).account.of(Understood.WITHOUT_EFFECT):
            assert line.why, line


def test_a_file_is_read_or_says_why_not():
    files = online(
        **{"notes.txt": "lunch", "list.csv": "a;b\n1;2\n", "x.json": {"a": 1}}
    )
    for line in tenant(files).account.files:
        assert line.is_read or line.remark or line.is_note
