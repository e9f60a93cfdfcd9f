"""A saved mail: `.eml` with a small `.toml` beside it that says how it came in."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.address import Address, AddressError, parse_address, parse_address_list
from fakes.mail.content import Content, Parsed, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission

if TYPE_CHECKING:
    from collections.abc import Callable

_NULL = "<>"


class MailError(ValueError):
    """A mail cannot be read; one line: file, what was found, what was expected."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a mail comes in; None where it was not said.

    `mail_from` is an address or `<>`. `authenticated` is the account that logged in,
    empty for nobody; `inbound` says that it comes anonymously from outside, and
    `passes_spf` whether it may, where DNS does not tell.
    """

    mail_from: str | None = None
    rcpt_to: tuple[str, ...] | None = None
    authenticated: str | None = None
    inbound: bool | None = None
    source: str | None = None
    helo: str | None = None
    passes_spf: bool | None = None


@dataclass(frozen=True, slots=True)
class LoadedMail:
    """A mail, and what of its circumstances had to be assumed."""

    item: MailItem
    assumed: tuple[str, ...] = ()


def read_circumstances(text: str, *, file: str) -> Circumstances:
    """Read the `.toml` that lies beside a mail.

    Raises:
        MailError: it is no TOML, or has a key or a value that is none.

    """
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        # Not only a TOMLDecodeError: a number may have more digits than Python reads.
        what = " ".join(str(error).split())
        raise MailError(f"{file}: no TOML: {what}") from None
    except RecursionError:
        raise MailError(f"{file}: no TOML: nested too deeply") from None
    known = [field.name for field in fields(Circumstances)]
    given: dict[str, object] = {}
    for key, value in data.items():
        if key in _NOTES:
            continue
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.6)
            hint = f", did you mean `{near[0]}`?" if near else ""
            raise MailError(f"{file}: unknown key `{key}`{hint}")
        given[key] = _VALUES[key](value, f"{file}: `{key}`")
    return Circumstances(**given)  # type: ignore[arg-type]


def write_circumstances(item: MailItem, *, id_: str, sort: str) -> str:
    """Write the `.toml` of a mail, so that reading it gives the same again."""
    submission = item.submission
    path = item.envelope.reverse_path
    lines = [
        f"id = {_quoted(id_)}",
        f"sort = {_quoted(sort)}",
        f"mail_from = {_quoted(str(path) if path else _NULL)}",
        f"rcpt_to = [{', '.join(_quoted(str(r)) for r in item.envelope.recipients)}]",
        f"authenticated = {_quoted(str(submission.authenticated or ''))}",
        f"helo = {_quoted(submission.helo)}",
    ]
    if submission.source is not None:
        lines.append(f"source = {_quoted(str(submission.source))}")
    if submission.passes_spf is not None:
        lines.append(f"passes_spf = {str(submission.passes_spf).lower()}")
    return "\n".join(lines) + "\n"


def over(first: Circumstances, second: Circumstances) -> Circumstances:
    """Let what the first says go before the second."""
    said = {
        field.name: value
        for field in fields(Circumstances)
        if (value := getattr(first, field.name)) is not None
    }
    return replace(second, **said)


def load(octets: bytes, given: Circumstances, *, file: str) -> LoadedMail:
    """Make a mail of its octets and circumstances, and say what was assumed.

    Raises:
        MailError: there is no header, no recipient, or an address that is none.

    """
    content = Content(_with_crlf(octets))
    parsed = parse(content)
    if not parsed.fields:
        what = "empty" if not octets.strip() else "no mail: it has no header fields"
        raise MailError(f"{file}: {what}, expected a saved mail (.eml)")
    assumed: list[str] = []
    author = next(iter(parse_address_list(parsed.unfolded("From")).addresses), None)
    path = _reverse_path(given, author, assumed, file)
    recipients = _recipients(given, parsed, assumed, file)
    submission = _submission(given, path or author, assumed, file)
    return LoadedMail(
        MailItem(Envelope(path, recipients), content, submission), tuple(assumed)
    )


def _reverse_path(
    given: Circumstances, author: Address | None, assumed: list[str], file: str
) -> Address | None:
    if given.mail_from is not None:
        text = given.mail_from.strip()
        return None if text in {"", _NULL} else _address(text, file, "mail_from")
    if author is None:
        raise MailError(f"{file}: no address in From, expected one or --mail-from")
    assumed.append(f"envelope sender {author} (From)")
    return author


def _recipients(
    given: Circumstances, parsed: Parsed, assumed: list[str], file: str
) -> tuple[Address, ...]:
    if given.rcpt_to is not None:
        found = tuple(_address(text, file, "rcpt_to") for text in given.rcpt_to)
    else:
        values = (*parsed.unfolded("To"), *parsed.unfolded("Cc"))
        found = parse_address_list((*values, *parsed.unfolded("Bcc"))).addresses
        listed = ", ".join(str(a) for a in found[:3]) + (", ..." if found[3:] else "")
        assumed.append(f"envelope recipients {listed} (To and Cc)")
    if not found:
        raise MailError(f"{file}: nobody in To or Cc, expected somebody or --rcpt-to")
    return tuple(dict.fromkeys(found))


def _submission(
    given: Circumstances, sender: Address | None, assumed: list[str], file: str
) -> Submission:
    helo = given.helo or "client.example"
    source = None
    if given.source is not None:
        try:
            source = ip_address(given.source)
        except ValueError:
            found = f"`{_cut(given.source)}` is no IP address"
            raise MailError(f"{file}: source: {found}") from None
    if given.authenticated and given.inbound:
        raise MailError(f"{file}: inbound and authenticated, expected one of them")
    if given.authenticated:
        account = _address(given.authenticated, file, "authenticated")
        return Submission(account, source, helo)
    if given.authenticated is None and given.inbound is not True and source is None:
        if sender is not None:
            assumed.append(f"submitted by {sender}, logged in")
        return Submission(sender, source, helo)
    return Submission(None, source, helo, passes_spf=given.passes_spf)


def _address(text: str, file: str, key: str) -> Address:
    try:
        return parse_address(text.strip())
    except AddressError as problem:
        raise MailError(f"{file}: {key}: {problem}") from None


def _with_crlf(octets: bytes) -> bytes:
    """Give lines the ends that mail has on its way; files often have lost them."""
    if b"\r\n" in octets:
        return octets
    return octets.replace(b"\n", b"\r\n")


def _text(value: object, place: str) -> str:
    if isinstance(value, str):
        return value
    raise MailError(f"{place} is no text, expected one in quotes")


def _texts(value: object, place: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_text(entry, place) for entry in values)


def _truth(value: object, place: str) -> bool:
    if isinstance(value, bool):
        return value
    raise MailError(f"{place} is neither true nor false")


_VALUES: Mapping[str, Callable[[object, str], object]] = MappingProxyType(
    {
        "mail_from": _text,
        "rcpt_to": _texts,
        "authenticated": _text,
        "inbound": _truth,
        "passes_spf": _truth,
        "source": _text,
        "helo": _text,
    }
)
# What is written for people only.
_NOTES = frozenset({"id", "sort"})


def _quoted(text: str) -> str:
    """Write a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = (c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped)
    return f'"{"".join(safe)}"'


def _cut(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in short)
