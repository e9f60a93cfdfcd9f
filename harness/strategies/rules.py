"""Rules as an administrator types them: parameters of New-TransportRule."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.exchange.organization import Platform
from harness.strategies.mails import GUIDS, KEYWORDS
from harness.strategies.organizations import (
    ATTRIBUTES,
    OTHER_CONNECTOR,
    RELAY_CONNECTOR,
)
from harness.strategies.people import (
    ANNA,
    AUDIT,
    BOB,
    CLEO,
    CONTACT,
    HOME,
    NOTARY,
    PARTNER,
    RELAY,
    SALES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Parameters = dict[str, object]
_LABEL_WORDS = tuple(
    word
    for guid in GUIDS
    for word in (
        f"MSIP_Label_{guid}_Enabled=true",
        f"MSIP_Label_{guid}_Enabled=True;",
        f"MSIP_Labels_{guid}_Enabled=True",
        guid,
    )
)
_SCOPES = ("InOrganization", "NotInOrganization")
_PEOPLE = (ANNA, BOB, CLEO, AUDIT, CONTACT, NOTARY)

_words = st.lists(st.sampled_from(KEYWORDS), min_size=1, max_size=2, unique=True)
_label_words = st.lists(
    st.sampled_from(_LABEL_WORDS), min_size=1, max_size=2, unique=True
)
_people = st.lists(
    st.sampled_from(_PEOPLE).map(str), min_size=1, max_size=2, unique=True
)
_address_words = st.sampled_from(
    (["stock"], ["anna"], [HOME], [PARTNER], ["example"], ["bob@contoso.example"])
)
_domains = st.sampled_from(([HOME], [PARTNER], ["wingtip.example", HOME]))
_patterns = st.sampled_from(
    (["^secure"], ["stock$"], ["[rs]e(lease|cure)"], [r"\d\d\d-\d\d"], ["^$"], ["."])
)
_address_patterns = st.sampled_from(
    (["^bob@"], [r"@contoso\.example$"], ["^(anna|cleo)"], ["^$"], ["example"])
)
_scope = st.sampled_from(_SCOPES)

_groups = st.lists(
    st.sampled_from(("Sales", str(SALES), "Board")), min_size=1, max_size=2, unique=True
)
_sizes = st.sampled_from(("300", "1KB", "1024B", "2000", "5000", "6KB", "1MB"))
_attribute_words = st.sampled_from(
    (
        ["Department:Sales"],
        ["Department:Release,Sales", "City:Delft"],
        ["City:New Orleans"],
        ["Email:contoso"],
    )
)
_attribute_patterns = st.sampled_from(
    (["Department:^sales"], ["City:[dt]elft$", "Department:s$"], ["Email:^bob"])
)

# One condition each, by the parameter that carries its value.
_TESTS: Mapping[str, st.SearchStrategy[object]] = MappingProxyType(
    {
        "SubjectContainsWords": _words,
        "SubjectMatchesPatterns": _patterns,
        "SubjectOrBodyContainsWords": _words,
        "SubjectOrBodyMatchesPatterns": _patterns,
        "FromAddressMatchesPatterns": _address_patterns,
        "RecipientAddressMatchesPatterns": _address_patterns,
        "AnyOfRecipientAddressMatchesPatterns": _address_patterns,
        "AnyOfToHeader": _people,
        "AnyOfCcHeader": _people,
        "AnyOfToCcHeader": _people,
        "HeaderContainsWords": _words,
        "LabelWords": _label_words,
        "HeaderMatchesPatterns": _patterns,
        "From": _people,
        "FromScope": _scope,
        "FromAddressContainsWords": _address_words,
        "SenderDomainIs": _domains,
        "SentTo": _people,
        "SentToScope": _scope,
        "RecipientDomainIs": _domains,
        "RecipientAddressContainsWords": _address_words,
        "AnyOfRecipientAddressContainsWords": _address_words,
        "FromMemberOf": _groups,
        "SentToMemberOf": _groups,
        "AnyOfToHeaderMemberOf": _groups,
        "AnyOfCcHeaderMemberOf": _groups,
        "AnyOfToCcHeaderMemberOf": _groups,
        "BetweenMemberOf2": _groups,
        "ManagerAddresses": _people,
        "SenderManagementRelationship": st.sampled_from(("Manager", "DirectReport")),
        "ADComparisonOperator": st.sampled_from(("Equal", "NotEqual")),
        "SenderADAttributeContainsWords": _attribute_words,
        "SenderADAttributeMatchesPatterns": _attribute_patterns,
        "RecipientADAttributeContainsWords": _attribute_words,
        "RecipientADAttributeMatchesPatterns": _attribute_patterns,
        "SenderIpRanges": st.sampled_from(
            (
                ["192.0.2.7"],
                ["192.0.2.1/25"],
                ["192.0.2.0-192.0.2.200", "203.0.113.9"],
                ["2001:db8::/32"],
            )
        ),
        "MessageSizeOver": _sizes,
        "AttachmentSizeOver": _sizes,
        "WithImportance": st.sampled_from(("Low", "Normal", "High")),
        "MessageTypeMatches": st.sampled_from(("Signed", "Calendaring")),
        "ContentCharacterSetContainsWords": st.sampled_from(
            (["utf-8"], ["Western European/iso-8859-1", "windows-1252"], ["big5"])
        ),
        "AttachmentNameMatchesPatterns": st.sampled_from(
            (["^secure"], [r"\.pdf$"], [r"scan\.\d{4}", "^all"])
        ),
        "AttachmentExtensionMatchesWords": st.sampled_from(
            (["pdf"], ["txt", "csv"], ["zip"], ["2026"])
        ),
        "AttachmentContainsWords": _words,
        "SCLOver": st.sampled_from(("0", "5", "9")),
    }
)
# What a parameter goes with, and what stands there.
_PARTNERS: Mapping[str, tuple[str, st.SearchStrategy[object]]] = MappingProxyType(
    {
        "HeaderMatchesPatterns": ("HeaderMatchesMessageHeader", st.just("X-Tag")),
        "BetweenMemberOf2": ("BetweenMemberOf1", _groups),
        "ManagerAddresses": (
            "ManagerForEvaluatedUser",
            st.sampled_from(("Sender", "Recipient")),
        ),
        "ADComparisonOperator": (
            "ADComparisonAttribute",
            st.sampled_from((*ATTRIBUTES, "Email")),
        ),
    }
)
_UNKNOWN = ("HasClassification", "HasSenderOverride")

_NEUTRAL: tuple[Parameters, ...] = (
    {"SetHeaderName": "X-Tag", "SetHeaderValue": "stock"},
    {"SetHeaderName": "X-Tag", "SetHeaderValue": "seen"},
    {"SetHeaderName": "X-Zivver-Transport", "SetHeaderValue": "true"},
    {"RemoveHeader": "X-Tag"},
    {"RemoveHeader": "msip_labels"},
    {"PrependSubject": "secure "},
    {"PrependSubject": "über "},
    {"SetAuditSeverity": "High"},
    {"SetAuditSeverity": "DoNotAudit"},
    {"SetHeaderName": "Importance", "SetHeaderValue": "High"},
    {"SetSCL": "5"},
    {"ApplyClassification": "Internal"},
    {"ApplyHtmlDisclaimerText": "<p>stock</p>"},
    {
        "ApplyHtmlDisclaimerText": "<div>secure %%Department%%</div>",
        "ApplyHtmlDisclaimerLocation": "Prepend",
        "ApplyHtmlDisclaimerFallbackAction": "Ignore",
    },
    {
        "ApplyHtmlDisclaimerText": "%%DisplayName%%<br>ZIVVER",
        "ApplyHtmlDisclaimerFallbackAction": "Reject",
    },
)
_DECIDING: tuple[Parameters, ...] = (
    {"BlindCopyTo": [str(AUDIT)]},
    {"RedirectMessageTo": [str(AUDIT)]},
    {"GenerateIncidentReport": str(AUDIT)},
    {"RouteMessageOutboundRequireTls": True},
    {"RejectMessageReasonText": "not by mail"},
    {"RejectMessageEnhancedStatusCode": "5.7.900"},
    {
        "RejectMessageReasonText": "not by mail",
        "RejectMessageEnhancedStatusCode": "5.7.1",
    },
    {"DeleteMessage": True},
    {"Quarantine": True},
    {"AddToRecipients": [str(AUDIT)]},
    {"AddToRecipients": ["Notary", str(BOB)]},
    {"CopyTo": [str(BOB)]},
    {"CopyTo": ["cleo.stock", "someone@wingtip.example"]},
    {"AddManagerAsRecipientType": "To"},
    {"AddManagerAsRecipientType": "Cc"},
    {"AddManagerAsRecipientType": "Bcc"},
    {"AddManagerAsRecipientType": "Redirect"},
    {"GenerateNotification": "%%Subject%%"},
    {
        "GenerateIncidentReport": "soc@archive.example",
        "IncidentReportContent": ["AttachOriginalMail"],
    },
    {"ModerateMessageByUser": [str(BOB), "anna"]},
    {"ModerateMessageByManager": True},
)
# What the second evaluator does not know.
_FURTHER: tuple[Parameters, ...] = ({"NotifySender": "RejectMessage"},)
_ALONE = frozenset({"ModerateMessageByUser", "ModerateMessageByManager"})
_ONLINE: tuple[Parameters, ...] = (
    {"RouteMessageOutboundConnector": RELAY_CONNECTOR},
    {"RouteMessageOutboundConnector": OTHER_CONNECTOR},
)
_SERVER: tuple[Parameters, ...] = ({"RedirectMessageTo": [str(RELAY)]},)


@st.composite
def rules(
    draw: st.DrawFn,
    name: str = "neighbour",
    platform: Platform = Platform.ONLINE,
    *,
    may_be_unknown: bool = False,
) -> Parameters:
    """Draw one rule in any state, mode and window, with or without exceptions."""
    place = _ONLINE if platform is Platform.ONLINE else _SERVER
    further = _FURTHER if may_be_unknown else ()
    acts = st.sampled_from((*_NEUTRAL, *_DECIDING, *place, *further))
    found: Parameters = {"Name": name}
    found |= draw(conditions())
    if draw(st.integers(0, 2)) == 0:
        found |= draw(conditions(prefix="ExceptIf"))
    if may_be_unknown and draw(st.booleans()):
        prefix = draw(st.sampled_from(("", "ExceptIf")))
        found[prefix + draw(st.sampled_from(_UNKNOWN))] = "OOF"
    found |= _together([draw(acts) for _ in range(draw(st.sampled_from((1, 1, 2))))])
    if draw(st.integers(0, 4)) == 0:
        found["StopRuleProcessing"] = True
    return found | draw(_state())


def _together(acts: list[Parameters]) -> Parameters:
    """Join actions, but for what Exchange does not take in one rule."""
    found: Parameters = {}
    for act in acts:
        if _ALONE & set(act):
            return act
        found |= act
    # exchange-rules#R-37
    if "RedirectMessageTo" in found:
        return {k: v for k, v in found.items() if not k.startswith("RejectMessage")}
    return found


@st.composite
def relay_rules(draw: st.DrawFn, platform: Platform) -> Parameters:
    """Draw the rule that sends mail to the relay."""
    found: Parameters = {"Name": "relay"}
    found |= draw(conditions())
    found |= dict(_ONLINE[0] if platform is Platform.ONLINE else _SERVER[0])
    if draw(st.booleans()):
        found["StopRuleProcessing"] = True
    if draw(st.booleans()):
        found["ExceptIfHeaderContainsMessageHeader"] = "X-Zivver-Transport"
        found["ExceptIfHeaderContainsWords"] = ["true"]
    return found


@st.composite
def conditions(draw: st.DrawFn, prefix: str = "") -> Parameters:
    """Draw up to two conditions (or exceptions), each with its second half."""
    found: Parameters = {}
    most = draw(st.sampled_from((0, 1, 1, 1, 1, 2)))
    every = st.sampled_from(sorted(_TESTS))
    chosen = st.lists(every, min_size=most, max_size=most, unique=True)
    for name in draw(chosen):
        value = draw(_TESTS[name])
        if name in {"HeaderContainsWords", "LabelWords"}:
            field = "X-Tag" if name == "HeaderContainsWords" else "msip_labels"
            found[f"{prefix}HeaderContainsMessageHeader"] = field
            found[f"{prefix}HeaderContainsWords"] = value
        else:
            found[prefix + name] = value
        if name in _PARTNERS:
            other, values = _PARTNERS[name]
            found[prefix + other] = draw(values)
    return found


@st.composite
def _state(draw: st.DrawFn) -> Parameters:
    found: Parameters = {}
    if draw(st.integers(0, 5)) == 0:
        found["State"] = "Disabled"
    mode = draw(st.sampled_from(("", "", "", "", "Audit", "AuditAndNotify")))
    if mode:
        found["Mode"] = mode
    window = draw(st.integers(0, 11))
    if window in {0, 1}:
        year = 2020 if window else 2030
        found["ActivationDate"] = f"{year}-01-01T00:00:00+00:00"
    if window in {2, 3}:
        year = 2030 if window == 2 else 2020
        found["ExpiryDate"] = f"{year}-01-01T00:00:00+00:00"
    location = draw(st.sampled_from(("", "", "Envelope", "HeaderOrEnvelope")))
    if location:
        found["SenderAddressLocation"] = location
    return found
