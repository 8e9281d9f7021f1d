"""推荐理由 — the one table of what counts in a recommendation: how much, and in which words the person reads it."""

from enum import StrEnum
from typing import NamedTuple

from server.jobs.pay import Pay, format_pay


class Ground(StrEnum):
    """推荐理由的种类"""

    SPECIALITY_IN_TITLE = "speciality_in_title"
    SPECIALITY_IN_TEXT = "speciality_in_text"
    SKILL_IN_TITLE = "skill_in_title"
    SKILL_IN_TEXT = "skill_in_text"
    CERTIFICATE = "certificate"
    WISHED_TOWN = "wished_town"
    WISHED_KIND = "wished_kind"
    VETERANS_ONLY = "veterans_only"
    PREFERS_VETERANS = "prefers_veterans"
    NEAR = "near"
    CLOSE = "close"
    FAR = "far"
    PAY_REACHED = "pay_reached"
    PAY_UP_TO = "pay_up_to"
    PAY_OPEN = "pay_open"
    PAY_BELOW = "pay_below"
    SCHOOLING_MET = "schooling_met"
    SCHOOLING_RELAXABLE = "schooling_relaxable"
    SCHOOLING_UNMET = "schooling_unmet"
    EXPERIENCE_MET = "experience_met"
    EXPERIENCE_UNMET = "experience_unmet"
    AGE_MET = "age_met"
    AGE_RELAXABLE = "age_relaxable"
    NEW = "new"


POINTS: dict[Ground, int] = {
    Ground.SPECIALITY_IN_TITLE: 40,
    Ground.SPECIALITY_IN_TEXT: 20,
    Ground.SKILL_IN_TITLE: 15,
    Ground.SKILL_IN_TEXT: 8,
    Ground.CERTIFICATE: 10,
    Ground.WISHED_TOWN: 25,
    Ground.WISHED_KIND: 15,
    Ground.VETERANS_ONLY: 25,
    Ground.PREFERS_VETERANS: 6,
    Ground.NEAR: 20,
    Ground.CLOSE: 12,
    Ground.FAR: 5,
    Ground.PAY_REACHED: 20,
    Ground.PAY_UP_TO: 12,
    Ground.PAY_OPEN: 8,
    Ground.PAY_BELOW: -15,
    Ground.SCHOOLING_MET: 8,
    Ground.SCHOOLING_RELAXABLE: -4,
    Ground.SCHOOLING_UNMET: -20,
    Ground.EXPERIENCE_MET: 6,
    Ground.EXPERIENCE_UNMET: -10,
    Ground.AGE_MET: 5,
    Ground.AGE_RELAXABLE: -5,
    Ground.NEW: 4,
}
"""What each reason weighs. At most three skills and two certificates count, the heaviest."""


SENTENCES: dict[Ground, str] = {
    Ground.SPECIALITY_IN_TITLE: "您在部队做过{}，岗位名称有「{}」",
    Ground.SPECIALITY_IN_TEXT: "您在部队做过{}，岗位内容提到「{}」",
    Ground.SKILL_IN_TITLE: "您的技能「{}」，岗位名称里有",
    Ground.SKILL_IN_TEXT: "您的技能「{}」，岗位内容里提到",
    Ground.CERTIFICATE: "岗位提到「{}」，您有这个证书",
    Ground.WISHED_TOWN: "工作地点在您期望的{}",
    Ground.WISHED_KIND: "您期望的岗位类别：{}",
    Ground.VETERANS_ONLY: "退役军人专岗",
    Ground.PREFERS_VETERANS: "用人单位是{}：依《退役军人保障法》第四十二条，同等条件下优先招录、招聘退役军人",
    Ground.NEAR: "距您约 {} 公里",
    Ground.CLOSE: "距您约 {} 公里",
    Ground.FAR: "距您约 {} 公里",
    Ground.PAY_REACHED: "工资 {}，达到您期望的 {} 元",
    Ground.PAY_UP_TO: "工资 {}，最高能达到您期望的 {} 元",
    Ground.PAY_OPEN: "工资 {}，能否达到您期望的 {} 元，请先询问",
    Ground.PAY_BELOW: "工资 {}，低于您期望的 {} 元",
    Ground.SCHOOLING_MET: "学历要求{}，您是{}",
    Ground.SCHOOLING_RELAXABLE: "学历要求{}，您是{}：依《退役军人保障法》第四十二条，该类单位可以适当放宽，请先询问",
    Ground.SCHOOLING_UNMET: "学历要求{}，您是{}",
    Ground.EXPERIENCE_MET: "要求 {} 年工作经验，您填写的是 {} 年",
    Ground.EXPERIENCE_UNMET: "要求 {} 年工作经验，您填写的是 {} 年",
    Ground.AGE_MET: "年龄要求 {}，您在范围内",
    Ground.AGE_RELAXABLE: "年龄要求 {}，您不在范围内：依《退役军人保障法》第四十二条，该类单位可以适当放宽，请先询问",
    Ground.NEW: "一周内新发布",
}
"""What the person reads of each reason."""


class Reason(NamedTuple):
    """推荐理由 — a sentence for the person, and its points; below zero it is a caution."""

    ground: Ground
    values: tuple[object, ...] = ()

    @property
    def points(self) -> int:
        return POINTS[self.ground]

    @property
    def text(self) -> str:
        # put into words when it is shown: of hundreds of postings scored, twenty are
        return SENTENCES[self.ground].format(*map(_told, self.values))


def _told(value: object) -> object:
    return format_pay(value) if isinstance(value, Pay) else value
