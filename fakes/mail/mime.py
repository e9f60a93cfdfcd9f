"""Whether a mail's MIME structure can be read in reasonable time.

The standard library's parser takes time by the square of a field's length, so a mail
whose part headers are monstrous is said to be unreadable instead of being read.
"""

from __future__ import annotations

import re

MOST_PARAMETERS = 4096
_FIELD = re.compile(
    rb"^content-[a-z-]+[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)


def is_readable_mime(raw: bytes) -> bool:
    """Say whether the content fields of all parts are short enough to be parsed."""
    return all(
        field.end() - field.start() <= MOST_PARAMETERS for field in _FIELD.finditer(raw)
    )
