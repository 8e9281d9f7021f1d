"""薪酬 — what a posting pays in a month, read from the way people write it and written back."""

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

LEAST_FEN = 50_000
MOST_FEN = 50_000_000
"""Below 500 and above 500,000 元 a month a figure is a slip of the pen, not pay."""

FEWEST_MONTHS = 12
MOST_MONTHS = 24

_LONGEST = 80
_UNCLEAR_FROM_YUAN = 30_000
"""From here on a figure without 月 or 年 may well be a year's pay (3–5万), so the person is asked."""

_EXAMPLES = "请写成 6000-8000元/月、10-20K·14薪、5000元以上 或 面议"


@dataclass(frozen=True, slots=True)
class Pay:
    """薪酬 — fen a month and months paid a year; no ``max_fen`` means "and more", no ``min_fen`` means 面议 alone.

    Raises:
        ValueError: a bound or the months outside what is sane, the least above the most, or no figure and not 面议.
    """

    min_fen: int | None
    max_fen: int | None
    months: int = FEWEST_MONTHS
    is_negotiable: bool = False

    def __post_init__(self) -> None:
        if not FEWEST_MONTHS <= self.months <= MOST_MONTHS:
            raise ValueError(f"一年发薪应为 {FEWEST_MONTHS} 到 {MOST_MONTHS} 个月，请核对“薪”前的数字")
        if self.min_fen is None:
            if self.max_fen is not None:
                raise ValueError("只写了最高工资，请写明最低工资，如 5000-8000元/月")
            if not self.is_negotiable:
                raise ValueError(f"没有写工资，{_EXAMPLES}")
            return
        for fen in (self.min_fen, self.max_fen):
            if fen is not None and not LEAST_FEN <= fen <= MOST_FEN:
                raise ValueError("月工资应在 500 元到 500000 元之间，请核对数字和单位（元、千、K、万）")
        if self.max_fen is not None and self.min_fen > self.max_fen:
            raise ValueError("最低工资高于最高工资，请核对两个数字")


_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MONTHS = re.compile(r"[\s·•∙・.*×X,/;(\[+]*(?<!\d)(?<!\d-)(\d{1,2})(?:个月)?薪[)\]]?")
_NEGOTIABLE = re.compile(r"(?:(?:具体)?(?:工资|薪资|薪酬|待遇|月薪))?(?:可|或)?(?:面议|面谈|详谈|协商)")
_NOT_MONTHLY = re.compile(r"(?:/|每|一)(?:天|日|小时|时|周|次|单|件|班|吨|趟)|日薪|日结|时薪|周薪|计件|计时|[天日件]结")
_UPPER_ONLY = re.compile(r"以下|以内|不超过|不高于|封顶|最高|最多|[≤<]")

_NUMBER = r"\d{1,9}(?:\.\d{1,4})?"
_UNIT = "[千K万W]"
_PERIOD = r"(?:/|每|一)?(?:个)?[月年]"
_OPEN = r"(?:(?:及|或)?以上|起薪?|\+)"
_WRITTEN = re.compile(
    r"(?:工资|薪资|薪酬|待遇|底薪|基本工资|综合|税前|人民币|RMB|:)*"
    rf"(?P<before>[年月](?:薪|收入)|{_PERIOD})?:?(?P<least>不低于|不少于|至少|最低|保底|起薪|[≥>]=?)?"
    rf"[¥]?(?P<low>{_NUMBER})(?P<low_unit>{_UNIT}?)[元块]?(?P<low_period>{_PERIOD})?"
    rf"(?:[-–—−~〜至到]+[¥]?(?P<high>{_NUMBER})(?P<high_unit>{_UNIT}?)[元块]?)?"
    rf"(?P<open>{_OPEN})?(?P<period>{_PERIOD})?(?P<open_late>{_OPEN})?"
    r"(?P<extras>(?:[+、]|另加|加)(?:高?提成|绩效(?:奖金|工资)?|奖金|补贴|津贴|加班费|全勤奖?|年终奖|餐补|房补|社保|五险一金)+)*"
)
_FACTORS = {"千": 1_000, "K": 1_000, "万": 10_000, "W": 10_000, "": 1}


