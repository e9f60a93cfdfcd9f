"""The kinds of recipients of a tenant: one of each, where the exports show one."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import (
    AcceptedDomain,
    DomainType,
    Forwarding,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
    Restrictions,
)
from fakes.exchange.remote_domain import RemoteDomain
from fakes.mail.address import parse_address
from harness.check import derive_of
from harness.check.kinds import partners_of, recipients_of_kinds
from harness.duty import Obligation
from tests.check.tenants import POLICY, address, directory, domain, online

OUTSIDE = parse_address("cleo@fabrikam.example")
GROUP = Recipient(
    "Staff", RecipientKind.GROUP, address("staff"), members=("anna@contoso.example",)
)


def is_inside(found):
    return found.domain_key.endswith("contoso.example")


def organization(*recipients, **settings):
    return Organization(
        "contoso.example",
        Platform.ONLINE,
        accepted_domains=(domain("contoso.example"),),
        directory=directory(*recipients),
        **settings,
    )


def box(kind, name="x", **settings):
    return Recipient(name, kind, settings.pop("primary", address(name)), **settings)


K = RecipientKind
KINDS = {
    "group": GROUP,
    "group-with-outsiders": replace(GROUP, members=("cleo@fabrikam.example",)),
    "contact": box(K.MAIL_CONTACT, primary=OUTSIDE, external=OUTSIDE),
    "contact-of-ours": box(K.MAIL_CONTACT, external=OUTSIDE),
    "mail-user": box(K.MAIL_USER, external=OUTSIDE),
    "guest": box(K.MAIL_USER, external=OUTSIDE, names=("cleo_fabrikam#EXT#",)),
    "public-folder": box(K.PUBLIC_FOLDER),
    "forwarding": box(K.MAILBOX, forwarding=Forwarding("cleo@fabrikam.example")),
    "subdomain": box(K.MAILBOX, primary=parse_address("x@sales.contoso.example")),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_object_is_of_its_kind(name):
    found = {
        k.name: k for k in recipients_of_kinds(organization(KINDS[name]), is_inside)
    }

    assert KINDS[name].primary == found[name].address


@pytest.mark.parametrize(
    "entry",
    [
        replace(GROUP, members=None),
        replace(GROUP, members=()),
        replace(GROUP, restrictions=Restrictions(is_moderated=True)),
        replace(GROUP, needs_authenticated_sender=True),
        replace(GROUP, unjudged=("BypassNestedModerationEnabled",)),
        box(K.OTHER),
        box(K.MAILBOX),
    ],
    ids=["unknown", "empty", "moderated", "closed", "unjudged", "other", "mailbox"],
)
def test_who_is_like_others_or_not_known_is_no_kind_of_his_own(entry):
    found = recipients_of_kinds(organization(entry), is_inside)

    assert {"alias", "below"} == {kind.name for kind in found}


def test_a_domain_is_a_kind_by_its_type():
    settings = {
        "internal-relay": DomainType.INTERNAL_RELAY,
        "external-relay": DomainType.EXTERNAL_RELAY,
    }
    domains = tuple(
        AcceptedDomain(f"{name}.example", kind) for name, kind in settings.items()
    )
    whole = replace(organization(), accepted_domains=domains)
    found = {k.name: k.address.domain for k in recipients_of_kinds(whole, is_inside)}

    assert "internal-relay.example" == found["internal-relay"]
    assert "external-relay.example" == found["external-relay"]


def test_a_domain_that_covers_what_is_below_has_nobody_below_it_outside():
    covering = replace(domain("contoso.example"), covers_subdomains=True)
    whole = replace(organization(), accepted_domains=(covering,))

    assert "below" not in {k.name for k in recipients_of_kinds(whole, is_inside)}


def test_each_domain_of_a_connector_has_somebody():
    whole = organization(
        outbound_connectors=(
            OutboundConnector(
                "Partner",
                recipient_domains=("*.fabrikam.example", "*", "contoso.example"),
            ),
        ),
        remote_domains=(RemoteDomain("Default", "*"), RemoteDomain("R", "r.example")),
    )
    found = {k.name: str(k.address) for k in partners_of(whole, is_inside)}

    assert {
        "fabrikam-example": "info@branch.fabrikam.example",
        "r-example": "info@r.example",
    } == found


def test_each_kind_gets_what_a_row_speaks_of_and_everyday_mail():
    world = online(directory=directory(GROUP, KINDS["contact"]))
    mails = {mail.id: mail for mail in derive_of(POLICY, world).mails}

    (duty,) = mails["word-to-contact"].duties
    assert Obligation.MUST_BE_SECURE is duty.obligation
    (duty,) = mails["word-to-group"].duties
    assert Obligation.MUST_BE_PLAIN is duty.obligation
    assert "everyday-to-group" in mails
