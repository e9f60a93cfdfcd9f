"""Saves derived mails as files, and opens mails that somebody saved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.check.baseline import Baseline, BaselineError, parse_baseline
from harness.check.derive import DerivedMail
from harness.check.saved import (
    Circumstances,
    LoadedMail,
    MailError,
    load,
    over,
    read_circumstances,
    write_circumstances,
)
from harness.exports.encodings import RawFile, decode
from harness.exports.problems import ExportError

_NOTHING_SAID = Circumstances()
_MOST = 150_000_000


def save_mails(mails: Iterable[DerivedMail], folder: Path | str) -> tuple[Path, ...]:
    """Write `<id>.eml` and `<id>.toml` of each mail; the folder is made if need be.

    Raises:
        MailError: the folder or a file cannot be written; one line.

    """
    place = Path(folder)
    written: list[Path] = []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for mail in mails:
            eml = place / f"{mail.id}.eml"
            eml.write_bytes(mail.item.content.raw)
            text = write_circumstances(mail.item, id_=mail.id, sort=mail.sort)
            eml.with_suffix(".toml").write_bytes(text.encode())
            written.append(eml)
    except OSError as error:
        raise MailError(f"{folder}: cannot be written: {_why(error)}") from None
    return tuple(written)


def read_baseline(path: Path | str) -> Baseline:
    """Read an earlier check from a file.

    Raises:
        BaselineError: it cannot be read, or is none; one line.

    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            octets = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        raise BaselineError(f"{path}: cannot be read: {_why(error)}") from None
    if len(octets) > _MOST:
        raise BaselineError(f"{path}: more than {_MOST} octets, expected a check")
    try:
        text = decode(RawFile(str(path), octets))
    except ExportError as problem:
        raise BaselineError(str(problem)) from None
    return parse_baseline(text, file=str(path))


def load_mail(path: Path | str, overrides: Circumstances = _NOTHING_SAID) -> LoadedMail:
    """Read a saved mail with the `.toml` beside it; `overrides` go before that.

    Raises:
        MailError: a file cannot be read or is no mail; one line.

    """
    place = Path(path)
    octets = _read(place, "a saved mail (.eml)")
    beside = place.with_suffix(".toml")
    given = _NOTHING_SAID
    if place.suffix.lower() != ".toml" and beside.is_file():
        raw = _read(beside, "TOML")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise MailError(f"{beside}: not UTF-8, expected TOML") from None
        given = read_circumstances(text, file=str(beside))
    return load(octets, over(overrides, given), file=str(path))


def _read(place: Path, expected: str) -> bytes:
    try:
        with place.open("rb") as file:
            octets = file.read(_MOST + 1)
    except FileNotFoundError:
        raise MailError(f"{place}: no such file, expected {expected}") from None
    except (OSError, ValueError) as error:
        raise MailError(f"{place}: cannot be read: {_why(error)}") from None
    if len(octets) > _MOST:
        raise MailError(f"{place}: more than {_MOST} octets, expected {expected}")
    return octets


def _why(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or "no usable file name").lower()
