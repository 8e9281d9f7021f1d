"""交接签收 — the station closes, the courier counts and signs with a code; what was signed never changes.

The courier has no account. The code shows that they stood at the counter within its minutes and agreed to the count
that they typed; who they are is the name that they give, which is kept sealed.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from models.errors import Conflict, FieldError, Invalid
from models.fields import fingerprint, seal
from models.manifests import MANIFEST_COURIER, Manifest, ManifestParcel, ManifestState
from models.parcels import EventKind, ParcelState
from models.transactions import execute, fetch_row, savepoint, transaction
from server.parcels.announcing import announce
from server.parcels.events import NewEvent, record_events
from server.parcels.manifests.loading import ManifestNotOpen, note
from server.parcels.manifests.reading import ManifestDetail, digest_of, find_manifest, get_manifest
from server.stations.guards import StationStaff

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
MOST_TRIES = 5
_CODE = "manifests.courier_code"

_FREEZE = (
    "UPDATE manifest_parcels SET tracking_number = coalesce((SELECT p.tracking_number FROM parcels p "
    "WHERE p.id = manifest_parcels.parcel_id), ''), weight_grams = (SELECT p.weight_grams FROM parcels p "
    "WHERE p.id = manifest_parcels.parcel_id), position = (SELECT count(*) FROM manifest_parcels o "
    "WHERE o.manifest_id = manifest_parcels.manifest_id AND o.position <= manifest_parcels.position) "
    "WHERE manifest_id = $1"
)
_HOLD = "UPDATE manifests SET updated_at = $1 WHERE id = $2 AND state = 'open'"
_CLOSE = (
    "UPDATE manifests SET state = 'closed', parcels = $3, grams = $4, digest = $5, staff_signed_at = $1, "
    "staff_signed_by_id = $6, updated_at = $1 WHERE id = $2 AND state = 'open'"
)
_REOPEN = (
    "UPDATE manifests SET state = 'open', parcels = 0, grams = 0, digest = '', staff_signed_at = NULL, "
    "staff_signed_by_id = NULL, courier_code_hash = NULL, courier_code_expires_at = NULL, courier_tries = 0, "
    "updated_at = $1 WHERE id = $2 AND state = 'closed'"
)
_GIVE_CODE = (
    "UPDATE manifests SET courier_code_hash = $3, courier_code_expires_at = $4, courier_tries = 0, updated_at = $1 "
    "WHERE id = $2 AND state = 'closed'"
)
_TRY = (
    "UPDATE manifests SET courier_tries = courier_tries + 1 WHERE id = $1 AND state = 'closed' "
    "AND courier_code_hash IS NOT NULL AND courier_code_expires_at > $2 AND courier_tries < $3 "
    "RETURNING courier_code_hash"
)
_SIGN = (
    "UPDATE manifests SET state = 'signed', courier_name_sealed = $3, courier_signed_at = $1, "
    "courier_code_hash = NULL, courier_code_expires_at = NULL, updated_at = $1 "
    "WHERE id = $2 AND state = 'closed' AND courier_code_hash = $4"
)


_NOT_HERE = frozenset({ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER})
_STILL_NOT_HERE = (
    "SELECT 1 FROM manifest_parcels r JOIN parcels p ON p.id = r.parcel_id "
    "WHERE r.manifest_id = $1 AND p.state IN ('booked', 'cancelled', 'refused_at_counter')"
)


class ManifestEmpty(Conflict):
    message = "交接单上还没有包裹"
    next_step = "请先扫码装车再封单"


class ManifestNotClosed(Conflict):
    message = "交接单不在「待快递员签收」状态"
    next_step = "还没封单的请先封单；已经签收的不用再签"


class OtherManifestOpen(Conflict):
    message = "这家承运方今天已经另开了一张交接单"
    next_step = "请先把那张封单，再重新打开这张"


class CourierCodeInvalid(Conflict):
    message = "签收码不对，或已过期"
    next_step = f"请核对屏幕上的 {CODE_DIGITS} 位数字；错满 {MOST_TRIES} 次或过了 10 分钟，请工作人员重新取码"


class ManifestCountDiffers(Invalid):
    message = "快递员点的件数和交接单不一致，没有签收"
    next_step = "请当面重新清点；确实不符的，请工作人员重新打开交接单更正"

    def __init__(self, listed: int = 0, counted: int = 0) -> None:
        words = f"单上 {listed} 件，快递员点了 {counted} 件" if listed else "件数不一致"
        super().__init__(errors=(FieldError("parcels", words),))


class ManifestParcelsChanged(Conflict):
    message = "交接单上有包裹已经不在「已收寄」状态，没有签收"
    next_step = "请重新打开交接单，取下状态有变的包裹，再封单签收"


@dataclass(frozen=True, slots=True)
class CourierCode:
    """签收码 — shown once, for the courier to type on the station's device."""

    code: str
    expires_at: datetime


