"""What the second evaluator knows of ways out (exchange-routing#1 to 3)."""

from fakes.exchange.organization import Platform
from tests.oracle_people import accepted, is_below, look_up

# ruff: noqa: C901, PLR0911  as plain as can be: one long list a question


def end_of(copy, part, organization):
    if part.end:
        return (part.end, None, None)
    if organization.platform is Platform.SERVER:
        return on_a_server(copy, organization, part)
    if part.connector is not None:
        for connector in organization.outbound_connectors:
            if connector.name.lower() == part.connector.lower():
                # a connector that is off holds the mail up.
                if not connector.is_enabled or connector.is_in_test_mode:
                    return ("waiting", None, None)
                return leave(connector, copy.address)
        return ("waiting", None, None)
    what, _, target = look_up(copy.address, organization)
    if what == "mailbox":
        return ("mailbox", None, target)
    if what == "nobody":
        return ("rejected", None, None)
    connector = closest_outbound(target, organization)
    return leave(connector, target) if connector else ("mx", None, target)


def leave(connector, address):
    return ("mx" if connector.uses_mx else "connector", connector.name, address)


def closest_outbound(address, organization):
    """1.2: exact, then wildcard, then all accepted domains, then `*`; C4, C6."""
    domain = address.rpartition("@")[2].lower()
    best = []
    for connector in organization.outbound_connectors:
        if not connector.is_enabled or connector.is_rule_scoped:
            continue
        if connector.is_in_test_mode:
            continue
        rates = [0]
        for space in connector.recipient_domains:
            if space.lower() == domain:
                rates.append(1000)
            elif space == "*":
                rates.append(1)
            elif space.startswith("*.") and is_below(domain, space[2:].lower()):
                rates.append(100 + len(space))
        if connector.covers_accepted_domains and accepted(domain, organization):
            rates.append(50)
        if max(rates):
            best.append((-max(rates), connector.name.lower(), connector))
    return min(best, key=lambda entry: entry[:2])[2] if best else None


def on_a_server(copy, organization, part):
    what, _, target = look_up(copy.address, organization)
    if what == "mailbox":
        return ("mailbox", None, target)
    if what == "nobody":
        return ("rejected", None, None)
    domain = target.rpartition("@")[2].lower()
    covering = []
    for connector in organization.send_connectors:
        if not connector.is_enabled:
            continue
        for space in connector.address_spaces:
            name = space.domain.lower()
            if name == domain:
                closeness = 1000
            elif name == "*":
                closeness = 1
            elif name.startswith("*.") and is_below(domain, name[2:]):
                closeness = 100 + len(name)
            else:
                continue
            key = (-closeness, space.cost, connector.name.lower())
            covering.append((key, connector))
    if not covering:
        return ("waiting", None, None)
    # A limit is the most that goes through.
    fitting = [
        (key, c)
        for key, c in covering
        if c.max_size is None or part.message.size_for(c.max_size) <= c.max_size
    ]
    if not fitting:
        return ("rejected", None, None)
    connector = min(fitting, key=lambda entry: entry[0])[1]
    what = "mx" if connector.uses_dns else "connector"
    return (what, connector.name, target)
