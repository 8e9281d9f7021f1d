"""粉丝标签 — the service account's tags: listed and made."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

LONGEST_TAG = 30
"""Characters (创建标签)."""


class FollowerTag(msgspec.Struct, frozen=True):
    """标签 — and how many followers have it."""

    id: int
    name: str
    count: int = 0


class _Tags(msgspec.Struct):
    tags: list[FollowerTag]


class _Made(msgspec.Struct):
    tag: FollowerTag


async def list_tags(client: "AsyncWeChatClient") -> list[FollowerTag]:
    """Return the account's tags by id."""
    found = (await client.ask("/cgi-bin/tags/get", None, method="get", shape=_Tags)).tags
    return sorted(found, key=lambda tag: tag.id)


async def make_tag(client: "AsyncWeChatClient", *, name: str) -> FollowerTag:
    """Make a tag; one that is there is returned as it is.

    Raises:
        ValueError: the name is empty or too long.
    """
    if not 0 < len(name) <= LONGEST_TAG:
        raise ValueError(f"标签名称应为 1 到 {LONGEST_TAG} 个字")
    known = next((tag for tag in await list_tags(client) if tag.name == name), None)
    if known is not None:
        return known
    return (await client.ask("/cgi-bin/tags/create", {"tag": {"name": name}}, shape=_Made)).tag
