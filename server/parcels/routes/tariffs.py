"""资费接口 — for administrators."""

from uuid import UUID

from config.clock import beijing, utc_now
from models.tariffs import Tariff
from server.accounts.guards import Administrator
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.parcels import tariffs
from server.parcels.tariff_schemas import (
    SimulatedPriceView,
    TariffEndRequest,
    TariffPage,
    TariffQuery,
    TariffRequest,
    TariffSimulation,
    TariffSimulationRequest,
    TariffView,
)
from server.parcels.tariff_terms import TariffTermsInvalid
from server.parcels.tariffs import NewTariff, TariffEnded, TariffExists, TariffNotFound, TariffPeriodInvalid

routes = Routes("tariffs", title="资费")


@routes.get("/staff/tariffs", summary="资费的各个版本，后录入的在前")
async def list_tariffs(asker: Administrator, query: TariffQuery) -> TariffPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await tariffs.list_tariffs(after=position[0] if position else None, limit=query.limit + 1)
    shown = found[: query.limit]
    return TariffPage(
        items=[_view(tariff) for tariff in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.post(
    "/staff/tariffs",
    summary="录入新的资费版本",
    status=201,
    refusals=(TariffTermsInvalid, TariffPeriodInvalid, TariffExists),
)
async def add_tariff(asker: Administrator, body: TariffRequest) -> TariffView:
    """Terms are checked and simulated first. A version is never changed: another one takes its place."""
    new = NewTariff(**{name: getattr(body, name) for name in body.__struct_fields__})
    return _view(await tariffs.add_tariff(new=new, asker=asker, at=utc_now()))


@routes.post(
    "/staff/tariff-simulations",
    summary="试算资费条款：各分区常用重量的价格，不保存",
    idempotent=False,
    refusals=(TariffTermsInvalid,),
)
async def simulate_tariff(asker: Administrator, body: TariffSimulationRequest) -> TariffSimulation:
    prices = tariffs.simulate(body.terms)
    return TariffSimulation(
        items=[
            SimulatedPriceView(
                zone=price.zone,
                weight_grams=price.weight_grams,
                price_fen=price.price_fen,
                unit_paid_fen=price.unit_paid_fen,
            )
            for price in prices
        ]
    )


@routes.post(
    "/staff/tariffs/<tariff_id:uuid>/end",
    summary="结束资费版本",
    refusals=(TariffNotFound, TariffPeriodInvalid, TariffEnded),
)
async def end_tariff(asker: Administrator, tariff_id: UUID, body: TariffEndRequest) -> TariffView:
    """The last day is today at the earliest; a period may be made shorter, never longer."""
    return _view(await tariffs.end_tariff(tariff_id=tariff_id, last_day=body.last_day, asker=asker, at=utc_now()))


def _view(tariff: Tariff) -> TariffView:
    return TariffView(
        id=tariff.id,
        service=tariff.service,
        name=tariff.name,
        carrier=tariff.carrier,
        valid_from=tariff.valid_from,
        valid_to=tariff.valid_to,
        terms=tariffs.read_terms(tariff.terms),
        source=tariff.source,
        is_sample=tariff.is_sample,
        created_at=beijing(tariff.created_at),
    )
