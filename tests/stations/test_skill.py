"""服务站技能"""

from datetime import date, datetime, time, timedelta

import pytest
import pytest_asyncio

from bot.skills import Question, Skill, SkillAnswer
from config.clock import BEIJING, utc_now
from models.stations import Station, StationLevel, StationService
from server.stations.sentences import StationIntent
from server.stations.skill import StationsSkill
from tests.factories.merchants import make_town
from tests.factories.stations import make_day, make_station

pytestmark = pytest.mark.usefixtures("database")

MONDAY = date(2026, 11, 23)
SKILL: Skill = StationsSkill()
GAOYOU, JIESHOU, BEIJING_CITY = (32.781, 119.462), (32.99, 119.45), (39.9, 116.4)


@pytest_asyncio.fixture
async def stations(database: object) -> dict[str, Station]:
    """A station of the city, one of 界首 that takes parcels, one of 三垛 that does not."""
    assert database
    await make_town("321084112", "界首镇")
    await make_town("321084108", "三垛镇")
    about = {
        "C": {"name": "示例市中心站", "level": StationLevel.CITY, "town_code": None, "latitude": 32.784},
        "J": {"name": "示例界首站", "town_code": "321084112", "latitude": 32.993, "telephone": "0514-1"},
        "S": {"name": "示例三垛站", "town_code": "321084108", "latitude": 32.809, "services": (StationService.CARD,)},
    }
    return {number: await make_station(number=number, longitude=119.46, **values) for number, values in about.items()}


async def ask(
    text: str, *, place: tuple[float, float] | None = None, day: date = MONDAY, clock: str = "09:00"
) -> SkillAnswer:
    at = datetime.combine(day, time.fromisoformat(clock), tzinfo=BEIJING)
    intent = SKILL.recognise(text)
    assert intent == StationIntent.STATION_LOOKUP, text
    latitude, longitude = place or (None, None)
    return await SKILL.answer(intent, Question(text=text, at=at, latitude=latitude, longitude=longitude))


def titles(answer: SkillAnswer) -> list[str]:
    return [card.title for card in answer.cards]


async def test_what_is_not_about_stations_is_no_intent_of_the_skill() -> None:
    assert SKILL.name == "stations"
    assert SKILL.recognise("我的包裹到哪了") is None
    with pytest.raises(ValueError, match="parcel_status"):
        await SKILL.answer("parcel_status", Question(text="我的包裹到哪了", at=utc_now()))


async def test_where_to_send_a_parcel_names_the_nearest_that_takes_them(stations: dict[str, Station]) -> None:
    answer = await ask("哪个站能寄包裹", place=JIESHOU)

    assert answer.text == "离您最近的提供拥军包裹寄递的服务站是示例界首站，约 990 米。"
    assert titles(answer) == ["示例界首站", "示例市中心站"]
    assert answer.cards[0].lines == (
        f"地址：{stations['J'].address}",
        "电话：0514-1",
        "正在营业，11:30 休息，14:00 再开门",
        "距离约 990 米",
    )
    assert answer.cards[0].link == f"/v1/stations/{stations['J'].id}"
    assert not answer.needs_login


@pytest.mark.usefixtures("stations")
async def test_without_a_place_or_a_town_it_lists_and_says_how_to_find_the_nearest() -> None:
    answer = await ask("哪个站能寄")
    all_of_them = await ask("附近的服务站")

    assert answer.text == "提供拥军包裹寄递的服务站有 2 个。打开定位，或者说出乡镇名，可以找到最近的。"
    assert titles(answer) == ["示例市中心站", "示例界首站"]
    assert titles(all_of_them) == ["示例市中心站", "示例界首站", "示例三垛站"]


@pytest.mark.usefixtures("stations")
async def test_a_town_in_the_question_is_meant_wherever_the_asker_is() -> None:
    answer = await ask("界首服务站电话多少", place=GAOYOU)
    nearest = await ask("最近的服务站", place=GAOYOU)
    none = await ask("三垛镇哪个站能寄包裹")

    assert answer.text == "界首镇服务站有 1 个。"
    assert titles(answer) == ["示例界首站"]
    assert nearest.text == "离您最近的服务站是示例市中心站，约 380 米。"
    assert none.text.startswith("没有找到三垛镇提供拥军包裹寄递的服务站。")
    assert [card.link for card in none.cards] == ["/v1/stations"]


