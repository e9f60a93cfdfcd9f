"""The page of a check: the answer, the findings, what is not known."""

import json
import re
from dataclasses import replace

from harness.check import derive, facts_of
from harness.check.remedy import Broken, Correction, Remedy, find_remedies
from harness.check.remedy import Checked as Tried
from harness.check.run import check
from harness.cli.check import exit_code
from harness.compare import FindingKind
from harness.exports import Tenant
from harness.policy import parse_policy
from harness.report.check import Checked, check_page
from harness.report.check_data import checked_data
from harness.report.page import as_text
from tests.report.samples import AT, CARDS, SUBJECT, on_one_line, world

SECURE = '[[must_be_secure]]\nsubject = ["Secure"]\n'
OUTSIDE = SUBJECT | {"SentToScope": "NotInOrganization"}
QUOTES = {
    "Name": "Signatures",
    "SubjectContainsWords": ["Quotation"],
    "RouteMessageOutboundConnector": "Signatures",
}
BODY = {
    "Name": "In the text",
    "SubjectOrBodyContainsWords": ["Vault"],
    "RouteMessageOutboundConnector": "Zivver Custom Relay",
}


def checked(*rules, policy=SECURE):
    place = world(*rules)
    intent = parse_policy(policy) if policy else None
    mails = derive(intent or parse_policy(SECURE), facts_of(place))
    report = check(place, intent, mails.mails, at=AT, vacuous=mails.vacuous)
    remedies = (
        find_remedies(Tried(place, intent, mails.mails, AT, report)) if intent else {}
    )
    return Checked(
        report,
        tenant="my-tenant",
        date="2026-11-25",
        read="2 mail flow rules",
        again=lambda mail: f"relay-harness explain my-tenant {mail}",
        policy="policy.toml" if policy else "",
        remedies=remedies,
        not_judged=report.not_judged,
        not_exported=report.not_exported,
    )


def page(*rules, policy=SECURE, width=100, is_whole=False):
    found = checked(*rules, policy=policy)
    return as_text(check_page(found, width=width, is_whole=is_whole), width=width)


def test_the_answer_comes_first_with_the_tenant():
    first = page(BODY).splitlines()[0]

    assert first.startswith("NO: mail that must be secure can leave in clear (")
    assert "my-tenant" in page(BODY)


def test_what_must_be_secure_and_is_in_clear_stands_in_the_table():
    table = page(BODY).split("\n\n")[1].splitlines()

    assert ["must", "be", "secure", "plain", "other", "cannot", "tell"] == (
        table[0].removeprefix("The intent (policy.toml)").split()
    )
    assert "LEAK" in table[1]
    assert table[2].startswith("everything else")


def test_a_narrow_screen_gets_the_table_as_lines():
    narrow = page(BODY, width=60)

    assert 'subject has "Secure", must be secure' in narrow
    assert max(map(len, narrow.splitlines())) <= 60


def test_the_text_of_a_body_is_not_printed():
    text = page(BODY)

    assert "(the text of the mail is not printed)" in text
    assert "please find the details" not in text
    data = json.dumps(checked_data(checked(BODY), _tenant(BODY), at=AT))
    assert "please find the details" not in data


def _tenant(*rules):
    return Tenant("my-tenant", world(*rules).organization)


def test_what_is_not_documented_is_asked_in_words_with_the_way_to_find_out():
    text = on_one_line(page(OUTSIDE, QUOTES))

    assert "Not known: " in text
    assert (
        "depend on something Microsoft does not document: which connector takes a mail "
        "that two rules send to two connectors. To find out: two test rules"
    ) in text


def test_what_is_not_judged_is_named():
    text = on_one_line(page(CARDS, OUTSIDE))

    assert "what is not judged here: MessageContainsDataClassifications" in text
    assert 'Not judged: rule 0 "Cards": MessageContainsDataClassifications' in text


def test_without_a_policy_every_mail_is_listed_and_nothing_is_promised():
    text = page(OUTSIDE, policy="")

    assert text.startswith("CANNOT TELL: nobody has said what is intended")
    assert 1 == exit_code(checked(OUTSIDE, policy="").report, None)
    assert "ok" not in text.split()


def test_the_right_line_was_tried():
    text = page(SUBJECT)

    assert (
        "right       Set-TransportRule 'Zivver subject' "
        "-SentToScope 'NotInOrganization'"
    ) in text


def test_what_a_remedy_would_break_stands_beside_it():
    found = checked(SUBJECT)
    correction = Correction("Zivver subject", (("State", "Enabled"),), "it is on")
    broken = Broken(FindingKind.LEAK, (found.report.mails[0].mail,))
    found = replace(found, remedies={0: Remedy((correction,), (broken,))})

    text = on_one_line(as_text(check_page(found, width=100), width=100))

    assert (
        "right Enable-TransportRule 'Zivver subject' "
        "but it would newly break: 1 mail LEAK, such as word-start"
    ) in text


def test_what_is_not_known_fails_for_every_kind_that_it_could_be():
    report = checked(OUTSIDE, QUOTES).report

    assert 1 == exit_code(report, frozenset({FindingKind.LEAK}))
    assert 0 == exit_code(report, frozenset({FindingKind.LOOP}))


def test_colours_add_nothing_but_colours():
    found = check_page(checked(SUBJECT), width=100)
    plain, coloured = (
        as_text(found, width=100, is_coloured=is_coloured)
        for is_coloured in (False, True)
    )

    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain == "".join(f"{ln.rstrip()}\n" for ln in bare.splitlines())
    assert "\x1b[1mword-inside\x1b[0m  " in coloured


def test_many_rows_still_fit_one_screen():
    rows = "".join(
        f'[[must_be_secure]]\nname = "row {n}"\nsubject = ["Secret{n}"]\n'
        for n in range(40)
    )

    text = page(OUTSIDE, policy=rows)
    table = text.split("\n\n")[1]

    assert len(table.splitlines()) <= 20
    assert "everything else" in table
    assert "more rows" in table
