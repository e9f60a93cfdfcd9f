"""Pseudonyms: nobody stands in a report under his own name, and the key says whose."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.exchange.organization import Directory, Recipient, RecipientKind
from fakes.mail.address import parse_address
from fakes.mail.content import parse
from harness.cli.checking import run, with_remedies
from harness.cli.parameters import Case
from harness.exports.files import built_in_tenants, read_tenant
from harness.policy import parse_policy
from harness.report.causes import Examined, Reported, causes_of
from harness.report.check import check_page
from harness.report.check_data import checked_data
from harness.report.disguise import disguised, disguised_data, pseudonyms_of
from harness.report.files import read_stencil
from harness.report.html_page import html_page
from harness.report.junit import junit
from harness.report.markdown import markdown
from harness.report.page import as_text
from harness.report.plan_of_action import plan_of_action
from harness.report.pseudonyms import Pseudonyms
from harness.report.sarif import sarif
from tests.report.samples import AT, SUBJECT, world

ANNA = parse_address("anna@contoso.example")


def page(reported):
    return as_text(
        check_page(reported.every[0].checked, width=100, is_whole=True), width=100
    )


def html(reported):
    return html_page(reported, read_stencil())


FORMS = {
    form.__name__: form for form in (page, html, junit, sarif, markdown, plan_of_action)
}


@pytest.fixture(scope="module", params=built_in_tenants())
def real(request):
    tenant = read_tenant(request.param)
    case = Case(tenant, tenant.name, parse_policy(tenant.policies["policy"]))
    found = run(case, case.derive(), at=AT, is_timed=False)
    checked = with_remedies(found, case, at=AT)
    return Reported((Examined(checked, case.tenant, case.policy, AT),))


@pytest.fixture(scope="module")
def hidden(real):
    return disguised(real, pseudonyms_of(real))


def private(reported):
    """Every address, name and subject that no report may tell."""
    one = reported.every[0]
    own = one.tenant.organization
    people = [
        entry
        for entry in own.directory.recipients
        if entry.kind in {RecipientKind.MAILBOX, RecipientKind.MAIL_USER}
    ]
    mails = [entry.mail.item for entry in one.checked.report.mails]
    texts = {str(who) for item in mails for who in item.envelope.recipients}
    texts |= {str(a) for entry in people for a in (entry.primary, *entry.proxies)}
    texts |= {entry.name for entry in people if " " in entry.name}
    texts |= {parse(item.content).subject for item in mails}
    nobody = ("zivver.", "O365ConnectorValidation", "postmaster@")
    return sorted(
        text
        for text in texts
        if ("@" in text or " " in text.strip()) and not any(n in text for n in nobody)
    )


@pytest.mark.parametrize("form", FORMS)
def test_no_address_name_or_subject_is_left(form, real, hidden):
    text = FORMS[form](hidden).lower()
    told = re.sub(r"\s+", " ", text)

    assert [] == [one for one in private(real) if one.lower() in told]


def test_nor_in_the_document(real):
    one = real.every[0]
    data = checked_data(one.checked, one.tenant, at=AT)
    text = json.dumps(disguised_data(data, pseudonyms_of(real)), ensure_ascii=False)

    assert [] == [each for each in private(real) if each.lower() in text.lower()]


def test_what_is_no_persons_stays(real, hidden):
    text = markdown(hidden)

    for rule in real.every[0].tenant.organization.rules:
        assert f'"{rule.name}"' in text or rule.name not in markdown(real)
    assert [c.fingerprint for c in causes_of(real.every[0].checked)] == [
        c.fingerprint for c in causes_of(hidden.every[0].checked)
    ]
    assert [c.kind for c in causes_of(real.every[0].checked)] == [
        c.kind for c in causes_of(hidden.every[0].checked)
    ]


def names(*texts, known=None, **more):
    given = Pseudonyms([tenant()], known=known or {}, **more)
    return [given.text(text) for text in texts], given


def tenant():
    place = world(SUBJECT)
    people = (
        Recipient(
            "Anna Jansen", RecipientKind.MAILBOX, ANNA, names=("Anna Jansen", "aj")
        ),
        Recipient(
            "Stock", RecipientKind.MAILBOX, parse_address("stock@contoso.example")
        ),
        Recipient("Board", RecipientKind.GROUP, parse_address("board@contoso.example")),
    )
    return replace(
        place, organization=replace(place.organization, directory=Directory(people))
    )


def test_the_own_domain_stays_and_another_does_not():
    (own, other, again), _ = names(
        "to ANNA@contoso.example", "<x@fabrikam.example>", "x@Fabrikam.example"
    )

    assert "to person-1@contoso.example" == own
    assert "<person-2@outside-1.example>" == other
    assert "person-2@outside-1.example" == again


def test_a_name_of_several_words_is_found_anywhere_and_one_word_only_by_itself():
    (far, whole, quoted, word, group), _ = names(
        "of anna  jansen, Anna Jansen's",
        "stock",
        'recipient "Stock": x',
        "stock price",
        'group "Board"',
    )

    assert "of Person 1, Person 1's" == far
    assert "Person 2" == whole
    assert 'recipient "Person 2": x' == quoted
    assert "stock price" == word
    assert 'group "Board"' == group


def test_who_is_nobody_keeps_his_address():
    texts = ("noreply@zivver.com", "O365ConnectorValidation@contoso.example")

    assert list(texts) == names(*texts)[0]


def test_subjects_have_pseudonyms_and_words_of_the_policy_stay():
    (subject, word), _ = names(
        "Results of Anna", "Secure", subjects=("Results of Anna", "Secure")
    )

    assert ("Subject 1", "Secure") == (subject, word)


def test_the_key_says_whose_they_are_and_keeps_them_the_next_time():
    (first,), given = names("anna@contoso.example")
    (other, second), again = names(
        "bob@contoso.example", "anna@contoso.example", known=given.key
    )

    assert "anna@contoso.example" == given.key[first]
    assert first == second != other
    assert {**given.key}.items() <= {**again.key}.items()


locals_ = st.text("abcxyz019._+'-", min_size=1).filter(lambda text: text.strip("'"))


@settings(max_examples=40)
@given(st.text(max_size=9), locals_, st.text(max_size=9))
def test_whatever_looks_like_an_address_is_taken_for_one(before, local, after):
    address = f"{local}@fabrikam.example"
    text = names(f"{before} {address} {after}".lower())[0][0]

    assert address.lstrip("'") not in text
