"""The page that tells administrators how to describe a gateway."""

import re
from pathlib import Path

import pytest

from harness.exports.gateway import KEYS
from harness.exports.internet import read_internet

PAGE = (Path(__file__).parents[2] / "docs/topologies.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_what_it_shows_is_read(number):
    internet = read_internet("internet.toml", EXAMPLES[number]).internet
    assert len(internet.gateways) + len(internet.hosts) == 1


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_told(key):
    assert re.search(rf"(?m)^\|[^|]*(`|\.){key}\b", PAGE)
