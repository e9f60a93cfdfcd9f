"""The arguments of MAIL and RCPT, and the replies to those that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fakes.mail.address import Address, AddressError, parse_address
from fakes.mail.reply import Reply, reply
from fakes.smtp.replies import SYNTAX

BAD_SENDER = reply(553, "5.1.7", "The reverse-path is no mail address")
BAD_RECIPIENT = reply(553, "5.1.3", "The recipient is no mail address")
UNKNOWN_PARAMETER = reply(555, "5.5.4", "Unknown parameter")

# RFC 5321 4.1.2; a quoted local part may hold a `>`.
_PATH = re.compile(r'\s*(<(?:"(?:[^"\\]|\\.)*"|[^">])*>)(?: +(.*))?', re.DOTALL)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?")
_DIGITS = re.compile(r"[0-9]{1,20}")
_BODIES = {"7BIT", "8BITMIME"}
# RFC 3461 4; what they ask for is read and not acted on.
_RETURNS = re.compile(r"FULL|HDRS", re.IGNORECASE)
_NOTIFY = re.compile(
    r"NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*", re.IGNORECASE
)
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_ORIGINAL = re.compile(r"[A-Za-z0-9-]+;(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_OF_MAIL = {"RET": _RETURNS, "ENVID": _XTEXT}
_OF_RCPT = {"NOTIFY": _NOTIFY, "ORCPT": _ORIGINAL}


@dataclass(frozen=True, slots=True)
class Sender:
    """What MAIL says: the reverse-path, the size, and whether UTF-8 is meant."""

    reverse_path: Address | None
    size: int | None = None
    is_utf8: bool = False


def read_mail(
    argument: str, *, has_auth: bool, has_dsn: bool, may_be_utf8: bool
) -> Sender | Reply:
    """Read `FROM:<reverse-path> [SIZE=n] [BODY=...] [SMTPUTF8] [AUTH=...] [RET=...]`.

    What was not offered is unknown.
    """
    split = _split(argument, "FROM:")
    parameters = _parameters(split[1]) if split else None
    if split is None or parameters is None:
        return SYNTAX
    size = parameters.pop("SIZE", None)
    body = parameters.pop("BODY", "7BIT")
    is_utf8 = may_be_utf8 and parameters.pop("SMTPUTF8", False) is None
    if has_dsn and not _holds(parameters, _OF_MAIL):
        return SYNTAX
    if has_auth:
        # RFC 4954 5: whoever offers AUTH takes the parameter; we make nothing of it.
        parameters.pop("AUTH", None)
    if parameters:
        return UNKNOWN_PARAMETER
    if not body or body.upper() not in _BODIES or not _is_size(size):
        return SYNTAX
    path = None
    if split[0] != "<>":
        path = _address(split[0], otherwise=BAD_SENDER)
    if isinstance(path, Reply):
        return path
    return Sender(path, int(size) if size else None, is_utf8)


def read_rcpt(argument: str, *, has_dsn: bool) -> Address | Reply:
    """Read `TO:<forward-path> [NOTIFY=...] [ORCPT=...]`, the latter for DSN only."""
    split = _split(argument, "TO:")
    parameters = _parameters(split[1]) if split else None
    if split is None or parameters is None:
        return SYNTAX
    path, _ = split
    if has_dsn and not _holds(parameters, _OF_RCPT):
        return SYNTAX
    if parameters:
        return UNKNOWN_PARAMETER
    return _address(path, otherwise=BAD_RECIPIENT)


def _split(argument: str, keyword: str) -> tuple[str, tuple[str, ...]] | None:
    head, rest = argument[: len(keyword)], argument[len(keyword) :]
    match = _PATH.fullmatch(rest)
    if head.upper() != keyword or not match:
        return None
    return match[1], tuple((match[2] or "").split())


def _parameters(words: tuple[str, ...]) -> dict[str, str | None] | None:
    found: dict[str, str | None] = {}
    for word in words:
        match = _PARAMETER.fullmatch(word)
        if not match or match[1].upper() in found:
            return None
        found[match[1].upper()] = match[2]
    return found


def _holds(
    parameters: dict[str, str | None], forms: dict[str, re.Pattern[str]]
) -> bool:
    """Take these parameters out, and say whether each has its form."""
    given = [
        (form, parameters.pop(name))
        for name, form in forms.items()
        if name in parameters
    ]
    return all(form.fullmatch(value or "") for form, value in given)


def _is_size(text: str | None) -> bool:
    return text is None or bool(_DIGITS.fullmatch(text))


def _address(path: str, *, otherwise: Reply) -> Address | Reply:
    try:
        return parse_address(path[1:-1])
    except AddressError:
        return otherwise
