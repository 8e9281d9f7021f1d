"""包裹旅程 — a family books, the counter accepts, the courier signs, events arrive anyhow, both sides see the same."""

import asyncio
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.clock import beijing, utc_now
from server.carriers.kuaidi100 import sign_push
from tests.journeys.people import Heard, Person, stranger
from tests.journeys.planted import ABROAD, AT_HOME, COURIER, PARTIES, secrets_in
from tests.journeys.test_no_secret_in_clear import leaks_in_files, rows_of, unpacked
from tests.races.ledger import assert_chain_holds
from tests.races.processes import opened
from tests.run.installation import running

SALT = "a-salt-of-the-journey"
TRACKING = "9812345678901"
PASTED = f"收件人：{ABROAD.name}\n电话：{ABROAD.mobile}\n地址：云南省昆明市五华区{ABROAD.street}"
MEASURES = {"weight_grams": 2000, "length_mm": 300, "width_mm": 200, "height_mm": 100}
SEEN = {"id_document": "resident_id_card", "contents_inspected": True}
CARRIED = (
    (1, "103", "已揽收", "江苏,扬州市,高邮市"),
    (9, "1002", "已发往昆明", "江苏,扬州市"),
    (30, "1001", "已到达昆明", "云南,昆明市"),
    (33, "5", "正在派件", "云南,昆明市"),
    (33, "9999", "请留意快递柜", "云南,昆明市"),
    (40, "301", "本人签收", "云南,昆明市"),
)
"""Hours after the hand-over, code, words, place; one code is in no table."""
HAPPENED = [
    *("booked", "accepted", "handed_over", "collected", "in_transit", "arrived"),
    *("out_for_delivery", "unknown", "delivered"),
]


AGREED = ("kind", "occurred_at", "when")
"""What both sides of a parcel read alike of an event; the sentence of the family names the place besides."""


async def write_the_book(family: Person) -> tuple[str, str]:
    """Let the family paste one address, confirm it, and write the other; return the ids of sender and recipient."""
    await family.expect(201, "POST", "/v1/consents", {"purpose": "parcels", "version": "2026-11"})
    found = await family.expect(200, "POST", "/v1/address-parses", {"text": PASTED})
    assert (found["name"], found["telephone"], found["street"]) == (ABROAD.name, ABROAD.mobile, ABROAD.street)
    for extra in ("kind_label", "notes"):
        found.pop(extra)
    recipient = await family.expect(201, "POST", "/v1/addresses", found | {"label": "儿子"})
    home = {"kind": "civil", "name": AT_HOME.name, "telephone": AT_HOME.mobile, "street": AT_HOME.street}
    home |= {"province": "江苏", "city": "扬州市", "county": "高邮市"}
    refused = await family.post("/v1/addresses", home | {"kind": "unit_code", "unit_code": "99999"})
    assert refused.code == "StreetBesideUnit"
    sender = await family.expect(201, "POST", "/v1/addresses", home)
    return sender["id"], recipient["id"]


async def book(family: Person, station_id: str) -> str:
    """Ask the price, choose a slot, agree to the terms and book; return the number."""
    sender, recipient = await write_the_book(family)
    asked = MEASURES | {"destination": {"kind": "civil", "province": "云南"}, "contents": ["咸鸭蛋", "毛衣"]}
    offers = (await family.expect(200, "POST", "/v1/parcel-quotes", asked))["items"]
    [offer] = [offer for offer in offers if offer["service"] == "standard"]
    days = (await family.expect(200, "GET", f"/v1/stations/{station_id}/slots"))["days"]
    day = next(day for day in days if day["slots"])
    booked = await family.expect(
        201,
        "POST",
        "/v1/parcels",
        MEASURES
        | {
            "sender_address_id": sender,
            "recipient_address_id": recipient,
            "contents": [{"name": "咸鸭蛋", "quantity": 20}, {"name": "毛衣"}],
            "service": "standard",
            "quoted_fen": offer["paid_fen"],
            "station_id": station_id,
            "day": day["day"],
            "starts": day["slots"][0]["starts"],
            "terms_version": (await family.expect(200, "GET", "/v1/parcel-terms"))["version"],
        },
    )
    assert booked["price"]["paid_fen"] is None
    number: str = booked["number"]
    return number


