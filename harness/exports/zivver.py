"""`zivver.toml`: what no cmdlet exports of the Zivver side.

    allowlist = ["contoso.example"]             # domains on Zivver's SPF allowlist

    [[account]]
    address = "anna@contoso.example"            # aliases, kind, state, delegates

    [[credential]]                              # SMTP credentials at Zivver
    user = "..."
    password = "..."                            # state

    [[connector_credential]]                    # what a send connector logs in with
    connector = "Zivver Custom Relay"
    user = "..."
    password = "..."

    [delivering]                                # how recipients are reached
    [settings]                                  # answers to what Zivver leaves open
    [replies]                                   # what it says instead of our rows
    no-account = "451 4.7.1 try again later"

What is left out is not known, which is not the same as none (`account = []`). The
accounts may stand in `zivver-accounts.csv` beside it instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fakes.mail.address import domain_key
from fakes.mail.handoff import AuthTerms
from fakes.mail.offers import Extension
from fakes.mail.reply import Reply, read_reply
from fakes.zivver.readings import (
    BccMode,
    Delegates,
    EmptyRecipients,
    IgnoreValue,
    MissingAccount,
    NotAllowlisted,
    NtaUnfit,
    TrustedOverSmtp,
)
from fakes.zivver.replies import Reason, check_reply
from fakes.zivver.service import (
    HOST,
    OFFERS,
    PORTS,
    RECIPIENT_LIMIT,
    SIZE_LIMIT,
    Account,
    AccountKind,
    AccountState,
    Credential,
    CredentialState,
    Delivering,
    Fault,
    Verification,
    ZivverService,
    credential,
)
from harness.exports.problems import ExportError, shown
from harness.exports.toml_tables import Table, read_toml
from harness.exports.zivver_accounts import Placed, doubled

_BIG = 10**12
# The rows of the table of replies by the names that `[replies]` has for them.
REPLY_KEYS = MappingProxyType(
    {
        reason.value.lower().replace(",", "").replace(" ", "-"): reason
        for reason in Reason
    }
)


@dataclass(frozen=True, slots=True)
class ZivverFile:
    """The service, and what send connectors log in with, by connector name."""

    service: ZivverService = field(default_factory=ZivverService)
    credentials: Mapping[str, AuthTerms] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )


def read_zivver(file: str, text: str) -> ZivverFile:
    """Read a `zivver.toml`.

    Raises:
        ExportError: a key is unknown or a value ill-formed; with file and line.

    """
    top = read_toml(file, text)
    top.only(
        "host",
        "allowlist",
        "account",
        "credential",
        "connector_credential",
        "delivering",
        "settings",
        "replies",
    )
    accounts = top.tables("account")
    credentials = top.tables("credential")
    allowlist = top.domains("allowlist")
    settings = top.table("settings") or Table(file, (), {}, {})
    service = _settings(
        settings,
        host=top.text("host") or HOST,
        accounts=None if accounts is None else _accounts(accounts),
        credentials=None if credentials is None else _logins(credentials),
        allowlist=None if allowlist is None else frozenset(allowlist),
        delivering=_delivering(top.table("delivering")),
        replies=_replies(top.table("replies")),
    )
    return ZivverFile(service, _connector_credentials(top))


def with_accounts(
    read: ZivverFile, accounts: tuple[Account, ...] | None, file: str
) -> ZivverFile:
    """Put in the accounts that stand in a file of their own, if there is one.

    Raises:
        ExportError: they stand in both files.

    """
    if accounts is None:
        return read
    if read.service.accounts is not None:
        message = "the accounts stand in `zivver.toml` as well, expected one of them"
        raise ExportError(file, message)
    return replace(read, service=replace(read.service, accounts=accounts))


def _accounts(tables: tuple[Table, ...]) -> tuple[Account, ...]:
    placed = [Placed(_account(table), table.place("address")) for table in tables]
    for problem in doubled(placed):
        raise problem
    return tuple(each.account for each in placed)


def _logins(tables: tuple[Table, ...]) -> tuple[Credential, ...]:
    """Read the credentials; one user may have several passwords, each of them once."""
    first: dict[tuple[str, str], Table] = {}
    found = []
    for table in tables:
        login = _login(table)
        known = first.setdefault((login.user, login.sha256), table)
        if known is not table:
            what = f"`{shown(login.user)}` has this password already"
            raise table.fail("user", f"{what}, at {known.place('user')}")
        found.append(login)
    return tuple(found)


def _account(table: Table) -> Account:
    table.only("address", "aliases", "kind", "state", "delegates")
    is_told = "delegates" in table.values
    return Account(
        address=table.address("address", table.needed("address")),
        aliases=table.addresses("aliases"),
        kind=table.choice("kind", AccountKind) or AccountKind.USER,
        state=table.choice("state", AccountState) or AccountState.ACTIVE,
        delegates=table.addresses("delegates") if is_told else None,
    )


def _login(table: Table) -> Credential:
    table.only("user", "password", "state")
    state = table.choice("state", CredentialState) or CredentialState.ACTIVE
    return credential(table.needed("user"), table.needed("password"), state=state)


def _connector_credentials(top: Table) -> Mapping[str, AuthTerms]:
    found: dict[str, AuthTerms] = {}
    for table in top.tables("connector_credential") or ():
        table.only("connector", "user", "password")
        name = table.needed("connector")
        if name in found:
            raise table.fail("connector", f"`{name}` has credentials twice")
        found[name] = AuthTerms(table.needed("user"), table.needed("password"))
    return MappingProxyType(found)


def _delivering(table: Table | None) -> Delivering:
    if table is None:
        return Delivering()
    table.only(
        "minimum",
        "known",
        "members",
        "odd_domains",
        "odd_unfit",
        "nta_domains",
        "nta_unfit",
        "trusted_domains",
        "refusing",
    )
    odd, unfit = (_domains(table, key) for key in ("odd_domains", "odd_unfit"))
    if unfit - odd:
        what = f"`{shown(min(unfit - odd))}` is not among `odd_domains`"
        raise table.fail("odd_unfit", f"{what}, whose TLS is unfit")
    minimum = table.text("minimum")
    known = table.table("known") or Table(table.file, table.path, {}, table.lines)
    return Delivering(
        minimum=None if minimum is None else _verification(table, "minimum", minimum),
        known=tuple(
            (known.address(key, key), _method(known, key)) for key in known.values
        ),
        members=frozenset(table.addresses("members")),
        odd_domains=odd,
        odd_unfit=unfit,
        nta_domains=_domains(table, "nta_domains"),
        nta_unfit=_domains(table, "nta_unfit"),
        trusted_domains=_domains(table, "trusted_domains"),
        refusing=_domains(table, "refusing"),
    )


def _verification(table: Table, key: str, said: str) -> Verification:
    known = {member.name.lower(): member for member in Verification}
    if said in known:
        return known[said]
    raise table.fail(key, f"`{key}` is `{said[:40]}`, expected {', '.join(known)}")


def _domains(table: Table, key: str) -> frozenset[str]:
    return frozenset(domain_key(said) for said in table.domains(key) or ())


def _method(table: Table, key: str) -> Verification:
    """Read the method by which a recipient can be verified."""
    found = _verification(table, key, table.needed(key))
    if found is Verification.NOT_REQUIRED:
        message = "`not_required` is no method, expected email, access_code, sms"
        raise table.fail(key, message)
    return found


def _replies(table: Table | None) -> Mapping[Reason, Reply]:
    if table is None:
        return MappingProxyType({})
    table.only(*REPLY_KEYS)
    return MappingProxyType(
        {REPLY_KEYS[key]: _reply(table, key) for key in table.values}
    )


def _reply(table: Table, key: str) -> Reply:
    try:
        said = read_reply(table.needed(key))
        check_reply(REPLY_KEYS[key], said)
    except ValueError as problem:
        raise table.fail(key, f"`{key}`: {problem}") from None
    return said


def _ports(table: Table) -> tuple[int, ...]:
    """The ports on which Zivver can be reached; one that is blocked is left out."""
    if "ports" not in table.values:
        return PORTS
    given = table.values["ports"]
    known = given if isinstance(given, list) else [given]
    if not all(port in PORTS for port in known):
        several = ", ".join(map(str, PORTS))
        raise table.fail("ports", f"`ports` is `{given}`, expected some of {several}")
    return tuple(port for port in PORTS if port in known)


def _settings(
    table: Table,
    *,
    host: str,
    accounts: tuple[Account, ...] | None,
    credentials: tuple[Credential, ...] | None,
    allowlist: frozenset[str] | None,
    delivering: Delivering,
    replies: Mapping[Reason, Reply],
) -> ZivverService:
    table.only(
        "size_limit",
        "recipient_limit",
        "is_down",
        "ports",
        "faults",
        "missing_account",
        "ignore_value",
        "empty_recipients",
        "not_allowlisted",
        "bcc_mode",
        "trusted_over_smtp",
        "nta_unfit",
        "delegates",
        "offers",
    )
    offers = table.words("offers", Extension)
    faults = table.words("faults", Fault) or frozenset()
    is_down = table.flag("is_down") is True
    if is_down and faults:
        message = f"`{min(faults)}` never happens while `is_down` is true"
        raise table.fail("faults", message)
    return ZivverService(
        host=host,
        accounts=accounts,
        credentials=credentials,
        spf_allowlist=allowlist,
        delivering=delivering,
        replies=replies,
        size_limit=table.number("size_limit", low=1, high=_BIG) or SIZE_LIMIT,
        recipient_limit=(
            table.number("recipient_limit", low=1, high=_BIG) or RECIPIENT_LIMIT
        ),
        ports=_ports(table),
        is_down=is_down,
        offers=OFFERS if offers is None else offers,
        faults=faults,
        missing_account=table.choice("missing_account", MissingAccount),
        ignore_value=table.choice("ignore_value", IgnoreValue),
        empty_recipients=table.choice("empty_recipients", EmptyRecipients),
        not_allowlisted=table.choice("not_allowlisted", NotAllowlisted),
        bcc_mode=table.choice("bcc_mode", BccMode),
        trusted_over_smtp=table.choice("trusted_over_smtp", TrustedOverSmtp),
        nta_unfit=table.choice("nta_unfit", NtaUnfit),
        delegates=table.choice("delegates", Delegates),
    )
