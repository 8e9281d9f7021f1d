"""助手测试夹具 — a service whose model is made, once for all tests of this knowledge."""

import pytest

from tests.service import Client


@pytest.fixture
def bot(service: Client, trained: None) -> Client:
    """A stranger who speaks to the bot."""
    return service