async def accept(staff: Person, number: str) -> tuple[Heard, Heard]:
    """Let the counter find, inspect and label the parcel; return the two papers that name people."""
    found = await staff.expect(200, "GET", f"/v1/station/parcels?last4={AT_HOME.mobile[-4:]}")
    assert [item["number"] for item in found["items"]] == [number]
    path = f"/v1/station/parcels/{number}"
    refused = await staff.post(f"{path}/acceptance", MEASURES | SEEN | {"contents_inspected": False})
    assert refused.code == "ContentsNotInspected"
    await staff.expect(200, "POST", f"{path}/acceptance", MEASURES | SEEN)
    await staff.expect(200, "POST", f"{path}/tracking-number", {"tracking_number": TRACKING})
    for paper in ("label.pdf", "receipt.pdf"):
        assert (await staff.get(f"{path}/{paper}")).body.startswith(b"%PDF")
    return staff.heard[-2], staff.heard[-1]


async def hand_over(staff: Person, number: str) -> None:
    """Let the counter load and close a manifest and the courier count and sign it, after a wrong count."""
    manifest = await staff.expect(201, "POST", "/v1/station/manifests", {"carrier": "ems"})
    path = f"/v1/station/manifests/{manifest['manifest']['number']}"
    loaded = await staff.expect(200, "POST", f"{path}/parcels", {"scanned": TRACKING})
    assert [row["number"] for row in loaded["rows"]] == [number]
    await staff.expect(200, "POST", f"{path}/closing")
    code = (await staff.expect(200, "POST", f"{path}/courier-code"))["code"]
    signature = {"code": code, "courier_name": COURIER, "parcels": 2}
    assert (await staff.post(f"{path}/signature", signature)).code == "ManifestCountDiffers"
    signed = await staff.expect(200, "POST", f"{path}/signature", signature | {"parcels": 1})
    assert signed["manifest"]["state"] == "signed"
    assert (await staff.get(f"{path}/manifest.pdf")).body.startswith(b"%PDF")
    assert (await staff.get(f"{path}/manifest.xlsx")).status == 200


async def carry(platform: Person, since: datetime) -> None:
    """Push the carrier's events as the platform does: growing messages, shuffled, doubled, one badly signed."""
    entries: list[dict[str, str]] = []
    for hours, code, words, place in CARRIED:
        moment = f"{beijing(since + timedelta(hours=hours)):%Y-%m-%d %H:%M:%S}"
        entries.append({"time": moment, "ftime": moment, "context": words, "statusCode": code, "areaName": place})
    params = [
        json.dumps({"status": "polling", "lastResult": {"nu": TRACKING, "com": "ems", "state": "0", "data": part}})
        for part in [entries[: end + 1][::-1] for end in range(len(entries))] + [[entry] for entry in entries]
    ]
    sent = params * 2
    random.Random(7).shuffle(sent)
    bad = await platform.call("POST", "/v1/carriers/kuaidi100/pushes", data={"param": params[0], "sign": "0" * 32})
    assert (bad.status, bad.code) == (403, "PushSignatureWrong")
    for param in sent:
        form = {"param": param, "sign": sign_push(param=param, salt=SALT)}
        answer = await platform.call("POST", "/v1/carriers/kuaidi100/pushes", data=form)
        assert answer.json == {"result": True, "returnCode": "200", "message": "成功"}


async def until_all_is_known(family: Person, number: str) -> Any:
    """Return the parcel as its family reads it once the worker has done all pushes."""
    async with asyncio.timeout(30):
        while True:
            seen = await family.expect(200, "GET", f"/v1/parcels/{number}")
            if len(seen["timeline"]) == len(HAPPENED):
                return seen
            await asyncio.sleep(0.1)


