"""推荐测试 — what is recommended, in which order and why, and what never is."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from config.clock import beijing_day, utc_now
from models.accounts import Consent
from models.cards import CardKind
from models.employers import Employer, EmployerNature, EmployerState
from models.jobs import JobKind, PostingState
from models.schooling import Schooling
from models.seekers import BlockedEmployer, Seeker
from models.transactions import execute
from server.jobs.seekers import candidates
from server.jobs.seekers.candidates import Search, find_candidates
from tests.factories.cards import make_card
from tests.factories.employers import make_employer
from tests.factories.jobs import make_application, make_posting, make_seeker
from tests.jobs.seekers.people import JIESHOU, LINZE, come, fill_in
from tests.jobs.seekers.test_profile import make_speciality
from tests.service import Answer, Client

BARE: dict[str, Any] = {
    "skills": [],
    "certificates": [],
    "schooling": "any",
    "birth_year": None,
    "experience_years": 0,
    "wished_towns": [],
    "wished_kinds": [],
    "wished_pay_min_fen": None,
    "latitude": None,
    "longitude": None,
    "service_years": 0,
}
OLD = utc_now() - timedelta(days=30)


async def veteran(service: Client, *, card_kind: CardKind | None = None, **profile: Any) -> Client:
    """Return somebody with a profile of exactly these fields, and with a card if a kind is given."""
    person = await come(service)
    await make_speciality()
    if card_kind is not None:
        await make_card(account_id=person.account_id, kind=card_kind, name="段誉明")
    assert (await fill_in(person, **(BARE | profile))).status == 200
    return person


async def old_posting(**about: Any) -> Any:
    """Make a posting published a month ago, for which being new is no reason."""
    return await make_posting(published_at=OLD, **about)


async def recommended(person: Client, limit: int = 50) -> Answer:
    answer = await person.get(f"/v1/jobs/recommended?limit={limit}")
    assert answer.status == 200, answer
    return answer


def titles(answer: Answer) -> list[str]:
    return [item["job"]["title"] for item in answer.json["items"]]


async def test_a_mechanic_reads_why_each_posting_is_for_them(service: Client) -> None:
    person = await veteran(
        service,
        speciality="vehicle_repair",
        skills=["电焊"],
        schooling="college",
        wished_towns=[JIESHOU],
        wished_pay_min_fen=500_000,
    )
    await old_posting(
        title="汽修技师", town_code=JIESHOU, schooling=Schooling.COLLEGE, pay_min_fen=600_000, pay_max_fen=800_000
    )
    await old_posting(title="焊工", description="会电焊", town_code=LINZE, pay_min_fen=300_000, pay_max_fen=400_000)
    await old_posting(title="文员", description="整理资料", town_code=LINZE, pay_min_fen=300_000, pay_max_fen=400_000)

    answer = await recommended(person)

    assert titles(answer) == ["汽修技师"], "a score below zero is no recommendation"
    [item] = answer.json["items"]
    assert item["score"] == 40 + 25 + 20 + 8
    assert item["reasons"] == [
        {"text": "您在部队做过汽车修理，岗位名称有「汽修」", "points": 40},
        {"text": "工作地点在您期望的界首镇", "points": 25},
        {"text": "工资 6000-8000元/月，达到您期望的 5000 元", "points": 20},
        {"text": "学历要求大专，您是大专", "points": 8},
    ]
    assert item["job"]["employer_name"]
    assert item["job"]["pay"] == "6000-8000元/月"


async def test_the_best_comes_first_then_the_newest_then_the_later_id(service: Client) -> None:
    person = await veteran(service, skills=["电焊"], wished_towns=[JIESHOU])
    same = {"title": "电焊工", "town_code": LINZE}
    first = await make_posting(**same, published_at=OLD)
    second = await make_posting(**same, published_at=OLD)
    newer = await make_posting(**same, published_at=OLD + timedelta(seconds=1))
    best = await old_posting(title="电焊工", town_code=JIESHOU)

    answer = await recommended(person)

    assert [UUID(item["job"]["id"]) for item in answer.json["items"]] == [best.id, newer.id, second.id, first.id]
    assert [item["score"] for item in answer.json["items"]] == [40, 15, 15, 15]
    assert (await recommended(person)).json == answer.json
    assert [UUID(item["job"]["id"]) for item in (await recommended(person, limit=2)).json["items"]] == [
        best.id,
        newer.id,
    ]


async def test_what_may_not_be_shown_is_never_recommended(service: Client) -> None:
    person = await veteran(service, skills=["电焊"], birth_year=1970, wished_towns=[JIESHOU])
    today, fits = beijing_day(utc_now()), {"title": "电焊工", "town_code": JIESHOU}
    shown = await make_posting(**fits, closes_on=today)
    await make_posting(**fits, closes_on=today - timedelta(days=1))
    for state in PostingState:
        if state is not PostingState.LIVE:
            await make_posting(**fits, state=state)
    for employer_state in (EmployerState.SUBMITTED, EmployerState.REFUSED, EmployerState.SUSPENDED):
        await make_posting(**fits, employer=await make_employer(state=employer_state))
    blocked = await make_posting(**fits)
    await BlockedEmployer.create(account_id=person.account_id, employer_id=blocked.employer_id)
    await make_application(posting=await make_posting(**fits), seeker=await Seeker.get())
    await make_posting(**fits, age_min=18, age_max=35)

    answer = await recommended(person)

    assert [UUID(item["job"]["id"]) for item in answer.json["items"]] == [shown.id]


async def test_another_persons_blocks_and_applications_take_nothing_away(service: Client) -> None:
    person = await veteran(service, skills=["电焊"])
    posting = await old_posting(title="电焊工")
    other = await make_seeker()
    await BlockedEmployer.create(account_id=other.account_id, employer_id=posting.employer_id)
    await make_application(posting=posting, seeker=other)

    assert titles(await recommended(person)) == ["电焊工"]


async def test_a_state_employer_that_may_relax_the_age_is_shown_with_a_caution(service: Client) -> None:
    person = await veteran(service, skills=["电焊"], birth_year=1970, service_years=12)
    employer = await make_employer(nature=EmployerNature.STATE_ENTERPRISE)
    await old_posting(title="电焊工", employer=employer, age_min=18, age_max=35)

    [item] = (await recommended(person)).json["items"]

    assert item["score"] == 15 + 6 - 5
    assert item["reasons"][-1] == {
        "text": "年龄要求 18-35 岁，您不在范围内：依《退役军人保障法》第四十二条，该类单位可以适当放宽，请先询问",
        "points": -5,
    }


@pytest.mark.parametrize(
    ("profile", "card_kind", "is_veteran"),
    [
        ({}, None, False),
        ({"service_years": 2}, None, True),
        ({"speciality": "vehicle_repair"}, None, True),
        ({}, CardKind.VETERAN, True),
        ({}, CardKind.BEREAVED_FAMILY, False),
    ],
    ids=["nothing", "years", "speciality", "veterans-card", "familys-card"],
)
async def test_posts_for_veterans_weigh_for_who_served(
    service: Client, profile: dict[str, Any], card_kind: CardKind | None, is_veteran: bool
) -> None:
    person = await veteran(service, card_kind=card_kind, **profile)
    await old_posting(title="司务长", kind=JobKind.VETERANS_ONLY)

    items = (await recommended(person)).json["items"]

    assert [item["score"] for item in items] == ([25] if is_veteran else [])


async def test_near_home_and_wished_kinds_lead_to_postings_too(service: Client) -> None:
    person = await veteran(service, latitude=33.0, longitude=119.44, wished_kinds=["military_instructor", "ordinary"])
    await old_posting(title="仓管", latitude=33.001, longitude=119.441)
    await old_posting(title="国防教育教师", kind=JobKind.MILITARY_INSTRUCTOR)

    answer = await recommended(person)

    assert [(item["job"]["title"], item["score"]) for item in answer.json["items"]] == [
        ("仓管", 20 + 15),
        ("国防教育教师", 15),
    ]


async def test_without_consent_or_a_profile_there_is_a_next_step(service: Client) -> None:
    stranger = await service.login("somebody")
    willing = await come(service, "willing")

    refused, bare = await stranger.get("/v1/jobs/recommended"), await willing.get("/v1/jobs/recommended")

    assert (refused.status, refused.code) == (409, "ConsentRequired")
    assert (bare.status, bare.code) == (409, "NoProfile")
    assert "军事专业、技能和期望乡镇" in bare.json["detail"]


async def test_a_withdrawn_consent_ends_recommendations_at_once(service: Client) -> None:
    person = await veteran(service, skills=["电焊"])
    await Consent.all().update(withdrawn_at=utc_now())

    assert (await person.get("/v1/jobs/recommended")).code == "ConsentRequired"


async def test_at_most_fifty_are_asked_for(service: Client) -> None:
    person = await come(service)

    assert (await person.get("/v1/jobs/recommended?limit=51")).code == "MalformedRequest"
    assert (await person.get("/v1/jobs/recommended?limit=0")).code == "MalformedRequest"


# The ways to candidates, each with its bound


async def search_of(**about: Any) -> Search:
    seeker = await make_seeker()
    values: dict[str, Any] = {"words": (), "towns": (), "kinds": (), "place": None, "at": utc_now()}
    return Search(account_id=seeker.account_id, seeker_id=seeker.id, **(values | about))


async def found(search: Search) -> set[str]:
    return {row["title"] for row in await find_candidates(search)}


async def make_many(count: int, title: str, *, employer: Employer, **about: Any) -> None:
    """Make so many postings, each a minute newer than the one before."""
    for number in range(count):
        await make_posting(
            title=f"{title}{number}", employer=employer, published_at=OLD + timedelta(minutes=number), **about
        )


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds so small that a few postings pass them."""
    for name, bound in {
        "GLANCE": 6,
        "ENOUGH": 3,
        "MOST_BY_WORDS": 4,
        "TOWN_GLANCE": 4,
        "MOST_BY_TOWNS": 8,
        "MOST_OF_A_KIND": 2,
        "MOST_NEWEST": 1,
    }.items():
        monkeypatch.setattr(candidates, name, bound)


