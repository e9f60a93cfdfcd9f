"""What an export lacks is named, with what hangs on it and the cmdlet that has it."""

import json
from hashlib import sha256

import pytest

from harness.exports import RawFile, Understood, make_tenant
from harness.exports.cmdlets import Cmdlet
from harness.report.account import account_line
from tests.exports.shapes import (
    domain,
    online,
    outbound,
    person,
    powershell,
    refusals,
    rule,
    server,
    tenant,
)
from tests.judging.worlds_at_hand import AT

GROUP = person(
    "sales",
    RecipientType="MailUniversalDistributionGroup",
)
PLACE = "EURPR05A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/"


def lacking(found, cmdlet):
    return [one for one in found.missing if one.cmdlet.split()[0] == cmdlet]


@pytest.mark.parametrize("files", [online(), server()], ids=["online", "server"])
def test_each_missing_piece_says_what_hangs_on_it_and_where_it_comes_from(files):
    found = tenant(files).missing
    assert found
    for one in found:
        assert one.fact
        assert one.matters
        assert one.cmdlet.startswith("Get-") or one.cmdlet.endswith(".toml")


@pytest.mark.parametrize(
    "cmdlet",
    [
        Cmdlet.MAILBOXES,
        Cmdlet.INBOX_RULES,
        Cmdlet.JOURNAL_RULES,
        Cmdlet.REMOTE_DOMAINS,
        Cmdlet.TRANSPORT_CONFIG,
        Cmdlet.AUTO_REPLIES,
        Cmdlet.SPAM_POLICIES,
    ],
)
def test_what_is_taken_for_granted_without_a_file_is_said(cmdlet):
    (one,) = lacking(tenant(online()), cmdlet)
    assert one.instead
    assert f"{cmdlet}.json" == one.file
    empty = tenant(online(**{f"{cmdlet}.json": []}))
    assert [] == lacking(empty, cmdlet)


@pytest.mark.parametrize("cmdlet", [Cmdlet.RULES, Cmdlet.RECIPIENTS])
def test_nothing_stands_in_the_place_of_what_is_needed(cmdlet):
    found = tenant({"c.json": [outbound()], "d.json": [domain()]})
    (one,) = lacking(found, cmdlet)
    assert one.is_needed
    assert found.missing.index(one) < len([m for m in found.missing if m.is_needed])


def test_members_of_a_group_are_missing_until_they_are_exported():
    files = online(**{"people.json": [person(), GROUP]})
    (one,) = lacking(tenant(files), Cmdlet.MEMBERS)
    assert "`sales`" in one.fact
    files["Get-DistributionGroupMember.json"] = {"sales@contoso.example": ["anna"]}
    assert [] == lacking(tenant(files), Cmdlet.MEMBERS)
    files["Get-DistributionGroupMember.json"] = {
        "sales@contoso.example": [f"p{n}" for n in range(1000)]
    }
    (one,) = lacking(tenant(files), Cmdlet.MEMBERS)
    assert "1,000" in one.why


def test_many_groups_without_members_are_counted():
    groups = [
        person(f"g{n}", RecipientType="MailUniversalDistributionGroup")
        for n in range(5)
    ]
    (one,) = lacking(tenant(online(**{"people.json": groups})), Cmdlet.MEMBERS)
    assert "members of `g0`, `g1`, `g2` and 2 more" == one.fact


def test_labels_are_missing_where_rules_look_at_them():
    assert [] == lacking(tenant(online()), Cmdlet.LABELS)
    looks = rule(
        SubjectContainsWords=None,
        ExceptIfHeaderContainsMessageHeader="msip_labels",
        ExceptIfHeaderContainsWords=["x"],
    )
    assert 1 == len(lacking(tenant(online([looks])), Cmdlet.LABELS))


def test_the_zivver_side_and_dns_are_missing_until_somebody_writes_them_down():
    files = online()
    assert lacking(tenant(files), "zivver.toml")
    assert 2 == len(lacking(tenant(files), "internet.toml"))
    files["zivver.toml"] = "[[account]]\naddress = 'anna@contoso.example'\n"
    files["internet.toml"] = "[dns.'contoso.example']\nMX = ['10 mx.contoso.example']\n"
    assert [] == lacking(tenant(files), "zivver.toml")
    assert 1 == len(lacking(tenant(files), "internet.toml"))


# ------------------------------------------------------------------------ the manifest


def listed(files, **more):
    """A manifest of these files, as the script writes it."""
    return {
        "script": "relay-harness export-script",
        "platform": "Exchange Online",
        "version": "3.4.0",
        "tenant": more.pop("tenant", "0c0de000-0000-4000-8000-000000000001"),
        "files": [
            {
                "cmdlet": name.removesuffix(".json"),
                "parameters": "-ResultSize Unlimited",
                "file": name,
                "utc": "2026-10-16T08:00:00.0000000Z",
                "count": len(objects),
                "sha256": sha256(powershell(objects)).hexdigest(),
                "error": "",
            }
            | more
            for name, objects in files.items()
        ],
    }


FILES = {
    "Get-TransportRule.json": [rule()],
    "Get-OutboundConnector.json": [outbound()],
    "Get-AcceptedDomain.json": [domain()],
}


def line_of(found, name):
    return next(line for line in found.account.files if line.file == name)


