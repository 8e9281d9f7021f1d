"""装车 — opening a manifest and filling it by scanning; a parcel is on one manifest only."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.clock import beijing_day
from models.base import new_id
from models.errors import Conflict, FieldError, Invalid
from models.manifests import Manifest, ManifestState
from models.parcels import ParcelState
from models.transactions import Row, as_uuid, execute, fetch_row, savepoint, transaction
from server.audit.service import record
from server.parcels.counter.desk import CounterParcelNotFound
from server.parcels.manifests.reading import MANIFEST_NUMBERS, ManifestDetail, find_manifest, get_manifest
from server.parcels.numbers import PARCEL_NUMBERS
from server.stations.guards import StationStaff
from server.stations.service import StationNotFound

MOST_PARCELS = 200
"""What one courier signs for at once; a manifest of so many is six pages."""

_TOUCH = "UPDATE manifests SET updated_at = $1 WHERE id = $2 AND state = 'open'"
"""Takes the manifest's lock: whoever adds, removes and closes does it one after the other."""
_FIND = (
    "SELECT p.id, p.number, p.state, p.carrier, p.station_id, p.tracking_number, p.weight_grams, m.number AS manifest "
    "FROM parcels p LEFT JOIN manifest_parcels r ON r.parcel_id = p.id LEFT JOIN manifests m ON m.id = r.manifest_id "
    "WHERE p.station_id = $1 AND (p.number = $2 OR p.tracking_number = $3)"
)
_ADD = (
    "INSERT INTO manifest_parcels (id, created_at, manifest_id, parcel_id, position, number, tracking_number, "
    "weight_grams) SELECT $1, $2, $3, p.id, "
    "(SELECT coalesce(max(r.position), 0) + 1 FROM manifest_parcels r WHERE r.manifest_id = $3), p.number, "
    "coalesce(p.tracking_number, ''), p.weight_grams FROM parcels p WHERE p.id = $4 AND p.state = 'accepted' "
    "ON CONFLICT (parcel_id) DO NOTHING"
)
_HOLD_PARCEL = "UPDATE parcels SET updated_at = $1 WHERE id = $2 AND state = 'accepted'"
"""Takes the parcel's lock: nobody undoes its acceptance while it is put on."""
_REMOVE = "DELETE FROM manifest_parcels WHERE manifest_id = $1 AND parcel_id = $2"


class StationUnclear(Invalid):
    message = "您在几个服务站工作，要写明是哪个站的交接单"
    next_step = "请选择服务站后再开交接单"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("station_id", "请选择服务站"),))


class ManifestNotOpen(Conflict):
    message = "交接单已经封单，不能再加减包裹"
    next_step = "数目不对的请先重新打开；已经签收的请另开一张"


class ManifestFull(Conflict):
    message = f"一张交接单最多 {MOST_PARCELS} 个包裹"
    next_step = "请先封单签收，剩下的另开一张"


class ParcelNotLoadable(Conflict):
    message = "包裹不在「已收寄」状态，不能交给快递员"
    next_step = "请先查验收寄；已取消或已交出的请从车上取下"

    def __init__(self, state: ParcelState | None = None) -> None:
        super().__init__(f"包裹现在是「{state.label}」，不能装车" if state else None)


class OtherCarrier(Conflict):
    message = "包裹是另一家承运方的"
    next_step = "请放到那家承运方的交接单上"


class ParcelOnManifest(Conflict):
    message = "包裹已经在交接单上"
    next_step = "一个包裹只能在一张交接单上，要换车请先从原来那张取下"

    def __init__(self, manifest: str = "") -> None:
        super().__init__(f"包裹已经在交接单 {manifest} 上" if manifest else None)


class ParcelNotOnManifest(Conflict):
    message = "包裹不在这张交接单上"
    next_step = "请核对扫到的编号"


async def open_manifest(*, carrier: str, station_id: UUID | None, asker: StationStaff, at: datetime) -> ManifestDetail:
    """Return the open manifest of a station for a carrier today, made if there is none. 开交接单。

    Raises:
        StationUnclear: the asker works at several stations and named none.
        StationNotFound: the station is not the asker's.
    """
    station = station_of(asker, station_id)
    day = beijing_day(at)
    found = await _open_one(station, carrier, at)
    if found is None:
        try:
            async with transaction():
                number = await MANIFEST_NUMBERS.give(at=at)
                async with savepoint():
                    manifest = await Manifest.create(
                        number=number, station_id=station, carrier=carrier, day=day, updated_at=at
                    )
                await note(manifest, "manifest.opened", asker=asker, detail={"carrier": carrier})
            found = number
        except IntegrityError:  # somebody opened it at the same moment
            found = await _open_one(station, carrier, at)
    assert found is not None
    return await get_manifest(number=found, asker=asker)


