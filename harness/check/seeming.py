"""The intent that a rule to Zivver seems to have, as far as a policy can say it.

A rule says what it looks for; why somebody made it is a guess, and nothing else is
given here: whoever reads it must say whether it is what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Recipients
from fakes.mail.address import AddressError, is_domain, parse_address
from harness.policy.noun import Audience, Kind, Relayed

if TYPE_CHECKING:
    from fakes.exchange.rules.rule import Condition, Rule

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# What a pattern may hold and still be a plain text: escaped signs, edges.
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_EDGES = re.compile(r"^(?:\^|\\b|\(\?i\))+|(?:\$|\\b)+$")


@dataclass(slots=True)
class Seeming:
    """What a rule seems to be for.

    `subject`, `label` and `sender` are signs, `senders` narrow them; `to` is None where
    the rule has no direction. `gaps` is what it asks and no policy can say, `kinds`
    what it excepts, `others` the traffic of Zivver's own that it takes. `why_not` says
    why the rule gives no row.
    """

    subject: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    sender: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    to: Audience | None = None
    gaps: list[str] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)
    others: set[Relayed] = field(default_factory=set)
    why_not: str = ""

    @property
    def has_sign(self) -> bool:
        """Whether there is something that a row can name."""
        return bool(self.subject or self.label or self.sender)


def seeming(rule: Rule) -> Seeming:
    """Read what a rule seems to be for."""
    found = Seeming()
    for condition in rule.conditions:
        read = _READ.get(condition.predicate)
        if read is None:
            found.gaps.append(f"it looks at {_called(condition)}")
        else:
            read(condition, found)
    for exception in rule.exceptions:
        _except(exception, found)
    if not found.has_sign and not found.others and not found.why_not:
        found.why_not = (
            "it names neither a word of the subject, nor a label, nor a sender"
            if rule.conditions
            else "it has no condition, and a policy cannot ask for all mail"
        )
    return found


def _called(condition: Condition) -> str:
    texts = ", ".join(condition.value.operands)
    short = texts if len(texts) <= 60 else f"{texts[:57]}..."
    return " ".join(
        part for part in (condition.predicate, condition.header, short) if part
    )


def _words(condition: Condition, found: Seeming) -> None:
    found.subject.extend(condition.value.operands)
    _say_of_body(condition, found)


def _patterns(condition: Condition, found: Seeming) -> None:
    for pattern in condition.value.operands:
        text = _plain(pattern)
        if text:
            found.subject.append(text)
        else:
            found.gaps.append(f"it looks for the pattern {pattern}")
    _say_of_body(condition, found)


def _say_of_body(condition: Condition, found: Seeming) -> None:
    if "Body" in condition.predicate:
        found.gaps.append("it looks into the text too, and a policy into the subject")


def _plain(pattern: str) -> str:
    """Give the text of a pattern that is one; empty for a real pattern."""
    bare = _EDGES.sub("", pattern)
    if _SPECIAL.search(_ESCAPED.sub("", bare)):
        return ""
    return _ESCAPED.sub(r"\1", bare).strip()


def _header(condition: Condition, found: Seeming) -> None:
    name = condition.header.lower()
    if name == "msip_labels":
        for text in condition.value.operands:
            guids = _GUID.findall(text.replace("\\-", "-"))
            found.label.extend(guids)
            if not guids:
                found.gaps.append(f"it looks for {text} in msip_labels: no GUID")
    elif name == "zivver-relay":
        found.others.add(Relayed.ZIVVER_RELAY)
    elif name == "references":
        found.others.add(Relayed.DIRECT_REPLY)
    else:
        found.gaps.append(f"it looks at the field {condition.header}")


def _people(condition: Condition, found: Seeming) -> None:
    if isinstance(condition.value, Recipients):
        found.sender.extend(sorted(map(str, condition.value.addresses)))
        found.gaps.extend(
            f"it names {name}, whom no export shows"
            for name in condition.value.unresolved
        )


def _addresses(condition: Condition, found: Seeming) -> None:
    for text in condition.value.operands:
        plain = _plain(text) if "Patterns" in condition.predicate else text
        bare = plain.removeprefix("@")
        if _is_address(plain):
            found.sender.append(plain)
        elif is_domain(bare) and "." in bare:
            found.senders.append(bare)
        else:
            found.gaps.append(f"it looks for {text} in the sender's address")


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except AddressError:
        return False
    return True


def _domains(condition: Condition, found: Seeming) -> None:
    for text in condition.value.operands:
        found.senders += [text, f"*.{text}"]


def _from_scope(condition: Condition, found: Seeming) -> None:
    if "NotInOrganization" in condition.value.operands:
        found.why_not = "it takes mail that comes from outside, which is not ours"


def _to_scope(condition: Condition, found: Seeming) -> None:
    scopes = {
        "NotInOrganization": Audience.OUTSIDE,
        "InOrganization": Audience.INSIDE,
    }
    for text in condition.value.operands:
        if text in scopes:
            found.to = scopes[text]
        else:
            found.gaps.append(f"it is for recipients {text}")


def _except(exception: Condition, found: Seeming) -> None:
    if exception.header.lower() in {"x-zivver-transport", "skip-zivver-relay"}:
        found.kinds.add(Kind.ZIVVER)
        return
    kinds = [_KINDS.get(text) for text in exception.value.operands]
    if exception.predicate == "MessageTypeMatches" and all(kinds):
        found.kinds.update(kind for kind in kinds if kind)
    else:
        found.gaps.append(f"it leaves alone what {_called(exception)} holds for")


_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "OOF": Kind.AUTOMATIC_REPLY,
        "Calendaring": Kind.CALENDAR,
        "ReadReceipt": Kind.RECEIPT,
    }
)
_READ: Mapping[str, Callable[[Condition, Seeming], None]] = MappingProxyType(
    {
        "SubjectContainsWords": _words,
        "SubjectOrBodyContainsWords": _words,
        "SubjectMatchesPatterns": _patterns,
        "SubjectOrBodyMatchesPatterns": _patterns,
        "HeaderContainsWords": _header,
        "HeaderMatchesPatterns": _header,
        "From": _people,
        "FromAddressContainsWords": _addresses,
        "FromAddressMatchesPatterns": _addresses,
        "SenderDomainIs": _domains,
        "FromScope": _from_scope,
        "SentToScope": _to_scope,
    }
)
