"""A. Selection: the rule does not match (zivver#19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from fakes.mail.address import Address
from harness.compare import FindingKind
from harness.failures.bench import Bench, shown
from harness.failures.noun import (
    Edit,
    Failure,
    Guide,
    Harm,
    Notice,
    Part,
    Staged,
    entry,
)
from harness.failures.rules import (
    A_RELAY_RULE,
    LABEL_TESTS,
    SENDER_TESTS,
    SUBJECT_TESTS,
    each_relay,
    of_rule,
    operands,
    spelt_test,
    with_words,
)
from harness.failures.unseen import (
    alias,
    by_hand,
    hidden_word,
    in_the_body,
    label_off,
    no_label,
    on_the_file,
    sealed,
)
from harness.policy.noun import Labelled, SentBy
from harness.scenario.case import Evidence

_LEAK = (FindingKind.LEAK,)
_TRACE = (Notice.TRACE, Notice.CHECKLIST)
_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_LONG_HENCE = datetime(2199, 1, 1, tzinfo=UTC)
_WORD_ROW = "a row of the policy about words in the subject"
_LABEL_ROW = "a row of the policy about a label"
_SENDER_ROW = "a row of the policy about a sender"
_GUID = "00000000-0000-0000-0000-000000000000"


def _off(bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays:
        yield of_rule(rule, "is turned off", {"disable_rule": rule.name})


def _dates(bench: Bench) -> Iterator[Staged]:
    yield from each_relay(bench, "starts in 2199 only", {"ActivationDate": _LONG_HENCE})
    yield from each_relay(bench, "ended in 2001", {"ExpiryDate": _LONG_AGO})


def _test_mode(bench: Bench) -> Iterator[Staged]:
    yield from each_relay(bench, "is tested only", {"Mode": "Audit"})
    yield from each_relay(
        bench, "is tested only, with notices", {"Mode": "AuditAndNotify"}
    )


def _other_word(bench: Bench) -> Iterator[Staged]:
    for says, change in (
        ("looks for a word with a letter missing", lambda text: text[:-1]),
        ("looks for an inflected form", lambda text: f"{text}d"),
        ("looks for a word of another language", lambda _text: "Vertraulich"),
    ):
        yield from with_words(bench, SUBJECT_TESTS, says, change)


def _plural(bench: Bench) -> Iterator[Staged]:
    def change(text: str) -> str:
        return text.replace("MSIP_Label_", "MSIP_Labels_").replace(
            "msip_label_", "MSIP_Labels_"
        )

    yield from with_words(bench, LABEL_TESTS, "looks for MSIP_Labels_...", change)


def _wrong_guid(bench: Bench) -> Iterator[Staged]:
    for scene, trigger in bench.about(Labelled):
        del scene
        for guid in trigger.guids:
            for what, other in (
                ("looks for the placeholder of the guide", "<label-guid>"),
                ("looks for the name of the label", "Confidential"),
                ("looks for a label that was made anew", _GUID),
            ):
                change = partial(_exchanged, guid, other)
                yield from with_words(bench, LABEL_TESTS, what, change)


def _exchanged(old: str, new: str, text: str) -> str:
    at = text.lower().find(old.lower())
    return text if at < 0 else text[:at] + new + text[at + len(old) :]


def _sent_as(bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays:
        if operands(rule, SENDER_TESTS):
            edit = {"set_rule": rule.name, "SenderAddressLocation": "Envelope"}
            yield of_rule(rule, "looks at the envelope", edit)


def _sent_on(bench: Bench) -> Iterator[Staged]:
    """Let a colleague's mailbox send on what one of ours wrote to him alone."""
    colleague = bench.stage.colleague
    away = str(Address("home", bench.outsider.domain))
    # Servers ask the remote domain, Exchange Online the outbound spam policy.
    way: Edit = {"add_outbound_spam_policy": {"AutoForwardingMode": "On"}}
    if not bench.is_online:
        domain = bench.outsider.domain
        given = {"Name": "Home", "DomainName": domain, "AutoForwardEnabled": True}
        way = {"add_remote_domain": given}
    for kind, how in ((Labelled, "ForwardAsAttachmentTo"), (SentBy, "ForwardTo")):
        for scene, _ in bench.about(kind):
            rule = {"Name": "Home", "MailboxOwnerId": str(colleague), how: [away]}
            mail = bench.held(replace(shown(scene, "on"), to=(colleague,)))
            says = f"an inbox rule of {colleague} sends it on to {away} ({how})"
            yield Staged(says, ({"add_inbox_rule": rule}, way), (mail,))


