"""Sensitivity labels as mail carries them: the header `msip_labels`.

`parse_labels` reads the decoded, unfolded text of the field; `build_value` and
`build_field` write it as each known client and mail server does. Reading labels is
not what a mail flow rule does: a rule looks for words (msip-labels#2.4, point 5).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never
from unicodedata import category

from fakes.mail.label_field import FIELD_NAME, Encoding, Folding, write_field

__all__ = [
    "FIELD_NAME",
    "PROFILES",
    "DateShape",
    "Encoding",
    "Folding",
    "Label",
    "LabelSpec",
    "Method",
    "Profile",
    "Shape",
    "bare_guid",
    "build_field",
    "build_value",
    "group_labels",
    "is_guid",
    "parse_labels",
    "parse_set_date",
    "properties",
    "render",
    "write_field",
]

# msip-labels#1.1: singular, always; the prefix is matched without case in ASCII only,
# so that no letter of another script folds into it.
_KEY: Final = re.compile(
    r"(?ai:MSIP_Label_)"
    r"(?P<guid>(?ai:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))"
    r"_(?P<attribute>\w+)"
)
_GUID: Final = re.compile(r"(?ai:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_BLANK: Final = " \t\r\n"
_APPLICATION: Final = "Microsoft Azure Information Protection"


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its GUID in lower case, and its attributes, each name once."""

    guid: str
    enabled: bool
    attributes: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        """Return the value of an attribute, whose name is compared without case."""
        wanted = name.casefold()
        values = (v for k, v in self.attributes if k.casefold() == wanted)
        return next(values, None)

    @property
    def name(self) -> str | None:
        """The label's name as written; None when the attribute is absent."""
        return self.attribute("Name")

    @property
    def site_id(self) -> str | None:
        """The tenant in lower case without braces; None when absent."""
        found = self.attribute("SiteId")
        return None if found is None else bare_guid(found)

    @property
    def parent(self) -> str | None:
        """The GUID of the parent label; None when absent."""
        found = self.attribute("Parent")
        return None if found is None else bare_guid(found)

    @property
    def method(self) -> str | None:
        """How it was chosen, as written; None when absent."""
        return self.attribute("Method")

    @property
    def set_date(self) -> str | None:
        """When it was set, as written; None when absent."""
        return self.attribute("SetDate")


class Method(StrEnum):
    """How a label was chosen (msip-labels#1.3)."""

    STANDARD = "Standard"
    PRIVILEGED = "Privileged"


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """What a written label should say.

    Raises ValueError for what no field could carry: text with a semicolon or a
    control character, a GUID that is none, a date without a zone.
    """

    guid: str
    site_id: str
    name: str
    action_id: str
    set_date: datetime
    method: Method = Method.STANDARD
    content_bits: int = 0
    enabled: bool = True
    owner: str = "anna@contoso.example"
    parent_guid: str | None = None
    parent_name: str = "Parent"

    def __post_init__(self) -> None:
        """Check what would break the field."""
        guids = (self.guid, self.site_id, self.action_id, self.parent_guid)
        for guid in guids:
            if guid is not None and not is_guid(guid):
                msg = f"`{guid}` is no GUID, expected 8-4-4-4-12 hexadecimal digits"
                raise ValueError(msg)
        for text in (self.name, self.owner, self.parent_name):
            if ";" in text or any(category(c) in {"Cc", "Cs"} for c in text):
                msg = f"`{text!a}` holds a semicolon or a control character"
                raise ValueError(msg)
        if self.set_date.tzinfo is None:
            msg = "the date of a label needs a time zone"
            raise ValueError(msg)


class DateShape(StrEnum):
    """The four shapes of SetDate (msip-labels#1.3)."""

    SECONDS = "2025-01-20T10:00:00Z"
    SEVEN_DIGITS = "2025-01-20T10:00:00.1234560Z"
    THREE_DIGITS = "2025-01-20T10:00:00.123Z"
    PACIFIC = "2025-01-20T02:00:00-0800"


class Profile(StrEnum):
    """Who wrote the field, as far as its shape tells (msip-labels#1.2)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P4A = "P4a"
    P4B = "P4b"
    P4C = "P4c"
    P5 = "P5"
    P5A = "P5a"
    P6 = "P6"
    P7 = "P7"
    P8 = "P8"


@dataclass(frozen=True, slots=True)
class Shape:
    """One row of PROFILES: what to write, in which order and spelling."""

    attributes: tuple[str, ...]
    true: str = "true"
    separator: str = ";"
    end: str = ";"
    dates: DateShape = DateShape.SECONDS
    leftover: str | None = None
    """A foreign entry that holds the label's name, always last."""
    parent_block: tuple[str, ...] = ()
    """The attributes of the parent's block, which comes first."""


