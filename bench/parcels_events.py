"""轨迹入库基准 — 10,000 carrier events in batches, beside few that are stored and a million, inside the process."""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.data import add_account
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.base import new_id
from models.parcels import EventKind, Parcel, ParcelState
from models.transactions import execute, fetch_row
from server.carriers.ingestion import EVENTS_AT_ONCE, take_events
from server.carriers.protocol import CarrierEvent
from tests.factories.parcels import make_parcel

SIZES = (10_000, 1_000_000)
"""Events that are stored before."""
MEASURED = 10_000
ROUNDS = 5
WANTED_A_SECOND = 2_000
WANTED_GROWTH = 1.5
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
_K = EventKind
_JOURNEY = (
    *(_K.COLLECTED, _K.IN_TRANSIT, _K.IN_TRANSIT, _K.UNKNOWN, _K.ARRIVED, _K.OUT_FOR_DELIVERY, _K.EXCEPTION),
    *(_K.OUT_FOR_DELIVERY, _K.READY_FOR_PICKUP, _K.DELIVERED),
)
_PARCELS = (
    "INSERT INTO parcels SELECT (jsonb_populate_record(p, jsonb_build_object('id', x.id, 'number', 'B' || (x.n + $2), "
    "'tracking_number', 'T' || (x.n + $2)))).* FROM parcels p, unnest($1::uuid[]) WITH ORDINALITY AS x(id, n) "
    "WHERE p.id = $3"
)
_EVENTS = (
    "INSERT INTO parcel_events (id, created_at, parcel_id, kind, occurred_at, source, raw_code, text, place, dedupe) "
    "SELECT x.id, $3, p.id, 'in_transit', $3, 'kuaidi100', '1002', '示例：已发往下一站', '示例地点', "
    "md5(x.id::text) || md5(x.n::text) FROM unnest($1::uuid[]) WITH ORDINALITY AS x(id, n) "
    "JOIN unnest($2::uuid[]) WITH ORDINALITY AS p(id, n) ON p.n = (x.n - 1) / 10 + 1"
)


async def measure_events(address: str) -> None:
    """Print how many events a second are taken in, announced to the families, at each size, and the growth."""
    context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
    try:
        account_id, _ = await add_account("family", BEGAN)
        pattern = await make_parcel(account_id=account_id, state=ParcelState.HANDED_OVER, booked_at=BEGAN)
        rates = [await _rates_beside(size, pattern) for size in SIZES]
    finally:
        await close_database(context)
    print(f"\n承运方轨迹入库：{MEASURED:,} 条，每批 {EVENTS_AT_ONCE:,} 条，{ROUNDS} 轮的中位数（最低–最高）")
    for size, found in zip(SIZES, rates, strict=True):
        spread = f"{min(found):,.0f}–{max(found):,.0f}"
        print(
            f"{f'已存 {size:,} 条':24}{statistics.median(found):10,.0f} 条/秒  {spread:>16}  目标 ≥{WANTED_A_SECOND:,}"
        )
    growth = statistics.median(rates[0]) / statistics.median(rates[-1])
    print(f"{'每条轨迹的用时增长':24}{growth:10.2f} 倍  目标 ≤{WANTED_GROWTH}")


async def _rates_beside(size: int, pattern: Parcel) -> list[float]:
    await _fill(size, pattern)
    return [await _rate(pattern, seed=size + number) for number in range(ROUNDS)]


async def _fill(size: int, pattern: Parcel) -> None:
    """Store events of other parcels until there are so many, ten a parcel."""
    while (stored := await _stored()) < size:
        parcels = await _add_parcels(pattern, min(5_000, -(-(size - stored) // len(_JOURNEY))))
        ids = [new_id() for _ in range(len(parcels) * len(_JOURNEY))]
        await execute(_EVENTS, ids, [parcel_id for parcel_id, _ in parcels], BEGAN)
    for table in ("parcels", "parcel_events"):
        await execute(f"VACUUM ANALYZE {table}")


async def _rate(pattern: Parcel, *, seed: int) -> float:
    """Return events a second for whole journeys, shuffled, so that a parcel's events come in several batches."""
    parcels = await _add_parcels(pattern, MEASURED // len(_JOURNEY), with_start=True)
    events = [
        CarrierEvent(
            carrier=pattern.carrier,
            tracking_number=number,
            kind=kind,
            occurred_at=BEGAN + timedelta(days=1, hours=hour),
            source="kuaidi100",
            raw_code=str(hour),
            text="示例：快件已由示例处理中心发往下一站",
            place="江苏省,扬州市,高邮市",
        )
        for _, number in parcels
        for hour, kind in enumerate(_JOURNEY)
    ]
    random.Random(seed).shuffle(events)
    began, new = time.perf_counter(), 0
    for start in range(0, len(events), EVENTS_AT_ONCE):
        new += (await take_events(events[start : start + EVENTS_AT_ONCE], at=datetime.now(UTC))).new
    seconds = time.perf_counter() - began
    assert new == len(events)
    assert await Parcel.filter(id__in=[key for key, _ in parcels], state=ParcelState.DELIVERED).count() == len(parcels)
    return new / seconds


async def _add_parcels(pattern: Parcel, count: int, *, with_start: bool = False) -> list[tuple[UUID, str]]:
    row = await fetch_row("SELECT COUNT(*) AS parcels FROM parcels")
    assert row is not None
    first = row["parcels"]
    ids = [new_id() for _ in range(count)]
    await execute(_PARCELS, ids, first, pattern.id)
    if with_start:
        for kind, hour in ((_K.BOOKED, 0), (_K.ACCEPTED, 1), (_K.HANDED_OVER, 2)):
            await _start(ids, kind, hour)
    return [(parcel_id, f"T{first + place}") for place, parcel_id in enumerate(ids, start=1)]


async def _start(ids: list[UUID], kind: EventKind, hour: int) -> None:
    await execute(
        "INSERT INTO parcel_events (id, created_at, parcel_id, kind, occurred_at, source, raw_code, text, place, "
        "dedupe) SELECT e.id, $3, p.id, $4::text, $3, 'youbing', '', '', '', md5($4::text) || md5(p.id::text) "
        "FROM unnest($1::uuid[]) WITH ORDINALITY AS p(id, n) JOIN unnest($2::uuid[]) WITH ORDINALITY AS e(id, n) "
        "ON p.n = e.n",
        ids,
        [new_id() for _ in ids],
        BEGAN + timedelta(hours=hour),
        kind.value,
    )


async def _stored() -> int:
    row = await fetch_row("SELECT COUNT(*) AS events FROM parcel_events")
    assert row is not None
    return int(row["events"])