async def close_manifest(*, number: str, asker: StationStaff, at: datetime) -> ManifestDetail:
    """Close a manifest: count, weight and rows are frozen, and the closing is the station's signature. 封单。

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestNotOpen: it is closed or signed.
        ManifestEmpty: it has no parcel.
    """
    manifest = await find_manifest(number=number, asker=asker)
    async with transaction():
        if not await execute(_HOLD, at, manifest.id):
            raise ManifestNotOpen
        await execute(_FREEZE, manifest.id)
        rows = await ManifestParcel.filter(manifest_id=manifest.id).order_by("position")
        if not rows:
            raise ManifestEmpty
        grams = sum(row.weight_grams for row in rows)
        await execute(_CLOSE, at, manifest.id, len(rows), grams, digest_of(manifest, rows), asker.account_id)
        await note(manifest, "manifest.closed", asker=asker, detail={"parcels": len(rows), "grams": grams})
    return await get_manifest(number=manifest.number, asker=asker)


async def reopen_manifest(*, number: str, asker: StationStaff, at: datetime) -> ManifestDetail:
    """Open a closed manifest again, before the courier has signed; the station's signature is taken back. 重新打开。

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestNotClosed: it is open or signed.
        OtherManifestOpen: another one of that carrier and day is open.
    """
    manifest = await find_manifest(number=number, asker=asker)
    async with transaction():
        try:
            async with savepoint():
                opened = await execute(_REOPEN, at, manifest.id)
        except IntegrityError:
            raise OtherManifestOpen from None
        if not opened:
            raise ManifestNotClosed
        await note(manifest, "manifest.reopened", asker=asker, detail={})
    return await get_manifest(number=manifest.number, asker=asker)


async def give_courier_code(*, number: str, asker: StationStaff, at: datetime) -> CourierCode:
    """Return a new code for the courier to sign with; one given before is void. 取签收码。

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestNotClosed: it is open or signed.
    """
    manifest = await find_manifest(number=number, asker=asker)
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    expires_at = at + CODE_LIVES
    async with transaction():
        if not await execute(_GIVE_CODE, at, manifest.id, _hash(manifest, code), expires_at):
            raise ManifestNotClosed
        await note(manifest, "manifest.code_given", asker=asker, detail={})
    return CourierCode(code, expires_at)


async def sign_manifest(
    *, number: str, code: str, courier_name: str, parcels: int, asker: StationStaff, at: datetime
) -> ManifestDetail:
    """Sign for the courier, who typed the code and the count: all its parcels are handed over at once. 快递员签收。

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestNotClosed: it is open, or signed already.
        CourierCodeInvalid: the code is wrong or old, or was tried too often.
        ManifestCountDiffers: the courier counted another number.
        ManifestParcelsChanged: a parcel on it is no longer accepted.
    """
    manifest = await find_manifest(number=number, asker=asker)
    if manifest.state is not ManifestState.CLOSED:
        raise ManifestNotClosed
    tried = await fetch_row(_TRY, manifest.id, at, MOST_TRIES)  # kept, whatever comes of it
    given = _hash(manifest, code)
    if tried is None or not secrets.compare_digest(str(tried["courier_code_hash"]), given):
        raise CourierCodeInvalid
    if parcels != manifest.parcels:
        raise ManifestCountDiffers(manifest.parcels, parcels)
    async with transaction():
        name = seal(MANIFEST_COURIER, courier_name)
        if not await execute(_SIGN, at, manifest.id, name, given):
            raise ManifestNotClosed
        await _hand_over(manifest, asker=asker, at=at)
        await note(manifest, "manifest.signed", asker=asker, detail={"parcels": parcels})
    return await get_manifest(number=manifest.number, asker=asker)


async def _hand_over(manifest: Manifest, *, asker: StationStaff, at: datetime) -> None:
    rows = await ManifestParcel.filter(manifest_id=manifest.id).order_by("position")
    events = [
        NewEvent(
            parcel_id=row.parcel_id,
            kind=EventKind.HANDED_OVER,
            occurred_at=at,
            account_id=asker.account_id,
            dedupe=f"manifest:{manifest.number}",
        )
        for row in rows
    ]
    recorded = await record_events(events, at=at)
    was_not_here = any(change.before in _NOT_HERE for change in recorded.changes)
    if was_not_here or await fetch_row(_STILL_NOT_HERE, manifest.id):
        raise ManifestParcelsChanged
    await announce(recorded.changes, at=at)


def _hash(manifest: Manifest, code: str) -> str:
    return fingerprint(_CODE, f"{manifest.id}:{code}")
