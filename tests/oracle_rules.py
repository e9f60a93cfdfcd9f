"""What the second evaluator knows of rules in a row (exchange-rules#1, 4, 6)."""

from tests.oracle_actions import do
from tests.oracle_conditions import is_true
from tests.oracle_text import NotForTheOracle


class Copy:
    def __init__(self, original, address):
        self.original, self.address = original, address


class Part:
    """Some of the copies, on their way together."""

    def __init__(self, message, copies):
        self.message, self.copies = message, copies
        self.connector = None
        self.end = None
        self.is_over = False
        self.is_stamped = False
        self.reports = []

    def split(self, copies):
        other = Part(self.message.copy(), copies)
        other.connector, other.reports = self.connector, list(self.reports)
        other.is_stamped = self.is_stamped
        return other


def through_the_rules(parts, item, organization, at):
    is_inside_session = item.submission.authenticated is not None
    for rule in sorted(organization.rules, key=lambda rule: rule.priority):
        if not rule.is_enabled:
            continue
        if rule.starts and at < rule.starts.at:
            continue
        if rule.ends and at >= rule.ends.at:
            continue
        after = []
        for part in parts:
            if part.is_over:
                after.append(part)
                continue
            hit = [
                copy
                for copy in part.copies
                if holds(rule, copy, part, organization, is_inside_session)
            ]
            if not hit:
                after.append(part)
                continue
            rest = [copy for copy in part.copies if copy not in hit]
            if rest:
                after.append(part.split(rest))
                after[-1].reports = []
                part.copies = hit
            after.append(part)
            do(rule, part, organization, Copy)
        parts = after
    return parts


def holds(rule, copy, part, organization, is_inside_session):
    """Section 1: all conditions and no exception; what decides alone decides."""

    def truth(condition):
        try:
            return is_true(condition, rule, copy, part, organization, is_inside_session)
        except NotForTheOracle as why:
            return why

    needed = [truth(condition) for condition in rule.conditions]
    barred = [truth(exception) for exception in rule.exceptions]
    if False in needed or True in barred:
        return False
    for found in needed + barred:
        if isinstance(found, NotForTheOracle):
            raise found
    return True
