"""学历 — levels of schooling, read as people write them."""

import re
import unicodedata
from enum import StrEnum


class Schooling(StrEnum):
    """学历 — levels from none asked to doctor; ``<`` and its kin compare the levels, not the letters."""

    ANY = "any"
    JUNIOR_MIDDLE = "junior_middle"
    SENIOR_MIDDLE = "senior_middle"
    COLLEGE = "college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"

    @property
    def label(self) -> str:
        return _SCHOOLING_LABELS[self]

    @property
    def rank(self) -> int:
        """The level as a number, 0 for 不限."""
        return _SCHOOLING_RANKS[self]

    def __lt__(self, other: str) -> bool:
        return self.rank < Schooling(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Schooling(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Schooling(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Schooling(other).rank


_SCHOOLING_RANKS = {level: rank for rank, level in enumerate(Schooling)}
_SCHOOLING_LABELS = {
    Schooling.ANY: "不限",
    Schooling.JUNIOR_MIDDLE: "初中",
    Schooling.SENIOR_MIDDLE: "高中/中专/技校",
    Schooling.COLLEGE: "大专",
    Schooling.BACHELOR: "本科",
    Schooling.MASTER: "硕士",
    Schooling.DOCTOR: "博士",
}
_SCHOOLING_WORDS = {
    word: level
    for level, words in {
        # the scale begins at 初中: whoever asks for 小学 turns away nobody whom it can tell apart
        Schooling.ANY: "不限 无要求 无学历要求 无 不作要求 不要求 均可 小学",
        Schooling.JUNIOR_MIDDLE: "初中 九年义务教育",
        Schooling.SENIOR_MIDDLE: "高中 中专 技校 职高 职中 中职 中技 技工学校 技工 职业高中 中等职业学校",
        Schooling.COLLEGE: "大专 专科 高职 高专 大学专科 高职高专 高级技工",
        Schooling.BACHELOR: "本科 大学 大学本科 学士",
        Schooling.MASTER: "硕士 研究生 硕士研究生",
        Schooling.DOCTOR: "博士 博士研究生",
    }.items()
    for word in words.split()
}
_SCHOOLING_FRAME = re.compile(
    r"(?:(?:最低)?学历(?:要求)?:?)?(?P<least>不低于|至少|最低)?(?:全日制|统招|国家承认)?"
    r"(?P<words>.+?)(?:或?同等)?(?:学历|文化程度|文化|程度|学位|毕业生?)?(?:及以上|或以上|以上|起)?"
    r"(?:学历|文化程度|文化|程度|学位|毕业生?)?"
)


def parse_schooling(text: str) -> Schooling:
    """Return the level written as 大专及以上, 学历不限, 高中/中专 and the like; of several the lowest, as it suffices.

    Raises:
        ValueError: no level that is known, or an upper bound such as 本科以下, which a posting cannot set here.
    """
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text))
    frame = _SCHOOLING_FRAME.fullmatch(plain)
    words = re.split(r"[/、,或~—–-]|至|到", frame["words"]) if frame else []
    levels = [_SCHOOLING_WORDS.get(re.sub(r"(?:及以上|以上|学历|毕业)+\Z", "", word)) for word in words]
    known = [level for level in levels if level is not None]
    if not known or len(known) < len(levels):
        raise ValueError("不是能认出的学历，请写 不限、初中、高中、中专、技校、大专、本科、硕士 或 博士，可加“及以上”")
    return min(known)
