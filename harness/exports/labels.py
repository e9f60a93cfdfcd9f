"""Reads Get-Label: which GUID is whose, which labels are groups of others.

msip-labels#3: the header bears the GUID of the label that was applied, never that of
its parent; people know a label by its display name, which several may bear.
"""

from __future__ import annotations

from dataclasses import dataclass

from fakes.mail.labels import bare_guid, is_guid
from harness.exports import values
from harness.exports.account import Ledger, Row, Table, Understood, marks_of, used
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

_LABELS = Table(
    used(
        "msip-labels#3",
        "Guid ImmutableId Name DisplayName ParentId IsParent ContentType Disabled",
    ),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "msip-labels#3",
        "what the label does to a document: the header of a mail bears its GUID only",
    ),
)
_MAIL = "email"


@dataclass(frozen=True, slots=True)
class ExportedLabel:
    """A sensitivity label of the organisation.

    `parent` is the GUID of the label above it. `is_parent` where others lie below it.
    `is_for_mail` is false for one that only files, sites or groups can bear.
    """

    guid: str
    name: str
    display_name: str
    parent: str | None = None
    is_parent: bool = False
    is_for_mail: bool = True
    is_disabled: bool = False
    place: str = ""


def read_label(entry: Exported, ledger: Ledger) -> ExportedLabel:
    """Read one object of Get-Label.

    Raises:
        ExportError: its GUID or its name is missing or ill-formed.

    """
    guid = _guid(entry, "Guid") or _guid(entry, "ImmutableId")
    name = values.text(entry, "Name")
    if not guid or not name:
        missing = "`Name`" if guid else "`Guid`"
        raise ExportError(entry.place, f"a label without {missing}")
    display_name = values.text(entry, "DisplayName") or name
    marks = marks_of(entry, _LABELS)
    ledger.note(entry, display_name, marks)
    kinds = ", ".join(values.texts(entry, "ContentType")).lower()
    return ExportedLabel(
        guid=guid,
        name=name,
        display_name=display_name,
        parent=_guid(entry, "ParentId"),
        is_parent=values.flag(entry, "IsParent") is True,
        is_for_mail=not kinds or _MAIL in kinds,
        is_disabled=values.flag(entry, "Disabled") is True,
        place=entry.place,
    )


def _guid(entry: Exported, name: str) -> str | None:
    said = values.text(entry, name)
    if not said:
        return None
    guid = bare_guid(said)
    if not is_guid(guid):
        raise ExportError(entry.place, f"`{name}` is `{shown(said)}`, expected a GUID")
    return None if set(guid) <= {"0", "-"} else guid
