"""What a fuzz found, kept in a folder: the mail, the case to paste, what it was.

`.relay-harness` in the working folder. Mails are kept as they are, since they are run
again; nothing there is for other eyes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis.database import DirectoryBasedExampleDatabase

from harness.check.saved import MailError, write_circumstances
from harness.fuzz.paste import case_of

if TYPE_CHECKING:
    from hypothesis.database import ExampleDatabase

    from harness.fuzz.search import FoundMail

FOLDER = ".relay-harness"
VERSION = 1
_FOUND, _EXAMPLES = "found", "examples"
_ABOUT = "about.json"
_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a stored mail. `policy` is what was asked for, if anything."""

    id: str
    tenant: str
    policy: str
    kind: str
    why: str
    at: str
    version: int = VERSION


def examples(root: Path) -> ExampleDatabase:
    """Give where the engine keeps what failed, to try it first next time."""
    return DirectoryBasedExampleDatabase(root / FOLDER / _EXAMPLES)


def keep(found: FoundMail, root: Path, *, tenant: str, policy: str, at: str) -> Kept:
    """Write a found mail with its case.

    Raises:
        MailError: the folder cannot be written; one line.

    """
    item, finding = found.mail.item, found.finding
    octets = b"\0".join(
        (item.content.raw, finding.kind.value.encode(), tenant.encode())
    )
    id_ = hashlib.sha256(octets).hexdigest()[:8]
    kept = Kept(id_, tenant, policy, finding.kind.value, finding.why, at)
    place = root / FOLDER / _FOUND / id_
    about = json.dumps(asdict(kept), indent=2)
    sort = f"generated for row {found.mail.row}"
    files = {
        "mail.eml": item.content.raw,
        "mail.toml": write_circumstances(item, id_=id_, sort=sort).encode(),
        "case.scenario.toml": case_of(found, id_, tenant=tenant).encode(),
        _ABOUT: about.encode(),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
    except OSError as error:
        why = (error.strerror or "no usable name").lower()
        raise MailError(f"{place}: cannot be written: {why}") from None
    return kept


def stored(root: Path) -> tuple[Kept, ...]:
    """Give all that is stored, by id; what is no longer readable is left out."""
    place = root / FOLDER / _FOUND
    if not place.is_dir():
        return ()
    ids = sorted(each.name for each in place.iterdir() if _ID.fullmatch(each.name))
    return tuple(find(id_, root)[0] for id_ in ids)


def find(id_: str, root: Path) -> tuple[Kept, Path]:
    """Give what is known of a stored mail, and where its `.eml` is.

    Raises:
        MailError: there is none of that id, or another version wrote it.

    """
    place = root / FOLDER / _FOUND / id_
    if not _ID.fullmatch(id_) or not place.is_dir():
        raise MailError(f"`{id_}`: nothing of that name in {root / FOLDER / _FOUND}")
    about = place / _ABOUT
    try:
        kept = Kept(**json.loads(about.read_bytes()))
    except (OSError, ValueError, TypeError):
        raise MailError(
            f"{about}: cannot be read, expected what `fuzz` wrote"
        ) from None
    if kept.version != VERSION:
        raise MailError(
            f"{about}: version {kept.version}, expected {VERSION}: run `fuzz` again"
        )
    return kept, place / "mail.eml"
