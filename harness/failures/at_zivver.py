"""F. At Zivver, after it took the mail (zivver#19)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from harness.compare import FindingKind
from harness.duty import Obligation
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
    name_of,
    of_sheet,
)
from harness.failures.routing import A_CONNECTOR, connectors
from harness.outcome import SECURE, Disposition
from harness.policy.noun import SentBy
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from harness.outcome import Outcome

_K = FindingKind
_SECURE = Obligation.MUST_BE_SECURE


def _delivering(bench: Bench, says: str, **settings: object) -> Iterator[Staged]:
    if connectors(bench):
        yield Staged(says, ({"zivver": {"delivering": settings}},))


def _no_detail(bench: Bench) -> Iterator[Staged]:
    says = "recipients must prove themselves by SMS, and no number is known"
    yield from _delivering(bench, says, minimum="sms")


def _weak_minimum(bench: Bench) -> Iterator[Staged]:
    """Let a mail itself ask for the weakest proof."""
    for scene in bench.scenes if connectors(bench) else ():
        draft = shown(scene, "minimum")
        field = b"zivver-minimum-recipient-verification: verification-email\r\n"
        asks = replace(draft, fields=(*draft.fields, field))
        edit = {"zivver": {"delivering": {"minimum": "sms"}}}
        mail = bench.meant(asks, _SECURE)
        yield Staged(
            "a mail asks for an e-mail as proof, where others need an SMS",
            (edit,),
            (mail,),
            is_by_itself=True,
            sees=_ends(SECURE, "it goes out, and an e-mail is all the proof"),
        )


def _ends(
    wanted: frozenset[Disposition], says: str
) -> Callable[[Outcome, Outcome], str]:
    def sees(was: Outcome, then: Outcome) -> str:
        del was
        found = {copy.disposition for copy in then.deliveries}
        return says if found & wanted else ""

    return sees


def _soon_gone(bench: Bench) -> Iterator[Staged]:
    for scene in bench.scenes if connectors(bench) else ():
        draft = shown(scene, "expires")
        field = b"zivver-message-expiration: delete P1D\r\n"
        mail = bench.meant(replace(draft, fields=(*draft.fields, field)), _SECURE)
        yield Staged(
            "a mail asks to be deleted after a day",
            mails=(mail,),
            is_by_itself=True,
            sees=_ends(SECURE, "it goes out, and after a day nobody can read it"),
        )


def _trusted(bench: Bench) -> Iterator[Staged]:
    domain = bench.outsider.domain
    yield from _delivering(
        bench, f"{domain} is a trusted domain", trusted_domains=[domain]
    )


def _unfit(bench: Bench) -> Iterator[Staged]:
    domain = bench.outsider.domain
    settings = {"odd_domains": [domain], "odd_unfit": [domain]}
    if connectors(bench):
        yield Staged(
            f"{domain} is set for direct delivery, and its TLS is unfit",
            ({"zivver": {"delivering": settings}},),
            sees=_is_unfit,
        )


def _is_unfit(was: Outcome, then: Outcome) -> str:
    del was
    found = [copy.why for copy in then.deliveries if "TLS is unfit" in copy.why]
    return found[0] if found else ""


def _direct(bench: Bench) -> Iterator[Staged]:
    domain = bench.outsider.domain
    if connectors(bench):
        direct = frozenset({Disposition.SECURE_DIRECT})
        yield Staged(
            f"{domain} is set for direct delivery",
            ({"zivver": {"delivering": {"odd_domains": [domain]}}},),
            sees=_ends(
                direct, "it lies in the recipient's mailbox: none can revoke it"
            ),
        )


def _refused(bench: Bench) -> Iterator[Staged]:
    domain = bench.outsider.domain
    says = f"{domain} refuses what Zivver sends"
    yield from _delivering(bench, says, refusing=[domain])


def _unread(bench: Bench) -> Iterator[Staged]:
    """Let the bounce go to an address that nobody reads: an application's."""
    domain, home = bench.outsider.domain, bench.stage.writer.domain
    edits: list[Edit] = [{"zivver": {"delivering": {"refusing": [domain]}}}]
    robot = Address("robot", home)
    accounts = [
        {"address": str(one.address), "aliases": [str(a) for a in one.aliases]}
        for one in bench.world.zivver.accounts or ()
    ]
    edits.append({"zivver": {"account": [*accounts, {"address": str(robot)}]}})
    for scene in bench.scenes if connectors(bench) else ():
        if isinstance(scene.row.trigger, SentBy):
            continue
        draft = replace(shown(scene, "robot"), sender=robot)
        mail = bench.meant(draft, _SECURE)
        says = f"the bounce goes to {robot}, whose mailbox nobody has"
        yield Staged(says, tuple(edits), (mail,), is_by_itself=True)


