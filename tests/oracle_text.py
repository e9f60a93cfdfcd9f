"""What the second evaluator knows of words, patterns, domains (exchange-rules#2)."""

import re
import unicodedata
from html.parser import HTMLParser

BLOCKS = {"p", "br", "div", "tr", "td", "li", "h1", "h2", "h3"}


class NotForTheOracle(Exception):  # noqa: N818
    """Something here has no answer by facts alone."""


def any_word(words, texts):
    return any(has_word(word, text) for word in words for text in texts)


def has_word(word, text):
    """2.1: the whole word, letters and digits of any script (and _) beside it no."""
    pieces = [re.escape(piece) for piece in word.split()]
    for found in re.finditer("(?=(" + r"\s+".join(pieces) + "))", text, re.IGNORECASE):
        start, end = found.span(1)
        before, after = text[:start][-1:], text[end:][:1]
        if not is_letter(before) and not is_letter(after):
            return True
    return False


def is_letter(char):
    return char != "" and (
        char == "_"
        or unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}
    )


def any_pattern(patterns, texts):
    return any(re.search(p, text, re.IGNORECASE) for p in patterns for text in texts)


def any_domain(wanted, addresses):
    """2.4: the domain itself or one below it."""
    for address in addresses:
        labels = address.lower().rpartition("@")[2].split(".")
        for domain in wanted:
            parent = domain.lower().split(".")
            if labels[-len(parent) :] == parent:
                return True
    return False


def any_address(values):
    """The addresses that stand in the values of header fields."""
    return [a for v in values for a in re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", v)]


def plain(source):
    """Take the tags away; the end of a block ends a word."""
    pieces = []

    class Reader(HTMLParser):
        def handle_data(self, data):
            pieces.append(data)

        def handle_starttag(self, tag, attrs):
            del attrs
            pieces.append(" " if tag in BLOCKS else "")

        def handle_endtag(self, tag):
            pieces.append(" " if tag in BLOCKS else "")

    reader = Reader()
    reader.feed(source)
    reader.close()
    return "".join(pieces)


def octets(text):
    """2.4: a size in B, KB, MB, GB; without a unit it is octets."""
    number = text.upper().rstrip("KMGB ")
    unit = text.upper().removeprefix(number).strip()
    return int(number) * 1024 ** ["B", "KB", "MB", "GB"].index(unit or "B")


def is_size_over(size, limit):
    """R-25: just the limit is over it; 2.4: one below 1 KB may be rounded up."""
    if limit <= size < 1024:
        raise NotForTheOracle("a size below 1 KB")
    return size >= limit
