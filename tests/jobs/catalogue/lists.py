"""岗位目录测试的读法 — lists read to their end."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from tests.service import Client


async def items(client: Client, path: str = "/v1/jobs", **query: Any) -> list[dict[str, Any]]:
    """Return the items of one page."""
    answer = await client.get(f"{path}?{urlencode(query)}" if query else path)
    assert answer.status == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


async def titles(client: Client, **query: Any) -> list[str]:
    """Return the titles of one page of jobs."""
    return [item["title"] for item in await items(client, **query)]


async def pages(
    client: Client,
    path: str = "/v1/jobs",
    *,
    between: Callable[[], Awaitable[object]] | None = None,
    **query: Any,
) -> list[dict[str, Any]]:
    """Return all items of a list, followed from page to page; ``between`` happens after each page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(f"{path}?{urlencode(query | cursor)}")
        assert answer.status == 200, answer.json
        found += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return found
        cursor = {"cursor": answer.json["next_cursor"]}
        if between:
            await between()
