"""Get-RemoteDomain: read as exported, and the closest of them found."""

import pytest

from fakes.exchange.remote_domain import assumed_of_remote_domains, remote_domain
from harness.exports import ExportError, Understood
from tests.exports.shapes import online, rule, server, tenant


def remote(domain="*", **more):
    return {
        "Name": f"remote {domain}",
        "DomainName": domain,
        "AllowedOOFType": "External",
        "AutoReplyEnabled": True,
        "AutoForwardEnabled": True,
        "NDREnabled": True,
        "TNEFEnabled": None,
        "IsInternal": False,
    } | more


def read(*entries, files=None):
    given = (files or online()) | {"Get-RemoteDomain.json": list(entries)}
    return tenant(given)


def test_what_is_not_exported_is_not_known_and_an_empty_list_is_empty():
    assert tenant(online()).organization.remote_domains is None
    assert () == read().organization.remote_domains


def test_each_switch_is_read():
    (found,) = read(
        remote(
            "*.Fabrikam.example",
            AutoReplyEnabled=False,
            AutoForwardEnabled=False,
            NDREnabled=False,
            TNEFEnabled=True,
            IsInternal=True,
            AllowedOOFType="InternalLegacy",
        )
    ).organization.remote_domains
    assert ("fabrikam.example", True) == (found.domain, found.covers_subdomains)
    assert (False, False, False) == (
        found.forwards,
        found.replies,
        found.reports_failures,
    )
    assert (True, True, "InternalLegacy") == (
        found.tnef,
        found.is_internal,
        found.out_of_office,
    )
    assert () == found.unjudged


def test_what_nobody_judges_is_named():
    (found,) = read(remote(TargetDeliveryDomain=True)).organization.remote_domains
    assert ("TargetDeliveryDomain",) == found.unjudged
    lines = read(remote(CharacterSet="utf-8")).account.lines
    (line,) = [one for one in lines if one.property == "CharacterSet"]
    assert Understood.WITHOUT_EFFECT is line.how


@pytest.mark.parametrize("said", ["", "not a domain", "*.", "*x.example"])
def test_what_is_no_domain_is_refused(said):
    with pytest.raises(ExportError, match="expected a domain"):
        read(remote(said))


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("fabrikam.example", "remote fabrikam.example"),
        ("sub.fabrikam.example", "remote *"),
        ("wingtip.example", "remote *.wingtip.example"),
        ("sub.wingtip.example", "remote *.wingtip.example"),
        ("a.sub.wingtip.example", "remote *.wingtip.example"),
        ("other.example", "remote *"),
    ],
)
def test_the_closest_remote_domain_is_found(domain, expected):
    every = (remote(), remote("fabrikam.example"), remote("*.wingtip.example"))
    organization = read(*every, files=server()).organization
    found = remote_domain(organization, domain)
    assert found is not None
    assert expected == found.name
    assert remote_domain(tenant(server()).organization, domain) is None


def test_that_none_is_internal_is_said_where_a_rule_of_a_server_asks():
    scoped = {"rules.json": [rule(SentToScope="NotInOrganization")]}
    said = ("no remote domain counts as internal",)
    assert said == assumed_of_remote_domains(tenant(server() | scoped).organization)
    exported = read(remote(), files=server() | scoped).organization
    assert () == assumed_of_remote_domains(exported)
    assert () == assumed_of_remote_domains(tenant(online() | scoped).organization)
