"""Rich text on its way out (exchange-routing#5.3)."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import Directory
from fakes.exchange.remote_domain import RemoteDomain
from tests.exchange.at_hand import CONTACT, DIRECTORY, FOREIGN, mail, passed, tenant

RICH = mail(to=(CONTACT,), headers="Content-Type: application/ms-tnef\r\n", body="x")
CONVERTED = f"what Exchange makes of rich text for {FOREIGN}"
AS_IT_IS = f"{FOREIGN} can read rich text (winmail.dat)"


def assumed(*, contact=False, remote=None, item=RICH):
    people = tuple(
        replace(entry, takes_rich_text=contact) if entry.primary == CONTACT else entry
        for entry in DIRECTORY.recipients
    )
    domains = (RemoteDomain("all", "*"), RemoteDomain("x", FOREIGN.domain, tnef=remote))
    organization = tenant(directory=Directory(people), remote_domains=domains)
    return passed(item, organization).assumed


@pytest.mark.parametrize(
    ("contact", "remote", "expected"),
    [
        (False, None, CONVERTED),
        (True, None, AS_IT_IS),
        # exchange-routing#E18, exchange-routing#E19: the remote domain wins.
        (False, True, AS_IT_IS),
        (True, False, CONVERTED),
        (False, False, CONVERTED),
    ],
)
def test_the_remote_domain_comes_before_the_contact(contact, remote, expected):
    assert expected in assumed(contact=contact, remote=remote)


def test_of_other_mail_nothing_is_said():
    plain = mail(to=(CONTACT,))
    assert not any("rich text" in text for text in assumed(item=plain))


def test_a_recipient_without_an_object_gets_what_exchange_makes_of_it():
    item = mail(to=(FOREIGN,), headers="Content-Type: application/ms-tnef\r\n")
    organization = tenant(directory=None, remote_domains=())
    assert CONVERTED in passed(item, organization).assumed
