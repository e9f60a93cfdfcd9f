"""An organization as text: JSON, command lines, and a rule collection.

Read again, each is the same organization, as far as its format goes: command lines
make rules, connectors, domains and contacts; a rule collection holds rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from harness.exports.cmdlets import Cmdlet
from harness.exports.command_line import Bare, command_line
from harness.exports.commands import MAKES, RULE_NAMES, SHOWN_AS
from harness.exports.shown import CREDENTIAL, shown

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from harness.exports.shown_rules import Properties

# What only an object has, and no command takes.
_OF_CONTACTS = ("Name", "Alias", "ExternalEmailAddress", "PrimarySmtpAddress")
_OF_THE_OBJECT = frozenset({"Size", "WhenChanged", "UseLegacyRegex"})
_NEW: Mapping[Cmdlet, str] = MappingProxyType(
    {cmdlet: f"New-{cmdlet.partition('-')[2]}" for cmdlet in MAKES.values()}
)
_TAKEN_AS = MappingProxyType(
    {shown_as: RULE_NAMES[taken] for taken, shown_as in SHOWN_AS.items()}
)
_PROLOG = '<?xml version="1.0" encoding="utf-16" standalone="yes"?>'
_END, _SPLIT = "]]>", "]]]]><![CDATA[>"


def as_json(organization: Organization) -> dict[str, str]:
    """Write a file for each cmdlet, by its name; an empty list where there is none."""
    return {
        f"{cmdlet}.json": json.dumps(objects, indent=2, ensure_ascii=False) + "\n"
        for cmdlet, objects in shown(organization).items()
    }


def as_lines(organization: Organization) -> dict[Cmdlet, tuple[str, ...]]:
    """Write the New- lines of what lines can make, by the cmdlet that shows it."""
    made = shown(organization)
    contacts = [
        one
        for one in made.get(Cmdlet.RECIPIENTS, [])
        if one["RecipientType"] == "MailContact"
    ]
    kinds = {**made, Cmdlet.CONTACTS: contacts} if contacts else made
    return {
        cmdlet: tuple(_line(cmdlet, one) for one in objects)
        for cmdlet, objects in kinds.items()
        if cmdlet in _NEW and objects
    }


def as_rule_collection(organization: Organization) -> str:
    """Write the rules as Export-TransportRuleCollection does: order is priority."""
    lines = [_PROLOG, '<rules name="TransportVersioned">']
    for rule in shown(organization).get(Cmdlet.RULES, []):
        given = {name: v for name, v in rule.items() if name != "Priority"}
        command = _line(Cmdlet.RULES, given).replace(_END, _SPLIT)
        lines += [
            f'  <rule name={quoteattr(str(rule["Name"]))} format="cmdlet">',
            '    <version requiredMinVersion="15.0.3.0">',
            f"      <commandBlock><![CDATA[{command}]]></commandBlock>",
            "    </version>",
            "  </rule>",
        ]
    return "\n".join([*lines, "</rules>", ""])


def _line(cmdlet: Cmdlet, given: Properties) -> str:
    parameters = {
        _taken_as(cmdlet, name): _argument(cmdlet, name, value)
        for name, value in given.items()
        if _is_taken(cmdlet, name, value)
    }
    return command_line(_NEW[cmdlet], "", parameters)


def _is_taken(cmdlet: Cmdlet, name: str, value: object) -> bool:
    if cmdlet is Cmdlet.CONTACTS:
        return name in _OF_CONTACTS
    return name not in _OF_THE_OBJECT or (name == "UseLegacyRegex" and value is True)


def _taken_as(cmdlet: Cmdlet, name: str) -> str:
    if cmdlet is not Cmdlet.RULES:
        return name
    return "Enabled" if name == "State" else _TAKEN_AS.get(name, name)


def _argument(cmdlet: Cmdlet, name: str, value: object) -> object:
    if cmdlet is Cmdlet.RULES and name == "State":
        return value == "Enabled"
    return Bare("(Get-Credential)") if value == CREDENTIAL else value
