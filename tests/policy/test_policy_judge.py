"""What the policy says of a mail, judged on what a person sees."""

import base64

import pytest

from fakes.mail.address import parse_address
from fakes.mail.attachments import DocumentKind, LabelPlace, labelled_document
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.labels import parse_labels
from harness.duty import Inside, Obligation
from harness.policy import judge, parse_policy
from harness.policy.sight import labels, reads
from tests.check.tenants import GUID, label_spec

OWN = ("contoso.example",)
INFO, ANNA, BOB = "info@fabrikam.example", "anna@contoso.example", "bob@contoso.example"
SECURE, PLAIN = Obligation.MUST_BE_SECURE, Obligation.MUST_BE_PLAIN
NO_WORD, CANNOT_TELL = Obligation.NO_WORD, Obligation.CANNOT_TELL
WORD = '[[must_be_secure]]\nname = "word"\nsubject = ["Secure", "Zorg bericht"]\n'
LABEL = f'[[must_be_secure]]\nname = "label"\nlabel = "{GUID}"\n'
SENDER = f'[[must_be_secure]]\nname = "sender"\nsender = "{ANNA}"\n'
EXCEPT = '[except]\nkinds = ["automatic-reply", "calendar", "receipt", "zivver"]\n'
ENABLED = f"MSIP_Label_{GUID}_Enabled=true;"


def mail(*fields, to=(INFO,), sender=ANNA, mail_from=ANNA, body=b"hello\r\n"):
    raws = [f if isinstance(f, bytes) else f.encode() for f in fields]
    head = b"".join(raw + b"\r\n" for raw in (f"From: {sender}".encode(), *raws))
    return MailItem(
        Envelope(
            parse_address(mail_from) if mail_from else None,
            tuple(parse_address(text) for text in to),
        ),
        Content(head + body if b"\r\n\r\n" in body else head + b"\r\n" + body),
        Submission(),
    )


def judged(policy, item, own=OWN):
    return judge(parse_policy(policy), item, own_domains=own)


def obligations(policy, item, own=OWN):
    return [duty.obligation for duty in judged(policy, item, own)]


@pytest.mark.parametrize(
    ("subject", "is_read"),
    [
        ("Secure", True),
        ("offer SECURE now", True),
        ("[secure]: offer", True),
        ("(Secure)", True),
        ("Re:Secure", True),
        ("Secure-mail", True),
        ("Secure_mail", True),
        ("Secured", False),
        ("insecure", False),
        ("Secur", False),
        ("S\u0435cure", False),
        ("Secur\u00e9", False),
        ("Secure\u0301", False),
        ("Se\u00adcure", True),
        ("Sec\u200bure", True),
        ("\ufeffSecure", True),
        ("offer\u00a0Secure", True),
        ("\uff33\uff45\uff43\uff55\uff52\uff45", True),
        ("zorg\u00a0bericht", True),
        ("zorg   bericht", True),
        ("zorgbericht", False),
        ("\u6a5f\u5bc6Secure\u8cc7\u6599", True),
        ("", False),
    ],
)
def test_a_word_is_where_a_person_reads_it(subject, is_read):
    wanted = SECURE if is_read else PLAIN
    assert [wanted] == obligations(WORD, mail(f"Subject: {subject}"))


def test_a_subject_that_decodes_to_half_a_letter_cannot_be_told():
    assert [CANNOT_TELL] == obligations(WORD, mail("Subject: =?utf-7?q?+2AA-?= a"))


def test_a_word_in_a_script_without_blanks_needs_none():
    assert reads("\u6a5f\u5bc6", "\u3053\u308c\u306f\u6a5f\u5bc6\u3067\u3059")


@pytest.mark.parametrize(
    "field",
    [
        "Subject: =?utf-8?B?U2VjdXJl?=",
        "subject: =?utf-8?Q?Sec?= =?utf-8?Q?ure?=",
        "Subject: =?iso-8859-1?Q?Secure_f=FCr?=",
        "Subject: offer,\r\n Secure",
        "Subject: offer\u00e9 Secure",
        b"Subject: offer\xe9 Secure",
    ],
)
def test_a_subject_is_decoded_however_it_is_written(field):
    assert [SECURE] == obligations(WORD, mail(field))


def test_two_subjects_that_do_not_agree_cannot_be_told():
    item = mail("Subject: Secure", "Subject: lunch")
    assert [CANNOT_TELL] == obligations(WORD, item)


