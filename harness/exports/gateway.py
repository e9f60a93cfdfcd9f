"""`[gateway]` of `internet.toml`: a server between Exchange and everybody else.

    [gateway]                              # several: [[gateway]]
    hosts = ["seg.contoso.example"]        # as the connectors name it
    addresses = ["192.0.2.40"]             # whence it connects, for SPF
    helo = "seg.contoso.example"
    reaches_zivver = true
    zivver_port = 587                      # 25 unless said
    user = "relay"                         # it logs in; without, SPF must admit it
    password = "secret"
    zivver_tls = "CertificateValidation"   # what it asks of Zivver; Opportunistic
    triggers_on = true
    without_zivver = "mx"                  # where its mail for Zivver goes: mx, wait
    strips = ["msip_labels"]               # fields that it takes away, before it looks
    adds = ["X-Scanned: yes"]              # fields that it writes, as the mail leaves
    returns_to_exchange = false

    [[gateway.trigger]]                    # what it hands to Zivver, any of these
    subject = "Secure"                     # or label = GUID, sender = ADDRESS,
                                           # header = NAME with contains = TEXT

What does not stand there is unknown, and the mail that needs it says so.
"""

from __future__ import annotations

from ipaddress import ip_address

from fakes.internet.gateway import Gateway, Unreachable
from fakes.internet.trigger import FieldText, LabelOn, SentBy, SubjectWord, Trigger
from fakes.mail.handoff import AuthTerms, TlsLevel, TlsTerms
from fakes.mail.labels import bare_guid, is_guid
from fakes.mail.session import IpAddress
from harness.exports.problems import shown
from harness.exports.toml_tables import Table

KEYS = (
    "hosts",
    "addresses",
    "helo",
    "reaches_zivver",
    "zivver_port",
    "user",
    "password",
    "zivver_tls",
    "triggers_on",
    "without_zivver",
    "strips",
    "adds",
    "returns_to_exchange",
    "trigger",
)
_KINDS = ("subject", "header", "label", "sender")


def read_gateways(top: Table) -> tuple[Gateway, ...]:
    """Read `[gateway]`, or each `[[gateway]]`.

    Raises:
        ExportError: a key is unknown or a value ill-formed; with file and line.

    """
    if isinstance(top.values.get("gateway"), list):
        return tuple(_gateway(table) for table in top.tables("gateway") or ())
    one = top.table("gateway")
    return (_gateway(one),) if one else ()


def _gateway(table: Table) -> Gateway:
    table.only(*KEYS)
    hosts = table.texts("hosts")
    if not hosts:
        raise table.fail("hosts", "`hosts` is missing: as the connectors name it")
    triggers = table.tables("trigger")
    level = table.choice("zivver_tls", TlsLevel) or TlsLevel.OPPORTUNISTIC
    return Gateway(
        hosts,
        addresses=tuple(_ip(table, said) for said in table.texts("addresses") or ()),
        helo=table.text("helo") or hosts[0],
        triggers=None if triggers is None else tuple(map(_trigger, triggers)),
        is_on=table.flag("triggers_on") is not False,
        reaches_zivver=table.flag("reaches_zivver"),
        port=table.number("zivver_port", low=1, high=65_535) or 25,
        auth=_auth(table),
        tls=TlsTerms(level),
        unreachable=table.choice("without_zivver", Unreachable),
        strips=table.texts("strips") or (),
        adds=tuple(_field(table, said) for said in table.texts("adds") or ()),
        returns=table.flag("returns_to_exchange") is True,
    )


def _ip(table: Table, said: str) -> IpAddress:
    try:
        return ip_address(said)
    except ValueError:
        message = f"`addresses` holds `{shown(said)}`, expected an address"
        raise table.fail("addresses", message) from None


def _auth(table: Table) -> AuthTerms | None:
    user, password = table.text("user"), table.text("password")
    if (user is None) != (password is None):
        missing = "password" if password is None else "user"
        raise table.fail(None, f"`{missing}` is missing beside the other one")
    return AuthTerms(user, password or "") if user is not None else None


def _field(table: Table, said: str) -> tuple[str, str]:
    name, colon, value = said.partition(":")
    if not colon or not name.strip():
        message = f"`adds` holds `{shown(said)}`, expected `Name: value`"
        raise table.fail("adds", message)
    return name.strip(), value.strip()


def _trigger(table: Table) -> Trigger:
    table.only(*_KINDS, "contains")
    given = [kind for kind in _KINDS if kind in table.values]
    if len(given) != 1:
        raise table.fail(None, f"a trigger has one of {', '.join(_KINDS)}")
    if "contains" in table.values and given != ["header"]:
        raise table.fail("contains", "`contains` belongs to `header`")
    said = table.needed(given[0])
    match given[0]:
        case "subject":
            return SubjectWord(said)
        case "header":
            return FieldText(said, table.needed("contains"))
        case "label":
            guid = bare_guid(said)
            if not is_guid(guid):
                raise table.fail("label", f"`label` is `{shown(said)}`, no GUID")
            return LabelOn(guid)
        case _:
            return SentBy(table.address("sender", said))
