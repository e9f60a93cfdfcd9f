"""The reply matrix: the conversation and the queue do what its rows say."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import Platform
from fakes.exchange.retry import MATRIX, Next, Trouble, expired, heard
from fakes.internet.hosts import Host, Internet, Presence, decent_host, receiver_of
from fakes.mail import troubles
from fakes.mail.content import Content
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import (
    AuthTerms,
    HandOff,
    Route,
    Said,
    Stage,
    TlsLevel,
    TlsTerms,
    Transmission,
)
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from tests.exchange.at_hand import ANNA, CLEO, DIRK

FIRST, SECOND = "one.example", "two.example"
TLS = ServerTls(is_offered=True, certificate=Certificate((FIRST,)))
EXPIRED = Certificate((FIRST,), CertificateFault.EXPIRED)
LATER, NEVER = reply(451, "4.3.0", "later"), reply(554, "5.3.0", "never")
CLOSING = reply(421, "4.3.2", "closing")
SERVER, ONLINE = Platform.SERVER, Platform.ONLINE


def offered(first, *, level=TlsLevel.OPPORTUNISTIC, auth=None, to=(CLEO,)):
    """Offer a mail to a host, and to a decent one behind it."""
    handoff = HandOff(
        Envelope(ANNA, to),
        Content(b"A: b\r\n\r\nc\r\n"),
        (FIRST, SECOND),
        25,
        TlsTerms(level),
        Route.SMART_HOST,
        auth=auth,
    )
    internet = Internet(hosts=(first,) if isinstance(first, Host) else ())

    def find(name, port):
        if name == FIRST and not isinstance(first, Host):
            return first
        return receiver_of(internet, name, port)

    return converse(handoff, find, source=None)[0]


def why(made, who=CLEO, platform=SERVER):
    found = heard(made, who, platform)
    assert found is not None
    return found


def refusing(stage, said):
    return Host(FIRST, TLS, refuses=((stage, said),))


STAGES = (Stage.CONNECT, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DONE)
REPLIES = {Trouble.LATER: LATER, Trouble.NEVER: NEVER, Trouble.CLOSING: CLOSING}
REFUSED = [
    pytest.param(stage, trouble, refusing(stage, said), id=f"{stage.value} {trouble}")
    for stage in STAGES
    for trouble, said in REPLIES.items()
]
OTHERS = [
    pytest.param(Stage.LOOK_UP, Trouble.NO_NAME, troubles.NO_SUCH_HOST, id="no name"),
    pytest.param(Stage.LOOK_UP, Trouble.NO_DNS, troubles.LOOK_UP_FAILED, id="no DNS"),
    pytest.param(
        Stage.CONNECT, Trouble.REFUSED, Host(FIRST, TLS, Presence.DOWN), id="down"
    ),
    pytest.param(
        Stage.CONNECT, Trouble.SILENT, Host(FIRST, TLS, Presence.SILENT), id="silent"
    ),
    pytest.param(Stage.CONNECT, Trouble.LOST, troubles.CONNECTION_LOST, id="lost"),
]


@pytest.mark.parametrize(("stage", "trouble", "host"), REFUSED + OTHERS)
def test_the_conversation_and_the_matrix_agree(stage, trouble, host):
    # exchange-routing#6.3
    row = MATRIX[stage][trouble]
    made = offered(host)
    if row.has_other:
        assert (SECOND, (CLEO,)) == (made.host, made.accepted)
        assert None is heard(made, CLEO, SERVER)
        alone = replace(
            made,
            accepted=(),
            said=made.said[:1]
            + tuple(said for said in made.said if not said.reply.is_positive),
        )
        made = alone
    found = why(made)
    assert (stage, trouble, row.server) == (found.stage, found.trouble, found.next)
    assert row.online is why(made, platform=ONLINE).next
    is_returned = row.server in {Next.RETURN, Next.RETURN_RECIPIENT}
    if not row.has_other:
        assert is_returned == bool(made.refused)
        assert is_returned != bool(made.deferred)


@pytest.mark.parametrize(
    ("host", "more", "stage"),
    [
        (
            Host(FIRST, ServerTls(is_offered=False, certificate=Certificate(()))),
            {"level": TlsLevel.ENCRYPTION_ONLY},
            Stage.STARTTLS,
        ),
        (
            Host(FIRST, replace(TLS, is_refused=True)),
            {"level": TlsLevel.ENCRYPTION_ONLY},
            Stage.STARTTLS,
        ),
        (
            Host(
                FIRST,
                replace(
                    TLS, certificate=Certificate((FIRST,), CertificateFault.EXPIRED)
                ),
            ),
            {"level": TlsLevel.CERTIFICATE_VALIDATION},
            Stage.STARTTLS,
        ),
        (decent_host(FIRST), {"auth": AuthTerms("u", "p")}, Stage.AUTH),
        (refusing(Stage.AUTH, NEVER), {"auth": AuthTerms("u", "p")}, Stage.AUTH),
        (refusing(Stage.AUTH, LATER), {"auth": AuthTerms("u", "p")}, Stage.AUTH),
    ],
)
def test_what_is_not_on_our_terms_lets_the_queue_wait(host, more, stage):
    # field-cases#X-30, exchange-routing#D1, exchange-routing#D12
    made = offered(host, **more)
    found = why(made)
    assert (stage, Next.QUEUE) == (found.stage, found.next)
    assert found.is_of_queue
    assert [CLEO] == [who for who, _ in made.deferred]


def test_a_lost_reply_to_the_final_dot_may_make_a_duplicate():
    # exchange-routing#6.3
    made = offered(decent_host(FIRST))
    lost = Transmission(
        made.handoff,
        FIRST,
        is_encrypted=True,
        is_verified=False,
        said=(Said(Stage.DONE, troubles.CONNECTION_LOST),),
        accepted=(),
        deferred=((CLEO, troubles.CONNECTION_LOST),),
    )
    assert Next.AGAIN is why(lost).next


def test_a_recipient_has_his_own_row():
    host = Host(FIRST, TLS, unknown=frozenset({DIRK}))
    made = offered(host, to=(CLEO, DIRK))
    assert None is heard(made, CLEO, SERVER)
    assert Next.RETURN_RECIPIENT is why(made, DIRK).next


def test_a_hand_off_without_a_host_is_one_that_dns_does_not_answer():
    made = offered(decent_host(FIRST))
    nobody = replace(made, said=(), accepted=())
    assert Trouble.NO_DNS is why(nobody).trouble


@pytest.mark.parametrize(
    ("platform", "last", "said"),
    [
        (SERVER, None, "550 4.4.7 QUEUE.Expired; message expired"),
        (SERVER, LATER, "550 4.4.7 QUEUE.Expired; message expired"),
        (ONLINE, None, "550 5.4.300 Message expired"),
        (ONLINE, LATER, "550 5.4.300 Message expired -> 451 4.3.0 later"),
        (
            ONLINE,
            troubles.CONNECTION_REFUSED,
            "550 5.4.316 Message expired, connection refused(Socket error code 10061)",
        ),
        (
            ONLINE,
            troubles.TIMED_OUT,
            "550 5.4.315 Message expired, connection timed out -> 450 4.4.315",
        ),
    ],
)
def test_each_platform_has_its_words_for_the_end(platform, last, said):
    # exchange-routing#D17, exchange-routing#1.7
    assert str(expired(platform, last)).startswith(said)
