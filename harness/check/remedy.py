"""Corrections of known faults: tried on a copy, and given only if they cure.

A correction is what an administrator would type. It is applied to a copy of the world,
all mails are checked again, and what it newly breaks stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from fakes.choices import Choices
from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import Mode, Rule, RuleError
from fakes.mail.address import Address
from harness.check.blame import takes_mail
from harness.check.blamed_connector import find_connector
from harness.check.connector_changes import connector_changes
from harness.check.report import CheckReport, Sort
from harness.check.run import follow
from harness.check.undoing import SET_RULE, values_before
from harness.check.way_faults import SET_CONTACT, changes_of_the_way
from harness.compare import HINTS, WEIGHT, FindingKind
from harness.edits import EditError, set_connector, set_contact, set_rule
from harness.exports.command_line import command_line
from harness.exports.problems import ExportError
from harness.hybrid import entered, side_of
from harness.policy.noun import Policy
from harness.world import World

if TYPE_CHECKING:
    from harness.check.derive import DerivedMail
    from harness.check.report import CheckedMail

_IGNORE = "x-zivver-ignore-smtp-recipients"
_MARK = "X-Zivver-Transport"
# zivver#7: the pattern of Zivver's own page for the same exception.
_ANY_VALUE = "..*."
_OUTSIDE = "NotInOrganization"
_PLURAL, _SINGULAR = "msip_labels_", "MSIP_Label_"
_LABEL_TESTS = ("HeaderContainsWords", "HeaderMatchesPatterns")
# Never given for these: they are no fault of a rule.
_WITHOUT = frozenset({FindingKind.VACUOUS, FindingKind.UNDETERMINED}) | HINTS
_EDITS: Mapping[str, Callable[[World, str, Mapping[str, object]], World]] = (
    MappingProxyType({SET_RULE: set_rule, SET_CONTACT: set_contact})
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A change by parameters of `cmdlet`; `says` what it is.

    `rule` is the name of the rule, or of the connector or contact.
    """

    rule: str
    parameters: tuple[tuple[str, object], ...]
    says: str
    cmdlet: str = SET_RULE

    @property
    def command(self) -> str:
        """The line to paste into Exchange's PowerShell."""
        given = dict(self.parameters)
        if given.keys() == {"State"}:
            verb = "Enable" if given["State"] == "Enabled" else "Disable"
            return command_line(f"{verb}-TransportRule", self.rule)
        return command_line(self.cmdlet, self.rule, given)


