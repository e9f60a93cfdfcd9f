"""Rules of mailboxes: what they forward and redirect is a mail of its own.

field-cases#a-second-pass: it meets all mail flow rules again and carries a stamp, which
stops it in silence when it has come by too often (exchange-routing#8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.forwarding import why_kept_in
from fakes.exchange.letters import Letter, message_id, write
from fakes.exchange.named import is_named
from fakes.exchange.organization import Platform
from fakes.exchange.readings import ask
from fakes.exchange.rules.effects import SOMEBODY
from fakes.exchange.rules.fork import Ending, EndKind, Leg, Way
from fakes.exchange.rules.taking import recipients
from fakes.mail.content import Content, Field, compose, make_field, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import Carries, ItemKind, MailItem, Submission
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, Recipient
    from fakes.mail.address import Address

LOOP_HEADER = "X-MS-Exchange-Inbox-Rules-Loop"
_FORWARDED = "X-MS-Exchange-Organization-AutoForwarded"
_LIMITS: Mapping[Platform, int] = MappingProxyType(
    {Platform.ONLINE: 1, Platform.SERVER: 3}
)
_NOTHING, _ACTS = "does nothing", "acts"
# What a new mail writes itself, and what belongs to the way of the old one.
_NOT_FORWARDED = frozenset(
    (
        "from to cc bcc sender reply-to subject message-id received return-path "
        f"{_FORWARDED} {LOOP_HEADER}"
    )
    .lower()
    .split()
)
_OF_THE_BODY = re.compile("date|mime-version|content-.*")


@dataclass(frozen=True, slots=True)
class InboxRule:
    """Get-InboxRule: `mailbox` and the targets as exported.

    `conditions` names what it looks at before it acts, exceptions included.
    """

    mailbox: str
    name: str
    priority: int = 0
    is_enabled: bool = True
    forwards_to: tuple[str, ...] = ()
    attaches_to: tuple[str, ...] = ()
    redirects_to: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    stops: bool = False

    @property
    def has_targets(self) -> bool:
        """Whether it sends mail to anybody."""
        return bool(self.forwards_to or self.attaches_to or self.redirects_to)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the rules of a mailbox made of a mail; `ended` are copies for strangers."""

    children: tuple[MailItem, ...] = ()
    ended: tuple[tuple[Leg, Ending], ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Desk:
    """A mailbox with a mail that it has got, and what its rules may ask."""

    box: Recipient
    item: MailItem
    organization: Organization
    choices: Choices


def apply_inbox_rules(
    box: Recipient, item: MailItem, organization: Organization, choices: Choices
) -> Sent:
    """Run the rules of a mailbox over a mail that it has got."""
    desk = _Desk(box, item, organization, choices)
    rules = [
        (rule, owns)
        for rule in sorted(organization.inbox_rules or (), key=lambda r: r.priority)
        if rule.is_enabled and (owns := _owns(box, rule, organization)) is not False
    ]
    sent = Sent()
    for number, (rule, owns) in enumerate(rules):
        has_later = any(later.has_targets for later, _ in rules[number + 1 :])
        matters = rule.has_targets or (rule.stops and has_later)
        if not matters or not _holds(rule, owns, desk):
            continue
        sent = _joined(sent, _act(rule, desk))
        if rule.stops:
            break
    return sent


def _owns(box: Recipient, rule: InboxRule, organization: Organization) -> bool | str:
    """Say whether a rule is of a mailbox, or why nobody can tell."""
    own = (box.primary, *box.proxies)
    return is_named(own, (rule.mailbox,), organization.directory)


def _holds(rule: InboxRule, owns: bool | str, desk: _Desk) -> bool:  # noqa: FBT001
    gaps = [owns] if isinstance(owns, str) else []
    if rule.conditions:
        gaps.append(f"{', '.join(rule.conditions)} is not judged")
    if not gaps:
        return True
    who = str(desk.box.primary)
    fact = Fact("inbox rule", rule.name, recipient=who, why="; ".join(gaps))
    return desk.choices.choose(fact, (_NOTHING, _ACTS)) == _ACTS


def _act(rule: InboxRule, desk: _Desk) -> Sent:
    """Make the mails of one rule that holds."""
    stamps = parse(desk.item.content).named(LOOP_HEADER)
    subject = f"{desk.box.name}: {rule.name}"
    if rule.has_targets and len(stamps) >= _LIMITS[desk.organization.platform]:
        why = "an inbox rule has sent it before: dropped without a word"
        return Sent(steps=(Step(StepKind.EXPANDED, subject, Answer.NO, why),))
    sent = Sent()
    for names, make in (
        (rule.forwards_to, _forwarded),
        (rule.attaches_to, _attached),
        (rule.redirects_to, _redirected),
    ):
        found = recipients(names, desk.organization.directory)
        for name in found.unresolved:
            why = f"no exported recipient is called `{name}`"
            fact = Fact("inbox rule", rule.name, name, why=why)
            ending = Ending(EndKind.UNKNOWN, f"{fact}: {why}", fact=fact)
            stranger = Leg(None, SOMEBODY, (Way.REPORT,))
            sent = _joined(sent, Sent(ended=((stranger, ending),)))
        for target in sorted(found.addresses, key=str):
            sent = _joined(sent, _to(target, make, subject, desk))
    return sent


def _to(
    target: Address,
    make: Callable[[Address, _Desk], MailItem],
    subject: str,
    desk: _Desk,
) -> Sent:
    held = why_kept_in(target, desk.organization, desk.choices)
    if held:
        return Sent(steps=(Step(StepKind.EXPANDED, subject, Answer.NO, held.why),))
    made = make(target, desk)
    why = f"a {made.kind.value} for {target}"
    return Sent((made,), (), (Step(StepKind.EXPANDED, subject, Answer.DONE, why),))


def _forwarded(target: Address, desk: _Desk) -> MailItem:
    """Write the mail anew, from the mailbox, with all that was in it."""
    item = desk.item
    parsed = parse(item.content)
    kept = [f for f in parsed.fields if f.key not in _NOT_FORWARDED]
    needed = [f for f in kept if _OF_THE_BODY.fullmatch(f.key)]
    if kept != needed:
        readings = desk.organization.readings
        if ask(readings, desk.choices, "forward_keeps_fields") == "no":
            kept = needed
    fields = (
        make_field("From", str(desk.box.primary)),
        make_field("To", str(target)),
        make_field("Subject", f"FW: {parsed.subject}"),
        make_field("Message-ID", f"<forward-{message_id(item).lstrip('<')}"),
        *_stamps(desk),
    )
    content = compose(replace(parsed, fields=(*fields, *kept)))
    return _child(content, target, ItemKind.FORWARD, desk)


def _attached(target: Address, desk: _Desk) -> MailItem:
    """Attach the mail to a new one from the mailbox."""
    box, item = desk.box, desk.item
    letter = Letter(
        ItemKind.FORWARD,
        target,
        f"FW: {parse(item.content).subject}",
        "",
        Carries.WHOLE,
        box.name,
        box.primary,
        box.primary,
        _stamps(desk),
    )
    return write(letter, item, desk.organization)


def _redirected(target: Address, desk: _Desk) -> MailItem:
    """Pass the mail on as it is: From and MAIL FROM stay (field-cases#redirect-sender).

    Resent-From names the mailbox.
    """
    parsed = parse(desk.item.content)
    fields = (
        make_field("Resent-From", str(desk.box.primary)),
        make_field(LOOP_HEADER, str(desk.box.primary)),
        *parsed.fields,
    )
    content = compose(replace(parsed, fields=fields))
    return _child(content, target, ItemKind.REDIRECT, desk)


def _stamps(desk: _Desk) -> tuple[Field, ...]:
    """Say that it is forwarded (MS-OXCMAIL 2.1.3.2.21), and by whom it was sent."""
    return (
        make_field(_FORWARDED, "true"),
        make_field(LOOP_HEADER, str(desk.box.primary)),
        *parse(desk.item.content).named(LOOP_HEADER),
    )


def _child(content: Content, target: Address, kind: ItemKind, desk: _Desk) -> MailItem:
    item, box = desk.item, desk.box
    is_redirect = kind is ItemKind.REDIRECT
    reverse_path = item.envelope.reverse_path if is_redirect else box.primary
    return MailItem(
        Envelope(reverse_path, (target,)),
        content,
        Submission(box.primary, passes_spf=item.submission.passes_spf),
        kind=kind,
        parent=message_id(item) or None,
        generation=item.generation + 1,
        carries=Carries.WHOLE,
    )


def _joined(first: Sent, more: Sent) -> Sent:
    return Sent(
        first.children + more.children,
        first.ended + more.ended,
        first.steps + more.steps,
    )
