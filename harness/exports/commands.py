"""From command lines to the objects that the Get- cmdlet would show of them.

A line says only what differs from the default, and names that are short or of the
command's own: here they become the properties that every reader knows.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from fakes.exchange.rules.rule import parameter_names
from harness.exports.cmdlets import Cmdlet
from harness.exports.connector_tables import INBOUND, OUTBOUND, RECEIVE, SEND
from harness.exports.formats import (
    Exported,
    Lost,
    exported_object,
    is_secret_name,
    row_of,
)
from harness.exports.powershell import Argument, Command, NeedsValue, Value
from harness.exports.problems import ExportError, each, shown

# The commands that make an object, and the cmdlet that shows it.
MAKES: Mapping[str, Cmdlet] = MappingProxyType(
    {
        "new-transportrule": Cmdlet.RULES,
        "new-outboundconnector": Cmdlet.OUTBOUND_CONNECTORS,
        "new-inboundconnector": Cmdlet.INBOUND_CONNECTORS,
        "new-sendconnector": Cmdlet.SEND_CONNECTORS,
        "new-receiveconnector": Cmdlet.RECEIVE_CONNECTORS,
        "new-accepteddomain": Cmdlet.ACCEPTED_DOMAINS,
        "new-mailcontact": Cmdlet.CONTACTS,
    }
)
# exports#0: what only the object form says, where the command says nothing.
_DEFAULTS: Mapping[Cmdlet, Mapping[str, object]] = MappingProxyType(
    {
        Cmdlet.RULES: {
            "State": "Enabled",
            "Mode": "Enforce",
            "SenderAddressLocation": "Header",
            "RuleErrorAction": "Ignore",
        },
        # exchange-routing#1.1
        Cmdlet.OUTBOUND_CONNECTORS: {
            "Enabled": True,
            "UseMXRecord": True,
            "RecipientDomains": [],
            "SmartHosts": [],
            "TlsSettings": None,
            "IsTransportRuleScoped": False,
        },
        Cmdlet.INBOUND_CONNECTORS: {"Enabled": True},
        # exchange-routing#2.1
        Cmdlet.SEND_CONNECTORS: {
            "Enabled": True,
            "IsScopedConnector": False,
            "DNSRoutingEnabled": True,
            "SmartHosts": [],
            "Port": 25,
            "RequireTLS": False,
        },
        Cmdlet.RECEIVE_CONNECTORS: {"Enabled": True},
    }
)
# exports#2.1: the command's name of it, and the object's.
SHOWN_AS = MappingProxyType({"notifysender": "SenderNotificationType"})
RULE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        name.lower(): name
        for name in {*parameter_names(), "NotifySender", "Enabled", "Comments", "Name"}
    }
)
_USED: Mapping[Cmdlet, frozenset[str]] = MappingProxyType(
    {
        Cmdlet.OUTBOUND_CONNECTORS: OUTBOUND.used,
        Cmdlet.INBOUND_CONNECTORS: INBOUND.used,
        Cmdlet.SEND_CONNECTORS: SEND.used,
        Cmdlet.RECEIVE_CONNECTORS: RECEIVE.used,
    }
)
# What a command takes and no object has: the parameters of every cmdlet, with their
# short names.
_COMMON = """
confirm cf whatif wi force domaincontroller erroraction ea warningaction wa
informationaction infa verbose vb debug db errorvariable ev warningvariable wv
informationvariable iv outvariable ov outbuffer ob pipelinevariable pv progressaction
proga
"""
_OF_THE_COMMAND = frozenset(_COMMON.split())
# What changes an object that is there: nobody applies it to what was just read.
_CHANGES = frozenset(
    f"{verb}-{noun.partition('-')[2]}"
    for verb in ("set", "enable", "disable", "remove")
    for noun in MAKES
)
_ALIAS = frozenset({"set-alias", "new-alias", "sal", "nal"})
# exports#5, exports#6: what a page or a template leaves to its reader.
# (`%%Subject%%` is none of them: Exchange itself fills it in, exchange-rules#5.)
_HOLE = re.compile(r"<[A-Za-z][\w .,'/-]{0,60}>|---.{1,60}---")


Made = tuple[tuple[Cmdlet, Exported], ...]


def objects_of(file: str, commands: tuple[Command, ...], *, line: int = 1) -> Made:
    """Give an object for each command that makes one; rules in their order.

    `line` is where the text of the commands begins in the file.

    Raises:
        ExportError: a line holds what nobody can read, or changes what others made.

    """
    aliases = dict(_aliases(commands))
    named = [(aliases.get(c.name.lower(), c.name.lower()), c) for c in commands]
    found = each(
        lambda one: (MAKES[one[0]], _object(file, one[1], MAKES[one[0]], line)),
        [(n, c) for n, c in named if n in MAKES and not only_asks(c)],
    )
    changes = [command for name, command in named if name in _CHANGES]
    if found and changes:
        raise ExportError(
            f"{file}:{line + changes[0].line - 1}",
            f"`{changes[0].name}` changes what another line made; expected only lines "
            "that make objects, or an export of what the script has made",
        )
    return _in_order(found)


def _in_order(made: Made) -> Made:
    """Put rules where their lines put them, where two lines ask for one place.

    exchange-rules#6.2: a new rule takes its place, and those from there on move up;
    without a place it is the last.
    """
    rules = [entry for cmdlet, entry in made if cmdlet is Cmdlet.RULES]
    asked = [entry.get("Priority") for entry in rules]
    if len({str(place) for place in asked}) == len(asked):
        return made
    order: list[Exported] = []
    for entry, place in zip(rules, asked, strict=True):
        is_place = isinstance(place, int) or str(place).isdecimal()
        order.insert(int(str(place)) if is_place else len(order), entry)
    others = tuple(pair for pair in made if pair[0] is not Cmdlet.RULES)
    return others + tuple(
        (Cmdlet.RULES, _with(entry, "Priority", at)) for at, entry in enumerate(order)
    )


def _with(entry: Exported, name: str, value: object) -> Exported:
    properties = {**entry.properties, name: value}
    made = row_of(entry.file, entry.line, properties, entry.secrets, entry.notes)
    return replace(made, lost=entry.lost)


def made_of(
    file: str, line: int, cmdlet: Cmdlet, given: Mapping[str, Value]
) -> Exported:
    """Give the object that a command would make of these parameters.

    Raises:
        ExportError: it would not take one of them.

    """
    arguments = tuple(Argument(name, value, 1) for name, value in given.items())
    verb = f"New-{cmdlet.partition('-')[2]}"
    return _object(file, Command(verb, arguments, 1), cmdlet, line)


def only_asks(command: Command) -> bool:
    """Say whether a command only tells what it would do: `-WhatIf`."""
    return any(
        argument.name.lower() in {"whatif", "wi"} and argument.value is not False
        for argument in command.arguments
    )


def with_holes(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Know the texts that stand for something: `"<RuleName>"`."""
    return tuple(
        replace(
            command,
            arguments=tuple(
                replace(one, value=with_hole(one.value)) for one in command.arguments
            ),
        )
        for command in commands
    )


