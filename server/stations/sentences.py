"""服务站的问法 — which sentences are about stations, and which station, service and day they ask for."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.stations import StationService
from models.towns import TownNames
from server.stations.hours import WEEKDAY_SIGNS


class StationIntent(StrEnum):
    """服务站问题的意图"""

    STATION_LOOKUP = "station_lookup"


_STATION = re.compile(
    r"服务站|服务中心|邮兵驿站|(?<!军人)(?<!菜鸟)驿站|(?:哪[个家些]?|几个|近的?|[镇乡村市个本你们家]|寄件|包裹)站(?!立|岗|起|住|队)|站点|站里"
)
_OTHERS_STATION = re.compile(
    r"高邮[北南]?站|加油站|充电站|[汽火]?车站|高铁站|公交站|地铁站|网站|水站|电站|空间站|收费站|气象站|防疫站|卫生服务|社区服务中心|菜鸟|"
    r"便民服务中心|政务服务中心|客户?服务中心|快递站|蜂鸟|丰巢|急救站|消防站|废品|回收站"
)
_NOT_OURS = re.compile(
    r"政策|条例|规定|法规|职责|性质|编制|建设标准|第.{1,4}条|免费|多少钱|价格|资费|运费|邮费|收费|费用|优惠|打折|酒店|宾馆|军人驿站|"
    r"招聘|招工|招人|岗位|职位|工资|应聘|面试|简历|"
    r"物流|单号|运单|快递员|到了?哪.{0,3}了|(?:包裹|快递|件)到了?哪(?!.{0,2}[寄邮站])|到(?:没|了吗)|走到|签收|我的(?:包裹|快递|件|预约)|投诉|丢|损坏|破损|赔|取消|改约|改期|保价|"
    r"(?:能|可以|让|准|允许|给|好)(?:不能|不可以)?(?:寄|邮)(?!.{0,8}(?:地方|站)).{1,8}(?:吗|么|不|嘛)|(?:能|可以|不能|禁止|不让|不准)寄(?:什么|哪些|啥)|"
    r"(?:怎么|如何)(?:申请|认定|办理|办|补办|领取|寄|写|填|包装)|(?:需要|要|准备|带)(?:什么|哪些|啥)(?:材料|手续|证件|条件|证)|"
    r"yb\d|[a-z]{2}\d{9}cn"
)
"""Words of what the law, a price list, the parcels, the jobs or the perks answer."""
_PLACE = r"哪|最近|附近|周边|就近|离我|去(?:什么|啥)地方|(?:什么|啥)地方"
_SEND = r"(?:寄|邮|发)(?:个|点|些|送|递)?(?:拥军)?(?:包裹|快递|东西|物品|衣服|件|吃的|特产|给)"
_SENDING = re.compile(rf"(?:{_PLACE}).{{0,12}}(?:{_SEND}|寄$|寄件|寄包裹)|(?:{_SEND}|寄件).{{0,12}}(?:{_PLACE})")
_SERVED = re.compile(
    rf"(?:{_PLACE}).{{0,6}}(?:办|领|补办?|换).{{0,4}}优待证|优待证.{{0,6}}(?:在|去|到)(?:哪|什么地方)"
    rf"|(?:{_PLACE}).{{0,6}}法律援助|法律援助.{{0,6}}(?:在|去|到)哪"
)
_ASKING = re.compile(
    rf"{_PLACE}|几点|什么时候|何时|时间|多久|电话|号码|联系|地址|位置|怎么走|怎么去|导航|远|开(?:着)?(?:门|放)|关(?:着)?门|"
    r"上(?:不上)?班|下班|营业|休息|放假|值班|有人|开不开|有没有|有(?:几|多少)|几个|能办|可以办|办什么|办哪些|有什么服务|服务项目|"
    r"能寄|可以寄|收包裹|寄包裹|寄快递|约满|时段|列表|名单|查|找|在不在"
)
_HOURS = re.compile(
    r"几点.{0,3}(?:开|关|上|下)|(?:开|关|上|下)(?:着)?(?:门|班).{0,4}(?:几点|时间|什么时候)|(?:什么时候|何时|几点钟?).{0,2}(?:开门|关门|上班|下班|营业)|"
    r"(?:开门|开着门|关门|上班|下班|营业|休息|放假|值班|开放|有人)(?:吗|么|嘛|不|没|呢|了吗|时间)|开不开|上不上班|营业时间|工作时间|上班时间|办公时间|"
    r"(?:还|有没有|是否|是不是)(?:在)?(?:开门|开着|上班|营业|休息|有人|关门)"
)
_FILLER = re.compile(
    r"退役军人|退伍军人|老兵|邮兵|拥军|高邮市?|请问|你好|您好|麻烦|帮我|给我|帮忙|告诉我|查一下|查询|看看|想问|问一下|一下|我想|想要|想|"
    r"现在|目前|今[天日晚]|明[天日]|后天|昨天|早上|上午|中午|下午|晚上|傍晚|夜里|这[个周]?|那[个边里]?|"
    r"(?:下|本|这)?(?:周|星期|礼拜)[一二三四五六日天末]|双休日?|节假日|假期|期间|元旦|春节|过年|大年|初一|除夕|清明节?|五一|劳动节|端午节?|中秋节?|国庆节?|十一|八一|建军节|"
    r"服务站|服务中心|驿站|站点|站里|站上|站|哪[些个家里儿]|哪|最近|附近|周边|就近|离我家?|近一?点?|远|"
    r"几点钟?|什么时候|何时|什么|多久|时间|电话|号码|联系方式|联系|地址|位置|地方|怎么走|怎么去|导航|"
    r"开着?门|关着?门|开放|开着|开不开|上不上班|上班|下班|营业|休息|放假|值班|有没有人|有人|工作|办公|"
    r"包裹|快递|东西|物品|寄件|寄|邮|收|优待证|办理|补办|领取|就业|创业|法律援助|法律|困难|帮扶|政策咨询|咨询|信访|住宿|服务项目|服务|"
    r"能不能|可不可以|可以|能|会|要|去|在|到|有没有|有几个|有多少|有|没有|是不是|是否|是|还|都|就|也|的|地|得|了|着|吗|么|嘛|呢|吧|啊|呀|不|没|"
    r"我们|我家|我|俺|你们|你|您|他|儿子|孩子|部队|当兵|给|把|和|跟|一个|个|些|多少|几个|几|办|找|查|多|里|上|哈|噢|哦"
)
_IN_A_PLACE = re.compile(r"(?:.{1,6}(?:镇|乡|街道|村|社区))?")
"""What may remain of 几点关门 for it to be about a station: nothing, or where."""
_SERVICES = (
    (StationService.PARCEL, re.compile(r"寄|包裹|快递|邮兵|邮(?:个|点|东西|件)|发快递")),
    (StationService.CARD, re.compile(r"优待证")),
    (StationService.LEGAL, re.compile(r"法律")),
    (StationService.JOBS, re.compile(r"就业|创业")),
    (StationService.AID, re.compile(r"困难|帮扶|救助")),
    (StationService.PETITION, re.compile(r"信访|上访")),
)
_NEAR = re.compile(r"最近的|离我|附近|周边|身边|就近|近一?点|哪.{0,4}近|最近.{0,2}[站哪]")
HOLIDAYS = {
    "元旦": ("元旦",),
    "春节": ("春节", "过年", "大年", "初一", "除夕"),
    "清明": ("清明",),
    "劳动节": ("五一", "劳动节"),
    "端午": ("端午",),
    "中秋": ("中秋",),
    "国庆": ("国庆", "十一"),
    "建军节": ("八一", "建军节"),
}
"""The holidays by the words in which people, and the notes of special days, name them."""
ANY_HOLIDAY = "放假"
_ANY_HOLIDAY = re.compile(r"节假日|假期|过节|放假")


@dataclass(frozen=True, slots=True)
class StationWishes:
    """服务站问题里说到的 — empty for what was not said.

    ``days`` are the days asked about; ``holiday`` is the name of one, or ``ANY_HOLIDAY``.
    """

    town_code: str
    service: StationService | None
    is_near: bool
    asks_hours: bool
    days: tuple[date, ...]
    holiday: str
    words: str


def recognise(text: str) -> StationIntent | None:
    """Return whether a sentence is about stations; None for anything else, prices, parcels and the law among it."""
    plain = _plain(text)
    if not 2 <= len(plain) <= 80 or _NOT_OURS.search(plain) or _OTHERS_STATION.search(plain):
        return None
    about = _STATION.search(plain) and _ASKING.search(plain)
    if about or _SENDING.search(plain) or _SERVED.search(plain):
        return StationIntent.STATION_LOOKUP
    if _HOURS.search(plain) and _IN_A_PLACE.fullmatch(_left_over(plain)):
        return StationIntent.STATION_LOOKUP
    return None


def read_wishes(text: str, towns: TownNames, *, today: date) -> StationWishes:
    """Return what a sentence about stations asks for."""
    left = _plain(text)
    is_near, asks_hours = bool(_NEAR.search(left)), bool(_HOURS.search(left))
    service = next((service for service, words in _SERVICES if words.search(left)), None)
    holiday = next((name for name, words in HOLIDAYS.items() if any(word in left for word in words)), "")
    if not holiday and _ANY_HOLIDAY.search(left):
        holiday = ANY_HOLIDAY
    days = _days(left, today=today)
    town_code, name = towns.named_in(left) or ("", "")
    left = left.replace(name, " ") if name else left
    return StationWishes(town_code, service, is_near, asks_hours, days, holiday, _left_over(left)[:20])


def _days(plain: str, *, today: date) -> tuple[date, ...]:
    """Return the days that a sentence names, in order; 周六 is the next one, today included."""
    for word, ahead in (("后天", 2), ("明天", 1), ("明日", 1), ("今天", 0), ("今日", 0), ("今晚", 0)):
        if word in plain:
            return (today + timedelta(days=ahead),)
    monday = today - timedelta(days=today.weekday())
    if re.search(r"(?:周|星期|礼拜)末|双休", plain):
        week = 7 if re.search(r"下(?:个)?(?:周|星期|礼拜)", plain) else 0
        return tuple(day for place in (5, 6) if (day := monday + timedelta(days=place + week)) >= today)
    named = re.search(r"(下个?)?(?:周|星期|礼拜)([一二三四五六日天])", plain)
    if named is None:
        return ()
    day = monday + timedelta(days=WEEKDAY_SIGNS.index(named[2].replace("天", "日")))
    if named[1]:
        return (day + timedelta(days=7),)
    return (day if day >= today else day + timedelta(days=7),)


def _left_over(plain: str) -> str:
    """Return what remains of a sentence when all that we understand is taken out: perhaps a station's name."""
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "", _FILLER.sub(" ", plain))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
