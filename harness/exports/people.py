"""What exports say of a person or group beside addresses: attributes, manager, members.

Absent is not empty: a property that is null is an attribute that is not set; one that
the export does not have is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.exports import values
from harness.exports.formats import Exported

# The AD attribute as rules name it (exchange-rules#2.4), the property of the cmdlets.
PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "City": "City",
        "Company": "Company",
        "Country": "CountryOrRegion",
        **{f"CustomAttribute{n}": f"CustomAttribute{n}" for n in range(1, 16)},
        "Department": "Department",
        "DisplayName": "DisplayName",
        "FaxNumber": "Fax",
        "FirstName": "FirstName",
        "HomePhoneNumber": "HomePhone",
        "Initials": "Initials",
        "LastName": "LastName",
        "Manager": "Manager",
        "MobileNumber": "MobilePhone",
        "Notes": "Notes",
        "Office": "Office",
        "OtherFaxNumber": "OtherFax",
        "OtherHomePhoneNumber": "OtherHomePhone",
        "OtherPhoneNumber": "OtherTelephone",
        "PagerNumber": "Pager",
        "PhoneNumber": "Phone",
        "POBox": "PostOfficeBox",
        "State": "StateOrProvince",
        "Street": "StreetAddress",
        "Title": "Title",
        "ZipCode": "PostalCode",
    }
)
_COLUMNS = tuple(PROPERTIES.values())
_ATTRIBUTES = MappingProxyType({p: name for name, p in PROPERTIES.items()})
PEOPLE = (*_COLUMNS, "Members")
_COUNTRY_CODE = 2


def attributes_of(entry: Exported) -> tuple[tuple[str, str], ...]:
    """Read the attributes that the export has, in the order of the table."""
    found: list[tuple[str, str]] = []
    for property_ in entry.among(_COLUMNS):
        name = _ATTRIBUTES[property_]
        said = values.texts(entry, property_)
        # exchange-rules#2.4: rules compare the code; an export may show a name.
        if name == "Country" and any(len(text) != _COUNTRY_CODE for text in said):
            continue
        found.extend((name, text) for text in said or ("",))
    return tuple(found)


def manager_of(entry: Exported) -> str | None:
    """Read the manager as the export spells it; empty for nobody, None if not told."""
    if not entry.has("Manager"):
        return None
    return values.text(entry, "Manager") or ""


def members_of(entry: Exported) -> tuple[str, ...] | None:
    """Read `Members`, which Get-Group shows; None if the export does not have it."""
    return values.texts(entry, "Members") if entry.has("Members") else None