def with_hole(value: Value) -> Value:
    """Give what a text stands for, if it does."""
    if isinstance(value, str) and _HOLE.fullmatch(value):
        return NeedsValue(value)
    if isinstance(value, tuple):
        return tuple(with_hole(one) for one in value)
    return value


def _aliases(commands: tuple[Command, ...]) -> Iterator[tuple[str, str]]:
    """Read the other names that a script gives to commands."""
    for command in commands:
        if command.name.lower() in _ALIAS:
            said = [
                one.value for one in command.arguments if isinstance(one.value, str)
            ]
            if len(said) > 1:
                yield said[0].lower(), said[1].lower()


def parameters_of(
    file: str, command: Command, known: Mapping[str, str] | None, *, line: int = 1
) -> Iterator[tuple[str, object]]:
    """Give the parameters of a command, spelt out; one by its position has no name.

    `known` are the names that there are, folded, as they are spelt; None where any
    goes. `line` is where the text of the commands begins in the file.

    Raises:
        ExportError: a parameter is unknown, or holds what must be run or filled in.

    """
    first = line + command.line - 1
    if command.unread:
        raise ExportError(
            f"{file}:{first}",
            f"`{command.unread[0]}` of `{command.name}` cannot be read as PowerShell",
        )
    for argument in command.arguments:
        place = f"{file}:{line + argument.line - 1}"
        name = _name(argument, command, known, place)
        if name.lower() in _OF_THE_COMMAND:
            continue
        if is_secret_name(name) and isinstance(argument.value, NeedsValue):
            # What asks for a password, or holds one: that it is there is all we want.
            yield name, argument.value.text
        else:
            yield name, plain_value(argument.value)


