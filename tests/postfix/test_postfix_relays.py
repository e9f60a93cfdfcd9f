"""Real Postfix as "any other email server" of the guide: secure, plain, or it waits."""

from dataclasses import replace

import pytest

from fakes.mail.address import parse_address as address
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from fakes.zivver.service import HOST
from tests.postfix.instance import Postfix
from tests.postfix.peers import (
    ANNA,
    GUID,
    INFO,
    PAYROLL,
    SERVICE,
    USER,
    Peers,
    hand,
    mail,
    relay,
)

pytestmark = [pytest.mark.postfix, pytest.mark.wire]

LABEL = f"msip_labels: MSIP_Label_{GUID}_Enabled=true;\r\n"
SECURE = {
    "the word": mail("Secure: results"),
    "the word, in capitals": mail("SECURE: results"),
    "the label": mail(head=LABEL),
    "the sender": mail(sender=PAYROLL),
}
PLAIN = {
    "nothing": mail(),
    "a longer word": mail("Securely"),
    "the label of somebody else": mail(head=LABEL.replace("3de9", "0000")),
    # header_checks see the field as it was sent.
    "the word, encoded": mail("=?utf-8?b?U2VjdXJl?="),
}


def one_more(count):
    """Give each mail a recipient of its own, by whom the log can be asked."""
    return address(f"info-{count}@fabrikam.example")


@pytest.fixture(scope="module", params=[587, 25], ids=["credentials", "SPF"])
def postfix(request, peers):
    with Postfix(**relay(peers, port=request.param)) as running:
        running.port = request.param
        yield running


@pytest.mark.parametrize("name", [*SECURE, *PLAIN])
def test_a_mail_with_a_trigger_goes_to_zivver_and_no_other(postfix, peers, loop, name):
    content = {**SECURE, **PLAIN}[name]
    sender = PAYROLL if name == "the sender" else ANNA
    to = one_more(f"{postfix.port}-{[*SECURE, *PLAIN].index(name)}")
    secure, plain = len(peers.secure), len(peers.plain)
    hand(postfix, loop, content, sender=sender, to=(to,))
    assert "sent" == postfix.status(str(to)).status
    found = (peers.secure[secure:], peers.plain[plain:])
    assert (name in SECURE, name in PLAIN) == tuple(map(bool, found))
    ((only,),) = (each for each in found if each)
    assert (to,) == only.envelope.recipients
    if name in SECURE:
        assert only.session.is_encrypted
        assert (postfix.port, USER if postfix.port == 587 else None) == (
            only.port,
            only.session.identity,
        )


def test_with_its_rules_off_every_mail_is_plain(peers, loop):
    with Postfix(**relay(peers, rules="", senders="")) as postfix:
        for number, content in enumerate(SECURE.values()):
            to = one_more(f"off-{number}")
            plain = len(peers.plain)
            hand(postfix, loop, content, to=(to,))
            assert "sent" == postfix.status(str(to)).status
            assert [(to,)] == [a.envelope.recipients for a in peers.plain[plain:]]


def shown(fault=CertificateFault.NONE, name=HOST):
    return ServerTls(is_offered=True, certificate=Certificate((name,), fault))


NO_TLS = ServerTls(is_offered=False, certificate=Certificate((HOST,)))
REFUSED = replace(shown(), is_refused=True)
TROUBLES = {
    "a wrong password": (SERVICE, "mistyped", "535"),
    "a stranger's certificate": (shown(CertificateFault.UNTRUSTED), "", "untrusted"),
    "a certificate of its own": (
        shown(CertificateFault.SELF_SIGNED),
        "",
        "self-signed",
    ),
    "a certificate of last year": (shown(CertificateFault.EXPIRED), "", "expired"),
    "another name": (shown(name="smtp.impostor.example"), "", "not verified"),
    "no TLS": (NO_TLS, "", "not offered"),
    "TLS refused": (REFUSED, "", "refused to start TLS"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_zivver_or_its_certificate_spoils_waits_and_does_not_leave(loop, name):
    given, password, why = TROUBLES[name]
    service = replace(SERVICE, tls=given) if isinstance(given, ServerTls) else given
    how = {"password": password} if password else {}
    with Peers(loop, service) as peers, Postfix(**relay(peers, **how)) as postfix:
        hand(postfix, loop, SECURE["the word"])
        status = postfix.status(str(INFO))
        assert "deferred" == status.status
        assert why in postfix.log
        assert ([], []) == (peers.secure, peers.plain)
        assert [str(INFO)] == postfix.queued()


def test_what_spf_does_not_admit_comes_back_to_the_sender(loop):
    with (
        Peers(loop, source="203.0.113.40") as peers,
        Postfix(**relay(peers, port=25)) as postfix,
    ):
        hand(postfix, loop, SECURE["the word"])
        status = postfix.status(str(INFO))
        assert "bounced" == status.status
        assert "550 5.7.23 SPF" in status.why
        # Its own report is ordinary mail to the sender, with the null reverse-path.
        assert "sent" == postfix.status(str(ANNA)).status
        (report,) = peers.plain
        assert (None, (ANNA,)) == (
            report.envelope.reverse_path,
            report.envelope.recipients,
        )
        assert [] == peers.secure
