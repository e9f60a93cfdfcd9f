"""The sorts of mail that a sender gives: who stands in From, however it comes in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.policy.noun import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.draft import Draft
    from harness.check.scene import Scene
    from harness.policy.noun import SentBy


def meeting(scene: Scene, trigger: SentBy) -> Iterator[Draft]:
    """Give mails with the sender in From."""
    writer, facts = scene.stage.writer, scene.stage.facts
    who = scene.sender
    yield scene.draft("plain-from", f"from {who}")
    draft = scene.draft("display-name", f"from {who}, with another name")
    yield replace(draft, display_name="Salaries, Contoso")
    draft = scene.draft("application", f"from {who}, by an application that logs in")
    yield replace(draft, authenticated=writer)
    draft = scene.draft("other-envelope", f"from {who}, another envelope sender")
    yield replace(draft, reverse_path=writer)
    if facts.application is not None:
        draft = scene.draft("anonymous", f"from {who}, by an application without login")
        yield replace(draft, authenticated=None, source=facts.application)
    own = scene.stage.own
    others = [a for a in trigger.addresses if a != who and a not in facts.groups]
    for number, address in enumerate(others, 2):
        if scene.row.senders or (
            own is not None and not is_own(address.domain_key, own)
        ):
            continue
        draft = scene.draft(f"sender-{number}", f"from {address}")
        yield replace(draft, sender=address, authenticated=address)


def missing(scene: Scene, trigger: SentBy) -> Iterator[Draft]:
    """Give mails that only seem to come from the sender."""
    writer, who = scene.stage.writer, scene.sender
    near = scene.row.name
    draft = scene.draft("envelope-only", f"{who} in the envelope only", near=near)
    yield replace(draft, sender=writer, authenticated=writer, reverse_path=who)
    draft = scene.draft("name-only", f"{who} as the name of somebody else", near=near)
    yield replace(draft, sender=writer, authenticated=writer, display_name=str(who))
    aliases = dict(scene.stage.facts.aliases).get(who, ())
    for alias in [a for a in aliases if a not in trigger.addresses][:1]:
        sort = f"from {alias}, another address of {who}"
        draft = scene.draft("alias", sort, near=near)
        yield replace(draft, sender=alias)


def shown(scene: Scene, trigger: SentBy) -> Draft:
    """Give the plainest mail that meets the row, for others to vary."""
    del trigger
    return scene.draft("plain", f"from {scene.sender}")
