"""What the second evaluator knows of conditions: exchange-rules#3, row by row."""

import ipaddress

from tests.oracle_people import (
    attribute,
    is_member,
    is_ours,
    manager_of,
    same_person,
)
from tests.oracle_text import (
    NotForTheOracle,
    any_address,
    any_domain,
    any_pattern,
    any_word,
    is_size_over,
    octets,
)

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915  as plain as can be: one long list a question

SCL = "X-MS-Exchange-Organization-SCL"
HEADERS = {"AnyOfToHeader": ["To"], "AnyOfCcHeader": ["Cc"]}
HEADERS["AnyOfToCcHeader"] = ["To", "Cc"]


def is_true(condition, rule, copy, part, organization, is_inside_session):
    """Judge one condition for one copy."""
    name, wanted, message = condition.predicate, condition.value.operands, part.message
    if name in HEADERS:
        return same_person(wanted, shown_in(message, *HEADERS[name]), organization)
    if name.removesuffix("MemberOf") in HEADERS:
        fields = HEADERS[name.removesuffix("MemberOf")]
        return is_member(wanted, shown_in(message, *fields), organization)
    if name.startswith("Attachment"):
        return of_files(name, wanted, message)
    match name:
        case "SubjectContainsWords":
            return any_word(wanted, message.values("Subject"))
        case "SubjectMatchesPatterns":
            return any_pattern(wanted, message.values("Subject"))
        case "SubjectOrBodyContainsWords":
            return any_word(wanted, message.values("Subject") + message.texts)
        case "SubjectOrBodyMatchesPatterns":
            return any_pattern(wanted, message.values("Subject") + message.texts)
        case "HeaderContainsWords":
            return any_word(wanted, message.values(condition.header))
        case "HeaderMatchesPatterns":
            return any_pattern(wanted, message.values(condition.header))
        case "From":
            return same_person(wanted, senders(rule, message), organization)
        case "FromMemberOf":
            return is_member(wanted, senders(rule, message), organization)
        case "FromAddressContainsWords":
            return any_word(wanted, senders(rule, message))
        case "FromAddressMatchesPatterns":
            return any_pattern(wanted, senders(rule, message))
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
        case "SentToMemberOf":
            if seen(copy, rule) != copy.address:
                raise NotForTheOracle("the group of an alias")
            return is_member(wanted, [copy.address], organization)
        case "SentToScope":
            # the domain decides, whoever asks.
            inside = is_ours(copy.address, organization)
            return (wanted[0] == "InOrganization") == inside
        case "RecipientDomainIs":
            return any_domain(wanted, [copy.address])
        case "RecipientAddressContainsWords":
            return any_word(wanted, [seen(copy, rule)])
        case "RecipientAddressMatchesPatterns":
            return any_pattern(wanted, [seen(copy, rule)])
        case "AnyOfRecipientAddressContainsWords":
            return any_word(wanted, [seen(other, rule) for other in part.copies])
        case "AnyOfRecipientAddressMatchesPatterns":
            return any_pattern(wanted, [seen(other, rule) for other in part.copies])
        case "SenderADAttributeContainsWords" | "SenderADAttributeMatchesPatterns":
            return any_attribute(name, wanted, sender(message), organization)
        case (
            "RecipientADAttributeContainsWords" | "RecipientADAttributeMatchesPatterns"
        ):
            return any_attribute(name, wanted, [copy.address], organization)
        case "ADComparisonAttribute":
            return compares(condition, copy, message, organization)
        case "ManagerAddresses":
            who = sender(message) if condition.header == "Sender" else [copy.address]
            above = [manager_of(address, organization) for address in who]
            return same_person(wanted, filter(None, above), organization)
        case "SenderManagementRelationship":
            for address in sender(message):
                if wanted[0] == "Manager" and address.lower() == lowered(
                    manager_of(copy.address, organization)
                ):
                    return True
                if wanted[0] == "DirectReport" and copy.address.lower() == lowered(
                    manager_of(address, organization)
                ):
                    return True
            return False
        case "BetweenMemberOf1":
            one, other = condition.value.first.operands, condition.value.second.operands
            there, here = sender(message), [copy.address]
            # 3.7: two-way, whichever side the sender is on.
            return any(
                is_member(a, there, organization) and is_member(b, here, organization)
                for a, b in ((one, other), (other, one))
            )
        case "SenderIpRanges":
            if message.source is None:
                raise NotForTheOracle("the address of the last hop")
            return any(in_range(text, message.source) for text in wanted)
        case "MessageSizeOver":
            limit = octets(wanted[0])
            return is_size_over(message.size_for(limit), limit)
        case "WithImportance":
            # 3.6: who says nothing writes what is as important as any mail.
            said = [v.strip().lower() for v in message.values("Importance")]
            if len(said) > 1 or not set(said) <= {"low", "normal", "high"}:
                raise NotForTheOracle("an importance of its own")
            return wanted[0].lower() == (said or ["normal"])[0]
        case "MessageTypeMatches":
            if wanted[0] not in {"Signed", "Calendaring"}:
                raise NotForTheOracle(wanted[0])
            return wanted[0] in message.types
        case "SCLOver":
            stamped = message.values(SCL)
            if not stamped or not is_inside_session:
                raise NotForTheOracle("what the spam filter says")
            return int(stamped[0]) >= int(wanted[0])
        case "ContentCharacterSetContainsWords":
            return of_characters(wanted, message)
    raise NotForTheOracle(name)


