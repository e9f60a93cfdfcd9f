"""Whom Zivver takes for the sender, and who may send in his name."""

from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.mail.content import parse
from fakes.zivver import Account
from fakes.zivver.admission import Assumed
from fakes.zivver.readings import Delegates
from fakes.zivver.sender import find_sender
from fakes.zivver.service import AccountKind, AccountState
from tests.zivver.builders import ANNA, BOB, CLEO, SETTLED, Given, addresses, content

(WARD, TEAM) = addresses("ward@contoso.example", "team@contoso.example")
STANDS_IN = "Sender: anna@contoso.example"


def service(delegates, *, anna=AccountState.ACTIVE, asked=Delegates.ASKED):
    accounts = (
        Account(ANNA, addresses("a.jansen@contoso.example"), state=anna),
        Account(WARD, (TEAM,), AccountKind.FUNCTIONAL, delegates=delegates),
    )
    return replace(SETTLED, accounts=accounts, delegates=asked)


def seen(service, *fields):
    mail = parse(content("To: cleo@fabrikam.example", *fields, sender=str(WARD)))
    return find_sender(mail, service, Choices())


@pytest.mark.parametrize(
    ("trouble", "delegates", "fields"),
    [
        pytest.param("", (), (), id="send-as has no Sender"),
        pytest.param("", (), (f"Sender: {WARD}",), id="the same"),
        pytest.param("", (), (f"Sender: {TEAM}",), id="its alias"),
        pytest.param("", (ANNA,), (STANDS_IN,), id="a delegate"),
        pytest.param(
            "", (ANNA,), ("Sender: a.jansen@contoso.example",), id="his alias"
        ),
        pytest.param(
            "anna@contoso.example is no delegate of ward@contoso.example",
            (BOB,),
            (STANDS_IN,),
            id="no delegate",
        ),
        pytest.param(
            "bob@contoso.example has no Zivver account",
            (BOB,),
            (f"Sender: {BOB}",),
            id="a delegate without an account",
        ),
        pytest.param(
            "Sender: cannot be read", (ANNA,), ("Sender: Anna",), id="unreadable"
        ),
        pytest.param(
            "cleo@fabrikam.example has no Zivver account",
            (ANNA,),
            (STANDS_IN, f"Sender: {CLEO}"),
            id="two, one of them a stranger",
        ),
    ],
)
def test_who_stands_in_sender_must_be_a_delegate_where_zivver_asks(
    trouble, delegates, fields
):
    asked = seen(service(delegates), *fields)
    assert (trouble, not trouble) == (asked.trouble, asked.account is not None)
    not_asked = seen(service(delegates, asked=Delegates.NOT_ASKED), *fields)
    assert "" == not_asked.trouble


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.SUSPENDED])
def test_a_delegate_whose_account_is_not_active_may_not_send(state):
    found = seen(service((ANNA,), anna=state), STANDS_IN)
    assert f"the account of {ANNA} is {state}" == found.trouble


def test_delegates_that_nobody_told_are_assumed_and_the_ledger_says_who_sent_it():
    mail = content("To: cleo@fabrikam.example", STANDS_IN, sender=str(WARD))
    record = Given().run(service=service(None), content=mail)
    assert (Assumed.DELEGATES,) == record.assumed
    assert (WARD, WARD, ANNA) == (record.author, record.account, record.sent_by)


def test_who_may_not_send_in_that_name_is_refused_as_one_without_account():
    mail = content("To: cleo@fabrikam.example", STANDS_IN, sender=str(WARD))
    record = Given().run(service=service(()), content=mail)
    assert ("no account", ANNA) == (record.reason, record.sent_by)
