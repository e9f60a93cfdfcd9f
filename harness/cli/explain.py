"""`relay-harness explain`: one mail, recipient by recipient, step by step."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from fakes.exchange.drive import NO_PATIENCE
from fakes.exchange.organization import accepted_domain
from harness.check import own_domains_of
from harness.check.files import load_mail
from harness.check.saved import Circumstances, MailError
from harness.cli.faults import (
    LONG,
    down_option,
    faults_option,
    outages_of,
    patience_option,
)
from harness.cli.output import show, show_data, width
from harness.cli.parameters import (
    Case,
    at_option,
    json_option,
    now,
    open_case,
    plan_option,
    policy_option,
    working,
)
from harness.cli.sizes import size_options
from harness.compare import compare
from harness.hybrid import name_of
from harness.policy import judge
from harness.report.explain import explanation
from harness.report.explain_data import explained
from harness.report.told import Told
from harness.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.rules.rule import Rule
    from fakes.internet.outages import Outage
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from harness.world import World

_SILENT = Circumstances()
_FILES = {".eml", ".toml", ".txt", ".msg"}
_NEAREST = 5


class _Given(TypedDict):
    """The options that say what is planned, and how a mail came in."""

    plan: str | None
    mail_from: str | None
    rcpt_to: tuple[str, ...]
    inbound: bool
    authenticated: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The mail that was asked about, and what was assumed of it."""

    item: MailItem
    assumed: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Time:
    """When the mail is sent, how long it is followed, and what is out of order."""

    sent: datetime
    patience: timedelta
    outages: tuple[Outage, ...]


@click.command("explain")
@click.argument("tenant")
@click.argument("mail")
@size_options
@policy_option
@plan_option
@click.option("--mail-from", metavar="ADDRESS", help="The envelope sender, or <>.")
@click.option(
    "--rcpt-to", metavar="ADDRESS", multiple=True, help="An envelope recipient."
)
@click.option("--inbound", is_flag=True, help="It comes from outside, without a login.")
@click.option("--authenticated", metavar="ADDRESS", help="The account that logged in.")
@click.option("--source", metavar="IP", help="The address of the client.")
@at_option
@faults_option
@down_option
@patience_option
@json_option
def explain_command(
    *,
    tenant: str,
    mail: str,
    policy: str | None,
    at: datetime | None,
    faults: str | None,
    down: tuple[str, ...],
    patience: timedelta | None,
    as_json: bool,
    **said: Unpack[_Given],
) -> None:
    """Tell what becomes of one MAIL in TENANT, and why.

    MAIL is an .eml file (the .toml that `check --save-mails` writes beside it says how
    it came in; options go before that) or the id of a mail of `check`. What nobody
    said is taken from the header, and printed. The exit code is 0 whatever becomes of
    the mail: the question was what, not whether.

    With --plan, it is the tenant that the plan would make of this one.

    With --down or --faults, hosts are out of order for some time, and the course of the
    mail is told: when it was tried, and when its sender hears of it.
    """
    case = open_case(tenant, policy, said["plan"])
    given = Circumstances(
        mail_from=said["mail_from"],
        rcpt_to=said["rcpt_to"] or None,
        authenticated=said["authenticated"],
        inbound=said["inbound"] or None,
        source=said["source"],
    )
    with working("following the mail"):
        asked = _mail(case, mail, given)
        sent = at or asked.at or now()
        outages = outages_of(faults, down, sent)
        wait = patience if patience is not None else (LONG if outages else NO_PATIENCE)
        told = _told(case, asked, _Time(sent, wait, outages))
    if as_json:
        show_data(explained(told, asked.item))
    else:
        show(explanation(told, width=width()))


def _mail(case: Case, mail: str, given: Circumstances) -> _Asked:
    path = Path(mail)
    if path.suffix.lower() in _FILES or path.exists():
        return _from_file(case, path, given)
    if given != _SILENT:
        raise click.UsageError(
            f"`{mail}` is no file, and a mail of `check` comes in as it is: leave out "
            "--mail-from, --rcpt-to, --inbound, --authenticated and --source"
        )
    mails = {derived.id: derived for derived in case.derive().mails}
    if mail in mails:
        return _Asked(mails[mail].item, at=mails[mail].at)
    near = difflib.get_close_matches(mail, mails, 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    hint = hint or f"; there are {', '.join(list(mails)[:_NEAREST])} and others"
    raise MailError(f"no file and no mail of this tenant's check: `{mail}`{hint}")


def _from_file(case: Case, path: Path, given: Circumstances) -> _Asked:
    if path.suffix.lower() == ".toml":
        # Either of the two files names the mail.
        path = path.with_suffix(".eml")
    loaded = load_mail(path, given)
    login = loaded.item.submission.authenticated
    is_assumed = any("logged in" in text for text in loaded.assumed)
    if login and is_assumed and _is_stranger(login, case.world):
        # Somebody who is not of ours has no account to log in to.
        loaded = load_mail(path, replace(given, inbound=True))
        why = f"it comes from outside: {login.domain} is no accepted domain"
        return _Asked(loaded.item, (*loaded.assumed, why))
    return _Asked(loaded.item, loaded.assumed)


def _is_stranger(address: Address, world: World) -> bool:
    sides = world.organizations
    if any(side.accepted_domains is None for side in sides):
        return False
    return all(accepted_domain(side, address.domain_key) is None for side in sides)


def _told(case: Case, asked: _Asked, time: _Time) -> Told:
    world = replace(case.world, outages=time.outages)
    outcome = simulate(asked.item, world, at=time.sent, patience=time.patience)
    told = Told(
        outcome,
        world.organization.rules or (),
        assumed=(*asked.assumed, *_planned(case)),
        settled=world.settled,
        sides=_rules_of_sides(world),
    )
    if case.policy is None:
        return told
    duties = judge(case.policy, asked.item, own_domains=own_domains_of(world))
    return replace(told, duties=duties, findings=compare(outcome, duties))


def _planned(case: Case) -> tuple[str, ...]:
    return (f"the lines of {case.plan.file} have been typed",) if case.plan else ()


def _rules_of_sides(world: World) -> Mapping[str, tuple[Rule, ...]]:
    sides = world.organizations if world.other else ()
    return MappingProxyType({name_of(side): side.rules or () for side in sides})
