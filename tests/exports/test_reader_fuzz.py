"""Whatever a file holds: it is read or refused line by line, and soon."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.exports import RawFile, make_tenant
from harness.exports.limits import MEGABYTE, SizeLimits
from tests.exports.exports_at_hand import SEEDS, spoilt
from tests.exports.shapes import (
    is_on_lines,
    outbound,
    powershell,
    refusals,
    send,
    tenant,
)
from tests.real_samples import HAS_SAMPLES, samples

BESIDE = RawFile("zz.json", powershell([outbound(Name="ours")]))
LIMITS = SizeLimits(16 * MEGABYTE, 32 * MEGABYTE)
# Many times what any of them takes, and little enough to see one that never ends.
SECONDS = 10.0
MANY = 100_000
MOST_OCTETS = 40_000


def hold(name, octets):
    files = [RawFile(name, octets), BESIDE]
    began = time.perf_counter()
    said = refusals(lambda: make_tenant("x", files, limits=LIMITS))
    assert time.perf_counter() - began < SECONDS, name
    assert is_on_lines(said), (name, said)


# An object of another cmdlet in one file, and variants that nobody has filled in.
REFUSED = {"mixed.jsonl": "expected one cmdlet a file"}


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_each_export_at_hand_is_what_it_says(seed):
    name, octets = SEEDS[seed]
    is_server = name in {"send.json", "receive.json"}
    beside = {"zz.json": [send(Name="ours") if is_server else outbound(Name="ours")]}
    said = refusals(lambda: tenant({name: octets, **beside}))
    assert [REFUSED[name] in said[0]] == [True] if name in REFUSED else [] == said


@pytest.mark.property
@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_no_spoilt_export_is_too_strange(seed):
    hold(*spoilt(SEEDS, random.Random(seed)))  # noqa: S311  a dice


@pytest.mark.parametrize(
    "octets",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"<Objs>" + b"<Obj>" * 100_000,
        b"<rules>" + b"<rule>" * 100_000,
        b"New-TransportRule " + b"(" * 20_000,
        b"New-TransportRule " + b"@{a=" * 5_000,
        b"New-TransportRule x -From " + b"a," * 20_000,
        b"New-TransportRule x -From '" + b"''" * 100_000,
        b"New-TransportRule x -From " + b"<a" * 50_000,
        b"New-TransportRule x\n" * 500,
        b'EXOTransportRule "x" {' * 3_000,
        b"Name : x\n" * 20_000,
        b"Name,DomainType\n" + b'"' * 100_000,
        b"Name" + b",Name" * 50_000 + b"\n",
        b"a," * 50_000,
        b"#" * 200_000,
        b" " * 1_000_000,
        b"\n" * 200_000,
        b"<!DOCTYPE a [" + b"<!ENTITY a 'aaaa'>" * 10_000,
        b"<html " * 100_000,
        b"x = " + b"[" * 100_000,
    ],
    ids=range(21),
)
def test_what_grows_without_end_ends_soon(octets):
    hold("a.txt", octets)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_spoilt_exports_and_real_ones(part):
    seeds = [*SEEDS, *real_ones()]
    for number in range(part, MANY, 10):
        hold(*spoilt(seeds, random.Random(number)))  # noqa: S311  a dice


def real_ones():
    """Samples of other people, the large ones by their beginning."""
    files = sorted(samples().rglob("*")) if HAS_SAMPLES else ()
    for path in files:
        if path.is_file():
            yield path.name, path.read_bytes()[:MOST_OCTETS]
