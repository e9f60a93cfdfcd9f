"""The second evaluator: slow, plain, made from the fact sheets and not from the code.

It shares data classes only. Mail is decoded by the standard library's own policy, rules
are followed by the words of exchange-rules#1 to 6 and exchange-routing#1 to 3, with the
default answer to every open question. It knows nothing of choices: a tenant or a mail
that leaves something unknown is not for it (`NotForTheOracle`).

The answer: for each original recipient (None for copies) the set of ends of its copies.
An end is (what, connector, address): ("connector", "Relay", "bob@...").
"""

from collections import defaultdict

from tests.oracle_mail import Message
from tests.oracle_people import look_up
from tests.oracle_routes import end_of
from tests.oracle_rules import Copy, Part, through_the_rules
from tests.oracle_text import NotForTheOracle

__all__ = [
    "Copy",
    "Message",
    "NotForTheOracle",
    "Part",
    "expected_ends",
    "through_the_rules",
]


def expected_ends(item, organization, at):
    """Say where the copies of each recipient end."""
    ends = defaultdict(set)
    copies = []
    for original in dict.fromkeys(item.envelope.recipients):
        what, shown, _ = look_up(str(original), organization)
        if what == "nobody":
            ends[original].add(("rejected", None, None))
        else:
            copies.append(Copy(original, shown))
    if copies:
        parts = [Part(Message(item), copies)]
        if item.kind.value != "ndr":
            parts = through_the_rules(parts, item, organization, at)
        for part in parts:
            for target in part.reports:
                ends[None].add(("report", None, target))
            for copy in part.copies:
                ends[copy.original].add(end_of(copy, part, organization))
    return dict(ends)
