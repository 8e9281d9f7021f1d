"""岗位表格的写法 — how people write experience, age, openings and benefits in a sheet."""

import re
import unicodedata

from server.jobs.postings.terms import OLDEST, YOUNGEST

MOST_BENEFITS, LONGEST_BENEFIT = 20, 20
MOST_OPENINGS, MOST_YEARS = 10_000, 50

Ages = tuple[int | None, int | None]
"""The youngest and the oldest age, each None for no bound."""

_ANY = re.compile(
    r"(?:(?:经验|年龄|工作)?(?:要求|年限)?)?(?:不限|无要求|不要求|不作要求|均可|无)(?:经验|年龄|工作经验)?(?:要求)?"
)
_FRESH = re.compile(r"(?:可?接[受收])?应届(?:毕业)?生?(?:均?可|优先)?")
_YEARS = re.compile(
    r"(?:有)?(?:至少|不少于|满)?(?P<least>\d{1,2})(?:[-~—至到]+(?P<most>\d{1,2}))?年(?P<side>及?以上|以下|以内)?"
    r"(?:相关|同岗位|同行业)?(?:工作|从业|岗位|行业)?(?:经验|经历)?(?:及?以上|者)?"
)
_DIGITS = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_AGED = r"(?:周?岁)?(?:\(?含\)?)?"
_ASKED = r"(?:年龄)?(?:要求)?[:]?(?:在)?"
_BETWEEN = re.compile(
    rf"{_ASKED}(\d{{2}})(?:周?岁(?:及?以上)?[-~—至到,、]*|[-~—至到,、]+)(\d{{2}}){_AGED}(?:及?以下|以内|之间)?"
)
_AT_MOST = re.compile(rf"{_ASKED}(?:(?:不超过|不大于|最大)(\d{{2}}){_AGED}|(\d{{2}}){_AGED}(?:及?以下|以内))")
_AT_LEAST = re.compile(rf"{_ASKED}(?:(?:年?满|不低于|不小于|最小)(\d{{2}}){_AGED}|(\d{{2}}){_AGED}(?:及?以上))")


def parse_number(value: str) -> str:
    """Return an employer's own number of a posting."""
    if len(value) > 40 or re.search(r"\s", value):
        raise ValueError("编号最多 40 个字，中间不能有空格")
    return value


def parse_openings(value: str) -> int:
    """Return how many people are wanted, written as 5, 5人 or 5名."""
    found = re.fullmatch(r"(\d{1,5})(?:\s*[人名个位])?", unicodedata.normalize("NFKC", value))
    if found is None:
        raise ValueError("请写具体人数，如 5；招聘人数必须写明，不能写“若干”")
    if not 1 <= int(found[1]) <= MOST_OPENINGS:
        raise ValueError(f"请写 1 到 {MOST_OPENINGS} 之间的人数")
    return int(found[1])


def parse_experience(value: str) -> int:
    """Return the least years of experience written as 不限, 3年以上, 1-3年, 三年及以上经验 or 应届生 (none)."""
    plain = _plain(value)
    if _ANY.fullmatch(plain) or _FRESH.fullmatch(plain):
        return 0
    found = _YEARS.fullmatch(_arabic(plain))
    if found is None:
        raise ValueError("不是能认出的经验要求，请写 不限、应届，或整年数，如 3年以上")
    if int(found["least"]) > MOST_YEARS:
        raise ValueError(f"经验要求不能超过 {MOST_YEARS} 年，请核对")
    return 0 if found["side"] in ("以下", "以内") else int(found["least"])


def parse_age(value: str) -> Ages:
    """Return the ages written as 18-45周岁, 45岁以下, 年满18周岁 or 不限."""
    plain = _plain(value)
    if _ANY.fullmatch(plain):
        return None, None
    if "男" in plain or "女" in plain:
        raise ValueError("年龄不能按男女分开要求（《就业促进法》第二十七条），请写一个范围，如 18-45周岁，或 不限")
    ages: Ages
    if found := _BETWEEN.fullmatch(plain):
        ages = (int(found[1]), int(found[2]))
    elif found := _AT_MOST.fullmatch(plain):
        ages = (None, int(found[1] or found[2]))
    elif found := _AT_LEAST.fullmatch(plain):
        ages = (int(found[1] or found[2]), None)
    else:
        raise ValueError("不是能认出的年龄要求，请写成 18-45周岁、45周岁以下、18周岁以上 或 不限")
    known = [age for age in ages if age is not None]
    if not all(YOUNGEST <= age <= OLDEST for age in known):
        raise ValueError(f"年龄应在 {YOUNGEST} 到 {OLDEST} 周岁之间，请核对")
    if known != sorted(known):
        raise ValueError("最小年龄大于最大年龄，请核对")
    return ages


def parse_benefits(value: str) -> tuple[str, ...]:
    """Return benefits written one after another with 、, commas, slashes or blanks between."""
    words = tuple(dict.fromkeys(word for word in re.split(r"[、,，;；/|。\s]+", value) if word))
    if len(words) == 1 and words[0] in ("无", "面议"):
        return ()
    if len(words) > MOST_BENEFITS:
        raise ValueError(f"福利最多 {MOST_BENEFITS} 项，请合并")
    if any(len(word) > LONGEST_BENEFIT for word in words):
        raise ValueError(f"每项福利最多 {LONGEST_BENEFIT} 个字，请用、隔开，如 五险一金、包吃住")
    return words


def _plain(value: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value))


def _arabic(value: str) -> str:
    """Return text with Chinese numerals up to 十 as digits, for years are rarely more."""
    return re.sub("十", "10", "".join(_DIGITS.get(sign, sign) for sign in value))
