"""服务站的问法测试 — what people say, and what they say that is for somebody else to answer."""

from datetime import date, timedelta

import pytest

from models.stations import StationService
from models.towns import Town, TownNames
from server.stations.sentences import ANY_HOLIDAY, StationIntent, read_wishes, recognise

LOOKUPS = """
哪个站能寄包裹
哪个站能寄
哪里可以给当兵的儿子寄东西
去哪儿寄包裹
附近有能寄快递的地方吗
到哪里寄拥军包裹
最近的服务站
最近的服务站在哪里
附近的退役军人服务站
离我最近的驿站
离我近的站有哪些
邮兵驿站在哪
邮兵驿站怎么走
几点关门
几点下班
你们几点开门
今天开门吗
今天还开门吗
明天上班吗
周末开门吗
周六上不上班
星期天有人吗
国庆放假吗
春节期间营业吗
中午休息吗
现在还营业吗
营业时间
界首镇服务站几点关门
界首服务站电话多少
三垛镇退役军人服务站地址
界首镇几点下班
送桥哪个站能寄包裹
高邮湖校区服务站在哪
城投集团服务站周六上班吗
全市有几个服务站
服务站能办什么
服务站有哪些服务项目
查一下服务站的联系方式
退役军人服务中心怎么走
哪个站可以办优待证
去哪里办优待证
哪里有法律援助
村里有没有服务站
镇上的服务站有人值班吗
站里几点有人
下周六服务站开门吗
服务站下午几点上班
能寄包裹的服务站有哪些
寄东西到哪个站
寄件去哪个站
服务站今天上班吗？
请问 最近的 服务站 在哪？
村里服务站电话
我想给部队的孩子寄点吃的，去哪个站
附近的邮兵驿站还开着门吗
菱塘乡几点上班
节假日服务站开门吗
晚上服务站有人吗
"""
OTHERS = """
我的包裹到哪了
我的包裹到哪个站了
包裹到站了吗
YB26112300017在哪
EE123456785CN 到哪个站了
寄包裹多少钱
寄包裹免费吗
给部队寄东西要钱吗，怎么收费
能寄充电宝吗
可以寄白酒吗
能寄什么东西
不能寄哪些东西
包裹丢了怎么办
取消预约
我要投诉服务站
快递员什么时候来
怎么寄包裹
寄包裹要带什么证件
优待证怎么申请
优待证怎么办理
办优待证需要什么材料
优待证丢了去哪补办需要什么手续
退役军人服务站的职责是什么
退役军人事务局的政策
退役金怎么算
自主就业有什么补助政策
附近有什么岗位
附近哪里招人
最近的招聘会
招聘会几点开始
招聘会在哪里办
附近有什么优惠
附近的军人驿站
军人驿站酒店多少钱
超市几点关门
银行周末开门吗
医院几点下班
加油站在哪里
汽车站几点有车
火车站怎么走
网站打不开
最近的充电站
菜鸟驿站在哪
社区卫生服务站在哪
站立式办公桌
你好
谢谢
天气怎么样
今天几号
怎么绑定优待证
我想找份工作
转业干部安置到哪里上班
法律规定几点上班
劳动法规定上班时间
最近的公交站
抚恤金什么时候发
服务站的工作人员待遇有什么政策
村干部怎么当
哪里有招聘会的服务站点岗位
站起来
几点了
几点开会
今天星期几
学校几点放学
周末去哪玩
理发店营业时间
快递站在哪
寄往新疆的包裹要几天
我的预约在哪看
服务站招不招人
包裹到哪里了
EMS 几点下班
高邮站几点关门
高邮站怎么走
"""
MONDAY = date(2026, 11, 23)
TOWNS = TownNames.of(
    [
        Town(code="321084001", name="高邮街道", position=1),
        Town(code="321084112", name="界首镇", position=2),
        Town(code="321084108", name="三垛镇", position=3),
        Town(code="321084200", name="菱塘回族乡", position=4),
        Town(code="321084401", name="城南经济新区（车逻镇）", position=5),
    ]
)


@pytest.mark.parametrize("text", LOOKUPS.strip().splitlines())
def test_a_sentence_about_stations_is_recognised(text: str) -> None:
    assert recognise(text) is StationIntent.STATION_LOOKUP


@pytest.mark.parametrize("text", OTHERS.strip().splitlines())
def test_a_sentence_about_anything_else_is_left_to_others(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize("text", ["", "站", "服务站在哪" * 20])
def test_nothing_and_essays_are_left_to_others(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("界首镇服务站几点关门", "321084112"),
        ("界首服务站几点关门", "321084112"),
        ("三垛哪个站能寄", "321084108"),
        ("菱塘服务站电话", "321084200"),
        ("车逻镇服务站电话", "321084401"),
        ("城南服务站在哪", "321084401"),
        ("高邮街道服务站在哪", "321084001"),
        ("高邮最近的服务站", ""),
        ("最近的服务站", ""),
    ],
)
def test_the_town_is_read_as_people_say_it(text: str, town: str) -> None:
    assert read_wishes(text, TOWNS, today=MONDAY).town_code == town


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("哪个站能寄", StationService.PARCEL),
        ("去哪里给儿子寄东西", StationService.PARCEL),
        ("邮兵驿站在哪", StationService.PARCEL),
        ("哪个站可以办优待证", StationService.CARD),
        ("哪里有法律援助", StationService.LEGAL),
        ("哪个服务站能帮忙就业", StationService.JOBS),
        ("信访去哪个服务站", StationService.PETITION),
        ("最近的服务站几点关门", None),
    ],
)
def test_the_service_is_read(text: str, service: StationService | None) -> None:
    assert read_wishes(text, TOWNS, today=MONDAY).service is service


@pytest.mark.parametrize(
    ("text", "today", "ahead"),
    [
        ("今天开门吗", 0, [0]),
        ("明天上班吗", 0, [1]),
        ("后天上班吗", 0, [2]),
        ("周末开门吗", 0, [5, 6]),
        ("周末开门吗", 5, [5, 6]),
        ("周末开门吗", 6, [6]),
        ("下周末开门吗", 0, [12, 13]),
        ("周一上班吗", 0, [0]),
        ("周一上班吗", 1, [7]),
        ("星期天有人吗", 3, [6]),
        ("下周一上班吗", 0, [7]),
        ("下个礼拜三上班吗", 4, [9]),
        ("几点关门", 0, []),
    ],
)
def test_the_days_are_read_from_where_we_are_in_the_week(text: str, today: int, ahead: list[int]) -> None:
    wishes = read_wishes(text, TOWNS, today=MONDAY + timedelta(days=today))

    assert [(day - MONDAY).days for day in wishes.days] == ahead


@pytest.mark.parametrize(
    ("text", "holiday"),
    [
        ("国庆放假吗", "国庆"),
        ("五一上班吗", "劳动节"),
        ("过年服务站有人值班吗", "春节"),
        ("节假日服务站开门吗", ANY_HOLIDAY),
        ("周末开门吗", ""),
    ],
)
def test_the_holiday_is_read(text: str, holiday: str) -> None:
    assert read_wishes(text, TOWNS, today=MONDAY).holiday == holiday


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("高邮湖校区服务站在哪", "湖校区"),
        ("城投集团服务站周六上班吗", "城投集团"),
        ("界首镇大昌村服务站电话多少", "大昌村"),
        ("请问哪个站能寄包裹给部队的儿子？", ""),
        ("最近的服务站今天几点关门", ""),
    ],
)
def test_what_is_left_may_be_a_name(text: str, words: str) -> None:
    assert read_wishes(text, TOWNS, today=MONDAY).words == words
