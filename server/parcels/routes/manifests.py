"""交接单接口：服务站柜台。"""

from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from config.clock import beijing, utc_now
from models.fields import unseal
from models.identifiers import mask_name
from models.manifests import MANIFEST_COURIER, Manifest, ManifestState
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.parcels.counter.desk import CounterParcelNotFound
from server.parcels.manifests import days, loading, papers, reading, signing
from server.parcels.manifests.loading import (
    ManifestFull,
    ManifestNotOpen,
    OtherCarrier,
    ParcelNotLoadable,
    ParcelNotOnManifest,
    ParcelOnManifest,
    StationUnclear,
)
from server.parcels.manifests.reading import ManifestAltered, ManifestDetail, ManifestNotFound
from server.parcels.manifests.schemas import (
    CourierCodeView,
    ManifestDetailView,
    ManifestPage,
    ManifestQuery,
    ManifestRequest,
    ManifestRowView,
    ManifestView,
    ScanRequest,
    SignatureRequest,
    StationDayQuery,
    StationDayView,
)
from server.parcels.manifests.signing import (
    CourierCodeInvalid,
    ManifestCountDiffers,
    ManifestEmpty,
    ManifestNotClosed,
    ManifestParcelsChanged,
    OtherManifestOpen,
)
from server.stations.guards import StationStaff
from server.stations.service import StationNotFound
from server.tables.export import XLSX

PDF = "application/pdf"
routes = Routes("manifests", title="交接单")
_ONE = "/station/manifests/<manifest_number:str>"
_PRINTS = Limit("60/minute")
_Deed: TypeAlias = Literal["add", "remove", "close", "reopen", "sign", "print"]
_MAY: dict[ManifestState, list[_Deed]] = {
    ManifestState.OPEN: ["add", "remove", "close", "print"],
    ManifestState.CLOSED: ["reopen", "sign", "print"],
    ManifestState.SIGNED: ["print"],
}


@routes.get("/station/manifests", summary="本站的交接单，新的在前")
async def list_manifests(asker: StationStaff, query: ManifestQuery) -> ManifestPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    after = position[0] if position else None
    found = await reading.list_manifests(
        asker=asker, day=query.day, state=query.state, after=after, limit=query.limit + 1
    )
    shown = found[: query.limit]
    cursor = encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None
    return ManifestPage([_view(manifest) for manifest in shown], cursor)


@routes.post(
    "/station/manifests",
    summary="开今天的交接单；已经开着的就是那一张",
    status=201,
    refusals=(StationUnclear, StationNotFound),
)
async def open_manifest(asker: StationStaff, body: ManifestRequest) -> ManifestDetailView:
    return _detail(
        await loading.open_manifest(carrier=body.carrier, station_id=body.station_id, asker=asker, at=utc_now())
    )


@routes.get(_ONE, summary="一张交接单和它的包裹", refusals=(ManifestNotFound,))
async def get_manifest(asker: StationStaff, manifest_number: str) -> ManifestDetailView:
    return _detail(await reading.get_manifest(number=manifest_number, asker=asker))


@routes.post(
    f"{_ONE}/parcels",
    summary="扫码装车",
    refusals=(
        *(ManifestNotFound, ManifestNotOpen, ManifestFull),
        *(CounterParcelNotFound, ParcelNotLoadable, OtherCarrier, ParcelOnManifest),
    ),
)
async def add_parcel(asker: StationStaff, manifest_number: str, body: ScanRequest) -> ManifestDetailView:
    return _detail(await loading.add_parcel(number=manifest_number, scanned=body.scanned, asker=asker, at=utc_now()))


@routes.post(
    f"{_ONE}/removals",
    summary="把一个包裹从交接单上取下",
    refusals=(ManifestNotFound, ManifestNotOpen, CounterParcelNotFound, ParcelNotOnManifest),
)
async def remove_parcel(asker: StationStaff, manifest_number: str, body: ScanRequest) -> ManifestDetailView:
    return _detail(await loading.remove_parcel(number=manifest_number, scanned=body.scanned, asker=asker, at=utc_now()))


@routes.post(
    f"{_ONE}/closing",
    summary="封单：件数、重量和编号从此冻结，等于服务站签字",
    refusals=(ManifestNotFound, ManifestNotOpen, ManifestEmpty),
)
async def close_manifest(asker: StationStaff, manifest_number: str) -> ManifestDetailView:
    return _detail(await signing.close_manifest(number=manifest_number, asker=asker, at=utc_now()))


