"""The edge: opens what is packaged for reports, and writes reports to files."""

from __future__ import annotations

import importlib.resources
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import harness
from harness.report.check_data import SCHEMA
from harness.report.html_page import Stencil

# In a wheel the pages lie beside the code, in a checkout where people read them.
_PACKAGE = Path(harness.__file__).parent
_PAGES = (_PACKAGE / "findings", _PACKAGE.parent / "docs" / "findings")
_NOTE = "README"


def read_schema() -> str:
    """Give the JSON Schema of what `check --json` prints."""
    return _packaged("schema", f"{SCHEMA}.json")


def read_stencil() -> Stencil:
    """Give what the page of HTML is made with."""
    return Stencil(_packaged("stencil", "page.html"), _packaged("stencil", "style.css"))


def page_names() -> tuple[str, ...]:
    """Name the pages about findings and lints that there are."""
    found = (path.stem for path in _pages().glob("*.md"))
    return tuple(sorted(name for name in found if name != _NOTE))


def read_page(name: str) -> str:
    """Read the page of a finding or a lint, which must be there."""
    return (_pages() / f"{name}.md").read_text(encoding="utf-8")


def _pages() -> Path:
    return next((place for place in _PAGES if place.is_dir()), _PAGES[0])


_USUAL, _PRIVATE = 0o666, 0o600


class ReportError(ValueError):
    """A report cannot be written; one line: the file, and why not."""


def read_key(name: str) -> Mapping[str, str]:
    """Read whose each pseudonym is; nothing where there is no such file yet.

    Raises:
        ReportError: it cannot be read, or is no key.

    """
    try:
        found = json.loads(Path(name).read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "no key of pseudonyms"
        raise ReportError(f"{name}: cannot be read: {why.lower()}") from None
    texts = found.items() if isinstance(found, dict) else [(None, None)]
    if not all(isinstance(one, str) for pair in texts for one in pair):
        raise ReportError(f"{name}: no key of pseudonyms, expected what `--key` wrote")
    return dict(texts)


def write_reports(texts: Mapping[str, str], *, secret: str | None = None) -> None:
    """Write texts to files, each whole or not at all.

    All are written beside their places first and moved there when every one is whole.
    Only the user himself may read the one called `secret`.

    Raises:
        ReportError: one of them cannot be written; then none is.

    """
    ready: list[tuple[Path, Path]] = []
    name = ""
    try:
        for name, text in texts.items():
            place = Path(os.path.realpath(name))
            if _is_special(place):
                place.write_bytes(text.encode())
                continue
            beside = place.with_name(f".{place.name}.{os.getpid()}.part")
            ready.append((beside, place))
            beside.touch(mode=_PRIVATE if name == secret else _USUAL, exist_ok=False)
            with beside.open("wb") as file:
                file.write(text.encode())
        for beside, place in ready:
            name = str(place)
            beside.replace(place)
    except (OSError, ValueError) as error:
        for beside, _ in ready:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or "no usable file name"
        raise ReportError(f"{name}: cannot be written: {why.lower()}") from None


def _packaged(folder: str, name: str) -> str:
    place = importlib.resources.files("harness.report").joinpath(folder, name)
    return place.read_text("utf-8")


def _is_special(place: Path) -> bool:
    """Say whether it is there and no file to replace: a device, a pipe."""
    try:
        return not stat.S_ISREG(place.stat().st_mode)
    except FileNotFoundError:
        return False
