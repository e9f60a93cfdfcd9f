"""Rows of the predicate table: subject, body and header fields."""

from __future__ import annotations

from fakes.exchange.rules import parts, taking
from fakes.exchange.rules.predicate import Level, Predicate, Support

_PART = "all of .NET but groups that take back others, `\\G`, and rare corners"

ROWS = (
    Predicate(
        "SubjectContainsWords",
        ("SubjectContainsWords",),
        parts.subject,
        taking.words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        looks=("Subject",),
    ),
    Predicate(
        "SubjectMatchesPatterns",
        ("SubjectMatchesPatterns",),
        parts.subject,
        taking.patterns,
        Level.MESSAGE,
        "exchange-rules#3.4",
        Support.PARTIAL,
        looks=("Subject",),
        remark=_PART,
    ),
    Predicate(
        "SubjectOrBodyContainsWords",
        ("SubjectOrBodyContainsWords",),
        parts.subject_or_body,
        taking.words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        looks=("Subject", "body"),
    ),
    Predicate(
        "SubjectOrBodyMatchesPatterns",
        ("SubjectOrBodyMatchesPatterns",),
        parts.subject_or_source,
        taking.patterns,
        Level.MESSAGE,
        "exchange-rules#3.4",
        Support.PARTIAL,
        readings=("html_patterns",),
        looks=("Subject", "body"),
        remark=_PART,
    ),
    Predicate(
        "HeaderContainsWords",
        ("HeaderContainsMessageHeader", "HeaderContainsWords"),
        parts.header,
        taking.words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        readings=("repeated_headers",),
        looks=("*header",),
    ),
    Predicate(
        "HeaderMatchesPatterns",
        ("HeaderMatchesMessageHeader", "HeaderMatchesPatterns"),
        parts.header,
        taking.patterns,
        Level.MESSAGE,
        "exchange-rules#3.4",
        Support.PARTIAL,
        readings=("repeated_headers",),
        looks=("*header",),
        remark=_PART,
    ),
)
