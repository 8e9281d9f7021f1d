"""助手接口：工作人员。"""

from datetime import date
from uuid import UUID

from config.clock import utc_now
from models.conversations import HandoverCase
from server.accounts.guards import StaffMember
from server.assistant import cases
from server.assistant.asking import messages_of
from server.assistant.cases import HandoverCaseNotFound, HandoverTaken
from server.assistant.current import AssistantNotReady, current_assistant
from server.assistant.figures import FIGURES, FiguresSpanInvalid, count_span, export_figures
from server.assistant.routes.shapes import case_view, message_view
from server.assistant.schemas import (
    AssistantFigure,
    AssistantFigures,
    DayCount,
    FiguresQuery,
    HandoverCaseDetail,
    HandoverCasePage,
    HandoverQuery,
    StaffAnswerRequest,
    TopicCount,
)
from server.http.endpoints import Download, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.tables.export import XLSX

routes = Routes("assistant-desk", title="助手（工作人员）")
_ONE = "/staff/assistant/cases/<handover_id:uuid>"
_MOST_MESSAGES = 100


@routes.get("/staff/assistant/cases", summary="转人工的对话，紧急的在前")
async def list_cases(asker: StaffMember, query: HandoverQuery) -> HandoverCasePage:
    after = decode_cursor(query.cursor, tuple[int, UUID])
    found = await cases.list_cases(state=query.state, reason=query.reason, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    cursor = encode_cursor(shown[-1].urgency, str(shown[-1].id)) if len(found) > query.limit else None
    return HandoverCasePage([case_view(case) for case in shown], cursor)


@routes.get(_ONE, summary="一件转人工的对话", refusals=(HandoverCaseNotFound,))
async def get_case(asker: StaffMember, handover_id: UUID) -> HandoverCaseDetail:
    """Masked; who looked is on record."""
    return await _detail(await cases.read_case(case_id=handover_id, staff=asker))


@routes.post(f"{_ONE}/claim", summary="接手", refusals=(HandoverCaseNotFound, HandoverTaken))
async def claim_case(asker: StaffMember, handover_id: UUID) -> HandoverCaseDetail:
    return await _detail(await cases.claim_case(case_id=handover_id, staff=asker, at=utc_now()))


@routes.post(f"{_ONE}/answer", summary="在对话里答复", refusals=(HandoverCaseNotFound, HandoverTaken))
async def answer_case(asker: StaffMember, handover_id: UUID, body: StaffAnswerRequest) -> HandoverCaseDetail:
    """The person is told, and sees it in the conversation."""
    text = body.text.strip()
    return await _detail(await cases.answer_case(case_id=handover_id, text=text, staff=asker, at=utc_now()))


@routes.post(f"{_ONE}/closing", summary="结束", refusals=(HandoverCaseNotFound, HandoverTaken))
async def close_case(asker: StaffMember, handover_id: UUID) -> HandoverCaseDetail:
    return await _detail(await cases.close_case(case_id=handover_id, staff=asker, at=utc_now()))


@routes.get("/staff/assistant/figures", summary="助手统计", refusals=(FiguresSpanInvalid, AssistantNotReady))
async def get_figures(asker: StaffMember, query: FiguresQuery) -> AssistantFigures:
    """Each figure with its definition; by topic and by Beijing day."""
    counted = await count_span(first=query.first, last=query.last)
    topics = (await current_assistant()).published.topics
    return AssistantFigures(
        first=query.first,
        last=query.last,
        figures=[AssistantFigure(code, one[0], counted.totals[code], one[1]) for code, one in FIGURES.items()],
        topics=[
            TopicCount(
                topic=row["topic"],
                title=topics[row["topic"]].title if row["topic"] in topics else "",
                answered=int(row["answered"]),
                helpful=int(row["helpful"]),
                unhelpful=int(row["unhelpful"]),
            )
            for row in counted.topics
        ],
        days=[
            DayCount(date.fromisoformat(row["day"]), int(row["asked"]), int(row["answered"])) for row in counted.days
        ],
    )


@routes.get(
    "/staff/assistant/figures.xlsx",
    summary="助手统计（XLSX）",
    media_type=XLSX,
    refusals=(FiguresSpanInvalid, AssistantNotReady),
)
async def download_figures(asker: StaffMember, query: FiguresQuery) -> Download:
    """The figures with their definitions, a sheet by topic and one by day. On record."""
    topics = (await current_assistant()).published.topics
    data = await export_figures(
        first=query.first,
        last=query.last,
        titles={slug: topic.title for slug, topic in topics.items()},
        staff=asker,
        at=utc_now(),
    )
    return Download(data=data, media_type=XLSX, filename=f"助手统计-{query.first}-{query.last}.xlsx")


async def _detail(case: HandoverCase) -> HandoverCaseDetail:
    rows = await messages_of(case.conversation_id, after=None, limit=_MOST_MESSAGES)
    return HandoverCaseDetail(case_view(case), [message_view(row) for row in rows])
