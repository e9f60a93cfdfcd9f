"""The patterns of Exchange 2010, which `UseLegacyRegex` brings back.

Only what its documentation lists is read; for the rest nobody can tell whether it
is a sign or a character (exchange-rules#2.2, field-cases#legacy-regex).
"""

from __future__ import annotations

from fakes.exchange.rules.dotnet_tree import (
    Binding,
    Category,
    CharClass,
    Choice,
    Group,
    Literal,
    Mark,
    Node,
    NotTranslated,
    Repeat,
    Sequence,
)

_NOT_LISTED = ".+?{}[]"
_LETTER_OR_DIGIT = (Category("L", is_not=False), Category("Nd", is_not=False))
_CLASSES = {
    "s": (Category("s", is_not=False),),
    "d": (Category("d", is_not=False),),
    "w": _LETTER_OR_DIGIT,
}
_MAX_DEPTH = 80


def parse_legacy(text: str) -> Node:
    """Read a pattern, given as UTF-16 code units.

    Raises:
        NotTranslated: what it means is not documented, or known to be broken.

    """
    reader = _Reader(text)
    tree = reader.choice(0)
    if reader.at < len(text):
        raise NotTranslated("a closing parenthesis too many")
    # field-cases#legacy-regex: the old engine compiles it wrongly beside a group.
    if reader.has_digit and reader.has_group:
        raise NotTranslated("`\\d` and a group, which the old engine takes wrongly")
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.has_digit = False
        self.has_group = False

    def choice(self, depth: int) -> Node:
        branches = [self._sequence(depth)]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._peek() not in {"", "|", ")"}:
            unit = self._unit(depth)
            if self._peek() == "*":
                self.at += 1
                unit = Repeat(unit, 0, None, is_lazy=False)
            parts.append(unit)
        return Sequence(tuple(parts))

    def _unit(self, depth: int) -> Node:
        sign = self._peek()
        self.at += 1
        if sign == "(":
            return self._group(depth)
        if sign == "\\":
            return self._escape()
        if sign == "^":
            return Mark.BEGIN
        # field-cases#legacy-regex: the old engine compiles it wrongly.
        if sign == "$":
            raise NotTranslated("`$`, which the old engine takes wrongly")
        if sign == "*":
            raise NotTranslated("`*` with nothing to repeat")
        if sign in _NOT_LISTED:
            raise NotTranslated(f"`{sign}` is not part of the patterns of 2010")
        return Literal(sign, ignores_case=True)

    def _group(self, depth: int) -> Node:
        if depth >= _MAX_DEPTH:
            raise NotTranslated("groups nested too deeply")
        self.has_group = True
        body = self.choice(depth + 1)
        if self._peek() != ")":
            raise NotTranslated("a parenthesis is not closed")
        self.at += 1
        return Group(Binding.PLAIN, body)

    def _escape(self) -> Node:
        sign = self._peek()
        self.at += 1
        if sign and sign in "sSdDwW":
            self.has_digit |= sign in "dD"
            items = _CLASSES[sign.lower()]
            return CharClass(items, is_not=sign.isupper(), ignores_case=True)
        if not sign or sign.isalnum():
            raise NotTranslated(f"`\\{sign}` is not part of the patterns of 2010")
        return Literal(sign, ignores_case=True)
