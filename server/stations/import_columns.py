"""服务站表样 — the columns of the stations table, and how people write hours, places and services in it."""

import re
import unicodedata

from models.stations import StationLevel, StationService
from models.towns import TownNames
from server.stations.hours import WEEKDAY_SIGNS, Span, parse_spans
from server.stations.terms import EAST, LEAST_MINUTES, MOST_CAPACITY, MOST_MINUTES, NORTH, SOUTH, WEST
from server.tables.columns import Column, TableShape
from server.tables.parsers import count, text

_LEVELS = {level.label: level for level in StationLevel}
_SERVICES = tuple(service.label for service in StationService)
_SERVICE_WORDS = {
    StationService.PARCEL: ("包裹", "寄递"),
    StationService.CARD: ("优待证",),
    StationService.JOBS: ("就业", "创业"),
    StationService.AID: ("帮扶", "困难"),
    StationService.LEGAL: ("法律",),
    StationService.LODGING: ("住宿",),
    StationService.POLICY: ("政策",),
    StationService.PETITION: ("信访",),
}
_SEPARATORS = re.compile(r"[、,;\s]+")
_WEEKDAYS = {
    "每天": range(1, 8),
    "每日": range(1, 8),
    "工作日": range(1, 6),
    "周末": range(6, 8),
    "双休日": range(6, 8),
}
_REST = ("休息", "不上班", "不营业", "不开门", "关门", "放假")
_BETWEEN_CLOCKS = re.compile(r"(?<=\d)\s*(?:[~至到—–−-])+\s*(?=\d)")
_PART = re.compile(
    r"(?P<days>[^\d;]+?)\s*(?P<spans>(?:\d{2}:\d{2}-\d{2}:\d{2}[、,\s]*)+|" + "|".join(_REST) + r")[;。\s]*"
)


def station_shape(*, towns: TownNames) -> TableShape:
    """Return the shape of the stations table for the towns there are."""
    return TableShape(
        title="服务站",
        columns=(
            Column(name="编号", key="number", parse=_number, required=True, unique=True, example="GY-JS-01",
                   help="每个服务站一个编号；再次导入时按编号更新"),
            Column(name="名称", key="name", parse=text(120), required=True, example="界首镇退役军人服务站", width=28),
            Column(name="层级", key="level", parse=_LEVELS.__getitem__, required=True, choices=tuple(_LEVELS),
                   example=StationLevel.TOWN.label),
            Column(name="上级编号", key="parent_number", parse=_number, example="GY-01",
                   help="镇级填市级站的编号，村级填镇级站的编号；市级留空"),
            Column(name="乡镇", key="town_code", parse=towns.read, example="界首镇",
                   help="所在乡镇（街道）的全名；市级留空", aliases=("乡镇街道", "所属乡镇")),
            Column(name="地址", key="address", parse=text(200), required=True, example="（请填实际地址）", width=36),
            Column(name="电话", key="telephone", parse=_telephone, example="0514-00000000", aliases=("联系电话",)),
            Column(name="经纬度", key="place", parse=parse_coordinates, example="119.448,32.993",
                   help="高德、腾讯地图的坐标，经度和纬度用逗号隔开", width=22),
            Column(name="服务项目", key="services", parse=parse_services, example="拥军包裹寄递、优待证办理",
                   help=f"用、隔开，可写：{'、'.join(_SERVICES)}", width=36),
            Column(name="营业时间", key="hours", parse=parse_week, example="周一至周五 08:30-11:30、14:00-17:30",
                   help="不同的日子用；隔开，如 周一至周五 08:30-17:30；周六 09:00-12:00", width=40),
            Column(name="时段分钟", key="slot_minutes", parse=count(least=LEAST_MINUTES, most=MOST_MINUTES),
                   example="30", help="每个预约时段多少分钟；留空为 30"),
            Column(name="每时段件数", key="slot_capacity", parse=count(most=MOST_CAPACITY), example="4",
                   help="每个时段收多少件包裹，0 不接受预约；留空为 4"),
        ),
    )  # fmt: skip


