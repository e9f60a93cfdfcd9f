"""The guide's rules, of both chapters: triggers, way, safety, order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.rule import Mode
from fakes.exchange.rules.values import Recipients, Words
from harness.check.checklist.noun import Chapter, Instruction, Look, State
from harness.check.checklist.told import absent, met_if, named_rule, of_rule
from harness.check.lints.labels import guids_of, is_plural, label_texts
from harness.check.lints.rules import (
    LABELS_FIELD,
    has_direction,
    ignores_recipients,
    is_guarded,
    triggers_of,
)
from harness.check.relays import (
    outbound_relays,
    relay_contacts,
    relay_rules,
    routes_of,
)
from harness.policy.noun import Labelled, SentBy, SubjectHas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.exchange.rules.rule import Condition, Rule
    from harness.check.lints.noun import Ground
    from harness.policy.noun import Row

    Find = Callable[[Ground], Iterator[Look]]

_OUTSIDE = "NotInOrganization"
_DIRECTION = "Set-TransportRule -SentToScope NotInOrganization, which no step asks for"
_GUARD = (
    "Set-TransportRule -ExceptIfHeaderMatchesMessageHeader X-Zivver-Transport "
    "-ExceptIfHeaderMatchesPatterns '..*.', which no step asks for"
)
_SINGULAR = "MSIP_Label_<guid>_Enabled=True, as mail has it"
_MOST = 5


def _create(ground: Ground) -> Iterator[Look]:
    rules = relay_rules(ground.world)
    for rule in rules:
        yield of_rule(rule, State.MET, "it takes mail to Zivver")
    if not rules:
        yield absent(ground.organization.rules, "no rule takes mail to Zivver")


# ------------------------------------------------------------------------- triggers


def _subject(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        for test in _tests(rule, "Subject"):
            words = ", ".join(test.value.operands)
            is_asked = test.predicate == "SubjectContainsWords"
            found = f"{test.predicate} {words}"
            yield of_rule(rule, met_if(is_asked, otherwise=State.DIFFERENT), found)
    yield from _not_looked_at(ground, SubjectHas, "a subject")


def _sender(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        for test in _tests(rule, "From", "SenderDomainIs"):
            people = ", ".join(test.value.operands)
            is_asked = isinstance(test.value, Recipients)
            found = f"{test.predicate} {people}"
            yield of_rule(rule, met_if(is_asked, otherwise=State.DIFFERENT), found)
    yield from _not_looked_at(ground, SentBy, "a sender")


def _tests(rule: Rule, *starts: str) -> Iterator[Condition]:
    for test in rule.conditions:
        if test.predicate.startswith(starts) and test.predicate != "FromScope":
            yield test


def _not_looked_at(ground: Ground, kind: type, what: str) -> Iterator[Look]:
    """Rows of the policy for which no rule to Zivver looks there."""
    if ground.organization.rules is None:
        return
    if any(what in triggers_of(rule) for rule in relay_rules(ground.world)):
        return
    for row in _rows(ground):
        if isinstance(row.trigger, kind):
            found = f"no rule to Zivver looks at {what}"
            yield Look(State.NOT_MET, found, f'policy row "{row.name}"', row.place)


def _rows(ground: Ground) -> tuple[Row, ...]:
    return ground.policy.rows if ground.policy else ()


def _guid(ground: Ground) -> Iterator[Look]:
    known = {label.guid: label for label in ground.labels or ()}
    for rule in relay_rules(ground.world):
        for _, text in label_texts(rule):
            for guid in guids_of(text):
                if ground.labels is None:
                    yield of_rule(
                        rule, State.CANNOT_TELL, f"{guid}; Get-Label was not exported"
                    )
                elif guid in known:
                    found = f'{guid} is "{known[guid].display_name}"'
                    yield of_rule(rule, State.MET, found)
                else:
                    yield of_rule(rule, State.NOT_MET, f"no label has {guid}")


def _label_outside(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        if "a label" in triggers_of(rule):
            scopes = [t for t in rule.conditions if t.predicate == "SentToScope"]
            is_met = any(_OUTSIDE in test.value.operands for test in scopes)
            found = f"SentToScope {_OUTSIDE}" if is_met else "no SentToScope"
            yield of_rule(rule, met_if(is_met), found)


def _label_field(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        for test, _ in label_texts(rule):
            is_met = test.header.lower() == LABELS_FIELD
            yield of_rule(rule, met_if(is_met), f"the field {test.header}")
    yield from _not_looked_at(ground, Labelled, "a label")


def _label_words(ground: Ground) -> Iterator[Look]:
    """Here the guide's own literal is the mistake (msip-labels#2.1)."""
    for rule in relay_rules(ground.world):
        for test, text in label_texts(rule):
            if is_plural(text):
                yield of_rule(rule, State.MET, text, instead=_SINGULAR)
            elif isinstance(test.value, Words):
                found = f"{text} (not the guide's MSIP_Labels_, and so it is right)"
                yield of_rule(rule, State.DIFFERENT, found)
            else:
                yield of_rule(rule, State.DIFFERENT, f"the pattern {text}")