def _object(file: str, command: Command, cmdlet: Cmdlet, line: int) -> Exported:
    properties: dict[str, object] = dict(_DEFAULTS.get(cmdlet, {}))
    first = line + command.line - 1
    known = RULE_NAMES if cmdlet is Cmdlet.RULES else None
    for said, given in parameters_of(file, command, known, line=line):
        name, value = _in_full(said or "Name", cmdlet), given
        name = next((n for n in properties if n.lower() == name.lower()), name)
        if cmdlet is Cmdlet.RULES and name == "Enabled":
            name, value = "State", _state(value, f"{file}:{first}")
        properties[shown_as(name)] = value
    return exported_object(file, first, properties)


def _in_full(name: str, cmdlet: Cmdlet) -> str:
    """Spell a parameter of a connector out, where one of those that count is meant."""
    low, known = name.lower(), _USED.get(cmdlet, frozenset())
    longer = [full for full in known if full.startswith(low)]
    return longer[0] if len(longer) == 1 and low not in known else name


def shown_as(name: str) -> str:
    """Give the name that an object has for a parameter of a command."""
    return SHOWN_AS.get(name.lower(), name)


def _state(enabled: object, place: str) -> object:
    """Give the state that the object form has for `-Enabled` (exports#2.1)."""
    if isinstance(enabled, Lost):
        return enabled
    said = str(enabled).lower().lstrip("$")
    said = {"1": "true", "0": "false"}.get(said, said)
    if said not in {"true", "false"}:
        what = f"`Enabled` is `{shown(enabled)}`, expected $true or $false"
        raise ExportError(place, what)
    return "Enabled" if said == "true" else "Disabled"


def _name(
    argument: Argument, command: Command, known: Mapping[str, str] | None, place: str
) -> str:
    """Spell a parameter out: a short one must be the beginning of one alone."""
    short = argument.name.lower()
    if known is None or not short or short in _OF_THE_COMMAND:
        return argument.name
    if short in known:
        return known[short]
    longer = sorted(full for low, full in known.items() if low.startswith(short))
    if len(longer) == 1:
        return longer[0]
    if longer:
        what = "is short for " + " and ".join(longer[:2])
    else:
        near = difflib.get_close_matches(short, known, 1, 0.6)
        hint = f", did you mean `-{known[near[0]]}`?" if near else ""
        what = f"is unknown to it{hint}"
    raise ExportError(place, f"`{command.name} -{shown(argument.name)}` {what}")


def plain_value(value: Value) -> object:
    """Give a value as JSON would hold it; `Lost` if a part of it is not known."""
    if isinstance(value, NeedsValue):
        return Lost(value.text, "a value that a script or a reader fills in")
    if isinstance(value, tuple):
        parts = [plain_value(one) for one in value]
        return next((one for one in parts if isinstance(one, Lost)), parts)
    if isinstance(value, Mapping):
        table = {key: plain_value(one) for key, one in value.items()}
        lost = (one for one in table.values() if isinstance(one, Lost))
        return next(lost, table)
    return value
