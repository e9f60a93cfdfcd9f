"""What is made to take forever is said to be unreadable instead."""

import pytest

from fakes.exchange.rules.parts import _body
from fakes.mail.address import MAX_ADDRESS_FIELD, parse_address_list
from fakes.mail.attachments import LabelsUnknown, attachments, labels_inside
from fakes.mail.content import Content
from fakes.mail.mime import MOST_PARAMETERS, is_readable_mime

MANY = b"Content-Type: multipart/mixed" + b"; a=b" * MOST_PARAMETERS + b"\r\n\r\nx"


def test_a_content_field_of_many_parameters_is_not_read():
    assert not is_readable_mime(MANY)
    assert is_readable_mime(b'Content-Type: text/plain; charset="utf-8"\r\n\r\nx')


def test_the_fields_of_inner_parts_count_too():
    inner = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + MANY
    assert not is_readable_mime(inner)


def test_its_body_is_missing_and_not_empty():
    assert _body(Content(MANY)).missing


def test_its_attachments_are_unknown_and_not_absent():
    (part,) = attachments(MANY)
    assert isinstance(labels_inside(part), LabelsUnknown)


@pytest.mark.parametrize("sign", ['"', "\\", "(", "a,", "<", "x" * 10])
def test_a_monstrous_address_list_is_unreadable(sign):
    value = sign * (MAX_ADDRESS_FIELD // len(sign) + 1)
    assert not parse_address_list([value]).is_whole


def test_a_thousand_recipients_with_names_can_be_read():
    value = ", ".join(f'"Name, {n}" <p{n}@fabrikam.example>' for n in range(1000))
    found = parse_address_list([value])
    assert (1000, True) == (len(found.addresses), found.is_whole)
