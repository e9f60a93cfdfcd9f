"""The open questions: all of them, and the recipe that settles one on a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.readings import QUESTIONS
from fakes.exchange.recipe import Look
from fakes.exchange.recipes import recipe_of
from fakes.zivver.readings import READINGS
from harness.report.data import Json, as_data
from harness.report.page import (
    QUIET,
    STRONG,
    copied,
    counted,
    line,
    listed,
    rows,
    shown,
)
from harness.world import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.recipe import Recipe
    from harness.report.page import Page, Part
    from harness.world import Settled

EML = "reading.eml"
_ZIVVER = {reading.name: reading for reading in READINGS.values()}
_WARNING = (
    "Microsoft's own warning: the mail of Test-Message enters the rules as any other; "
    "what they do really happens, blocking and moderation too, and notifications go "
    "to the people they are meant for. It works in Exchange Online only."
)
# exchange-rules#7.3: propagation of rules.
_WAIT = "Wait 30 minutes or more after a change: rules take that long to reach all."
_AFTER = "Get-TransportRule 'Reading test*' | Remove-TransportRule"
_SEND = "Send the mail below from a test mailbox: put your own addresses into it."
_ONLY_LOOKED = "Put your own addresses into it and into the lines below."


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question as it is told; `settled` if somebody has answered it."""

    name: str
    asks: str
    silent: str
    answers: tuple[str, ...]
    sources: tuple[str, ...]
    short: str
    settled: Settled | None = None

    @property
    def recipe(self) -> Recipe | None:
        """The recipe for a tenant of Exchange; Zivver's have words only."""
        return recipe_of(self.name) if self.name in QUESTIONS else None


def every_question(settled: tuple[Settled, ...] = ()) -> tuple[Asked, ...]:
    """Give every open question, Exchange's first, with who has settled it."""
    known = {one.name: one for one in settled}
    exchange = (
        Asked(
            name,
            question.asks,
            "Microsoft",
            ANSWERS[name],
            question.sources,
            question.settle,
            known.get(name),
        )
        for name, question in QUESTIONS.items()
    )
    zivver = (
        Asked(
            name,
            reading.question.rstrip("?"),
            "Zivver",
            ANSWERS[name],
            reading.sources,
            reading.recipe,
            known.get(name),
        )
        for name, reading in _ZIVVER.items()
    )
    return (*exchange, *zivver)


def readings_page(questions: tuple[Asked, ...]) -> Page:
    """Lay out all questions, a block each."""
    done = sum(asked.settled is not None for asked in questions)
    silent = listed(dict.fromkeys(asked.silent for asked in questions))
    page: list[Part] = [
        line(
            (counted(len(questions), "question"), STRONG),
            f" that {silent} leave open; {done or 'none'} settled.",
        ),
        line(
            "Mail that depends on one is never a pass until somebody settles it: "
            "`relay-harness readings NAME` says how."
        ),
    ]
    for asked in questions:
        page.append("")
        page.append(line((asked.name, STRONG), f": {asked.asks}?"))
        page.append(rows(_facts(asked), indent=2))
    return tuple(page)


def reading_page(asked: Asked, *, policy: str = "policy.toml") -> Page:
    """Lay out one question and the recipe that settles it on a tenant."""
    page: list[Part] = [
        line((asked.name, STRONG), f": {asked.asks}?"),
        line((f"{asked.silent} does not document it.", QUIET)),
        rows(_facts(asked), indent=2),
        "",
        line(("To settle it on a tenant", STRONG)),
    ]
    recipe = asked.recipe
    page.extend(_of_zivver(asked) if recipe is None else _of_exchange(asked, recipe))
    answer = asked.answers[0]
    page += [
        "",
        line(f"Then write into {shown(policy)}, with the answer that you saw:"),
        copied("[readings]", indent=2),
        copied(
            f'{asked.name} = {{ answer = "{answer}", by = "your name", '
            'on = 2026-11-25, evidence = "what you saw, and where" }',
            indent=2,
        ),
    ]
    return tuple(page)


def readings_data(questions: tuple[Asked, ...]) -> list[Json]:
    """Give the questions as data, each with its recipe."""
    return [reading_data(asked) for asked in questions]


def reading_data(asked: Asked) -> Json:
    """Give one question as data."""
    recipe = asked.recipe
    return {
        "name": asked.name,
        "question": asked.asks,
        "not_documented_by": asked.silent,
        "taken": asked.settled.answer if asked.settled else asked.answers[0],
        "default": asked.answers[0],
        "alternatives": list(asked.answers[1:]),
        "sources": list(asked.sources),
        "settled": as_data(asked.settled),
        "in_short": asked.short,
        "recipe": None
        if recipe is None
        else {
            "before": list(recipe.before),
            "mail": recipe.mail,
            "look_at": recipe.look.value,
            "commands": list(recipe.cmdlets),
            "decides": dict(recipe.signs),
            "note": recipe.note or None,
        },
    }


def _facts(asked: Asked) -> Iterator[tuple[str, str]]:
    default, *others = asked.answers
    yield "taken", f"{default} (unless somebody settles it)"
    yield "or", listed(others, last="or")
    yield "sources", ", ".join(asked.sources)
    if asked.settled:
        yield "settled", shown(f"{asked.settled.answer}: {asked.settled.told}")


def _of_zivver(asked: Asked) -> Iterator[Part]:
    yield line(asked.short, indent=2)


def _of_exchange(asked: Asked, recipe: Recipe) -> Iterator[Part]:
    """Number the steps: prepare, the mail, look, what decides, clean up."""
    steps = 0

    def step(text: str) -> Part:
        nonlocal steps
        steps += 1
        return line(f"{steps}. {text}", indent=2)

    yield line(f"In short: {asked.short}.", indent=2)
    if recipe.note:
        yield step(recipe.note)
    if recipe.before:
        yield step("In Exchange's shell:")
        yield from (copied(command, indent=5) for command in recipe.before)
        yield line(_WAIT, indent=5)
    is_tested = recipe.look is Look.TEST_MESSAGE
    what = f"Save the mail below as {EML}. {_ONLY_LOOKED}" if is_tested else _SEND
    yield step(what)
    yield from (copied(text, indent=5) for text in recipe.mail.rstrip("\n").split("\n"))
    yield step(f"Look at {recipe.look.value}{':' if recipe.cmdlets else '.'}")
    yield from (copied(command, indent=5) for command in recipe.cmdlets)
    if is_tested:
        yield line((_WARNING, QUIET), indent=5)
    if recipe.signs:
        yield step("What decides:")
        yield rows(((answer, sign) for answer, sign in recipe.signs), indent=5)
    if any("New-TransportRule" in command for command in recipe.before):
        yield step("Take the test rules away again:")
        yield copied(_AFTER, indent=5)
