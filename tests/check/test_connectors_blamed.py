"""Which setting of a connector explains a finding, and what would be right."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import ConnectorType, OutboundConnector, SmartHostAuth
from fakes.internet.gateway import Gateway
from fakes.internet.hosts import Internet, decent_host
from fakes.internet.trigger import SubjectWord
from fakes.mail.handoff import TlsLevel
from harness.check.derive import derive
from harness.check.facts import facts_of
from harness.check.remedy import Checked, find_remedies
from harness.check.report import Verdict
from harness.check.run import check
from harness.compare import FindingKind
from harness.world import with_answers_pinned
from tests.check.tenants import NOON, POLICY, online, server

DESCRIBED = tuple(map(decent_host, ("relay.other.example", "relay.fabrikam.example")))


def with_connectors(world, *connectors, **changes):
    organization = world.organization
    (known,) = organization.outbound_connectors
    made = (replace(known, **changes), *connectors)
    return replace(
        world,
        organization=replace(organization, outbound_connectors=made),
        internet=Internet(hosts=DESCRIBED),
    )


def examined(world):
    mails = derive(POLICY, facts_of(world)).mails
    report = check(world, POLICY, mails, at=NOON)
    return report, find_remedies(Checked(world, POLICY, mails, NOON, report))


def told(world, kind):
    """The blame and the lines of the heaviest sort of that kind."""
    report, remedies = examined(world)
    number, sort = next((n, s) for n, s in enumerate(report.sorts) if s.kind is kind)
    lines = remedies[number].commands if number in remedies else ()
    return report, sort.blame, lines


@pytest.mark.parametrize(
    ("level", "says"),
    [
        (None, "without TlsSettings, TLS is used only if it is offered"),
        (TlsLevel.ENCRYPTION_ONLY, "any certificate will do (EncryptionOnly)"),
    ],
)
def test_a_connector_that_trusts_anybody_exposes_and_is_told_what_is_right(level, says):
    world = with_connectors(online(), tls=level, tls_domain=None)
    report, blame, lines = told(world, FindingKind.EXPOSURE)
    assert Verdict.NO is report.answer
    assert ("Zivver", says) == (blame.connector, blame.why)
    line = "Set-OutboundConnector 'Zivver' -TlsSettings 'CertificateValidation'"
    assert (line,) == lines


def test_a_send_connector_that_trusts_anybody_exposes():
    world = server()
    organization = world.organization
    relay, internet = organization.send_connectors
    loose = replace(relay, auth=SmartHostAuth.BASIC)
    changed = replace(organization, send_connectors=(loose, internet))
    _, blame, lines = told(replace(world, organization=changed), FindingKind.EXPOSURE)
    assert blame.why.startswith("without TlsAuthLevel")
    (line,) = lines
    assert line.endswith("-RequireTLS $true -TlsAuthLevel 'CertificateValidation'")


def test_a_connector_that_looks_at_no_name_is_a_hint_and_the_answer_is_yes():
    # zivver#F38
    world = with_connectors(
        online(), tls=TlsLevel.CERTIFICATE_VALIDATION, tls_domain=None
    )
    report, blame, lines = told(world, FindingKind.WEAK)
    assert Verdict.YES is report.answer
    assert len(report.mails) == report.as_intended
    assert not any(cell.wrong for line in report.lines for _, cell in line.cells)
    says = "TlsSettings CertificateValidation looks at no name in the certificate"
    assert ("Zivver", says) == (blame.connector, blame.why)
    assert () == lines
    (sort,) = report.sorts
    assert {"word", "label", "sender"} == set(sort.rows)
    assert not blame.gateway


def test_of_a_connector_to_a_gateway_the_gateway_s_name_is_asked():
    world = with_connectors(
        online(),
        smart_hosts=("seg.contoso.example",),
        tls=TlsLevel.CERTIFICATE_VALIDATION,
        tls_domain=None,
    )
    gateway = Gateway(
        ("seg.contoso.example",), triggers=(SubjectWord("Secure"),), reaches_zivver=True
    )
    _, blame, _ = told(
        replace(world, internet=Internet(gateways=(gateway,))), FindingKind.WEAK
    )
    assert ("Zivver", "seg.contoso.example") == (blame.connector, blame.gateway)


@pytest.mark.parametrize(
    ("changes", "says", "line"),
    [
        (
            {
                "uses_mx": True,
                "smart_hosts": (),
                "tls": TlsLevel.CERTIFICATE_VALIDATION,
            },
            "its connector uses the MX of the recipient's domain (UseMXRecord)",
            (
                "Set-OutboundConnector 'Zivver' -UseMXRecord $false "
                "-SmartHosts 'smtp.zivver.com'"
            ),
        ),
        (
            {
                "smart_hosts": ("relay.other.example",),
                "tls": TlsLevel.CERTIFICATE_VALIDATION,
            },
            "its connector has a smart host that is not Zivver's: relay.other.example",
            (
                "Set-OutboundConnector 'Zivver' -UseMXRecord $false "
                "-SmartHosts 'smtp.zivver.com'"
            ),
        ),
        (
            {"is_enabled": False},
            "its connector is off",
            "Set-OutboundConnector 'Zivver' -Enabled $true",
        ),
        (
            {"is_in_test_mode": True},
            "its connector is in test mode",
            "Set-OutboundConnector 'Zivver' -TestMode $false",
        ),
        (
            {"name": "Another"},
            "the connector that it names does not exist",
            "",
        ),
    ],
)
def test_a_connector_past_zivver_is_named_with_what_would_be_right(changes, says, line):
    # zivver#F32, zivver#F34, zivver#F35
    world = with_connectors(online(), **changes)
    answers = {
        "unusable_connector": "ordinary-routing",
        "test_mode_connector": "not-used",
    }
    world = with_answers_pinned(world, answers)
    report, blame, lines = told(world, FindingKind.LEAK)
    assert Verdict.NO is report.answer
    assert ("Zivver", f"it matched, and {says}") == (blame.connector, blame.why)
    assert ((line,) if line else ()) == lines


def test_a_connector_that_loses_to_a_closer_one_is_named():
    # zivver#F43
    closer = OutboundConnector(
        "Partner",
        type=ConnectorType.PARTNER,
        recipient_domains=("fabrikam.example",),
        uses_mx=False,
        smart_hosts=("relay.fabrikam.example",),
    )
    world = with_connectors(
        online(()), closer, is_rule_scoped=False, recipient_domains=("*",)
    )
    _, blame, _ = told(world, FindingKind.LEAK)
    says = "it is for fabrikam.example, which is closer than connector `Zivver`"
    assert ("Partner", says) == (blame.connector, blame.why)
    _, alone, _ = told(online(()), FindingKind.LEAK)
    assert "no mail flow rule sends mail to Zivver" == alone.why
