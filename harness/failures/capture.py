"""G. Too much captured, and loops (zivver#19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from harness.check.draft import Part as MailPart
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.failures.bench import Bench, meant, shown
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
from harness.failures.routing import connectors
from harness.failures.rules import A_RELAY_RULE, SUBJECT_TESTS, operands, widened
from harness.outcome import SECURE
from harness.policy.noun import Labelled, SentBy, SubjectHas
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.check.draft import Draft
    from harness.check.scene import Scene
    from harness.outcome import Outcome

_K = FindingKind
_PLAIN = Obligation.MUST_BE_PLAIN
_CAUGHT = (_K.OVER_CAPTURE, _K.LOSS, _K.LOOP, _K.DUPLICATE, _K.UNDETERMINED)
_MARK = "x-zivver-transport"
_RPMSG = MailPart("application/x-microsoft-rpmsg-message", b"\x76\xe8", "message.rpmsg")
_SCOPED = "a relay rule that is for mail to outside only"


def _scoped(bench: Bench) -> Iterator[tuple[str, Edit]]:
    for rule in bench.relays:
        if any(test.predicate == "SentToScope" for test in rule.conditions):
            yield rule.name, {"set_rule": rule.name, "SentToScope": ""}


def _mails(bench: Bench, *words: str) -> tuple[DerivedMail, ...]:
    """Give the mails of the check of these sorts."""
    return tuple(
        mail
        for mail in bench.mails
        if any(mail.id.removesuffix("-on-premises").endswith(word) for word in words)
    )


def _without_scope(bench: Bench, sorts: tuple[str, ...]) -> Iterator[Staged]:
    mails = _mails(bench, *sorts)
    edits = tuple(edit for _, edit in _scoped(bench))
    if mails and edits:
        says = "the relay rules are for mail to anybody, not to outside only"
        yield Staged(says, edits, mails)


def _comes_back(bench: Bench) -> Iterator[Staged]:
    """Let mail of Zivver itself go round: neither scope nor exception keeps it."""
    edits = [edit for _, edit in _scoped(bench)]
    for rule in bench.relays:
        for test in rule.exceptions:
            if test.header.lower() == _MARK:
                edit = {"set_rule": rule.name, f"ExceptIf{test.predicate}": ""}
                edits.append(edit)
    mails = _mails(bench, "-zivver-notification", "-zivver-copy")
    if mails and edits:
        says = "the relay rules take mail that comes from Zivver as well"
        yield Staged(says, tuple(edits), mails)


def _each(
    bench: Bench, kind: type[SubjectHas | Labelled | SentBy], ending: str
) -> Iterator[Draft]:
    for scene in bench.scenes if connectors(bench) else ():
        if isinstance(scene.row.trigger, kind):
            yield shown(scene, ending)


def _ordinary(bench: Bench, draft: Draft, says: str) -> Staged:
    return Staged(says, mails=(bench.meant(draft, _PLAIN),))


def _answered(bench: Bench) -> Iterator[Staged]:
    for draft in _each(bench, SubjectHas, "answered"):
        again = replace(draft, subject=f"RE: {draft.subject}")
        yield _ordinary(bench, again, "an answer keeps the word")


def _usual_word(bench: Bench) -> Iterator[Staged]:
    for scene, trigger in bench.about(SubjectHas):
        draft = shown(scene, "usual")
        subject = f"{trigger.phrases[0]} parking at the station"
        says = "the word is meant as any other word"
        yield _ordinary(bench, replace(draft, subject=subject), says)


def _by_itself(bench: Bench, sorts: tuple[str, ...]) -> Iterator[Staged]:
    """Take mail of the check that nobody wrote, which is meant to be ordinary."""
    for mail in _mails(bench, *sorts):
        yield Staged(mail.sort, mails=(meant(mail, _PLAIN),))


def _newsletter(bench: Bench) -> Iterator[Staged]:
    for draft in _each(bench, SentBy, "newsletter"):
        news = replace(draft, subject="News of this month")
        yield _ordinary(bench, news, f"{draft.sender} sends a newsletter too")


def _default_label(bench: Bench) -> Iterator[Staged]:
    for draft in _each(bench, Labelled, "default"):
        yield _ordinary(bench, draft, "the label is on a mail by default")


def _foreign_label(bench: Bench) -> Iterator[Staged]:
    mails = tuple(
        mail
        for mail in _mails(bench, "-stranger")
        if any(scene.row.name == mail.intent.near_miss_of for scene in _labelled(bench))
    )
    edits = tuple(edit for _, edit in _scoped(bench))
    if mails and edits:
        says = "the relay rules are for mail to anybody, not to outside only"
        yield Staged(says, edits, mails)


def _labelled(bench: Bench) -> tuple[Scene, ...]:
    return tuple(scene for scene, _ in bench.about(Labelled))


def _twice_kept(bench: Bench) -> Iterator[Staged]:
    for scene in bench.scenes if connectors(bench) else ():
        draft = shown(scene, "rights")
        sealed = replace(
            draft,
            parts=(_RPMSG,),
            fields=(*draft.fields, b"Content-Class: rpmsg.message\r\n"),
        )
        mail = bench.meant(sealed, Obligation.MUST_BE_SECURE)
        yield Staged(
            "the label encrypts by itself, and the rule sends it to Zivver",
            mails=(mail,),
            is_by_itself=True,
            sees=_reaches_zivver,
        )


def _reaches_zivver(was: Outcome, then: Outcome) -> str:
    del was
    if {copy.disposition for copy in then.deliveries} & SECURE:
        return "the recipient opens the portal, and finds a file message.rpmsg"
    return ""


def _part_of_a_word(bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays:
        words = operands(rule, SUBJECT_TESTS)
        if words:
            edit = {
                "set_rule": rule.name,
                "SubjectContainsWords": "",
                "SubjectMatchesPatterns": list(words),
            }
            says = "looks for the letters, also within a longer word"
            yield widened(rule, says, edit)


_S, _I, _N = Guide.STATED, Guide.IMPLIED, Guide.SILENT
_OVER = (Harm.OVER,)
_entry = partial(entry, Part.CAPTURE, harms=_OVER, follows=_CAUGHT)
_SUBJECT_ROW = "a row of the policy about words in the subject"
_F93 = Failure(
    "F93",
    Part.CAPTURE,
    _OVER,
    "the rule is live from the moment it is saved, before anybody was told",
    "change",
    _S,
    (Notice.CHECKLIST,),
    evidence=Evidence.DOCUMENTED,
    sources=("zivver#F93",),
    why_not="which mail was sent in those hours is not in any configuration; the rule "
    "does to it what it is there for",
    instead="make the rule in test mode or for a group of pilots, tell people, and "
    "only then set it to Enforce",
)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        83,
        "mail to inside only is captured",
        "scope missing",
        _I,
        partial(_without_scope, sorts=("-inside",)),
        _SCOPED,
        evidence=Evidence.DOCUMENTED,
        sources=("exchange-rules#4",),
    ),
    _entry(
        84,
        "a stranger's mail is captured",
        "scope missing",
        _I,
        partial(_without_scope, sorts=("-stranger", "-forged")),
        _SCOPED,
    ),
    _entry(
        85,
        "what Zivver itself sends is captured, and goes round or is lost",
        "scope or exception missing",
        _I,
        _comes_back,
        "a relay rule with a scope or an exception for Zivver's own mail",
        harms=(Harm.LOOP, Harm.LOST),
        sources=("zivver#7",),
    ),
    _entry(
        86,
        "an answer keeps the word, and the whole talk is captured",
        "subject",
        _I,
        _answered,
        _SUBJECT_ROW,
        notice=(Notice.TRACE,),
    ),
    _entry(
        87,
        "the word is a usual word",
        "subject",
        _S,
        _usual_word,
        _SUBJECT_ROW,
        notice=(Notice.TRACE, Notice.CHECKLIST),
        evidence=Evidence.DOCUMENTED,
    ),
    _entry(
        88,
        "an automatic reply quotes the subject, and is captured",
        "subject",
        _N,
        partial(_by_itself, sorts=("-automatic-reply",)),
        _SUBJECT_ROW,
        notice=(Notice.TRACE,),
        harms=(Harm.OVER, Harm.LOST),
    ),
    _entry(
        89,
        "a meeting request is captured",
        "subject",
        _N,
        partial(_by_itself, sorts=("-calendar",)),
        _SUBJECT_ROW,
        notice=(Notice.TRACE,),
    ),
    _entry(
        90,
        "a read receipt or another system's report is captured",
        "subject",
        _N,
        partial(_by_itself, sorts=("-receipt",)),
        _SUBJECT_ROW,
        notice=(Notice.TRACE,),
        sources=("field-cases#system-mail",),
        corrects="NDRs and journal reports of Exchange itself skip the rules",
    ),
    _entry(
        91,
        "the fixed sender also sends newsletters",
        "sender",
        _I,
        _newsletter,
        "a row of the policy about a sender",
        notice=(Notice.TRACE, Notice.CHECKLIST),
    ),
    _entry(
        92,
        "the label is the default, or published too widely",
        "label",
        _N,
        _default_label,
        "a row of the policy about a label",
        notice=(Notice.TRACE, Notice.CHECKLIST),
    ),
    _F93,
    _entry(
        94,
        "a label of another organisation comes in, and is captured",
        "label",
        _N,
        _foreign_label,
        "a relay rule about a label, for mail to outside only",
        corrects="only where the GUID is the same; another's label never matches",
    ),
    _entry(
        95,
        "a label that encrypts, and Zivver besides",
        "double protection",
        _N,
        _twice_kept,
        A_RELAY_RULE,
        harms=(Harm.WEAK,),
        follows=(_K.WEAK,),
        notice=(Notice.TRACE,),
        sources=("field-cases#4",),
    ),
    _entry(
        96,
        "the word is found within a longer one",
        "subject",
        _N,
        _part_of_a_word,
        "a relay rule about words in the subject",
        evidence=Evidence.DOCUMENTED,
        sources=("exchange-rules#2.1",),
        corrects="words are whole words to Exchange; patterns are not",
    ),
)
