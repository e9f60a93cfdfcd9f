"""The public names with their types, as those who build on them use them.

Nobody runs this: mypy reads it. A new public name gets a line here, and a type that
changes fails the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, assert_type

from hypothesis.strategies import SearchStrategy

from fakes.choices import Choices, Exploration, Fact, OpenReading, explore
from fakes.exchange import (
    AcceptedDomain,
    Directory,
    DomainType,
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    Readings,
    Rule,
    SendConnector,
    make_rule,
)
from fakes.internet import Host, Internet, decent_host
from fakes.mail import (
    Address,
    Content,
    Envelope,
    Label,
    LabelSpec,
    MailItem,
    Profile,
    Reply,
    Session,
    Submission,
    parse_address,
    parse_labels,
    read_reply,
)
from fakes.mail.receiver import Receipt, Receiver
from fakes.trace import Answer, Detail, Step, StepKind
from fakes.zivver import (
    Account,
    Credential,
    Fault,
    Ledger,
    Refusal,
    Spf,
    SpfResult,
    Transaction,
    ZivverService,
    check_host,
    credential,
    find_receiver,
    receiver,
)
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zone import Zone, look_up, zone
from harness import DISTRIBUTION, __version__, edits
from harness.check import Derivation, DerivedMail, TenantFacts, derive, facts_of
from harness.compare import TABLE, WEIGHT, Finding, FindingKind, compare, worst
from harness.duty import Duty, Inside, Obligation
from harness.exports import (
    Account as TenantAccount,
)
from harness.exports import (
    ExportError,
    Line,
    Missing,
    RawFile,
    Tenant,
    TenantError,
    Understood,
    make_tenant,
)
from harness.exports.files import built_in_tenants, read_tenant
from harness.failures import CATALOGUE, Failure, find_failure
from harness.outcome import Because, Delivery, Disposition, Fate, Outcome
from harness.policy import (
    Kind,
    Labelled,
    Policy,
    PolicyError,
    Row,
    SentBy,
    SubjectHas,
    Trigger,
    judge,
    parse_policy,
)
from harness.policy.files import read_policy
from harness.rehearse import Drilled, Matrix, Rehearsed, drill, rehearse
from harness.scenario import Case, Expectation, Mail, ScenarioError, item_of, spell
from harness.simulate import DEFAULT_BOUND, run_once, simulate
from harness.strategies import (
    DrawnMail,
    RelayTenant,
    RightTenant,
    mails,
    organizations,
    relay_tenants,
    right_tenants,
    spell_case,
)
from harness.wire import Wire, WireError, observe
from harness.world import Settled, World, with_readings

assert_type(DISTRIBUTION, str)
assert_type(__version__, str)
assert_type(DEFAULT_BOUND, int)


def a_mail_is_made_of_values() -> MailItem:
    anna = assert_type(parse_address("anna@contoso.example"), Address)
    envelope = Envelope(anna, (Address("info", "fabrikam.example"),))
    assert_type(envelope.reverse_path, Address | None)
    assert_type(envelope.recipients, tuple[Address, ...])
    assert_type(parse_labels(""), tuple[Label, ...])
    said = assert_type(read_reply("550 5.7.1 no"), Reply)
    assert_type(said.is_positive, bool)
    return MailItem(envelope, Content(b""), Submission(authenticated=anna))


def labels_are_written_by_profile(profile: Profile, spec: LabelSpec) -> None:
    assert_type(profile.value, str)
    assert_type(spec.guid, str)


def an_organization_is_a_value(rule: Rule) -> Organization:
    assert_type(make_rule({"Name": "x"}, None, priority=0, place="here"), Rule)
    return Organization(
        "contoso",
        Platform.ONLINE,
        (rule,),
        accepted_domains=(AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),),
        directory=Directory(()),
        outbound_connectors=(OutboundConnector("Zivver"),),
        readings=Readings(),
    )


def connectors_of_a_server(send: SendConnector, inbound: InboundConnector) -> None:
    assert_type(send.smart_hosts, tuple[str, ...])
    assert_type(inbound.name, str)


def an_export_becomes_a_tenant(folder: str) -> World:
    assert_type(make_tenant("contoso", [RawFile("rules.json", b"[]")]), Tenant)
    assert_type(built_in_tenants(), tuple[str, ...])
    tenant = assert_type(read_tenant(folder), Tenant)
    account = assert_type(tenant.account, TenantAccount)
    assert_type(account.of(Understood.NOT_JUDGED), tuple[Line, ...])
    assert_type(tenant.missing, tuple[Missing, ...])
    assert_type(tenant.policies, Mapping[str, str])
    return assert_type(tenant.world, World)


def a_policy_is_read_and_judges(path: Path, item: MailItem) -> tuple[Duty, ...]:
    assert_type(read_policy(path), Policy)
    policy = assert_type(parse_policy("", file="policy.toml"), Policy)
    assert_type(policy.rows, tuple[Row, ...])
    assert_type(policy.exempt, frozenset[Kind])
    assert_type(policy.rows[0].trigger, Trigger)
    return assert_type(judge(policy, item, own_domains=None), tuple[Duty, ...])


def every_trigger_is_one_of_three(trigger: Trigger) -> str:
    match trigger:
        case SubjectHas(phrases):
            return phrases[0]
        case Labelled(guids):
            return guids[0]
        case SentBy(addresses):
            return str(addresses[0])


def mails_are_derived(policy: Policy, world: World) -> None:
    facts = assert_type(facts_of(world), TenantFacts)
    derivation = assert_type(derive(policy, facts), Derivation)
    assert_type(derivation.mails, tuple[DerivedMail, ...])


def a_mail_is_simulated(item: MailItem, world: World, at: datetime) -> Outcome:
    outcome = assert_type(simulate(item, world, at=at), Outcome)
    assert_type(simulate(item, world, at=at, bound=9, patience=timedelta(1)), Outcome)
    assert_type(run_once(item, world, at=at, choices=Choices()), Outcome)
    assert_type(outcome.fate(None), Fate | None)
    fate = assert_type(outcome.fates[0], Fate)
    assert_type(fate.undetermined, Because | None)
    assert_type(fate.alternatives, tuple[tuple[Delivery, ...], ...])
    assert_type(fate.steps, tuple[Step, ...])
    delivery = assert_type(fate.deliveries[0], Delivery)
    assert_type(delivery.disposition, Disposition)
    assert_type(delivery.reached, Address | None)
    return outcome


def the_trace_is_data(step: Step) -> None:
    assert_type(step.kind, StepKind)
    assert_type(step.answer, Answer)
    assert_type(step.details, tuple[Detail, ...])


def an_outcome_is_held_to_its_duties(
    outcome: Outcome, duties: tuple[Duty, ...]
) -> None:
    findings = assert_type(compare(outcome, duties), tuple[Finding, ...])
    assert_type(worst(findings), FindingKind | None)
    assert_type(findings[0].delivery, Delivery | None)
    assert_type(findings[0].obligation, Obligation)
    assert_type(duties[0].inside, Inside)
    assert_type(WEIGHT[FindingKind.LEAK], int)
    kinds = TABLE[Disposition.PLAIN]
    assert_type(kinds, Mapping[Obligation, FindingKind | None])


def a_mail_is_observed(item: MailItem, world: World, at: datetime) -> None:
    assert_type(observe(item, world, at=at), Outcome)
    pinned: Mapping[Fact | OpenReading, str] = {OpenReading("two_connectors"): "first"}
    with Wire(world) as wire:
        assert_type(wire, Wire)
        assert_type(wire.observe(item, at=at, pinned=pinned), Outcome)


def a_question_can_be_settled(world: World, settled: Settled) -> World:
    return assert_type(with_readings(world, (settled,)), World)


def a_world_can_be_edited(world: World) -> World:
    world = assert_type(edits.disable_rule(world, "Relay"), World)
    return assert_type(edits.set_zivver(world, is_down=True), World)


def a_zivver_service_is_a_value(anna: Address) -> ZivverService:
    assert_type(credential("user", "password"), Credential)
    return ZivverService(
        accounts=(Account(anna),),
        credentials=(credential("user", "password"),),
        spf_allowlist=frozenset({"contoso.example"}),
        faults=frozenset({Fault.OVERLOADED}),
    )


def zivver_answers_as_a_function(
    service: ZivverService, dns: Zone, session: Session, envelope: Envelope
) -> None:
    door = assert_type(receiver(service, dns, 587, Choices()), Receiver[Transaction])
    assert_type(door.connect(session), Reply | None)
    found = find_receiver(service, dns, 25, Choices())
    assert_type(found, Receiver[Transaction] | Reply)
    receipt = door.message(session, envelope, Content(b""))
    assert_type(receipt, Receipt[Transaction])
    assert_type(receipt.reply, Reply)
    assert_type(receipt.record, Transaction)


def zivver_answers_on_a_socket(endpoint: ZivverEndpoint) -> None:
    with endpoint as running:
        ledger = assert_type(running.ledger, Ledger)
        assert_type(running.locate(587), tuple[str, int] | Reply)
    assert_type(ledger.transactions, tuple[Transaction, ...])
    assert_type(ledger.refusals, tuple[Refusal, ...])


def spf_is_checked_on_a_zone(session: Session, sender: Address) -> None:
    dns = zone({("contoso.example", "TXT"): ("v=spf1 -all",)})
    assert_type(look_up(dns, "contoso.example", "TXT").records, tuple[str, ...])
    if session.source is not None:
        found = check_host(
            dns, ip=session.source, domain=sender.domain, sender=sender, helo=""
        )
        assert_type(found, SpfResult)
        assert_type(found.result, Spf)


def other_servers_are_values() -> Internet:
    assert_type(decent_host("mx.fabrikam.example"), Host)
    return Internet(hosts=(decent_host("mx.fabrikam.example"),))


def every_way_is_explored() -> None:
    def ask(choices: Choices) -> str:
        return choices.choose(OpenReading("two_connectors"), ("last", "first"))

    assert_type(explore(ask, bound=9), Exploration[str])


def tenants_and_mails_are_drawn() -> None:
    assert_type(mails(), SearchStrategy[DrawnMail])
    assert_type(organizations(), SearchStrategy[Organization])
    tenants = assert_type(relay_tenants(is_healthy=True), SearchStrategy[RelayTenant])
    tenants.map(lambda tenant: assert_type(tenant.organization, Organization))
    assert_type(mails().map(lambda mail: mail.item), SearchStrategy[MailItem])
    assert_type(right_tenants(), SearchStrategy[RightTenant])


def failures_are_rehearsed(
    world: World, policy: Policy, mails: tuple[DerivedMail, ...], at: datetime
) -> None:
    assert_type(find_failure("F01"), Failure | None)
    matrix = assert_type(rehearse(CATALOGUE, world, policy, mails, at=at), Matrix)
    assert_type(matrix.missed, tuple[Rehearsed, ...])
    assert_type(drill(world, policy, mails, at=at), tuple[Drilled, ...])


def a_case_is_data(case: Case) -> None:
    assert_type(case.mail, Mail)
    assert_type(case.expect, Expectation)
    assert_type(spell(case), str)
    assert_type(item_of(case), MailItem)
    assert_type(spell_case.__name__, str)


def what_is_ill_formed_is_an_error_of_values(
    error: ExportError | PolicyError | ScenarioError,
) -> ValueError:
    return error


def a_folder_tells_all_that_is_wrong(error: TenantError) -> TenantAccount:
    assert_type(error.faults, tuple[ExportError, ...])
    return assert_type(error.account, TenantAccount)


def the_world_misbehaves(error: WireError) -> Exception:
    return error


def dispositions_are_words(found: Literal[Disposition.PLAIN]) -> str:
    return assert_type(found.value, str)
