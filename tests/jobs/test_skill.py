"""岗位技能测试 — what the bot says of jobs, to whom, from the records as they are."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.skills import Question, Skill, SkillAnswer
from config.clock import BEIJING, utc_now
from models.accounts import Consent, Purpose
from models.applications import ApplicationState
from models.fairs import FairState
from models.jobs import JobKind
from server.jobs.skill import JobsSkill
from tests.factories.jobs import (
    bring,
    make_application,
    make_booth,
    make_fair,
    make_posting,
    make_profile,
    make_registration,
    make_seeker,
)
from tests.factories.merchants import make_town
from tests.jobs.seekers.people import JIESHOU, LINZE

pytestmark = pytest.mark.usefixtures("database")

SKILL: Skill = JobsSkill()
NINE = datetime(2026, 11, 28, 9, tzinfo=BEIJING)


async def ask(text: str, **about: Any) -> SkillAnswer:
    """Ask the skill what it recognises as its own."""
    intent = SKILL.recognise(text)
    assert intent is not None, text
    return await SKILL.answer(intent, Question(text=text, **({"at": utc_now()} | about)))


def titles(answer: SkillAnswer) -> list[str]:
    return [card.title for card in answer.cards]


# Openings


async def test_openings_nearby_are_told_nearest_first_with_their_distance() -> None:
    far = await make_posting(title="远处的保安", latitude=32.80, longitude=119.5)
    near = await make_posting(title="近处的保安", latitude=32.785, longitude=119.5)

    answer = await ask("附近有什么岗位", latitude=32.78, longitude=119.5)

    assert titles(answer) == ["近处的保安", "远处的保安"]
    assert answer.cards[0].link == f"/v1/jobs/{near.id}"
    assert answer.cards[0].lines[0] == near.employer.name
    assert answer.cards[0].lines[1].endswith(" · 5000-7000元/月")
    assert answer.cards[0].lines[2] == "距您约 600 米"
    assert answer.cards[1].lines[2] == "距您约 2.2 公里"
    assert far.id != near.id


async def test_without_a_place_the_newest_are_told_and_how_to_see_the_nearest() -> None:
    await make_posting(title="旧的保安", published_at=utc_now() - timedelta(days=3))
    await make_posting(title="新的保安")

    answer = await ask("附近有什么岗位")

    assert titles(answer) == ["新的保安", "旧的保安"]
    assert answer.text == "为您列出 2 个岗位；允许使用位置信息后可以由近到远看"


async def test_a_town_a_kind_and_words_are_understood() -> None:
    await make_town(JIESHOU, "界首镇")
    await make_town(LINZE, "临泽镇")
    await make_posting(title="电工", town_code=JIESHOU)
    await make_posting(title="电工", town_code=LINZE)
    await make_posting(title="国防教育教师", kind=JobKind.MILITARY_INSTRUCTOR, town_code=LINZE)

    in_town, of_a_kind = await ask("界首招不招电工"), await ask("有没有兵教师岗位")

    assert [card.lines[1].split(" · ")[0] for card in in_town.cards] == ["界首镇"]
    assert in_town.text == "为您列出 1 个界首镇「电工」的岗位"
    assert titles(of_a_kind) == ["国防教育教师"]


async def test_where_nothing_fits_the_words_the_rest_is_told_and_said_so() -> None:
    await make_town(JIESHOU, "界首镇")
    await make_posting(title="保洁员", town_code=JIESHOU)

    answer = await ask("界首招不招潜水员")

    assert answer.text == "现在没有找到界首镇「潜水员」的岗位，先为您列出 1 个界首镇的岗位"
    assert titles(answer) == ["保洁员"]


async def test_where_there_is_nothing_at_all_the_next_step_is_told() -> None:
    answer = await ask("有没有兵教师岗位")

    assert answer == SkillAnswer("现在没有兵教师岗位；可以订阅搜索，有新岗位时会通知您")


async def test_at_most_five_are_told_and_postings_without_coordinates_are_not_lost() -> None:
    for number in range(7):
        await make_posting(title=f"保安{number}")

    answer = await ask("附近有什么岗位", latitude=32.78, longitude=119.5)

    assert titles(answer) == [f"保安{number}" for number in (6, 5, 4, 3, 2)]


async def test_who_asks_for_a_recommendation_gets_their_own_with_the_first_reason() -> None:
    seeker = await make_seeker()
    assert seeker.account_id is not None
    await Consent.create(account_id=seeker.account_id, purpose=Purpose.JOBS, version="2026-11")
    await make_profile(seeker=seeker, skills=("电焊",))
    await make_posting(title="文员", published_at=utc_now() - timedelta(days=9))
    await make_posting(title="电焊工", published_at=utc_now() - timedelta(days=9))

    own = await ask("推荐适合我的工作", account_id=seeker.account_id)
    stranger = await ask("推荐适合我的工作")

    assert titles(own) == ["电焊工"]
    assert own.text == "按您的求职资料，为您挑了 1 个岗位"
    assert own.cards[0].lines[2] == "您的技能「电焊」，岗位名称里有"
    assert titles(stranger) == ["电焊工", "文员"]


async def test_who_has_no_profile_and_asks_for_a_recommendation_gets_a_search() -> None:
    seeker = await make_seeker()
    await make_posting(title="保安")

    assert titles(await ask("推荐几个工作", account_id=seeker.account_id)) == ["保安"]


# Fairs


async def test_coming_fairs_are_told_with_time_place_openings_and_places_left() -> None:
    fair = await make_fair(
        title="示例秋季招聘会", place="示例广场", starts_at=NINE, ends_at=NINE + timedelta(hours=3), capacity=50
    )
    posting = await make_posting(openings=7)
    await make_booth(fair=fair, employer=posting.employer)
    await bring(posting, fair)
    await make_registration(fair=fair)
    await make_fair(title="示例旧招聘会", starts_at=NINE - timedelta(days=9), ends_at=NINE - timedelta(days=8))
    await make_fair(
        title="示例草稿", state=FairState.DRAFT, published_at=None, starts_at=NINE, ends_at=NINE + timedelta(hours=1)
    )

    answer = await ask("最近的招聘会", at=NINE - timedelta(days=1))

    assert answer.text == "最近的招聘会有 1 场，可以在详情里报名"
    [card] = answer.cards
    assert (card.title, card.link) == ("示例秋季招聘会", f"/v1/fairs/{fair.id}")
    assert card.lines == ("11月28日（周六）09:00–12:00", "示例广场", "1 家单位，7 个岗位名额，还可报名 49 人")


@pytest.mark.parametrize(
    ("about", "at", "first"),
    [
        ({}, NINE + timedelta(minutes=1), "正在进行"),
        ({"state": FairState.CANCELLED, "state_reason": "暴雨"}, NINE - timedelta(days=1), "已取消：暴雨"),
        ({}, NINE + timedelta(days=3), "已结束"),
    ],
    ids=["running", "cancelled", "over"],
)
async def test_a_fair_that_runs_is_off_or_over_says_so_first(about: dict[str, Any], at: datetime, first: str) -> None:
    await make_fair(starts_at=NINE, ends_at=NINE + timedelta(days=2), **about)

    answer = await ask("最近有招聘会吗", at=at)

    assert answer.cards[0].lines[0] == first
    assert "11月28日（周六）09:00–11月30日 09:00" in answer.cards[0].lines


async def test_without_a_coming_fair_the_last_one_is_told_as_over() -> None:
    assert await ask("最近的招聘会") == SkillAnswer("目前没有公布新的招聘会")
    await make_fair(title="示例旧招聘会", starts_at=NINE, ends_at=NINE + timedelta(hours=3))

    answer = await ask("最近的招聘会", at=NINE + timedelta(days=2))

    assert answer.text == "目前没有公布新的招聘会；上一场是"
    assert (titles(answer), answer.cards[0].lines[0]) == (["示例旧招聘会"], "已结束")


async def test_ones_own_registrations_are_told_to_oneself_alone() -> None:
    seeker, other = await make_seeker(), await make_seeker()
    fair = await make_fair(title="示例我的招聘会", starts_at=NINE, ends_at=NINE + timedelta(hours=3))
    await make_fair(title="示例别的招聘会", starts_at=NINE, ends_at=NINE + timedelta(hours=3))
    registration = await make_registration(fair=fair, seeker=seeker)
    before = NINE - timedelta(days=1)

    own = await ask("我报名的招聘会是哪天", account_id=seeker.account_id, at=before)
    others = await ask("我报名的招聘会是哪天", account_id=other.account_id, at=before)
    stranger = await ask("我报名的招聘会是哪天", at=before)

    assert titles(own) == ["示例我的招聘会"]
    assert own.cards[0].lines[-1] == f"报名号 {registration.number}，到场时出示"
    assert others.cards == ()
    assert stranger == SkillAnswer("请先登录，登录后可以查看您的报名的招聘会", needs_login=True)


# Applications


async def test_ones_applications_are_told_newest_first_with_state_and_next_step() -> None:
    seeker = await make_seeker()
    first = await make_application(
        seeker=seeker, posting=await make_posting(title="保安"), state=ApplicationState.OFFERED
    )
    second = await make_application(
        seeker=seeker, posting=await make_posting(title="电工"), updated_at=utc_now() - timedelta(days=1)
    )
    await make_application()

    answer = await ask("我的投递到哪一步了", account_id=seeker.account_id)

    assert [card.link for card in answer.cards] == [f"/v1/applications/{item.id}" for item in (second, first)]
    assert titles(answer) == ["电工", "保安"]
    assert [card.lines[1] for card in answer.cards] == ["已投递", "拟录用"]
    assert all(card.lines[2] for card in answer.cards)
    assert answer.text == "您最近的 2 份投递如下，最近有变化的是「保安」：拟录用"


async def test_who_applied_for_nothing_is_told_how_to_begin() -> None:
    seeker = await make_seeker()

    answer = await ask("我的投递到哪一步了", account_id=seeker.account_id)

    assert answer == SkillAnswer("您还没有投递过岗位；可以问我「附近有什么岗位」")


async def test_a_stranger_is_asked_to_log_in_and_told_nothing() -> None:
    await make_application()

    assert await ask("我的投递到哪一步了") == SkillAnswer("请先登录，登录后可以查看您的投递进度", needs_login=True)


# The protocol


async def test_an_intent_of_another_skill_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="parcels"):
        await SKILL.answer("parcels", Question(text="我的包裹到哪了", at=utc_now()))


def test_it_recognises_its_own_and_leaves_the_rest() -> None:
    assert SKILL.name == "jobs"
    assert SKILL.recognise("最近的招聘会") == "job_fair"
    assert SKILL.recognise("退役军人就业有哪些优惠政策") is None


async def test_nothing_that_is_told_holds_a_contact_or_a_name() -> None:
    seeker = await make_seeker(name="段誉明", mobile="18012341234")
    posting = await make_posting(title="保安")
    await make_application(seeker=seeker, posting=posting)

    answers = [
        await ask("我的投递到哪一步了", account_id=seeker.account_id),
        await ask("附近有什么岗位", account_id=seeker.account_id),
    ]

    said = str(answers)
    for secret in ("段誉明", "18012341234", posting.contact_name, posting.contact_telephone):
        assert secret not in said