def _cannot(
    number: int, harm: Harm, sentence: str, where: str, *, why_not: str, instead: str
) -> Failure:
    return Failure(
        name_of(number),
        Part.AT_ZIVVER,
        (harm,),
        sentence,
        where,
        Guide.SILENT,
        (Notice.CHECKLIST,),
        sources=of_sheet(number),
        why_not=why_not,
        instead=instead,
    )


_N = Guide.SILENT
_TRACE = (Notice.TRACE, Notice.CHECKLIST)
_entry = partial(entry, Part.AT_ZIVVER)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        72,
        "the proof of one recipient is missing, and all wait",
        "policy",
        _N,
        _no_detail,
        A_CONNECTOR,
        harms=(Harm.DELAY, Harm.LOST),
        follows=(_K.DELAY, _K.LOSS),
        notice=(Notice.CHECK, Notice.CHECKLIST),
        evidence=Evidence.DOCUMENTED,
        sources=("zivver#8",),
    ),
    _cannot(
        73,
        Harm.DUPLICATE,
        "the sender sends it again after that notice, and later finishes the draft",
        "user",
        why_not="what a person does after he read a notice is his own choice; both "
        "mails are right by themselves",
        instead="tell senders what the notice means: finish the draft, do not send "
        "the mail again",
    ),
    _entry(
        74,
        "an e-mail is enough as proof where more is needed",
        "policy",
        _N,
        _weak_minimum,
        A_CONNECTOR,
        harms=(Harm.WEAK,),
        follows=(_K.WEAK,),
        notice=_TRACE,
        sources=("zivver#7",),
    ),
    _entry(
        75,
        "a mail expires before it is read",
        "policy",
        _N,
        _soon_gone,
        A_CONNECTOR,
        harms=(Harm.LOST,),
        follows=(_K.LOSS,),
        notice=_TRACE,
        sources=("zivver#7",),
    ),
    _entry(
        76,
        "a trusted domain gets it without encryption",
        "policy",
        _N,
        _trusted,
        A_CONNECTOR,
        harms=(Harm.PLAIN,),
        follows=(_K.LEAK, _K.UNDETERMINED),
        sources=("zivver#8",),
        corrects="whether the list touches mail by SMTP is not documented: it is told "
        "as depending on that",
    ),
    _entry(
        77,
        "a domain for direct delivery fails the TLS check, and gets notifications",
        "delivery",
        _N,
        _unfit,
        A_CONNECTOR,
        harms=(Harm.WEAK,),
        follows=(_K.WEAK,),
        notice=(Notice.TRACE,),
        sources=("zivver#8",),
    ),
    _entry(
        78,
        "what was delivered directly cannot be revoked",
        "delivery",
        _N,
        _direct,
        A_CONNECTOR,
        harms=(Harm.WEAK,),
        follows=(_K.WEAK,),
        notice=(Notice.TRACE,),
        sources=("zivver#8",),
    ),
    _cannot(
        79,
        Harm.PLAIN,
        "the recipient answers outside the portal",
        "reply",
        why_not="the answer is a mail of somebody else's, from his own server to ours: "
        "no configuration of this organisation is on its way",
        instead="ask recipients to answer in the portal; look whether inbound mail "
        "quotes secure subjects",
    ),
    _entry(
        80,
        "the recipient's host refuses the notification, as it fails SPF or DKIM",
        "delivery",
        _N,
        _refused,
        A_CONNECTOR,
        harms=(Harm.LOST,),
        follows=(_K.LOSS,),
        notice=(Notice.CHECK, Notice.CHECKLIST),
        sources=("zivver#9",),
    ),
    _cannot(
        81,
        Harm.LOST,
        "the recipient's server never says that it could not deliver",
        "feedback",
        why_not="a server that takes the mail and stays silent looks like one that "
        "delivered it, to Zivver and to us",
        instead="look in Zivver for secure mail that was not opened after some days, "
        "and ask the recipient",
    ),
    _entry(
        82,
        "the bounce goes to the address of an application that nobody reads",
        "feedback",
        _N,
        _unread,
        A_CONNECTOR,
        harms=(Harm.LOST,),
        follows=(_K.LOSS,),
        sources=("zivver#9",),
    ),
)
