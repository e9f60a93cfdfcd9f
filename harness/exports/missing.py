"""What an export lacks: each fact with what hangs on it and the cmdlet that gives it.

Absent is not empty. A fact is needed, and mail that meets it cannot be judged; or
something is taken for granted in its place, which a check says with its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Organization, Platform, RecipientKind
from harness.exports.cmdlets import Cmdlet
from harness.exports.intake import INTERNET_FILE, ZIVVER_FILE
from harness.exports.problems import shown
from harness.exports.recipients import TRUNCATED_AT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from fakes.exchange.rules.rule import Rule
    from harness.exports.manifest import Saved

_NOT_EXPORTED = "not exported"
_LABELS = "msip_labels"
_FEW = 3


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that was not exported (or not wholly), and the cmdlet that gives it.

    `matters` says what hangs on it. `instead` is what is taken for granted without it;
    where nothing is, mail that needs the fact cannot be judged. `file` is what the
    export script calls it.
    """

    fact: str
    cmdlet: str
    why: str = _NOT_EXPORTED
    matters: str = ""
    instead: str = ""
    file: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether nothing stands in its place."""
        return not self.instead


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact, what hangs on it, and what is taken for granted in its place."""

    cmdlet: Cmdlet
    fact: str
    matters: str
    instead: str = ""


_RULES = _Fact(Cmdlet.RULES, "mail flow rules", "all: what takes mail to Zivver")
_DOMAINS = _Fact(
    Cmdlet.ACCEPTED_DOMAINS, "accepted domains", "who is inside and who is outside"
)
_RECIPIENTS = _Fact(
    Cmdlet.RECIPIENTS,
    "recipients",
    "what stands behind an address: a mailbox, a group, a contact, nobody",
)
_LATER = (
    _Fact(
        Cmdlet.MAILBOXES,
        "forwarding of mailboxes",
        "whether secure mail is forwarded to the outside in clear",
        "no mailbox forwards its mail",
    ),
    _Fact(
        Cmdlet.INBOX_RULES,
        "inbox rules",
        "whether a colleague's own rule sends secure mail on",
        "no inbox rule sends mail on",
    ),
    _Fact(
        Cmdlet.AUTO_REPLIES,
        "automatic replies",
        "what answers itself while somebody is away",
        "nobody is away",
    ),
    _Fact(
        Cmdlet.JOURNAL_RULES,
        "journal rules",
        "whether a whole copy of secure mail goes to an archive, and how",
        "no copies by journal rules",
    ),
    _Fact(
        Cmdlet.REMOTE_DOMAINS,
        "remote domains",
        "whether replies and forwards go out, and in which format",
        "the usual settings for other people's domains",
    ),
    _Fact(
        Cmdlet.TRANSPORT_CONFIG,
        "transport settings",
        "how large mail may be, when it expires, what failure reports hold",
        "the usual sizes, times and reports",
    ),
)
_FACTS: Mapping[Platform, tuple[_Fact, ...]] = MappingProxyType(
    {
        Platform.ONLINE: (
            _RULES,
            _Fact(
                Cmdlet.OUTBOUND_CONNECTORS,
                "outbound connectors",
                "where a rule sends mail, and how well that way is kept",
            ),
            _Fact(
                Cmdlet.INBOUND_CONNECTORS,
                "inbound connectors",
                "whether mail of applications and gateways counts as inside",
            ),
            _DOMAINS,
            _RECIPIENTS,
            *_LATER,
            _Fact(
                Cmdlet.SPAM_POLICIES,
                "the outbound spam policy",
                "whether mailboxes may forward to the outside",
                "they may",
            ),
        ),
        Platform.SERVER: (
            _RULES,
            _Fact(
                Cmdlet.SEND_CONNECTORS,
                "send connectors",
                "where mail for Zivver goes, and how well that way is kept",
            ),
            _Fact(
                Cmdlet.RECEIVE_CONNECTORS,
                "receive connectors",
                "whether mail of applications and devices counts as inside",
            ),
            _DOMAINS,
            _RECIPIENTS,
            *_LATER,
            _Fact(
                Cmdlet.SERVERS,
                "the servers",
                "which edition runs the rules, and in which site it stands",
                "any edition, and one site",
            ),
            _Fact(
                Cmdlet.TRANSPORT_SERVICES,
                "times of the queues",
                "how long mail waits while Zivver cannot be reached",
                "the usual times",
            ),
        ),
    }
)