async def add_parcel(*, number: str, scanned: str, asker: StationStaff, at: datetime) -> ManifestDetail:
    """Put an accepted parcel on an open manifest, by its number or its carrier's number as scanned. 扫码装车。

    Raises:
        ManifestNotFound, ManifestNotOpen, ManifestFull: of the manifest.
        CounterParcelNotFound: the station has no such parcel.
        ParcelNotLoadable, OtherCarrier, ParcelOnManifest: of the parcel.
    """
    manifest = await find_manifest(number=number, asker=asker)
    async with transaction():
        await _hold(manifest, at=at)
        parcel = await _find(manifest, scanned)
        if await _count(manifest.id) >= MOST_PARCELS:
            raise ManifestFull
        parcel_id = as_uuid(parcel["id"])
        is_here = await execute(_HOLD_PARCEL, at, parcel_id)
        if not is_here or not await execute(_ADD, new_id(), at, manifest.id, parcel_id):
            raise await _why_not(manifest, scanned)
        await note(manifest, "manifest.parcel_added", asker=asker, detail={"parcel_id": str(parcel_id)})
    return await get_manifest(number=manifest.number, asker=asker)


async def remove_parcel(*, number: str, scanned: str, asker: StationStaff, at: datetime) -> ManifestDetail:
    """Take a parcel off an open manifest. 取下。

    Raises:
        ManifestNotFound, ManifestNotOpen: of the manifest.
        CounterParcelNotFound, ParcelNotOnManifest: of the parcel.
    """
    manifest = await find_manifest(number=number, asker=asker)
    async with transaction():
        await _hold(manifest, at=at)
        row = await fetch_row(_FIND, manifest.station_id, *_readings(scanned))
        if row is None:
            raise CounterParcelNotFound
        if not await execute(_REMOVE, manifest.id, as_uuid(row["id"])):
            raise ParcelNotOnManifest
        await note(manifest, "manifest.parcel_removed", asker=asker, detail={"parcel_id": str(row["id"])})
    return await get_manifest(number=manifest.number, asker=asker)


async def _hold(manifest: Manifest, *, at: datetime) -> None:
    if not await execute(_TOUCH, at, manifest.id):
        raise ManifestNotOpen


async def _find(manifest: Manifest, scanned: str) -> Row:
    row = await fetch_row(_FIND, manifest.station_id, *_readings(scanned))
    if row is None:
        raise CounterParcelNotFound
    if row["manifest"] is not None:
        raise ParcelOnManifest(row["manifest"])
    state = ParcelState(row["state"])
    if state is not ParcelState.ACCEPTED:
        raise ParcelNotLoadable(state)
    if row["carrier"] != manifest.carrier:
        raise OtherCarrier
    return row


async def _why_not(manifest: Manifest, scanned: str) -> Conflict:
    """Return why a parcel that was loadable a moment ago was not taken."""
    row = await fetch_row(_FIND, manifest.station_id, *_readings(scanned))
    if row is not None and ParcelState(row["state"]) is not ParcelState.ACCEPTED:
        return ParcelNotLoadable(ParcelState(row["state"]))
    return ParcelOnManifest(row["manifest"] or "" if row is not None else "")


async def _open_one(station: UUID, carrier: str, at: datetime) -> str | None:
    found = await Manifest.get_or_none(
        station_id=station, carrier=carrier, day=beijing_day(at), state=ManifestState.OPEN
    )
    return found.number if found else None


async def _count(manifest_id: UUID) -> int:
    row = await fetch_row("SELECT count(*) AS n FROM manifest_parcels WHERE manifest_id = $1", manifest_id)
    assert row is not None
    return int(row["n"])


async def note(manifest: Manifest, action: str, *, asker: StationStaff, detail: dict[str, object]) -> None:
    """Write a deed on a manifest into the audit trail."""
    await record(
        account_id=asker.account_id,
        role=asker.role,
        action=action,
        record_type="manifest",
        record_id=manifest.id,
        detail=detail,
    )


def station_of(asker: StationStaff, station_id: UUID | None) -> UUID:
    """Return the station that is meant: the one named, else the only one at which the asker works.

    Raises:
        StationUnclear: the asker works at several and named none.
        StationNotFound: the one named is not the asker's.
    """
    if station_id is None:
        if asker.station_ids is None or len(asker.station_ids) != 1:
            raise StationUnclear
        return next(iter(asker.station_ids))
    asker.require_station(station_id, StationNotFound)
    return station_id


def _readings(scanned: str) -> tuple[str, str]:
    """Return what was scanned as a number of ours and as a carrier's."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", scanned)).upper()
    return PARCEL_NUMBERS.read(scanned) or "", plain