def test_a_subject_that_cannot_be_decoded_cannot_be_told():
    item = mail("Subject: =?utf-8?Q?a?= " + "x" * 40_000)
    assert [CANNOT_TELL] == obligations(WORD, item)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ((f"msip_labels: {ENABLED}",), SECURE),
        ((f"MSIP_Labels:\r\n {ENABLED.upper()}",), SECURE),
        ((f"msip_labels: {ENABLED.replace('true', 'false')}",), PLAIN),
        ((f"msip_labels: {ENABLED.replace('Label_', 'Labels_')}",), PLAIN),
        ((f"msip_labels: MSIP_Label_{GUID}_Name=Secret;",), PLAIN),
        (("msip_labels:",), PLAIN),
        ((f"x-note: {ENABLED}",), PLAIN),
        ((), PLAIN),
    ],
)
def test_a_label_counts_when_it_is_parsed_and_on(fields, wanted):
    assert [wanted] == obligations(LABEL, mail(*fields))


def test_a_label_that_is_wholly_encoded_is_read():
    word = base64.b64encode(ENABLED.encode()).decode()
    (found,), trouble = labels(mail(f"msip_labels: =?utf-8?B?{word}?=").content)
    assert parse_labels(ENABLED) == (found,)
    assert not trouble


def attached(octets, name="plan.docx"):
    return (
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64"
        b"\r\nContent-Disposition: attachment; filename="
        + name.encode()
        + b"\r\n\r\n"
        + base64.encodebytes(octets).replace(b"\n", b"\r\n")
        + b"--x--\r\n"
    )


LABELLED = labelled_document(DocumentKind.DOCX, label_spec(), LabelPlace.CUSTOM_XML)
ON_FILES = LABEL + 'label_on = ["mail", "attachment"]\n'


def test_a_label_on_a_file_is_beyond_rules():
    (duty,) = judged(ON_FILES, mail(body=attached(LABELLED)))
    assert (SECURE, True) == (duty.obligation, duty.is_beyond_rules)


def test_a_label_on_the_mail_too_is_not_beyond_rules():
    item = mail(f"msip_labels: {ENABLED}", body=attached(LABELLED))
    (duty,) = judged(ON_FILES, item)
    assert (SECURE, False) == (duty.obligation, duty.is_beyond_rules)


def test_a_label_on_a_file_counts_only_where_the_policy_says_so():
    assert [PLAIN] == obligations(LABEL, mail(body=attached(LABELLED)))


def test_a_file_that_is_not_read_cannot_be_told_unless_something_else_decides():
    body = attached(b"%PDF-1.7", "plan.pdf")
    (duty,) = judged(ON_FILES, mail(body=body))
    assert (CANNOT_TELL, "`plan.pdf`: the PDF is broken") == (duty.obligation, duty.why)
    assert [SECURE] == obligations(ON_FILES + WORD, mail("Subject: Secure", body=body))
    assert [PLAIN] == obligations(ON_FILES, mail(body=body, to=(BOB,)))


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ("Anna@Contoso.Example", SECURE),
        (f'"Somebody else" <{ANNA}>', SECURE),
        (f"Anna <{BOB}>", PLAIN),
        (f'"{ANNA}" <{BOB}>', PLAIN),
        ("anna+x@contoso.example", PLAIN),
        ("nobody at all", CANNOT_TELL),
    ],
)
def test_a_sender_is_who_stands_in_from(sender, wanted):
    assert [wanted] == obligations(SENDER, mail(sender=sender))


def test_mail_of_others_is_not_ours_to_secure():
    item = mail("Subject: Secure", sender=INFO, to=(BOB, "c@northwind.example"))
    assert [PLAIN, PLAIN] == obligations(WORD, item)


def test_a_sender_who_cannot_be_read_may_be_the_one_of_a_row():
    policy = WORD + f'from = "{BOB}"\n'
    (duty,) = judged(policy, mail("Subject: Secure", sender=f"{ANNA}, nobody at all"))
    assert CANNOT_TELL is duty.obligation
    assert "an address in From cannot be read" == duty.why


@pytest.mark.parametrize("sender", ["(" * 5000, f"{'(' * 5000} {ANNA}"])
def test_a_sender_that_the_library_cannot_parse_cannot_be_told(sender):
    assert [CANNOT_TELL] == obligations(SENDER, mail(sender=sender))


def test_a_row_speaks_of_its_senders_only():
    policy = WORD + f'from = ["{BOB}", "sales.example"]\n'
    own = (*OWN, "sales.example")
    assert [PLAIN] == obligations(policy, mail("Subject: Secure"), own)
    for sender in (BOB, "x@sales.example"):
        item = mail("Subject: Secure", sender=sender)
        assert [SECURE] == obligations(policy, item, own)


