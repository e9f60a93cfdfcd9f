"""Get-ExchangeServer and `edition`: which edition of Exchange runs the rules."""

import pytest

from fakes.exchange.organization import Edition
from harness.exports import ExportError
from tests.exports.shapes import online, server, tenant


def exported(version, role="Mailbox", name="EX1"):
    return {
        "Name": name,
        "AdminDisplayVersion": version,
        "ServerRole": role,
        "IsEdgeServer": role == "Edge",
        "Fqdn": "ex1.contoso.example",
    }


def edition(*servers, **files):
    given = server() | {"Get-ExchangeServer.json": list(servers)} | files
    return tenant(given).organization.edition


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("Version 15.0 (Build 1497.2)", Edition.SERVER_2013),
        ("Version 15.1 (Build 2507.6)", Edition.SERVER_2016),
        ("Version 15.2 (Build 1748.10)", Edition.SERVER_2019),
        ("Version 15.2 (Build 2562.17)", Edition.SERVER_SE),
        ("15.2.2562.17", Edition.SERVER_SE),
        ({"Major": 15, "Minor": 1, "Build": 2507}, Edition.SERVER_2016),
        ("Version 14.3 (Build 123.4)", None),
        ("of old", None),
        (None, None),
    ],
)
def test_the_version_of_the_servers_is_the_edition(version, expected):
    assert expected is edition(exported(version))


def test_servers_of_two_editions_tell_none():
    old, new = (f"Version 15.{n} (Build 2507.6)" for n in (1, 2))
    assert edition(exported(old), exported(new, name="EX2")) is None
    twice = edition(exported(old), exported(old, name="EX2"))
    assert Edition.SERVER_2016 is twice


@pytest.mark.parametrize("role", ["Edge", 64])
def test_a_server_with_the_edge_role_counts_where_it_is_alone(role):
    version = "Version 15.2 (Build 1748.10)"
    edge = exported(version, role)
    assert Edition.EDGE is edition(edge)
    assert Edition.SERVER_2019 is edition(edge, exported(version, name="EX2"))


def test_somebody_may_say_what_no_export_does():
    said = 'edition = "Exchange Server 2019"\n'
    assert edition() is None
    files = server() | {"internet.toml": said}
    assert Edition.SERVER_2019 is tenant(files).organization.edition


def test_an_edition_of_another_platform_is_refused():
    files = online() | {"internet.toml": 'edition = "Exchange Server 2019"\n'}
    with pytest.raises(ExportError, match="`edition` is `Exchange Server 2019`"):
        tenant(files)
