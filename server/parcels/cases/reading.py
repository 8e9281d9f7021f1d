"""售后查询 — a family's own cases, a station's with the overdue first, and all that are overdue for the bureau."""

from datetime import date, datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from config.clock import beijing_day
from models.errors import NotFound
from models.parcel_cases import ParcelCase, ParcelCaseState
from server.accounts.guards import StaffMember
from server.parcels.cases.opening import CASE_NUMBERS
from server.stations.guards import StationStaff


class ParcelCaseNotFound(NotFound):
    message = "没有找到这件售后"
    next_step = "请核对售后编号，或从列表里选"


async def list_own_cases(*, account_id: UUID, after: UUID | None = None, limit: int = 20) -> list[ParcelCase]:
    """Return a person's cases, the newest first; ``after`` is the last id of the page before."""
    found = _with_parcel(ParcelCase.filter(account_id=account_id))
    return await (found if after is None else found.filter(id__lt=after)).order_by("-id").limit(limit)


async def get_own_case(*, number: str, account_id: UUID) -> ParcelCase:
    """Return a person's case by its number.

    Raises:
        ParcelCaseNotFound: this person has no such case.
    """
    case = await _with_parcel(ParcelCase.filter(number=_stored(number), account_id=account_id)).first()
    if case is None:
        raise ParcelCaseNotFound
    return case


async def list_station_cases(
    *,
    asker: StationStaff,
    state: ParcelCaseState | None = None,
    is_overdue: bool = False,
    after: tuple[date, UUID] | None = None,
    limit: int = 20,
    at: datetime,
) -> list[ParcelCase]:
    """Return the cases of the asker's stations, those due first at the top; ``after`` is the last one's place."""
    found = ParcelCase.all()
    if asker.station_ids is not None:
        found = found.filter(station_id__in=sorted(asker.station_ids))
    return await _in_order(found, state=state, is_overdue=is_overdue, after=after, limit=limit, at=at)


async def list_bureau_cases(
    *,
    staff: StaffMember,
    state: ParcelCaseState | None = None,
    is_overdue: bool = False,
    after: tuple[date, UUID] | None = None,
    limit: int = 20,
    at: datetime,
) -> list[ParcelCase]:
    """Return the cases of all stations of the town of a member of staff, of every station for an administrator."""
    found = ParcelCase.all()
    if staff.town_code is not None:
        found = found.filter(station__town_id=staff.town_code)
    return await _in_order(found, state=state, is_overdue=is_overdue, after=after, limit=limit, at=at)


async def get_station_case(*, number: str, asker: StationStaff) -> ParcelCase:
    """Return a case of the asker's stations by its number.

    Raises:
        ParcelCaseNotFound: there is none, or it is of another station.
    """
    case = await _with_parcel(ParcelCase.filter(number=_stored(number))).first()
    if case is None:
        raise ParcelCaseNotFound
    asker.require_station(case.station_id, ParcelCaseNotFound)
    return case


async def _in_order(
    found: QuerySet[ParcelCase],
    *,
    state: ParcelCaseState | None,
    is_overdue: bool,
    after: tuple[date, UUID] | None,
    limit: int,
    at: datetime,
) -> list[ParcelCase]:
    if state is not None:
        found = found.filter(state=state)
    if is_overdue:
        found = found.filter(state=ParcelCaseState.OPEN, due_on__lt=beijing_day(at))
    if after is not None:
        day, last = after
        same_day = found.filter(due_on=day, id__gt=last)
        rest = await _with_parcel(same_day).order_by("id").limit(limit)
        if len(rest) == limit:
            return rest
        later = _with_parcel(found.filter(due_on__gt=day)).order_by("due_on", "id").limit(limit - len(rest))
        return [*rest, *await later]
    return await _with_parcel(found).order_by("due_on", "id").limit(limit)


def _with_parcel(found: QuerySet[ParcelCase]) -> QuerySet[ParcelCase]:
    return found.select_related("parcel", "station")


def _stored(number: str) -> str:
    return CASE_NUMBERS.read(number) or ""
