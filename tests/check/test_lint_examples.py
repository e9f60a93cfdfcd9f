"""Every lint by the example of its page: wrong makes it appear, right makes it go.

And where a mail can show it, a mail does.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harness.scenario.files
from fakes.exchange.organization import Platform, RecipientKind
from fakes.exchange.sites import SiteLink, Sites
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.labels import LabelSpec, Profile, build_value
from harness.check import derive_of
from harness.check.lints.noun import Ground, Severity
from harness.check.lints.table import BY_ID, ROWS, lints
from harness.compare import FindingKind, compare
from harness.edits import add_rule, fail_rule, forget, set_rule
from harness.edits.plan import apply_plan
from harness.exports.files import read_tenant
from harness.exports.labels import ExportedLabel
from harness.policy import parse_policy
from harness.report.files import read_page
from harness.simulate import simulate

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
GROUP = "5b6c7d8e-9f0a-4b1c-8d2e-3f4a5b6c7d8e"
SITE = "7d8e9f0a-1b2c-4d3e-8f4a-5b6c7d8e9f0a"
OTHER = "8e9f0a1b-2c3d-4e4f-9a5b-6c7d8e9f0a1b"
LABELS = (
    ExportedLabel(GUID, "c-1", "All Employees", GROUP),
    ExportedLabel(OTHER, "h-1", "All Employees"),
    ExportedLabel(GROUP, "c", "Confidential", is_parent=True),
    ExportedLabel(SITE, "s", "Site", is_for_mail=False),
)
# What no line of PowerShell makes of the built-in tenants; other tests have it.
WITHOUT_LINES = {
    *("LIMIT-RULES", "LIMIT-ALL-WORDS", "LIMIT-SIZE", "LIMIT-NAME", "LIMIT-COMMENTS"),
    *("LIMIT-WORD", "LIMIT-REJECT-TEXT", "EDITION-LACKS", "CONNECTOR-REFUSED"),
    *("RULE-UNREADABLE", "PLACEHOLDER-NO-MAIL-CONTACT", "REF-AMBIGUOUS"),
}
# The built-in tenants have these themselves: they follow the guide's own choice.
OF_THE_GUIDE = {"WORD-ORDINARY", "CONNECTOR-NO-NAME", "CONNECTOR-ONE-SERVER"}
HYBRID = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
SCOPED = "CONNECTOR-SCOPED"
BLOCK = re.compile(r"(?ms)^## (Wrong|Right)\n\n```powershell\n(.*?)\n```")
TENANTS = {
    Platform.ONLINE: read_tenant("guide-online-as-meant"),
    Platform.SERVER: read_tenant("guide-onpremises-as-meant"),
}


def ground(platform):
    tenant = TENANTS[platform]
    labels = LABELS if platform is Platform.ONLINE else None
    return Ground(tenant.world, AT, parse_policy(tenant.policies["policy"]), labels)


def with_sites(where):
    servers = (("ex01", "amsterdam"), ("ex02", "utrecht"))
    links = (SiteLink(frozenset({"amsterdam", "utrecht"}), 10),)
    sites = Sites(servers, links=links, mailbox_server="ex02")
    organization = replace(where.organization, sites=sites)
    return replace(where, world=replace(where.world, organization=organization))


GROUNDS = {platform: ground(platform) for platform in Platform}


def example(name):
    return dict(BLOCK.findall(read_page(name)))


def start_of(name):
    """The corrected tenant that an example changes."""
    row = BY_ID[name]
    if name == SCOPED:
        return applied(with_sites(GROUNDS[Platform.SERVER]), example(name)["Right"])
    online = Platform.ONLINE in row.platforms
    return GROUNDS[Platform.ONLINE if online else Platform.SERVER]


def applied(where, lines):
    return replace(where, world=apply_plan(where.world, lines, file="page").after)


def found(where, name):
    return [lint for lint in lints(where) if lint.id == name]


def test_every_lint_has_an_example_in_lines_but_those_that_none_can_show():
    assert WITHOUT_LINES == {row.id for row in ROWS if not example(row.id)}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.id not in WITHOUT_LINES], ids=lambda row: row.id
)
def test_what_is_wrong_makes_it_appear_and_what_is_right_makes_it_go(row):
    start, lines = start_of(row.id), example(row.id)
    if row.id not in OF_THE_GUIDE:
        assert [] == found(start, row.id)
    wrong = applied(start, lines["Wrong"])
    told = found(wrong, row.id)
    assert told
    assert {row.severity} == {lint.severity for lint in told}
    assert {row.source} == {lint.source for lint in told}
    assert [] == found(applied(wrong, lines["Right"]), row.id)


def with_person(where, **changes):
    """The tenant with one more recipient, like its first one but for the changes."""
    directory = where.organization.directory
    more = replace(directory.recipients[0], **changes)
    people = replace(directory, recipients=(*directory.recipients, more))
    organization = replace(where.organization, directory=people)
    return replace(where, world=replace(where.world, organization=organization))


def test_a_name_that_two_people_bear_is_told():
    start = GROUNDS[Platform.ONLINE]
    rule = "Zivver Custom Relay - sender"
    name = start.organization.directory.recipients[0].name
    for primary, count in (("anna@contoso.example", 0), ("ann@contoso.example", 1)):
        changes = {} if not count else {"primary": parse_address(primary)}
        people = with_person(start, name=name, **changes) if count else start
        changed = set_rule(people.world, rule, {"From": [name]})
        told = found(replace(people, world=changed), "REF-AMBIGUOUS")
        assert count == len(told)


@pytest.mark.parametrize(
    ("kind", "count"), [(RecipientKind.MAIL_CONTACT, 0), (RecipientKind.MAIL_USER, 2)]
)
def test_a_placeholder_that_is_no_contact_is_told(kind, count):
    start = GROUNDS[Platform.SERVER]
    directory = start.organization.directory
    people = tuple(
        replace(one, kind=kind) if one.external else one for one in directory.recipients
    )
    place = replace(start.organization, directory=replace(directory, recipients=people))
    changed = replace(start, world=replace(start.world, organization=place))
    assert count == len(found(changed, "PLACEHOLDER-NO-MAIL-CONTACT"))


def test_nothing_is_said_of_what_was_not_exported():
    for where in GROUNDS.values():
        absent = ("rules", "directory", "accepted_domains")
        connectors = ("outbound_connectors", "send_connectors")
        world = forget(where.world, *absent, *connectors)
        assert () == lints(replace(where, world=world, labels=None))


# -------------------------------------------------------------- kinds of findings


KINDS = sorted({kind.name for kind in FindingKind} - {"VACUOUS"})


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_a_finding_makes_a_mail_of_the_check_show_it(name):
    platform = Platform.SERVER if name == "MISDIRECTION" else Platform.ONLINE
    start = GROUNDS[platform]
    wrong = applied(start, example(name)["Wrong"])
    kinds = (
        finding.kind.name
        for mail in derive_of(wrong.policy, wrong.world).mails
        for finding in compare(simulate(mail.item, wrong.world, at=AT), mail.duties)
    )
    assert any(kind == name for kind in kinds)


# ---------------------------------------------------------------- proved by a mail


def label(guid=GUID, name="Confidential", profile=Profile.P5):
    spec = LabelSpec(
        guid,
        site_id="7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162",
        name=name,
        action_id="5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293",
        set_date=AT,
    )
    return f"msip_labels: {build_value(profile, spec)}\r\n"


def mail(
    subject="lunch",
    *,
    sender="anna@contoso.example",
    to="info@fabrikam.example",
    given="",
    header="",
    size=0,
    is_anonymous=False,
):
    """A mail of somebody inside; `given` is in the envelope instead of `to`."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{header}\r\n"
    text = (head + ("x" * 76 + "\r\n") * (size // 78)).encode()
    who = parse_address(sender)
    submission = (
        Submission(source=ip_address("203.0.113.9"))
        if is_anonymous
        else Submission(authenticated=who)
    )
    envelope = Envelope(who, (parse_address(given or to),))
    return MailItem(envelope, Content(text), submission)


SECURE, PLAIN, OPEN = "SECURE_NOTIFICATION", "PLAIN", "open"
WORD = mail("Secure results")
LABELLED = mail(header=label())
STRANGER = mail(
    to="info@fabrikam.example",
    given="relay@zivver.org",
    header="x-zivver-ignore-smtp-recipients: true\r\n",
    is_anonymous=True,
)
# The mail, and how its ways end with the wrong example and with the right one. `open`:
# it depends on something that is not known, which is never secure.
PROOFS = {
    "RELAY-NONE": (mail("[Secure] results"), PLAIN, SECURE),
    "RULE-OFF": (WORD, PLAIN, SECURE),
    "RULE-AUDIT": (WORD, PLAIN, SECURE),
    "RULE-EXPIRED": (WORD, PLAIN, SECURE),
    "RULE-EXPIRES": (WORD, PLAIN, SECURE),
    "RULE-NOT-YET": (WORD, PLAIN, SECURE),
    "RULE-LOCAL-TIME": (WORD, OPEN, SECURE),
    "RULE-IGNORES-ERRORS": (WORD, PLAIN, "DEFERRED"),
    "RULE-NO-DIRECTION": (
        *(mail("Secure results", to="bob@contoso.example"), "SECURE_IN_APP"),
        "INTERNAL",
    ),
    "RULE-NO-LOOP-GUARD": (
        *(mail("Secure results", header="X-Zivver-Transport: yes\r\n"), "LOOPED"),
        PLAIN,
    ),
    "RULE-AND": (WORD, PLAIN, SECURE),
    "RULE-CATCHES-ALL": (mail(), SECURE, PLAIN),
    "RULE-NO-IGNORE-HEADER": (WORD, "LOST MISDIRECTED", SECURE),
    "RULE-IGNORE-HEADER": (
        *(mail("Secure results", given="cleo@fabrikam.example"), "LOST MISDIRECTED"),
        SECURE,
    ),
    "LABEL-PLURAL": (LABELLED, PLAIN, SECURE),
    "LABEL-SEMICOLON": (LABELLED, OPEN, SECURE),
    "LABEL-NO-GUID": (LABELLED, PLAIN, SECURE),
    "LABEL-NAME": (mail(header=label(OTHER)), SECURE, PLAIN),
    "LABEL-SHARED-NAME": (mail(header=label(OTHER, "All Employees")), SECURE, PLAIN),
    "LABEL-PART": (LABELLED, OPEN, SECURE),
    "LABEL-UNKNOWN": (LABELLED, PLAIN, SECURE),
    "LABEL-PARENT": (LABELLED, PLAIN, SECURE),
    "LABEL-NOT-FOR-MAIL": (LABELLED, PLAIN, SECURE),
    "LABEL-FIELD": (LABELLED, PLAIN, SECURE),
    "LABEL-ON-PREMISES": (mail(sender="payroll@contoso.example"), PLAIN, SECURE),
    "WORD-REGEX": (WORD, PLAIN, SECURE),
    "WORD-HIDDEN": (WORD, PLAIN, SECURE),
    "WORD-LOOK-ALIKE": (WORD, PLAIN, SECURE),
    "WORD-ORDINARY": (mail("Secure parking"), SECURE, PLAIN),
    "RULE-BEHIND-STOP": (mail("Secure invoice"), PLAIN, SECURE),
    "RULE-BESIDE-END": (mail("Secure password"), "REJECTED", SECURE),
    "ROUTE-BEHIND": (WORD, OPEN, SECURE),
    "ROUTE-AHEAD": (WORD, OPEN, SECURE),
    "CONNECTOR-UNSCOPED": (WORD, OPEN, SECURE),
    "CONNECTOR-OFF": (WORD, OPEN, SECURE),
    "CONNECTOR-TEST-MODE": (WORD, OPEN, SECURE),
    "CONNECTOR-MX": (WORD, PLAIN, SECURE),
    "CONNECTOR-HOST": (WORD, OPEN, SECURE),
    "CONNECTOR-PORT": (WORD, "DEFERRED", SECURE),
    "CONNECTOR-SCOPED": (WORD, "REJECTED", SECURE),
    "CONNECTOR-RIVAL": (WORD, OPEN, SECURE),
    "CONNECTOR-WIDE": (mail(), SECURE, PLAIN),
    "CONNECTOR-SIZE": (mail("Secure results", size=6 << 20), "REJECTED", SECURE),
    "PLACEHOLDER-NO-CONTACT": (WORD, "REJECTED", SECURE),
    "PLACEHOLDER-NO-CONNECTOR": (WORD, "REJECTED", SECURE),
    "CONTACT-ANONYMOUS": (STRANGER, "LOST MISDIRECTED", "REFUSED"),
    "REF-CONNECTOR": (WORD, OPEN, SECURE),
    "REF-RECIPIENT": (mail(sender="payroll@contoso.example"), PLAIN, SECURE),
}
# When the mail is sent, where that is not now.
LATER = {
    "RULE-EXPIRES": datetime(2027, 1, 5, tzinfo=UTC),
    "RULE-LOCAL-TIME": datetime(2026, 1, 31, 9, tzinfo=UTC),
}
# Nothing becomes of a mail but what becomes of it anyway: these are about other people,
# other hours and other administrators.
NO_MAIL_SHOWS_IT = {
    *("RULE-SHADOWED", "RULE-REDUNDANT", "RULE-DEAD", "CONNECTOR-TYPE"),
    # Findings show these two, on the way of every mail: EXPOSURE and WEAK.
    *("CONNECTOR-NO-TLS", "CONNECTOR-NO-NAME", "CONNECTOR-LOGIN"),
    *("CONNECTOR-ONE-SERVER", "PLACEHOLDER-NOT-ACCEPTED", "PLACEHOLDER-IN-DNS"),
    *("PATTERN-REFUSED", "DATES-REVERSED"),
}


def ends(item, where, at):
    outcome = simulate(item, where.world, at=at)
    if any(fate.undetermined or fate.hangs_on for fate in outcome.fates):
        return OPEN
    found = {delivery.disposition.name for delivery in outcome.deliveries}
    return " ".join(sorted(found))


def test_every_lint_is_proved_by_a_mail_or_it_is_said_that_none_shows_it():
    assert {row.id for row in ROWS} == {*PROOFS, *NO_MAIL_SHOWS_IT, *WITHOUT_LINES}


@pytest.mark.parametrize("name", PROOFS)
def test_a_mail_shows_the_difference(name):
    item, in_wrong, in_right = PROOFS[name]
    lines, at = example(name), LATER.get(name, AT)
    wrong = applied(start_of(name), lines["Wrong"])
    right = applied(wrong, lines["Right"])
    if name == "RULE-IGNORES-ERRORS":
        rule = "Zivver Custom Relay - subject"
        wrong, right = (
            replace(each, world=fail_rule(each.world, rule)) for each in (wrong, right)
        )
    assert (in_wrong, in_right) == (ends(item, wrong, at), ends(item, right, at))


# ------------------------------------------------------------------- right tenants


@pytest.mark.parametrize("platform", Platform)
def test_a_corrected_tenant_gets_hints_only(platform):
    assert {Severity.HINT} == {lint.severity for lint in lints(GROUNDS[platform])}


def test_a_hybrid_whose_both_sides_are_right_gets_hints_only():
    world = read_tenant(str(HYBRID)).world
    found_there = lints(Ground(world, AT))
    assert {Severity.HINT} == {lint.severity for lint in found_there}
    assert {"online", "on-premises"} == {lint.side for lint in found_there}


HARMLESS = (
    {"SetHeaderName": "X-Seen", "SetHeaderValue": "yes"},
    {"FromScope": "NotInOrganization", "DeleteMessage": True},
    {"SentToScope": "InOrganization", "StopRuleProcessing": True},
    {"FromScope": "NotInOrganization", "PrependSubject": "[EXT] "},
)


@given(
    platform=st.sampled_from(Platform),
    words=st.lists(
        st.sampled_from(["[Secure]", "#veilig", "Vertraulich!"]), min_size=1
    ),
    neighbours=st.lists(st.tuples(st.sampled_from(HARMLESS), st.booleans())),
    scope=st.sampled_from(
        [{"SentToScope": "NotInOrganization"}, {"FromScope": "InOrganization"}]
    ),
)
@settings(max_examples=40, deadline=None)
def test_drawn_tenants_that_are_right_get_no_warning(
    platform, words, neighbours, scope
):
    world = GROUNDS[platform].world
    for name in ("subject", "label", "sender"):
        rule = f"Zivver Custom Relay - {name}"
        if any(each.name == rule for each in world.organization.rules):
            world = set_rule(world, rule, {"SentToScope": "", "FromScope": ""} | scope)
    word = {"SubjectContainsWords": sorted(set(words))}
    world = set_rule(world, "Zivver Custom Relay - subject", word)
    for number, (actions, is_ahead) in enumerate(neighbours):
        given_rule = {"Name": f"neighbour {number}", **actions}
        if "SetHeaderName" in actions:
            given_rule["SubjectContainsWords"] = [f"word{number}"]
        world = add_rule(world, given_rule, 0 if is_ahead else None)
    warned = lints(replace(GROUNDS[platform], world=world))
    assert [] == [one for one in warned if one.severity is Severity.WARNING]
