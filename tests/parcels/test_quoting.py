"""询价和资费"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.tariffs import Tariff
from server.parcels.tariffs import tariffs_in_force
from server.seed.tariff_samples import seed_tariffs
from tests.factories.cards import make_staff
from tests.factories.parcels import make_tariff
from tests.service import Client

ASKED: dict[str, Any] = {
    "destination": {"kind": "unit_code", "province": "新疆", "city": "喀什地区"},
    "weight_grams": 3000,
    "length_mm": 420,
    "width_mm": 300,
    "height_mm": 200,
}
TERMS: dict[str, Any] = {
    "zones": [{"code": "全国", "provinces": ["江苏", "新疆"], "first_fen": 1000, "step_fen": 200}],
    "first_grams": 1000,
    "step_grams": 1000,
    "volumetric_divisor": 6000,
    "max_weight_grams": 5000,
    "max_side_mm": 1000,
}
TODAY = beijing_day(utc_now())


def entered(**overrides: Any) -> dict[str, Any]:
    values = {
        "service": "standard",
        "name": "标准快递",
        "carrier": "ems",
        "valid_from": TODAY.isoformat(),
        "terms": TERMS,
        "source": "测试",
    }
    return values | overrides


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    """An administrator of the whole city."""
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


async def test_every_sample_service_answers_with_price_concession_and_weight(service: Client) -> None:
    await seed_tariffs(at=utc_now())

    answer = await service.post("/v1/parcel-quotes", ASKED)

    offers = {offer["service"]: offer for offer in answer.json["items"]}
    assert answer.status == 200
    assert set(offers) == {"standard", "economy", "air"}
    standard = offers["standard"]
    assert standard["weight_explanation"] == "体积重 4.2 千克大于实重 3 千克，按 4.5 千克计费"
    assert (standard["price_fen"], standard["concession_fen"], standard["paid_fen"]) == (7100, 1420, 5680)
    assert "退役军人事务局" in standard["concession_bearer"]
    assert offers["economy"]["weight_explanation"] == "实重 3 千克不小于体积重 2.1 千克，按 3 千克计费"
    paid = [offer["paid_fen"] for offer in answer.json["items"]]
    assert paid == sorted(paid)
    for offer in offers.values():
        assert offer["is_sample"]
        assert offer["name"].startswith("示例")


async def test_what_may_not_fly_closes_the_air_service_and_warns(service: Client) -> None:
    await seed_tariffs(at=utc_now())

    answer = await service.post("/v1/parcel-quotes", ASKED | {"contents": ["小米充电宝", "棉袜"]})

    last = answer.json["items"][-1]
    assert (last["service"], last["is_possible"], last["obstacle"]) == ("air", False, "not_by_air")
    assert "「充电宝」" in last["reason"]
    assert last["price_fen"] is last["paid_fen"] is None
    [warning] = answer.json["warnings"]
    assert (warning["item"], warning["severity_label"]) == ("小米充电宝", "不能走航空")


async def test_one_service_may_be_asked_for(service: Client) -> None:
    await seed_tariffs(at=utc_now())

    one = await service.post("/v1/parcel-quotes", ASKED | {"service": "economy"})
    none = await service.post("/v1/parcel-quotes", ASKED | {"service": "rocket"})

    assert [offer["service"] for offer in one.json["items"]] == ["economy"]
    assert (none.status, none.code) == (422, "ParcelServiceUnknown")


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        *(({"weight_grams": grams}, "weight_grams") for grams in (0, -1, 10_000_000, 10**30)),
        *(({side: 0}, side) for side in ("length_mm", "width_mm", "height_mm")),
        ({"length_mm": 5001}, "length_mm"),
        ({"declared_value_fen": -1}, "declared_value_fen"),
    ],
)
async def test_measures_that_no_parcel_has_are_refused(service: Client, overrides: dict[str, Any], field: str) -> None:
    refused = await service.post("/v1/parcel-quotes", ASKED | overrides)

    assert (refused.status, refused.code) == (422, "MeasuresInvalid")
    assert [fault["field"] for fault in refused.json["errors"]] == [field]


async def test_an_unknown_province_is_refused(service: Client) -> None:
    refused = await service.post("/v1/parcel-quotes", ASKED | {"destination": {"kind": "civil", "province": "淮海"}})

    assert (refused.status, refused.code) == (422, "ProvinceUnknown")
    assert refused.json["errors"][0]["field"] == "destination.province"


async def test_a_version_counts_from_its_first_to_its_last_day_and_the_newest_wins(service: Client) -> None:
    terms = msgspec.json.encode(TERMS).decode()
    await make_tariff(valid_from=date(2026, 1, 1), name="旧版", terms=terms)
    await make_tariff(valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 31), name="春季", terms=terms)

    names = {
        day: [tariff.name for tariff in await tariffs_in_force(day=day)]
        for day in (date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    }

    assert list(names.values()) == [[], ["旧版"], ["春季"], ["春季"], ["旧版"]]


async def test_an_administrator_enters_a_version_that_is_charged_at_once(administrator: Client) -> None:
    added = await administrator.post("/v1/staff/tariffs", entered())
    listed = await administrator.get("/v1/staff/tariffs")
    quoted = await administrator.post("/v1/parcel-quotes", ASKED)

    assert added.status == 201, added
    assert listed.json["items"] == [added.json]
    assert [offer["paid_fen"] for offer in quoted.json["items"]] == [1800]
    assert await AuditEntry.filter(action="tariff.added", record_id=added.json["id"]).count() == 1


async def test_a_second_version_from_the_same_day_is_refused(administrator: Client) -> None:
    await administrator.post("/v1/staff/tariffs", entered())

    refused = await administrator.post("/v1/staff/tariffs", entered(name="另一版"))

    assert (refused.status, refused.code) == (409, "TariffExists")
    assert await Tariff.all().count() == 1


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"valid_from": (TODAY - timedelta(days=1)).isoformat()}, "TariffPeriodInvalid"),
        ({"valid_to": (TODAY - timedelta(days=1)).isoformat()}, "TariffPeriodInvalid"),
        ({"terms": TERMS | {"max_weight_grams": 1}}, "TariffTermsInvalid"),
    ],
)
async def test_a_version_that_cannot_be_is_refused(administrator: Client, overrides: dict[str, Any], code: str) -> None:
    refused = await administrator.post("/v1/staff/tariffs", entered(**overrides))

    assert (refused.status, refused.code) == (422, code)
    assert await Tariff.all().count() == 0


async def test_terms_are_tried_out_without_being_stored(administrator: Client) -> None:
    tried = await administrator.post("/v1/staff/tariff-simulations", {"terms": TERMS})
    wrong = await administrator.post("/v1/staff/tariff-simulations", {"terms": TERMS | {"max_weight_grams": 1}})

    assert [(price["weight_grams"], price["price_fen"]) for price in tried.json["items"]] == [
        *((500, 1000), (1000, 1000), (3000, 1400))
    ]
    assert wrong.code == "TariffTermsInvalid"
    assert await Tariff.all().count() == 0


async def test_a_version_ends_with_a_day_and_is_never_made_longer(administrator: Client) -> None:
    added = await administrator.post("/v1/staff/tariffs", entered())
    path = f"/v1/staff/tariffs/{added.json['id']}/end"
    tomorrow, week = TODAY + timedelta(days=1), TODAY + timedelta(days=7)

    ended = await administrator.post(path, {"last_day": tomorrow.isoformat()})
    longer = await administrator.post(path, {"last_day": week.isoformat()})
    past = await administrator.post(path, {"last_day": (TODAY - timedelta(days=1)).isoformat()})
    absent = await administrator.post(f"/v1/staff/tariffs/{uuid4()}/end", {"last_day": week.isoformat()})

    assert ended.json["valid_to"] == tomorrow.isoformat()
    assert (longer.code, past.code, absent.code) == ("TariffEnded", "TariffPeriodInvalid", "TariffNotFound")
    assert [tariff.name for tariff in await tariffs_in_force(day=tomorrow)] == ["标准快递"]
    assert await tariffs_in_force(day=week) == []