def _order(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_CLASSIC: Final = _order(
    "Enabled SiteId Owner SetDate Name Application ActionId Extended_MSFT_Method"
)
_CLASSIC_WITHOUT_ACTION: Final = tuple(a for a in _CLASSIC if a != "ActionId")
_BUILT_IN: Final = _order("ActionId ContentBits Enabled Method Name SetDate SiteId")


def _classic(
    attributes: tuple[str, ...],
    *,
    leftover: str | None = None,
    parent_block: tuple[str, ...] = (),
) -> Shape:
    return Shape(
        attributes,
        true="True",
        separator="; ",
        end="",
        dates=DateShape.SEVEN_DIGITS,
        leftover=leftover,
        parent_block=parent_block,
    )


def _service(attributes: str) -> Shape:
    return Shape(_order(attributes), true="True", end="", dates=DateShape.SEVEN_DIGITS)


# msip-labels#1.2, a row a profile. Where the sheet counts several separators, ends or
# dates for one profile the most frequent stands here; `dataclasses.replace` of a row
# gives the others to `render`. The sheet is silent on the date of P6.
PROFILES: Final[Mapping[Profile, Shape]] = MappingProxyType(
    {
        Profile.P0: Shape((), end=""),
        Profile.P1: Shape((*_BUILT_IN, "Tag")),
        Profile.P2: Shape(_BUILT_IN),
        Profile.P3: Shape(
            _order("Enabled SetDate Method Name SiteId ActionId ContentBits"),
            separator="; ",
            end="",
        ),
        Profile.P4: _classic(_CLASSIC),
        Profile.P4A: _classic(_CLASSIC_WITHOUT_ACTION, leftover="aiplabel"),
        Profile.P4B: _classic(_CLASSIC_WITHOUT_ACTION, leftover="Sensitivity"),
        Profile.P4C: _classic(
            (*_CLASSIC[:-1], "Parent", _CLASSIC[-1]), parent_block=_CLASSIC
        ),
        Profile.P5: _service("Enabled SiteId SetDate Name ContentBits Method"),
        Profile.P5A: _service("Enabled SiteId SetDate ContentBits Method"),
        Profile.P6: Shape(_order("ContentBits Enabled Method Name SetDate SiteId")),
        Profile.P7: Shape(
            _order("Enabled SiteId ActionId ContentBits Name SetDate Method Enabled"),
            separator="; ",
            end="; ",
            dates=DateShape.PACIFIC,
        ),
        Profile.P8: _classic(tuple(reversed(_CLASSIC))),
    }
)

# msip-labels#1.3: exactly two texts of Tag are known, one for each method.
_TAGS: Final[Mapping[Method, str]] = MappingProxyType(
    {Method.STANDARD: "10, 3, 0, 1", Method.PRIVILEGED: "10, 0, 1, 1"}
)
# msip-labels#1.3: the classic client's words for the same two.
_CLASSIC_METHODS: Final[Mapping[Method, str]] = MappingProxyType(
    {Method.STANDARD: "Automatic", Method.PRIVILEGED: "Manual"}
)
_VALUES: Final[Mapping[str, Callable[[LabelSpec, Shape], str]]] = MappingProxyType(
    {
        "ActionId": lambda spec, _: spec.action_id,
        "Application": lambda _, __: _APPLICATION,
        "ContentBits": lambda spec, _: str(spec.content_bits),
        "Enabled": lambda spec, shape: shape.true if spec.enabled else _false(shape),
        "Extended_MSFT_Method": lambda spec, _: _CLASSIC_METHODS[spec.method],
        "Method": lambda spec, _: spec.method.value,
        "Name": lambda spec, _: spec.name,
        "Owner": lambda spec, _: spec.owner,
        "Parent": lambda spec, _: _parent(spec),
        "SetDate": lambda spec, shape: _date(spec.set_date, shape.dates),
        "SiteId": lambda spec, _: spec.site_id,
        "Tag": lambda spec, _: _TAGS[spec.method],
    }
)


def is_guid(text: str) -> bool:
    """Whether this is a GUID with hyphens and without braces, in any case."""
    return _GUID.fullmatch(text) is not None


def bare_guid(text: str) -> str:
    """Take braces and capitals off a GUID; other text is only folded and trimmed."""
    trimmed = text.strip()
    if trimmed.startswith("{") and trimmed.endswith("}"):
        trimmed = trimmed[1:-1]
    return trimmed.casefold()


def parse_labels(value: str) -> tuple[Label, ...]:
    """Read the labels of a decoded and unfolded `msip_labels` field.

    Grammar: entries between semicolons, each `MSIP_Label_<guid>_<attribute>=<text>`;
    anything else is passed over. Runs of blanks become one (msip-labels#2.4). Text
    that somebody encoded wrongly stays as it is (msip-labels#1.5).
    """
    entries = (entry.partition("=") for entry in value.split(";"))
    return group_labels(
        (key, _BLANKS.sub(" ", text)) for key, equals, text in entries if equals
    )


def group_labels(properties: Iterable[tuple[str, str]]) -> tuple[Label, ...]:
    """Group named properties by GUID; the last value of an attribute wins.

    The labels are in the order in which they first appear (msip-labels#2.4).
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for key, text in properties:
        match = _KEY.fullmatch(key.strip())
        if match is not None:
            attributes = found.setdefault(match["guid"].casefold(), {})
            attribute = match["attribute"]
            attributes[attribute.casefold()] = (attribute, text.strip(_BLANK))
    return tuple(
        Label(
            guid,
            # msip-labels#2.4: on when Enabled folds to true; an absent one is not on.
            enabled=attributes.get("enabled", ("", ""))[1].strip().casefold() == "true",
            attributes=tuple(attributes.values()),
        )
        for guid, attributes in found.items()
    )


def parse_set_date(text: str) -> datetime | None:
    """Read a SetDate in any known shape; None for text that is no date with a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment


def build_value(profile: Profile, *specs: LabelSpec) -> str:
    """Write the field's text as this profile does; P0 is empty.

    Raises ValueError for P4c without a parent, and without a label except for P0.
    """
    return render(PROFILES[profile], *specs)


def render(shape: Shape, *specs: LabelSpec) -> str:
    """Write the field's text in this shape, a block for each label in turn.

    Raises ValueError as `build_value` does.
    """
    if not shape.attributes:
        return ""
    if not specs:
        msg = "a field that is not empty needs a label"
        raise ValueError(msg)
    entries = [entry for spec in specs for entry in _entries(shape, spec)]
    if shape.leftover is not None:
        # msip-labels#1.1: leftovers of the classic client are always last.
        entries += [f"{shape.leftover}={spec.name}" for spec in specs]
    return shape.separator.join(entries) + shape.end


def properties(shape: Shape, spec: LabelSpec) -> tuple[tuple[str, str], ...]:
    """Name and value of each property of one label, in the shape's order."""
    return tuple(
        (f"MSIP_Label_{spec.guid}_{attribute}", _VALUES[attribute](spec, shape))
        for attribute in shape.attributes
    )


def build_field(
    profile: Profile,
    *specs: LabelSpec,
    encoding: Encoding = Encoding.PLAIN,
    folding: Folding = Folding.ONE_LINE,
    name: str = FIELD_NAME,
) -> bytes:
    """Write the whole raw header field with CRLF.

    Raises ValueError as `build_value` and `write_field` do.
    """
    value = build_value(profile, *specs)
    return write_field(value, encoding=encoding, folding=folding, name=name)


def _entries(shape: Shape, spec: LabelSpec) -> Iterator[str]:
    if shape.parent_block:
        # msip-labels#1.2: P4c has the parent's whole block first; in the real one
        # both blocks share the action.
        parent = LabelSpec(
            guid=_parent(spec),
            site_id=spec.site_id,
            name=spec.parent_name,
            action_id=spec.action_id,
            set_date=spec.set_date,
            method=spec.method,
            enabled=spec.enabled,
            owner=spec.owner,
        )
        block = Shape(shape.parent_block, true=shape.true, dates=shape.dates)
        yield from (f"{key}={text}" for key, text in properties(block, parent))
    yield from (f"{key}={text}" for key, text in properties(shape, spec))


def _false(shape: Shape) -> str:
    # msip-labels#1.7: legal though never seen; we spell it like the profile's true.
    return "False" if shape.true == "True" else "false"


def _parent(spec: LabelSpec) -> str:
    if spec.parent_guid is None:
        msg = "this profile writes the parent's GUID, and the label has none"
        raise ValueError(msg)
    return spec.parent_guid


def _date(moment: datetime, shape: DateShape) -> str:
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    match shape:
        case DateShape.SECONDS:
            return f"{utc.isoformat(timespec='seconds')}Z"
        case DateShape.SEVEN_DIGITS:
            return f"{utc.isoformat(timespec='microseconds')}0Z"
        case DateShape.THREE_DIGITS:
            return f"{utc.isoformat(timespec='milliseconds')}Z"
        case DateShape.PACIFIC:
            pacific = moment.astimezone(timezone(timedelta(hours=-8)))
            return f"{pacific.replace(tzinfo=None).isoformat(timespec='seconds')}-0800"
        case _:
            assert_never(shape)
