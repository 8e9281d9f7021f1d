"""怪问题 — what nobody would sensibly ask is answered all the same."""

import pytest

from tests.factories.jobs import make_posting
from tests.jobs.catalogue.lists import titles
from tests.service import Client

HOSTILE = [
    "'; DROP TABLE job_postings; --",
    "保安' OR '1'='1",
    '保安" OR "',
    "保安 & | ! ( ) :* <->",
    "NEAR(保安 门卫)",
    "{title_search_text} : 保安",
    "%_%保安",
    "\\保安",
]


async def test_empty_words_are_no_words(service: Client) -> None:
    await make_posting(title="保安")

    assert await titles(service, q="") == ["保安"]
    assert await titles(service, q="   ") == ["保安"]


@pytest.mark.parametrize("q", ["！！", "。，、", "—", "😀", "&|!():*"])
async def test_words_without_a_character_say_what_to_do(service: Client, q: str) -> None:
    answer = await service.get("/v1/jobs", params={"q": q})

    assert (answer.status, answer.code) == (422, "NothingToSearch")


async def test_too_many_characters_are_refused(service: Client) -> None:
    some = await service.get("/v1/jobs", params={"q": "保" * 51})
    many = await service.get("/v1/jobs", params={"q": "保" * 10_000})

    assert (some.status, some.json["errors"][0]["field"]) == (400, "q")
    assert (many.status, many.code) == (413, "BodyTooLarge")  # no address is so long


async def test_the_longest_words_that_are_taken_are_searched(service: Client) -> None:
    await make_posting(title="保安")

    assert await titles(service, q="甲乙丙丁戊己庚辛壬癸" * 5) == []


@pytest.mark.parametrize("order", ["newest", "pay", "relevance", "distance"])
@pytest.mark.parametrize("q", HOSTILE)
async def test_words_stay_words_in_every_order(service: Client, order: str, q: str) -> None:
    await make_posting(title="门卫", latitude=32.7, longitude=119.4)

    assert await titles(service, q=q, order=order, near="32.7,119.4") == []
    assert await titles(service, q="门卫") == ["门卫"]


async def test_signs_around_a_word_do_not_hide_it(service: Client) -> None:
    await make_posting(title="保安")

    assert await titles(service, q="《保安》!") == ["保安"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "kind=soldier",
        "schooling=PhD",
        "order=random",
        "pay_min_fen=0",
        "pay_min_fen=99999999999999999999",
        "pay_min_fen=6千",
        "fair=1",
        "town=32108",
        "negotiable=maybe",
        "q=a&q=b",
        "colour=red",
    ],
)
async def test_a_query_outside_the_contract_names_the_field(service: Client, query: str) -> None:
    answer = await service.get(f"/v1/jobs?{query}")

    assert (answer.status, answer.code) == (400, "MalformedRequest")
    assert answer.json["errors"][0]["message"]


@pytest.mark.parametrize("near", ["32.785", "a,b", "91,119", "32.7,181", "nan,1", "1,2,3", "inf,0"])
async def test_a_place_that_is_none_is_refused(service: Client, near: str) -> None:
    answer = await service.get(f"/v1/jobs?near={near}")

    assert (answer.status, answer.code) == (422, "PlaceInvalid")


async def test_an_unchanged_list_is_not_sent_again(service: Client) -> None:
    await make_posting(title="保安")
    first = await service.get("/v1/jobs")

    again = await service.get("/v1/jobs", headers={"If-None-Match": first.headers["ETag"]})
    await make_posting(title="又一个")
    changed = await service.get("/v1/jobs", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
    assert changed.status == 200
