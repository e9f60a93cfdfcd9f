"""The text of HTML, whatever was made to be slow."""

import pytest

from fakes.mail.html_text import text_of_html


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Secure</p>now", ["Secure", "now"]),
        ("Sec<b>ure</b> now", ["Secure", "now"]),
        ("a<!-- hidden -->b", ["ab"]),
        ("a<!-- never closed", ["a"]),
        ("caf&eacute; &lt;p&gt;", ["café", "<p>"]),
        ("1 < 2 and 3 > 2", ["1", "<", "2", "and", "3", ">", "2"]),
        ('<a title="a > b">x</a>', ["x"]),
    ],
)
def test_markup_goes_and_blocks_part_words(source, words):
    assert words == text_of_html(source).split()


@pytest.mark.parametrize("piece", ["<a ", "<", "<p ", '<a "', "<!--", "&", "<!"])
def test_what_is_made_to_be_slow_is_read_all_the_same(piece):
    text_of_html(piece * 300_000)
