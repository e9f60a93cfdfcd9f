"""The page of HTML: whole in one file, nothing acts, the leak is drawn red."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.report.causes import Reported, causes_of
from harness.report.files import read_stencil
from harness.report.flows import End, Tone, flows_of
from harness.report.html_page import FACTS_AS_OF, html_page
from tests.report.hostile import LEAKY, NASTY, examined, leaking, nasty, reported
from tests.report.samples import CARDS, SUBJECT

FACTS = Path(__file__).parents[2] / "docs" / "facts"
VOID = {"meta", "link", "rect", "path", "circle"}


class Seen(HTMLParser):
    """The tags and attributes of a page, held to be closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert tag == self.open.pop() if self.open else tag in {"body", "html"}

    def handle_data(self, data):
        self.words.append(data)


def html(*every):
    return html_page(Reported(every), read_stencil())


@pytest.fixture(scope="module")
def leak():
    return leaking()


def test_the_answer_comes_first(leak):
    words = " ".join(Seen(html(leak).partition("<body>")[2]).words).split()

    assert ["NO", "mail", "that", "must", "be"] == words[:5]


def test_it_loads_nothing_and_runs_nothing(leak):
    seen = Seen(html_page(reported(leak), read_stencil()))
    links = [v for _, name, v in seen.attributes if name in {"src", "href", "action"}]

    assert ["data:,"] == links
    assert not {"script", "iframe", "object", "img", "form"} & set(seen.tags)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert "url(" not in read_stencil().style
    assert "@import" not in read_stencil().style


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_only_a_name(name):
    page = html(nasty(name))
    plain = set(Seen(html(leaking())).tags)

    assert plain >= set(Seen(page).tags)
    assert all(sign.isprintable() or sign == "\n" for sign in page)


def test_the_leak_is_drawn_red_past_zivver_to_the_internet(leak):
    red = [flow for flow in flows_of(leak) if flow.tone is Tone.RED]

    assert {End.INTERNET} == {flow.end for flow in red}
    assert 'class="red" d="M' in html(leak)


def test_each_line_of_the_picture_stands_in_the_table_below(leak):
    page = html(leak)

    assert len(flows_of(leak)) == page.count('<td data-label="who sends">')
    assert 2 * len(flows_of(leak)) == page.count('<path class="halo"')


def test_the_rule_that_lets_mail_by_is_marked(leak):
    number = len(causes_of(leak.checked)[0].mails)

    assert f"lets {number} mails by" in html(leak)


def test_each_finding_has_its_mail_its_steps_and_how_to_see_it_again(leak):
    page = html(leak)
    causes = causes_of(leak.checked)

    assert len(causes) == page.count('class="finding ') == page.count('class="mail"')
    assert len(causes) == page.count("<summary>Every step of this mail</summary>")
    assert all(cause.again in page for cause in causes)


def test_what_would_be_right_is_there_to_paste():
    found = examined(SUBJECT)
    cause = next(cause for cause in causes_of(found.checked) if cause.right)

    assert cause.right[0].replace("'", "&#39;") in html(found)


def test_what_is_not_known_is_asked_with_the_way_to_find_out():
    page = html(examined(CARDS, SUBJECT | LEAKY))

    assert "Not judged: rule 0 &#34;Cards&#34;" in page
    assert "depend on what is not judged here" in page


def test_no_body_of_a_mail_is_on_it(leak):
    assert "please find the details" not in html(leak)


def test_several_tenants_and_those_that_cannot_be_read_share_one_page(leak):
    page = html_page(reported(leak, examined(SUBJECT, tenant="other")), read_stencil())

    assert 2 == page.count('<article id="tenant-')
    assert "gone cannot be read" in page
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_it_says_what_it_was_made_of_and_of_which_date_the_facts_are(leak):
    page = html(leak)

    assert leak.checked.fingerprint in page
    assert FACTS_AS_OF in page
    assert f"As of {FACTS_AS_OF}." in (FACTS / "README.md").read_text("utf-8")
