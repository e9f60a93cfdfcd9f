"""Mails that mean what no rule sees: hidden words, labels elsewhere, other senders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from fakes.mail.attachments import DocumentKind, LabelPlace, labelled_document
from fakes.mail.content import Content, make_field
from fakes.mail.labels import LabelSpec, Profile, build_field
from harness.check.draft import Part as MailPart
from harness.duty import Obligation
from harness.failures.bench import Bench, shown
from harness.failures.noun import Staged
from harness.failures.rules import SUBJECT_TESTS, operands
from harness.policy.noun import Labelled, SentBy, SubjectHas

if TYPE_CHECKING:
    from harness.check.draft import Draft

_SECURE = Obligation.MUST_BE_SECURE
_SITE = "7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162"
_ACTION = "5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293"
_DATE = datetime(2026, 3, 2, 8, 59, 30, tzinfo=UTC)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MARK = "X-Zivver-Transport"
_SEALED = (
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n"
)
# Where a person types another character than the rule looks for, unseen.
_HIDDEN = (("a soft hyphen", "\u00ad"), ("a zero-width blank", "\u200b"))
_TWINS = str.maketrans("aceiopACEHKMOPTX", "асеіорАСЕНКМОРТХ")  # noqa: RUF001


def hidden_word(bench: Bench) -> Iterator[Staged]:
    """Hide letters of the word, and write it so that only the eye takes it for it."""
    for scene, trigger in bench.about(SubjectHas):
        word = trigger.phrases[0]
        for what, character in _HIDDEN:
            yield _spelt(bench, shown(scene, "hidden"), word, what, character)
        twin = word.translate(_TWINS)
        if twin != word:
            draft = shown(scene, "twin")
            subject = draft.subject.replace(word, twin)
            mail = bench.meant(replace(draft, subject=subject), _SECURE)
            yield Staged(
                f'"{word}" is written with letters that only look so', mails=(mail,)
            )


def in_the_body(bench: Bench) -> Iterator[Staged]:
    """Write the word into the text only."""
    for scene, trigger in bench.about(SubjectHas):
        word = trigger.phrases[0]
        draft = replace(
            shown(scene, "body"),
            subject=scene.stage.everyday,
            text=f"Good morning,\r\n\r\n{word}: the details follow.\r\n",
        )
        mail = bench.meant(draft, _SECURE)
        yield Staged(f'"{word}" stands in the text only', mails=(mail,))


def on_the_file(bench: Bench) -> Iterator[Staged]:
    """Put the label on the attached file only."""
    for scene, trigger in bench.about(Labelled):
        octets = labelled_document(
            DocumentKind.DOCX, _label(trigger), LabelPlace.CUSTOM_XML
        )
        draft = replace(
            shown(scene, "file"),
            fields=(),
            parts=(MailPart(_DOCX, octets, "report.docx"),),
        )
        mail = bench.meant(draft, _SECURE)
        yield Staged("the label is on the attached file only", mails=(mail,))


def no_label(bench: Bench) -> Iterator[Staged]:
    """Send without the label that the writer thinks is there."""
    for scene, _ in bench.about(Labelled):
        draft = replace(shown(scene, "unlabelled"), fields=(), parts=())
        mail = bench.meant(draft, _SECURE)
        yield Staged("the client wrote no label", mails=(mail,))


def label_off(bench: Bench) -> Iterator[Staged]:
    """Send with the label taken off."""
    for scene, trigger in bench.about(Labelled):
        field = build_field(Profile.P1, _label(trigger, is_on=False))
        draft = replace(shown(scene, "off"), fields=(field,), parts=())
        mail = bench.meant(draft, _SECURE)
        yield Staged("the label was taken off again", mails=(mail,))


def alias(bench: Bench) -> Iterator[Staged]:
    """Write as another address of the same sender."""
    for scene, trigger in bench.about(SentBy):
        who = scene.sender
        plus = Address(f"{who.local}+2026", who.domain)
        known = dict(bench.stage.facts.aliases).get(who, ())
        for other in (*known, plus):
            if other in trigger.addresses:
                continue
            draft = replace(shown(scene, "alias"), sender=other)
            mail = bench.meant(draft, _SECURE)
            yield Staged(f"{who} writes as {other}", mails=(mail,))


def by_hand(bench: Bench) -> Iterator[Staged]:
    """Let a sender add the header that keeps mail from going round."""
    for scene in bench.scenes:
        draft = shown(scene, "by-hand")
        field = make_field(_MARK, "true").raw
        mail = bench.meant(replace(draft, fields=(*draft.fields, field)), _SECURE)
        yield Staged(f"somebody adds {_MARK} by hand", mails=(mail,))


def sealed(bench: Bench) -> Iterator[Staged]:
    """Have the rule look into the body, which S/MIME keeps shut."""
    for scene, trigger in bench.about(SubjectHas):
        draft = replace(shown(scene, "sealed"), subject=scene.stage.everyday)
        open_ = bench.meant(draft, _SECURE)
        head, _, _ = open_.item.content.raw.partition(b"Content-Type:")
        item = replace(open_.item, content=Content(head + _SEALED))
        for rule in bench.relays:
            if set(trigger.phrases) & set(operands(rule, SUBJECT_TESTS)):
                edit = {
                    "set_rule": rule.name,
                    "SubjectContainsWords": "",
                    "SubjectOrBodyContainsWords": list(trigger.phrases),
                }
                says = f'rule "{rule.name}" looks into a body that S/MIME keeps shut'
                mails = (replace(open_, item=item),)
                yield Staged(says, (edit,), mails, is_by_itself=True)


def _spelt(bench: Bench, draft: Draft, word: str, what: str, character: str) -> Staged:
    subject = draft.subject.replace(word, word[:1] + character + word[1:])
    mail = bench.meant(replace(draft, subject=subject), _SECURE)
    return Staged(f'"{word}" has {what} in it', mails=(mail,))


def _label(trigger: Labelled, *, is_on: bool = True) -> LabelSpec:
    return LabelSpec(
        trigger.guids[0], _SITE, "Confidential", _ACTION, _DATE, enabled=is_on
    )