def _one_for_each(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        found = triggers_of(rule)
        if len(found) > 1:
            yield of_rule(
                rule,
                State.DIFFERENT,
                f"{' and '.join(found)} in one rule",
                instead="one rule for each: conditions of one rule are joined by and",
            )
        else:
            what = found[0] if found else "neither subject, label nor sender"
            yield of_rule(rule, met_if(found, otherwise=State.DIFFERENT), what)


# ------------------------------------------------------- what the guide does not say


def _direction(ground: Ground) -> Iterator[Look]:
    """The guide asks for none (zivver#finding-3)."""
    for rule in relay_rules(ground.world):
        if "a label" in triggers_of(rule):
            continue
        if has_direction(rule):
            found = "it has one, which no step asks for, and so it is right"
            yield of_rule(rule, State.DIFFERENT, found)
        else:
            yield of_rule(rule, State.MET, "none, as in the guide", instead=_DIRECTION)


def _guard(ground: Ground) -> Iterator[Look]:
    """The guide asks for none (zivver#finding-4)."""
    for rule in relay_rules(ground.world):
        if is_guarded(rule, ground):
            found = "it has one, which no step asks for, and so it is right"
            yield of_rule(rule, State.DIFFERENT, found)
        else:
            yield of_rule(rule, State.MET, "none, as in the guide", instead=_GUARD)


# ------------------------------------------------------------- what the rule does


def _route(ground: Ground) -> Iterator[Look]:
    relays = outbound_relays(ground.world)
    names = {name.lower() for one in relays for name in (one.name, *one.names)}
    for rule in relay_rules(ground.world):
        for name in routes_of(rule):
            if ground.organization.outbound_connectors is None:
                yield of_rule(rule, State.CANNOT_TELL, f'to "{name}", not exported')
            else:
                is_met = name.lower() in names
                found = f'to "{name}"' if is_met else f'"{name}" is not there'
                yield of_rule(rule, met_if(is_met), found)


def _redirect(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        found = ", ".join(str(c.primary) for c in relay_contacts(rule, ground.world))
        yield of_rule(rule, met_if(found), f"to {found or 'nobody who is there'}")


def _header(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        said = [
            f"{action.values[0][0]}: {action.values[1][0]}"
            for action in rule.actions
            if action.name == "SetHeader"
        ]
        yield of_rule(rule, met_if(ignores_recipients(rule)), ", ".join(said) or "none")


def _enforce(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        yield of_rule(rule, met_if(rule.mode is Mode.ENFORCE), f"Mode {rule.mode}")


def _defer(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        is_met = rule.error_action == "Defer"
        yield of_rule(rule, met_if(is_met), f"RuleErrorAction {rule.error_action}")


def _enabled(ground: Ground) -> Iterator[Look]:
    for rule in relay_rules(ground.world):
        if not rule.is_enabled:
            yield of_rule(rule, State.DIFFERENT, "State Disabled")
        elif rule.starts and ground.at < rule.starts.at:
            found = f"not before {rule.starts.at:%Y-%m-%d %H:%M}"
            yield of_rule(rule, State.DIFFERENT, found)
        elif rule.ends and rule.ends.at <= ground.at:
            found = f"ended on {rule.ends.at:%Y-%m-%d %H:%M}"
            yield of_rule(rule, State.NOT_MET, found)
        else:
            yield of_rule(rule, State.MET, "State Enabled")


def _priority(ground: Ground) -> Iterator[Look]:
    """Say the number, never "lower" alone (zivver#finding-13)."""
    relays = relay_rules(ground.world)
    others = [r for r in ground.rules if r.is_enabled and r not in relays]
    wanted = {name for row in _rows(ground) for name in row.after}
    for rule in relays:
        ahead = [other for other in others if other.priority < rule.priority]
        behind = [other for other in others if other.priority > rule.priority]
        found = (
            f"priority {rule.priority}; ahead of it: {_few(ahead)}; "
            f"behind it: {_few(behind)}"
        )
        late = [other for other in behind if other.name in wanted]
        if late:
            instead = f"{_few(late)} ahead of it, with a number below {rule.priority}"
            yield of_rule(rule, State.NOT_MET, found, instead=instead)
        elif wanted or not others:
            yield of_rule(rule, State.MET, found)
        else:
            instead = (
                "what must be done to the mail first has a number below "
                f"{rule.priority}; `after` in the policy says what"
            )
            yield of_rule(rule, State.CANNOT_TELL, found, instead=instead)


def _few(rules: list[Rule]) -> str:
    told = [named_rule(rule).removeprefix("rule ") for rule in rules[:_MOST]]
    if len(rules) > _MOST:
        told.append(f"{len(rules) - _MOST} more")
    return ", ".join(told) or "none"


_ONLINE: tuple[tuple[str, str, str, Find], ...] = (
    ("RULE", "1", "a rule is created", _create),
    ("TRIGGERS", "6", "each case has a rule of its own", _one_for_each),
    ("SUBJECT", "instruction 1", "the subject includes any of these words", _subject),
    ("LABEL-GUID", "instruction 2, step 2", "the GUID is that of the label", _guid),
    (
        *("LABEL-OUTSIDE", "instruction 2, step 4"),
        *("the recipient is outside the organization", _label_outside),
    ),
    ("LABEL-FIELD", "instruction 2, step 8", "the header is msip_labels", _label_field),
    (
        *("LABEL-WORDS", "instruction 2, step 11"),
        *("the words are MSIP_Labels_Guid_Enabled=True", _label_words),
    ),
    ("SENDER", "instruction 3", "the sender is this person", _sender),
    ("DIRECTION", "no step", "no direction is asked for", _direction),
    ("GUARD", "no step", "no exception for mail of Zivver is asked for", _guard),
    ("ROUTE", "follow up 1", "it redirects to the connector", _route),
    ("DEFER", "follow up 4", "it defers the message on errors", _defer),
    ("ENABLED", "follow up 5", "it is enabled", _enabled),
    ("PRIORITY", "follow up 5", "the priority of all rules is correct", _priority),
)
_SERVER: tuple[tuple[str, str, str, Find], ...] = (
    ("RULE", "1", "a rule is created", _create),
    ("TRIGGERS", "6", "each case has a rule of its own", _one_for_each),
    ("SUBJECT", "7", "the subject includes any of these words", _subject),
    ("SENDER", "11", "the sender is this person", _sender),
    ("DIRECTION", "no step", "no direction is asked for", _direction),
    ("GUARD", "no step", "no exception for mail of Zivver is asked for", _guard),
    ("REDIRECT", "15", "it redirects to the contact", _redirect),
    ("HEADER", "20", "it sets x-zivver-ignore-smtp-recipients to true", _header),
    ("MODE", "27", "its mode is Enforce", _enforce),
    ("DEFER", "28", "it defers the message on errors", _defer),
    ("ENABLED", "29", "it is active", _enabled),
    ("PRIORITY", "29", "the priority of all rules is correct", _priority),
)
ONLINE_RULE = tuple(
    Instruction(f"ONLINE-{name}", Chapter.ONLINE_RULE, step, says, look)
    for name, step, says, look in _ONLINE
)
SERVER_RULE = tuple(
    Instruction(f"SERVER-{name}", Chapter.SERVER_RULE, step, says, look)
    for name, step, says, look in _SERVER
)