def test_an_export_that_is_as_it_was_left_has_an_age_and_no_remark():
    found = tenant({**FILES, "manifest.json": listed(FILES)})
    assert () == found.account.in_doubt
    (manifest,) = found.manifests
    assert "Exchange Online" == manifest.platform
    assert "exported 40 days ago" in account_line(found, AT)
    assert "the list of an export" == line_of(found, "manifest.json").what
    assert () == found.account.of(Understood.NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    ("began", "said"),
    [
        ("2026-11-25T07:00:00Z", "exported today"),
        ("2026-11-24T07:00:00Z", "exported 1 day ago"),
        ("2027-11-24T07:00:00Z", "exported after the time of this check"),
    ],
)
def test_the_age_of_an_export_is_told_in_days(began, said):
    found = tenant({**FILES, "manifest.json": listed(FILES, utc=began)})
    assert said in account_line(found, AT)


def test_without_a_time_there_is_no_age():
    found = tenant({**FILES, "manifest.json": listed(FILES, utc="")})
    assert "exported" not in account_line(found, AT)


def test_a_file_that_was_changed_after_the_export_is_named():
    edited = {**FILES, "Get-TransportRule.json": [rule(Mode="Audit")]}
    found = tenant({**edited, "manifest.json": listed(FILES)})
    (line,) = found.account.in_doubt
    assert "Get-TransportRule.json" == line.file
    assert "changed since it was exported" == line.remark
    said = account_line(found, AT)
    assert "Get-TransportRule.json: changed since it was exported" in said


def test_a_file_that_the_export_did_not_write_is_named():
    found = tenant({**FILES, "Get-InboxRule.json": [], "manifest.json": listed(FILES)})
    (line,) = found.account.in_doubt
    assert ("Get-InboxRule.json", "not from the export of manifest.json") == (
        line.file,
        line.remark,
    )


def test_a_file_that_was_exported_and_is_not_here_is_named():
    files = {**FILES, "Get-JournalRule.json": []}
    found = tenant({**FILES, "manifest.json": listed(files)})
    (one,) = lacking(found, Cmdlet.JOURNAL_RULES)
    assert "`Get-JournalRule.json` was exported, and is not here" == one.why


def test_a_cmdlet_that_failed_says_why():
    manifest = listed(FILES)
    failed = {"cmdlet": "Get-JournalRule", "file": "", "error": "access denied"}
    manifest["files"].append(failed)
    found = tenant({**FILES, "manifest.json": manifest})
    (one,) = lacking(found, Cmdlet.JOURNAL_RULES)
    assert "the export failed: access denied" == one.why


def test_a_thousand_objects_are_all_where_all_were_asked_for():
    many = {
        **FILES,
        "Get-AcceptedDomain.json": [
            domain(DomainName=f"d{n}.contoso.example", Default=False)
            for n in range(1000)
        ],
    }
    cut = lacking(tenant(many), Cmdlet.ACCEPTED_DOMAINS)
    assert any("1,000 objects" in one.why for one in cut)
    whole = tenant({**many, "manifest.json": listed(many)})
    assert [] == lacking(whole, Cmdlet.ACCEPTED_DOMAINS)
    asked = listed(many, parameters="")
    assert lacking(tenant({**many, "manifest.json": asked}), Cmdlet.ACCEPTED_DOMAINS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"files": "all"}, "`files` is no list"),
        ({"files": ["a"]}, "`files` is no list"),
        ({"files": {"utc": "soon"}}, "`soon` is no date"),
    ],
)
def test_a_manifest_of_another_shape_is_refused_on_one_line(change, said):
    manifest = listed(FILES) | change
    told = "\n".join(refusals(lambda: tenant({**FILES, "manifest.json": manifest})))
    assert told.startswith("manifest.json:1: ")
    assert said in told


def test_a_manifest_of_one_file_may_be_one_object():
    manifest = listed(FILES)
    manifest["files"] = manifest["files"][0]
    (found,) = tenant({**FILES, "manifest.json": manifest}).manifests
    assert 1 == len(found.saved)


def test_two_manifests_of_two_tenants_are_not_taken_for_one():
    files = {
        **FILES,
        "manifest.json": listed(FILES),
        "manifest-old.json": listed(FILES, tenant="other"),
    }
    said = "\n".join(refusals(lambda: tenant(files)))
    assert "expected one tenant a folder" in said
    assert "`other`" in said


def test_objects_of_two_tenants_are_not_taken_for_one():
    files = {
        "Get-TransportRule.json": [rule(OrganizationId=f"{PLACE}contoso - x")],
        "Get-OutboundConnector.json": [outbound(OrganizationId=f"{PLACE}fabrikam - x")],
    }
    said = "\n".join(refusals(lambda: tenant(files)))
    assert "expected one tenant a folder" in said
    assert "`contoso`" in said
    assert "`fabrikam`" in said


def test_a_hybrid_has_a_manifest_a_side():
    def side(name, files):
        return {f"{name}/{file}": objects for file, objects in files.items()}

    servers: dict[str, list[object]] = {
        "Get-SendConnector.json": [],
        "Get-TransportRule.json": [],
    }
    files = {
        **side("online", {**FILES, "manifest.json": listed(FILES)}),
        **side("onpremises", {**servers, "manifest.json": listed(servers, tenant="s")}),
    }
    raw = [RawFile(name, json.dumps(v, indent=2).encode()) for name, v in files.items()]
    found = make_tenant("contoso", raw)
    assert ["online/manifest.json", "onpremises/manifest.json"] == [
        one.file for one in found.manifests
    ]
    assert () == found.account.in_doubt


def test_a_manifest_need_not_know_its_tenant():
    files = {
        **FILES,
        "manifest.json": listed(FILES, tenant=""),
        "manifest-2.json": listed(FILES),
    }
    assert 2 == len(tenant(files).manifests)
