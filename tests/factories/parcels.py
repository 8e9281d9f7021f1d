"""包裹工厂 — tariffs, and parcels in any state with the events that led to it."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from config.clock import beijing_day, utc_now
from models.addresses import AddressKind
from models.manifests import Manifest, ManifestParcel
from models.parcel_cases import CaseKind, CaseProblem, ParcelCase
from models.parcels import Collection, EventKind, Parcel, ParcelState
from models.stations import Station
from models.tariffs import Tariff
from server.parcels.cases.opening import CASE_NUMBERS
from server.parcels.events import NewEvent, record_events
from server.parcels.manifests.reading import MANIFEST_NUMBERS
from server.parcels.numbers import PARCEL_NUMBERS
from server.parcels.parties import Party, hash_last4, seal_recipient, seal_sender
from tests.factories.stations import make_station as make_station

_numbers = count(1)
_K = EventKind
_ON_THE_WAY = (_K.BOOKED, _K.ACCEPTED, _K.HANDED_OVER, _K.IN_TRANSIT)
_JOURNEYS: dict[ParcelState, tuple[EventKind, ...]] = {
    ParcelState.BOOKED: (_K.BOOKED,),
    ParcelState.CANCELLED: (_K.BOOKED, _K.CANCELLED),
    ParcelState.REFUSED_AT_COUNTER: (_K.BOOKED, _K.REFUSED_AT_COUNTER),
    ParcelState.ACCEPTED: (_K.BOOKED, _K.ACCEPTED),
    ParcelState.HANDED_OVER: (_K.BOOKED, _K.ACCEPTED, _K.HANDED_OVER),
    ParcelState.IN_TRANSIT: _ON_THE_WAY,
    ParcelState.OUT_FOR_DELIVERY: (*_ON_THE_WAY, _K.OUT_FOR_DELIVERY),
    ParcelState.READY_FOR_PICKUP: (*_ON_THE_WAY, _K.OUT_FOR_DELIVERY, _K.READY_FOR_PICKUP),
    ParcelState.DELIVERED: (*_ON_THE_WAY, _K.OUT_FOR_DELIVERY, _K.DELIVERED),
    ParcelState.EXCEPTION: (*_ON_THE_WAY, _K.EXCEPTION),
    ParcelState.RETURNING: (*_ON_THE_WAY, _K.RETURNING),
    ParcelState.RETURNED: (*_ON_THE_WAY, _K.RETURNING, _K.RETURNED),
    ParcelState.LOST: (*_ON_THE_WAY, _K.LOST),
}
_OURS = frozenset({_K.BOOKED, _K.ACCEPTED, _K.HANDED_OVER, _K.CANCELLED, _K.REFUSED_AT_COUNTER})


_EVERYWHERE = (
    *("北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "浙江", "安徽", "福建", "江西", "山东"),
    *("河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "内蒙古", "广西", "西藏"),
    *("宁夏", "新疆"),
)
SAMPLE_TERMS: dict[str, Any] = {
    "zones": [
        {"code": "1", "provinces": ["江苏"], "first_fen": 800, "step_fen": 200},
        {"code": "2", "provinces": _EVERYWHERE, "first_fen": 1200, "step_fen": 400},
    ],
    "first_grams": 1000,
    "step_grams": 500,
    "volumetric_divisor": 6000,
    "max_weight_grams": 30000,
    "max_side_mm": 1500,
    "insurance": {"rate_per_10000": 50, "minimum_fen": 100, "most_value_fen": 2_000_000},
    "concession": {"percent": 25, "bearer": "示例：拥军包裹专线", "kinds": ["unit_code", "po_box"]},
}
"""示例资费 — two kilograms to another province cost 20 元, to a unit there 15."""


async def make_tariff(**overrides: Any) -> Tariff:
    """Make a version of a service's prices that is in force for good."""
    values: dict[str, Any] = {
        "service": "standard",
        "name": "示例标准快递",
        "carrier": "ems",
        "valid_from": date(2026, 1, 1),
        "terms": msgspec.json.encode(SAMPLE_TERMS).decode(),
        "source": "示例资费，不是真实价格",
        "is_sample": True,
    }
    return await Tariff.create(**(values | overrides))


def make_party(**overrides: Any) -> Party:
    """Return somebody of Gaoyou."""
    values: dict[str, Any] = {
        "name": "张三",
        "telephone": "13800001999",
        "kind": AddressKind.CIVIL,
        "region": "江苏省扬州市",
        "address": "江苏省扬州市高邮市界首镇示例路 1 号",
    }
    return Party(**(values | overrides))


