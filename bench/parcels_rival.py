"""寄件的对手 — what a careful engineer writes by hand to book a parcel and to show it: asyncpg, msgspec, no more.

The same rows are read and written: consent, station and its hours, tariff; the slot's place, the serial, the parcel,
its first event, the audit entry, the message. Nobody is authenticated or limited, no reply is kept for a repeated key,
the texts are taken as they come. Names and addresses are sealed here too, by the same cipher.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from models.fields import seal, unseal
from server.numbering.numbers import check_sign

BEIJING = timezone(timedelta(hours=8))
SENTENCES = {"booked": "寄件预约成功", "accepted": "驿站已经验视并收寄", "in_transit": "包裹正在路上"}

FACTS = (
    "SELECT s.name, s.closed_at, s.services, s.slot_minutes, s.slot_capacity, t.id AS tariff_id, t.name AS "
    "service_name, "
    "t.carrier, t.terms, h.opens, h.closes, EXISTS (SELECT 1 FROM consents c WHERE c.account_id = $1 "
    "AND c.purpose = 'parcels' AND c.withdrawn_at IS NULL) AS consents FROM stations s "
    "JOIN station_hours h ON h.station_id = s.id AND h.weekday = $3 JOIN LATERAL (SELECT * FROM tariffs v "
    "WHERE v.service = $4 AND v.valid_from <= $5 AND (v.valid_to IS NULL OR v.valid_to >= $5) "
    "ORDER BY v.valid_from DESC LIMIT 1) t ON true WHERE s.id = $2 FOR SHARE OF s"
)
TAKE = (
    "INSERT INTO station_slots (id, created_at, station_id, day, starts, ends, capacity, taken) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (station_id, day, starts) DO UPDATE "
    "SET taken = station_slots.taken + 1 WHERE station_slots.taken < station_slots.capacity RETURNING id"
)
SERIAL = (
    "INSERT INTO number_series (series, given) VALUES ($1, 1) "
    "ON CONFLICT (series) DO UPDATE SET given = number_series.given + 1 RETURNING given"
)
PARCEL = (
    "INSERT INTO parcels (id, created_at, number, account_id, station_id, slot_id, collection, sender_sealed, "
    "sender_last4_hash, recipient_sealed, recipient_kind, recipient_region, contents, warnings, service, "
    "tariff_id, zone, "
    "weight_grams, length_mm, width_mm, height_mm, charged_grams, price_fen, concession_fen, concession_bearer, "
    "declared_value_fen, insurance_fen, quoted_fen, terms_version, consented_at, state, state_at, state_reason, "
    "id_inspected, contents_inspected, carrier, poll_failures, open_place, share_generation, is_sample, updated_at) "
    "SELECT $1, $2, $3, $4, $5, $6, 'counter', $7, $8, $9, $10, $11, $12, '[]', $13, $14, $15, $16, $17, $18, "
    "$19, $20, "
    "$21, $22, $23, 0, 0, $24, $25, $2, 'booked', $2, '', '', false, $26, 0, coalesce(max(open_place), 0) + 1, "
    "0, true, $2 "
    "FROM parcels WHERE account_id = $4"
)
EVENT = (
    "INSERT INTO parcel_events (id, created_at, parcel_id, kind, occurred_at, source, raw_code, text, place, "
    "account_id, "
    "dedupe) VALUES ($1, $2, $3, 'booked', $2, 'youbing', '', '', '', $4, $5)"
)
AUDIT = (
    "INSERT INTO audit_entries (id, created_at, account_id, role, action, record_type, record_id, detail) "
    "VALUES ($1, $2, $3, 'person', 'parcel.booked', 'parcel', $4, $5)"
)
TELL = (
    "INSERT INTO notifications (id, created_at, account_id, event, title, text, link, dedupe_key) "
    "VALUES ($1, $2, $3, 'parcel.booked', '寄件预约成功', $4, $5, $6)"
)
ONE = (
    "SELECT p.*, t.name AS service_name, s.name AS station_name, s.address AS station_address, "
    "s.telephone AS station_telephone, l.day, l.starts, l.ends, (SELECT json_agg(h) FROM (SELECT weekday, "
    "opens, closes "
    "FROM station_hours WHERE station_id = p.station_id) h) AS hours, (SELECT d.hours FROM station_days d "
    "WHERE d.scope IN ('all', p.station_id::text) AND d.day = $3 ORDER BY d.scope LIMIT 1) AS special, (SELECT "
    "json_agg(e ORDER BY e.occurred_at DESC) "
    "FROM (SELECT kind, occurred_at, source, text, place FROM parcel_events WHERE parcel_id = p.id) e) AS events "
    "FROM parcels p JOIN tariffs t ON t.id = p.tariff_id JOIN stations s ON s.id = p.station_id "
    "LEFT JOIN station_slots l ON l.id = p.slot_id WHERE p.number = $1 AND p.account_id = $2"
)


class Side(msgspec.Struct):
    kind: str
    name: str
    telephone: str
    province: str
    city: str = ""
    county: str = ""
    street: str = ""
    unit_code: str = ""


class Content(msgspec.Struct):
    name: str
    quantity: int = 1


class Body(msgspec.Struct):
    sender: Side
    recipient: Side
    contents: list[Content]
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    service: str
    quoted_fen: int
    station_id: UUID
    day: date
    starts: str
    terms_version: str


_body = msgspec.json.Decoder(Body)


class Event(msgspec.Struct):
    kind: str
    occurred_at: datetime
    source: str
    text: str
    place: str


_events = msgspec.json.Decoder(list[Event])


class Span(msgspec.Struct):
    weekday: int
    opens: str
    closes: str


_spans = msgspec.json.Decoder(list[Span])


def add_parcel_routes(app: "Sanic[Any, Any]") -> None:
    """Add booking and showing a parcel to the rival application."""

    @app.post("/parcels")
    async def book(request: Request) -> HTTPResponse:
        body, account = _body.decode(request.body), UUID(request.headers["x-account"])
        now, day = datetime.now(UTC), datetime.now(BEIJING).date()
        parcel_id, sender, recipient = uuid4(), body.sender, body.recipient
        async with app.ctx.pool.acquire() as db, db.transaction():
            facts = await db.fetchrow(FACTS, account, body.station_id, body.day.isoweekday(), body.service, day)
            if not facts["consents"] or facts["closed_at"] or not facts["opens"] <= body.starts < facts["closes"]:
                raise ValueError("refused")
            charged, price, concession, bearer, zone = _price(msgspec.json.decode(facts["terms"]), body)
            if price - concession != body.quoted_fen:
                raise ValueError("price")
            minutes = int(body.starts[:2]) * 60 + int(body.starts[3:]) + facts["slot_minutes"]
            ends = f"{minutes // 60:02}:{minutes % 60:02}"
            slot = await db.fetchval(
                TAKE, uuid4(), now, body.station_id, body.day, body.starts, ends, facts["slot_capacity"]
            )
            if slot is None:
                raise ValueError("full")
            serial = await db.fetchval(SERIAL, f"YB:{day.isoformat()}")
            digits = f"{day:%y%m%d}{serial:04d}"
            number = f"YB{digits}{check_sign(digits)}"
            await db.execute(
                PARCEL, parcel_id, now, number, account, body.station_id, slot, _seal("parcels.sender", sender),
                hashlib.sha256(sender.telephone[-4:].encode()).hexdigest(), _seal("parcels.recipient", recipient),
                recipient.kind, recipient.province + recipient.city, msgspec.json.encode(body.contents).decode(),
                body.service, facts["tariff_id"], zone, body.weight_grams, body.length_mm, body.width_mm,
                body.height_mm, charged, price, concession, bearer, body.quoted_fen, body.terms_version,
                facts["carrier"],
            )  # fmt: skip
            await db.execute(EVENT, uuid4(), now, parcel_id, account, parcel_id.hex)
            await db.execute(AUDIT, uuid4(), now, account, str(parcel_id), '{"station_id": "…", "service": "standard"}')
            link = f"/v1/parcels/{number}"
            await db.execute(TELL, uuid4(), now, account, f"包裹编号 {number}", link, f"{account.hex}:{number}")
        answer = {"number": number, "station_name": facts["name"], "service_name": facts["service_name"]}
        answer |= {"price_fen": price, "concession_fen": concession, "concession_bearer": bearer, "charged": charged}
        return HTTPResponse(msgspec.json.encode(answer), status=201, content_type="application/json")

    @app.get("/parcels/<number:str>")
    async def show(request: Request, number: str) -> HTTPResponse:
        async with app.ctx.pool.acquire() as db:
            today = datetime.now(BEIJING).date()
            row = await db.fetchrow(ONE, number, UUID(request.headers["x-account"]), today)
        answer = dict(row)
        for side in ("sender", "recipient"):
            party = msgspec.json.decode(unseal(f"parcels.{side}", answer.pop(f"{side}_sealed")))
            answer[side] = {"name": party["name"][:1] + "**", "telephone": "*" * 7 + party["telephone"][-4:]}
        answer["contents"], answer["warnings"] = msgspec.Raw(row["contents"].encode()), msgspec.Raw(b"[]")
        answer["hours"], answer["opening"] = _hours(_spans.decode(row["hours"]), row["special"])
        answer["next_step"] = "包裹在路上，您不用做什么，开始派送时会通知您"
        answer["price"] = f"资费 {row['price_fen'] / 100:.2f} 元，其中 {row['concession_fen'] / 100:.2f} 元不用您付"
        answer["events"] = [_entry(event) for event in _events.decode(row["events"])]
        return HTTPResponse(msgspec.json.encode(answer), content_type="application/json")


def _entry(event: Event) -> dict[str, object]:
    then = event.occurred_at.astimezone(BEIJING)
    return {
        "kind": event.kind,
        "occurred_at": then,
        "when": f"{then.month}月{then.day}日（周{'一二三四五六日'[then.weekday()]}）{then:%H:%M}",
        "sentence": SENTENCES.get(event.kind, "承运方发来一条消息"),
        "source": "驿站" if event.source == "youbing" else "承运方",
        "place": event.place,
        "words": event.text,
    }


def _hours(spans: list[Span], special: str | None) -> tuple[str, str]:
    """Return the week in words, and whether the station is open now."""
    now = datetime.now(BEIJING)
    clock, today = f"{now:%H:%M}", [span for span in spans if span.weekday == now.isoweekday()]
    if special:
        today = [Span(now.isoweekday(), *words.split("-")) for words in msgspec.json.decode(special)]
    is_open = any(span.opens <= clock < span.closes for span in today)
    week = "；".join(f"周{'一二三四五六日'[span.weekday - 1]} {span.opens}-{span.closes}" for span in spans)
    return week, "正在营业" if is_open else "已经关门"


def _seal(field: str, side: Side) -> str:
    return seal(field, msgspec.json.encode(side).decode())


def _price(terms: dict[str, Any], body: Body) -> tuple[int, int, int, str, str]:
    zone = next(zone for zone in terms["zones"] if body.recipient.province.startswith(tuple(zone["provinces"])))
    volumetric = body.length_mm * body.width_mm * body.height_mm // terms["volumetric_divisor"]
    charged = max(body.weight_grams, volumetric)
    steps = max(0, -(-(charged - terms["first_grams"]) // terms["step_grams"]))
    price = zone["first_fen"] + steps * zone["step_fen"]
    concession = terms["concession"]
    given = price * concession["percent"] // 100 if body.recipient.kind in concession["kinds"] else 0
    return charged, price, given, concession["bearer"], zone["code"]
