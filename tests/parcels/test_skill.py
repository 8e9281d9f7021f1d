"""包裹技能 — people ask in their own words where their parcel is, or paste a number; only their own is answered."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from bot.skills import Question, Skill, SkillAnswer
from models.parcels import Parcel, ParcelState
from server.parcels.skill import ParcelsSkill
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SKILL: Skill = ParcelsSkill()


@pytest.mark.parametrize(
    "text",
    [
        "我的包裹到哪了",
        "我的包裹到哪里了？",
        "包裹到哪儿了",
        "我寄的包裹到了没有",
        "寄给儿子的东西到哪了",
        "我寄的东西到了吗",
        "快递到哪了",
        "我的快递怎么还没到",
        "查一下我的包裹",
        "帮我查下快递",
        "包裹查询",
        "包裹物流",
        "包裹现在在哪",
        "寄到部队的包裹签收了吗",
        "包裹什么时候能到",
        "快递几天能到",
        "邮包走到哪了",
        "包裹的进度",
        "我寄出去的包裹收到没",
        "查快件",
    ],
)
def test_people_ask_where_their_parcel_is(text: str) -> None:
    assert SKILL.recognise(text) == "parcel_status"


@pytest.mark.parametrize(
    "text",
    [
        "YB2611020017K",
        "yb2611020017k 到哪了",
        "YB 261102 0017 K",
        "YB-261102-0017-K",
        "帮我查YB2611020017K这个",
        "ｙｂ２６１１０２００１７Ｋ",
        "YB2611020071K",
        "RR123456785CN",
        "1234567890123",
        "单号1234567890123到哪了",
        "SF1234567890123",
        "EA123456789CN 查一下",
    ],
)
def test_a_number_pasted_into_the_chat_is_recognised(text: str) -> None:
    assert SKILL.recognise(text) == "parcel_number"


@pytest.mark.parametrize(
    "text",
    [
        "寄包裹多少钱",
        "包裹免费吗",
        "能不能寄充电宝",
        "怎么寄包裹",
        "哪个站能寄包裹",
        "驿站几点关门",
        "包裹丢了怎么赔",
        "怎么投诉快递",
        "取消包裹预约怎么查",
        "13800001999",
        "321084196001010010",
        "32108419600101001X",
        "YX2503220017C",
        "YX2503220017C 到哪了",
        "优待证能坐公交吗",
        "我的投递到哪一步了",
        "招聘会在哪",
        "",
        "你好",
    ],
)
def test_what_is_not_about_ones_own_parcel_is_left_to_others(text: str) -> None:
    assert SKILL.recognise(text) is None


async def ask(text: str, account_id: object = None) -> SkillAnswer:
    intent = SKILL.recognise(text)
    assert intent is not None
    return await SKILL.answer(intent, Question(text, at=AT, account_id=account_id))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["我的包裹到哪了", "YB2611020017K"])
async def test_a_stranger_is_asked_to_log_in(database: TortoiseContext, text: str) -> None:
    answer = await ask(text)

    assert answer == SkillAnswer("请先登录，登录后可以查看您的包裹到哪了", needs_login=True)


async def test_the_one_parcel_under_way_is_told_with_its_timeline(database: TortoiseContext) -> None:
    account = await make_account()
    await make_parcel(account_id=account.id, state=ParcelState.DELIVERED, booked_at=AT - timedelta(days=9))
    parcel = await make_parcel(
        account_id=account.id, state=ParcelState.OUT_FOR_DELIVERY, booked_at=AT - timedelta(hours=4)
    )

    answer = await ask("我的包裹到哪了", account.id)

    assert answer.text == f"包裹 {parcel.number} 派送中：11月2日（周一）10:00，快递员正在派送。请提醒收件人留意电话"
    [card] = answer.cards
    assert (card.title, card.link) == (parcel.number, f"/v1/parcels/{parcel.number}")
    assert card.lines[-1] == "11月2日（周一）06:00 寄件预约成功"


async def test_several_parcels_under_way_are_listed(database: TortoiseContext) -> None:
    account = await make_account()
    parcels = [await make_parcel(account_id=account.id, booked_at=AT) for _ in range(6)]

    answer = await ask("包裹到哪了", account.id)

    assert answer.text == "您有 6 个包裹还没有结束，先列出最近的 5 个"
    assert [card.title for card in answer.cards] == [f"{parcel.number} 已预约" for parcel in parcels[:0:-1]]
    assert answer.cards[0].lines[0] == "寄给 李* · 云南省昆明市"


async def test_with_nothing_under_way_the_last_one_is_told(database: TortoiseContext) -> None:
    account = await make_account()
    assert (await ask("我的包裹到哪了", account.id)).text == "您还没有预约过包裹；可以到「寄包裹」里预约"
    await make_parcel(account_id=account.id, state=ParcelState.DELIVERED, booked_at=AT - timedelta(days=3))

    answer = await ask("我的包裹到哪了", account.id)

    assert "已签收：10月30日（周五）15:00，收件人已经签收" in answer.text


async def test_a_number_is_answered_to_its_owner_only(database: TortoiseContext) -> None:
    mother, neighbour = await make_account(), await make_account()
    parcel = await make_parcel(account_id=mother.id, state=ParcelState.IN_TRANSIT, booked_at=AT - timedelta(hours=3))
    assert parcel.tracking_number is not None
    swapped = f"{parcel.number[:6]}{parcel.number[7]}{parcel.number[6]}{parcel.number[8:]}"
    await Parcel.filter(id=parcel.id).update(tracking_number="RR123456785CN")

    for text in (parcel.number.lower(), "RR123456785CN", "单号 rr123456785cn 到哪了"):
        assert "包裹正在路上" in (await ask(text, mother.id)).text
        told = (await ask(text, neighbour.id)).text
        assert told.startswith(("没有找到这个包裹", "没有找到用这个单号寄的包裹"))
        assert parcel.number not in told
    assert (await ask(swapped, mother.id)).text.endswith(f"您是不是要查 {parcel.number}？请核对后重新输入")
    assert parcel.number not in (await ask(swapped, neighbour.id)).text
