import pytest

from fakes.smtp.loop import Loop
from tests.postfix.instance import why_not
from tests.postfix.peers import Peers


def pytest_collection_modifyitems(items):
    """Skip what needs Postfix where it is not."""
    why = why_not()
    for item in items:
        if why and item.get_closest_marker("postfix"):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture(scope="module")
def peers(loop):
    with Peers(loop) as running:
        yield running
        assert () == running.errors