def _all_in_one(bench: Bench) -> Iterator[Staged]:
    """Put the tests of all relay rules into the first."""
    first, *others = bench.relays or (None,)
    if first is None or not others:
        return
    tests: dict[str, object] = {}
    for rule in others:
        for condition in rule.conditions:
            tests |= spelt_test(condition, condition.value.operands)
    names = ", ".join(f'"{rule.name}"' for rule in others)
    gone = ({"remove_rule": rule.name} for rule in others)
    yield Staged(
        f'rule "{first.name}" also asks what {names} asked',
        ({"set_rule": first.name, **tests}, *gone),
        rules=tuple(rule.name for rule in bench.relays),
    )


def _counts_as_inside(bench: Bench) -> Iterator[Staged]:
    tests = (test for rule in bench.relays for test in rule.conditions)
    if not any(test.predicate == "SentToScope" for test in tests):
        return
    domain = bench.outsider.domain
    says = f"{domain} is among the accepted domains"
    given = {"DomainName": domain, "DomainType": "InternalRelay"}
    yield Staged(says, ({"add_accepted_domain": given},))
    if not bench.is_online:
        remote = {"Name": "Partner", "DomainName": domain, "IsInternal": True}
        says = f"{domain} is a remote domain with IsInternal"
        yield Staged(says, ({"add_remote_domain": remote},))


def _wide_exception(bench: Bench) -> Iterator[Staged]:
    writer = bench.stage.writer
    yield from each_relay(
        bench,
        f"excepts mail from {writer.domain}",
        {"ExceptIfFromAddressContainsWords": [writer.domain]},
    )


def _skipped(bench: Bench) -> Iterator[Staged]:
    yield from _wide_exception(bench)
    yield from by_hand(bench)


