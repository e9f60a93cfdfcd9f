"""What an edition does not have, its rules cannot ask or do (exchange-rules#9)."""

import pytest

from fakes.exchange.organization import Edition, Platform, named
from tests.exchange.at_hand import CLEO, asked, mail, open_tenant

ON_SERVERS = {"platform": Platform.SERVER}


def of(edition):
    return {"platform": edition.platform, "edition": edition}


def test_an_organization_of_which_nobody_tells_may_be_any_of_its_platform():
    assert "Exchange Server" == named(open_tenant(**ON_SERVERS).editions)
    told = open_tenant(**of(Edition.SERVER_2019))
    assert "Exchange Server 2019" == named(told.editions)
    assert {Edition.ONLINE} == open_tenant().editions


@pytest.mark.parametrize(
    ("edition", "is_open"),
    [
        (Edition.SERVER_2013, True),
        (Edition.SERVER_2016, False),
        (Edition.SERVER_SE, False),
        (Edition.EDGE, True),
    ],
)
def test_the_properties_of_attachments_are_asked_since_2016(edition, is_open):
    rule = {
        "AttachmentPropertyContainsWords": ["Department:Sales"],
        "DeleteMessage": True,
    }
    found = asked(mail(), open_tenant(rule, **of(edition)))
    assert is_open == bool(found)


@pytest.mark.parametrize(
    ("given", "editions"),
    [
        ({"Disconnect": True}, {Edition.EDGE}),
        ({"Quarantine": True}, {Edition.EDGE}),
        ({"ModerateMessageByUser": ["Audit"]}, set(Edition) - {Edition.EDGE}),
        ({"SetAuditSeverity": "Low"}, set(Edition)),
    ],
)
def test_an_action_that_the_edition_does_not_have_may_do_anything(given, editions):
    for edition in set(Edition) - {Edition.ONLINE}:
        organization = open_tenant(given, **of(edition))
        found = asked(mail(to=(CLEO,)), organization)
        assert (edition in editions) == (found == set()), edition
