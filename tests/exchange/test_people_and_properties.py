"""Groups, managers, attributes, and what a mail is as a whole: laws and vectors."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.exchange.organization import (
    Directory,
    Edition,
    Platform,
    Recipient,
    RecipientKind,
)
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.exchange.rules.editions import editions_of
from fakes.exchange.rules.predicates import PREDICATES
from fakes.exchange.rules.rule import RuleError
from fakes.exchange.rules.taking_people import (
    attribute_patterns,
    attribute_words,
    members,
)
from fakes.exchange.rules.taking_properties import ip_ranges, size_over
from fakes.exchange.rules.values import Seen
from fakes.exchange.rules.values_kinds import OneOf
from fakes.exchange.rules.values_people import Comparison
from fakes.exchange.rules.verdict import Verdict, negated
from fakes.mail.address import Address
from fakes.mail.item import Submission
from tests.exchange.at_hand import (
    ALIAS,
    ANNA,
    BOB,
    CLEO,
    CONTACT,
    DIRK,
    FOREIGN,
    SALES,
    SETTLED,
    asked,
    ends,
    every_end,
    hits,
    mail,
    open_tenant,
    reading,
    rule,
    tenant,
)

YES, NO, OPEN = Verdict.MATCH, Verdict.NO_MATCH, Verdict.UNKNOWN
TEAM = Address("team", "contoso.example")
TAKE = {"Quarantine": True}


def person(name, address, **fields):
    return Recipient(name, RecipientKind.MAILBOX, address, **fields)


def group(name, address, members):
    return Recipient(name, RecipientKind.GROUP, address, members=members)


PEOPLE = (
    person("Anna", ANNA, manager="Bob", attributes=(("City", "Utrecht"),)),
    person("Bob", BOB, proxies=(ALIAS,), manager="", attributes=(("City", ""),)),
    Recipient("Notary", RecipientKind.MAIL_CONTACT, CONTACT, external=FOREIGN),
)
SMALL = Directory((*PEOPLE, group("Team", TEAM, ("Sales",))))


def those(*recipients, is_whole=True):
    return Directory((*PEOPLE, *recipients), is_whole=is_whole)


# ----------------------------------------------------------------------- groups


@pytest.mark.parametrize(
    ("directory", "names", "seen", "verdict"),
    [
        (those(group("Team", TEAM, ("anna",))), ["Team"], ANNA, YES),
        (those(group("Team", TEAM, ("Anna",))), ["team@contoso.example"], BOB, NO),
        (those(group("Team", TEAM, ("Bob",))), ["Team"], ALIAS, OPEN),
        (those(group("Team", TEAM, ("Notary",))), ["Team"], FOREIGN, YES),
        (those(group("Team", TEAM, ("x@y.example",))), ["Team"], CLEO, NO),
        (those(group("Team", TEAM, (str(CLEO),))), ["Team"], CLEO, YES),
        (those(group("Team", TEAM, ("Nobody",))), ["Team"], CLEO, OPEN),
        (those(group("Team", TEAM, None)), ["Team"], CLEO, OPEN),
        (those(group("Team", TEAM, ())), ["Team"], CLEO, NO),
        (those(), ["Anna"], ANNA, OPEN),
        (those(), ["team@contoso.example"], ANNA, NO),
        (those(), ["Team"], ANNA, OPEN),
        (those(is_whole=False), ["team@contoso.example"], ANNA, OPEN),
        (None, ["team@contoso.example"], ANNA, OPEN),
    ],
)
def test_whom_a_group_holds(directory, names, seen, verdict):
    # exchange-rules#2.4, exchange-rules#v52
    found = members(tuple(names), directory)
    assert verdict is found.matches(Seen((str(seen),)), SETTLED)
    assert verdict is not OPEN or found.why_unknown(Seen((str(seen),)))


def test_groups_in_groups_count_and_a_cycle_ends():
    one, two = group("One", TEAM, ("Two", "Anna")), group("Two", SALES, ("One", "Bob"))
    found = members(("One",), those(one, two))
    assert {ANNA, BOB, TEAM, SALES} == found.addresses
    assert () == found.gaps


def test_what_is_no_address_is_nobodys():
    found = members(("Team",), those(group("Team", TEAM, ("Anna",))))
    assert NO is found.matches(Seen(("not an address",)), SETTLED)


@given(st.permutations(["One", "Two", "Three"]), st.data())
def test_how_groups_are_nested_does_not_change_who_is_in_them(order, data):
    people = [f"p{n}@x.example" for n in range(4)]
    shares = {name: data.draw(st.lists(st.sampled_from(people))) for name in order}
    nested = [
        group(name, Address(name.lower(), "contoso.example"), (*shares[name], after))
        for name, after in zip(order, (*order[1:], order[0]), strict=True)
    ]
    found = members((order[0],), those(*nested))
    everybody = {text for share in shares.values() for text in share}
    assert everybody == {str(a) for a in found.addresses if a.domain == "x.example"}


def test_between_two_groups_is_direction_free():
    # exchange-rules#v54
    directory = those(
        group("Team", TEAM, ("Anna",)), group("Sales", SALES, (str(CLEO),))
    )
    for first, second in (("Team", "Sales"), ("Sales", "Team")):
        words = {"BetweenMemberOf1": [first], "BetweenMemberOf2": [second]}
        made = rule(words | TAKE, directory=directory)
        organization = replace(tenant(directory=directory), rules=(made,))
        both = ends(mail(to=(CLEO, DIRK)), organization)
        assert {("quarantined", None, None)} == both[CLEO]
        assert {("quarantined", None, None)} != both[DIRK]


def test_between_says_which_members_no_export_tells():
    words = {"BetweenMemberOf1": ["Sales"], "BetweenMemberOf2": ["Sales"]}
    (name,) = asked(mail(), tenant(words | TAKE))
    assert name.startswith("BetweenMemberOf1 Sales, Sales")
    made = rule(words | TAKE).conditions[0].value
    assert "`Sales`" in made.why_unknown(Seen((str(ANNA),)))
    assert "gone" == made.why_unknown(Seen((), "gone"))
    assert () == made.open_readings(Seen(()))


# ------------------------------------------------------------ managers, attributes


def directed(words, directory, **fields):
    made = rule(words | TAKE, directory=directory)
    return replace(tenant(directory=directory, **fields), rules=(made,))


def verdicts(words, item, directory, **fields):
    """The different ends of the first recipient: taken, not taken, or both."""
    who = item.envelope.recipients[0]
    found = every_end(item, directed(words, directory, **fields))
    return {end[who] == {("quarantined", None, None)} for end in found}


@pytest.mark.parametrize(
    ("manager", "is_hit"),
    [
        ("Bob", {True}),
        ("bob@contoso.example", {True}),
        ("x@y.example", {False}),
        ("", {False}),
        (None, {True, False}),
        ("Somebody Else", {True, False}),
    ],
)
def test_a_manager_is_known_or_nobody_guesses(manager, is_hit):
    anna = person("Anna", ANNA, manager=manager)
    directory = Directory((anna, *PEOPLE[1:]))
    words = {"ManagerForEvaluatedUser": "Sender", "ManagerAddresses": [str(BOB)]}
    assert is_hit == verdicts(words, mail(), directory)


def test_whoever_was_not_exported_may_have_any_manager():
    words = {"ManagerForEvaluatedUser": "Recipient", "ManagerAddresses": [str(BOB)]}
    assert {False} == verdicts(words, mail(), those())
    assert {True, False} == verdicts(words, mail(), those(is_whole=False))
    words = {"SenderManagementRelationship": "Manager"}
    assert {True, False} == verdicts(words, mail(), replace(SMALL, is_whole=False))


def test_a_sender_that_cannot_be_read_cannot_be_told():
    item = mail(sender="a@b@c", reverse_path=ANNA, submission=Submission(ANNA))
    for words in (
        {"ManagerForEvaluatedUser": "Sender", "ManagerAddresses": [str(BOB)]},
        {"SenderManagementRelationship": "DirectReport"},
        {"SenderADAttributeContainsWords": ["City:Utrecht"]},
        {"SenderADAttributeMatchesPatterns": ["City:Utrecht"]},
        {"ADComparisonAttribute": "City"},
        {"BetweenMemberOf1": ["Team"], "BetweenMemberOf2": ["Team"]},
    ):
        assert {True, False} == verdicts(words, item, SMALL)


def test_a_condition_on_two_people_may_speak_of_everybody():
    # exchange-rules#R-28
    words = {"SenderManagementRelationship": "DirectReport"}
    item = mail(to=(CLEO, BOB))
    directory = those()
    assert {False} == verdicts(words, item, directory)
    answer = reading(sender_with_recipient="any-recipient")
    assert {True} == verdicts(words, item, directory, readings=answer)
    assert {True, False} == verdicts(words, item, directory, readings=Readings())


@pytest.mark.parametrize(
    ("operator", "mine", "theirs", "verdict"),
    [
        ("Equal", ["Care"], ["care"], YES),
        ("Equal", ["Care"], ["Cure"], NO),
        ("Equal", ["Care"], [""], NO),
        ("Equal", [""], [""], OPEN),
        ("NotEqual", ["Care"], ["Cure"], YES),
        ("NotEqual", ["Care"], ["care"], NO),
        ("NotEqual", ["Care"], [], NO),
        ("NotEqual", [], ["Care"], NO),
    ],
)
def test_attributes_are_compared_without_case(operator, mine, theirs, verdict):
    value = Comparison(operator)
    seen = Seen(tuple(mine), others=tuple(theirs))
    assert verdict is value.matches(seen, SETTLED)
    assert value.why_unknown(seen)
    assert (operator,) == value.operands
    assert () == value.open_readings(seen)


@given(
    st.lists(st.sampled_from(["Care", "Cure", ""]), min_size=1, max_size=1),
    st.lists(st.sampled_from(["Care", "Cure", ""]), min_size=1, max_size=3),
)
def test_not_equal_for_any_is_the_negation_of_equal_for_all(mine, theirs):
    seen = Seen(tuple(mine), others=tuple(theirs))
    together = reading(attribute_comparison="all-recipients")
    equal = Comparison("Equal").matches(seen, together)
    assert negated(equal) is Comparison("NotEqual").matches(seen, SETTLED)


def test_what_is_missing_of_an_attribute_is_unknown_unless_another_decides():
    seen = Seen(("Care",), "no export tells it", ("Care",))
    assert YES is Comparison("Equal").matches(seen, SETTLED)
    seen = Seen(("Care",), "no export tells it", ())
    assert OPEN is Comparison("Equal").matches(seen, SETTLED)
    words = {"ADComparisonAttribute": "Office"}
    assert {True, False} == verdicts(words, mail(to=(BOB,)), those())


@pytest.mark.parametrize(
    ("words", "is_hit"),
    [
        ({"SenderADAttributeContainsWords": ["City:Utrecht"]}, {True}),
        ({"SenderADAttributeContainsWords": ["city: Utrecht"]}, {True}),
        ({"SenderADAttributeContainsWords": ["City:Delft,Utrecht"]}, {True}),
        ({"SenderADAttributeContainsWords": ["City:Delft", "Email:anna"]}, {True}),
        ({"SenderADAttributeContainsWords": ["City:Delft"]}, {False}),
        ({"SenderADAttributeContainsWords": ["Title:Delft"]}, {True, False}),
        ({"SenderADAttributeMatchesPatterns": ["City:^U.*t$"]}, {True}),
        ({"SenderADAttributeMatchesPatterns": ["City:^D,^U"]}, {True}),
        ({"SenderADAttributeMatchesPatterns": ["City:^D"]}, {False}),
        ({"SenderADAttributeMatchesPatterns": ["City:^.{1,9}$"]}, {True, False}),
        ({"SenderADAttributeMatchesPatterns": ["Title:^D"]}, {True, False}),
        ({"RecipientADAttributeContainsWords": ["City:Utrecht"]}, {False}),
        ({"RecipientADAttributeMatchesPatterns": ["City:U"]}, {False}),
    ],
)
def test_words_and_patterns_in_attributes(words, is_hit):
    assert is_hit == verdicts(words, mail(), those())


def test_whether_words_are_the_whole_of_an_attribute_is_open():
    # exchange-rules#R-17
    directory = those(
        person("Cleo", CLEO, attributes=(("Department", "Inside Sales"),))
    )
    words = {"RecipientADAttributeContainsWords": ["Department:Sales"]}
    assert {True} == verdicts(words, mail(), directory)
    equals = reading(attribute_words="equals")
    assert {False} == verdicts(words, mail(), directory, readings=equals)
    whole = {"RecipientADAttributeContainsWords": ["Department:inside sales"]}
    assert {True} == verdicts(whole, mail(), directory, readings=equals)
    assert {True, False} == verdicts(words, mail(), directory, readings=Readings())


def test_why_an_attribute_cannot_be_told():
    value = attribute_patterns((r"City:z", "Title:z"), None)
    assert "no object" == value.why_unknown(Seen((), "no object"))
    assert "Title" in value.why_unknown(Seen(("Email:a@b.example", "City:")))
    assert value.why_unknown(Seen(("City:z", "Title:z")))
    assert () == value.open_readings(Seen(("City:z",)))
    words = attribute_words(("City:z",), None)
    assert "" == words.why_unknown(Seen(("City:z",)))
    assert ("City:z",) == words.operands


@pytest.mark.parametrize("value", ["City", "Shoes:42", ""])
@pytest.mark.parametrize(
    "name", ["SenderADAttributeContainsWords", "RecipientADAttributeMatchesPatterns"]
)
def test_an_attribute_is_named_as_exchange_names_it(name, value):
    with pytest.raises(RuleError):
        rule({name: [value, "City:x"]} | TAKE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"ADComparisonOperator": "Equal"}, "without `ADComparisonAttribute`"),
        ({"ADComparisonAttribute": "Shoes"}, "expected City"),
        (
            {"ADComparisonAttribute": "City", "ADComparisonOperator": "Like"},
            "expected Equal or NotEqual",
        ),
        ({"ManagerForEvaluatedUser": "Sender"}, "without `ManagerAddresses`"),
        ({"SenderManagementRelationship": "Boss"}, "expected one of Manager"),
        ({"MessageTypeMatches": ["OOF", "Signed"]}, "expected one of OOF"),
        ({"SCLOver": "10"}, "expected -1 to 9"),
        ({"SCLOver": "five"}, "expected -1 to 9"),
        ({"MessageSizeOver": "big"}, "is no size"),
        ({"SenderIpRanges": ["10.0.0.9-10.0.0.1"]}, "ends before it starts"),
        ({"SenderIpRanges": ["10.0.0.1-::1"]}, "ends before it starts"),
        ({"SenderIpRanges": ["10.0.0.1/33"]}, "is no IP address"),
        ({"SenderIpRanges": ["here"]}, "is no IP address"),
        ({"ContentCharacterSetContainsWords": ["Chinese/"]}, "no character set"),
    ],
)
def test_what_exchange_would_not_take_is_refused(words, said):
    with pytest.raises(RuleError, match=said):
        rule(words | TAKE)


# ------------------------------------------------------------ the mail as a whole


@pytest.mark.parametrize(
    ("ranges", "source", "is_hit"),
    [
        (["192.168.0.1-192.168.0.254"], "192.168.0.77", True),
        (["192.168.0.1-192.168.0.254"], "192.168.1.1", False),
        (["192.168.0.1/25"], "192.168.0.200", False),
        (["192.168.0.1/25"], "192.168.0.0", True),
        (["10.0.0.1, 10.0.0.3"], "10.0.0.3", True),
        (["10.0.0.1"], "::ffff:10.0.0.1", True),
        (["::/0"], "10.0.0.1", False),
        (["2001:db8::1-2001:db8::9"], "2001:db8::5", True),
    ],
)
def test_the_last_hop_is_in_the_ranges(ranges, source, is_hit):
    # exchange-rules#v41, exchange-rules#v42, exchange-rules#R-16
    item = mail(submission=Submission(ANNA, ip_address(source)))
    assert is_hit is hits({"SenderIpRanges": ranges}, item)


ADDRESSES = st.ip_addresses()


@given(ADDRESSES, ADDRESSES, ADDRESSES)
def test_a_range_holds_what_lies_between_its_ends(one, other, source):
    if one.version != other.version:
        return
    first, last = sorted((one, other))
    value = ip_ranges((f"{first}-{last}",), None)
    mapped = source.ipv4_mapped if isinstance(source, IPv6Address) else None
    plain = mapped or source
    is_in = plain.version == first.version and first <= plain <= last
    if any(isinstance(e, IPv6Address) and e.ipv4_mapped for e in (first, last)):
        return
    assert (YES if is_in else NO) is value.matches(Seen((str(source),)), SETTLED)


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_network_is_the_addresses_with_its_first_bits(base, bits, source):
    value = ip_ranges((f"{base}/{bits}",), None)
    shift = 32 - bits
    is_in = int(base) >> shift == int(source) >> shift
    assert (YES if is_in else NO) is value.matches(Seen((str(source),)), SETTLED)
    assert isinstance(source, IPv4Address)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("10KB", 10240),
        ("10 kb", 10240),
        ("2048", 2048),
        ("2048B", 2048),
        ("1MB", 1048576),
        ("1GB", 2**30),
        ("1TB", 2**40),
        ("25 MB (26,214,400 bytes)", 26214400),
        ("25 MB (26.214.400 bytes)", 26214400),
    ],
)
def test_sizes_in_every_spelling(text, octets):
    value = size_over((text,), None)
    assert octets == value.limit
    assert YES is value.matches(Seen((str(octets),)), SETTLED)
    assert NO is value.matches(Seen((str(octets - 1),)), SETTLED)
    more = reading(size_limit="more-than")
    assert NO is value.matches(Seen((str(octets),)), more)
    assert YES is value.matches(Seen((str(octets + 1),)), more)


def test_a_size_that_may_be_rounded_up_is_open_below_a_kilobyte():
    value = size_over(("100",), None)
    assert NO is value.matches(Seen(("99",)), SETTLED)
    assert OPEN is value.matches(Seen(("100",)), SETTLED)
    assert YES is value.matches(Seen(("1024",)), SETTLED)
    assert OPEN is value.matches(Seen((), "unread"), SETTLED)
    assert "unread" == value.why_unknown(Seen((), "unread"))
    assert "rounded" in value.why_unknown(Seen(("100",)))
    assert ("100",) == value.operands


def test_an_original_size_counts_only_where_the_reading_says_so():
    # exchange-rules#R-26
    item = mail(headers="X-MS-Exchange-Organization-OriginalSize: 9999\r\n")
    assert hits({"MessageSizeOver": "5KB"}, item) is False
    original = reading(size_compared="original")
    assert hits({"MessageSizeOver": "5KB"}, item, readings=original) is True
    odd = mail(headers="X-MS-Exchange-Organization-OriginalSize: many\r\n")
    assert hits({"MessageSizeOver": "5KB"}, odd, readings=original) is False


@pytest.mark.parametrize(
    ("field", "is_hit"),
    [
        ("X-MS-Exchange-Organization-SCL: 5\r\n", {True}),
        ("X-MS-Exchange-Organization-SCL: 4\r\n", {False}),
        ("X-MS-Exchange-Organization-SCL: -1\r\n", {False}),
        ("X-MS-Exchange-Organization-SCL: high\r\n", {True, False}),
        ("", {True, False}),
    ],
)
def test_a_stamp_is_compared_where_there_is_one(field, is_hit):
    # exchange-rules#v85
    assert is_hit == verdicts({"SCLOver": "5"}, mail(headers=field), those())


@pytest.mark.parametrize(
    ("fields", "wanted", "verdict"),
    [
        ("", "Normal", YES),
        ("", "High", NO),
        ("Importance: HIGH\r\n", "High", YES),
        ("Importance: low\r\nX-Priority: 1\r\n", "Low", YES),
        ("Importance: low\r\nImportance: high\r\n", "Low", OPEN),
        ("Importance: dire\r\n", "Low", OPEN),
        ("X-Priority: 1 (Highest)\r\n", "High", YES),
        ("X-Priority: 3\r\n", "Normal", YES),
        ("X-Priority: 5\r\nPriority: non-urgent\r\n", "Low", YES),
        ("X-Priority: 5\r\nX-MSMail-Priority: High\r\n", "Low", OPEN),
        ("X-Priority: 9\r\n", "Normal", YES),
        ("Priority: urgent\r\n", "Normal", OPEN),
        ("Priority: urgent\r\n", "Low", NO),
    ],
)
def test_importance(fields, wanted, verdict):
    found = verdicts({"WithImportance": wanted}, mail(headers=fields), those())
    assert {YES: {True}, NO: {False}, OPEN: {True, False}}[verdict] == found


def typed(kind, structure, wanted, **more):
    raw = f"From: {ANNA}\r\nTo: {CLEO}\r\nSubject: x\r\n{structure}".encode()
    return verdicts({kind: wanted}, mail(raw=raw, **more), those())


MULTIPART = (
    'Content-Type: multipart/mixed; boundary="b"\r\n{}\r\n--b\r\n{}\r\n--b--\r\n'
)
CALENDAR = "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n{}END:VCALENDAR"


@pytest.mark.parametrize(
    ("structure", "wanted", "is_hit"),
    [
        (
            "Content-Type: application/x-pkcs7-mime; smime-type=signed-data\r\n\r\nx",
            "Signed",
            {True},
        ),
        (
            "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n\r\nx",
            "Signed",
            {False},
        ),
        (
            "Content-Type: application/pkcs7-mime\r\n\r\nx",
            "Encrypted",
            {True, False},
        ),
        (
            "Content-Type: application/octet-stream; name=smime.p7m\r\n\r\nx",
            "Encrypted",
            {True, False},
        ),
        (
            'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b--\r\n',
            "Encrypted",
            {True, False},
        ),
        (
            'Content-Type: multipart/report; report-type=x; boundary="b"\r\n\r\n--b--',
            "ReadReceipt",
            {False},
        ),
        (
            MULTIPART.format("", CALENDAR.format("METHOD:REQUEST\r\n")),
            "Calendaring",
            {True},
        ),
        (MULTIPART.format("", CALENDAR.format("")), "Calendaring", {True, False}),
        (
            "Content-Type: message/rfc822\r\n\r\n"
            + CALENDAR.format("METHOD:REQUEST\r\n"),
            "Calendaring",
            {False},
        ),
        (
            "Content-Class: rpmsg.message\r\n\r\nx",
            "PermissionControlled",
            {True, False},
        ),
        ("Content-Class: voice\r\n\r\nx", "Voicemail", {True, False}),
        ("Content-Class: voice-uc\r\n\r\nx", "Voicemail", {True, False}),
        ("X-Autoreply: yes\r\n\r\nx", "OOF", {True, False}),
        ("X-Autorespond: yes\r\n\r\nx", "OOF", {True, False}),
        (
            "X-MS-Exchange-Organization-Approval-Requestor: a\r\n\r\nx",
            "ApprovalRequest",
            {True, False},
        ),
        (
            "X-MS-Exchange-Organization-AutoForwarded: false\r\n\r\nx",
            "AutoForward",
            {False},
        ),
        ("X: " + "y" * 10 + "\r\n\r\nx", "Encrypted", {False}),
        (
            "Content-Type: text/plain; x=" + "y" * 5000 + "\r\n\r\nx",
            "Encrypted",
            {True, False},
        ),
    ],
)
def test_what_kind_of_mail_it_is(structure, wanted, is_hit):
    assert is_hit == typed("MessageTypeMatches", structure, wanted)


def test_a_mail_from_nobody_that_is_automatic_may_be_an_automatic_reply():
    automatic = {"structure": "Auto-Submitted: auto-generated\r\n\r\nx"}
    made = {"kind": "MessageTypeMatches", "wanted": "OOF"} | automatic
    assert {False} == typed(**made)
    login = Submission(authenticated=ANNA)
    assert {True, False} == typed(**made, reverse_path=None, submission=login)
    plain = made | {"structure": "Auto-Submitted: no\r\n\r\nx"}
    assert {False} == typed(**plain, reverse_path=None, submission=login)


@pytest.mark.parametrize(
    ("structure", "wanted", "is_hit"),
    [
        ("Content-Type: text/plain; charset=big5\r\n\r\nx", "Chinese/big5", {True}),
        ("Content-Type: text/plain; charset=big5\r\n\r\nx", "Chinese/big", {False}),
        ("Content-Type: text/plain\r\n\r\nx", "us-ascii", {False}),
        ("X: =?big5?Q?x?=\r\n\r\nx", "big5", {True, False}),
        (
            "Content-Type: text/plain; x=" + "y" * 5000 + "\r\n\r\nx",
            "big5",
            {True, False},
        ),
    ],
)
def test_which_character_sets_the_texts_are_in(structure, wanted, is_hit):
    name = "ContentCharacterSetContainsWords"
    assert is_hit == typed(name, structure, [wanted])


def test_a_structure_over_which_the_library_falls_cannot_be_told():
    broken = "Content-Type: text/plain; multipart*\r\n\r\nx"
    assert {True, False} == typed("MessageTypeMatches", broken, "Encrypted")
    name = "ContentCharacterSetContainsWords"
    assert {True, False} == typed(name, broken, ["big5"])


def test_one_of_few_words_names_what_is_not_conclusive():
    value = OneOf("OOF")
    assert ("OOF",) == value.operands
    assert () == value.open_readings(Seen(()))
    assert "OOF" in value.why_unknown(Seen((), others=("OOF",)))
    assert "unread" == value.why_unknown(Seen((), "unread"))


# --------------------------------------------------------------- patterns, editions


def test_an_empty_sender_matches_no_pattern():
    # exchange-rules#v28
    item = mail(sender="", reverse_path=None, submission=Submission(ANNA))
    for pattern in ("^$", ".*"):
        assert hits({"FromAddressMatchesPatterns": [pattern]}, item) is False


def test_patterns_see_the_source_of_html_and_perhaps_its_text():
    # exchange-rules#v24, exchange-rules#R-14
    html = "Content-Type: text/html\r\n"
    item = mail(headers=html, body="<b>BSN</b> 12")
    assert hits({"SubjectOrBodyMatchesPatterns": ["</b>"]}, item) is True
    assert hits({"SubjectOrBodyMatchesPatterns": ["BSN 12"]}, item) is True
    source = reading(html_patterns="source")
    words = {"SubjectOrBodyMatchesPatterns": ["BSN 12"]}
    assert hits(words, item, readings=source) is False
    both = every_end(item, open_tenant(words | TAKE))
    assert 2 == len(both)


def test_a_condition_that_the_platform_does_not_have_is_unknown_and_says_so():
    # exchange-rules#9
    words = {"HasSenderOverride": True}
    (name,) = asked(mail(), tenant(words | TAKE))
    assert name.startswith("HasSenderOverride")
    assert {Edition.ONLINE} == editions_of("SenderInRecipientList")
    server = tenant({"SenderInRecipientList": ["x"]} | TAKE, platform=Platform.SERVER)
    (name,) = asked(mail(), server)
    assert name.startswith("SenderInRecipientList")


def test_every_row_says_where_it_exists():
    for name, row in PREDICATES.items():
        assert editions_of(name) == row.editions
        assert row.editions
    edge = {n for n, row in PREDICATES.items() if Edition.EDGE in row.editions}
    assert "HeaderContainsWords" in edge
    assert "SentTo" not in edge
    assert Edition.SERVER_2013 not in editions_of("AttachmentPropertyContainsWords")
    assert set(QUESTIONS) >= {"attribute_words", "size_limit", "size_compared"}
