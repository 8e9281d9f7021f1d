"""资费业务 — versions of what services cost: entered after a simulation, in force for a while, ended; never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError

from config.clock import beijing_day
from models.addresses import AddressKind
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.tariffs import Tariff
from models.transactions import Row, as_uuid, execute, fetch_rows, savepoint, transaction
from server.accounts.guards import Administrator
from server.addresses.provinces import find_province
from server.audit.service import record
from server.parcels.quote import Consignment, Quote, quote
from server.parcels.tariff_terms import TariffTerms, check_terms

SIMULATED_GRAMS = (500, 1000, 3000, 10_000)


class TariffNotFound(NotFound):
    message = "没有找到这个资费版本"
    next_step = "请返回资费列表刷新后再试"


class TariffExists(Conflict):
    message = "这项服务在这一天已经有一个资费版本开始"
    next_step = "请换一个开始日期，或先看资费列表"


class TariffPeriodInvalid(Invalid):
    message = "资费的有效期有误"
    next_step = "开始日期不能早于今天，结束日期不能早于开始日期和今天"

    def __init__(self, field: str = "", fault: str = "") -> None:
        super().__init__(errors=(FieldError(field, fault),) if field else ())


class TariffEnded(Conflict):
    message = "这个资费版本已经在更早的日期结束"
    next_step = "结束了的资费不能延长，请录入新的版本"


@dataclass(frozen=True, slots=True)
class NewTariff:
    """新的资费版本 — in force from ``valid_from`` until ``valid_to``, or until a newer version begins."""

    service: str
    name: str
    carrier: str
    valid_from: date
    valid_to: date | None
    terms: TariffTerms
    source: str
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedPrice:
    """试算 — the price of a weight in a zone, for a small box without insurance, and what a unit's parcel pays."""

    zone: str
    weight_grams: int
    price_fen: int
    unit_paid_fen: int


@dataclass(frozen=True, slots=True)
class TariffInForce:
    """现行资费 — what is charged on a day."""

    id: UUID
    service: str
    name: str
    carrier: str
    is_sample: bool
    terms: TariffTerms


def simulate(terms: TariffTerms) -> list[SimulatedPrice]:
    """Return what the terms come to for usual weights, zone by zone; weights beyond the limit are left out.

    Raises:
        TariffTermsInvalid: the terms contradict themselves.
    """
    check_terms(terms)
    prices = []
    for zone in terms.zones:
        province = find_province(zone.provinces[0]) or ""
        for grams in SIMULATED_GRAMS:
            unit = quote(Consignment(province, AddressKind.UNIT_CODE, grams, 10, 10, 10), terms)
            if isinstance(unit, Quote):
                prices.append(SimulatedPrice(zone.code, grams, unit.price_fen, unit.paid_fen))
    return prices


async def add_tariff(*, new: NewTariff, asker: Administrator, at: datetime) -> Tariff:
    """Store a new version of a service's prices; what was booked before keeps the version it was quoted under.

    Raises:
        TariffTermsInvalid: the terms contradict themselves.
        TariffPeriodInvalid: it would begin before today, or end before it begins.
        TariffExists: a version of the service begins on that day.
    """
    simulate(new.terms)
    _check_period(new, today=beijing_day(at))
    async with transaction():
        try:
            async with savepoint():
                tariff = await store_tariff(new=new, at=at)
        except IntegrityError:
            raise TariffExists from None
        await _note("tariff.added", tariff.id, asker, {"service": new.service, "valid_from": str(new.valid_from)})
    return tariff


async def store_tariff(*, new: NewTariff, at: datetime) -> Tariff:
    """Store a version as it is, for the seed and for ``add_tariff``."""
    return await Tariff.create(
        created_at=at,
        service=new.service,
        name=new.name,
        carrier=new.carrier,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        terms=msgspec.json.encode(new.terms).decode(),
        source=new.source,
        is_sample=new.is_sample,
    )


async def end_tariff(*, tariff_id: UUID, last_day: date, asker: Administrator, at: datetime) -> Tariff:
    """End a version with a day, today at the earliest; a shorter period may be shortened again, never made longer.

    Raises:
        TariffNotFound: there is no such version.
        TariffPeriodInvalid: the day is over, or lies before its first day.
        TariffEnded: it ends earlier already.
    """
    async with transaction():
        tariff = await Tariff.get_or_none(id=tariff_id)
        if tariff is None:
            raise TariffNotFound
        if last_day < max(beijing_day(at), tariff.valid_from):
            raise TariffPeriodInvalid("last_day", "不能早于今天，也不能早于开始日期")
        ended = await execute(
            "UPDATE tariffs SET valid_to = $1 WHERE id = $2 AND (valid_to IS NULL OR valid_to >= $1)",
            last_day,
            tariff_id,
        )
        if not ended:
            raise TariffEnded
        await _note("tariff.ended", tariff_id, asker, {"last_day": str(last_day)})
    return await Tariff.get(id=tariff_id)


async def list_tariffs(*, after: UUID | None = None, limit: int = 20) -> list[Tariff]:
    """Return the versions of all services, the last entered first; ``after`` is the last id of the page before."""
    found = Tariff.all() if after is None else Tariff.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def tariffs_in_force(*, day: date) -> list[TariffInForce]:
    """Return for each service the version in force on a Beijing day, in the order of their names."""
    rows = await fetch_rows(
        "SELECT t.id, t.service, t.name, t.carrier, t.is_sample, t.terms FROM tariffs t WHERE t.valid_from <= $1 "
        "AND (t.valid_to IS NULL OR t.valid_to >= $1) AND NOT EXISTS (SELECT 1 FROM tariffs n "
        "WHERE n.service = t.service AND n.valid_from > t.valid_from AND n.valid_from <= $1 "
        "AND (n.valid_to IS NULL OR n.valid_to >= $1)) ORDER BY t.name, t.id",
        day,
    )
    return [_in_force(row) for row in rows]


def _in_force(row: Row) -> TariffInForce:
    return TariffInForce(
        id=as_uuid(row["id"]),
        service=row["service"],
        name=row["name"],
        carrier=row["carrier"],
        is_sample=bool(row["is_sample"]),
        terms=read_terms(row["terms"]),
    )


@lru_cache(maxsize=256)
def read_terms(text: str) -> TariffTerms:
    """Return the terms of a stored version."""
    return msgspec.json.decode(text, type=TariffTerms)


def _check_period(new: NewTariff, *, today: date) -> None:
    if new.valid_from < today:
        raise TariffPeriodInvalid("valid_from", "不能早于今天")
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise TariffPeriodInvalid("valid_to", "不能早于开始日期")


async def _note(action: str, tariff_id: UUID, asker: Administrator, detail: dict[str, object]) -> None:
    await record(
        account_id=asker.account_id,
        role=asker.staff_role.value,
        action=action,
        record_type="tariff",
        record_id=tariff_id,
        detail=detail,
    )
