"""岗位排序 — which posting comes first, and pages that lose and repeat nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.jobs import PostingState
from tests.factories.jobs import make_posting
from tests.jobs.catalogue.lists import pages, titles
from tests.service import Client

NEAR = "32.785,119.46"


def minutes() -> Iterator[datetime]:
    """Yield instants of the past, each a minute after the one before."""
    at = utc_now() - timedelta(days=1)
    while True:
        yield at
        at += timedelta(minutes=1)


async def test_the_newest_publication_comes_first_whenever_the_posting_was_made(service: Client) -> None:
    at = minutes()
    first, second, third = next(at), next(at), next(at)
    await make_posting(title="先写后发", published_at=third)
    await make_posting(title="中间", published_at=second)
    await make_posting(title="后写先发", published_at=first)

    assert await titles(service) == ["先写后发", "中间", "后写先发"]
    assert await titles(service, order="newest") == ["先写后发", "中间", "后写先发"]


async def test_words_in_the_title_come_before_words_elsewhere_and_each_newest_first(service: Client) -> None:
    at = minutes()
    await make_posting(title="保安甲", published_at=next(at))
    await make_posting(title="保洁丙", description="兼做保安", published_at=next(at))
    await make_posting(title="保安乙", published_at=next(at))
    await make_posting(title="保洁丁", description="兼做保安", published_at=next(at))

    assert await titles(service, q="保安") == ["保安乙", "保安甲", "保洁丁", "保洁丙"]
    assert await titles(service, q="保安", order="newest") == ["保洁丁", "保安乙", "保洁丙", "保安甲"]
    assert await titles(service, q="保安 兼做") == ["保洁丁", "保洁丙"]


async def test_the_highest_pay_comes_first_and_what_names_none_last(service: Client) -> None:
    at = minutes()
    for title, lowest, highest in (
        ("面议", None, None),
        ("5000-9000", 500_000, 900_000),
        ("5000-8000旧", 500_000, 800_000),
        ("5000-8000新", 500_000, 800_000),
        ("6000-8000", 600_000, 800_000),
        ("8500以上", 850_000, None),
        ("8000", 800_000, 800_000),
    ):
        await make_posting(
            title=title, pay_min_fen=lowest, pay_max_fen=highest, pay_is_negotiable=not lowest, published_at=next(at)
        )

    assert await titles(service, order="pay") == [
        "5000-9000",
        "8500以上",
        "8000",
        "6000-8000",
        "5000-8000新",
        "5000-8000旧",
        "面议",
    ]


async def test_the_nearest_comes_first_and_what_has_no_place_not_at_all(service: Client) -> None:
    await make_posting(title="保安远", latitude=32.9, longitude=119.46)
    await make_posting(title="保安近", latitude=32.786, longitude=119.46)
    await make_posting(title="保安无坐标")

    answer = await service.get(f"/v1/jobs?near={NEAR}")

    assert [(item["title"], item["distance_metres"]) for item in answer.json["items"]] == [
        ("保安近", 111),
        ("保安远", 12787),
    ]


async def test_without_an_order_words_come_before_a_place_and_a_place_before_time(service: Client) -> None:
    at = minutes()
    await make_posting(title="保安远", latitude=32.9, longitude=119.46, published_at=next(at))
    await make_posting(title="门卫近", description="保安", latitude=32.786, longitude=119.46, published_at=next(at))

    assert await titles(service, q="保安", near=NEAR) == ["保安远", "门卫近"]
    assert await titles(service, q="保安", near=NEAR, order="distance") == ["门卫近", "保安远"]
    assert await titles(service, near=NEAR) == ["门卫近", "保安远"]


async def test_other_orders_tell_the_distance_too_where_there_is_one(service: Client) -> None:
    await make_posting(title="有坐标", latitude=32.786, longitude=119.46)
    await make_posting(title="没有")

    answer = await service.get(f"/v1/jobs?near={NEAR}&order=newest")

    assert {item["title"]: item["distance_metres"] for item in answer.json["items"]} == {"有坐标": 111, "没有": None}


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("order=distance", "DistanceNeedsPlace", "near"),
        ("order=relevance", "RelevanceNeedsWords", "q"),
        ("order=relevance&q=%20", "RelevanceNeedsWords", "q"),
    ],
)
async def test_an_order_without_what_it_needs_says_what_is_wanting(
    service: Client, query: str, code: str, field: str
) -> None:
    answer = await service.get(f"/v1/jobs?{query}")

    assert (answer.status, answer.code, answer.json["errors"][0]["field"]) == (422, code, field)
    assert "排序" in answer.json["detail"]


ORDERS = {
    "newest": {"order": "newest"},
    "newest q": {"order": "newest", "q": "保安"},
    "relevance": {"order": "relevance", "q": "保安"},
    "pay": {"order": "pay"},
    "pay q": {"order": "pay", "q": "保安"},
    "distance": {"order": "distance", "near": NEAR},
    "distance q": {"order": "distance", "near": NEAR, "q": "保安"},
}


@pytest.mark.parametrize("query", ORDERS.values(), ids=ORDERS)
async def test_pages_lose_and_repeat_nothing_while_postings_come_and_go(service: Client, query: dict[str, Any]) -> None:
    """Some are published at one instant, paid alike and at one place, as an import makes them."""
    at = minutes()
    together = next(at)
    stored = [
        await make_posting(
            title=f"保安{number}" if number % 2 else f"门卫{number}",
            description="保安",
            pay_min_fen=(number // 5 + 3) * 100_000,
            pay_max_fen=(number // 5 + 4) * 100_000,
            latitude=32.785 + number // 4 * 0.01,
            longitude=119.46,
            published_at=together if number % 3 else next(at),
        )
        for number in range(23)
    ]
    goers = [
        await make_posting(title="保安走的", description="保安", latitude=32.8, longitude=119.46) for _ in range(12)
    ]

    async def come_and_go() -> None:
        await make_posting(title="保安来的", description="保安", latitude=32.79, longitude=119.46)
        if goers:
            goer = goers.pop()
            goer.state = PostingState.FILLED
            await goer.save(update_fields=["state"])

    found = await pages(service, between=come_and_go, limit=4, **query)

    ids = [item["id"] for item in found]
    assert len(ids) == len(set(ids))
    assert {str(posting.id) for posting in stored} <= set(ids)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WyJhIl0", "W10", "!!!"])
@pytest.mark.parametrize("order", ["newest", "pay", "relevance", "distance"])
async def test_a_cursor_that_is_none_is_refused(service: Client, order: str, cursor: str) -> None:
    answer = await service.get(f"/v1/jobs?order={order}&q=保安&near={NEAR}&cursor={cursor}")

    assert (answer.status, answer.code) == (422, "CursorInvalid")


async def test_a_cursor_of_another_order_is_refused(service: Client) -> None:
    for number in range(3):
        await make_posting(title=f"保安{number}", latitude=32.7, longitude=119.4)
    query = f"q=保安&near={NEAR}&limit=1"
    cursors = {
        order: (await service.get(f"/v1/jobs?order={order}&{query}")).json["next_cursor"]
        for order in ("newest", "pay", "relevance", "distance")
    }

    for order, cursor in cursors.items():
        for other in cursors.keys() - {order}:
            answer = await service.get(f"/v1/jobs?order={other}&{query}&cursor={cursor}")
            assert (answer.status, answer.code) == (422, "CursorInvalid"), (order, other)
