"""找岗位的条件 — what each condition keeps, and what nobody is shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.employers import EmployerNature, EmployerState
from models.fairs import FairState
from models.jobs import JobKind, PostingState
from models.schooling import Schooling
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_fair, make_posting
from tests.jobs.catalogue.lists import items, titles
from tests.service import Client

TODAY = beijing_day(utc_now())


async def test_only_what_is_live_is_listed(service: Client) -> None:
    for state in PostingState:
        await make_posting(title=state.label, state=state)

    assert await titles(service) == ["招聘中"]


@pytest.mark.parametrize("order", ["newest", "pay", "relevance", "distance"])
async def test_nothing_of_an_employer_that_is_not_approved_is_listed(service: Client, order: str) -> None:
    for state in EmployerState:
        employer = await make_employer(state=state)
        await make_posting(title=f"保安{state.value}", employer=employer, latitude=32.7, longitude=119.4)

    assert await titles(service, order=order, q="保安", near="32.7,119.4") == ["保安approved"]


@pytest.mark.parametrize("order", ["newest", "pay", "relevance", "distance"])
async def test_a_posting_is_listed_up_to_its_last_day(service: Client, order: str) -> None:
    place = {"latitude": 32.7, "longitude": 119.4}
    await make_posting(title="保安昨天截止", closes_on=TODAY - timedelta(days=1), **place)
    await make_posting(title="保安今天截止", closes_on=TODAY, **place)

    assert await titles(service, order=order, q="保安", near="32.7,119.4") == ["保安今天截止"]


async def test_chinese_words_are_found_wherever_they_stand(service: Client) -> None:
    employer = await make_employer(name="盂城物业公司")
    await make_posting(title="叉车司机", employer=employer, description="界首镇仓库，需叉车证")
    await make_posting(title="保洁员", description="打扫车间")

    assert await titles(service, q="司机") == ["叉车司机"]
    assert await titles(service, q="物业 叉车证") == ["叉车司机"]
    assert await titles(service, q="车") == ["叉车司机", "保洁员"]
    assert await titles(service, q="车叉") == []


async def test_town_keeps_the_work_in_it(service: Client) -> None:
    await make_posting(title="界首", town_code="321084112")
    await make_posting(title="三垛", town_code="321084108")
    await make_posting(title="外地", town_code=None)

    assert await titles(service, town="321084112") == ["界首"]
    assert await titles(service, town="321084113") == []


async def test_kind_keeps_one_kind(service: Client) -> None:
    for kind in JobKind:
        await make_posting(title=kind.label, kind=kind)

    assert await titles(service, kind="military_instructor") == ["兵教师"]
    assert await titles(service, kind="ordinary") == ["普通岗位"]


PAY = {
    "6000-8000": {"pay_min_fen": 600_000, "pay_max_fen": 800_000},
    "5000以上": {"pay_min_fen": 500_000, "pay_max_fen": None},
    "面议": {"pay_min_fen": None, "pay_max_fen": None, "pay_is_negotiable": True},
    "面议9000": {"pay_min_fen": 900_000, "pay_max_fen": 900_000, "pay_is_negotiable": True},
}


async def offer_pay() -> None:
    for title, pay in PAY.items():
        await make_posting(title=title, **pay)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"pay_min_fen": 800_000}, {"6000-8000", "5000以上", "面议9000"}),
        ({"pay_min_fen": 800_001}, {"5000以上", "面议9000"}),
        ({"pay_min_fen": 900_001}, {"5000以上"}),
        ({"pay_min_fen": 900_001, "negotiable": "true"}, {"5000以上", "面议"}),
        ({"negotiable": "true"}, set(PAY)),
        ({}, set(PAY)),
    ],
)
async def test_pay_fits_when_its_upper_bound_reaches_it_or_is_open(
    service: Client, query: dict[str, Any], kept: set[str]
) -> None:
    await offer_pay()

    assert set(await titles(service, **query)) == kept


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("any", {"不限"}),
        ("senior_middle", {"不限", "初中", "高中/中专/技校"}),
        ("doctor", {s.label for s in Schooling}),
    ],
)
async def test_schooling_leaves_out_what_asks_for_more(service: Client, own: str, kept: set[str]) -> None:
    for schooling in Schooling:
        await make_posting(title=schooling.label, schooling=schooling)

    assert set(await titles(service, schooling=own)) == kept


@pytest.mark.parametrize("order", ["newest", "pay", "relevance", "distance"])
async def test_fair_keeps_what_is_brought_to_a_published_one(service: Client, order: str) -> None:
    fair, draft = await make_fair(), await make_fair(state=FairState.DRAFT)
    brought = await make_posting(title="保安带来的", latitude=32.7, longitude=119.4)
    await bring(brought, fair)
    await bring(brought, draft)
    await make_posting(title="保安没带来", latitude=32.7, longitude=119.4)
    query = {"order": order, "q": "保安", "near": "32.7,119.4"}

    assert await titles(service, **query, fair=fair.id) == ["保安带来的"]
    assert await titles(service, **query, fair=draft.id) == []
    assert await titles(service, **query, fair=uuid4()) == []


async def test_conditions_are_all_to_be_met(service: Client) -> None:
    fitting: dict[str, Any] = {"town_code": "321084112", "kind": JobKind.VETERANS_ONLY, "schooling": Schooling.COLLEGE}
    await make_posting(title="保安全中", **fitting)
    for title, change in {
        "保安乡镇不对": {"town_code": "321084108"},
        "保安类别不对": {"kind": JobKind.ORDINARY},
        "保安学历不对": {"schooling": Schooling.MASTER},
        "保安工资不对": {"pay_max_fen": 500_000},
        "保洁": {"description": "扫地"},
    }.items():
        await make_posting(title=title, **(fitting | change))
    query = {"q": "保安", "town": "321084112", "kind": "veterans_only", "schooling": "college", "pay_min_fen": 700_000}

    assert await titles(service, **query) == ["保安全中"]


async def test_an_item_says_what_the_list_needs(service: Client) -> None:
    employer = await make_employer(name="示例国企", nature=EmployerNature.STATE_ENTERPRISE)
    posting = await make_posting(
        title="安全员", employer=employer, pay_months=14, schooling=Schooling.COLLEGE, experience_years=3,
        closes_on=TODAY, latitude=32.786, longitude=119.46,
    )  # fmt: skip

    [item] = await items(service, near="32.785,119.46")

    assert item == {
        "id": str(posting.id),
        "title": "安全员",
        "kind": "ordinary",
        "kind_label": "普通岗位",
        "employer_id": str(employer.id),
        "employer_name": "示例国企",
        "town_code": posting.town_id,
        "address": "示例路 3 号",
        "openings": 2,
        "pay": "5000-7000元/月·14薪",
        "pay_min_fen": 500_000,
        "pay_max_fen": 700_000,
        "pay_months": 14,
        "pay_is_negotiable": False,
        "schooling": "college",
        "schooling_label": "大专",
        "experience_years": 3,
        "closes_on": TODAY.isoformat(),
        "published_at": item["published_at"],
        "is_veterans_first": True,
        "is_sample": False,
        "distance_metres": 111,
    }
    assert item["published_at"].endswith("+08:00")


@pytest.mark.parametrize(
    ("kind", "nature", "is_first"),
    [
        (JobKind.VETERANS_ONLY, EmployerNature.OTHER, True),
        (JobKind.ORDINARY, EmployerNature.OTHER, False),
        (JobKind.ORDINARY, EmployerNature.STATE_ORGAN, True),
        (JobKind.PUBLIC_WELFARE, EmployerNature.PUBLIC_INSTITUTION, True),
    ],
)
async def test_veterans_come_first_at_posts_for_them_and_where_the_law_says_so(
    service: Client, kind: JobKind, nature: EmployerNature, is_first: bool
) -> None:
    await make_posting(kind=kind, employer=await make_employer(nature=nature))

    [item] = await items(service)

    assert item["is_veterans_first"] is is_first