async def test_common_words_are_read_off_the_newest_and_rare_ones_found_everywhere(
    database: object, narrow: None
) -> None:
    employer = await make_employer()
    await make_posting(title="示例焊工", employer=employer, published_at=OLD - timedelta(days=9))
    await make_many(8, "保安", employer=employer)

    common, rare = await search_of(words=("保安",)), await search_of(words=("焊工",))

    assert await found(common) == {"保安7", "保安6", "保安5", "保安4"}
    assert await found(rare) == {"保安7", "示例焊工"}


async def test_words_are_alternatives_and_every_sign_of_a_word_counts(database: object, narrow: None) -> None:
    for title in ("电焊工", "叉车司机", "电工", "焊条仓管"):
        await make_posting(title=title, published_at=OLD)
    await make_posting(title="最新")

    assert await found(await search_of(words=("电焊", "叉车", "cad"))) == {"电焊工", "叉车司机", "最新"}
    assert await found(await search_of(words=("电焊",))) == {"电焊工", "最新"}


async def test_in_a_wished_town_the_words_come_before_the_newest(database: object, narrow: None) -> None:
    employer = await make_employer()
    await make_posting(title="焊工", employer=employer, town_code=JIESHOU, published_at=OLD - timedelta(hours=1))
    await make_many(3, "保洁", employer=employer, town_code=JIESHOU)

    search = await search_of(words=("焊工",), towns=(JIESHOU,))

    assert "焊工" in await found(search)
    assert {"保洁2", "保洁1", "保洁0"} <= await found(search)


