"""分享链接 — good for its days, worthless once altered or revoked, and without people in it."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from models.audit import AuditEntry
from models.parcels import EventKind, ParcelState, TrackingEvent
from server.parcels.sharing import ShareExpired, ShareInvalid, read_shared, revoke_shares, share
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel
from tests.service import Client

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


async def test_whoever_has_the_link_follows_the_parcel_without_people(mother: Client, service: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id, state=ParcelState.OUT_FOR_DELIVERY)
    await TrackingEvent.filter(parcel_id=parcel.id).update(text="李四 13900002888", place="云南省昆明市示例路 2 号")
    granted = await mother.post(f"/v1/parcels/{parcel.number}/shares", {"days": 3})

    shown = await service.get(granted.json["path"])

    assert (granted.status, shown.status) == (201, 200)
    assert shown.json["state_label"] == "派送中"
    assert [entry["sentence"] for entry in shown.json["timeline"]] == [
        "快递员正在派送",
        "包裹正在路上",
        "包裹已经交给快递员",
        "驿站已经验视并收寄",
        "寄件预约成功",
    ]
    for secret in ("李", "张", "1390000", "昆明", "示例路", parcel.tracking_number or "-"):
        assert secret.encode() not in shown.body, secret


async def test_a_link_ends_with_its_days(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, booked_at=AT)

    granted = await share(number=parcel.number, days=30, account_id=account.id, at=AT)

    assert granted.expires_at == AT + timedelta(days=30)
    assert (await read_shared(token=granted.token, at=AT + timedelta(days=30, seconds=-1))).number == parcel.number
    with pytest.raises(ShareExpired):
        await read_shared(token=granted.token, at=AT + timedelta(days=30))


async def test_revoking_ends_every_link_and_a_new_one_is_good(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, booked_at=AT)
    old = [await share(number=parcel.number, days=days, account_id=account.id, at=AT) for days in (1, 30)]

    await revoke_shares(number=parcel.number, account_id=account.id, at=AT)
    new = await share(number=parcel.number, days=1, account_id=account.id, at=AT)

    for granted in old:
        with pytest.raises(ShareInvalid):
            await read_shared(token=granted.token, at=AT)
    assert (await read_shared(token=new.token, at=AT)).number == parcel.number
    assert await AuditEntry.filter(action="parcel.shares_revoked", record_id=str(parcel.id)).count() == 1


async def test_no_sign_of_a_link_can_be_changed(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, booked_at=AT)
    token = (await share(number=parcel.number, days=1, account_id=account.id, at=AT)).token

    for place in range(len(token) - 1):  # of the last sign two bits mean nothing
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(ShareInvalid):
            await read_shared(token=altered, at=AT)


@pytest.mark.parametrize("token", ["a", "A" * 55, "A" * 54, "é" * 55, "A" * 400, "%00"])
async def test_rubbish_is_no_link(service: Client, token: str) -> None:
    answer = await service.get(f"/v1/shared-parcels/{token}")

    assert (answer.status, answer.code) == (404, "ShareInvalid")


async def test_only_its_owner_shares_and_revokes(mother: Client, neighbour: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id)
    path = f"/v1/parcels/{parcel.number}/shares"
    granted = await mother.post(path, {})

    assert (await neighbour.post(path, {})).code == "ParcelNotFound"
    assert (await neighbour.delete(path)).code == "ParcelNotFound"
    assert (await mother.get(granted.json["path"])).status == 200
    assert (await mother.delete(path)).status == 204
    assert (await mother.get(granted.json["path"])).code == "ShareInvalid"


@pytest.mark.parametrize("days", [0, 31])
async def test_a_link_is_for_thirty_days_at_the_most(mother: Client, days: int) -> None:
    parcel = await make_parcel(account_id=mother.account_id)

    assert (await mother.post(f"/v1/parcels/{parcel.number}/shares", {"days": days})).status == 400


async def test_a_message_that_we_have_no_word_for_is_not_shared(mother: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id, state=ParcelState.IN_TRANSIT)
    await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.IN_TRANSIT).update(kind=EventKind.UNKNOWN)
    granted = await mother.post(f"/v1/parcels/{parcel.number}/shares", {})

    kinds = [entry["kind"] for entry in (await mother.get(granted.json["path"])).json["timeline"]]

    assert kinds == ["handed_over", "accepted", "booked"]