def _number(value: str) -> str:
    if len(value) > 20 or re.search(r"\s", value):
        raise ValueError("编号最多 20 个字，中间不能有空格")
    return value


def _telephone(value: str) -> str:
    plain = unicodedata.normalize("NFKC", value).replace("、", ",")
    if not re.fullmatch(r"[0-9+() ,-]{5,40}", plain):
        raise ValueError("不是能认出的电话，请写成 0514-84600000 这样")
    return plain


def parse_coordinates(value: str) -> tuple[float, float]:
    """Return latitude and longitude, in whichever order they are written: in China they cannot be confused."""
    try:
        first, second = (float(part) for part in _SEPARATORS.split(unicodedata.normalize("NFKC", value).strip()))
    except ValueError:
        raise ValueError("不是能认出的经纬度，请写成 119.448,32.993 这样") from None
    for latitude, longitude in ((first, second), (second, first)):
        if SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST:
            return latitude, longitude
    raise ValueError("这个经纬度不在中国境内，请核对")


def parse_services(value: str) -> tuple[StationService, ...]:
    """Return services by their names, or by what is said of them alone, such as 包裹 or 法律咨询."""
    found: dict[StationService, None] = {}
    for word in _SEPARATORS.split(unicodedata.normalize("NFKC", value).strip("、,; ")):
        named = [service for service, signs in _SERVICE_WORDS.items() if any(sign in word for sign in signs)]
        if len(named) != 1:
            raise ValueError(f"没有「{word}」这个服务项目，可写：{'、'.join(_SERVICES)}")
        found[named[0]] = None
    return tuple(found)


def parse_week(value: str) -> dict[int, tuple[Span, ...]]:
    """Return the spans of each weekday in words such as 周一至周五 08:30-11:30、14:00-17:30；周六 休息."""
    plain = re.sub(r"(?<!\d):", " ", unicodedata.normalize("NFKC", value)).strip()
    plain = re.sub(r"(?<!\d)(\d):(?=\d{2})", r"0\1:", _BETWEEN_CLOCKS.sub("-", plain))
    words: dict[int, list[str]] = {}
    end = 0
    while end < len(plain):
        part = _PART.match(plain, end)
        if part is None:
            raise ValueError("不是能认出的营业时间，请写成 周一至周五 08:30-11:30、14:00-17:30 这样")
        spans = () if part["spans"] in _REST else re.findall(r"[\d:]{5}-[\d:]{5}", part["spans"])
        for weekday in _weekdays(part["days"]):
            words.setdefault(weekday, []).extend(spans)
        end = part.end()
    return {weekday: parse_spans(of_day) for weekday, of_day in sorted(words.items()) if of_day}


def _weekdays(words: str) -> list[int]:
    weekdays: list[int] = []
    for token in _SEPARATORS.split(words.strip("、, ")):
        if token in _WEEKDAYS:
            weekdays += _WEEKDAYS[token]
            continue
        signs = re.sub("星期|礼拜|周", "", token).replace("天", "日")
        if found := re.fullmatch(f"([{WEEKDAY_SIGNS}])[至到~—–-]+([{WEEKDAY_SIGNS}])", signs):
            first, last = (WEEKDAY_SIGNS.index(sign) + 1 for sign in found.groups())
            if last < first:
                raise ValueError("星期的范围写反了，请写成 周一至周五 这样")
            weekdays += range(first, last + 1)
        elif signs and set(signs) <= set(WEEKDAY_SIGNS):
            weekdays += [WEEKDAY_SIGNS.index(sign) + 1 for sign in signs]
        else:
            raise ValueError(f"「{token}」不是能认出的星期，请写成 周一至周五、周六 或 每天")
    return weekdays
