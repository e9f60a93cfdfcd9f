"""Files that lie beside exports and are none: known, named, and left alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.exports.problems import ExportError, shown

if TYPE_CHECKING:
    from harness.exports.formats import Exported

TRACE = "mail that went, not a configuration"
_TYPES = "a description of types, not a configuration"
_AUDIT = "changes that somebody made, not the configuration"
# exports#7: the columns of message traces and of tracking logs, in any spelling.
_TRACE_NAMES = frozenset(
    {"messagetraceid", "messageid", "recipientaddress", "senderaddress", "received"}
)
_TRACE_COLUMNS = frozenset(
    {
        "messagetraceid",
        "networkmessageid",
        "internalmessageid",
        "recipientstatus",
        "messagesubject",
        "origintimestamp",
        "directionality",
        "senderaddress",
    }
)
_ENOUGH = 3
_LOG = re.compile(
    r"#Software: Microsoft Exchange|#Log-type: Message Tracking|"
    r"\d{4}-\d\d-\d\dT[\d:.]+Z,(?:[^,\n]*,){20}"
)
_MOF = re.compile(r"\[ClassVersion\(", re.IGNORECASE)
_PAGE = re.compile(r"<!DOCTYPE\s+html|<html[\s/>]", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>\s*([^<]*?)\s*</title>", re.IGNORECASE)
_HEAD = 4096


def text_without(text: str) -> str:
    """Say what a text is, if it is no configuration; empty if it may be one."""
    start = text.lstrip()[:_HEAD]
    if _LOG.match(start):
        return TRACE
    if _MOF.match(start):
        return _TYPES
    first = start.partition("\n")[0]
    columns = {
        re.sub(r"[^a-z]", "", name.lower()) for name in re.split("[,;\t]", first)
    }
    return TRACE if len(columns & _TRACE_COLUMNS) >= _ENOUGH else ""


def objects_without(entries: tuple[Exported, ...]) -> str:
    """Say what objects are, if they are no configuration; empty if they may be."""
    if not entries:
        return ""
    first = entries[0]
    if sum(first.has(name) for name in _TRACE_NAMES) >= _ENOUGH:
        return TRACE
    if isinstance(first.get("_metadata"), dict):
        return _TYPES
    is_audit = first.has("Operation") and first.has("Parameters")
    return _AUDIT if is_audit and first.has("CreationTime") else ""


def check_no_page(file: str, text: str) -> None:
    """Refuse a web page that was saved as an export.

    Raises:
        ExportError: it is one.

    """
    start = text.lstrip("\ufeff \t\r\n")
    if not _PAGE.match(start):
        return
    title = _TITLE.search(start[: 16 * _HEAD])
    named = f" `{shown(title[1])}`" if title and title[1] else ""
    what = f"a web page{named} instead of an export (the login ran out?)"
    raise ExportError(f"{file}:1", f"{what}; sign in and export again")
