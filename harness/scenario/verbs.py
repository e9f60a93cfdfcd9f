"""The words for edits of a tenant in a scenario: a table of verbs.

edits = [
  { disable_rule = "Zivver Custom Relay" },
  { set_rule = "Zivver Custom Relay", Mode = "Audit" },
  { add_rule = { Name = "Stop", StopRuleProcessing = true }, at = 0 },
  { zivver = { settings = { is_down = true } } },
  { internet = { absent = ["relay.example"] } },
  { disable_rule = "Zivver on the servers", side = "onpremises" },
]

Without `side`, the edit is of the only organization, of the cloud in a hybrid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fakes.exchange.organization import Moderators
from fakes.internet.hosts import Internet
from fakes.mail.session import ServerTls
from fakes.zone import Zone
from harness import edits
from harness.exports.cmdlets import Cmdlet
from harness.exports.internet import read_internet
from harness.exports.sides import SIDES, side_word
from harness.exports.toml_tables import Table
from harness.exports.zivver import read_zivver
from harness.scenario.toml_text import write_toml
from harness.world import turned

if TYPE_CHECKING:
    from harness.scenario.case import Change
    from harness.world import World


_SIDE = "side"


@dataclass(frozen=True, slots=True)
class Verb:
    """One row: the other keys of the edit (None: any), and what it does."""

    keys: tuple[str, ...] | None
    apply: Callable[[World, Table, str], World]
    is_table: bool = False


def apply_change(world: World, change: Change, *, place: str) -> World:
    """Make one edit.

    Raises:
        EditError: it does not fit the world.
        RuleError: Exchange would not take the rule.
        ExportError: a value is ill-formed.

    """
    file = place.rpartition(":")[0] or place
    given = {key: value for key, value in change.table.items() if key != _SIDE}
    table, side = Table(file, (), given, {}), change.table.get(_SIDE)
    apply = VERBS[change.verb].apply
    if side is None or side == side_word(world.organization):
        return apply(world, table, change.verb)
    if world.other is None:
        raise edits.EditError(f"there is no side `{side}`, the tenant is no hybrid")
    return turned(apply(turned(world), table, change.verb))


def check_change(verb: str, entry: Table) -> None:
    """Check the keys of an edit, and the sort of value that its verb has."""
    row = VERBS[verb]
    if row.keys is not None:
        entry.only(verb, _SIDE, *row.keys)
    side = entry.text(_SIDE)
    if side is not None and side not in SIDES:
        expected = " or ".join(f"`{name}`" for name in SIDES)
        raise entry.fail(_SIDE, f"`{side}` is no side, expected {expected}")
    if row.is_table:
        entry.table(verb)
    elif verb == "not_exported":
        entry.texts(verb)
    else:
        entry.needed(verb)


def _rest(table: Table, verb: str) -> Mapping[str, object]:
    return {key: value for key, value in table.values.items() if key != verb}


def _inner(table: Table, verb: str) -> Mapping[str, object]:
    inner = table.table(verb)
    return inner.values if inner else {}


def _add_rule(world: World, table: Table, verb: str) -> World:
    parameters = _inner(table, verb)
    at = table.number("at", low=0, high=10_000)
    ahead, behind = table.text("ahead_of"), table.text("behind")
    if ahead:
        at = edits.find_rule(world, ahead).priority
    if behind:
        at = edits.find_rule(world, behind).priority + 1
    return edits.add_rule(world, parameters, at)


def _move_rule(world: World, table: Table, verb: str) -> World:
    to = table.number("to", low=0, high=10_000)
    return edits.move_rule(world, table.needed(verb), to or 0)


def _zivver(world: World, table: Table, verb: str) -> World:
    """Change only what the table names; the keys are those of `zivver.toml`."""
    given = _inner(table, verb)
    read = read_zivver(table.file, write_toml(given))
    old, new = world.zivver, read.service
    names = {
        "allowlist": "spf_allowlist",
        "account": "accounts",
        "credential": "credentials",
        "host": "host",
        "replies": "replies",
    }
    changed = {names[key] for key in given if key in names}
    settings = given.get("settings")
    if isinstance(settings, Mapping):
        changed |= set(settings)
    values = {name: getattr(new, name) for name in changed}
    delivering = given.get("delivering")
    if isinstance(delivering, Mapping):
        values["delivering"] = replace(
            old.delivering, **{n: getattr(new.delivering, n) for n in delivering}
        )
    world = edits.set_zivver(world, **values)
    if not read.credentials:
        return world
    known = {**world.organization.credentials, **read.credentials}
    organization = replace(world.organization, credentials=MappingProxyType(known))
    return replace(world, organization=organization)


def _zivver_tls(world: World, table: Table, verb: str) -> World:
    """Zivver's own STARTTLS: the keys of a host in `internet.toml`."""
    host = {"name": world.zivver.host, **_inner(table, verb)}
    read = read_internet(table.file, write_toml({"host": [host]}))
    tls: ServerTls = read.internet.hosts[0].tls
    return edits.set_zivver(world, tls=tls)


