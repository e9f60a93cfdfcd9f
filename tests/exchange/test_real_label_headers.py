"""Real label headers, as they stood on the wire, through the rule of the guide."""

import json
import re

import pytest

from fakes.mail.content import Content
from fakes.mail.labels import LabelSpec, Profile, build_field
from harness.outcome import SECURE
from tests.judging.worlds_at_hand import AT, INFO, ROUTE, mail, simulated, world
from tests.real_samples import needs_samples, samples

OWN = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
SPEC = LabelSpec(
    OWN,
    site_id="7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162",
    name="Confidential",
    action_id="5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293",
    set_date=AT,
    parent_guid=OWN[:-1] + "1",
    parent_name="Internal",
)
ENABLED = re.compile(r"MSIP_Label_([0-9a-f-]{36})_Enabled=true", re.IGNORECASE)


def is_secure(field, word):
    """Send a mail with that raw field past a rule that looks for the word."""
    rule = ROUTE | {
        "SentToScope": "NotInOrganization",
        "HeaderContainsMessageHeader": "msip_labels",
        "HeaderContainsWords": [word],
    }
    item = mail("results")
    content = Content(field.rstrip(b"\r\n") + b"\r\n" + item.content.raw)
    labelled = type(item)(item.envelope, content, item.submission)
    (delivery,) = simulated(labelled, world(rule)).fate(INFO).deliveries
    return delivery.disposition in SECURE


def check(field, decoded):
    guids = ENABLED.findall(decoded)
    for guid in guids:
        assert is_secure(field, f"MSIP_Label_{guid}_Enabled=True"), guid
        assert not is_secure(field, f"MSIP_Labels_{guid}_Enabled=True"), guid
    assert not is_secure(field, f"MSIP_Label_{OWN[:-1]}0_Enabled=True")
    return len(guids)


@needs_samples
def test_every_real_header_goes_through_the_rule_and_none_through_the_plural_one():
    path = samples("labels", "headers.json")
    headers = json.loads(path.read_text(encoding="utf-8"))
    counts = [
        check(entry["raw"].replace("\n", "\r\n").encode(), entry["decoded"])
        for entry in headers
    ]
    assert 38 == len(counts)
    assert [0] * counts.count(0) == [
        len(entry["decoded"].strip())
        for entry, count in zip(headers, counts, strict=True)
        if not count
    ]


@pytest.mark.parametrize("profile", [p for p in Profile if p is not Profile.P0])
def test_so_does_each_shape_that_we_write_ourselves(profile):
    field = build_field(profile, SPEC)
    assert is_secure(field, f"MSIP_Label_{OWN}_Enabled=True")
    assert not is_secure(field, f"MSIP_Labels_{OWN}_Enabled=True")


def test_an_empty_field_is_no_label():
    field = build_field(Profile.P0, SPEC)
    assert not is_secure(field, f"MSIP_Label_{OWN}_Enabled=True")
