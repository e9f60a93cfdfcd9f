"""Which lints, and which lines of the checklist, tell of a failure without a mail.

A test holds each to it: on a tenant that is right, the failure brings it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TOLD_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "F01": ("RULE-OFF", "ONLINE-ENABLED", "SERVER-ENABLED"),
        "F02": ("RULE-AUDIT", "SERVER-MODE"),
        "F03": ("RULE-NOT-YET", "RULE-EXPIRED", "ONLINE-ENABLED", "SERVER-ENABLED"),
        "F08": ("LABEL-PLURAL",),
        "F09": ("LABEL-NAME", "ONLINE-LABEL-WORDS"),
        "F16": ("RULE-AND", "ONLINE-TRIGGERS", "SERVER-TRIGGERS"),
        "F19": ("ONLINE-SUBJECT", "SERVER-SUBJECT"),
        "F21": ("RULE-BEHIND-STOP", "RULE-SHADOWED"),
        "F22": ("RULE-BESIDE-END",),
        "F23": ("ROUTE-BEHIND", "ONLINE-OTHERS"),
        "F24": ("RULE-IGNORES-ERRORS", "ONLINE-DEFER", "SERVER-DEFER"),
        "F28": ("RULE-BEHIND-STOP",),
        "F29": ("RULE-BEHIND-STOP", "RULE-SHADOWED"),
        "F30": ("RULE-NO-DIRECTION", "RULE-IGNORES-ERRORS", "RULE-OFF"),
        "F31": ("RULE-BEHIND-STOP", "RULE-BESIDE-END"),
        "F32": ("CONNECTOR-OFF", "REF-CONNECTOR", "PLACEHOLDER-NO-CONNECTOR"),
        "F33": ("CONNECTOR-UNSCOPED", "ONLINE-RULE", "SERVER-RULE"),
        "F34": ("CONNECTOR-HOST", "SERVER-HOST"),
        "F35": ("CONNECTOR-MX", "ONLINE-HOSTS", "SERVER-HOST"),
        "F37": ("CONNECTOR-NO-TLS", "CONNECTOR-LOGIN", "ONLINE-TLS"),
        "F38": ("CONNECTOR-NO-NAME", "ONLINE-TRUSTED"),
        "F40": ("PLACEHOLDER-NO-CONTACT", "REF-RECIPIENT", "SERVER-CONTACT"),
        "F41": ("CONNECTOR-OFF", "PLACEHOLDER-IN-DNS", "SERVER-NOBODY"),
        "F42": ("CONNECTOR-SCOPED", "PLACEHOLDER-IN-DNS"),
        "F43": ("CONNECTOR-RIVAL", "SERVER-OTHERS", "SERVER-COST"),
        "F44": ("PLACEHOLDER-NOT-ACCEPTED", "SERVER-DOMAIN", "CONNECTOR-OFF"),
        "F45": ("ONLINE-RULE", "SERVER-RULE"),
        "F46": ("REQ-GATEWAY",),
        "F48": ("ONLINE-ALLOWLIST",),
        "F49": ("SERVER-CREDENTIALS",),
        "F50": ("CONNECTOR-LOGIN", "SERVER-AFTER-TLS"),
        "F52": ("ONLINE-SPF",),
        "F62": ("RULE-NO-IGNORE-HEADER", "SERVER-HEADER"),
        "F63": ("RULE-NO-IGNORE-HEADER", "SERVER-HEADER"),
        "F69": ("RULE-IGNORE-HEADER",),
        "F83": ("RULE-NO-DIRECTION", "ONLINE-LABEL-OUTSIDE"),
        "F84": ("RULE-NO-DIRECTION",),
        "F85": ("RULE-NO-LOOP-GUARD", "RULE-NO-DIRECTION"),
        "F94": ("RULE-NO-DIRECTION", "ONLINE-LABEL-OUTSIDE"),
        "F96": ("ONLINE-SUBJECT", "SERVER-SUBJECT"),
        "F97": ("LABEL-SEMICOLON", "ONLINE-LABEL-WORDS"),
        "F98": ("ONLINE-SUBJECT", "SERVER-SUBJECT"),
        "F99": ("PATTERN-REFUSED",),
        "F102": ("CONNECTOR-UNSCOPED", "CONNECTOR-TYPE", "ONLINE-SCOPED"),
        "F108": ("RULE-UNREADABLE",),
    }
)