_entry = partial(entry, Part.SELECTION, harms=(Harm.PLAIN,), follows=_LEAK)
_S, _I, _N = Guide.STATED, Guide.IMPLIED, Guide.SILENT
_DOC, _OBS = Evidence.DOCUMENTED, Evidence.OBSERVED
_F04 = Failure(
    "F04",
    Part.SELECTION,
    (Harm.PLAIN,),
    "mail is sent before a saved rule acts",
    "propagation",
    _N,
    (Notice.CHECKLIST,),
    evidence=_OBS,
    sources=("zivver#F04", "field-cases#propagation"),
    corrects="up to 60 minutes in support cases, not 30",
    why_not="a rule here acts from the moment at which it is read; how long Microsoft "
    "takes to spread it, nobody can foresee",
    instead="wait an hour after the last change, then send one mail of each row of "
    "the policy and look at its headers before anybody is told to use it",
)
_F20 = Failure(
    "F20",
    Part.SELECTION,
    (Harm.PLAIN,),
    "an application sends straight to the Internet, past Exchange",
    "bypass",
    _I,
    (Notice.CHECKLIST,),
    sources=("zivver#F20",),
    why_not="such mail never meets Exchange, so no rule and no export knows of it",
    instead="close port 25 outwards for everything but Exchange, list the applications "
    "that send mail, and let each send through Exchange",
)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        1,
        "a relay rule is turned off",
        "rule state",
        _S,
        _off,
        A_RELAY_RULE,
        evidence=_DOC,
    ),
    _entry(
        2,
        "a relay rule is in test mode instead of Enforce",
        "rule mode",
        _I,
        _test_mode,
        A_RELAY_RULE,
        evidence=_DOC,
        sources=("exchange-rules#6.3",),
    ),
    _entry(
        3,
        "a relay rule starts later, or has ended",
        "rule dates",
        _N,
        _dates,
        A_RELAY_RULE,
        evidence=_DOC,
        sources=("exchange-rules#6.1",),
    ),
    _F04,
    _entry(
        5,
        "the rule looks for another word than people write",
        "subject condition",
        _I,
        _other_word,
        "a relay rule about words in the subject",
    ),
    _entry(
        6,
        "the word is hidden from the rule, though the user sees it",
        "subject decode",
        _N,
        hidden_word,
        _WORD_ROW,
        notice=(Notice.CHECK, Notice.TRACE),
        sources=("exchange-rules#R-13", "exchange-rules#2.3"),
        corrects="a word that RFC 2047 splits or encodes is found: rules see the "
        "subject decoded; hidden and look-alike letters are what is left",
    ),
    _entry(
        7,
        "the word stands in the body only",
        "subject condition",
        _I,
        in_the_body,
        _WORD_ROW,
        notice=_TRACE,
    ),
    _entry(
        8,
        "the rule looks for the plural MSIP_Labels_",
        "header words",
        _S,
        _plural,
        "a relay rule about a label",
        evidence=_OBS,
        sources=("msip-labels#1.1",),
    ),
    _entry(
        9,
        "the rule looks for another label: the placeholder, a name, one made anew",
        "header words",
        _I,
        _wrong_guid,
        "a relay rule about a label",
    ),
    _entry(
        10,
        "the label is on the attachment only",
        "header words",
        _I,
        on_the_file,
        _LABEL_ROW,
        notice=(Notice.CHECK, Notice.TRACE),
        sources=("msip-labels#4",),
    ),
    _entry(
        11,
        "the mail carries no label: an application, a client without labels",
        "header words",
        _I,
        no_label,
        _LABEL_ROW,
        notice=_TRACE,
    ),
    _entry(
        12,
        "the label was taken off, or says Enabled=false",
        "header words",
        _N,
        label_off,
        _LABEL_ROW,
        notice=_TRACE,
        corrects="whether that is a failure, the policy says: to ours it is none",
    ),
    _entry(
        13,
        "the sender writes as an alias or with a plus in his address",
        "sender condition",
        _I,
        alias,
        _SENDER_ROW,
        notice=_TRACE,
    ),
    _entry(
        14,
        "the rule looks for the sender in the envelope, and somebody sends as him",
        "sender condition",
        _N,
        _sent_as,
        "a relay rule about a sender",
        evidence=_DOC,
        sources=("exchange-rules#6.5",),
    ),
    _entry(
        15,
        "a mailbox sends it on, and the copy has lost what the rule looks for",
        "sender condition",
        _N,
        _sent_on,
        "a row of the policy about a label or sender",
        evidence=_OBS,
        sources=("field-cases#redirect-sender",),
    ),
    _entry(
        16,
        "all triggers stand in one rule, which asks them all",
        "rule logic",
        _I,
        _all_in_one,
        "two relay rules",
        evidence=_DOC,
        sources=("exchange-rules#1",),
    ),
    _entry(
        17,
        "somebody else's domain counts as inside",
        "recipient scope",
        _I,
        _counts_as_inside,
        "a relay rule that is for mail to outside only",
        sources=("field-cases#scope-foreign-address",),
        corrects="a mail user, contact or guest with a foreign address is outside",
    ),
    _entry(
        18,
        "an exception is too wide, or somebody adds its header by hand",
        "exception",
        _N,
        _skipped,
        A_RELAY_RULE,
        notice=(Notice.CHECK, Notice.TRACE),
    ),
    _entry(
        19,
        "the rule looks into content that is encrypted",
        "content access",
        _N,
        sealed,
        "a relay rule about words in the subject",
        evidence=_DOC,
        notice=(Notice.CHECK, Notice.TRACE),
        sources=("exchange-rules#v80",),
    ),
    _F20,
)
