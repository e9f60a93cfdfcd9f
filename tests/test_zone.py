"""DNS as a value: unknown is not absent."""

import pytest

from fakes.zone import Answer, Status, Zone, look_up, zone

KNOWN = zone(
    {("Contoso.example", "mx"): ("10 mx.contoso.example",)},
    absent=frozenset({"Gone.example"}),
    failing=frozenset({"broken.example"}),
)


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("contoso.EXAMPLE.", "MX", Status.FOUND),
        ("contoso.example", "TXT", Status.EMPTY),
        ("gone.example", "MX", Status.NXDOMAIN),
        ("broken.example", "MX", Status.FAILED),
        ("other.example", "MX", Status.UNKNOWN),
    ],
)
def test_a_name_is_answered_by_what_the_zone_says_of_it(name, kind, status):
    assert status is look_up(KNOWN, name, kind).status


def test_records_come_with_what_is_found():
    found = look_up(KNOWN, "contoso.example", "MX")
    assert Answer(Status.FOUND, ("10 mx.contoso.example",)) == found
    assert {"contoso.example", "gone.example", "broken.example"} == KNOWN.names


def test_zones_are_values():
    same = zone(
        dict(KNOWN.records), absent=KNOWN.absent, failing=frozenset(KNOWN.failing)
    )
    assert (KNOWN, hash(KNOWN)) == (same, hash(same))
    assert Zone() != KNOWN
