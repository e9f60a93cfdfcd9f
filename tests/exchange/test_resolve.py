"""What stands behind an address (exchange-routing#3.2)."""

from dataclasses import replace
from itertools import pairwise

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    Directory,
    DomainType,
    Recipient,
    RecipientKind,
    accepted_domain,
    default_domain,
)
from fakes.exchange.routing.resolve import Place, resolve
from tests.exchange.at_hand import (
    ALIAS,
    ANNA,
    AUDIT,
    BARE,
    BOB,
    CLEO,
    CONTACT,
    DIRECTORY,
    FOREIGN,
    SALES,
    address,
    every_end,
    mail,
    tenant,
)

NOBODY = address("nobody@contoso.example")
A, B = address("a@contoso.example"), address("b@contoso.example")


def contact(who, target, **fields):
    return Recipient(
        who.local, RecipientKind.MAIL_CONTACT, who, external=target, **fields
    )


def with_people(*people, **fields):
    return tenant(directory=Directory((*DIRECTORY.recipients, *people)), **fields)


def found(who, organization=BARE):
    return resolve(who, organization, Choices())


@pytest.mark.parametrize(
    ("who", "place", "shown", "target", "source"),
    [
        (BOB, Place.MAILBOX, BOB, BOB, "exchange-routing#3.2"),
        (ALIAS, Place.MAILBOX, BOB, BOB, "exchange-routing#B12"),
        (CONTACT, Place.OUTSIDE, CONTACT, FOREIGN, "exchange-routing#3.2"),
        (CLEO, Place.OUTSIDE, CLEO, CLEO, "exchange-routing#3.2"),
        (NOBODY, Place.NOT_FOUND, NOBODY, NOBODY, "exchange-routing#B17"),
        (SALES, Place.GROUP, SALES, SALES, "exchange-routing#3.2"),
    ],
)
def test_an_address_leads_to_its_place(who, place, shown, target, source):
    result = found(who)
    assert (place, shown, target) == (result.place, result.address, result.target), (
        source
    )


def test_an_unknown_recipient_is_told_so_by_online():
    # exchange-routing#B17
    assert "550 5.1.10" in str(found(NOBODY).reply)


@pytest.mark.parametrize("kind", [DomainType.INTERNAL_RELAY, DomainType.EXTERNAL_RELAY])
def test_a_relay_domain_passes_unknown_recipients_on(kind):
    # exchange-routing#B3, exchange-routing#B19
    organization = tenant(accepted_domains=(AcceptedDomain("contoso.example", kind),))
    assert Place.OUTSIDE is found(NOBODY, organization).place
    part = replace(organization, directory=None)
    assert "not exported" in found(NOBODY, part).why


def test_contacts_are_followed_to_a_mailbox():
    # exchange-routing#B10
    result = found(A, with_people(contact(A, BOB)))
    assert (Place.MAILBOX, A, BOB) == (result.place, result.address, result.target)


def test_contacts_that_point_at_each_other_are_a_loop():
    # exchange-routing#B11
    result = found(A, with_people(contact(A, B), contact(B, A)))
    assert Place.NOT_FOUND is result.place
    assert "5.4.14" in str(result.reply)


def test_a_long_chain_is_given_up():
    names = [address(f"c{n}@contoso.example") for n in range(12)]
    chain = [contact(one, two) for one, two in pairwise(names)]
    assert Place.NOT_FOUND is found(names[0], with_people(*chain)).place


def test_a_contact_whose_target_nobody_holds_is_routed_out():
    # exchange-routing#X-12
    assert Place.OUTSIDE is found(A, with_people(contact(A, NOBODY))).place
    assert Place.OUTSIDE is found(A, with_people(contact(A, A))).place


@pytest.mark.parametrize(
    "person",
    [
        Recipient("x", RecipientKind.MAILBOX, A, unjudged=("ForwardingAddress",)),
        contact(A, FOREIGN, unjudged=("MaxReceiveSize",)),
        Recipient("x", RecipientKind.MAIL_USER, A),
        Recipient("x", RecipientKind.OTHER, A),
    ],
)
def test_an_object_that_carries_what_we_do_not_judge_cannot_be_told(person):
    result = found(A, with_people(person))
    assert Place.UNKNOWN is result.place
    assert result.fact
    assert result.fact.why


def test_an_unjudged_object_at_the_end_of_a_chain_is_not_passed_over():
    end = Recipient("x", RecipientKind.MAILBOX, B, unjudged=("ForwardingAddress",))
    assert Place.UNKNOWN is found(A, with_people(contact(A, B), end)).place


def test_two_objects_with_one_address_cannot_be_told():
    # exchange-routing#3.2
    twin = Recipient("Twin", RecipientKind.MAILBOX, BOB)
    assert Place.UNKNOWN is found(BOB, with_people(twin)).place


def test_a_public_folder_holds_mail():
    folder = Recipient("Folder", RecipientKind.PUBLIC_FOLDER, A)
    assert Place.MAILBOX is found(A, with_people(folder)).place


def test_recipients_that_were_not_exported_may_be_mailboxes():
    item = mail(to=(NOBODY,))
    for directory in (None, replace(DIRECTORY, is_whole=False)):
        box, nobody = every_end(item, tenant(directory=directory))
        assert {NOBODY: {("mailbox", None, str(NOBODY))}} == box
        assert {NOBODY: {("rejected", None, None)}} == nobody


def test_a_look_up_has_an_answer_or_stands_in_no_export():
    # exchange-routing#B14: a directory that fails for a while is none of ours.
    assert Place.MAILBOX is found(NOBODY, tenant(directory=None)).place


def test_without_accepted_domains_nothing_is_inside_or_outside():
    assert Place.UNKNOWN is found(CLEO, tenant(accepted_domains=None)).place


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("contoso.example", "contoso.example"),
        ("x.contoso.example", "*"),
        ("x.sales.contoso.example", "sales.contoso.example"),
        ("y.x.sales.contoso.example", "sales.contoso.example"),
    ],
)
def test_the_closest_accepted_domain_counts(domain, expected):
    domains = (
        AcceptedDomain("*", DomainType.INTERNAL_RELAY, covers_subdomains=True),
        AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),
        AcceptedDomain(
            "sales.contoso.example", DomainType.INTERNAL_RELAY, covers_subdomains=True
        ),
    )
    for order in (domains, domains[::-1]):
        entry = accepted_domain(replace(BARE, accepted_domains=order), domain)
        assert entry
        assert expected == entry.domain


def test_reports_come_from_the_default_domain():
    assert "contoso.example" == default_domain(BARE)
    plain = (AcceptedDomain("b.example", DomainType.AUTHORITATIVE),)
    assert "b.example" == default_domain(replace(BARE, accepted_domains=plain))
    assert "contoso" == default_domain(replace(BARE, accepted_domains=None))


def test_a_directory_knows_each_of_its_names():
    assert (DIRECTORY.recipients[0],) == DIRECTORY.by_name["anna"]
    assert (DIRECTORY.recipients[1],) == DIRECTORY.by_address[ALIAS]
    assert ANNA not in {AUDIT, BOB}
