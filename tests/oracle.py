"""The second evaluator: slow, plain, made from the fact sheets and not from the code.

It shares data classes only. Mail is decoded by the standard library's own policy, rules
are followed by the words of exchange-rules#1 to 6 and exchange-routing#1 to 3, with the
default answer to every open question. It knows nothing of choices: a tenant or a mail
that leaves something unknown is not for it (`NotForTheOracle`).

The answer: for each original recipient (None for copies) the set of ends of its copies.
An end is (what, connector, address): ("connector", "Relay", "bob@...").
"""

import email
import email.policy
import re
import unicodedata
from collections import defaultdict
from html.parser import HTMLParser

from fakes.exchange.organization import DomainType, Platform, RecipientKind
from fakes.exchange.rules.rule import Mode

# ruff: noqa: C901, PLR0911, PLR0912  as plain as can be: one long list a question

LOOP = "X-MS-Exchange-Transport-Rules-Loop"


class NotForTheOracle(Exception):  # noqa: N818
    """Something here has no answer by facts alone."""


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


# ------------------------------------------------------------------ what moves


class Copy:
    def __init__(self, original, address, came=""):
        self.original, self.address, self.came = original, address, came


class Message:
    """Header fields as (name, decoded text), the body's texts, and the size."""

    def __init__(self, item):
        parsed = email.message_from_bytes(item.content.raw, policy=email.policy.default)
        self.fields = [(name, str(value)) for name, value in parsed.items()]
        self.reverse_path = item.envelope.reverse_path
        self.raw = item.content.raw
        self.texts = []
        part = parsed.get_body(("plain", "html"))
        if part is not None:
            source = part.get_content()
            self.texts.append(source)
            if part.get_content_type() == "text/html":
                self.texts.append(plain(source))

    def copy(self):
        other = object.__new__(Message)
        other.__dict__.update(self.__dict__)
        other.fields = list(self.fields)
        return other

    def values(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]


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


def fields_of(raw):
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    return [(name, str(value)) for name, value in parsed.items()]


def plain(source):
    """Take the tags away."""
    pieces = []

    class Reader(HTMLParser):
        def handle_data(self, data):
            pieces.append(data)

    Reader().feed(source)
    return "".join(pieces)


# ------------------------------------------------------------------- the rules


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
            do(rule, part, organization)
        parts = after
    return parts


def holds(rule, copy, part, organization, is_inside_session):
    def truth(condition):
        return is_true(condition, rule, copy, part, organization, is_inside_session)

    return all(map(truth, rule.conditions)) and not any(map(truth, rule.exceptions))


def is_true(condition, rule, copy, part, organization, is_inside_session):
    """Exchange-rules 3, row by row."""
    message, wanted = part.message, condition.value.operands
    match condition.predicate:
        case "SubjectContainsWords":
            return any_word(wanted, message.values("Subject"))
        case "SubjectMatchesPatterns":
            return any_pattern(wanted, message.values("Subject"))
        case "SubjectOrBodyContainsWords":
            return any_word(wanted, message.values("Subject") + message.texts)
        case "HeaderContainsWords":
            return any_word(wanted, message.values(condition.header))
        case "HeaderMatchesPatterns":
            return any_pattern(wanted, message.values(condition.header))
        case "From":
            return same_person(wanted, senders(rule, message), organization)
        case "FromAddressContainsWords":
            return any_word(wanted, senders(rule, message))
        case "SenderDomainIs":
            return any_domain(wanted, senders(rule, message))
        case "FromScope":
            # 3.3: authenticated, and an address in one of our domains.
            inside = is_inside_session and any(
                is_ours(address, organization) for address in senders(rule, message)
            )
            return (wanted[0] == "InOrganization") == inside
        case "SentTo":
            return same_person(wanted, [seen(copy, rule)], organization)
        case "SentToScope":
            # the domain decides, whoever asks.
            inside = is_ours(copy.address, organization)
            return (wanted[0] == "InOrganization") == inside
        case "RecipientDomainIs":
            return any_domain(wanted, [copy.address])
        case "RecipientAddressContainsWords":
            return any_word(wanted, [seen(copy, rule)])
        case "AnyOfRecipientAddressContainsWords":
            return any_word(wanted, [seen(other, rule) for other in part.copies])
        case "SubjectOrBodyMatchesPatterns":
            return any_pattern(wanted, message.values("Subject") + message.texts)
        case "FromAddressMatchesPatterns":
            return any_pattern(wanted, senders(rule, message))
        case "RecipientAddressMatchesPatterns":
            return any_pattern(wanted, [seen(copy, rule)])
        case "AnyOfRecipientAddressMatchesPatterns":
            return any_pattern(wanted, [seen(other, rule) for other in part.copies])
        case "AnyOfToHeader":
            return same_person(wanted, shown_in(message, "To"), organization)
        case "AnyOfCcHeader":
            return same_person(wanted, shown_in(message, "Cc"), organization)
        case "AnyOfToCcHeader":
            return same_person(wanted, shown_in(message, "To", "Cc"), organization)
    raise NotForTheOracle(condition.predicate)


