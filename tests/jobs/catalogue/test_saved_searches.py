"""订阅的搜索 — ten at the most, each with its conditions, changed by its person alone."""

from typing import Any
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.jobs import SavedSearch, SavedSearchMatch
from tests.factories.jobs import make_posting, make_saved_search
from tests.jobs.catalogue.lists import items
from tests.service import Answer, Client

SEARCH = {"name": "界首的保安", "criteria": {"q": "保安", "town": "321084112", "pay_min_fen": 500_000}}


async def save(person: Client, **overrides: Any) -> Answer:
    return await person.post("/v1/saved-searches", SEARCH | overrides)


async def test_a_saved_search_keeps_its_conditions(service: Client) -> None:
    person = await service.login("person")
    fair = str(uuid4())
    criteria = {
        "q": "保安", "town": "321084112", "kind": "veterans_only", "pay_min_fen": 500_000, "negotiable": True,
        "schooling": "college", "fair": fair,
    }  # fmt: skip

    saved = await save(person, criteria=criteria)

    assert saved.status == 201
    assert saved.json == {
        "id": saved.json["id"],
        "name": "界首的保安",
        "criteria": criteria,
        "is_paused": False,
        "notified_at": None,
        "created_at": saved.json["created_at"],
        "updated_at": saved.json["created_at"],
    }
    assert (await person.get(f"/v1/saved-searches/{saved.json['id']}")).json == saved.json
    assert await AuditEntry.filter(action="saved_search.added", record_id=saved.json["id"]).count() == 1


async def test_the_newest_search_comes_first(service: Client) -> None:
    person = await service.login("person")
    for name in ("一", "二"):
        await save(person, name=name)

    assert [item["name"] for item in await items(person, "/v1/saved-searches")] == ["二", "一"]


async def test_an_eleventh_search_is_refused_until_one_is_removed(service: Client) -> None:
    person, other = await service.login("person"), await service.login("other")
    saved = [await save(person, name=f"第{number}个") for number in range(10)]

    refused = await save(person)
    await person.delete(f"/v1/saved-searches/{saved[4].json['id']}")
    in_its_place = await save(person)
    of_another = await save(other)

    assert [answer.status for answer in saved] == [201] * 10
    assert (refused.status, refused.code) == (409, "TooManySavedSearches")
    assert (in_its_place.status, of_another.status) == (201, 201)
    assert await SavedSearch.filter(account_id=person.account_id).count() == 10


@pytest.mark.parametrize(
    ("criteria", "code"),
    [({}, "SavedSearchEmpty"), ({"negotiable": True}, "SavedSearchEmpty"), ({"q": "  "}, "SavedSearchEmpty"),
     ({"q": "！！"}, "NothingToSearch")],
)  # fmt: skip
async def test_a_search_must_say_what_is_looked_for(service: Client, criteria: dict[str, Any], code: str) -> None:
    person = await service.login("person")
    search = await make_saved_search(account_id=person.account_id)

    saved = await save(person, criteria=criteria)
    changed = await person.patch(f"/v1/saved-searches/{search.id}", {"criteria": criteria})

    assert (saved.status, saved.code) == (422, code)
    assert (changed.status, changed.code) == (422, code)


@pytest.mark.parametrize(
    "body",
    [
        SEARCH | {"name": " "},
        SEARCH | {"name": "长" * 41},
        SEARCH | {"criteria": {"near": "32.7,119.4"}},
        SEARCH | {"criteria": {"kind": "soldier"}},
        {"name": "没有条件"},
    ],
)
async def test_a_search_outside_the_contract_is_refused(service: Client, body: dict[str, Any]) -> None:
    person = await service.login("person")

    answer = await person.post("/v1/saved-searches", body)

    assert (answer.status, answer.code) == (400, "MalformedRequest")


async def test_what_is_left_out_of_a_change_stays(service: Client) -> None:
    person = await service.login("person")
    search = (await save(person)).json
    path = f"/v1/saved-searches/{search['id']}"

    paused = await person.patch(path, {"is_paused": True})
    renamed = await person.patch(path, {"name": " 新名 "})
    narrowed = await person.patch(path, {"criteria": {"q": "门卫"}})

    assert paused.json == search | {"is_paused": True, "updated_at": paused.json["updated_at"]}
    assert renamed.json == paused.json | {"name": "新名", "updated_at": renamed.json["updated_at"]}
    assert narrowed.json["criteria"] == {"q": "门卫"}
    assert narrowed.json["is_paused"] is True
    assert await AuditEntry.filter(action="saved_search.changed", record_id=search["id"]).count() == 3


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_the_search_of_somebody_else_is_none(service: Client, method: str) -> None:
    person = await service.login("person")
    foreign = await make_saved_search()
    body = {"json": {"is_paused": True}} if method == "PATCH" else {}

    for search_id in (foreign.id, uuid4()):
        answer = await person.call(method, f"/v1/saved-searches/{search_id}", **body)
        assert (answer.status, answer.code) == (404, "SavedSearchNotFound")
    assert (await SavedSearch.get(id=foreign.id)).is_paused is False


async def test_a_removed_search_takes_what_it_found_with_it(service: Client) -> None:
    person = await service.login("person")
    search = await make_saved_search(account_id=person.account_id)
    posting = await make_posting()
    await SavedSearchMatch.create(search_id=search.id, posting_id=posting.id)

    removed = await person.delete(f"/v1/saved-searches/{search.id}")

    assert removed.status == 204
    assert await SavedSearch.all().count() == 0
    assert await SavedSearchMatch.all().count() == 0
    assert await AuditEntry.filter(action="saved_search.removed", record_id=str(search.id)).count() == 1
