"""A generated tenant and mail spelt as a scenario that can be pasted into a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.exchange.organization import Organization
    from harness.strategies.mails import DrawnMail


def spell_case(
    mail: DrawnMail,
    rules: Sequence[Mapping[str, object]],
    *,
    name: str,
    organization: Organization | None = None,
) -> str:
    """Spell a case; what a scenario cannot say of the tenant stands in comments."""
    lines = [
        "[[case]]",
        f"name = {_text(name)}",
        "source = []  # which sentence is it",
        'evidence = "assumed"',
        f"mail_from = {_text(str(mail.mail_from or ''))}",
        f"rcpt_to = {_value([str(who) for who in mail.recipients])}",
        f"from = {_text(mail.from_)}",
        f"to = {_text(', '.join(map(str, mail.to)))}",
    ]
    if mail.cc:
        lines.append(f"cc = {_text(', '.join(map(str, mail.cc)))}")
    if mail.subject is not None:
        lines.append(f"subject = {_text(mail.subject)}")
    if mail.headers:
        fields = [
            raw.decode().replace("\r\n", "\n").rstrip("\n") for raw in mail.headers
        ]
        lines.append(f"headers = {_value(fields)}")
    lines.append(f"{'html' if mail.is_html else 'body'} = {_text(mail.body)}")
    if mail.authenticated:
        lines.append(f"authenticated = {_text(str(mail.authenticated))}")
    else:
        lines.append("inbound = true")
    for rule in rules:
        lines += ["", "[[case.rules]]"]
        lines += [f"{key} = {_value(value)}" for key, value in rule.items()]
    if organization:
        lines += ["", *_comments(organization)]
    return "\n".join(lines) + "\n"


def _comments(organization: Organization) -> list[str]:
    entries = (
        *(organization.accepted_domains or ()),
        *(organization.outbound_connectors or ()),
        *(organization.send_connectors or ()),
    )
    return [f"# {organization.platform}", *(f"# {entry}" for entry in entries)]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    # A JSON string is a TOML basic string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
