"""快递单号 — the carrier's number of an accepted parcel: checked, on one parcel only, correctable until handed over."""

import re
import unicodedata
from datetime import datetime

from tortoise.exceptions import IntegrityError

from models.errors import Conflict, FieldError, Invalid
from models.parcels import Parcel
from models.transactions import execute, savepoint, transaction
from server.parcels.counter.acceptance import note
from server.parcels.counter.desk import get_counter_parcel
from server.stations.guards import StationStaff

_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_PLAIN = re.compile(r"[A-Z0-9]{8,40}")
_SET = (
    # a corrected number keeps its turn: nobody is asked about a number oftener because it was mistyped
    "UPDATE parcels SET tracking_number = $1, updated_at = $2, next_poll_at = COALESCE(next_poll_at, $4) "
    "WHERE id = $3 AND state = 'accepted' AND NOT EXISTS "
    "(SELECT 1 FROM manifest_parcels r JOIN manifests m ON m.id = r.manifest_id "
    "WHERE r.parcel_id = parcels.id AND m.state <> 'open')"
)


class TrackingNumberMistyped(Invalid):
    message = "快递单号有误"
    next_step = "请对照承运方面单逐位核对，最好用扫码枪扫"

    def __init__(self, why: str) -> None:
        super().__init__(errors=(FieldError("tracking_number", why),))


class TrackingNumberTaken(Conflict):
    message = "这个快递单号已经用在另一个包裹上"
    next_step = "请核对两个包裹的承运方面单"


class TrackingNumberFixed(Conflict):
    message = "包裹还没有收寄，或已经交给承运方，不能改快递单号"
    next_step = "已在交接单上的，请先重新打开交接单；已交出的请联系承运方"


def read_tracking_number(text: str) -> str:
    """Return a carrier's number in one written form; one in the form of UPU S10 must check.

    A number does not tell its carrier, so other forms are taken as they are.

    Raises:
        TrackingNumberMistyped: it has other signs or a wrong length, or its check digit is wrong.
    """
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if _PLAIN.fullmatch(number) is None:
        raise TrackingNumberMistyped("快递单号是 8 到 40 位字母和数字")
    if _S10.fullmatch(number) and int(number[10]) != check_digit(number[2:10]):
        raise TrackingNumberMistyped("快递单号的校验位不对，可能输错了一位")
    return number


def check_digit(digits: str) -> int:
    """Return the check digit of the eight digits of an S10 number."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(check, check)


async def set_tracking_number(*, number: str, tracking_number: str, asker: StationStaff, at: datetime) -> Parcel:
    """Give an accepted parcel its carrier's number, or correct it until it is handed over. 录入快递单号。

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        TrackingNumberMistyped: the carrier's number is none.
        TrackingNumberTaken: another parcel of the carrier has it.
        TrackingNumberFixed: it is not accepted, or on a manifest that is closed or signed.
    """
    parcel = await get_counter_parcel(number=number, asker=asker)
    checked = read_tracking_number(tracking_number)
    async with transaction():
        try:
            async with savepoint():
                changed = await execute(_SET, checked, at, parcel.id, at)
        except IntegrityError:
            raise TrackingNumberTaken from None
        if not changed:
            raise TrackingNumberFixed
        before = parcel.tracking_number
        action = "parcel.tracking_number_corrected" if before not in (None, checked) else "parcel.tracking_number_set"
        await note(parcel, action, asker=asker, detail={"before": before or "", "after": checked})
    return await get_counter_parcel(number=parcel.number, asker=asker)
