"""The sorts of mail that a subject word or phrase gives, and its near misses."""

from __future__ import annotations

import base64
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.content import make_field
from harness.check.common_sorts import THREAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.draft import Draft
    from harness.check.scene import Scene
    from harness.policy.noun import SubjectHas

# Cyrillic letters that look like Latin ones.
_LOOK_ALIKES: Mapping[str, str] = MappingProxyType(
    dict(zip("acehiopxyACEHIOPXBKMT", "асеһіорхуАСЕНІОРХВКМТ", strict=True))  # noqa: RUF001
)


def meeting(scene: Scene, trigger: SubjectHas) -> Iterator[Draft]:
    """Give mails whose subject has the words, wherever and however written."""
    first, *others = trigger.phrases
    thing, when = scene.stage.thing, scene.stage.when
    for ending, sort, subject in (
        ("start", "at the start", f"{first} {thing} {when}"),
        ("middle", "in the middle", f"{thing} {first} {when}"),
        ("end", "at the end", f"{thing} {when} {first}"),
        ("alone", "alone", first),
        ("colon", "before a colon", f"{first}: {thing} {when}"),
        ("brackets", "in brackets", f"[{first}] {thing} {when}"),
        ("other-case", "in capitals", f"{thing} {_other_case(first)} {when}"),
    ):
        yield scene.draft(ending, f'"{first}" {sort}', subject=subject)
    subject = f"{scene.stage.reply}: {first} {thing} {when}"
    reply = scene.draft("reply", f'"{first}" in a reply', subject=subject)
    yield replace(reply, fields=THREAD)
    yield from _encoded(scene, first)
    for number, phrase in enumerate(others, 2):
        subject = f"{thing} {phrase} {when}"
        yield scene.draft(f"phrase-{number}", f'"{phrase}" in it', subject=subject)


def missing(scene: Scene, trigger: SubjectHas) -> Iterator[Draft]:
    """Give mails that only resemble that."""
    first = trigger.phrases[0]
    thing, when = scene.stage.thing, scene.stage.when
    if first[-1].isascii() and first[-1].isalpha():
        longer = first + ("d" if first[-1] in "eE" else "ing")
        subject = f"{thing} {longer} {when}"
        yield _near(scene, "longer", f'longer: "{longer}"', subject)
    if first[0].isascii() and first[0].isalpha():
        longer = "in" + first[0].lower() + first[1:]
        subject = f"{thing} {longer} {when}"
        yield _near(scene, "prefix", f'longer: "{longer}"', subject)
    strange = _look_alike(first)
    if strange != first:
        subject = f"{thing} {strange} {when}"
        sort = f'"{first}" in letters that only look alike'
        yield _near(scene, "look-alike", sort, subject)
    text = f"Good morning,\r\n\r\n{first}: the details follow.\r\n"
    draft = _near(scene, "body-only", f'"{first}" in the body only', "")
    yield replace(draft, text=text)


def shown(scene: Scene, trigger: SubjectHas) -> Draft:
    """Give the plainest mail that meets the row, for others to vary."""
    first = trigger.phrases[0]
    subject = f"{scene.stage.thing} {first} {scene.stage.when}"
    return scene.draft("plain", f'"{first}" in the subject', subject=subject)


def _near(scene: Scene, ending: str, sort: str, subject: str) -> Draft:
    return scene.draft(ending, sort, subject=subject, near=scene.row.name)


def _encoded(scene: Scene, phrase: str) -> Iterator[Draft]:
    """Write the same subject as RFC 2047 and RFC 5322 allow it."""
    text = f"{scene.stage.thing} {phrase} \u2013 {scene.stage.when}"
    cut = len(scene.stage.thing) + 1 + len(phrase[:2])
    halves = (text[:cut], text[cut:])
    line = make_field("Subject", f"{phrase} {scene.stage.everyday}").raw
    for ending, sort, raw in (
        ("base64", "encoded (B)", _subject(_word_b(text))),
        ("quoted", "encoded (Q)", _subject(_word_q(text))),
        ("split", "encoded, split over two words", _subject(*map(_word_b, halves))),
    ):
        draft = scene.draft(ending, f'"{phrase}" {sort}', subject=text)
        yield replace(draft, raw_subject=raw)
    draft = scene.draft("folded", f'"{phrase}" on a folded line')
    raw = line.replace(b"Subject: ", f"Subject: {scene.stage.thing},\r\n ".encode(), 1)
    yield replace(draft, raw_subject=raw)


def _subject(*words: str) -> bytes:
    return ("Subject: " + "\r\n ".join(words) + "\r\n").encode("ascii")


def _word_b(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode('ascii')}?="


def _word_q(text: str) -> str:
    octets = (
        chr(o) if chr(o).isalnum() and o < 0x80 else f"={o:02X}" for o in text.encode()
    )
    return f"=?utf-8?Q?{''.join(octets)}?="


def _other_case(text: str) -> str:
    upper = text.upper()
    # A letter that has no single capital would become two.
    if upper == text or len(upper) != len(text):
        return text.lower()
    return upper


def _look_alike(text: str) -> str:
    """Exchange the last letter that has a twin."""
    for index in range(len(text) - 1, -1, -1):
        if text[index] in _LOOK_ALIKES:
            return text[:index] + _LOOK_ALIKES[text[index]] + text[index + 1 :]
    return text