def shown_in(message, *names):
    """The addresses that stand in header fields."""
    values = [value for name in names for value in message.values(name)]
    return [a for v in values for a in re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", v)]


def seen(copy, rule):
    """The primary address, or the one that the sender wrote (RecipientAddressType)."""
    if rule.recipient_address_type == "Original" and copy.original is not None:
        return str(copy.original)
    return copy.address


def senders(rule, message):
    """The addresses at the place that SenderAddressLocation names (6.5)."""
    found = []
    if rule.sender_location != "Envelope":
        for value in message.values("From"):
            found += re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", value)
    if rule.sender_location != "Header" and message.reverse_path is not None:
        found.append(str(message.reverse_path))
    return found


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


def same_person(wanted, addresses, organization):
    """2.4: a rule means the primary address of whomever it names."""
    meant = set()
    for text in wanted:
        person = object_of(text, organization)
        meant.add(str(person.primary).lower() if person else text.lower())
    return any(address.lower() in meant for address in addresses)


def do(rule, part, organization):
    """Section 5, in the order of R-01: modify, recipients, route, notify, block."""
    by_name = {action.name: action for action in rule.actions}
    is_enforced = rule.mode is Mode.ENFORCE
    for name in ORDER:
        if name not in by_name:
            continue
        if is_enforced or name == "GenerateIncidentReport":
            act(name, by_name.pop(name).values, part, organization)
        else:
            by_name.pop(name)
    if by_name:
        raise NotForTheOracle(", ".join(by_name))
    # a rule in test mode does not stop.
    if rule.stops and is_enforced:
        part.is_over = True


ORDER = (
    "SetHeader",
    "RemoveHeader",
    "PrependSubject",
    "BlindCopyTo",
    "RedirectMessageTo",
    "RouteMessageOutboundConnector",
    "RouteMessageOutboundRequireTls",
    "GenerateIncidentReport",
    "RejectMessage",
    "DeleteMessage",
    "Quarantine",
    "SetAuditSeverity",
)


def act(name, values, part, organization):
    message = part.message
    first = values[0][0] if values and values[0] else ""
    match name:
        case "SetHeader":
            write(message, first, values[1][0])
        case "RemoveHeader":
            message.fields = [
                f for f in message.fields if f[0].lower() != first.lower()
            ]
        case "PrependSubject":
            old = (message.values("Subject") or [""])[0]
            write(message, "Subject", first + old)
        case "BlindCopyTo" | "RedirectMessageTo":
            if has_looped(part, organization):
                return
            people = [primary(text, organization) for text in values[0]]
            if name == "BlindCopyTo":
                known = {copy.address.lower() for copy in part.copies}
                part.copies = part.copies + [
                    Copy(None, person, "copy")
                    for person in people
                    if person.lower() not in known
                ]
            else:
                part.copies = [
                    Copy(copy.original, person, "redirect")
                    for copy in part.copies
                    for person in people
                ]
        case "RouteMessageOutboundConnector":
            part.connector = first
        case "GenerateIncidentReport":
            part.reports += [primary(text, organization) for text in values[0]]
        case "RejectMessage":
            part.end, part.is_over = "rejected", True
        case "DeleteMessage":
            part.end, part.is_over = "deleted", True
        case "Quarantine":
            part.end, part.is_over = "quarantined", True


def has_looped(part, organization):
    """7.4: a mail that a rule of an earlier pass has redirected or copied."""
    if part.is_stamped:
        return False
    if not part.message.values(LOOP):
        write(part.message, LOOP, "1")
        part.is_stamped = True
        return False
    if organization.platform is Platform.SERVER:
        raise NotForTheOracle(LOOP)
    part.end, part.is_over = "rejected", True
    return True


def write(message, name, value):
    """Add the field or overwrite it; no second instance stays."""
    done = False
    fields = []
    for field, old in message.fields:
        if field.lower() != name.lower():
            fields.append((field, old))
        elif not done:
            fields.append((field, value))
            done = True
    message.fields = fields if done else [*fields, (name, value)]


# ------------------------------------------------------------ where copies go


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
    limited = [c for _, c in covering if c.max_size is not None]
    if limited and part.message.fields != fields_of(part.message.raw):
        raise NotForTheOracle("the size of a changed mail")
    size = len(part.message.raw)
    fitting = [
        (key, c) for key, c in covering if c.max_size is None or c.max_size >= size
    ]
    if not fitting:
        return ("rejected", None, None)
    connector = min(fitting, key=lambda entry: entry[0])[1]
    what = "mx" if connector.uses_dns else "connector"
    return (what, connector.name, target)


# ------------------------------------------------------------------- who is who


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
