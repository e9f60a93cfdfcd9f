"""The page of HTML in a real browser: quiet, alone, readable, open to everybody."""

import shutil

import pytest

from harness.report.files import read_stencil
from harness.report.html_page import html_page
from tests.report.hostile import NASTY, examined, leaking, nasty, reported
from tests.report.samples import CARDS, SUBJECT

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = (400, 700, 1400)
LOOKS = ("light", "dark")
CASES = {
    "a leak": lambda: reported(leaking()),
    "names that try something": lambda: reported(*map(nasty, NASTY)),
    "what is not known": lambda: reported(examined(CARDS, SUBJECT)),
}


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip(
        "playwright.sync_api", reason="pip install 'relay-harness[browser]'"
    )
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no browser: apt-get install chromium")
    with api.sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module", params=CASES)
def page(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("page") / "report.html"
    place.write_text(html_page(CASES[request.param](), read_stencil()), "utf-8")
    return place


@pytest.fixture
def opened(browser, page):
    """Open the page; give it with what it asked for and complained of."""
    contexts = []

    def ready(width, look="light", **more):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=look, **more
        )
        contexts.append(context)
        tab = context.new_page()
        asked, said = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(page.as_uri())
        return tab, asked, said

    yield ready
    for context in contexts:
        context.close()


def test_it_asks_nobody_for_anything_and_complains_of_nothing(opened, page):
    _, asked, said = opened(1400)

    assert [page.as_uri()] == asked
    assert [] == said


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_has_to_be_scrolled_sideways(opened, width):
    tab, _, _ = opened(width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    assert width >= tab.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [400, 1400])
def test_one_picture_is_seen_and_its_letters_can_be_read(opened, width):
    tab, _, _ = opened(width)
    heights = tab.evaluate(
        "[...document.querySelectorAll('svg')].filter(s => s.clientWidth).map(s =>"
        " Math.min(...[...s.querySelectorAll('text')].map("
        "   t => parseFloat(getComputedStyle(t).fontSize)"
        "     * s.clientWidth / s.viewBox.baseVal.width)))"
    )

    assert heights
    assert min(heights) >= 8


def test_it_can_be_read_without_scripts(opened):
    tab, _, _ = opened(1400, java_script_enabled=False)

    assert tab.title()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [400, 1400])
def test_nobody_is_shut_out(opened, width, look):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab, _, _ = opened(width, look, bypass_csp=True)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.run(tab).response

    assert "color-contrast" in {one["id"] for one in found["passes"]}
    assert [] == [
        (one["id"], one["help"], [node["html"] for node in one["nodes"][:3]])
        for one in found["violations"]
    ]


def test_on_paper_it_is_dark_on_white(opened):
    tab, _, _ = opened(1400, "dark")
    tab.emulate_media(media="print")

    assert "rgb(255, 255, 255)" == tab.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