@dataclass(frozen=True, slots=True)
class Broken:
    """What a correction newly breaks: a kind of finding, and the mails."""

    kind: FindingKind
    mails: tuple[DerivedMail, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """Corrections that were tried and cure, in the order in which to type them.

    `undoing` gives back what was, where something is newly broken; it was tried too.
    """

    corrections: tuple[Correction, ...]
    breaks: tuple[Broken, ...] = ()
    undoing: tuple[Correction, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines to paste, one a rule and change."""
        return _every_line(self.corrections)

    @property
    def undo_commands(self) -> tuple[str, ...]:
        """The lines to paste that undo the others."""
        return _every_line(self.undoing)


@dataclass(frozen=True, slots=True)
class Checked:
    """A world with its policy, mails and report: what corrections are tried on."""

    world: World
    policy: Policy
    mails: tuple[DerivedMail, ...]
    at: datetime
    report: CheckReport


def find_remedies(checked: Checked) -> Mapping[int, Remedy]:
    """Find the remedy of each sort of findings, by its place in the report.

    The remedy with the fewest changes wins, then the one that breaks least.
    """
    tries: dict[str, dict[_Chosen, _Followed]] = {}
    found: dict[int, Remedy] = {}
    for number, sort in enumerate(checked.report.sorts):
        if sort.kind in _WITHOUT or sort.is_beyond_rules:
            continue
        # Of a hybrid, the side is changed that is to blame.
        where = entered(sort.example.mail.item, checked.world, Choices())
        for candidates in _candidates(sort, where):
            seen = replace(checked, world=where)
            own = tries.setdefault(side_of(where), {})
            remedy = _best(sort, candidates, seen, own)
            if remedy is not None:
                found[number] = remedy
                break
    return MappingProxyType(found)


def corrections_of(rule: Rule, platform: Platform) -> tuple[Correction, ...]:
    """Give the corrections of known faults that this relay rule has."""
    made = (correct(rule, platform) for correct in _CORRECTIONS)
    return tuple(
        Correction(rule.name, parameters, says)
        for correction in made
        for parameters, says in correction
    )


_Chosen: TypeAlias = tuple[Correction, ...]
# Of so many mails that a rule's correction cures, one may have a lighter fault left.
_FEW = 5


def _candidates(sort: Sort, world: World) -> Iterator[tuple[_Chosen, ...]]:
    """Try the connector, one change of the blamed rule, two, one of any relay rule.

    Then one of the way to Zivver: of another connector, or of the placeholder.
    """
    organization = world.organization
    connector = find_connector(organization, sort.blame.connector)
    if connector:
        yield tuple(
            (Correction(connector.name, parameters, says, cmdlet),)
            for cmdlet, parameters, says in connector_changes(connector, world)
        )
    known = {
        rule.name: corrections_of(rule, organization.platform)
        for rule in organization.rules or ()
        if takes_mail(rule)
    }
    own = known.get(sort.blame.rule, ())
    yield tuple((correction,) for correction in own)
    yield tuple(combinations(own, 2))
    yield tuple(
        (correction,)
        for name, corrections in known.items()
        if name != sort.blame.rule
        for correction in corrections
    )
    yield tuple((Correction(*change),) for change in changes_of_the_way(world))


def _best(
    sort: Sort,
    candidates: tuple[_Chosen, ...],
    checked: Checked,
    tries: dict[_Chosen, _Followed],
) -> Remedy | None:
    cures = []
    for chosen in candidates:
        world = _corrected(chosen, checked.world)
        # One mail first: most corrections of another fault end here.
        if world is None or not _cures(
            sort, _followed(world, checked, (sort.example.mail,)), chosen, most=1
        ):
            continue
        if chosen not in tries:
            tries[chosen] = _followed(world, checked, checked.mails)
        if _cures(sort, tries[chosen], chosen):
            broken = _broken(checked.report.mails, tries[chosen], _own(sort))
            back = undoing(chosen, checked.world) if broken else ()
            cures.append(Remedy(chosen, broken, back))
    return min(cures, key=lambda remedy: len(remedy.breaks), default=None)


def _corrected(chosen: _Chosen, world: World) -> World | None:
    """Correct a copy; None if Exchange would not take it."""
    try:
        for correction in chosen:
            change = _EDITS.get(correction.cmdlet, set_connector)
            world = change(world, correction.rule, dict(correction.parameters))
    except (EditError, RuleError, ExportError):
        return None
    return world


def undoing(chosen: _Chosen, world: World) -> _Chosen:
    """Give what undoes corrections, the last first; nothing if it does not."""
    back: list[Correction] = []
    there = world
    for correction in chosen:
        names = tuple(name for name, _ in correction.parameters)
        given = correction.cmdlet, correction.rule
        before = values_before(*given, names, there)
        says = f"undoes: {correction.says}"
        back.insert(0, replace(correction, parameters=before, says=says))
        there = _corrected((correction,), there) or there
    found = tuple(back)
    return found if _corrected(found, there) == world else ()


def _followed(
    world: World, checked: Checked, mails: tuple[DerivedMail, ...]
) -> _Followed:
    return follow(world, checked.policy, mails, at=checked.at)


_Key: TypeAlias = tuple[str, Address | None, FindingKind]
_Followed: TypeAlias = "tuple[CheckedMail, ...]"


def _keys(followed: _Followed) -> dict[_Key, DerivedMail]:
    return {
        (entry.mail.id, finding.recipient, finding.kind): entry.mail
        for entry in followed
        for finding in entry.findings
        if finding.kind not in HINTS
        # What is assumed is assumed before and after.
        if not (finding.because and finding.because.is_assumed)
    }


def _cures(
    sort: Sort, followed: _Followed, chosen: _Chosen, *, most: int | None = None
) -> bool:
    """Say whether nothing as heavy is left that speaks against these mails' recipients.

    What is lighter stands beside the remedy: a connector carries the mails of many
    rules, which may have faults of their own; of a rule at most a few may be left so.
    """
    left: dict[tuple[str, Address | None], int] = {}
    for mail_id, who, kind in _keys(followed):
        left[mail_id, who] = min(WEIGHT[kind], left.get((mail_id, who), len(WEIGHT)))
    found = [(f.mail.id, f.finding.recipient) for f in sort.found[:most]]
    rest = [left[key] for key in found if key in left]
    if any(weight <= WEIGHT[sort.kind] for weight in rest):
        return False
    return _is_of_connector(chosen) or len(rest) * _FEW <= len(found)


def _is_of_connector(chosen: _Chosen) -> bool:
    return any(correction.cmdlet != SET_RULE for correction in chosen)


def _own(sort: Sort) -> set[tuple[str, Address | None]]:
    """Whose faults may be left, lighter than they were."""
    return {(entry.mail.id, entry.finding.recipient) for entry in sort.found}


def _broken(
    before: _Followed, after: _Followed, own: set[tuple[str, Address | None]]
) -> tuple[Broken, ...]:
    """Name what is wrong now for a recipient with whom nothing (else) was wrong."""
    ill = {(mail_id, who) for mail_id, who, _ in _keys(before)} - own
    kinds: dict[FindingKind, dict[str, DerivedMail]] = {}
    for (mail_id, who, kind), mail in _keys(after).items():
        if (mail_id, who) not in ill:
            kinds.setdefault(kind, {})[mail_id] = mail
    return tuple(Broken(kind, tuple(mails.values())) for kind, mails in kinds.items())


def _every_line(corrections: _Chosen) -> tuple[str, ...]:
    return tuple(text for correction in corrections for text in _lines(correction))


def _lines(correction: Correction) -> Iterator[str]:
    """Split off the state, which Set-TransportRule does not change."""
    given = dict(correction.parameters)
    if "State" in given and len(given) > 1:
        rest = tuple((k, v) for k, v in correction.parameters if k != "State")
        yield replace(correction, parameters=rest).command
        given = {"State": given["State"]}
    yield replace(correction, parameters=tuple(given.items())).command


# ---------------------------------------------------------------- the known faults

_Change: TypeAlias = tuple[tuple[tuple[str, object], ...], str]


def _words(rule: Rule, change: Callable[[str], str], says: str) -> Iterator[_Change]:
    """Change the words of tests of the label's field."""
    for condition in rule.conditions:
        if condition.predicate not in _LABEL_TESTS:
            continue
        old = condition.value.operands
        new = tuple(dict.fromkeys(change(text) for text in old))
        if new != old:
            name = condition.predicate
            header = name.replace("Words", "MessageHeader").replace(
                "Patterns", "MessageHeader"
            )
            yield ((header, condition.header), (name, new)), says


def _singular(rule: Rule, platform: Platform) -> Iterator[_Change]:
    # msip-labels#1.1: Outlook writes the singular, always
    del platform

    def change(text: str) -> str:
        is_plural = text.lower().startswith(_PLURAL)
        return _SINGULAR + text[len(_PLURAL) :] if is_plural else text

    yield from _words(rule, change, "the header that Outlook writes says Label")


def _without_end(rule: Rule, platform: Platform) -> Iterator[_Change]:
    # msip-labels#1.1: the last entry often has no semicolon
    del platform
    says = "the last entry of the header has no semicolon"
    yield from _words(rule, lambda text: text.rstrip("; "), says)


def _both(rule: Rule, platform: Platform) -> Iterator[_Change]:
    del platform

    def change(text: str) -> str:
        bare = text.rstrip("; ")
        is_plural = bare.lower().startswith(_PLURAL)
        return _SINGULAR + bare[len(_PLURAL) :] if is_plural and bare != text else text

    yield from _words(rule, change, "the header says Label, and ends without semicolon")


def _outside_only(rule: Rule, platform: Platform) -> Iterator[_Change]:
    del platform
    if not any(c.predicate == "SentToScope" for c in rule.conditions):
        says = "mail to inside recipients stays inside"
        yield (("SentToScope", _OUTSIDE),), says


def _not_again(rule: Rule, platform: Platform) -> Iterator[_Change]:
    # zivver#7
    del platform
    name = "HeaderMatchesPatterns"
    taken = any(
        c.predicate == name or c.header.lower() == _MARK.lower()
        for c in rule.exceptions
    )
    if not taken:
        says = "mail that comes from Zivver does not go there again"
        yield (
            (
                ("ExceptIfHeaderMatchesMessageHeader", _MARK),
                ("ExceptIfHeaderMatchesPatterns", (_ANY_VALUE,)),
            ),
            says,
        )


def _enforced(rule: Rule, platform: Platform) -> Iterator[_Change]:
    del platform
    changes: list[tuple[str, object]] = []
    if rule.mode is not Mode.ENFORCE:
        changes.append(("Mode", Mode.ENFORCE.value))
    if not rule.is_enabled:
        changes.append(("State", "Enabled"))
    if changes:
        yield tuple(changes), "the rule is in force"


def _header_recipients(rule: Rule, platform: Platform) -> Iterator[_Change]:
    # zivver#6: without it the placeholder itself is the recipient
    names = {action.name for action in rule.actions}
    is_redirect = "RedirectMessageTo" in names and platform is Platform.SERVER
    if is_redirect and not any(name.startswith("SetHeader") for name in names):
        says = "Zivver takes the recipients from To and Cc"
        yield (("SetHeaderName", _IGNORE), ("SetHeaderValue", "true")), says


_CORRECTIONS: tuple[Callable[[Rule, Platform], Iterator[_Change]], ...] = (
    _singular,
    _without_end,
    _both,
    _outside_only,
    _not_again,
    _enforced,
    _header_recipients,
)
