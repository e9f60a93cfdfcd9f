"""What undoes a correction: the values that were there, if they give it back."""

import pytest

from fakes.exchange.organization import OutboundConnector
from fakes.mail.handoff import TlsLevel
from harness.check import derive_of
from harness.check.remedy import Checked, Correction, find_remedies, undoing
from harness.check.run import check
from harness.compare import FindingKind
from harness.edits import set_connector, set_contact, set_rule
from tests.check.tenants import AS_WRITTEN, NOON, POLICY, online, server

EDITS = {
    "Set-TransportRule": set_rule,
    "Set-MailContact": set_contact,
    "Set-OutboundConnector": set_connector,
    "Set-SendConnector": set_connector,
}
ONLINE = {
    "a condition that was not there": (
        Correction("Zivver word", (("SentToScope", "NotInOrganization"),), ""),
        "Set-TransportRule 'Zivver word' -SentToScope $null",
    ),
    "other words": (
        Correction(
            "Zivver label",
            (
                ("HeaderContainsMessageHeader", "msip_labels"),
                ("HeaderContainsWords", ("MSIP_Label_x_Enabled=true",)),
            ),
            "",
        ),
        "-HeaderContainsWords 'MSIP_Labels_",
    ),
    "an exception": (
        Correction(
            "Zivver word",
            (
                ("ExceptIfHeaderMatchesMessageHeader", "X-Zivver-Transport"),
                ("ExceptIfHeaderMatchesPatterns", ("..*.",)),
            ),
            "",
        ),
        "-ExceptIfHeaderMatchesPatterns $null",
    ),
    "the state": (
        Correction("Zivver word", (("State", "Disabled"),), ""),
        "Enable-TransportRule 'Zivver word'",
    ),
    "the mode": (
        Correction("Zivver word", (("Mode", "Audit"),), ""),
        "-Mode 'Enforce'",
    ),
    "a connector": (
        Correction(
            "Zivver",
            (("UseMXRecord", True), ("SmartHosts", None)),
            "",
            "Set-OutboundConnector",
        ),
        "Set-OutboundConnector 'Zivver' -UseMXRecord $false -SmartHosts",
    ),
    "a connector without TLS": (
        Correction(
            "Plain",
            (("TlsSettings", TlsLevel.CERTIFICATE_VALIDATION.value),),
            "",
            "Set-OutboundConnector",
        ),
        "-TlsSettings $null",
    ),
}
SERVER = {
    "a send connector": (
        Correction(
            "Zivver",
            (("RequireTLS", True), ("TlsAuthLevel", "CertificateValidation")),
            "",
            "Set-SendConnector",
        ),
        "Set-SendConnector 'Zivver' -RequireTLS $false -TlsAuthLevel $null",
    ),
    "address spaces": (
        Correction(
            "Internet",
            (("AddressSpaces", ("SMTP:*;100",)), ("MaxMessageSize", "10MB")),
            "",
            "Set-SendConnector",
        ),
        "-AddressSpaces 'SMTP:*;1' -MaxMessageSize 'Unlimited'",
    ),
    "a scope": (
        Correction(
            "Zivver",
            (("IsScopedConnector", True), ("Enabled", False)),
            "",
            "Set-SendConnector",
        ),
        "-IsScopedConnector $false -Enabled $true",
    ),
    "a contact": (
        Correction(
            "relay@relay.example",
            (("RequireSenderAuthenticationEnabled", True),),
            "",
            "Set-MailContact",
        ),
        "-RequireSenderAuthenticationEnabled $false",
    ),
    "a header": (
        Correction(
            "Zivver word", (("SetHeaderName", "x"), ("SetHeaderValue", "1")), ""
        ),
        "-SetHeaderName 'x-zivver-ignore-smtp-recipients' -SetHeaderValue 'true'",
    ),
}


def worlds():
    plain = OutboundConnector("Plain", uses_mx=False, smart_hosts=("h.example",))
    zivver = online().organization.outbound_connectors
    there = online(AS_WRITTEN, outbound_connectors=(*zivver, plain))
    yield from ((there, *case) for case in ONLINE.values())
    yield from ((server(), *case) for case in SERVER.values())


@pytest.mark.parametrize(
    ("world", "correction", "line"), list(worlds()), ids=[*ONLINE, *SERVER]
)
def test_a_correction_is_undone_by_the_values_before(world, correction, line):
    found = undoing((correction,), world)
    changed = EDITS[correction.cmdlet](
        world, correction.rule, dict(correction.parameters)
    )

    assert line in found[0].command
    back = EDITS[correction.cmdlet](changed, found[0].rule, dict(found[0].parameters))
    assert (world, True) == (back, changed != world)


def test_what_does_not_give_back_what_was_is_not_given():
    # A connector that no export shows has no values to go back to.
    gone = Correction("No such", (("Enabled", True),), "", "Set-OutboundConnector")
    assert () == undoing((gone,), online())


def test_what_a_remedy_newly_breaks_has_its_way_back():
    world = server()
    mails = derive_of(POLICY, world).mails
    report = check(world, POLICY, mails, at=NOON)
    remedies = find_remedies(Checked(world, POLICY, mails, NOON, report))

    (number,) = [
        n
        for n, sort in enumerate(report.sorts)
        if sort.kind is FindingKind.OVER_CAPTURE and sort.blame.rule == "Zivver word"
    ]
    remedy = remedies[number]
    assert remedy.breaks
    assert remedy.undo_commands == (
        "Set-TransportRule 'Zivver word' -SentToScope $null",
    )