def parse_pay(text: str) -> Pay:
    """Return the pay written as 10-20K·14薪, 6000-8000元/月, 0.8-1.2万, 8-12万/年, 5000以上, 面议 and the like.

    - A year's pay is divided by the months paid; the least is rounded down and the most up to whole yuan, so that
      what was written lies inside.
    - 底薪3000+提成 is 3000 and more; extras beside a range leave the range, which is the basic pay.
    - Pay by the day, hour or piece is refused: how much is worked in a month is not said, and the basic pay that a
      posting must state (人力资源市场暂行条例 24) is not to be guessed.

    Raises:
        ValueError: not to be understood, not by the month or year, doubtful which of them, or outside the bounds.
    """
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).upper().strip())
    if len(plain) > _LONGEST:
        raise ValueError(f"工资写得太长，{_EXAMPLES}")
    plain, months = _take_months(plain)
    plain, negotiable = _NEGOTIABLE.subn("", _BLANKS.sub("", plain))
    plain = plain.strip("(),;、。·[]")
    if negotiable and not plain:
        return Pay(None, None, months, True)
    if _NOT_MONTHLY.search(plain):
        raise ValueError("按天、按小时或计件的工资无法换算成月薪，请写一个月的工资，如 5000-6000元/月")
    written = _WRITTEN.fullmatch(plain)
    if written is None:
        if _UPPER_ONLY.search(plain):
            raise ValueError("只写了最高工资，请写明最低工资，如 5000-8000元/月")
        raise ValueError(f"不是能认出的工资，{_EXAMPLES}")
    return _pay(written, months=months, is_negotiable=bool(negotiable))


def _take_months(text: str) -> tuple[str, int]:
    found = _MONTHS.search(text)
    if found is None:
        return text, FEWEST_MONTHS
    return text[: found.start()] + text[found.end() :], int(found[1])


def _pay(written: re.Match[str], *, months: int, is_negotiable: bool) -> Pay:
    low, high = _amounts(written)
    says_more = any(written[name] for name in ("open", "open_late", "least"))
    if says_more and written["high"]:
        raise ValueError(f"同时写了范围和“以上”，{_EXAMPLES}")
    if _is_yearly(written, highest=high):
        low, high = Decimal(math.floor(low / months)), Decimal(math.ceil(high / months))
    fen = (low * 100, high * 100)
    if any(value != int(value) for value in fen):
        raise ValueError(f"工资最多精确到分，{_EXAMPLES}")
    is_open = says_more or bool(written["extras"] and not written["high"])
    return Pay(int(fen[0]), None if is_open else int(fen[1]), months, is_negotiable)


def _amounts(written: re.Match[str]) -> tuple[Decimal, Decimal]:
    """Return both bounds in yuan; a small number without a unit borrows the unit of the other, as in 10-20K."""
    low, low_unit = Decimal(written["low"]), written["low_unit"]
    if written["high"] is None:
        return low * _FACTORS[low_unit], low * _FACTORS[low_unit]
    high, high_unit = Decimal(written["high"]), written["high_unit"]
    least = Decimal(LEAST_FEN) / 100
    low_factor = _FACTORS[low_unit or (high_unit if low < least else "")]
    high_factor = _FACTORS[high_unit or (low_unit if high < least else "")]
    return low * low_factor, high * high_factor


def _is_yearly(written: re.Match[str], *, highest: Decimal) -> bool:
    told = "".join(written[name] or "" for name in ("before", "low_period", "period"))
    if "年" in told and "月" in told:
        raise ValueError("同时写了月和年，请只写一个月的工资，如 6000-8000元/月")
    # K is the habit of monthly pay; of other large figures nobody can tell
    if not told and highest >= _UNCLEAR_FROM_YUAN and "K" not in (written["low_unit"], written["high_unit"]):
        raise ValueError("看不出是月薪还是年薪，请在后面写上 /月 或 /年，如 8-12万/年")
    return "年" in told


def format_pay(pay: Pay) -> str:
    """Return pay as a person reads it, such as 6000-8000元/月·14薪; ``parse_pay`` gives the same pay back."""
    figure = ""
    if pay.min_fen is not None:
        figure = _yuan(pay.min_fen)
        if pay.max_fen is not None and pay.max_fen != pay.min_fen:
            figure += f"-{_yuan(pay.max_fen)}"
        figure += "元/月" + ("以上" if pay.max_fen is None else "")
    if pay.is_negotiable:
        figure = f"面议（{figure}）" if figure else "面议"
    return figure if pay.months == FEWEST_MONTHS else f"{figure}·{pay.months}薪"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02}".rstrip("0") if rest else str(yuan)
