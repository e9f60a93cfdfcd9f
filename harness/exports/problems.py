"""What is wrong with an exported configuration, and where."""

from __future__ import annotations

MAX_SHOWN = 60


class ExportError(ValueError):
    """An exported configuration that cannot be read; the message begins with its place.

    One line: file and line, what was found, what would be right.
    """

    def __init__(self, place: str, message: str) -> None:
        """Join place and message."""
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message


def shown(value: object) -> str:
    """Give a value short and printable, for messages on one line."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)
