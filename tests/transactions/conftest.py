"""试验夹具 — the table of the throw-away model on both databases."""

from collections.abc import AsyncIterator

import pytest_asyncio

from config.database import close_database, open_database
from models.transactions import execute
from tests.transactions.records import CREATE


@pytest_asyncio.fixture
async def entries(database_address: str) -> AsyncIterator[str]:
    """An open database with an empty table ``entries``; yields its address."""
    context = await open_database(database_address, model_modules=["tests.transactions.records"], pool=10)
    await execute(CREATE)
    yield database_address
    await close_database(context)