@pytest.mark.usefixtures("stations")
async def test_somebody_far_from_gaoyou_is_not_told_of_a_nearest_station() -> None:
    answer = await ask("最近的服务站", place=BEIJING_CITY)

    assert answer.text == "服务站有 3 个。打开定位，或者说出乡镇名，可以找到最近的。"
    assert all("距离" not in line for card in answer.cards for line in card.lines)


@pytest.mark.usefixtures("stations")
@pytest.mark.parametrize(
    ("text", "clock", "sentence"),
    [
        ("界首镇服务站几点关门", "15:00", "示例界首站：正在营业，今天 17:30 关门。"),
        ("界首服务站现在还营业吗", "18:00", "示例界首站：今天已经关门，明天 08:30 开门。"),
        ("界首服务站还开着门吗", "12:00", "示例界首站：正在休息，今天 14:00 开门。"),
    ],
)
async def test_when_it_closes_is_told_as_it_is_now(text: str, clock: str, sentence: str) -> None:
    assert (await ask(text, clock=clock)).text == sentence


@pytest.mark.usefixtures("stations")
async def test_when_it_closes_is_told_of_the_nearest_station() -> None:
    assert (await ask("几点关门", place=JIESHOU)).text == "示例界首站：正在营业，11:30 休息，14:00 再开门。"


async def test_the_weekend_and_other_days_are_told_by_their_own_hours(stations: dict[str, Station]) -> None:
    saturday = MONDAY + timedelta(days=5)
    await make_day(saturday, station=stations["J"], hours=("09:00-11:00",), note="加班")

    weekend = await ask("界首服务站周末开门吗")
    tomorrow = await ask("界首服务站明天上班吗")

    assert weekend.text == "示例界首站：11月28日（周六）（加班） 09:00-11:00 开门；11月29日（周日） 不上班。"
    assert tomorrow.text == "示例界首站：明天 08:30-11:30、14:00-17:30 开门。"
    assert weekend.cards[0].lines[2:] == ("11月28日（周六）（加班） 09:00-11:00 开门", "11月29日（周日） 不上班")


async def test_a_holiday_is_told_as_it_was_entered_and_no_other_is_made_up(stations: dict[str, Station]) -> None:
    assert stations
    for ahead in (38, 39):
        await make_day(MONDAY + timedelta(days=ahead + 1), note="元旦放假")

    new_year = await ask("界首服务站元旦放假吗")
    any_holiday = await ask("节假日界首服务站开门吗")
    spring = await ask("界首服务站春节上班吗")

    told = "示例界首站：1月1日（周五）（元旦放假） 不上班；1月2日（周六）（元旦放假） 不上班。"
    assert new_year.text == any_holiday.text == told
    assert spring.text == "示例界首站：春节期间的安排还没有公布，平时 周一至周五 08:30-11:30、14:00-17:30。"


@pytest.mark.usefixtures("stations")
async def test_a_name_finds_its_station_and_other_words_do_not_hide_all() -> None:
    await make_station(number="X", name="示例高邮湖校区站", level=StationLevel.CAMPUS, town_code=None, hours={})

    named = await ask("高邮湖校区服务站在哪")
    chatty = await ask("麻烦问下大虾服务站几点关门呀", place=GAOYOU)

    assert titles(named) == ["示例高邮湖校区站"]
    assert named.cards[0].lines[2] == "营业时间还没有登记，去之前请先打电话问一问"
    assert titles(chatty)[0] == "示例市中心站"


async def test_more_than_three_are_said_to_be_more() -> None:
    for _ in range(4):
        await make_station()

    answer = await ask("附近的服务站")

    assert answer.text == "服务站不止 3 个，先列出 3 个。打开定位，或者说出乡镇名，可以找到最近的。"
    assert len(answer.cards) == 3


async def test_where_there_is_no_station_it_says_so_and_closed_ones_are_none() -> None:
    await make_station(closed_at=utc_now())

    answer = await ask("附近的服务站", place=GAOYOU)

    assert answer.text.startswith("没有找到服务站。")
