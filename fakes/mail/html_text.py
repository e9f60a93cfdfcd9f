"""The text of HTML, as a reader sees it, in time by its length.

The standard library's parser takes time by the square of what is made to be slow.
"""

from __future__ import annotations

import re
from html import unescape

# No piece reaches over the next `<`, so that the search takes time by the length.
_TAG = re.compile(
    r"""<(?:/?(?P<block>p|br|div|tr|td|li|h[1-3])\b|[a-z/!?])
    (?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|[^<>]*+>)""",
    re.IGNORECASE | re.VERBOSE,
)


def text_of_html(source: str, *, between_blocks: str = " ") -> str:
    """Take the markup away; blocks are parted by the text given."""
    bare = _without_comments(source)
    text = _TAG.sub(lambda tag: between_blocks if tag["block"] else "", bare)
    return unescape(text)


def _without_comments(source: str) -> str:
    pieces: list[str] = []
    place = 0
    while (start := source.find("<!--", place)) >= 0:
        pieces.append(source[place:start])
        end = source.find("-->", start)
        place = len(source) if end < 0 else end + 3
    return "".join(pieces) + source[place:]
