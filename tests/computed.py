"""What our own transport says, in the words of the oracle."""

from collections import defaultdict
from datetime import UTC, datetime

from fakes.choices import Choices
from fakes.exchange.rules.fork import EndKind, Way
from fakes.exchange.transport import transport
from fakes.mail.handoff import Route

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def decent_mx(domain):
    return (f"mx.{domain}",)


def passed(item, organization, *, choices=None, at=AT):
    """Take one pass along the defaults."""
    return transport(
        item, organization, at=at, mx=decent_mx, choices=choices or Choices()
    )


def ends_of(result):
    """Give the ends of each original recipient's copies."""
    ends = defaultdict(set)
    for entry in result.ended:
        ends[entry.leg.original].add(_end(entry))
    for child in result.children:
        for who in child.envelope.recipients:
            ends[None].add(("report", None, str(who).lower()))
    for outgoing in result.outgoing:
        what = "mx" if outgoing.handoff.route is Route.MX else "connector"
        for leg in outgoing.legs:
            end = (what, outgoing.handoff.connector, str(leg.address).lower())
            ends[leg.original].add(end)
    return dict(ends)


def computed_ends(item, organization, *, choices=None, at=AT):
    return ends_of(passed(item, organization, choices=choices, at=at))


def lowered(ends):
    """Give expected ends with addresses that compare."""
    return {
        who: {(what, via, a.lower() if a else None) for what, via, a in found}
        for who, found in ends.items()
    }


def _end(entry):
    leg, kind = entry.leg, entry.ending.kind
    if Way.REPORT in leg.ways:
        return ("report", None, str(leg.address).lower())
    if kind is EndKind.MAILBOX:
        return ("mailbox", None, str(leg.address).lower())
    return (kind.value, None, None)
