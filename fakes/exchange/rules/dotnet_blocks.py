"""Names of categories and blocks of characters that .NET knows."""

from __future__ import annotations

from fakes.exchange.rules.dotnet_tree import Span

_KINDS = {
    "L": "ultmo",
    "M": "nce",
    "N": "dlo",
    "P": "cdseifo",
    "S": "mcko",
    "Z": "slp",
    "C": "cfson",
}
CATEGORIES = frozenset(_KINDS) | {
    letter + kind for letter, kinds in _KINDS.items() for kind in kinds
}

# The blocks that somebody may name in a rule; others are not translated.
BLOCKS = {
    "IsBasicLatin": Span(0x0000, 0x007F),
    "IsLatin-1Supplement": Span(0x0080, 0x00FF),
    "IsLatinExtended-A": Span(0x0100, 0x017F),
    "IsLatinExtended-B": Span(0x0180, 0x024F),
    "IsIPAExtensions": Span(0x0250, 0x02AF),
    "IsSpacingModifierLetters": Span(0x02B0, 0x02FF),
    "IsCombiningDiacriticalMarks": Span(0x0300, 0x036F),
    "IsGreek": Span(0x0370, 0x03FF),
    "IsGreekandCoptic": Span(0x0370, 0x03FF),
    "IsCyrillic": Span(0x0400, 0x04FF),
    "IsCyrillicSupplement": Span(0x0500, 0x052F),
    "IsArmenian": Span(0x0530, 0x058F),
    "IsHebrew": Span(0x0590, 0x05FF),
    "IsArabic": Span(0x0600, 0x06FF),
    "IsDevanagari": Span(0x0900, 0x097F),
    "IsThai": Span(0x0E00, 0x0E7F),
    "IsGeorgian": Span(0x10A0, 0x10FF),
    "IsHangulJamo": Span(0x1100, 0x11FF),
    "IsPhoneticExtensions": Span(0x1D00, 0x1D7F),
    "IsLatinExtendedAdditional": Span(0x1E00, 0x1EFF),
    "IsGreekExtended": Span(0x1F00, 0x1FFF),
    "IsGeneralPunctuation": Span(0x2000, 0x206F),
    "IsCurrencySymbols": Span(0x20A0, 0x20CF),
    "IsLetterlikeSymbols": Span(0x2100, 0x214F),
    "IsArrows": Span(0x2190, 0x21FF),
    "IsMathematicalOperators": Span(0x2200, 0x22FF),
    "IsMiscellaneousTechnical": Span(0x2300, 0x23FF),
    "IsBoxDrawing": Span(0x2500, 0x257F),
    "IsGeometricShapes": Span(0x25A0, 0x25FF),
    "IsMiscellaneousSymbols": Span(0x2600, 0x26FF),
    "IsDingbats": Span(0x2700, 0x27BF),
    "IsCJKSymbolsandPunctuation": Span(0x3000, 0x303F),
    "IsHiragana": Span(0x3040, 0x309F),
    "IsKatakana": Span(0x30A0, 0x30FF),
    "IsBopomofo": Span(0x3100, 0x312F),
    "IsCJKUnifiedIdeographsExtensionA": Span(0x3400, 0x4DBF),
    "IsCJKUnifiedIdeographs": Span(0x4E00, 0x9FFF),
    "IsHangulSyllables": Span(0xAC00, 0xD7AF),
    "IsHighSurrogates": Span(0xD800, 0xDB7F),
    "IsLowSurrogates": Span(0xDC00, 0xDFFF),
    "IsPrivateUse": Span(0xE000, 0xF8FF),
    "IsCJKCompatibilityIdeographs": Span(0xF900, 0xFAFF),
    "IsHalfwidthandFullwidthForms": Span(0xFF00, 0xFFEF),
    "IsSpecials": Span(0xFFF0, 0xFFFF),
}
