"""The sorts of mail that a sensitivity label gives, in every shape of the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes.mail.attachments import DocumentKind, LabelPlace, labelled_document
from fakes.mail.labels import (
    FIELD_NAME,
    Encoding,
    Folding,
    LabelSpec,
    Profile,
    build_field,
    build_value,
    write_field,
)
from harness.check.draft import Draft, Part
from harness.policy.noun import LabelOn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.mail.address import Address
    from harness.check.scene import Scene
    from harness.policy.noun import Labelled

_SITE = "7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162"
_ACTION = "5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293"
_PARENT = "b1d6f0e3-2a4c-4b8e-9f75-60d1c2e3a4b5"
_OTHER_SITE = "0a9b8c7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d"
_OTHERS = (
    "c2e7a1f4-3b5d-4c9f-8a86-71e2d3f4b5c6",
    "d3f8b205-4c6e-4da0-9b97-82f3e405c6d7",
    "e409c316-5d7f-4eb1-8ca8-9304f516d7e8",
)
# A name that every encoding of the field can carry.
_QUOTED = re.compile(r"\"([ -:<-~]+)\"", re.ASCII)
_DATE = datetime(2026, 3, 2, 8, 59, 30, tzinfo=UTC)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# msip-labels#1.2: who writes which shape.
_WRITERS = (
    (Profile.P1, "outlook-desktop", "Outlook desktop"),
    (Profile.P2, "outlook-older", "Outlook desktop before 2025"),
    (Profile.P3, "unified-client", "the unified labelling add-in"),
    (Profile.P4, "classic-client", "the classic labelling client"),
    (Profile.P4A, "classic-aiplabel", "the classic client with aiplabel"),
    (Profile.P4B, "classic-sensitivity", "the classic client with Sensitivity"),
    (Profile.P4C, "classic-sub-label", "the classic client, a label below another"),
    (Profile.P5, "service", "a label that the service set"),
    (Profile.P5A, "service-without-name", "a label that the service set, no name"),
    (Profile.P6, "without-action", "a client that writes no ActionId"),
    (Profile.P7, "twice-enabled", "a client that writes Enabled twice"),
    (Profile.P8, "reversed", "a client that writes Enabled last"),
)


@dataclass(frozen=True, slots=True)
class _Pen:
    """A scene with the labels that its mails carry."""

    scene: Scene
    is_on_mail: bool
    is_on_files: bool
    label: LabelSpec
    other: LabelSpec

    def labelled(self, ending: str, sort: str, *fields: bytes) -> Draft:
        """Give a mail that itself carries the label."""
        near = "" if self.is_on_mail else self.scene.row.name
        words = f'labelled "{self.label.name}"' + (f", {sort}" if sort else "")
        return replace(self.scene.draft(ending, words, near=near), fields=fields)

    def near(self, ending: str, sort: str, *fields: bytes) -> Draft:
        """Give a mail that does not carry it."""
        draft = self.scene.draft(ending, sort, near=self.scene.row.name)
        return replace(draft, fields=fields)

    def attached(self, ending: str, place: LabelPlace, sort: str) -> Draft:
        """Give a mail with a labelled file, itself without the label."""
        octets = labelled_document(DocumentKind.DOCX, self.label, place)
        near = "" if self.is_on_files else self.scene.row.name
        draft = self.scene.draft(ending, sort, near=near)
        return replace(draft, parts=(Part(_DOCX, octets, "report.docx"),))


def meeting(scene: Scene, trigger: Labelled) -> Iterator[Draft]:
    """Give mails that carry the label: every writer, encoding and fold."""
    pen = _pen(scene, trigger)
    label = pen.label
    for profile, ending, sort in _WRITERS:
        field = build_field(profile, label)
        yield pen.labelled(ending, sort, field)
    for ending, sort, field in (
        (
            "encoded",
            "the field wholly encoded",
            build_field(Profile.P1, label, encoding=Encoding.UTF_8),
        ),
        (
            "folded",
            "folded after each semicolon",
            build_field(Profile.P2, label, folding=Folding.AFTER_EACH_SEMICOLON),
        ),
        (
            "folded-first",
            "folded after the colon",
            build_field(Profile.P4, label, folding=Folding.AT_BLANKS_AND_COLON),
        ),
        (
            "two-tenants",
            "and by another organisation",
            build_field(Profile.P1, pen.other, label),
        ),
        (
            "field-name",
            "the field named Msip_Labels",
            build_field(Profile.P1, label, name="Msip_Labels"),
        ),
    ):
        yield pen.labelled(ending, sort, field)
    for number, guid in enumerate(trigger.guids[1:], 2):
        field = build_field(Profile.P1, replace(label, guid=guid))
        yield pen.labelled(f"label-{number}", f"{guid}", field)


def missing(scene: Scene, trigger: Labelled) -> Iterator[Draft]:
    """Give mails that carry another label, none, or have it elsewhere."""
    pen = _pen(scene, trigger)
    off = replace(pen.label, enabled=False)
    yield pen.near("empty", "the label's field is empty", build_field(Profile.P0))
    yield pen.near("disabled", "the label is off", build_field(Profile.P1, off))
    other = build_field(Profile.P1, pen.other)
    yield pen.near("wrong-guid", "another label", other)
    text = build_value(Profile.P1, pen.label)
    note = write_field(text, name="X-Note")
    yield pen.near("other-field", "the label's text in another field", note)
    body = f"Good morning,\r\n\r\n{text}\r\n"
    yield replace(pen.near("body-only", "the label's text in the body"), text=body)
    yield pen.attached(
        "attachment", LabelPlace.CUSTOM_XML, "the label on the attached file only"
    )
    yield pen.attached(
        "attachment-new",
        LabelPlace.LABEL_INFO,
        "the label on the attached file only (LabelInfo.xml)",
    )


def shown(scene: Scene, trigger: Labelled) -> Draft:
    """Give the plainest mail that meets the row, for others to vary."""
    pen = _pen(scene, trigger)
    if pen.is_on_mail:
        field = build_field(Profile.P1, pen.label)
        return pen.labelled("plain", "", field)
    return pen.attached("plain", LabelPlace.CUSTOM_XML, "a labelled file attached")


def unlabelled_file() -> Part:
    """Give a Word file without a label."""
    spec = LabelSpec(_PARENT, _SITE, "General", _ACTION, _DATE)
    octets = labelled_document(DocumentKind.DOCX, spec, LabelPlace.NONE)
    return Part(_DOCX, octets, "agenda.docx")


def labelled_file(guid: str, owner: Address) -> Part:
    """Give a Word file with a label in its properties."""
    octets = labelled_document(DocumentKind.DOCX, _spec(guid, "", owner))
    return Part(_DOCX, octets, "report.docx")


def fields_of_writers(guid: str, name: str, owner: Address) -> Iterator[bytes]:
    """Give what every writer writes of a label; empty where nobody said which."""
    try:
        spec = _spec(guid, name, owner)
        yield from (build_field(profile, spec) for profile, _, _ in _WRITERS)
    except ValueError:
        # No field could carry that name.
        return


def without_label(draft: Draft) -> Draft:
    """Take the label's field from a mail."""
    start = f"{FIELD_NAME}:".lower().encode()
    kept = (field for field in draft.fields if not field.lower().startswith(start))
    return replace(draft, fields=tuple(kept))


def _spec(guid: str, name: str, owner: Address) -> LabelSpec:
    return LabelSpec(
        guid or _OTHERS[0],
        _SITE,
        name or "Confidential",
        _ACTION,
        _DATE,
        owner=str(owner),
        parent_guid=_PARENT,
    )


def _pen(scene: Scene, trigger: Labelled) -> _Pen:
    owner = str(scene.sender)
    guid = trigger.guids[0]
    parent = _PARENT if _PARENT not in trigger.guids else _OTHERS[0]
    label = LabelSpec(
        guid,
        _SITE,
        _name(scene.row.name),
        _ACTION,
        _DATE,
        owner=owner,
        parent_guid=parent,
    )
    free = next(other for other in _OTHERS if other not in (*trigger.guids, parent))
    other = LabelSpec(free, _OTHER_SITE, "Internal", _ACTION, _DATE, owner=owner)
    return _Pen(
        scene,
        LabelOn.MAIL in trigger.on,
        LabelOn.ATTACHMENT in trigger.on,
        label,
        other,
    )


def _name(words: str) -> str:
    """Take the label's name from a row that is called `labelled "..."`."""
    quoted = _QUOTED.search(words)
    return quoted[1] if quoted else "Confidential"