def _internet(world: World, table: Table, verb: str) -> World:
    """Add to what DNS and other people's servers are; the keys of `internet.toml`."""
    read = read_internet(table.file, write_toml(_inner(table, verb)))
    old, new = world.internet.zone, read.internet.zone
    records = {
        key: value
        for key, value in old.records.items()
        if key[0] not in new.absent | new.failing
    }
    merged = Zone(
        MappingProxyType(records | dict(new.records)),
        (old.absent - {name for name, _ in new.records}) | new.absent,
        old.failing | new.failing,
    )
    hosts = (*read.internet.hosts, *world.internet.hosts)
    gateways = (*read.internet.gateways, *world.internet.gateways)
    policies = (*read.internet.policies, *world.internet.policies)
    world = replace(world, internet=Internet(merged, hosts, gateways, policies))
    given = {
        "source": read.outbound_address,
        "helo": read.helo,
        "edition": read.edition,
        "sites": read.sites,
    }
    changed: dict[str, Any] = {name: v for name, v in given.items() if v is not None}
    organization = replace(world.organization, **changed)
    return replace(world, organization=organization)


def _not_exported(world: World, table: Table, verb: str) -> World:
    names = table.texts(verb) or ()
    known = {field.name for field in fields(world.organization)}
    for name in names:
        if name not in known:
            raise table.fail(verb, f"`{name}` is not something that is exported")
    return edits.forget(world, *names)


def _moderators(world: World, table: Table, verb: str) -> World:
    answer = table.word(verb, table.needed(verb), Moderators)
    return edits.let_moderators(world, answer)


_ONWARD: Mapping[str, Cmdlet] = MappingProxyType(
    {
        "add_inbox_rule": Cmdlet.INBOX_RULES,
        "add_journal_rule": Cmdlet.JOURNAL_RULES,
        "add_automatic_reply": Cmdlet.AUTO_REPLIES,
        "add_outbound_spam_policy": Cmdlet.SPAM_POLICIES,
    }
)


def _onward(world: World, table: Table, verb: str) -> World:
    return edits.add_onward(world, _ONWARD[verb], _inner(table, verb))


_named = Table.needed

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "disable_rule": Verb((), lambda w, t, v: edits.disable_rule(w, _named(t, v))),
        "enable_rule": Verb((), lambda w, t, v: edits.enable_rule(w, _named(t, v))),
        "fail_rule": Verb((), lambda w, t, v: edits.fail_rule(w, _named(t, v))),
        "moderators": Verb((), _moderators),
        "disable_rules": Verb((), lambda w, _, __: edits.disable_all_rules(w)),
        "remove_rule": Verb((), lambda w, t, v: edits.remove_rule(w, _named(t, v))),
        "set_rule": Verb(
            None, lambda w, t, v: edits.set_rule(w, _named(t, v), _rest(t, v))
        ),
        "move_rule": Verb(("to",), _move_rule),
        "add_rule": Verb(("at", "ahead_of", "behind"), _add_rule, is_table=True),
        "disable_connector": Verb(
            (), lambda w, t, v: edits.disable_connector(w, _named(t, v))
        ),
        "set_connector": Verb(
            None, lambda w, t, v: edits.set_connector(w, _named(t, v), _rest(t, v))
        ),
        "add_connector": Verb(
            (), lambda w, t, v: edits.add_connector(w, _inner(t, v)), is_table=True
        ),
        "remove_connector": Verb(
            (), lambda w, t, v: edits.remove_connector(w, _named(t, v))
        ),
        "add_inbound_connector": Verb(
            (),
            lambda w, t, v: edits.add_inbound_connector(w, _inner(t, v)),
            is_table=True,
        ),
        "add_accepted_domain": Verb(
            (),
            lambda w, t, v: edits.add_accepted_domain(w, _inner(t, v)),
            is_table=True,
        ),
        "remove_accepted_domain": Verb(
            (), lambda w, t, v: edits.remove_accepted_domain(w, _named(t, v))
        ),
        "add_remote_domain": Verb(
            (), lambda w, t, v: edits.add_remote_domain(w, _inner(t, v)), is_table=True
        ),
        "set_queues": Verb(
            (), lambda w, t, v: edits.set_queues(w, _inner(t, v)), is_table=True
        ),
        "add_recipient": Verb(
            (), lambda w, t, v: edits.add_recipient(w, _inner(t, v)), is_table=True
        ),
        "set_contact": Verb(
            None, lambda w, t, v: edits.set_contact(w, _named(t, v), _rest(t, v))
        ),
        "remove_recipient": Verb(
            (),
            lambda w, t, v: edits.remove_recipient(w, t.address(v, _named(t, v))),
        ),
        **{verb: Verb((), _onward, is_table=True) for verb in _ONWARD},
        "zivver": Verb((), _zivver, is_table=True),
        "zivver_tls": Verb((), _zivver_tls, is_table=True),
        "internet": Verb((), _internet, is_table=True),
        "not_exported": Verb((), _not_exported),
    }
)
