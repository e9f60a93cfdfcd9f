"""The guide's tenants behind sockets, along every way that the computation finds."""

import pytest

from fakes.choices import explore
from fakes.mail.address import parse_address as address
from harness.exports.files import built_in_tenants, read_tenant
from harness.fold import fold
from harness.outcome import SECURE, Disposition
from harness.simulate import tell
from harness.wire import agree
from tests.wire.wire_cases import ANNA, AT, BOB, INFO, mail

pytestmark = pytest.mark.wire

LABEL = "MSIP_Label_3de9faa6-9fe1-49b3-9a08-227a296b54a6_Enabled=true"
AS_MEANT = ("guide-online-as-meant", "guide-onpremises-as-meant")
LABELLED = mail(head=f"msip_labels: {LABEL}\r\n")
MAILS = {
    "a word": mail("Secure: figures"),
    "a word, both": mail("Secure: figures", to=(BOB, INFO)),
    "a label": LABELLED,
    "nothing": mail(),
    "a colleague": mail(to=(BOB,)),
    "a ghost": mail(to=(address("ghost@contoso.example"), INFO)),
    "a stranger": mail("Secure", to=(ANNA,), sender=INFO, helo="mx.fabrikam.example"),
}


def told(wire, item, world):
    """Go every way that is computed with sockets too."""
    runs = explore(
        lambda choices: tell(item, world, at=AT, choices=choices), bound=8
    ).runs
    for run in runs:
        pinned = {point.key: point.chosen for point in run.met}
        observed = wire.tell(item, at=AT, pinned=pinned, world=world)
        yield run.result, observed


@pytest.mark.parametrize("given", MAILS)
@pytest.mark.parametrize("name", built_in_tenants())
def test_every_way_of_a_guide_s_tenant_is_the_computed_one(wire, name, given):
    world = read_tenant(name).world
    for computed, observed in told(wire, MAILS[given], world):
        assert () == agree(computed, observed)


@pytest.mark.parametrize("name", AS_MEANT)
def test_as_meant_a_word_makes_it_secure_and_nothing_else_does(wire, name):
    world = read_tenant(name).world
    secure, plain = (
        fold(wire.tell(item, at=AT, world=world), world).deliveries
        for item in (MAILS["a word"], MAILS["nothing"])
    )
    assert {each.disposition for each in secure} <= SECURE
    assert [Disposition.PLAIN] == [each.disposition for each in plain]


def test_online_a_label_makes_it_secure(wire):
    world = read_tenant("guide-online-as-meant").world
    (copy,) = fold(wire.tell(LABELLED, at=AT, world=world), world).deliveries
    assert copy.disposition in SECURE
    assert copy.is_encrypted
    assert "zivver" == copy.via
