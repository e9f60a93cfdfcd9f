"""Pattern and text pairs of the shapes that rules have, from a seeded generator."""

import random

# The shapes of patterns in tenants: our own words, the same constructions.
SHAPES = (
    r"@contoso\.example$|@.*\.contoso\.example$",
    r"^(F[wW]: )*[^a-z]*$",
    r"^(R[eE]: )*[^a-z]*$",
    r"\>(safe )?unsubscribe( here)?\</a\>",
    r"\<img height\=",
    r'width\="?1"?',
    r"click (here to|the) unsubscribe",
    r"To unsubscribe from \w+ (e\-?letter|e?-?mail|newsletter)",
    r"To stop receiving these+emails\:http\://",
    r"[\u1D00-\u1D7F]",
    r"..*.",
    r"(spf|dkim|dmarc)=(?!pass)",
    r"(?<!(Sun|Sat).{14})GMT",
    r"\bship(ping|ped)\b",
    r"(pass|fail) by (?<d>[\w.-]+)[\s\S]*from \1",
    r"(?<d>[a-z]+)\.example [^\0]*\k<d>",
    r"(?im)^3de9faa6-9fe1-49b3-9a08-227a296b54a6",
    r"(?i)\[secure\]",
    r"[\s\S]*confidential",
    r"\d{3}-\d{2}-\d{4}",
    r"\b\d{9}\b",
    r"\b(?:[A-Z]{2}\d{2}[ ]?)(?:[0-9A-Z]{4}[ ]?){2,7}\b",
    r"(?(?=a)ab|cd)",
    r"(a)?(?(1)b|c)",
    r"[a-z-[aeiou]]+\d",
    r"\.(docm|xlsm|exe)$",
    r"^\s*$",
    r"^$",
    r"\A[\W_]+\z",
    r"[^\x00-\x7F]{3}",
    r"\p{IsCyrillic}{2}",
    r"\p{Lu}\p{Ll}+ \p{P}",
    r"<[^>]*@fabrikam\.example>",
    r"(?<=\bref:\s?)\d+",
    r"(?:a|ab)(?>c|cd)e",
    r"(?s)begin.*end",
    r"(?x) secure \s mail # as typed",
    r"*CEO*",
    r"?1",
    r"(unclosed",
    r"[z-a]",
    r"a**",
)


def _words(text):
    return tuple(text.split())


_ATOMS = _words(
    r"""
    a b c d e 1 2 7 _ - @ . . \. \d \w \s \D \W \S \b \B ^ $ \A \Z \z [abc] [^abc]
    [a-d] [^\d_] [\w-] [a-z-[aeiou]] [\S-[b]] [^b-[c]] \n \t \x41 \u0061 \p{L} \P{Lu}
    \p{Nd} \p{IsGreek} é É ß € Ω Ж K A B [A-C] [À-Ö] [\0-\x20] \0 \101 \cJ \e [[:a:]]
    []a] [^]a] { } {1 ] {,2} # ' < > = ! \- \# 😀 [\D\d] [^\W] \P{IsBasicLatin}
    """
)
_QUANTIFIERS = ("*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "{0}")
_LAZY = ("", "", "?")
_OPENINGS = _words(
    """
    ( ( ( (?: (?: (?<n> (?'m' (?<3> (?> (?= (?! (?<= (?<! (?i: (?-i: (?s: (?m: (?n:
    (?x:
    """
)
_REFERENCES = ("\\1", "\\2", "\\3", "\\k<n>", "\\k'm'", "\\k<1>", "\\10")
_LOOSE = ("(?i)", "(?-i)", "(?m)", "(?s)", "(?n)", "(?#c)", "(?x)", " ")
_TEXT = "aabbccddeeAABBCK1279__-@.. \n\téÉß€ΩωЖж=<>"
_ENDS = (*[""] * 12, *["\n"] * 3, "😀", "\u200d", "\u0130", "\ud83d", "\u0750")


def pairs(count, *, seed):
    """Give that many pairs; four texts a pattern, two of them made to resemble it."""
    source = random.Random(seed)  # noqa: S311  the same on every machine
    while count > 0:
        pattern = _pattern(source, 3) if source.random() < 0.9 else _bent(source)
        for _ in range(4):
            yield pattern, text_for(source, pattern)
        count -= 4


def _bent(source):
    """A real shape with one sign taken out, doubled or put elsewhere."""
    shape = source.choice(SHAPES)
    at = source.randrange(len(shape))
    put = source.choice(("", shape[at] * 2, source.choice(_ATOMS)))
    return shape[:at] + put + shape[at + 1 :]


def _pattern(source, depth):
    branches = 1 if source.random() < 0.8 else 2
    return "|".join(_branch(source, depth) for _ in range(branches))


def _branch(source, depth):
    return "".join(_piece(source, depth) for _ in range(source.randint(1, 4)))


def _piece(source, depth):
    draw = source.random()
    if draw < 0.03:
        return source.choice(_LOOSE)
    if draw < 0.07:
        return source.choice(_REFERENCES)
    if draw < 0.09 and depth:
        condition = source.choice(
            (
                "1",
                "n",
                "?=a",
                "?!a",
                "a|b",
                "2",
                "?=(a)",
                "(b)",
                "?=a(?<n>.)",
            )
        )
        return f"(?({condition}){_pattern(source, depth - 1)})"
    if draw < 0.3 and depth:
        unit = f"{source.choice(_OPENINGS)}{_pattern(source, depth - 1)})"
    else:
        unit = source.choice(_ATOMS)
    if source.random() < 0.75:
        return unit
    return unit + source.choice(_QUANTIFIERS) + source.choice(_LAZY)


def text_for(source, pattern):
    """A text that holds letters of the pattern, or none of them."""
    own = "abc1 " + "".join(char for char in pattern if char.isalnum())
    letters = _TEXT if source.random() < 0.5 else own
    text = "".join(source.choice(letters) for _ in range(source.randint(0, 9)))
    return text + source.choice(_ENDS)
