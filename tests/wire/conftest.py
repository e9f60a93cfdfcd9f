import pytest

from fakes.smtp.client import Patience
from harness.wire import Wire
from tests.wire.wire_cases import online


@pytest.fixture(scope="session")
def wire():
    with Wire(online(), timeouts=Patience(connect=20.0, reply=20.0)) as running:
        yield running


@pytest.fixture(scope="session")
def hasty():
    """Wait no longer than must be for those who say nothing."""
    with Wire(online(), timeouts=Patience(connect=0.5, reply=20.0)) as running:
        yield running
