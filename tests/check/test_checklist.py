"""The guide as a checklist, on the built-in tenants and on tenants with one fault."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import harness.scenario.files
from fakes.exchange.organization import Edition, Platform
from fakes.exchange.sites import Sites
from fakes.internet.gateway import Gateway
from fakes.zone import zone
from harness.check.checklist.noun import State
from harness.check.checklist.table import INSTRUCTIONS, checklist
from harness.check.lints.noun import Ground
from harness.edits import forget
from harness.edits.plan import apply_plan
from harness.exports import ExportError, RawFile, make_tenant
from harness.exports.files import read_tenant
from harness.exports.labels import ExportedLabel
from harness.policy import parse_policy
from harness.report.checklist import checklist_table
from harness.report.page import as_text
from tests.real_samples import needs_samples, samples

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
NAMES = (
    "guide-online-as-written",
    "guide-online-as-meant",
    "guide-onpremises-as-written",
    "guide-onpremises-as-meant",
)
HYBRID = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
MET, NOT_MET, DIFFERENT, CANNOT_TELL = State


def ground(name, *, plan="", labels=None):
    tenant = read_tenant(name)
    policy = parse_policy(tenant.policies["policy"])
    world = tenant.world
    if plan:
        world = apply_plan(world, plan, file="plan.ps1").after
    return Ground(world, AT, policy, labels)


GROUNDS = {name: ground(name) for name in NAMES}


def entries(where, name):
    return [entry for entry in checklist(where) if entry.id == name]


def states(where):
    return {entry.state for entry in checklist(where)}


def mistaken(where):
    """Where the guide was followed and should not have been."""
    return {e.id for e in checklist(where) if e.state is MET and e.instead}


@pytest.mark.parametrize("platform", Platform)
def test_no_two_instructions_have_one_id(platform):
    ids = [row.id for row in INSTRUCTIONS[platform]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", NAMES)
def test_the_built_in_tenants_follow_every_instruction_that_an_export_shows(name):
    assert NOT_MET not in states(GROUNDS[name])
    seen = {entry.id for entry in checklist(GROUNDS[name])}
    platform = GROUNDS[name].organization.platform
    assert {row.id for row in INSTRUCTIONS[platform]} - seen <= {"REQ-LABELS"}


def test_who_follows_the_guide_to_the_letter_is_told_where_it_is_mistaken():
    assert {
        *("ONLINE-TRUSTED", "ONLINE-LABEL-WORDS", "ONLINE-DIRECTION", "ONLINE-GUARD")
    } == mistaken(GROUNDS["guide-online-as-written"])
    assert {"SERVER-OPEN", "SERVER-DIRECTION", "SERVER-GUARD"} == mistaken(
        GROUNDS["guide-onpremises-as-written"]
    )


def test_who_does_better_than_the_guide_differs_and_is_asked_for_nothing():
    assert {"ONLINE-TRUSTED"} == mistaken(GROUNDS["guide-online-as-meant"])
    assert set() == mistaken(GROUNDS["guide-onpremises-as-meant"])
    found = entries(GROUNDS["guide-online-as-meant"], "ONLINE-LABEL-WORDS")
    assert [DIFFERENT] == [entry.state for entry in found]
    assert not found[0].instead


def test_every_entry_of_a_rule_or_connector_has_its_place():
    for where in GROUNDS.values():
        for entry in checklist(where):
            if entry.about.startswith(("rule", "connector")):
                assert ":" in entry.place


SUBJECT, LABEL = "'Zivver Custom Relay - subject'", "'Zivver Custom Relay - label'"
RELAY = "'Zivver Custom Relay'"
OTHER = (
    "New-OutboundConnector 'Archive' -ConnectorType Partner -IsTransportRuleScoped "
    "$true -UseMXRecord $false -SmartHosts archive.fabrikam.example "
    "-TlsSettings CertificateValidation"
)


@pytest.mark.parametrize(
    ("plan", "name", "state", "found"),
    [
        (f"Set-OutboundConnector {RELAY} -Enabled $false", "CONNECTOR", DIFFERENT, ""),
        (OTHER, "OTHERS", DIFFERENT, "it is there too"),
        (
            f"Set-OutboundConnector {RELAY} -ConnectorType OnPremises",
            *("PARTNER", NOT_MET, "OnPremises"),
        ),
        (
            (
                f"Set-OutboundConnector {RELAY} -IsTransportRuleScoped $false "
                "-RecipientDomains fabrikam.example"
            ),
            *("SCOPED", NOT_MET, "IsTransportRuleScoped False"),
        ),
        (
            f"Set-OutboundConnector {RELAY} -UseMXRecord $true -SmartHosts $null",
            *("HOSTS", NOT_MET, "UseMXRecord True"),
        ),
        (
            f"Set-OutboundConnector {RELAY} -SmartHosts smtp.ziver.com",
            *("HOSTS", MET, "smtp.ziver.com"),
        ),
        (
            f"Set-OutboundConnector {RELAY} -TlsSettings $null",
            *("TLS", NOT_MET, "TlsSettings none"),
        ),
        (
            f"Set-OutboundConnector {RELAY} -TlsSettings EncryptionOnly",
            *("TRUSTED", NOT_MET, "TlsSettings EncryptionOnly"),
        ),
        (
            (
                f"Set-OutboundConnector {RELAY} -TlsSettings DomainValidation "
                "-TlsDomain smtp.zivver.com"
            ),
            *("TRUSTED", MET, "TlsSettings DomainValidation smtp.zivver.com"),
        ),
        (
            (
                f"Set-TransportRule {SUBJECT} -SubjectContainsWords $null "
                "-SubjectMatchesPatterns '^Secure'"
            ),
            *("SUBJECT", DIFFERENT, "SubjectMatchesPatterns ^Secure"),
        ),
        (
            f"Remove-TransportRule {SUBJECT}",
            *("SUBJECT", NOT_MET, "no rule to Zivver looks at a subject"),
        ),
        (
            f"Remove-TransportRule {LABEL}",
            *("LABEL-FIELD", NOT_MET, "no rule to Zivver looks at a label"),
        ),
        (
            f"Set-TransportRule {LABEL} -SentToScope $null",
            *("LABEL-OUTSIDE", NOT_MET, "no SentToScope"),
        ),
        (
            (
                f"Set-TransportRule {LABEL} -HeaderContainsMessageHeader $null "
                "-HeaderContainsWords $null -HeaderMatchesMessageHeader msip_labels "
                f"-HeaderMatchesPatterns '{GUID}'"
            ),
            *("LABEL-WORDS", DIFFERENT, f"the pattern {GUID}"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -From anna@contoso.example",
            *("TRIGGERS", DIFFERENT, "a subject and a sender in one rule"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -SubjectContainsWords $null",
            *("TRIGGERS", DIFFERENT, "neither subject, label nor sender"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -RuleErrorAction Ignore",
            *("DEFER", NOT_MET, "RuleErrorAction Ignore"),
        ),
        (
            f"Disable-TransportRule {SUBJECT}",
            *("ENABLED", DIFFERENT, "State Disabled"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -ActivationDate 2026-12-31",
            *("ENABLED", DIFFERENT, "not before 2026-12-31 00:00"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -ExpiryDate 2026-01-31",
            *("ENABLED", NOT_MET, "ended on 2026-01-31 00:00"),
        ),
        (
            f"Remove-OutboundConnector {RELAY}",
            *("ROUTE", NOT_MET, '"Zivver Custom Relay" is not there'),
        ),
        (
            f"Remove-OutboundConnector {RELAY}",
            *("CONNECTOR", NOT_MET, "no connector leads to Zivver"),
        ),
        (
            (
                "New-TransportRule Mark -Priority 0 -SubjectContainsWords invoice "
                "-SetHeaderName X-A -SetHeaderValue b"
            ),
            "PRIORITY",
            CANNOT_TELL,
            'priority 1; ahead of it: 0 "Mark"; behind it: none',
        ),
    ],
)
def test_a_change_online_is_told_at_its_instruction(plan, name, state, found):
    told = entries(ground("guide-online-as-meant", plan=plan), f"ONLINE-{name}")
    assert any(e.state is state and found in e.found for e in told), told


@pytest.mark.parametrize(
    ("plan", "name", "state", "found"),
    [
        (
            f"Set-SendConnector {RELAY} -Port 465",
            *("PORT", NOT_MET, "port 465"),
        ),
        (f"Set-SendConnector {RELAY} -Port 587", "PORT", MET, "port 587"),
        (
            f"Set-SendConnector {RELAY} -SmartHostAuthMechanism BasicAuth",
            *("AFTER-TLS", NOT_MET, "SmartHostAuthMechanism BasicAuth"),
        ),
        (
            f"Set-SendConnector {RELAY} -SmartHostAuthMechanism None",
            *("BASIC", NOT_MET, "SmartHostAuthMechanism None"),
        ),
        (
            f"Set-SendConnector {RELAY} -AddressSpaces 'SMTP:*;1'",
            *("SPACE", NOT_MET, "* (cost 1)"),
        ),
        (
            f"Set-SendConnector {RELAY} -AddressSpaces 'SMTP:zivver.org;5'",
            *("COST", DIFFERENT, "cost 5"),
        ),
        (
            f"Set-SendConnector {RELAY} -IsScopedConnector $false",
            *("SCOPED", DIFFERENT, "IsScopedConnector False"),
        ),
        (
            f"Set-SendConnector {RELAY} -SmartHosts smtp.ziver.com",
            *("HOST", NOT_MET, "smtp.ziver.com"),
        ),
        (
            (
                "New-SendConnector Archive -AddressSpaces 'SMTP:zivver.org;1' "
                "-SmartHosts archive.fabrikam.example -DNSRoutingEnabled $false"
            ),
            *("OTHERS", DIFFERENT, "it is for the same addresses"),
        ),
        (
            f"Remove-SendConnector {RELAY}",
            *("CONNECTOR", NOT_MET, "no send connector leads to Zivver"),
        ),
        (
            "Remove-AcceptedDomain zivver.org",
            *("DOMAIN", NOT_MET, "it is no accepted domain"),
        ),
        (
            f"Set-SendConnector {RELAY} -AddressSpaces 'SMTP:fabrikam.example;1'",
            *("NOBODY", NOT_MET, "DNS knows it: 10 mx1.fabrikam.example"),
        ),
        (
            f"Set-SendConnector {RELAY} -AddressSpaces 'SMTP:relay.example;1'",
            *("NOBODY", CANNOT_TELL, "internet.toml does not say"),
        ),
        (
            (
                f"Set-TransportRule {SUBJECT} -SetHeaderValue false "
                "-SetHeaderName x-zivver-ignore-smtp-recipients"
            ),
            *("HEADER", NOT_MET, "x-zivver-ignore-smtp-recipients: false"),
        ),
        (
            f"Set-TransportRule {SUBJECT} -Mode Audit",
            *("MODE", NOT_MET, "Mode Audit"),
        ),
    ],
)
def test_a_change_on_servers_is_told_at_its_instruction(plan, name, state, found):
    told = entries(ground("guide-onpremises-as-meant", plan=plan), f"SERVER-{name}")
    assert any(e.state is state and found in e.found for e in told), told


def test_each_domain_from_which_secure_mail_is_sent_is_looked_for_on_the_allowlist():
    policy = parse_policy(
        """
        [[must_be_secure]]
        sender = "payroll@pay.example"
        [[must_be_secure]]
        subject = "Secure"
        from = ["@shop.example", "anna@contoso.example"]
        """.replace('"@shop', '"shop')
    )
    where = replace(GROUNDS["guide-online-as-meant"], policy=policy)
    told = {e.about.partition(" ")[0]: e.state for e in entries(where, _ALLOWLIST)}
    assert {
        "pay.example": NOT_MET,
        "shop.example": NOT_MET,
        "contoso.example": MET,
    } == told
    (default,) = [e for e in entries(where, _ALLOWLIST) if "default" in e.about]
    assert default.about.startswith("contoso.example")


_ALLOWLIST = "ONLINE-ALLOWLIST"


def test_an_allowlist_that_nobody_told_is_not_known():
    where = GROUNDS["guide-online-as-meant"]
    zivver = replace(where.world.zivver, spf_allowlist=None)
    where = replace(where, world=replace(where.world, zivver=zivver))
    assert {CANNOT_TELL} == {entry.state for entry in entries(where, _ALLOWLIST)}


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ({}, CANNOT_TELL),
        ({("contoso.example", "TXT"): ("hello",)}, NOT_MET),
        ({("contoso.example", "TXT"): ("v=spf1 -all", "v=spf1 ~all")}, NOT_MET),
        ({("contoso.example", "TXT"): ("v=spf1 -all",)}, MET),
    ],
)
def test_spf_is_there_or_not_or_not_known(records, state):
    where = GROUNDS["guide-online-as-meant"]
    internet = replace(where.world.internet, zone=zone(records))
    where = replace(where, world=replace(where.world, internet=internet))
    assert {state} == {entry.state for entry in entries(where, "ONLINE-SPF")}


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        (None, CANNOT_TELL),
        ((), NOT_MET),
        ((ExportedLabel(GUID, "c", "Confidential"),), MET),
    ],
)
def test_the_guid_is_that_of_a_label_or_not_or_not_known(labels, state):
    where = ground("guide-online-as-meant", labels=labels)
    assert {state} == {entry.state for entry in entries(where, "ONLINE-LABEL-GUID")}


@pytest.mark.parametrize(
    ("reaches", "state"), [(True, MET), (False, NOT_MET), (None, CANNOT_TELL)]
)
def test_a_gateway_reaches_zivver_or_not_or_nobody_said(reaches, state):
    plan = f"Set-OutboundConnector {RELAY} -SmartHosts seg.contoso.example"
    where = ground("guide-online-as-meant", plan=plan)
    gateway = Gateway(("seg.contoso.example",), reaches_zivver=reaches)
    internet = replace(where.world.internet, gateways=(gateway,))
    where = replace(where, world=replace(where.world, internet=internet))
    assert {state, DIFFERENT} == {e.state for e in entries(where, "REQ-GATEWAY")}


def test_what_was_not_exported_cannot_be_told():
    where = GROUNDS["guide-online-as-meant"]
    world = forget(where.world, "rules", "outbound_connectors")
    found = checklist(replace(where, world=world))
    told = {e.id: e.state for e in found}
    for name in ("ONLINE-CONNECTOR", "ONLINE-OTHERS", "ONLINE-RULE"):
        assert CANNOT_TELL is told[name]
    assert NOT_MET not in told.values()
    where = GROUNDS["guide-onpremises-as-meant"]
    world = forget(where.world, "send_connectors", "accepted_domains", "directory")
    told = {e.id: e.state for e in checklist(replace(where, world=world))}
    for name in ("SERVER-CONNECTOR", "SERVER-OTHERS", "SERVER-CONTACT"):
        assert CANNOT_TELL is told[name]
    assert NOT_MET not in {told[n] for n in told if not n.startswith("SERVER-RED")}


def test_a_server_of_which_somebody_told_the_edition_is_new_enough():
    where = GROUNDS["guide-onpremises-as-meant"]
    place = replace(where.organization, edition=Edition.SERVER_2019)
    where = replace(where, world=replace(where.world, organization=place))
    assert [MET] == [entry.state for entry in entries(where, "REQ-EXCHANGE")]


@pytest.mark.parametrize(
    ("priority", "after", "state"),
    [
        (0, 'after = ["Mark"]', MET),
        (3, 'after = ["Mark"]', NOT_MET),
        (3, "", CANNOT_TELL),
    ],
)
def test_priorities_are_held_to_what_the_policy_wants_done_first(
    priority, after, state
):
    plan = (
        f"New-TransportRule Mark -Priority {priority} -SubjectContainsWords invoice "
        "-SetHeaderName X-A -SetHeaderValue b"
    )
    where = ground("guide-online-as-meant", plan=plan)
    policy = parse_policy(f'[[must_be_secure]]\nsubject = "Secure"\n{after}')
    told = entries(replace(where, policy=policy), "ONLINE-PRIORITY")
    assert {state} == {entry.state for entry in told}
    assert all("priority" in entry.found for entry in told)
    assert (state is MET) == (not told[0].instead)


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (None, CANNOT_TELL),
        ("", MET),
        ("zivver_dlp_expected = true\n", NOT_MET),
    ],
)
def test_who_relies_on_the_protection_that_the_relay_has_not_is_told(policy, state):
    text = f'{policy}[[must_be_secure]]\nsubject = "Secure"'
    intent = None if policy is None else parse_policy(text)
    where = replace(GROUNDS["guide-online-as-meant"], policy=intent)
    assert [state] == [entry.state for entry in entries(where, "LIM-DLP")]


def test_a_label_needs_exchange_online():
    policy = parse_policy(f'[[must_be_secure]]\nlabel = "{GUID}"')
    where = replace(GROUNDS["guide-onpremises-as-meant"], policy=policy)
    assert [NOT_MET] == [entry.state for entry in entries(where, "REQ-LABELS")]


def test_a_scoped_connector_is_right_with_one_site_and_wrong_with_more():
    where = GROUNDS["guide-onpremises-as-meant"]
    for names, is_told in ((("a", "a"), False), (("a", "b"), True)):
        sites = Sites(tuple(zip(("ex01", "ex02"), names, strict=True)))
        place = replace(where.organization, sites=sites)
        moved = replace(where, world=replace(where.world, organization=place))
        (entry,) = entries(moved, "SERVER-SCOPED")
        assert is_told == bool(entry.instead)


@pytest.mark.parametrize(
    ("credential", "state"), [("known", MET), ("wrong", NOT_MET), (None, CANNOT_TELL)]
)
def test_the_login_is_known_to_zivver_or_not_or_nobody_said(credential, state):
    where = GROUNDS["guide-onpremises-as-meant"]
    zivver = where.world.zivver
    if credential != "known":
        changed = () if credential else None
        zivver = replace(zivver, credentials=changed)
    where = replace(where, world=replace(where.world, zivver=zivver))
    (entry,) = entries(where, "SERVER-CREDENTIALS")
    assert state is entry.state


def test_a_hybrid_is_held_to_both_chapters_and_the_side_is_named():
    tenant = read_tenant(str(HYBRID))
    where = Ground(tenant.world, AT, parse_policy(tenant.policies["policy"]))
    found = checklist(where)
    assert {"online", "on-premises"} == {entry.side for entry in found}
    assert NOT_MET not in {entry.state for entry in found}


def test_without_a_policy_the_domains_of_the_people_count():
    where = replace(GROUNDS["guide-online-as-meant"], policy=None)
    assert [MET] == [entry.state for entry in entries(where, _ALLOWLIST)]
    world = forget(where.world, "directory")
    assert [MET] == [e.state for e in entries(replace(where, world=world), _ALLOWLIST)]


# ----------------------------------------------------------------------- on paper


def text(where, *, width=100, is_whole=False):
    page = checklist_table(checklist(where), width=width, is_whole=is_whole)
    return as_text(page, width=width)


def test_the_table_names_what_asks_for_something_and_counts_the_rest():
    few = text(GROUNDS["guide-online-as-written"])
    assert "in 7 the guide is mistaken" in few
    assert "mistaken" in few
    assert "more: --all shows all." in few
    assert "State Enabled" not in few
    whole = text(GROUNDS["guide-online-as-written"], is_whole=True)
    assert "State Enabled" in whole
    assert "--all" not in whole


def test_a_narrow_page_says_the_same():
    page = text(GROUNDS["guide-online-as-written"], width=60)
    assert "MSIP_Label_<guid>_Enabled=True" in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 60


def test_nothing_asked_is_no_table():
    assert "" == as_text(checklist_table((), width=100), width=100)


# ------------------------------------------------------------------ real exports


@needs_samples
def test_rules_of_other_people_are_held_to_the_guide_without_a_fault():
    folder = samples("get-cmdlet-json")
    connectors = RawFile(
        "c.json",
        b'[{"Name": "x", "UseMXRecord": true, "TlsSettings"'
        b': null, "RecipientDomains": ["*"]}]',
    )
    count = 0
    for path in sorted(folder.glob("*transport_rule*.json")):
        try:
            raw = RawFile(path.name, path.read_bytes())
            tenant = make_tenant("t", (raw, connectors))
        except ExportError:
            continue
        found = checklist(Ground(tenant.world, AT))
        assert NOT_MET in {entry.state for entry in found}
        count += 1
    assert count
