"""A generated tenant and mail spelt as a scenario that can be pasted into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario.toml_text import key_of, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.exchange.organization import Organization
    from harness.strategies.mails import DrawnFile, DrawnMail


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
        f"name = {text_of(name)}",
        "source = []  # which sentence is it",
        'evidence = "assumed"',
        f"mail_from = {text_of(str(mail.mail_from or ''))}",
        f"rcpt_to = {value_of([str(who) for who in mail.recipients])}",
        f"from = {text_of(mail.from_)}",
        f"to = {text_of(', '.join(map(str, mail.to)))}",
    ]
    if mail.cc:
        lines.append(f"cc = {text_of(', '.join(map(str, mail.cc)))}")
    if mail.subject is not None:
        lines.append(f"subject = {text_of(mail.subject)}")
    if mail.headers:
        fields = [
            raw.decode().replace("\r\n", "\n").rstrip("\n") for raw in mail.headers
        ]
        lines.append(f"headers = {value_of(fields)}")
    lines.append(f"{'html' if mail.is_html else 'body'} = {text_of(mail.body)}")
    if mail.authenticated:
        lines.append(f"authenticated = {text_of(str(mail.authenticated))}")
    else:
        lines.append("inbound = true")
    if mail.source:
        lines.append(f"source_address = {text_of(str(mail.source))}")
    lines += [f"# built as {mail.form}, its text in {mail.charset}"]
    if mail.files:
        lines.append(f"attachments = {value_of([_file(f) for f in mail.files])}")
    for rule in rules:
        lines += ["", "[[case.rules]]"]
        lines += [f"{key_of(key)} = {value_of(value)}" for key, value in rule.items()]
    if organization:
        lines += ["", *_comments(organization)]
    return "\n".join(lines) + "\n"


def _file(file: DrawnFile) -> dict[str, object]:
    if file.holds:
        held = [{"name": name, "text": file.text} for name in file.holds]
        return {"name": file.name, "holds": held}
    said = {"text": file.text} if file.text else {"octets": file.octets}
    return {"name": file.name, **said}


def _comments(organization: Organization) -> list[str]:
    entries = (
        *(organization.accepted_domains or ()),
        *(organization.outbound_connectors or ()),
        *(organization.send_connectors or ()),
    )
    return [f"# {organization.platform}", *(f"# {entry}" for entry in entries)]