@routes.post(
    f"{_ONE}/reopening",
    summary="快递员签收以前重新打开",
    refusals=(ManifestNotFound, ManifestNotClosed, OtherManifestOpen),
)
async def reopen_manifest(asker: StationStaff, manifest_number: str) -> ManifestDetailView:
    return _detail(await signing.reopen_manifest(number=manifest_number, asker=asker, at=utc_now()))


@routes.post(
    f"{_ONE}/courier-code",
    summary="取签收码，给当面的快递员",
    idempotent=False,
    limit=Limit("20/minute"),
    refusals=(ManifestNotFound, ManifestNotClosed),
)
async def give_courier_code(asker: StationStaff, manifest_number: str) -> CourierCodeView:
    """Shown once; a new one makes the one before void. No Idempotency-Key: a stored reply would keep the code."""
    given = await signing.give_courier_code(number=manifest_number, asker=asker, at=utc_now())
    return CourierCodeView(given.code, beijing(given.expires_at))


@routes.post(
    f"{_ONE}/signature",
    summary="快递员清点签收，全部包裹算已交出",
    refusals=(ManifestNotFound, ManifestNotClosed, CourierCodeInvalid, ManifestCountDiffers, ManifestParcelsChanged),
)
async def sign_manifest(asker: StationStaff, manifest_number: str, body: SignatureRequest) -> ManifestDetailView:
    """Typed by the courier on the station's device. Five wrong codes or ten minutes, and a new one is needed."""
    signed = await signing.sign_manifest(
        number=manifest_number,
        code=body.code,
        courier_name=body.courier_name.strip(),
        parcels=body.parcels,
        asker=asker,
        at=utc_now(),
    )
    return _detail(signed)


@routes.get(
    f"{_ONE}/manifest.pdf",
    summary="打印交接单（A4）",
    media_type=PDF,
    limit=_PRINTS,
    refusals=(ManifestNotFound, ManifestAltered),
)
async def print_manifest(asker: StationStaff, manifest_number: str) -> Download:
    """Numbers and weights only. Every print is on record."""
    data = await papers.print_manifest(number=manifest_number, asker=asker, at=utc_now())
    return Download(data=data, media_type=PDF, filename=f"交接单-{manifest_number}.pdf")


@routes.get(
    f"{_ONE}/manifest.xlsx",
    summary="导出交接单（XLSX）",
    media_type=XLSX,
    limit=_PRINTS,
    refusals=(ManifestNotFound, ManifestAltered),
)
async def export_manifest(asker: StationStaff, manifest_number: str) -> Download:
    """Every export is on record."""
    data = await papers.export_manifest(number=manifest_number, asker=asker)
    return Download(data=data, media_type=XLSX, filename=f"交接单-{manifest_number}.xlsx")


@routes.get("/station/days/<day:str>", summary="本站一天的收寄情况", refusals=(StationUnclear, StationNotFound))
async def get_day(asker: StationStaff, day: date, query: StationDayQuery) -> StationDayView:
    """Booked for that day and not cancelled; accepted, refused and handed over on it, by the Beijing clock."""
    found = await days.count_day(day=day, station_id=query.station_id, asker=asker)
    return StationDayView(
        station_id=str(found.station_id),
        day=found.day,
        booked=found.booked,
        accepted=found.accepted,
        paid_fen=found.paid_fen,
        refused=dict(found.refused),
        handed_over=found.handed_over,
    )


def _view(manifest: Manifest) -> ManifestView:
    return ManifestView(
        number=manifest.number,
        station_id=str(manifest.station_id),
        station_name=manifest.station.name,
        carrier=manifest.carrier,
        day=manifest.day,
        state=manifest.state,
        state_label=manifest.state.label,
        parcels=manifest.parcels,
        grams=manifest.grams,
        staff_signed_at=beijing(manifest.staff_signed_at) if manifest.staff_signed_at else None,
        courier_signed_at=beijing(manifest.courier_signed_at) if manifest.courier_signed_at else None,
        is_sample=manifest.station.is_sample,
    )


def _detail(found: ManifestDetail) -> ManifestDetailView:
    manifest = found.manifest
    courier = unseal(MANIFEST_COURIER, manifest.courier_name_sealed) if manifest.courier_name_sealed else ""
    return ManifestDetailView(
        manifest=_view(manifest),
        rows=[ManifestRowView(row.position, row.number, row.tracking_number, row.weight_grams) for row in found.rows],
        masked_courier=mask_name(courier) if courier else "",
        digest=manifest.digest,
        is_intact=found.is_intact,
        may=list(_MAY[manifest.state]),
    )
