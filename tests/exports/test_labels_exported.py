"""Get-Label: which labels there are, and which of them are only groups of others."""

import json

import pytest

from harness.exports import ExportError, make_tenant
from harness.exports.encodings import RawFile

PARENT = "5b6c7d8e-9f0a-4b1c-8d2e-3f4a5b6c7d8e"
CHILD = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
GROUP = {
    "DisplayName": "Confidential",
    "ParentId": None,
    "IsParent": True,
    "Tooltip": "for few",
    "ContentType": "File, Email",
    "Disabled": False,
    "Guid": PARENT.upper(),
    "Name": "defa4170-0d19-0005-0007-bc88714345d2",
}
LEAF = {**GROUP, "DisplayName": "All Employees", "ParentId": PARENT, "Guid": CHILD}
LEAF["IsParent"] = False


def tenant(labels, *, name="Get-Label.json", folder=""):
    files = {
        f"{folder}Get-OutboundConnector.json": [],
        f"{folder}Get-TransportRule.json": [],
        f"{folder}{name}": labels,
    }
    raw = (RawFile(file, json.dumps(data).encode()) for file, data in files.items())
    return make_tenant("t", raw)


def test_a_label_has_its_guid_its_names_and_its_parent():
    above, below = tenant([GROUP, LEAF]).labels
    assert (PARENT, "Confidential", True, None) == (
        *(above.guid, above.display_name, above.is_parent, above.parent),
    )
    assert (CHILD, "All Employees", False, PARENT) == (
        *(below.guid, below.display_name, below.is_parent, below.parent),
    )
    assert "Get-Label.json:1" == above.place


def test_labels_are_known_by_what_they_hold():
    assert 2 == len(tenant([GROUP, LEAF], name="from the portal.json").labels)


def test_labels_that_were_not_exported_are_not_none_at_all():
    assert tenant([], name="Get-InboundConnector.json").labels is None
    assert () == tenant([]).labels
    assert tenant([], name="Get-LabelPolicy.json").labels is None


def test_of_a_hybrid_the_labels_are_those_of_either_folder():
    files = {
        "online/Get-OutboundConnector.json": [],
        "online/Get-Label.json": [LEAF],
        "onpremises/Get-SendConnector.json": [],
    }
    raw = (RawFile(file, json.dumps(data).encode()) for file, data in files.items())
    labels = make_tenant("t", raw).labels
    assert [CHILD] == [label.guid for label in labels or ()]


@pytest.mark.parametrize(
    ("changes", "is_for_mail", "is_disabled"),
    [
        ({}, True, False),
        ({"ContentType": "Site, UnifiedGroup"}, False, False),
        ({"ContentType": None}, True, False),
        ({"ContentType": ["File", "Email"], "Disabled": True}, True, True),
    ],
)
def test_whether_mail_can_bear_it(changes, is_for_mail, is_disabled):
    (label,) = tenant([LEAF | changes]).labels
    assert (is_for_mail, is_disabled) == (label.is_for_mail, label.is_disabled)


def test_an_empty_parent_is_none_and_a_label_may_have_one_name():
    nobody = "00000000-0000-0000-0000-000000000000"
    (label,) = tenant([LEAF | {"ParentId": nobody, "DisplayName": ""}]).labels
    assert label.parent is None
    assert label.name == label.display_name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Guid": "Confidential"}, "`Guid` is `Confidential`, expected a GUID"),
        ({"Guid": None}, "a label without `Guid`"),
        ({"Name": ""}, "a label without `Name`"),
    ],
)
def test_what_is_no_label_is_an_error_with_its_place(changes, said):
    with pytest.raises(ExportError) as problem:
        tenant([LEAF | changes])
    assert f"Get-Label.json:1: {said}" == str(problem.value)


def test_the_immutable_id_stands_in_for_the_guid():
    (label,) = tenant([{**LEAF, "Guid": None, "ImmutableId": CHILD}]).labels
    assert CHILD == label.guid
