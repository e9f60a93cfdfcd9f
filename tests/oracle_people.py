"""What the second evaluator knows of people: who is who, groups, managers, domains."""

from fakes.exchange.organization import DomainType, RecipientKind
from tests.oracle_text import NotForTheOracle


def look_up(address, organization):
    """Exchange-routing 3.2: what it is, what rules see, where it goes."""
    shown = None
    current = address
    for _ in range(5):
        person = object_of(current, organization)
        if person is None:
            kind = accepted(current.rpartition("@")[2].lower(), organization)
            shown = shown or current
            if kind is DomainType.AUTHORITATIVE:
                return ("nobody", shown, current)
            return ("outside", shown, current)
        shown = shown or str(person.primary)
        if person.kind is RecipientKind.MAILBOX:
            return ("mailbox", shown, str(person.primary))
        if person.external is None:
            raise NotForTheOracle(str(person.kind))
        following = object_of(str(person.external), organization)
        if following is None or following is person:
            # the placeholder contact is routed out.
            return ("outside", shown, str(person.external))
        current = str(person.external)
    raise NotForTheOracle("a chain of contacts")


def object_of(address, organization):
    for person in organization.directory.recipients:
        known = {str(a).lower() for a in (person.primary, *person.proxies)}
        if address.lower() in known or address.lower() == person.name.lower():
            return person
    return None


def primary(text, organization):
    person = object_of(text, organization)
    return str(person.primary) if person else text


def same_person(wanted, addresses, organization):
    """2.4: a rule means the primary address of whomever it names."""
    meant = {primary(text, organization).lower() for text in wanted}
    return any(address.lower() in meant for address in addresses)


def is_member(groups, addresses, organization):
    """3.1, 3.2: members of the groups, and of the groups in them."""
    found = set()
    waiting = list(groups)
    while waiting:
        name = waiting.pop()
        entry = object_of(name, organization)
        if entry is None or entry.kind is not RecipientKind.GROUP:
            raise NotForTheOracle(f"{name} is no group")
        for member in entry.members:
            person = object_of(member, organization)
            address = str(person.primary if person else member).lower()
            is_group = person and person.kind is RecipientKind.GROUP
            if is_group and address not in found:
                waiting.append(address)
            found.add(address)
    return any(address.lower() in found for address in addresses)


def manager_of(address, organization):
    """The primary address of someone's manager, or nothing."""
    person = object_of(address, organization)
    if person is None or person.manager == "":
        return None
    if person.manager is None:
        raise NotForTheOracle("a manager that was not exported")
    return primary(person.manager, organization)


def attribute(address, name, organization):
    """The value of an attribute, nothing for a stranger."""
    person = object_of(address, organization)
    if person is None:
        return None
    if name == "Email":
        return str(person.primary)
    if name not in dict(person.attributes):
        raise NotForTheOracle("an attribute that was not exported")
    return dict(person.attributes)[name]


def is_ours(address, organization):
    kind = accepted(address.rpartition("@")[2].lower(), organization)
    return kind in {DomainType.AUTHORITATIVE, DomainType.INTERNAL_RELAY}


def accepted(domain, organization):
    found = [
        (len(entry.domain), entry.type)
        for entry in organization.accepted_domains
        if entry.domain == domain
        or (entry.covers_subdomains and is_below(domain, entry.domain))
    ]
    return max(found, key=lambda entry: entry[0])[1] if found else None


def is_below(domain, parent):
    return domain == parent or domain.endswith("." + parent)
