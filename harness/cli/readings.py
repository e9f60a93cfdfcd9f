"""`relay-harness readings`: what nobody documents, and how to find it out."""

from __future__ import annotations

import difflib

import click

from harness.cli.output import show, show_data
from harness.cli.parameters import json_option
from harness.policy.files import read_policy
from harness.report.readings import (
    Asked,
    every_question,
    reading_data,
    reading_page,
    readings_data,
    readings_page,
)


@click.command("readings")
@click.argument("name", required=False)
@click.option(
    "--policy", metavar="FILE", help="A policy; what it settles is shown as settled."
)
@click.option("--eml", is_flag=True, help="Print the mail of the recipe alone.")
@json_option
def readings_command(
    *, name: str | None, policy: str | None, eml: bool, as_json: bool
) -> None:
    """List what Microsoft and Zivver leave open; with NAME, how to find it out.

    A recipe is a mail, a cmdlet, and what each answer looks like, to be tried on a
    tenant of your own. A `[readings]` table in policy.toml takes the answer.
    """
    questions = every_question(read_policy(policy).settled if policy else ())
    if name is None:
        if eml:
            raise click.UsageError("--eml needs the NAME of a question")
        if as_json:
            show_data(readings_data(questions))
        else:
            show(readings_page(questions))
        return
    asked = _find(name, questions)
    if eml:
        _show_mail(asked)
    elif as_json:
        show_data(reading_data(asked))
    else:
        show(reading_page(asked, policy=policy or "policy.toml"))


def _find(name: str, questions: tuple[Asked, ...]) -> Asked:
    known = {asked.name: asked for asked in questions}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    hint = hint or ", `relay-harness readings` lists them"
    raise click.UsageError(f"no open question `{name}`{hint}")


def _show_mail(asked: Asked) -> None:
    if asked.recipe is None:
        raise click.UsageError(f"the recipe of `{asked.name}` needs no mail of ours")
    click.echo(asked.recipe.mail, nl=False)
