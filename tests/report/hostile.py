"""A tenant whose every name tries something, and checks of tenants, for reports."""

from harness.check import derive, facts_of
from harness.check.fingerprint import of_world
from harness.check.remedy import Checked as Tried
from harness.check.remedy import find_remedies
from harness.check.run import check
from harness.exports import Tenant
from harness.policy import parse_policy
from harness.report.causes import Examined, Reported
from harness.report.check import Checked
from harness.report.several import Unread
from tests.report.samples import AT, SUBJECT, world

NASTY = (
    "</script><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "@everyone ![p](http://e.example) `` ` | # <b>",
    "[l](http://e.example) www.e.example **b** __c__",
    "]]> &amp; \x1b[31m \u202e\ufffe\x00 \n# heading\n- item",
)
LEAKY = {"SentToScope": "NotInOrganization", "ExceptIfSubjectContainsWords": ["Secure"]}
POLICY = '[[must_be_secure]]\nname = {name}\nsubject = ["Secure"]\n'


def examined(*rules, policy=None, tenant="my-tenant"):
    place = world(*rules)
    text = policy or POLICY.format(name='"the word"')
    intent = parse_policy(text)
    mails = derive(intent, facts_of(place))
    report = check(place, intent, mails.mails, at=AT, vacuous=mails.vacuous)
    remedies = find_remedies(Tried(place, intent, mails.mails, AT, report))
    checked = Checked(
        report,
        tenant=tenant,
        date="2026-11-25",
        read="1 mail flow rule",
        again=lambda mail: f"relay-harness explain {tenant} {mail}",
        policy="policy.toml",
        remedies=remedies,
        not_judged=report.not_judged,
        not_exported=report.not_exported,
        fingerprint=of_world(place),
    )
    return Examined(checked, Tenant(tenant, place.organization), intent, AT)


def leaking():
    return examined(SUBJECT | LEAKY)


def nasty(name):
    """A check in which the rule, the row, the place and the tenant bear a name."""
    row = (
        '"'
        + "".join(f"\\U{ord(sign):08X}" for sign in name if sign.isprintable())
        + '"'
    )
    rule = SUBJECT | LEAKY | {"Name": name}
    return examined(rule, policy=POLICY.format(name=row), tenant=name)


def reported(*every):
    return Reported(every, (Unread("gone", "no such folder"),))