async def test_a_kind_is_followed_to_its_newest(database: object, narrow: None) -> None:
    employer = await make_employer()
    await make_many(4, "教官", employer=employer, kind=JobKind.MILITARY_INSTRUCTOR)
    await make_posting(title="最新", employer=employer)

    assert await found(await search_of(kinds=(JobKind.MILITARY_INSTRUCTOR,))) == {"最新", "教官3", "教官2"}


async def test_the_blocked_do_not_use_up_the_bounds(database: object, narrow: None) -> None:
    blocked, other = await make_employer(), await make_employer()
    await make_posting(title="教官", employer=other, kind=JobKind.MILITARY_INSTRUCTOR, published_at=OLD)
    await make_many(4, "教官", employer=blocked, kind=JobKind.MILITARY_INSTRUCTOR)
    search = await search_of(kinds=(JobKind.MILITARY_INSTRUCTOR,))
    await BlockedEmployer.create(account_id=search.account_id, employer_id=blocked.id)

    assert await found(search) == {"教官"}


async def test_words_without_a_sign_that_is_searched_for_find_nothing_and_break_nothing(database: object) -> None:
    await make_posting(title="最新")

    assert await found(await search_of(words=("'", "——", "a' | 'b", "*"))) == {"最新"}


async def test_a_posting_that_closes_while_it_is_looked_for_is_not_fetched(database: object) -> None:
    posting = await make_posting(title="电焊工")
    search = await search_of(words=("电焊",))
    await execute("UPDATE job_postings SET state = 'filled' WHERE id = $1", posting.id)

    assert await candidates._fetch(search, [posting.id]) == []
