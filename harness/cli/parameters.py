"""What several commands take: the tenant with its policy, a time, a way of asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.check import Derivation, derive_of
from harness.cli.output import is_lively, spinner
from harness.cli.sizes import open_tenant
from harness.edits.files import read_plan
from harness.policy import Policy, PolicyError, parse_policy
from harness.policy.files import read_policy
from harness.world import with_readings

if TYPE_CHECKING:
    from harness.edits.plan import Plan
    from harness.exports import Tenant
    from harness.world import World

_DEFAULT = "policy"
_TOML = ".toml"
_NO_POLICY = Policy(())


@dataclass(frozen=True, slots=True)
class Case:
    """A tenant with the policy that it is held to, both named as people named them.

    `asked` is what `--policy` said; empty when the tenant's own was taken. With a plan,
    the world is what the plan makes of the tenant.
    """

    tenant: Tenant
    tenant_name: str
    policy: Policy | None
    policy_name: str = ""
    asked: str = ""
    plan: Plan | None = None

    @property
    def world(self) -> World:
        """The tenant's world, with the open questions that the policy settles."""
        return self._settled(self.planned)

    @property
    def planned(self) -> World:
        """The tenant as exported, or as the plan leaves it."""
        return self.plan.after if self.plan else self.tenant.world

    @property
    def world_before(self) -> World:
        """The same without the plan."""
        return self._settled(self.tenant.world)

    def _settled(self, world: World) -> World:
        return with_readings(world, self.policy.settled if self.policy else ())

    def derive(self) -> Derivation:
        """Derive mails; without a policy those that mean nothing particular."""
        return derive_of(self.policy or _NO_POLICY, self.world)

    def command(self, verb: str, *arguments: str) -> str:
        """Spell a command line that asks about the same tenant and policy."""
        words = ["relay-harness", verb, self.tenant_name, *arguments]
        if self.asked:
            words += ["--policy", self.asked]
        if self.plan:
            words += ["--plan", self.plan.file]
        return " ".join(map(spelt, words))


def read_moment(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> datetime | None:
    """Read a time of the command line; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        message = f"`{value}` is no time, expected 2026-11-25T09:00"
        raise click.BadParameter(message, context, parameter) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


at_option = click.option(
    "--at",
    metavar="TIME",
    callback=read_moment,
    help="The time of the mails, such as 2026-11-25T09:00 (UTC); now if not given.",
)
policy_option = click.option(
    "--policy",
    metavar="FILE",
    help="The policy, or the name of one in the tenant's folder; policy.toml there if "
    "not given.",
)
plan_option = click.option(
    "--plan",
    metavar="FILE",
    help="PowerShell lines that are to be typed (New-, Set-, Enable-, Disable-, "
    "Remove-): applied to a copy of the tenant, never run.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document instead."
)


def now() -> datetime:
    """Give the time: nothing behind this door asks the clock."""
    return datetime.now(UTC)


def open_case(tenant_name: str, policy: str | None, plan: str | None = None) -> Case:
    """Read a tenant, the policy that was named or lies in its folder, and a plan.

    Raises:
        ExportError: the tenant cannot be read, or a line of the plan not applied.
        PolicyError: the policy cannot be read.

    """
    case = _case(tenant_name, policy)
    return replace(case, plan=read_plan(plan, case.tenant.world)) if plan else case


def _case(tenant_name: str, policy: str | None) -> Case:
    tenant = open_tenant(tenant_name)
    known = tenant.policies
    if policy is None:
        if _DEFAULT not in known:
            return Case(tenant, tenant_name, None)
        text = known[_DEFAULT]
        name = _DEFAULT + _TOML
        return Case(tenant, tenant_name, parse_policy(text, file=name), name)
    stem = policy.removesuffix(_TOML)
    if stem in known and not Path(policy).exists():
        found = parse_policy(known[stem], file=stem + _TOML)
        return Case(tenant, tenant_name, found, stem + _TOML, policy)
    try:
        found = read_policy(policy)
    except PolicyError as problem:
        if known and not Path(policy).exists():
            names = ", ".join(f"`{name}`" for name in sorted(known))
            message = f"{problem}; the tenant's own are {names}"
            raise PolicyError(message) from None
        raise
    return Case(tenant, tenant_name, found, policy, policy)


def spelt(word: str) -> str:
    """Spell a word of a command line so that shells take it as one."""
    return f'"{word}"' if not word or any(c.isspace() for c in word) else word


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is being done, where somebody sits and watches."""
    if not is_lively():
        yield
        return
    with spinner(what):
        yield
