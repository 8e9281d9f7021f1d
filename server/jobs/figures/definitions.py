"""指标 — each figure of the year with its unit, its definition, and what is shown of the records behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from config.clock import beijing_day
from models.intents import IntentState, Signing
from models.jobs import JobKind
from models.transactions import Row, as_instant
from server.jobs.figures import records

Cells = Callable[[Row, str], tuple[object, ...]]
"""What is shown of a row; the second value is the masked name of its person, empty for rows without one."""


class FigureCode(StrEnum):
    """指标代码"""

    FAIRS = "fairs"
    OPENINGS = "openings"
    LISTINGS = "listings"
    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    INTENTS = "intents"
    INTENTS_WITHDRAWN = "intents_withdrawn"
    INTENTS_LAPSED = "intents_lapsed"
    HIRES = "hires"
    HIRES_ORDINARY = "hires_ordinary"
    HIRES_MILITARY_INSTRUCTOR = "hires_military_instructor"
    HIRES_VILLAGE_STAFF = "hires_village_staff"
    HIRES_PUBLIC_WELFARE = "hires_public_welfare"
    HIRES_VETERANS_ONLY = "hires_veterans_only"


@dataclass(frozen=True, slots=True)
class Figure:
    """指标 — ``sql`` gives the records, of which the figure is the sum of ``amount``."""

    title: str
    unit: str
    definition: str
    sql: str
    columns: tuple[tuple[str, float], ...]
    cells: Cells


def _day(value: datetime | str) -> str:
    return beijing_day(as_instant(value)).isoformat()


def _fair(row: Row, _: str) -> tuple[object, ...]:
    return row["number"], row["title"], row["town"] or "全市", row["place"], _day(row["starts_at"])


def _brought(row: Row, _: str) -> tuple[object, ...]:
    kind = JobKind(row["kind"]).label
    return row["number"], row["employer"], row["posting_number"], row["position"], kind, row["openings"]


def _person(row: Row, name: str) -> tuple[object, ...]:
    return name, row["fairs"], _day(row["came_at"])


def _visit(row: Row, name: str) -> tuple[object, ...]:
    return row["number"], row["title"], name, _day(row["came_at"])


def _intent(row: Row, name: str) -> tuple[object, ...]:
    signing, state = Signing(row["signing"] or Signing.PHONE), IntentState(row["state"])
    return (
        *(row["number"], row["employer"], row["position"], JobKind(row["kind"]).label, name),
        *(_day(row["signed_at"]), signing.label, state.label, row["fair_number"] or ""),
    )


def _hire(row: Row, name: str) -> tuple[object, ...]:
    kind = JobKind(row["kind"]).label
    return row["employer"], row["position"], kind, name, _day(row["hired_at"]), row["number"] or "投递录用"


_FAIR_COLUMNS = (("编号", 14), ("招聘会", 36), ("主办", 14), ("地点", 36), ("日期", 12))
_BROUGHT_COLUMNS = (("招聘会", 14), ("用人单位", 36), ("岗位编号", 14), ("岗位", 28), ("类别", 16), ("招聘人数", 10))
_INTENT_COLUMNS = (
    *(("意向书编号", 20), ("用人单位", 36), ("岗位", 28), ("类别", 16), ("求职者", 10)),
    *(("签署日期", 12), ("签署方式", 24), ("现在的状态", 12), ("招聘会", 14)),
)
_HIRE_COLUMNS = (
    *(("用人单位", 36), ("岗位", 28), ("类别", 16), ("求职者", 10), ("录用日期", 12), ("依据", 20)),
)  # fmt: skip


def _hires(kind: JobKind) -> Figure:
    return Figure(
        f"录用：{kind.label}", "人次", f"录用合计中，岗位类别为「{kind.label}」的",
        records.hires_of(kind), _HIRE_COLUMNS, _hire,
    )  # fmt: skip


FIGURES: Mapping[FigureCode, Figure] = MappingProxyType(
    {
        FigureCode.FAIRS: Figure(
            "招聘会", "场", "本年（北京时间）已经开始的招聘会；筹备中、已取消的不算",
            records.FAIRS, _FAIR_COLUMNS, _fair,
        ),
        FigureCode.OPENINGS: Figure(
            "提供岗位", "个", "上述招聘会上各岗位的招聘人数之和，按带到会上时的人数算；同一岗位带到几场算几次",
            records.OPENINGS, _BROUGHT_COLUMNS, _brought,
        ),
        FigureCode.LISTINGS: Figure(
            "岗位条目", "条", "上述招聘会上的岗位条目数，不是招聘人数",
            records.LISTINGS, _BROUGHT_COLUMNS, _brought,
        ),
        FigureCode.PERSONS: Figure(
            "求职者", "人", "到上述招聘会签到的人，一人到几场也只算一人；只报名没有签到的不算",
            records.PERSONS, (("求职者", 10), ("到场场次", 10), ("首次签到", 12)), _person,
        ),
        FigureCode.PERSON_TIMES: Figure(
            "到场", "人次", "到上述招聘会签到的人次，一人到一场算一次",
            records.PERSON_TIMES, (("编号", 14), ("招聘会", 36), ("求职者", 10), ("签到日期", 12)), _visit,
        ),
        FigureCode.INTENTS: Figure(
            "就业意向", "份", "本年（北京时间）签署的就业意向书，以签署日为准；签署后撤回、失效的仍然算，另列",
            records.INTENTS, _INTENT_COLUMNS, _intent,
        ),
        FigureCode.INTENTS_WITHDRAWN: Figure(
            "其中：已撤回", "份", "本年签署的就业意向书中，现在已经撤回的",
            records.INTENTS_WITHDRAWN, _INTENT_COLUMNS, _intent,
        ),
        FigureCode.INTENTS_LAPSED: Figure(
            "其中：已失效", "份", "本年签署的就业意向书中，现在已经失效的（签署后没有拟录用）",
            records.INTENTS_LAPSED, _INTENT_COLUMNS, _intent,
        ),
        FigureCode.HIRES: Figure(
            "录用合计", "人次",
            "本年（北京时间）由意向书或投递录用的，一人一岗算一次；同一岗位两边都录用的算在先的那天",
            records.HIRES, _HIRE_COLUMNS, _hire,
        ),
        FigureCode.HIRES_ORDINARY: _hires(JobKind.ORDINARY),
        FigureCode.HIRES_MILITARY_INSTRUCTOR: _hires(JobKind.MILITARY_INSTRUCTOR),
        FigureCode.HIRES_VILLAGE_STAFF: _hires(JobKind.VILLAGE_STAFF),
        FigureCode.HIRES_PUBLIC_WELFARE: _hires(JobKind.PUBLIC_WELFARE),
        FigureCode.HIRES_VETERANS_ONLY: _hires(JobKind.VETERANS_ONLY),
    }
)  # fmt: skip
"""The figures in the order of the report."""
