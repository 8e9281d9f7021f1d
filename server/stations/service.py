"""服务站业务 — entering, changing, closing and reopening stations, and keeping their tree in order."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from models.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from models.stations import Station, StationLevel
from models.towns import Town
from models.transactions import as_uuid, execute, fetch_rows, is_postgres, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.stations.terms import Fault, Relative, StationChanges, StationTerms, faults_of, tree_faults_of

_TREE = 0x596F755354726565
"""The lock of everybody who changes the tree: they take turns, so that no parent changes under a new child."""


class StationNotFound(NotFound):
    message = "没有找到这个服务站"
    next_step = "请返回服务站列表刷新后再试"


class StationTermsInvalid(Invalid):
    message = "服务站的内容有误"
    next_step = "请按提示修改后再提交"


class StationNumberTaken(Conflict):
    message = "这个编号已经是另一个服务站的"
    next_step = "请换一个编号，或修改原来的服务站"


class StationKeptByOthers(Forbidden):
    message = "工作人员只能管理本乡镇的服务站"
    next_step = "请选择本乡镇；市级服务站和其他乡镇的由系统管理员办理"


class StationAlreadyClosed(Conflict):
    message = "这个服务站已经停止服务"
    next_step = "无需再次停止"


class StationNotClosed(Conflict):
    message = "这个服务站没有停止服务"
    next_step = "无需恢复"


async def get_station(*, station_id: UUID) -> Station:
    """Return a station, closed ones too.

    Raises:
        StationNotFound: there is none.
    """
    station = await Station.get_or_none(id=station_id)
    if station is None:
        raise StationNotFound
    return station


async def get_kept_station(*, station_id: UUID, staff: StaffMember) -> Station:
    """Return a station that this member of staff keeps.

    Raises:
        StationNotFound: there is none, or others keep it.
    """
    station = await get_station(station_id=station_id)
    if not keeps(staff, station.town_id):
        raise StationNotFound
    return station


def keeps(staff: StaffMember, town_code: str | None) -> bool:
    """Whether stations of a town are this person's to keep: staff keep their town's, administrators all."""
    return staff.is_administrator or (town_code is not None and town_code == staff.town_code)


async def create_station(*, terms: StationTerms, staff: StaffMember, at: datetime) -> Station:
    """Enter a station, without hours yet.

    Raises:
        StationKeptByOthers: it would be of another town or of the city.
        StationTermsInvalid: it carries every fault by field, those of the tree too.
        StationNumberTaken: another station has the number.
    """
    if not keeps(staff, terms.town_code):
        raise StationKeptByOthers
    try:
        async with transaction():
            await lock_tree()
            await _check(terms, station_id=None)
            station = await Station.create(created_at=at, updated_at=at, **terms.columns)
            await audit("station.created", station.id, staff=staff)
    except IntegrityError:
        raise StationNumberTaken from None
    return station


async def update_station(*, station_id: UUID, changes: StationChanges, staff: StaffMember, at: datetime) -> Station:
    """Change some of a station's terms; the result is checked as a new station's is. Booked slots stay booked.

    Raises:
        StationNotFound: there is none, or others keep it.
        StationKeptByOthers, StationTermsInvalid, StationNumberTaken: as when it is entered.
    """
    try:
        async with transaction():
            await lock_tree()
            before = StationTerms.of(await get_kept_station(station_id=station_id, staff=staff))
            terms = changes.applied_to(before)
            if not keeps(staff, terms.town_code):
                raise StationKeptByOthers
            await _check(terms, station_id=station_id)
            old, new = before.columns, terms.columns
            changed = [name for name, value in new.items() if old[name] != value]
            if changed:
                await Station.filter(id=station_id).update(updated_at=at, **{name: new[name] for name in changed})
                await audit("station.changed", station_id, staff=staff, detail={"fields": changed})
            return await Station.get(id=station_id)
    except IntegrityError:
        raise StationNumberTaken from None


async def list_kept_stations(
    *, staff: StaffMember, q: str, level: StationLevel | None, after: str | None, limit: int
) -> list[Station]:
    """Return the stations that this member of staff keeps after a number, by number, closed ones too.

    ``q`` is part of a name or the beginning of a number.
    """
    found = Station.all() if staff.is_administrator else Station.filter(town_id=staff.town_code)
    if q:
        found = found.filter(Q(name__icontains=q) | Q(number__startswith=q))
    if level is not None:
        found = found.filter(level=level)
    if after is not None:
        found = found.filter(number__gt=after)
    return await found.order_by("number").limit(limit)


async def close_station(*, station_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take a station out of the public list and its slots off offer, at once; what is booked stays booked.

    Raises:
        StationNotFound: there is none, or others keep it.
        StationAlreadyClosed: it is closed.
    """
    async with transaction():
        await get_kept_station(station_id=station_id, staff=staff)
        closed = await execute(
            "UPDATE stations SET closed_at = $1, updated_at = $1 WHERE id = $2 AND closed_at IS NULL", at, station_id
        )
        if not closed:
            raise StationAlreadyClosed
        await audit("station.closed", station_id, staff=staff)


async def reopen_station(*, station_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Open a closed station again, with the hours and the people it had.

    Raises:
        StationNotFound: there is none, or others keep it.
        StationNotClosed: it is open.
    """
    async with transaction():
        await get_kept_station(station_id=station_id, staff=staff)
        reopened = await execute(
            "UPDATE stations SET closed_at = NULL, updated_at = $1 WHERE id = $2 AND closed_at IS NOT NULL",
            at,
            station_id,
        )
        if not reopened:
            raise StationNotClosed
        await audit("station.reopened", station_id, staff=staff)


async def audit(action: str, station_id: UUID, *, staff: StaffMember, detail: dict[str, object] | None = None) -> None:
    """Record a deed of staff about a station."""
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="station",
        record_id=station_id,
        detail=detail,
    )


async def lock_tree() -> None:
    """Keep everybody else from changing the tree of stations until the transaction ends."""
    if is_postgres():
        await execute("SELECT pg_advisory_xact_lock($1)", _TREE)


async def _check(terms: StationTerms, *, station_id: UUID | None) -> None:
    faults = list(faults_of(terms))
    if terms.town_code is not None and not await Town.exists(code=terms.town_code):
        faults.append(("town_code", "不是高邮市的乡镇（街道）代码"))
    parent, children = await _relatives(station_id, terms.parent_id)
    if terms.parent_id is not None and (parent is None or terms.parent_id == station_id):
        faults.append(("parent_id", "没有这个上级服务站" if parent is None else "上级不能是自己"))
    else:
        faults += tree_faults_of(terms, parent=parent, children=children)
    refuse(faults)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise what is wrong, all of it at once, if anything is.

    Raises:
        StationTermsInvalid: there are faults.
    """
    if errors := tuple(FieldError(field, message) for field, message in faults):
        raise StationTermsInvalid(errors=errors)


async def _relatives(station_id: UUID | None, parent_id: UUID | None) -> tuple[Relative | None, list[Relative]]:
    parent, children = None, []
    rows = await fetch_rows(
        "SELECT id, name, level, town_id, parent_id FROM stations WHERE id = $2 OR parent_id = $1",
        station_id,
        parent_id,
    )
    for row in rows:
        relative = Relative(row["name"], StationLevel(row["level"]), row["town_id"])
        if as_uuid(row["id"]) == parent_id:
            parent = relative
        elif row["parent_id"] is not None and as_uuid(row["parent_id"]) == station_id:
            children.append(relative)
    return parent, children