def missing_of(
    organization: Organization,
    *,
    found: Collection[Cmdlet],
    cut: Collection[Cmdlet],
    failed: Mapping[str, Saved],
    has_labels: bool,
) -> tuple[Missing, ...]:
    """Name what the export of an organization lacks, what is needed first.

    `cut` are cmdlets whose list was cut off, `failed` those of which a manifest says
    that they gave no file, or one that is not here.
    """
    every = (
        *_not_exported(organization.platform, found, failed),
        *(_cut(cmdlet) for cmdlet in Cmdlet if cmdlet in cut),
        *_members(organization),
        *_source(organization),
        *_connectors(organization),
        *_labels(organization, has_labels=has_labels),
    )
    return tuple(sorted(every, key=lambda one: not one.is_needed))


def missing_beside(*, has_zivver: bool, has_internet: bool) -> tuple[Missing, ...]:
    """Name what no cmdlet exports and nobody has written down."""
    zivver = Missing(
        "the Zivver side",
        ZIVVER_FILE,
        "no such file",
        "who has an account there, from where it takes mail, and how",
        "accounts, allowlist and SPF at Zivver are as they should be",
    )
    internet = Missing(
        "DNS and other people's servers",
        INTERNET_FILE,
        "no such file",
        "where the placeholder's domain leads, whose mail passes SPF",
        "other people's mail servers take mail",
    )
    told = ((has_zivver, zivver), (has_internet, internet))
    return tuple(missing for is_told, missing in told if not is_told)


def _not_exported(
    platform: Platform, found: Collection[Cmdlet], failed: Mapping[str, Saved]
) -> Iterator[Missing]:
    for fact in _FACTS[platform]:
        if fact.cmdlet not in found:
            yield Missing(
                fact.fact,
                fact.cmdlet,
                _why(failed.get(fact.cmdlet)),
                fact.matters,
                fact.instead,
                f"{fact.cmdlet}.json",
            )


def _why(failed: Saved | None) -> str:
    if failed is None:
        return _NOT_EXPORTED
    if failed.error:
        return f"the export failed: {shown(failed.error)}"
    return f"`{shown(failed.file)}` was exported, and is not here"


def _cut(cmdlet: Cmdlet) -> Missing:
    return Missing(
        cmdlet.value,
        f"{cmdlet} -ResultSize Unlimited",
        f"{TRUNCATED_AT:,} objects: the list of {cmdlet} is probably cut off",
        "whatever stands behind the end of the list",
        file=f"{cmdlet}.json",
    )


def _members(organization: Organization) -> Iterator[Missing]:
    directory = organization.directory
    names = [
        f"`{shown(one.name)}`"
        for one in (directory.recipients if directory else ())
        if one.kind is RecipientKind.GROUP and one.members is None
    ]
    if names:
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        yield Missing(
            f"members of {', '.join(names[:_FEW])}{more}",
            f"{Cmdlet.MEMBERS} -ResultSize Unlimited",
            f"not exported, or {TRUNCATED_AT:,} of a group: the list is cut off",
            "whom mail to a group reaches, and rules about its members",
            file=f"{Cmdlet.MEMBERS}.json",
        )


def _source(organization: Organization) -> Iterator[Missing]:
    if organization.source is None:
        yield Missing(
            "the outbound address",
            INTERNET_FILE,
            "`outbound_address` not set",
            "whether Zivver and SPF know the address that mail comes from",
            file=INTERNET_FILE,
        )


def _connectors(organization: Organization) -> Iterator[Missing]:
    for name in _unknown_connectors(organization):
        yield Missing(
            f"connector `{shown(name)}`",
            f"{Cmdlet.OUTBOUND_CONNECTORS} -IsTransportRuleScoped $true",
            "a rule names it, and it is not in the export",
            "where the mail of that rule goes",
            file=f"{Cmdlet.OUTBOUND_CONNECTORS}.json",
        )


def _labels(organization: Organization, *, has_labels: bool) -> Iterator[Missing]:
    if not has_labels and any(map(_looks_at_labels, organization.rules or ())):
        yield Missing(
            "sensitivity labels",
            Cmdlet.LABELS,
            _NOT_EXPORTED,
            "whether the GUIDs in rules are those of labels, and of which",
            "they are",
            f"{Cmdlet.LABELS}.json",
        )


def _looks_at_labels(rule: Rule) -> bool:
    tests = (*rule.conditions, *rule.exceptions)
    return any(test.header.lower() == _LABELS for test in tests)


def _unknown_connectors(organization: Organization) -> tuple[str, ...]:
    """Connectors that rules name and that no export shows.

    exchange-routing#1.1: the cmdlet lists those that are made for rules on request.
    """
    connectors = organization.outbound_connectors
    if connectors is None:
        return ()
    known = {text.lower() for one in connectors for text in (one.name, *one.names)}
    wanted = (
        value[0]
        for rule in organization.rules or ()
        for action in rule.actions
        if action.name == "RouteMessageOutboundConnector"
        for value in action.values
        if value
    )
    return tuple(dict.fromkeys(w for w in wanted if w.lower() not in known))
