"""助手统计 — what was asked and what came of it, by topic and by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.clock import beijing, beijing_midnight
from models.errors import FieldError, Invalid
from models.transactions import Dialects, Row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.tables.export import export_workbook

LONGEST_DAYS = 366
FIGURES: dict[str, tuple[str, str, str]] = {
    "asked": ("提问", "一次提问一计，不含工作人员的回复", "kind <> 'staff'"),
    "answered": ("直接回答", "给出一个主题的答案，附出处", "kind = 'answer'"),
    "clarified": ("反问", "给出几个选项让人选", "kind = 'clarify'"),
    "live": ("实时查询", "查岗位、招聘会、包裹、服务站、优惠或住宿", "kind = 'live'"),
    "refused": ("未作答", "不在范围内，或没有找到经过审核的答案", "kind = 'refusal'"),
    "unknown": ("其中没有找到答案", "未作答中属于本系统范围、但没有把握的", "kind = 'refusal' AND reason = 'unknown'"),
    "handed_over": ("转人工", "因危急、投诉、个案认定、两次没听懂或本人要求而转", "kind = 'handover'"),
    "helpful": ("有帮助", "被评价为有帮助的回答", "helpful"),
    "unhelpful": ("没帮助", "被评价为没帮助的回答", "NOT helpful"),
}
_SPAN = "created_at >= $1 AND created_at < $2"
_TOTALS = "SELECT " + ", ".join(
    f"count(CASE WHEN {condition} THEN 1 END) AS {code}" for code, (_, _, condition) in FIGURES.items()
)
_TOPICS = (
    "SELECT topic, count(*) AS answered, count(CASE WHEN helpful THEN 1 END) AS helpful, "
    f"count(CASE WHEN NOT helpful THEN 1 END) AS unhelpful FROM assistant_messages WHERE {_SPAN} "
    "AND kind = 'answer' GROUP BY topic ORDER BY answered DESC, topic LIMIT 300"
)
_DAYS = Dialects(
    postgres="SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day, count(*) AS asked, "
    f"count(CASE WHEN kind = 'answer' THEN 1 END) AS answered FROM assistant_messages WHERE {_SPAN} "
    "AND kind <> 'staff' GROUP BY 1 ORDER BY 1",
    sqlite="SELECT date(created_at, '+8 hours') AS day, count(*) AS asked, "
    f"count(CASE WHEN kind = 'answer' THEN 1 END) AS answered FROM assistant_messages WHERE {_SPAN} "
    "AND kind <> 'staff' GROUP BY 1 ORDER BY 1",
)


class FiguresSpanInvalid(Invalid):
    message = "起止日期有误"
    next_step = f"开始不晚于结束，最多 {LONGEST_DAYS} 天"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("to", f"不早于开始日期，最多 {LONGEST_DAYS} 天"),))


@dataclass(frozen=True, slots=True)
class Counted:
    """统计结果 — totals by code, and the rows by topic and by day."""

    totals: dict[str, int]
    topics: list[Row]
    days: list[Row]


async def count_span(*, first: date, last: date) -> Counted:
    """Return what was asked on the Beijing days of a span, both included. 助手统计。

    Raises:
        FiguresSpanInvalid: it ends before it begins, or is longer than a year.
    """
    if not timedelta() <= last - first < timedelta(days=LONGEST_DAYS):
        raise FiguresSpanInvalid
    begins, ends = _instants(first, last)
    [totals] = await fetch_rows(f"{_TOTALS} FROM assistant_messages WHERE {_SPAN}", begins, ends)
    return Counted(
        {code: int(totals[code]) for code in FIGURES},
        list(await fetch_rows(_TOPICS, begins, ends)),
        list(await fetch_rows(_DAYS, begins, ends)),
    )


async def export_figures(
    *, first: date, last: date, titles: Mapping[str, str], staff: StaffMember, at: datetime
) -> bytes:
    """Return the XLSX of a span: the figures with their definitions, then by topic and by day. Audited. 导出助手统计。

    ``titles`` names the topics that there are.

    Raises:
        FiguresSpanInvalid: it ends before it begins, or is longer than a year.
    """
    counted = await count_span(first=first, last=last)
    async with transaction():
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="assistant_figures.exported",
            record_type="assistant_figures",
            record_id=f"{first.isoformat()}..{last.isoformat()}",
            detail={"from": first.isoformat(), "to": last.isoformat()},
        )
    topics = [
        (row["topic"], titles.get(row["topic"], "已停用"), row["answered"], row["helpful"], row["unhelpful"])
        for row in counted.topics
    ]
    return await export_workbook(
        sheets=[
            (
                "助手统计",
                (("指标", 24.0), ("数值", 12.0), ("口径", 70.0)),
                [(title, counted.totals[code], definition) for code, (title, definition, _) in FIGURES.items()],
            ),
            ("按主题", (("代号", 24.0), ("条目", 40.0), ("回答", 10.0), ("有帮助", 10.0), ("没帮助", 10.0)), topics),
            (
                "按日",
                (("日期", 14.0), ("提问", 10.0), ("直接回答", 10.0)),
                [(row["day"], row["asked"], row["answered"]) for row in counted.days],
            ),
        ],
        notes=(
            f"{first.isoformat()} 至 {last.isoformat()}，截至 {beijing(at):%Y-%m-%d %H:%M}",
            "提问已脱敏，满期后文字清除，次数保留",
        ),
    )


def _instants(first: date, last: date) -> tuple[datetime, datetime]:
    return beijing_midnight(first), beijing_midnight(last + timedelta(days=1))
