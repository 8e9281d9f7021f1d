"""售后接口 — by who asks: the family, the counter, the bureau."""

from datetime import date, datetime
from uuid import UUID

from config.clock import beijing, beijing_day, utc_now
from models.parcel_cases import ParcelCase, ParcelCaseState
from server.accounts.guards import Person, StaffMember
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.parcels.cases import handling, opening, reading
from server.parcels.cases.handling import CaseNotAnswered, CaseNotOpen, GrantWithoutClaim, ObjectedAlready
from server.parcels.cases.opening import CaseAlreadyOpen, ClaimAmountMissing, ParcelNotSent
from server.parcels.cases.reading import ParcelCaseNotFound
from server.parcels.cases.rules import EnquiryTooLate, GrantTooHigh, clock_in_words
from server.parcels.cases.schemas import (
    AnswerRequest,
    CaseRequest,
    CasesQuery,
    Deed,
    IncidentRequest,
    ObjectionRequest,
    OwnCasesQuery,
    ParcelCasePage,
    ParcelCaseView,
)
from server.parcels.counter.desk import CounterParcelNotFound
from server.parcels.following import ParcelNotFound
from server.parcels.numbers import ParcelNumberMistyped
from server.stations.guards import StationStaff

routes = Routes("parcel-cases", title="售后")


@routes.post(
    "/parcels/<number:str>/cases",
    summary="申请售后：投诉、查询、赔偿、退件",
    status=201,
    refusals=(
        *(ParcelNumberMistyped, ParcelNotFound, ParcelNotSent, EnquiryTooLate),
        *(ClaimAmountMissing, CaseAlreadyOpen),
    ),
)
async def open_case(asker: Person, number: str, body: CaseRequest) -> ParcelCaseView:
    """A complaint is answered within 7 days (快递暂行条例 28), an enquiry within 30 (邮政法 49)."""
    case = await opening.open_case(
        number=number,
        kind=body.kind,
        problem=body.problem,
        text=body.text.strip(),
        claimed_fen=body.claimed_fen,
        account_id=asker.account_id,
        at=utc_now(),
    )
    return _own(await reading.get_own_case(number=case.number, account_id=asker.account_id), at=utc_now())