async def travel(base: str) -> tuple[Person, tuple[Heard, ...], Any, Any]:
    """Make the journey; return who heard everything, the answers that may tell, and what both sides see at the end."""
    async with stranger(base) as somebody:
        family, staff = await somebody.login("a-mother"), await somebody.login("demo-staff")
        [station] = (await staff.expect(200, "GET", "/v1/station-staff/stations"))["items"]
        number = await book(family, station["id"])
        entered = tuple(heard for heard in family.heard if secrets_in(heard.text))
        shared = (await family.expect(201, "POST", f"/v1/parcels/{number}/shares", {"days": 7}))["path"]
        papers = await accept(staff, number)
        await hand_over(staff, number)
        await carry(somebody, utc_now())
        seen = await until_all_is_known(family, number)
        follower = await somebody.expect(200, "GET", shared)
        for asker, path in (
            *((family, path) for path in ("/v1/addresses", "/v1/parcels", "/v1/notifications")),
            *((staff, path) for path in ("/v1/station/parcels", f"/v1/station/parcels/{number}")),
            (await somebody.login("demo-admin"), "/v1/staff/carrier-pushes"),
        ):
            await asker.expect(200, "GET", path)
        other = await somebody.login("somebody-else")
        await other.expect(404, "GET", f"/v1/parcels/{number}")
        return somebody, (*entered, *papers), seen, follower


async def test_a_parcel_from_booking_to_delivery_in_whatever_order_it_is_told(
    tmp_path: Path, database_address: str
) -> None:
    knobs = {"DATABASE_URL": database_address, "RATE_LIMITS": "off", "LOG_LEVEL": "DEBUG", "KUAIDI100_SALT": SALT}
    async with running(tmp_path, **knobs) as installation:
        somebody, telling, seen, follower = await travel(installation.base)
        leaks = leaks_in_files(tmp_path)
        rows = await rows_of(database_address)
        assert await installation.stop() == 0
    async with opened(database_address):
        await assert_chain_holds()

    assert (seen["parcel"]["state"], follower["state"]) == ("delivered", "delivered")
    assert [entry["kind"] for entry in seen["timeline"]][::-1] == HAPPENED
    moments = [entry["occurred_at"] for entry in seen["timeline"]]
    assert moments == sorted(moments, reverse=True)
    assert seen["parcel"]["state_at"] == moments[0] == follower["state_at"]
    assert seen["timeline"][0]["sentence"] == "收件人已经签收（云南,昆明市）"
    understood = [entry for entry in seen["timeline"] if entry["kind"] != "unknown"]  # its words are the family's only
    for theirs, ours in zip(follower["timeline"], understood, strict=True):
        assert {name: theirs[name] for name in AGREED} == {name: ours[name] for name in AGREED}
        assert ours["sentence"].startswith(theirs["sentence"])

    secrets = {secret for party in PARTIES for secret in party.secrets}
    assert {heard.request_line.split("?")[0] for heard in telling if secrets_in(heard.text)} == {
        "POST /v1/address-parses",
        "POST /v1/addresses",
    }
    assert set().union(*(secrets_in(heard.text) for heard in telling)) == secrets
    others = [heard for heard in somebody.heard if all(heard is not one for one in telling)]
    assert len(others) > 40
    told = [
        (heard.request_line, found)
        for heard in others
        for part in (heard.text, *unpacked(heard.answer.body))
        if (found := secrets_in(part))
    ]
    assert told == []
    assert not any(secrets_in(heard.request_line.encode()) for heard in somebody.heard)
    assert leaks == leaks_in_files(tmp_path) == {}
    assert secrets_in(rows) == set()
    assert (TRACKING.encode() in rows) == bool(rows), "the dump shows what is not secret"
