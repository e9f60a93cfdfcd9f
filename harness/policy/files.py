"""Opens policy files."""

from __future__ import annotations

from pathlib import Path

from harness.policy.noun import Policy, PolicyError
from harness.policy.parse import parse_policy

_MOST = 1_000_000


def read_policy(path: Path | str) -> Policy:
    """Read a policy from a file.

    Raises:
        PolicyError: the file cannot be read or is no policy; one line.

    """
    place = Path(path)
    name = str(path)
    try:
        with place.open("rb") as file:
            octets = file.read(_MOST + 1)
    except FileNotFoundError:
        raise PolicyError(f"{name}: no such file, expected a policy") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no usable file name"
        raise PolicyError(f"{name}: cannot be read: {why.lower()}") from None
    if len(octets) > _MOST:
        raise PolicyError(f"{name}: more than {_MOST} octets, expected a policy")
    try:
        # Windows editors and PowerShell 5.1 write a mark in front.
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        hint = "UTF-16" if octets[:2] in {b"\xff\xfe", b"\xfe\xff"} else "not UTF-8"
        raise PolicyError(
            f"{name}:{line}: {hint}, expected UTF-8 (save it as UTF-8)"
        ) from None
    return parse_policy(text, file=name)