@routes.get("/parcel-cases", summary="我的售后，新的在前")
async def list_my_cases(asker: Person, query: OwnCasesQuery) -> ParcelCasePage:
    position = decode_cursor(query.cursor, tuple[UUID])
    after = position[0] if position else None
    found = await reading.list_own_cases(account_id=asker.account_id, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    cursor = encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None
    return ParcelCasePage([_own(case, at=utc_now()) for case in shown], cursor)


@routes.get("/parcel-cases/<case_number:str>", summary="我的一件售后", refusals=(ParcelCaseNotFound,))
async def get_my_case(asker: Person, case_number: str) -> ParcelCaseView:
    return _own(await reading.get_own_case(number=case_number, account_id=asker.account_id), at=utc_now())


@routes.post(
    "/parcel-cases/<case_number:str>/objection",
    summary="对答复不满意，说明一次",
    refusals=(ParcelCaseNotFound, CaseNotAnswered, ObjectedAlready),
)
async def object_to_answer(asker: Person, case_number: str, body: ObjectionRequest) -> ParcelCaseView:
    """The case is open again, with a new clock."""
    account, text = asker.account_id, body.text.strip()
    case = await handling.object_to_answer(number=case_number, text=text, account_id=account, at=utc_now())
    return _own(case, at=utc_now())


@routes.post(
    "/parcel-cases/<case_number:str>/closing",
    summary="满意，结束这件售后",
    refusals=(ParcelCaseNotFound, CaseNotAnswered),
)
async def close_my_case(asker: Person, case_number: str) -> ParcelCaseView:
    case = await handling.close_own_case(number=case_number, account_id=asker.account_id, at=utc_now())
    return _own(case, at=utc_now())


@routes.post(
    "/station/parcels/<number:str>/incidents",
    summary="登记异常：破损、丢失、延误、拒收",
    status=201,
    refusals=(ParcelNumberMistyped, CounterParcelNotFound, ParcelNotSent, EnquiryTooLate, CaseAlreadyOpen),
)
async def note_incident(asker: StationStaff, number: str, body: IncidentRequest) -> ParcelCaseView:
    """The family is told that it is being looked after."""
    text = body.text.strip()
    case = await opening.note_incident(number=number, problem=body.problem, text=text, asker=asker, at=utc_now())
    return _stations(await reading.get_station_case(number=case.number, asker=asker), at=utc_now())


@routes.get("/station/parcel-cases", summary="本站的售后，先到期的在前")
async def list_station_cases(asker: StationStaff, query: CasesQuery) -> ParcelCasePage:
    at = utc_now()
    found = await reading.list_station_cases(
        asker=asker,
        state=query.state,
        is_overdue=query.overdue,
        after=_after(query.cursor),
        limit=query.limit + 1,
        at=at,
    )
    return _page(found, limit=query.limit, at=at)


@routes.get("/station/parcel-cases/<case_number:str>", summary="本站的一件售后", refusals=(ParcelCaseNotFound,))
async def get_station_case(asker: StationStaff, case_number: str) -> ParcelCaseView:
    return _stations(await reading.get_station_case(number=case_number, asker=asker), at=utc_now())


@routes.post(
    "/station/parcel-cases/<case_number:str>/answer",
    summary="答复；索赔的填赔偿金额",
    refusals=(ParcelCaseNotFound, CaseNotOpen, GrantWithoutClaim, GrantTooHigh),
)
async def answer_case(asker: StationStaff, case_number: str, body: AnswerRequest) -> ParcelCaseView:
    """A claim is granted at most the insured value, uninsured three times the fee (邮政法 47)."""
    case = await handling.answer_case(
        number=case_number, answer=body.answer.strip(), granted_fen=body.granted_fen, asker=asker, at=utc_now()
    )
    return _stations(case, at=utc_now())


@routes.post(
    "/station/parcel-cases/<case_number:str>/closing",
    summary="结束已经答复的售后",
    refusals=(ParcelCaseNotFound, CaseNotAnswered),
)
async def close_case(asker: StationStaff, case_number: str) -> ParcelCaseView:
    return _stations(await handling.close_station_case(number=case_number, asker=asker, at=utc_now()), at=utc_now())


@routes.get("/staff/parcel-cases", summary="各站的售后，先到期的在前")
async def list_bureau_cases(asker: StaffMember, query: CasesQuery) -> ParcelCasePage:
    """Staff of a town see its stations, administrators all; ``overdue=true`` for those past their day."""
    at = utc_now()
    found = await reading.list_bureau_cases(
        staff=asker,
        state=query.state,
        is_overdue=query.overdue,
        after=_after(query.cursor),
        limit=query.limit + 1,
        at=at,
    )
    return _page(found, limit=query.limit, at=at)


def _after(cursor: str) -> tuple[date, UUID] | None:
    return decode_cursor(cursor, tuple[date, UUID])


def _page(found: list[ParcelCase], *, limit: int, at: datetime) -> ParcelCasePage:
    shown = found[:limit]
    cursor = encode_cursor(shown[-1].due_on.isoformat(), str(shown[-1].id)) if len(found) > limit else None
    return ParcelCasePage([_stations(case, at=at) for case in shown], cursor)


def _own(case: ParcelCase, *, at: datetime) -> ParcelCaseView:
    may: list[Deed] = []
    if case.state is ParcelCaseState.ANSWERED:
        may = ["close"] if case.objections else ["object", "close"]
    return _view(case, may, at=at)


def _stations(case: ParcelCase, *, at: datetime) -> ParcelCaseView:
    may: dict[ParcelCaseState, list[Deed]] = {
        ParcelCaseState.OPEN: ["answer"],
        ParcelCaseState.ANSWERED: ["close"],
        ParcelCaseState.CLOSED: [],
    }
    return _view(case, may[case.state], at=at)


def _view(case: ParcelCase, may: list[Deed], *, at: datetime) -> ParcelCaseView:
    today, is_open = beijing_day(at), case.state is ParcelCaseState.OPEN
    return ParcelCaseView(
        number=case.number,
        parcel_number=case.parcel.number,
        station_name=case.station.name,
        kind=case.kind,
        kind_label=case.kind.label,
        problem=case.problem,
        problem_label=case.problem.label,
        text=case.text,
        state=case.state,
        state_label=case.state.label,
        opened_at=beijing(case.created_at),
        due_on=case.due_on,
        is_overdue=is_open and case.due_on < today,
        clock=clock_in_words(case.due_on, today=today) if is_open else "",
        answer=case.answer,
        answered_at=beijing(case.answered_at) if case.answered_at else None,
        claimed_fen=case.claimed_fen,
        ceiling_fen=case.ceiling_fen,
        granted_fen=case.granted_fen,
        may=may,
    )
