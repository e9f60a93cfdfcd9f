"""Reports as other programs read them: RFC 3464, by Python's own parser."""

import email
import email.policy
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.exchange.dsn import (
    About,
    delay_notice,
    first_word,
    is_heard,
    non_delivery_report,
)
from fakes.exchange.organization import Platform
from fakes.exchange.queue_settings import SERVER, default_settings
from fakes.exchange.remote_domain import RemoteDomain
from fakes.mail.item import Carries, ItemKind
from fakes.mail.reply import reply
from tests.exchange.at_hand import ANNA, AT, BARE, CLEO, DIRK, address, mail

NEVER = reply(550, "5.7.1", "not from you")
LATER = reply(451, "4.3.0", "later")
STRANGER = address("carl@strangers.example")
HEADERS = (
    "Message-ID: <1@contoso.example>\r\n"
    "X-MS-Exchange-Organization-SCL: 1\r\nX-Other: kept\r\n"
)


ONE = (About(CLEO, NEVER, host="mx.example"),)
EXCHANGE = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
RELAY = address("relay@placeholder.example")


def read(item):
    return email.message_from_bytes(item.content.raw, policy=email.policy.default)


def report(item=None, about=ONE, organization=BARE):
    made = non_delivery_report(
        item or mail(headers=HEADERS), about, organization, at=AT
    )
    return made, read(made)


def test_it_is_a_report_of_three_parts_with_a_null_reverse_path():
    made, parsed = report()
    assert (None, (ANNA,)) == (made.envelope.reverse_path, made.envelope.recipients)
    assert "multipart/report" == parsed.get_content_type()
    assert "delivery-status" == parsed.get_param("report-type")
    kinds = [part.get_content_type() for part in parsed.iter_parts()]
    assert ["text/plain", "message/delivery-status", "message/rfc822"] == kinds
    assert [] == parsed.defects
    assert "Undeliverable: hello" == parsed["Subject"]
    assert "auto-replied" == parsed["Auto-Submitted"]
    assert "<1@contoso.example>" == made.parent


def test_it_tells_of_each_recipient_with_the_words_of_the_host():
    # exchange-routing#6.2: several failed recipients are in one report
    about = (
        About(CLEO, NEVER, host="mx.fabrikam.example"),
        About(
            address("relay@placeholder.example"), reply(554, "", "no"), original=DIRK
        ),
    )
    _, parsed = report(about=about)
    whole, first, second = parsed.get_payload()[1].get_payload()
    assert "dns;contoso.example" == whole["Reporting-MTA"]
    assert f"rfc822;{CLEO}" == first["Final-Recipient"]
    assert ("failed", "5.7.1") == (first["Action"], first["Status"])
    assert "smtp;550 5.7.1 not from you" == first["Diagnostic-Code"]
    assert "dns;mx.fabrikam.example" == first["Remote-MTA"]
    assert f"rfc822;{DIRK}" == second["Original-Recipient"]
    assert "5.0.0" == second["Status"]
    assert str(DIRK) in parsed.get_payload()[0].get_content()


def test_the_original_is_enclosed_without_what_is_for_the_organization_only():
    made, parsed = report()
    original = parsed.get_payload()[2].get_payload()[0]
    assert "text" == original.get_content().strip()
    assert ("kept", None) == (
        original["X-Other"],
        original["X-MS-Exchange-Organization-SCL"],
    )
    assert Carries.WHOLE is made.carries


@pytest.mark.parametrize("sender", [ANNA, STRANGER])
def test_a_large_original_is_not_enclosed_its_header_is(sender):
    # exchange-routing#D23
    item = mail(sender=sender, headers=HEADERS, body="x" * 11_000_000)
    made, parsed = report(item)
    assert Carries.SUBJECT is made.carries
    part = parsed.get_payload()[2]
    assert "text/rfc822-headers" == part.get_content_type()
    assert "X-Other: kept" in part.get_content()
    assert len(made.content.raw) < 10_000


@pytest.mark.parametrize(
    ("sender", "local"),
    [
        (ANNA, "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"),
        (STRANGER, "postmaster"),
    ],
)
def test_it_comes_from_the_postmaster_or_from_exchange_itself(sender, local):
    # exchange-routing#6.2
    _, parsed = report(mail(sender=sender))
    assert f"{local}@contoso.example" == parsed["From"].addresses[0].addr_spec


def test_a_mail_without_a_subject_has_a_report_with_one():
    _, parsed = report(mail(raw=b"From: a@b.example\r\n\r\nx\r\n"))
    assert "Undeliverable:" == parsed["Subject"]


def test_a_notice_of_delay_has_the_header_only_and_says_until_when():
    # exchange-routing#D15
    until = AT + timedelta(days=2)
    made = delay_notice(mail(), (About(CLEO, LATER),), BARE, at=AT, until=until)
    assert made
    parsed = read(made)
    status = parsed.get_payload()[1].get_payload()[1]
    assert ("delayed", "4.3.0") == (status["Action"], status["Status"])
    assert "Fri, 27 Nov 2026 09:00:00 +0000" == status["Will-Retry-Until"]
    assert "text/rfc822-headers" == parsed.get_payload()[2].get_content_type()
    assert Carries.SUBJECT is made.carries


NO_ONE = mail(reverse_path=None)
A_REPORT = replace(mail(), kind=ItemKind.NDR)
SILENT = replace(default_settings(Platform.ONLINE), tells_inside=False)


@pytest.mark.parametrize("item", [NO_ONE, A_REPORT])
def test_nobody_is_told_of_a_report_or_of_mail_without_a_sender(item):
    about = (About(CLEO, NEVER),)
    assert None is non_delivery_report(item, about, BARE, at=AT)
    assert None is delay_notice(item, about, BARE, at=AT, until=AT)
    assert None is first_word(item, BARE)


def test_nothing_failed_is_nothing_to_report():
    assert None is non_delivery_report(mail(), (), BARE, at=AT)


@pytest.mark.parametrize(
    ("settings", "sender", "hours"),
    [
        (None, ANNA, 4),
        (SILENT, ANNA, 24),
        (SILENT, STRANGER, 4),
        (replace(SERVER, tells_outside=False), STRANGER, 48),
        (replace(SERVER, expires_after=timedelta(hours=1)), ANNA, 1),
    ],
)
def test_when_the_sender_first_hears_of_a_mail_that_waits(settings, sender, hours):
    # exchange-routing#D22
    organization = replace(BARE, queue=settings)
    assert timedelta(hours=hours) == first_word(mail(sender=sender), organization)


def test_a_report_to_a_remote_domain_may_be_dropped():
    # exchange-routing#D24
    silent = RemoteDomain("x", "strangers.example", reports_failures=False)
    organization = replace(BARE, remote_domains=(silent,))
    assert not is_heard(mail(sender=STRANGER), organization)
    assert is_heard(mail(), organization)
    assert is_heard(mail(sender=STRANGER), BARE)