def of_files(name, wanted, message):
    """3.5: any single attachment, those in archives too, never their sum."""
    names = [known for file in message.files for known in file.names()]
    match name:
        case "AttachmentNameMatchesPatterns":
            return any_pattern(wanted, names)
        case "AttachmentExtensionMatchesWords":
            ends = [known.rpartition(".")[2] for known in names if "." in known]
            return any_word(wanted, ends)
        case "AttachmentSizeOver":
            limit = octets(wanted[0])
            sizes = [len(file.payload) for file in message.files if file.name]
            # What a disclaimer has wrapped bears no name.
            sizes += [
                message.size_for(limit) for file in message.files if not file.name
            ]
            # The largest decides.
            return any(is_size_over(size, limit) for size in sorted(sizes)[-1:])
        case "AttachmentContainsWords" | "AttachmentMatchesPatterns":
            if any(not file.name.endswith(".txt") for file in message.files):
                raise NotForTheOracle("the text of a file")
            texts = [file.payload.decode() for file in message.files]
            test = any_word if name.endswith("Words") else any_pattern
            return test(wanted, texts)
    raise NotForTheOracle(name)


def of_characters(wanted, message):
    """3.6: names of character sets that are there; of header fields nobody speaks."""
    if message.is_disclaimed:
        raise NotForTheOracle("the character set of a changed mail")
    names = [text.rpartition("/")[2] for text in wanted]
    if any_word(names, message.charsets):
        return True
    if any(not value.isascii() for _, value in message.fields):
        raise NotForTheOracle("the character set of a header field")
    return False


def any_attribute(name, wanted, people, organization):
    """2.4: `City:San Francisco,Palo Alto`, any of them; people of ours only."""
    test = any_word if name.endswith("Words") else any_pattern
    found = False
    for text in wanted:
        which, _, values = text.partition(":")
        for person in people:
            value = attribute(person, which, organization)
            if value is not None:
                found = found or test(values.split(","), [value])
    return found


def compares(condition, copy, message, organization):
    """3.7: the same attribute of sender and recipient, both of them people of ours."""
    theirs = attribute(copy.address, condition.header, organization)
    for address in sender(message):
        own = attribute(address, condition.header, organization)
        if own is None or theirs is None:
            return False
        if own == theirs == "":
            raise NotForTheOracle("two attributes that are not set")
        is_wanted = condition.value.operands[0] == "Equal"
        return (own.lower() == theirs.lower()) == is_wanted
    return False


def in_range(text, source):
    """2.4: one address, from one to another, or a network."""
    if "/" in text:
        return source in ipaddress.ip_network(text, strict=False)
    first, _, last = text.partition("-")
    ends = map(ipaddress.ip_address, (first, last or first))
    low, high = map(int, ends)
    return low <= int(source) <= high


def shown_in(message, *names):
    """The addresses that stand in header fields."""
    return any_address([v for name in names for v in message.values(name)])


def seen(copy, rule):
    """The primary address, or the one that the sender wrote (RecipientAddressType)."""
    if rule.recipient_address_type == "Original" and copy.original is not None:
        return str(copy.original)
    return copy.address


def sender(message):
    """6.5: but for five conditions it is the From field that tells."""
    return any_address(message.values("From"))


def senders(rule, message):
    """The addresses at the place that SenderAddressLocation names (6.5)."""
    found = []
    if rule.sender_location != "Envelope":
        found += sender(message)
    if rule.sender_location != "Header" and message.reverse_path is not None:
        found.append(str(message.reverse_path))
    return found


def lowered(text):
    return text.lower() if text else None
