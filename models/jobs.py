"""岗位 — kinds of postings, levels of schooling, and the states of postings, applications and intents."""

import re
import unicodedata
from enum import StrEnum


class JobKind(StrEnum):
    """岗位类别 — the special posts that the bureau counts apart, and all others."""

    ORDINARY = "ordinary"
    MILITARY_INSTRUCTOR = "military_instructor"
    VILLAGE_STAFF = "village_staff"
    PUBLIC_WELFARE = "public_welfare"
    VETERANS_ONLY = "veterans_only"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    JobKind.ORDINARY: "普通岗位",
    JobKind.MILITARY_INSTRUCTOR: "兵教师",
    JobKind.VILLAGE_STAFF: "村社区工作人员",
    JobKind.PUBLIC_WELFARE: "公益性岗位",
    JobKind.VETERANS_ONLY: "退役军人专岗",
}


class EmployerNature(StrEnum):
    """单位性质 — as 退役军人保障法 42 divides those who hire."""

    STATE_ORGAN = "state_organ"
    MASS_ORGANISATION = "mass_organisation"
    PUBLIC_INSTITUTION = "public_institution"
    STATE_ENTERPRISE = "state_enterprise"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _NATURE_LABELS[self]


_NATURE_LABELS = {
    EmployerNature.STATE_ORGAN: "机关",
    EmployerNature.MASS_ORGANISATION: "群团组织",
    EmployerNature.PUBLIC_INSTITUTION: "事业单位",
    EmployerNature.STATE_ENTERPRISE: "国有企业",
    EmployerNature.OTHER: "其他单位",
}


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


class PostingCondition(StrEnum):
    """岗位条件 — what a posting may ask of a person."""

    AGE = "age"
    SCHOOLING = "schooling"
    EXPERIENCE = "experience"


class PostingState(StrEnum):
    """岗位状态"""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LIVE = "live"
    SUSPENDED = "suspended"
    FILLED = "filled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _POSTING_LABELS[self]


_POSTING_LABELS = {
    PostingState.DRAFT: "草稿",
    PostingState.SUBMITTED: "待审核",
    PostingState.LIVE: "招聘中",
    PostingState.SUSPENDED: "已暂停",
    PostingState.FILLED: "已招满",
    PostingState.CLOSED: "已截止",
    PostingState.WITHDRAWN: "已撤回",
}

POSTING_TRANSITIONS: dict[PostingState, frozenset[PostingState]] = {
    PostingState.DRAFT: frozenset({PostingState.SUBMITTED, PostingState.WITHDRAWN}),
    # back to draft: refused by staff with a reason, or taken back by the employer to correct it
    PostingState.SUBMITTED: frozenset({PostingState.LIVE, PostingState.DRAFT, PostingState.WITHDRAWN}),
    # submitted again: conditions changed after the review are reviewed anew, or the review could be dodged;
    # suspended: staff look into a complaint, and nobody applies meanwhile
    PostingState.LIVE: frozenset(
        {
            PostingState.SUBMITTED,
            PostingState.SUSPENDED,
            PostingState.FILLED,
            PostingState.CLOSED,
            PostingState.WITHDRAWN,
        }
    ),
    PostingState.SUSPENDED: frozenset({PostingState.LIVE, PostingState.CLOSED, PostingState.WITHDRAWN}),
    # live again: somebody who was hired did not come, and nothing in the posting has changed
    PostingState.FILLED: frozenset({PostingState.LIVE, PostingState.CLOSED}),
    PostingState.CLOSED: frozenset(),
    PostingState.WITHDRAWN: frozenset(),
}


class ApplicationState(StrEnum):
    """投递状态"""

    SUBMITTED = "submitted"
    VIEWED = "viewed"
    INTERVIEW = "interview"
    OFFERED = "offered"
    HIRED = "hired"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _APPLICATION_LABELS[self]


_APPLICATION_LABELS = {
    ApplicationState.SUBMITTED: "已投递",
    ApplicationState.VIEWED: "已查看",
    ApplicationState.INTERVIEW: "面试",
    ApplicationState.OFFERED: "拟录用",
    ApplicationState.HIRED: "已录用",
    ApplicationState.REFUSED: "未录用",
    ApplicationState.WITHDRAWN: "已撤回",
}

_APPLICATION_ENDS = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN})

APPLICATION_TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    # refused unread: the posting was filled or closed before anybody looked, and the person is told
    ApplicationState.SUBMITTED: frozenset({ApplicationState.VIEWED}) | _APPLICATION_ENDS,
    # offered at once: small employers and booths at a fair hold no separate interview
    ApplicationState.VIEWED: frozenset({ApplicationState.INTERVIEW, ApplicationState.OFFERED}) | _APPLICATION_ENDS,
    ApplicationState.INTERVIEW: frozenset({ApplicationState.OFFERED}) | _APPLICATION_ENDS,
    # an offer may be taken back by the one side or declined by the other
    ApplicationState.OFFERED: frozenset({ApplicationState.HIRED}) | _APPLICATION_ENDS,
    ApplicationState.HIRED: frozenset(),
    ApplicationState.REFUSED: frozenset(),
    ApplicationState.WITHDRAWN: frozenset(),
}


class IntentState(StrEnum):
    """就业意向状态 — an intent counts in the figures from the day it is signed."""

    DRAFT = "draft"
    SIGNED = "signed"
    OFFERED = "offered"
    HIRED = "hired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return _INTENT_LABELS[self]


_INTENT_LABELS = {
    IntentState.DRAFT: "待签署",
    IntentState.SIGNED: "已签署",
    IntentState.OFFERED: "拟录用",
    IntentState.HIRED: "已录用",
    IntentState.WITHDRAWN: "已撤回",
    IntentState.LAPSED: "已失效",
}

_INTENT_ENDS = frozenset({IntentState.WITHDRAWN, IntentState.LAPSED})

INTENT_TRANSITIONS: dict[IntentState, frozenset[IntentState]] = {
    IntentState.DRAFT: frozenset({IntentState.SIGNED}) | _INTENT_ENDS,
    IntentState.SIGNED: frozenset({IntentState.OFFERED}) | _INTENT_ENDS,
    IntentState.OFFERED: frozenset({IntentState.HIRED}) | _INTENT_ENDS,
    IntentState.HIRED: frozenset(),
    IntentState.WITHDRAWN: frozenset(),
    IntentState.LAPSED: frozenset(),
}
