"""Times and spans as somebody writes them."""

import pytest

from harness.exports import ExportError
from harness.exports.moments import span_of
from harness.exports.toml_tables import read_toml


def test_a_span_that_is_none_is_refused_with_its_place():
    table = read_toml("case.toml", 'tried = ["noon"]')
    with pytest.raises(ExportError) as refused:
        span_of(table, "tried", "noon")
    assert "case.toml:1" == refused.value.place
    assert "`tried` is `noon`, expected a span such as 90m" in str(refused.value)
