"""省级行政区 — the province-level units by their full names, found also by the short ones that people write."""

import re
import unicodedata

PROVINCES = (
    *("北京市", "天津市", "上海市", "重庆市"),
    *("河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省"),
    *("河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省"),
    *("内蒙古自治区", "广西壮族自治区", "西藏自治区", "宁夏回族自治区", "新疆维吾尔自治区"),
    *("香港特别行政区", "澳门特别行政区", "台湾省"),
)
_ENDING = re.compile(r"(壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$")
_BY_NAME = {name: province for province in PROVINCES for name in (province, _ENDING.sub("", province))}
_LONGEST_FIRST = sorted(_BY_NAME, key=len, reverse=True)


def tidy(text: str) -> str:
    """Return text in half-width signs and without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def find_province(text: str) -> str | None:
    """Return the full name of the province that a text is, such as 江苏 or 江苏省; None if it is none."""
    return _BY_NAME.get(tidy(text))


def split_province(text: str) -> tuple[str, str]:
    """Return the province with which a text begins and the rest; an empty province if it begins with none."""
    name = next((name for name in _LONGEST_FIRST if text.startswith(name)), "")
    return _BY_NAME.get(name, ""), text[len(name) :]


def is_municipality(province: str) -> bool:
    """Whether a province is a city itself, so that its city has the same name."""
    return province.endswith("市")
