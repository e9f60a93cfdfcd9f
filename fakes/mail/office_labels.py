"""The sensitivity labels inside an Office Open XML file.

Two places: a property in custom.xml, or LabelInfo.xml (msip-labels#4.1,
msip-labels#4.2), each found by its relationship, as Office finds it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import normpath
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fakes.mail.inside.limits import UnreadableError
from fakes.mail.inside.safe_xml import opened_zip, parse_xml
from fakes.mail.labels import Label, bare_guid, group_labels, is_guid

# msip-labels#4.1, msip-labels#4.2: types of the two relationships.
CUSTOM_TYPE: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    "/custom-properties"
)
_CUSTOM_TYPES: Final = frozenset(
    {
        CUSTOM_TYPE,
        "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties",
    }
)
LABEL_INFO_TYPE: Final = (
    "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
)
_BOOLEANS: Final[Mapping[str, bool]] = MappingProxyType(
    {"1": True, "true": True, "0": False, "false": False}
)


def labels_of_office_file(
    payload: bytes, *, most_entries: int, most_octets: int
) -> tuple[Label, ...]:
    """Read the labels of a zipped Office file.

    Raises UnreadableError with the reason for all that cannot be judged: what is no
    Office file, is broken or hostile, or exceeds the entries or octets of a part.
    """
    with opened_zip(payload) as archive:
        infos = archive.infolist()
        if len(infos) > most_entries:
            raise UnreadableError(f"more than {most_entries} entries in the zip")
        return _labels_of_package(_Package(archive, _index(infos), most_octets))


@dataclass(frozen=True, slots=True)
class _Package:
    """The entries of an open zip by name, which is compared without case."""

    archive: ZipFile
    entries: Mapping[str, list[ZipInfo]]
    most: int

    def xml(self, name: str) -> ET.Element:
        """Read one part, within bounds whatever the zip says of its size."""
        infos = self.entries.get(name.casefold(), [])
        if len(infos) != 1:
            found = "twice in the zip" if infos else "missing"
            raise UnreadableError(f"a part of the package is {found}")
        (info,) = infos
        if info.flag_bits & 1:
            raise UnreadableError("a part of the package is encrypted")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise UnreadableError("a part of the package is packed unusually")
        with self.archive.open(info) as stream:
            octets = stream.read(self.most + 1)
        if len(octets) > self.most:
            raise UnreadableError(f"a part of more than {self.most} octets")
        return parse_xml(octets)


def _index(infos: list[ZipInfo]) -> Mapping[str, list[ZipInfo]]:
    entries: dict[str, list[ZipInfo]] = {}
    for info in infos:
        entries.setdefault(info.filename.casefold(), []).append(info)
    return entries


def _labels_of_package(package: _Package) -> tuple[Label, ...]:
    if "[content_types].xml" not in package.entries:
        is_odf = "mimetype" in package.entries
        why = "OpenDocument is not read" if is_odf else "an archive is not opened"
        raise UnreadableError(why)
    custom: list[Label] = []
    info: list[tuple[str, Label | None]] = []
    for kind, target in _relations(package.xml("_rels/.rels")):
        if kind in _CUSTOM_TYPES:
            custom += _custom_labels(package.xml(target))
        else:
            info += _label_info(package.xml(target))
    # msip-labels#4.2: LabelInfo first; custom.xml only for tenants without an element
    # there, because its properties may be stale.
    sites = {site for site, _ in info}
    guids = {label.guid for _, label in info if label is not None}
    if any(x.site_id is None and sites and x.guid not in guids for x in custom):
        raise UnreadableError("a property names no tenant, and LabelInfo names some")
    kept = (x for x in custom if x.site_id not in sites and (x.site_id or not sites))
    return (*(label for _, label in info if label is not None), *kept)


def _relations(root: ET.Element) -> Iterator[tuple[str, str]]:
    _expect(root, "Relationships")
    for child in root:
        kind = child.get("Type", "")
        if kind in _CUSTOM_TYPES or kind == LABEL_INFO_TYPE:
            if child.get("TargetMode", "Internal") != "Internal":
                raise UnreadableError("the label is outside the file")
            target = unquote(child.get("Target", ""))
            yield kind, normpath("/" + target).lstrip("/")


def _custom_labels(root: ET.Element) -> tuple[Label, ...]:
    _expect(root, "Properties")
    found: list[tuple[str, str]] = []
    for child in root:
        name = child.get("name", "")
        if name.strip().casefold().startswith("msip_label_"):
            if len(child) != 1 or len(child[0]):
                raise UnreadableError("a label's property holds no plain value")
            found.append((name, _value(child[0])))
    labels = group_labels(found)
    said = {
        text.casefold() for x in labels if (text := x.attribute("Enabled")) is not None
    }
    if not said <= {"true", "false"}:
        raise UnreadableError("a label's Enabled is neither true nor false")
    return labels


def _value(element: ET.Element) -> str:
    text = element.text or ""
    # msip-labels#4.1: Office writes lpwstr; a tolerant reader takes the other types.
    if _local(element) == "bool":
        return str(_boolean(text)).lower()
    return text


def _label_info(root: ET.Element) -> Iterator[tuple[str, Label | None]]:
    """Yield tenant and label; a removed label is None (msip-labels#4.2)."""
    _expect(root, "labelList")
    for child in root:
        if _local(child) != "label":
            continue
        site = bare_guid(child.get("siteId", ""))
        guid = bare_guid(child.get("id", ""))
        if not is_guid(site) or not is_guid(guid):
            raise UnreadableError("LabelInfo names no label or no tenant")
        enabled = _boolean(child.get("enabled", ""))
        if _boolean(child.get("removed", "0")):
            yield site, None
            continue
        said = {
            "Enabled": str(enabled).lower(),
            "Method": child.get("method", ""),
            "SiteId": site,
            "ContentBits": child.get("contentBits", ""),
        }
        attributes = tuple((key, text) for key, text in said.items() if text)
        yield site, Label(guid, enabled=enabled, attributes=attributes)


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip()]
    except KeyError as error:
        raise UnreadableError("a truth value is neither true nor false") from error


def _expect(root: ET.Element, name: str) -> None:
    if _local(root) != name:
        raise UnreadableError(f"a part is not the {name} that it should be")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