@pytest.mark.parametrize(
    ("to", "recipients", "wanted"),
    [
        ("outside", (INFO,), [SECURE]),
        ("outside", (BOB,), [PLAIN]),
        ("outside", (INFO, BOB), [SECURE, SECURE]),
        ("inside", (INFO, BOB), [PLAIN, SECURE]),
        ("anyone", (INFO, BOB), [SECURE, SECURE]),
    ],
)
def test_a_row_speaks_of_recipients_outside_inside_or_both(to, recipients, wanted):
    policy = WORD + f'to = "{to}"\n'
    assert wanted == obligations(policy, mail("Subject: Secure", to=recipients))


@pytest.mark.parametrize("inside", list(Inside))
def test_inside_recipients_of_a_mixed_mail_get_what_the_policy_says(inside):
    policy = WORD + f'[mixed]\ninside = "{inside}"\n'
    _, bob = judged(policy, mail("Subject: Secure", to=(INFO, BOB)))
    assert inside is bob.inside


def test_a_row_for_anyone_wants_inside_mail_secure():
    (bob,) = judged(WORD + 'to = "anyone"\n', mail("Subject: Secure", to=(BOB,)))
    assert Inside.SECURE is bob.inside


MULTIPART = "Content-Type: multipart/report; report-type={}; boundary=x"


@pytest.mark.parametrize(
    ("fields", "mail_from", "wanted"),
    [
        (("Auto-Submitted: auto-replied",), ANNA, NO_WORD),
        (("Auto-Submitted: auto-generated",), ANNA, SECURE),
        (("Auto-Submitted: no",), ANNA, SECURE),
        (("X-Auto-Response-Suppress: All",), "", NO_WORD),
        (("X-Auto-Response-Suppress: All",), ANNA, SECURE),
        ((), "", SECURE),
        (("Content-Type: text/calendar; method=REQUEST",), ANNA, NO_WORD),
        (("Content-Type: text/plain; name=text/calendar",), ANNA, SECURE),
        ((MULTIPART.format("disposition-notification"),), ANNA, NO_WORD),
        ((MULTIPART.format("delivery-status"),), ANNA, SECURE),
        (("X-Zivver-Transport: true",), ANNA, PLAIN),
    ],
)
def test_excepted_mail_need_not_be_secure(fields, mail_from, wanted):
    item = mail("Subject: Secure", *fields, mail_from=mail_from)
    assert [wanted] == obligations(WORD + EXCEPT, item)
    assert [SECURE] == obligations(WORD, item)


def test_mail_whose_parts_cannot_be_read_is_not_excepted():
    item = mail("Subject: Secure", "Content-Type: multipart/report; boundary*=\0'x'%41")
    assert [SECURE] == obligations(WORD + EXCEPT, item)


def test_without_our_domains_nothing_that_a_row_speaks_of_can_be_told():
    assert [CANNOT_TELL] == obligations(WORD, mail("Subject: Secure"), None)
    assert [PLAIN] == obligations(WORD, mail("Subject: lunch"), None)


def test_the_domains_of_the_policy_go_before_those_of_the_tenant():
    policy = 'own_domains = ["*.contoso.example"]\n' + WORD
    below = mail("Subject: Secure", sender="a@mail.contoso.example")
    assert [SECURE] == obligations(policy, below)
    assert [PLAIN] == obligations(policy, mail("Subject: Secure"))


def test_a_duty_names_every_row_that_asks_for_it():
    item = mail("Subject: Secure", f"msip_labels: {ENABLED}")
    (duty,) = judged(WORD + LABEL + SENDER, item)
    assert ("word", "label", "sender") == duty.rows


@pytest.mark.parametrize(
    "octets", [b"", b"\x00\xff", b"\r\n", b"From: \x00<", b"Subject" * 9, b":\r\n : "]
)
def test_hostile_octets_raise_nothing(octets):
    item = MailItem(
        Envelope(None, (parse_address(INFO),)), Content(octets), Submission()
    )
    for policy in (WORD, ON_FILES, SENDER + EXCEPT):
        assert 1 == len(judged(policy, item))


@pytest.mark.parametrize("name", ["From", "Subject", "msip_labels", "Content-Type"])
@pytest.mark.parametrize(
    "value",
    ["a, " * 300_000, "=?utf-8?q?a?= " * 60_000, '"(' * 400_000, "\0;" * 400_000],
)
def test_a_line_of_a_megabyte_is_judged_at_once_or_cannot_be_told(name, value):
    item = mail("X-Last: 1", f"{name}: {value}", "Subject: Secure")
    for policy in (ON_FILES + WORD, SENDER + EXCEPT):
        (duty,) = judged(policy, item)
        assert duty.why
