"""What a mail asks of Zivver by its header fields."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.content import Content, parse
from fakes.zivver.message_settings import MessageSettings, message_settings
from fakes.zivver.service import Verification
from tests.zivver.builders import CLEO, DIRK, content

SMS = Verification.SMS
CLEOS = "zivver-access-right: cleo@fabrikam.example sms +31612345678"
DIRKS = "Zivver-Access-Right: dirk@fabrikam.example SMS +31687654321"


@pytest.mark.parametrize(
    ("expected", "fields"),
    [
        (MessageSettings(), ()),
        (MessageSettings(rights=((CLEO, SMS),)), (CLEOS,)),
        (MessageSettings(rights=((CLEO, SMS), (DIRK, SMS))), (CLEOS, DIRKS, CLEOS)),
        (
            MessageSettings(minimum=Verification.EMAIL),
            ("zivver-minimum-recipient-verification: Verification-Email",),
        ),
        (
            MessageSettings(expires_after=timedelta(days=30)),
            (
                "zivver-message-expiration: delete P7D",
                "zivver-message-expiration: delete P30D",
            ),
        ),
        (MessageSettings(relay="sdr"), ("zivver-relay: SDR",)),
    ],
)
def test_a_mail_asks_for(expected, fields):
    assert expected == message_settings(parse(content(*fields)))


@pytest.mark.parametrize(
    "field",
    [
        "zivver-access-right: cleo@fabrikam.example",
        "zivver-access-right: cleo@fabrikam.example sms 0612345678",
        "zivver-access-right: cleo@@fabrikam.example sms +31612345678",
        "zivver-access-right: cleo@fabrikam.example carrier-pigeon 7",
        "zivver-minimum-recipient-verification: verification-carrier-pigeon",
        "zivver-message-expiration: delete P0D",
        "zivver-message-expiration: delete P1M",
        "zivver-message-expiration: P30D",
        "zivver-relay: smartest",
    ],
)
def test_what_is_not_understood_asks_for_nothing_and_is_named(field):
    assert MessageSettings(wrong=(field,)) == message_settings(parse(content(field)))


@given(st.binary(max_size=200))
def test_no_value_is_too_strange(value):
    raw = b"zivver-message-expiration: " + value.replace(b"\n", b"") + b"\r\n\r\n"
    assert 1 >= len(message_settings(parse(Content(raw))).wrong)