async def make_parcel(**overrides: Any) -> Parcel:
    """Make a parcel in ``state`` (booked) with the events that led to it, an hour apart from ``booked_at`` on.

    ``station`` and ``tariff`` are made if not given, ``sender`` and ``recipient`` are in clear; ``account_id`` None
    is a walk-in. Without ``booked_at`` the last event happened just now.
    """
    state: ParcelState = overrides.pop("state", ParcelState.BOOKED)
    journey = _JOURNEYS[state]
    booked_at: datetime = overrides.pop("booked_at", None) or utc_now() - timedelta(hours=len(journey) - 1)
    station = overrides.pop("station", None) or await make_station()
    tariff = overrides.pop("tariff", None) or await Tariff.all().order_by("id").first() or await make_tariff()
    sender: Party = overrides.pop("sender", None) or make_party()
    recipient: Party = overrides.pop("recipient", None) or make_party(
        name="李四", telephone="13900002888", region="云南省昆明市", address="云南省昆明市示例区示例路 2 号"
    )
    number = next(_numbers)
    values: dict[str, Any] = {
        "created_at": booked_at,
        "number": PARCEL_NUMBERS.write(day=beijing_day(booked_at), serial=900_000 + number % 99_999),
        "account_id": None,
        "station_id": station.id,
        "collection": Collection.COUNTER,
        "sender_sealed": seal_sender(sender),
        "sender_last4_hash": hash_last4(sender.telephone),
        "recipient_sealed": seal_recipient(recipient),
        "recipient_kind": recipient.kind,
        "recipient_region": recipient.region,
        "contents": msgspec.json.encode([{"name": "咸鸭蛋", "quantity": 2}]).decode(),
        "warnings": "[]",
        "service": tariff.service,
        "tariff_id": tariff.id,
        "zone": "2",
        "weight_grams": 2000,
        "length_mm": 300,
        "width_mm": 200,
        "height_mm": 100,
        "charged_grams": 2000,
        "price_fen": 2000,
        "concession_fen": 500,
        "concession_bearer": "示例：拥军包裹专线",
        "quoted_fen": 1500,
        "terms_version": "2026-11",
        "consented_at": booked_at,
        "state_at": booked_at,
        "carrier": tariff.carrier,
        "is_sample": True,
        "updated_at": booked_at,
    }
    if _K.ACCEPTED in journey:
        values |= {"accepted_at": booked_at + timedelta(hours=1), "id_inspected": "居民身份证"}
        values |= {"contents_inspected": True, "paid_fen": 1500}
    if _K.HANDED_OVER in journey:
        values["tracking_number"] = f"YB{number:010d}"
    parcel = await Parcel.create(**(values | overrides))
    await _let_happen(parcel, journey, booked_at)
    return await Parcel.get(id=parcel.id)


async def make_manifest(station: Station, **overrides: Any) -> Manifest:
    """Make an open manifest of a station with one accepted parcel on it."""
    at = utc_now()
    values: dict[str, Any] = {"carrier": "ems", "day": beijing_day(at), "updated_at": at}
    number = MANIFEST_NUMBERS.write(day=beijing_day(at), serial=9000 + next(_numbers) % 999)
    manifest = await Manifest.create(number=number, station_id=station.id, **(values | overrides))
    parcel = await make_parcel(station=station, state=ParcelState.ACCEPTED)
    await ManifestParcel.create(
        manifest=manifest, parcel=parcel, position=1, number=parcel.number, weight_grams=parcel.weight_grams
    )
    return manifest


async def make_parcel_case(parcel: Parcel, **overrides: Any) -> ParcelCase:
    """Make an open complaint about a parcel, of its account."""
    at = utc_now()
    values: dict[str, Any] = {
        "number": CASE_NUMBERS.write(day=beijing_day(at), serial=9000 + next(_numbers) % 999),
        "account_id": parcel.account_id,
        "kind": CaseKind.COMPLAINT,
        "problem": CaseProblem.LATE,
        "text": "半个月还没到",
        "due_on": beijing_day(at) + timedelta(days=7),
        "updated_at": at,
    }
    return await ParcelCase.create(parcel_id=parcel.id, station_id=parcel.station_id, **(values | overrides))


async def _let_happen(parcel: Parcel, journey: tuple[EventKind, ...], booked_at: datetime) -> None:
    events = [
        NewEvent(
            parcel_id=parcel.id,
            kind=kind,
            occurred_at=booked_at + timedelta(hours=hour),
            source="youbing" if kind in _OURS else parcel.carrier,
        )
        for hour, kind in enumerate(journey)
    ]
    await record_events(events, at=events[-1].occurred_at)
