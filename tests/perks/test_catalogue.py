"""优惠目录 — what a person finds, in which order, page by page."""

import random
from datetime import date
from typing import Any

import pytest

from config.clock import utc_now
from models.merchants import Merchant
from models.perks import PerkState
from server.search.places import Place
from tests.factories.merchants import make_branch, make_merchant
from tests.factories.perks import make_category, make_perk
from tests.service import Client

HERE = Place(latitude=32.785, longitude=119.46)


async def titles(client: Client, query: str = "") -> list[str]:
    answer = await client.get(f"/v1/perks{query}")
    assert answer.status == 200, answer.json
    return [item["title"] for item in answer.json["items"]]


async def pages(client: Client, query: str) -> list[dict[str, Any]]:
    """Return all items of a list, followed from page to page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = await client.get(f"/v1/perks?{query}&cursor={cursor}" if cursor else f"/v1/perks?{query}")
        assert answer.status == 200, answer.json
        items += answer.json["items"]
        cursor = answer.json["next_cursor"]
        if not cursor:
            return items


async def test_the_newest_perks_come_first_and_drafts_not_at_all(service: Client) -> None:
    await make_perk(title="旧")
    await make_perk(title="新")
    await make_perk(title="草稿", state=PerkState.DRAFT)
    await make_perk(title="已过期", ends_on=date(2020, 1, 1))

    assert await titles(service) == ["新", "旧"]


async def test_pages_follow_each_other_without_gap_or_repetition(service: Client) -> None:
    for number in range(7):
        await make_perk(title=f"优惠{number}")

    items = await pages(service, "limit=3")

    assert [item["title"] for item in items] == [f"优惠{number}" for number in reversed(range(7))]


async def test_chinese_words_are_found_wherever_they_stand(service: Client) -> None:
    await make_perk(title="洗剪吹八折", provider="文游理发店", description="工作日可用")
    await make_perk(title="面条第二碗半价", provider="盂城面馆", description="限堂食")

    assert await titles(service, "?q=理发") == ["洗剪吹八折"]
    assert await titles(service, "?q=盂城 面馆") == ["面条第二碗半价"]
    assert await titles(service, "?q=理发面馆") == []
    assert await titles(service, "?q=剪") == ["洗剪吹八折"]
    assert await titles(service, "?q=发理") == []


async def test_search_results_are_paged_too(service: Client) -> None:
    for number in range(5):
        await make_perk(title=f"理发{number}")

    items = await pages(service, "q=理发&limit=2")

    assert [item["title"] for item in items] == [f"理发{number}" for number in reversed(range(5))]


async def test_a_question_without_a_word_says_what_to_do(service: Client) -> None:
    answer = await service.get("/v1/perks?q=！！")

    assert (answer.status, answer.code) == (422, "NothingToSearch")


async def test_a_changed_title_is_found_under_its_new_words_only(service: Client) -> None:
    perk = await make_perk(title="体检九折", provider="卫生院", description="无")
    perk.search_text = "洗牙"
    await perk.save(update_fields=["search_text"])

    assert await titles(service, "?q=体检") == []
    assert await titles(service, "?q=洗牙") == ["体检九折"]


async def test_category_and_town_narrow_the_list(service: Client) -> None:
    await make_category("health", "医疗健康")
    branch = await make_branch(town_code="321084112")
    await make_perk(title="界首体检", category_code="health", branches=[branch])
    await make_perk(title="别处", branches=[await make_branch(town_code="321084107")])

    assert await titles(service, "?category=health") == ["界首体检"]
    assert await titles(service, "?town=321084112") == ["界首体检"]
    assert await titles(service, "?town=321084113") == []


async def test_nearest_comes_first_with_its_distance_and_branch(service: Client) -> None:
    merchant = await make_merchant()
    far = await make_branch(merchant_id=merchant.id, name="远", latitude=32.9, longitude=119.46)
    near = await make_branch(merchant_id=merchant.id, name="近", latitude=32.786, longitude=119.46)
    await make_perk(title="两处都有", branches=[far, near])
    await make_perk(title="只在远处", branches=[far])
    await make_perk(title="没有门店")

    answer = await service.get("/v1/perks?near=32.785,119.46")

    assert [(item["title"], item["branch_name"]) for item in answer.json["items"]] == [
        ("两处都有", "近"),
        ("只在远处", "远"),
    ]
    assert [item["distance_metres"] for item in answer.json["items"]] == [111, 12787]


async def test_a_closed_branch_is_not_near(service: Client) -> None:
    closed = await make_branch(latitude=32.785, longitude=119.46, closed_at=utc_now())
    await make_perk(title="关门了", branches=[closed])

    assert await titles(service, "?near=32.785,119.46") == []


@pytest.mark.parametrize("narrowed", [False, True])
async def test_paging_through_the_nearest_equals_sorting_everything(service: Client, narrowed: bool) -> None:
    chance = random.Random(7)
    merchant: Merchant = await make_merchant()
    distances: dict[str, float] = {}
    for number in range(120):
        title = f"理发{number}" if narrowed else f"优惠{number}"
        offered = []
        for place in range(chance.choice((1, 1, 2))):
            latitude, longitude = HERE.latitude + chance.gauss(0, 0.2), HERE.longitude + chance.gauss(0, 0.3)
            name = f"店{number}-{place}"
            offered.append(
                await make_branch(merchant_id=merchant.id, name=name, latitude=latitude, longitude=longitude)
            )
        distances[title] = min(HERE.metres_to(branch.latitude, branch.longitude) for branch in offered)
        await make_perk(title=title, branches=offered)

    items = await pages(service, "near=32.785,119.46&limit=9" + ("&q=理发" if narrowed else ""))

    assert [item["title"] for item in items] == sorted(distances, key=lambda title: distances[title])


@pytest.mark.parametrize("near", ["32.785", "a,b", "91,119", "32.7,181", "nan,1", "1,2,3", "inf,0"])
async def test_a_place_that_is_none_is_refused(service: Client, near: str) -> None:
    answer = await service.get(f"/v1/perks?near={near}")

    assert (answer.status, answer.code) == (422, "PlaceInvalid")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WyJhIl0", "W10", "!!!"])
async def test_a_cursor_that_is_none_is_refused(service: Client, cursor: str) -> None:
    answer = await service.get(f"/v1/perks?cursor={cursor}")

    assert (answer.status, answer.code) == (422, "CursorInvalid")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "unknown=1", "limit=1&limit=2", "town=32108"])
async def test_a_query_outside_the_contract_names_the_field(service: Client, query: str) -> None:
    answer = await service.get(f"/v1/perks?{query}")

    assert (answer.status, answer.code) == (400, "MalformedRequest")
    assert answer.json["errors"][0]["message"]


async def test_an_unchanged_list_is_not_sent_again(service: Client) -> None:
    await make_perk(title="优惠")
    first = await service.get("/v1/perks")

    again = await service.get("/v1/perks", headers={"If-None-Match": first.headers["ETag"]})
    await make_perk(title="又一项")
    changed = await service.get("/v1/perks", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
    assert changed.status == 200


async def test_categories_count_what_is_live(service: Client) -> None:
    await make_category("health", "医疗健康")
    await make_perk(category_code="health")
    await make_perk(category_code="health", state=PerkState.SUSPENDED)

    answer = await service.get("/v1/perk-categories")

    counted = {item["name"]: item["perks"] for item in answer.json["items"]}
    assert counted["医疗健康"] == 1


async def test_a_draft_is_not_to_be_seen_and_an_ended_perk_is(service: Client) -> None:
    draft = await make_perk(state=PerkState.DRAFT)
    ended = await make_perk(state=PerkState.ENDED)

    hidden = await service.get(f"/v1/perks/{draft.id}")
    shown = await service.get(f"/v1/perks/{ended.id}")

    assert (hidden.status, hidden.code) == (404, "PerkNotFound")
    assert shown.json["state"] == "ended"


async def test_a_stranger_is_told_to_log_in_before_entitlement_is_judged(service: Client) -> None:
    perk = await make_perk()

    answer = await service.get(f"/v1/perks/{perk.id}")

    assert answer.json["entitlement"]["entitled"] is False
    assert answer.json["entitlement"]["reason"] == "Unauthenticated"


async def test_only_a_holder_can_ask_for_what_fits_him(service: Client) -> None:
    newcomer = await service.login("newcomer")

    answer = await newcomer.get("/v1/perks?eligible=true")

    assert (answer.status, answer.code) == (409, "EligibilityUnknown")
