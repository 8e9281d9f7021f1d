"""交接单查询 — a station's own manifests with their rows, and whether what was signed still stands there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog

from models.errors import Conflict, NotFound
from models.manifests import Manifest, ManifestParcel, ManifestState
from server.numbering.numbers import Numbering
from server.stations.guards import StationStaff

MANIFEST_NUMBERS = Numbering("JJ")
_log = structlog.get_logger()


class ManifestNotFound(NotFound):
    message = "本站没有这张交接单"
    next_step = "请核对编号，或从当天的交接单里选"


class ManifestAltered(Conflict):
    message = "交接单的内容和签字时的不一致，不能打印"
    next_step = "请停止使用这张交接单，把编号报给系统管理员核查"


@dataclass(frozen=True, slots=True)
class ManifestDetail:
    """交接单和它的包裹 — ``is_intact`` False: the rows are no longer those that were signed."""

    manifest: Manifest
    rows: Sequence[ManifestParcel]
    is_intact: bool


async def list_manifests(
    *,
    asker: StationStaff,
    day: date | None = None,
    state: ManifestState | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> list[Manifest]:
    """Return the manifests of the asker's stations, the newest first; ``after`` is the last id of the page before."""
    found = Manifest.all().select_related("station")
    if asker.station_ids is not None:
        found = found.filter(station_id__in=sorted(asker.station_ids))
    if day is not None:
        found = found.filter(day=day)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def get_manifest(*, number: str, asker: StationStaff) -> ManifestDetail:
    """Return a manifest of the asker's stations by its number as people type it.

    Raises:
        ManifestNotFound: there is none, or it is of another station.
    """
    manifest = await find_manifest(number=number, asker=asker)
    rows = await ManifestParcel.filter(manifest_id=manifest.id).order_by("position")
    is_intact = manifest.state is ManifestState.OPEN or digest_of(manifest, rows) == manifest.digest
    if not is_intact:
        _log.error("manifest.altered", record_type="manifest", record_id=str(manifest.id))
    return ManifestDetail(manifest, rows, is_intact)


async def find_manifest(*, number: str, asker: StationStaff) -> Manifest:
    """Return a manifest without its rows. See ``get_manifest``."""
    stored = MANIFEST_NUMBERS.read(number)
    manifest = await Manifest.get_or_none(number=stored).select_related("station") if stored else None
    if manifest is None:
        raise ManifestNotFound
    asker.require_station(manifest.station_id, ManifestNotFound)
    return manifest


def digest_of(manifest: Manifest, rows: Sequence[ManifestParcel]) -> str:
    """Return the hash over everything that both sides sign: SHA-256 of one line for the head and one for each row."""
    lines = [f"{manifest.number}\t{manifest.station_id}\t{manifest.carrier}\t{manifest.day.isoformat()}\t{len(rows)}"]
    lines += [f"{row.position}\t{row.number}\t{row.tracking_number}\t{row.weight_grams}" for row in rows]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
