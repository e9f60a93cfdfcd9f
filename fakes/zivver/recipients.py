"""Who gets a mail: the envelope's recipients, or those of To and Cc (zivver#6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fakes.choices import Choices
from fakes.mail.address import Address, parse_address_list
from fakes.mail.content import Parsed
from fakes.mail.envelope import Envelope
from fakes.zivver.readings import BccMode, IgnoreValue, settle
from fakes.zivver.service import ZivverService

# zivver#7: the header that makes To and Cc count.
IGNORE_HEADER = "x-zivver-ignore-smtp-recipients"
VISIBLE_FIELDS = ("To", "Cc")


@dataclass(frozen=True, slots=True)
class Recipients:
    """The recipients of a mail, each once.

    `visible` are those of To and Cc; `bcc` those of the envelope that are not among
    them. `unread` names the fields of which a part could not be read: somebody may
    be missing.
    """

    resolved: tuple[Address, ...]
    visible: tuple[Address, ...]
    is_ignoring: bool
    bcc: tuple[Address, ...] = ()
    bcc_mode: BccMode | None = None
    unread: tuple[str, ...] = ()

    @property
    def exposed(self) -> tuple[Address, ...]:
        """The Bcc recipients whom the others see."""
        return self.bcc if self.bcc_mode is BccMode.EXPOSED else ()


def resolve_recipients(
    envelope: Envelope, parsed: Parsed, *, service: ZivverService, choices: Choices
) -> Recipients:
    """Resolve the recipients as zivver#6 has it."""
    lists = {name: parse_address_list(parsed.unfolded(name)) for name in VISIBLE_FIELDS}
    unread = tuple(name for name, found in lists.items() if not found.is_whole)
    visible = _once(a for found in lists.values() for a in found.addresses)
    sent_to = _once(envelope.recipients)
    if _is_ignoring(parsed, sent_to, visible, service=service, choices=choices):
        # Who stands in the envelope only has nowhere to come from (zivver#F64).
        return Recipients(visible, visible, is_ignoring=True, unread=unread)
    bcc = tuple(address for address in sent_to if address not in visible)
    mode = None
    # Alone in a conversation, nobody is there to see a Bcc recipient.
    if bcc and len(sent_to) > 1:
        mode = settle(service.bcc_mode, BccMode, choices)
    return Recipients(
        sent_to, visible, is_ignoring=False, bcc=bcc, bcc_mode=mode, unread=unread
    )


def _is_ignoring(
    parsed: Parsed,
    sent_to: tuple[Address, ...],
    visible: tuple[Address, ...],
    *,
    service: ZivverService,
    choices: Choices,
) -> bool:
    # zivver#6: any header of that name; zivver#21: the case of the value is open.
    values = [value.strip() for value in parsed.unfolded(IGNORE_HEADER)]
    if "true" in values:
        return True
    if not any(value.lower() == "true" for value in values):
        return False
    if set(sent_to) == set(visible):
        return service.ignore_value is not IgnoreValue.EXACT
    answer = settle(service.ignore_value, IgnoreValue, choices)
    return answer is IgnoreValue.CASE_BLIND


def _once(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses))
