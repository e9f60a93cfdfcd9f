"""From command lines to the objects that the Get- cmdlet would show of them.

A line says only what differs from the default, and names that are short or of the
command's own: here they become the properties that every reader knows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from fakes.exchange.rules.rule import parameter_names
from harness.exports.cmdlets import Cmdlet
from harness.exports.formats import Exported, exported_object, is_secret_name
from harness.exports.powershell import Argument, Command, NeedsValue, Value
from harness.exports.problems import ExportError, shown

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
        Cmdlet.OUTBOUND_CONNECTORS: {"Enabled": True},
        Cmdlet.INBOUND_CONNECTORS: {"Enabled": True},
        Cmdlet.SEND_CONNECTORS: {"Enabled": True},
        Cmdlet.RECEIVE_CONNECTORS: {"Enabled": True},
    }
)
# exports#2.1: the command's name of it, and the object's.
_SHOWN_AS = MappingProxyType({"notifysender": "SenderNotificationType"})
RULE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        name.lower(): name
        for name in {*parameter_names(), "NotifySender", "Enabled", "Comments", "Name"}
    }
)
# What a command takes and no object has.
_OF_THE_COMMAND = frozenset(
    {"confirm", "whatif", "force", "domaincontroller", "erroraction", "verbose"}
)


def objects_of(
    file: str, commands: tuple[Command, ...], *, line: int = 1
) -> tuple[tuple[Cmdlet, Exported], ...]:
    """Give an object for each command that makes one; rules in their order.

    `line` is where the text of the commands begins in the file.

    Raises:
        ExportError: a line holds what nobody can read or must fill in.

    """
    found = []
    for command in commands:
        cmdlet = MAKES.get(command.name.lower())
        if cmdlet is not None:
            found.append((cmdlet, _object(file, command, cmdlet, line)))
    return tuple(found)


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
            yield name, _plain(argument.value, place, name)


def _object(file: str, command: Command, cmdlet: Cmdlet, line: int) -> Exported:
    properties: dict[str, object] = dict(_DEFAULTS.get(cmdlet, {}))
    known = RULE_NAMES if cmdlet is Cmdlet.RULES else None
    for said, given in parameters_of(file, command, known, line=line):
        name, value = said or "Name", given
        if cmdlet is Cmdlet.RULES and name == "Enabled":
            name, value = "State", "Enabled" if value is True else "Disabled"
        properties[shown_as(name)] = value
    return exported_object(file, line + command.line - 1, properties)


def shown_as(name: str) -> str:
    """Give the name that an object has for a parameter of a command."""
    return _SHOWN_AS.get(name.lower(), name)


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


def _plain(value: Value, place: str, name: str) -> object:
    """Give a value as JSON would hold it.

    Raises:
        ExportError: it is to be computed or filled in.

    """
    if isinstance(value, NeedsValue):
        raise ExportError(
            place,
            f"`{name}` needs a value: `{shown(value.text)}` stands for one; "
            "write it into the line",
        )
    if isinstance(value, tuple):
        return [_plain(one, place, name) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one, place, name) for key, one in value.items()}
    return value
