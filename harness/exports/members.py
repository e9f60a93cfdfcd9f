"""Get-DistributionGroupMember: who belongs to which group.

Exchange's own output does not name the group, so that the exporter must: either each
object has a property `Group`, or the file is one object of lists,
`{"sales@contoso.example": [...], ...}`, which can show a group without members too.
Members of dynamic groups (Get-DynamicDistributionGroupMember) are written alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fakes.exchange.organization import Recipient, RecipientKind
from harness.exports import values
from harness.exports.account import Ledger, Mark, Row, Table, Understood, marks_of, used
from harness.exports.formats import Exported
from harness.exports.problems import ExportError

# The default of -ResultSize for one group: more may have been cut off.
TRUNCATED_AT = 1000


@dataclass(frozen=True, slots=True)
class Members:
    """Members by the lower-case name or address of their group."""

    of: Mapping[str, tuple[str, ...]]

    def put_into(self, one: Recipient) -> Recipient:
        """Give a group its members; what may have been cut off is not known."""
        if one.kind is not RecipientKind.GROUP:
            return one
        called = (str(one.primary), one.name, *one.names, *map(str, one.proxies))
        found = [self.of[key] for name in called if (key := name.lower()) in self.of]
        if not found:
            return one
        is_cut = len(found[0]) >= TRUNCATED_AT
        return replace(one, members=None if is_cut else found[0])


_MEMBER = Table(
    used("exchange-rules#2.4", "Group PrimarySmtpAddress WindowsEmailAddress Name"),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "exchange-rules#2.4",
        "a member is known by address or name, and stands among the recipients",
    ),
)


def read_members(entries: tuple[Exported, ...], ledger: Ledger) -> Members:
    """Sort the members by group.

    Raises:
        ExportError: an object does not say to which group it belongs.

    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        lists = [v for v in entry.values if isinstance(v, list)]
        if lists and len(lists) == len(entry.values):
            used_ = tuple(Mark(g, Understood.USED) for g in entry.columns.names)
            ledger.note(entry, "a group", used_)
            for group, given in entry.properties.items():
                texts = (_member(one, entry, group) for one in values.flat(given))
                key = group.lower()
                found[key] = (*found.get(key, ()), *texts)
            continue
        name = values.text(entry, "Group")
        if name is None:
            message = "a member without `Group`, expected the address of its group"
            raise ExportError(entry.place, message)
        ledger.note(entry, name, marks_of(entry, _MEMBER))
        member = _member(entry.properties, entry, "member")
        found[name.lower()] = (*found.get(name.lower(), ()), member)
    return Members(found)


def _member(value: object, entry: Exported, name: str) -> str:
    """The address of a member, or a name for one that has none."""
    if isinstance(value, dict):
        for key in ("PrimarySmtpAddress", "WindowsEmailAddress", "Name"):
            if value.get(key):
                return values.plain(value[key], entry.place, name)
    return values.plain(value, entry.place, name)
