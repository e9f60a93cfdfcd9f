"""What becomes of an accepted mail, and what the ledger says of it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices, explore
from fakes.mail.address import parse_address
from fakes.zivver import Account, Transaction
from fakes.zivver.admission import Assumed
from fakes.zivver.delivery import ZivverState
from fakes.zivver.readings import READINGS, TrustedOverSmtp, settle
from fakes.zivver.replies import Reason
from fakes.zivver.service import (
    AccountKind,
    AccountState,
    Delivering,
    Verification,
    ZivverService,
)
from fakes.zone import zone
from tests.zivver.builders import (
    ANNA,
    BOB,
    BY_SPF,
    CLEO,
    DIRK,
    LOGGED_IN,
    RELAY,
    SETTLED,
    Given,
    content,
)

FREE = Verification.NOT_REQUIRED
ODD = Delivering(FREE, odd_domains=frozenset({"Fabrikam.example"}))
STRICT = Delivering(Verification.SMS, known=((CLEO, Verification.SMS),))
NULL_MX = zone({("fabrikam.example", "MX"): ("0 .",)})
HOSTLESS = zone({("fabrikam.example", "TXT"): ("hello",)})
WITH_MX = zone({("fabrikam.example", "MX"): ("10 mx.fabrikam.example",)})
WITH_A = zone({("fabrikam.example", "A"): ("192.0.2.7",)})
GONE = zone({}, absent=frozenset({"fabrikam.example"}))
FAILING = zone({}, failing=frozenset({"fabrikam.example"}))
TO_BOTH = content("To: cleo@fabrikam.example, dirk@fabrikam.example")


def with_(**changes):
    return replace(SETTLED, **changes)


def delivering(**changes):
    return with_(delivering=replace(SETTLED.delivering, **changes))


def states(transaction):
    return [delivery.state for delivery in transaction.deliveries]


@pytest.mark.parametrize(
    ("service", "dns", "expected"),
    [
        pytest.param(SETTLED, zone({}), "notification", id="a stranger"),
        pytest.param(
            delivering(members=frozenset({CLEO})), zone({}), "in_app", id="a member"
        ),
        pytest.param(
            with_(accounts=(Account(ANNA), Account(CLEO))),
            zone({}),
            "in_app",
            id="an account of our own",
        ),
        pytest.param(
            with_(accounts=(Account(ANNA), Account(CLEO, state=AccountState.INVITED))),
            zone({}),
            "notification",
            id="an invited account is none",
        ),
        pytest.param(with_(delivering=ODD), zone({}), "direct", id="ODD, fit"),
        pytest.param(
            with_(delivering=replace(ODD, odd_unfit=ODD.odd_domains)),
            zone({}),
            "notification",
            id="ODD, unfit TLS",
        ),
        pytest.param(
            delivering(nta_domains=frozenset({"fabrikam.example"})),
            zone({}),
            "direct",
            id="NTA 7516",
        ),
        pytest.param(
            delivering(nta_domains=frozenset({"example"})),
            zone({}),
            "notification",
            id="NTA 7516 of a parent domain",
        ),
        pytest.param(SETTLED, GONE, "bounced", id="no such domain"),
        pytest.param(SETTLED, NULL_MX, "bounced", id="null MX"),
        pytest.param(SETTLED, HOSTLESS, "bounced", id="no mail host"),
        pytest.param(SETTLED, WITH_MX, "notification", id="an MX"),
        pytest.param(SETTLED, WITH_A, "notification", id="an A record only"),
        pytest.param(SETTLED, FAILING, "notification", id="DNS fails"),
        pytest.param(
            delivering(refusing=frozenset({"fabrikam.example"})),
            zone({}),
            "bounced",
            id="its host refuses",
        ),
        pytest.param(
            delivering(members=frozenset({CLEO})),
            GONE,
            "in_app",
            id="in-app needs no DNS",
        ),
    ],
)
def test_a_recipient_gets(service, dns, expected):
    (delivery,) = Given().run(service=service, zone=dns).deliveries
    assert expected == delivery.state
    assert (expected == "bounced") == delivery.is_told
    assert delivery.why


def test_a_trusted_domain_hangs_on_a_reading():
    settings = replace(
        SETTLED.delivering, trusted_domains=frozenset({"fabrikam.example"})
    )
    service = with_(delivering=settings, trusted_over_smtp=None)
    found = explore(lambda choices: Given(service).run(choices), bound=9)
    assert [[ZivverState.NOTIFICATION], [ZivverState.PLAIN]] == [
        states(run.result) for run in found.runs
    ]


def test_one_recipient_without_verification_holds_the_mail_for_all():
    service = with_(delivering=STRICT)
    found = Given(service, to=(CLEO, DIRK), content=TO_BOTH).run()
    assert 250 == found.reply.code
    assert [ZivverState.HELD, ZivverState.HELD] == states(found)
    assert all(delivery.is_told for delivery in found.deliveries)
    assert all("dirk@" in delivery.why for delivery in found.deliveries)


@pytest.mark.parametrize(
    "field",
    [
        "zivver-access-right: dirk@fabrikam.example sms +31600000000",
        "zivver-minimum-recipient-verification: verification-email",
    ],
)
def test_a_message_may_bring_the_verification_that_lacks(field):
    both = "To: cleo@fabrikam.example, dirk@fabrikam.example"
    service = with_(delivering=STRICT)
    found = Given(service, to=(CLEO, DIRK), content=content(both, field)).run()
    assert [ZivverState.NOTIFICATION] * 2 == states(found)


@pytest.mark.parametrize(
    "field",
    [
        "zivver-access-right: dirk@fabrikam.example pigeon +31600000000",
        "zivver-access-right: dirk@@ sms +31600000000",
        "zivver-minimum-recipient-verification: pigeon",
    ],
)
def test_a_header_that_is_not_understood_releases_nothing(field):
    both = "To: cleo@fabrikam.example, dirk@fabrikam.example"
    service = with_(delivering=STRICT)
    found = Given(service, to=(CLEO, DIRK), content=content(both, field)).run()
    assert [ZivverState.HELD] * 2 == states(found)


def test_a_domain_literal_is_asked_of_no_zone():
    literal = parse_address("cleo@[192.0.2.7]")
    assert [ZivverState.NOTIFICATION] == states(Given(to=(literal,)).run())


def test_an_unreadable_to_field_is_named_when_nobody_is_left():
    mail = content("x-zivver-ignore-smtp-recipients: true", "To: b@@@")
    found = Given(content=mail, to=(RELAY,)).run()
    assert Reason.NO_RECIPIENTS == found.reason
    assert "To cannot be read" in found.why


def test_the_ledger_names_session_and_log_in():
    found = Given().run()
    assert found.is_encrypted
    assert "user-1" == found.identity


@pytest.mark.parametrize(
    "settings",
    [
        replace(STRICT, members=frozenset({DIRK})),
        replace(STRICT, odd_domains=frozenset({"fabrikam.example"})),
    ],
    ids=["a member", "direct delivery"],
)
def test_whoever_needs_no_notification_needs_no_verification(settings):
    service = with_(delivering=settings)
    found = Given(service, to=(CLEO, DIRK), content=TO_BOTH).run()
    assert ZivverState.HELD not in states(found)


@pytest.mark.parametrize(
    ("sender", "is_found"),
    [
        ("anna@contoso.example", True),
        ("ANNA@Contoso.Example", True),
        ('"Anna" <anna@contoso.example>', True),
        ("alias@contoso.example", True),
        ("info@xn--bcher-kva.example", True),
        ("info@bücher.example", True),
        ("anna+tag@contoso.example", False),
        ("anna@sub.contoso.example", False),
        ("invited@contoso.example", False),
        ("suspended@contoso.example", False),
    ],
)
def test_an_account_is_found_by_address_alias_case_and_idn(sender, is_found):
    service = with_(
        accounts=(
            Account(ANNA, aliases=(parse_address("Alias@contoso.example"),)),
            Account(parse_address("info@bücher.example"), kind=AccountKind.FUNCTIONAL),
            Account(
                parse_address("invited@contoso.example"), state=AccountState.INVITED
            ),
            Account(
                parse_address("suspended@contoso.example"),
                state=AccountState.SUSPENDED,
            ),
        )
    )
    found = Given(service).run(content=content("To: c@d.example", sender=sender))
    assert is_found == found.is_accepted
    assert is_found == (found.account is not None)


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (content("To: c@d.example", sender=""), "there is no From: field"),
        (content("From: b@d.example"), "there are 2 From: fields"),
        (content(sender="a@d.example, b@d.example"), "From: names 2 addresses"),
        (content(sender="Anna"), "From: holds no address that can be read"),
    ],
)
def test_from_must_hold_exactly_one_address(mail, why):
    found = Given().run(content=mail)
    assert (Reason.BAD_FROM, why) == (found.reason, found.why)


def test_the_account_is_looked_up_for_from_not_for_the_envelope():
    mail = content("To: cleo@fabrikam.example", sender="bob@contoso.example")
    assert Reason.NO_ACCOUNT == Given().run(content=mail, sender=ANNA).reason
    assert Reason.ACCEPTED == Given().run(sender=BOB).reason


def test_a_missing_account_is_explored_in_all_three_ways():
    mail = content("To: cleo@fabrikam.example", sender="bob@contoso.example")
    service = with_(missing_account=None)
    found = explore(lambda choices: Given(service, content=mail).run(choices), bound=9)
    ends = [
        (run.result.reply.code, [(d.state, d.is_told) for d in run.result.deliveries])
        for run in found.runs
    ]
    dropped = ZivverState.DROPPED
    assert [(550, []), (250, [(dropped, True)]), (250, [(dropped, False)])] == ends


def test_what_was_not_given_is_assumed_and_named():
    found = Given(ZivverService()).run()
    wanted = {Assumed.CREDENTIALS, Assumed.ACCOUNTS, Assumed.VERIFICATION}
    assert found.is_accepted
    assert wanted == set(found.assumed)


@pytest.mark.parametrize(
    ("is_assumed", "method"),
    [(True, Verification.ACCESS_CODE), (False, Verification.SMS)],
)
def test_a_method_as_strong_as_any_policy_asks_leaves_nothing_to_assume(
    is_assumed, method
):
    service = with_(delivering=Delivering(None, known=((CLEO, method),)))
    assert is_assumed == (Assumed.VERIFICATION in Given(service).run().assumed)


def test_an_allowlist_that_was_not_given_is_assumed_but_spf_is_judged():
    found = Given(ZivverService(), session=BY_SPF).run()
    wanted = {Assumed.ALLOWLIST, Assumed.ACCOUNTS, Assumed.VERIFICATION}
    assert wanted == set(found.assumed)
    outside = replace(BY_SPF, source=LOGGED_IN.source)
    assert 550 == Given(ZivverService(), session=outside).run().reply.code


def test_a_client_address_that_is_not_modelled_makes_spf_an_assumption():
    found = Given(session=replace(BY_SPF, source=None)).run()
    assert (Assumed.SPF,) == found.assumed


def test_names_that_the_zone_does_not_hold_make_spf_an_assumption():
    assert (Assumed.SPF,) == Given(session=BY_SPF, zone=zone({})).run().assumed


@pytest.mark.parametrize("session", [LOGGED_IN, BY_SPF])
def test_a_service_that_is_given_whole_needs_no_assumption(session):
    choices = Choices()
    assert () == Given(session=session).run(choices).assumed
    assert [] == choices.met


def test_mail_that_zivver_had_sent_is_marked():
    mail = content("To: cleo@fabrikam.example", "x-zivver-transport: 1")
    assert Given().run(content=mail).is_returning
    assert not Given().run().is_returning


def test_the_ledger_holds_no_body():
    assert "hello" not in repr(Given().run())
    assert 64 == len(Given().run().sha256)
    names = {field.name for field in fields(Transaction)}
    assert not names & {"content", "body", "password"}


def test_on_premises_without_the_ignore_header_everybody_loses():
    found = Given(to=(RELAY,)).run()
    assert [ZivverState.BOUNCED] == states(found)


def test_each_reading_names_a_setting_and_can_be_settled():
    for question, reading in READINGS.items():
        assert f"zivver_{reading.field}" == reading.name
        assert None is getattr(ZivverService(), reading.field)
        assert set(question) == {reading.default, *reading.alternatives}
        assert reading.question.endswith("?")
        assert reading.recipe
        assert reading.sources


def test_a_setting_settles_its_reading():
    choices = Choices()
    given = settle(TrustedOverSmtp.PLAIN, TrustedOverSmtp, choices)
    assert TrustedOverSmtp.PLAIN is given
    assert [] == choices.met


PEOPLE = st.lists(st.sampled_from([ANNA, BOB, CLEO, DIRK, RELAY]), min_size=1)
SETTINGS = st.builds(
    Delivering,
    st.sampled_from(list(Verification)),
    known=st.sampled_from([(), ((CLEO, Verification.SMS),)]),
    members=st.sampled_from([frozenset(), frozenset({DIRK})]),
    odd_domains=st.sampled_from([frozenset(), frozenset({"contoso.example"})]),
)


@pytest.mark.property
@given(PEOPLE, SETTINGS)
def test_every_recipient_of_an_accepted_mail_has_exactly_one_end(people, settings):
    found = Given(with_(delivering=settings), to=tuple(people)).run()
    assert found.is_accepted
    assert set(people) == {delivery.address for delivery in found.deliveries}
    assert len(set(people)) == len(found.deliveries)
    ends = set(states(found))
    assert ends == {ZivverState.HELD} or ZivverState.HELD not in ends
    assert ZivverState.PLAIN not in ends
