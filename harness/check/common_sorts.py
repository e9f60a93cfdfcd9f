"""The sorts of mail that every row gives, and those that no row speaks of."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from fakes.mail.address import Address
from harness.check.draft import Draft, Part
from harness.check.label_sorts import unlabelled_file
from harness.duty import Obligation
from harness.policy.noun import Audience, Kind, Relayed, SentBy, SubjectHas, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.kinds import KindOfPerson
    from harness.check.scene import Scene, Stage
    from harness.policy.noun import Policy

_ZIVVER = Address("noreply", "zivver.com")
_MARK = b"X-Zivver-Transport: true\r\n"
_IGNORE = b"x-zivver-ignore-smtp-recipients: true\r\n"
_CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//contoso//EN\r\nMETHOD:REQUEST\r\n"
    b"BEGIN:VEVENT\r\nUID:1@contoso.example\r\nDTSTAMP:20260302T090000Z\r\n"
    b"DTSTART:20260309T090000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
# What makes a mail a reply, whatever its subject (RFC 5322 3.6.4).
THREAD = (
    b"In-Reply-To: <1@fabrikam.example>\r\n",
    b"References: <1@fabrikam.example>\r\n",
)
_PLAIN = Obligation.MUST_BE_PLAIN
_Recipients: TypeAlias = dict[str, tuple[Address, ...]]


def of_recipients(scene: Scene, shown: Draft) -> Iterator[Draft]:
    """Send the plainest mail of a row to other recipients."""
    stage = scene.stage
    info, cleo, _ = stage.outsiders
    colleague, writer = stage.colleague, stage.writer
    other = writer if writer not in (scene.sender, colleague) else cleo
    sort = shown.sort
    two = (colleague, other) if scene.row.to is Audience.INSIDE else (info, cleo)
    both: _Recipients = {"to": two}
    bcc: _Recipients = {"to": two[:1], "bcc": two[1:]}
    mixed: _Recipients = {"to": (info,), "cc": (colleague,)}
    for ending, text, changes in (
        ("two", "to two", both),
        ("bcc", "one in Bcc", bcc),
        ("mixed", "to outside and inside", mixed),
    ):
        yield _varied(scene, shown, ending, f"{sort}, {text}", changes)
    if stage.own is None:
        return
    ending, text, only = "inside", "to inside only", (colleague,)
    if scene.row.to is Audience.INSIDE:
        ending, text, only = "outside", "to outside only", (info,)
    draft = _varied(scene, shown, ending, f"{sort}, {text}", {"to": only})
    if scene.row.to is not Audience.ANYONE:
        draft = replace(draft, obligation=_PLAIN, near_miss_of=scene.row.name)
    yield draft


def to_kinds(
    scene: Scene, shown: Draft, kinds: tuple[KindOfPerson, ...]
) -> Iterator[Draft]:
    """Send the plainest mail of a row to each kind of recipient that there is."""
    own = scene.stage.own
    if own is None:
        return
    for kind in kinds:
        if kind.address == scene.sender:
            continue
        draft = _varied(
            scene,
            shown,
            f"to-{kind.name}",
            f"{shown.sort}, to {kind.says}",
            {"to": (kind.address,)},
        )
        is_inside = is_own(kind.address.domain_key, own)
        meant = Audience.INSIDE if is_inside else Audience.OUTSIDE
        if scene.row.to not in {Audience.ANYONE, meant}:
            near = scene.row.name
            draft = replace(draft, obligation=_PLAIN, near_miss_of=near)
        yield draft


def by_others(scene: Scene, shown: Draft) -> Iterator[Draft]:
    """Let what a row speaks of be sent in other ways, and by other people of ours."""
    stage, facts = scene.stage, scene.stage.facts
    deputy = stage.colleague if stage.colleague != scene.sender else stage.writer
    yield replace(
        shown,
        id=f"{scene.prefix}-on-behalf",
        sort=f"{shown.sort}, sent by {deputy} on behalf",
        fields=(*shown.fields, f"Sender: {deputy}\r\n".encode()),
        reverse_path=deputy,
        authenticated=deputy,
    )
    if isinstance(scene.row.trigger, SentBy):
        return
    if facts.application is not None:
        yield replace(
            shown,
            id=f"{scene.prefix}-anonymous",
            sort=f"{shown.sort}, by an application without login",
            authenticated=None,
            source=facts.application,
        )
    for kind in facts.senders if not scene.row.senders else ():
        if kind.address != scene.sender:
            yield replace(
                shown,
                id=f"{scene.prefix}-from-{kind.name}",
                sort=f"{shown.sort}, from {kind.says}",
                sender=kind.address,
                authenticated=kind.address,
            )


def replies(scene: Scene, shown: Draft) -> Iterator[Draft]:
    """Reply to what a row speaks of: one of ours, and whoever got it."""
    stage = scene.stage
    subject = f"{stage.reply}: {shown.subject}"
    reply = replace(shown, subject=subject, fields=(*shown.fields, *THREAD))
    if not isinstance(scene.row.trigger, SubjectHas):
        yield replace(
            reply, id=f"{scene.prefix}-reply", sort=f"{shown.sort}, in a reply"
        )
    if stage.own is not None:
        yield replace(
            reply,
            id=f"{scene.prefix}-answer",
            sort=f"{shown.sort}, answered from outside",
            sender=stage.outsiders[0],
            to=(scene.sender,),
            authenticated=None,
            source=stage.facts.stranger,
            obligation=_PLAIN,
            near_miss_of=scene.row.name,
        )


def inbound(scene: Scene, shown: Draft) -> Iterator[Draft]:
    """Let a stranger send what the row speaks of, under his name or under ours."""
    stage = scene.stage
    if stage.own is None:
        return
    comes = replace(
        shown,
        to=(stage.colleague,),
        authenticated=None,
        source=stage.facts.stranger,
        obligation=_PLAIN,
        near_miss_of=scene.row.name,
    )
    if not isinstance(scene.row.trigger, SentBy):
        yield replace(
            comes,
            id=f"{scene.prefix}-stranger",
            sort=f"{shown.sort}, from a stranger",
            sender=stage.outsiders[2],
        )
    # Whom the policy wants inside mail of, it cannot tell a forgery from.
    if scene.row.to is Audience.OUTSIDE:
        yield replace(
            comes,
            id=f"{scene.prefix}-forged",
            sort=f"{shown.sort}, forged by a stranger",
        )


def calendar_part() -> Part:
    """Give what makes a mail a meeting request."""
    return Part("text/calendar; charset=utf-8; method=REQUEST", _CALENDAR)


def receipt_part(sender: Address) -> Part:
    """Give what makes a mail a read receipt (RFC 8098 3.2)."""
    text = (
        f"Final-Recipient: rfc822;{sender}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    return Part("message/disposition-notification", text.encode())


def not_by_hand(scene: Scene, shown: Draft, policy: Policy) -> Iterator[Draft]:
    """Give automatic mail that meets the row: excepted if the policy excepts it."""
    automatic = replace(
        shown,
        reverse_path=None,
        fields=(
            *shown.fields,
            b"Auto-Submitted: auto-replied\r\n",
            b"X-Auto-Response-Suppress: All\r\n",
        ),
    )
    receipt = replace(
        shown,
        reverse_path=None,
        multipart="multipart/report; report-type=disposition-notification",
        parts=(receipt_part(scene.sender), *shown.parts),
    )
    calendar = replace(
        shown,
        multipart="multipart/alternative" if not shown.parts else shown.multipart,
        parts=(calendar_part(), *shown.parts),
    )
    for kind, text, draft in (
        (Kind.AUTOMATIC_REPLY, "an automatic reply", automatic),
        (Kind.RECEIPT, "a read receipt", receipt),
        (Kind.CALENDAR, "a meeting request", calendar),
    ):
        is_exempt = kind in policy.exempt
        yield replace(
            draft,
            id=f"{scene.prefix}-{kind.value}",
            sort=f"{shown.sort}, {text}",
            obligation=Obligation.NO_WORD if is_exempt else draft.obligation,
        )


def from_zivver(scene: Scene, shown: Draft, policy: Policy) -> Iterator[Draft]:
    """Give mail that comes back from Zivver and quotes what the row speaks of."""
    stage = scene.stage
    if stage.own is None:
        return
    back = replace(
        shown,
        to=(stage.colleague,),
        fields=(*shown.fields, _MARK),
        authenticated=None,
        source=stage.facts.stranger,
        obligation=_PLAIN,
        near_miss_of=scene.row.name,
    )
    if not isinstance(scene.row.trigger, SentBy):
        yield replace(
            back,
            id=f"{scene.prefix}-zivver-notification",
            sort=f"{shown.sort}, in a notification of Zivver",
            sender=_ZIVVER,
            display_name="Zivver",
        )
    if Kind.ZIVVER in policy.exempt or scene.row.to is Audience.OUTSIDE:
        yield replace(
            back,
            id=f"{scene.prefix}-zivver-copy",
            sort=f"{shown.sort}, delivered by Zivver to one of ours",
        )


def large(scene: Scene, shown: Draft) -> Iterator[Draft]:
    """Send what a row speaks of with a file that not every connector takes."""
    size = scene.stage.facts.large
    if size is None:
        return
    # In base64 57 octets are 78.
    octets = bytes(size * 57 // 78 + 1)
    yield replace(
        shown,
        id=f"{scene.prefix}-large",
        sort=f"{shown.sort}, with a large file",
        parts=(*shown.parts, Part("application/octet-stream", octets, "scan.bin")),
    )


def to_the_placeholder(stage: Stage) -> Iterator[Draft]:
    """Let a stranger write to the relay's own address, under a name of ours.

    exchange-routing#3.3: whoever may write to it is taken to Zivver with our
    credentials; with the header of our own rules he even chooses who gets it.
    """
    facts = stage.facts
    for number, address in enumerate(facts.placeholders, 1):
        prefix = "placeholder" if number == 1 else f"placeholder{number}"
        forged = Draft(
            f"{prefix}-outsider",
            "mail of a stranger to the relay's own address, under a name of ours",
            stage.writer,
            (),
            stage.everyday,
            Obligation.MUST_BE_REFUSED,
            bcc=(address,),
            source=facts.stranger,
        )
        yield replace(forged, to=(address,), bcc=())
        yield replace(
            forged,
            id=f"{prefix}-outsider-on",
            sort=f"{forged.sort}, meant for somebody outside",
            fields=(f"To: {stage.outsiders[0]}\r\n".encode(), _IGNORE),
        )


def everyday(stage: Stage) -> Iterator[Draft]:
    """Give mail of which no row speaks."""
    info, cleo, dirk = stage.outsiders
    first = Draft(
        "everyday-outside",
        "everyday mail to outside",
        stage.writer,
        (info,),
        stage.everyday,
        _PLAIN,
        authenticated=stage.writer,
    )
    yield first
    colleague = (stage.colleague,)
    for ending, text, changes in (
        ("two", "to two outside", {"to": (info, cleo)}),
        ("inside", "to inside", {"to": colleague}),
        ("mixed", "to outside and inside", {"cc": colleague}),
        ("bcc", "with one in Bcc", {"bcc": (cleo,)}),
        ("reply", "in a reply", {"subject": f"{stage.reply}: {stage.everyday}"}),
        ("attachment", "with a file without a label", {"parts": (unlabelled_file(),)}),
    ):
        yield replace(
            first,
            id=f"everyday-{ending}",
            sort=f"everyday mail {text}",
            **changes,
        )
    facts = stage.facts
    for kind in (*facts.kinds, *facts.partners):
        if kind.address != stage.writer:
            yield replace(
                first,
                id=f"everyday-to-{kind.name}",
                sort=f"everyday mail to {kind.says}",
                to=(kind.address,),
            )
    if facts.application is not None:
        yield replace(
            first,
            id="everyday-anonymous",
            sort="everyday mail by an application without login",
            authenticated=None,
            source=facts.application,
        )
    yield replace(
        first,
        id="everyday-inbound",
        sort="everyday mail from a stranger",
        sender=dirk,
        to=colleague,
        authenticated=None,
        source=stage.facts.stranger,
    )


def other_traffic(stage: Stage, policy: Policy) -> Iterator[Draft]:
    """Give the mail that goes to Zivver by itself, as far as the policy allows it."""
    first = next(everyday(stage))
    for kind in sorted(policy.may_be_secure):
        words, fields = _RELAYED[kind]
        yield replace(
            first,
            id=f"other-{kind}",
            sort=f"everyday mail, {words}",
            fields=fields,
            obligation=Obligation.NO_WORD,
        )


# zivver#7
_RELAYED: Mapping[Relayed, tuple[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        Relayed.ZIVVER_RELAY: (
            "marked for Zivver with the field zivver-relay",
            (b"zivver-relay: smart\r\n",),
        ),
        Relayed.DIRECT_REPLY: (
            "a reply to what Zivver delivered directly",
            (b"References: <zivver-sdr-7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162>\r\n",),
        ),
        Relayed.PLUG_IN: (
            "sent by Zivver's plug-in",
            (b"zivver-relay: zivver-message-info\r\n",),
        ),
    }
)


def _varied(
    scene: Scene,
    shown: Draft,
    ending: str,
    sort: str,
    changes: _Recipients,
) -> Draft:
    return replace(
        shown,
        id=f"{scene.prefix}-{ending}",
        sort=sort,
        **changes,  # type: ignore[arg-type]
    )
