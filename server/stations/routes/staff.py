"""服务站接口：管理服务站的工作人员。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.stations import Station
from server.accounts.guards import StaffMember
from server.http.endpoints import Download, Routes, Upload
from server.http.pagination import decode_cursor, encode_cursor
from server.stations import service
from server.stations.importing import Importer, import_stations, station_template
from server.stations.routes.shapes import detail
from server.stations.service import (
    StationAlreadyClosed,
    StationKeptByOthers,
    StationNotClosed,
    StationNotFound,
    StationNumberTaken,
    StationTermsInvalid,
)
from server.stations.staff_schemas import (
    StaffStation,
    StaffStationItem,
    StaffStationPage,
    StaffStationQuery,
    StationImportQuery,
    StationPatch,
    StationRequest,
)
from server.stations.terms import StationChanges, StationTerms
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.reading import Sheet
from server.tables.report import ImportReport
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("station-administration", title="服务站管理")
_TERMS = (StationTermsInvalid, StationNumberTaken, StationKeptByOthers)
_TABLE = (
    *(TableRejected, TableHasNoRows, WrongHeaders),
    *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
)


@routes.post("/staff/stations", summary="登记服务站", status=201, refusals=_TERMS)
async def create_station(asker: StaffMember, body: StationRequest) -> StaffStation:
    """Staff enter stations of their town; administrators every one."""
    values = msgspec.structs.asdict(body)
    terms = StationTerms(**values | {"name": body.name.strip(), "services": tuple(dict.fromkeys(body.services))})
    return await detail(await service.create_station(terms=terms, staff=asker, at=utc_now()))


@routes.get("/staff/stations", summary="我管理的服务站，按编号")
async def list_stations(asker: StaffMember, query: StaffStationQuery) -> StaffStationPage:
    """Staff of a town see its stations; administrators all. Closed ones too."""
    position = decode_cursor(query.cursor, tuple[str])
    found = await service.list_kept_stations(
        staff=asker,
        q=query.q.strip(),
        level=query.level,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return StaffStationPage(
        items=[_item(station) for station in shown],
        next_cursor=encode_cursor(shown[-1].number) if len(found) > query.limit else None,
    )


@routes.get("/staff/stations/<station_id:uuid>", summary="服务站的全部内容", refusals=(StationNotFound,))
async def get_station(asker: StaffMember, station_id: UUID) -> StaffStation:
    return await detail(await service.get_kept_station(station_id=station_id, staff=asker))


@routes.patch("/staff/stations/<station_id:uuid>", summary="修改服务站", refusals=(StationNotFound, *_TERMS))
async def update_station(asker: StaffMember, station_id: UUID, body: StationPatch) -> StaffStation:
    """What is booked stays booked, whatever the new slots are."""
    values = msgspec.structs.asdict(body)
    if body.services is not msgspec.UNSET:
        values["services"] = tuple(dict.fromkeys(body.services))
    changes = StationChanges(**values)
    return await detail(await service.update_station(station_id=station_id, changes=changes, staff=asker, at=utc_now()))


@routes.post(
    "/staff/stations/<station_id:uuid>/closure",
    summary="停止一个服务站，立即不再接受预约",
    refusals=(StationNotFound, StationAlreadyClosed),
)
async def close_station(asker: StaffMember, station_id: UUID) -> StaffStation:
    """``booked_slots`` of the answer tells whose parcels are booked still."""
    await service.close_station(station_id=station_id, staff=asker, at=utc_now())
    return await detail(await service.get_station(station_id=station_id))


@routes.post(
    "/staff/stations/<station_id:uuid>/reopening",
    summary="恢复一个服务站",
    refusals=(StationNotFound, StationNotClosed),
)
async def reopen_station(asker: StaffMember, station_id: UUID) -> StaffStation:
    await service.reopen_station(station_id=station_id, staff=asker, at=utc_now())
    return await detail(await service.get_station(station_id=station_id))


@routes.post("/staff/station-imports", summary="导入服务站表格", idempotent=False, refusals=_TABLE)
async def upload_stations(asker: StaffMember, query: StationImportQuery, upload: Upload) -> ImportReport:
    """All rows or none. Importing the same file again changes nothing, so no Idempotency-Key is needed."""
    return await import_stations(
        sheet=Sheet(upload.data, upload.filename),
        dry_run=query.dry_run,
        importer=Importer(account_id=asker.account_id, role=asker.staff_role.value, town_code=asker.town_code),
        at=utc_now(),
    )


@routes.get("/staff/station-template", summary="服务站表格模板（XLSX）", media_type=XLSX)
async def download_template(asker: StaffMember) -> Download:
    return Download(data=await station_template(), media_type=XLSX, filename="服务站导入模板.xlsx")


def _item(station: Station) -> StaffStationItem:
    return StaffStationItem(
        id=station.id,
        number=station.number,
        name=station.name,
        level=station.level,
        level_label=station.level.label,
        town_code=station.town_id,
        address=station.address,
        telephone=station.telephone,
        is_closed=station.closed_at is not None,
        is_sample=station.is_sample,
        updated_at=beijing(station.updated_at),
    )
