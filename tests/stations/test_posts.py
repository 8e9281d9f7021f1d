"""派人到服务站"""

import asyncio
from uuid import UUID, uuid4

from config.clock import utc_now
from models.accounts import StaffMember
from models.audit import AuditEntry
from models.stations import StationLevel, StationStaff
from tests.factories.cards import make_staff
from tests.factories.stations import make_station
from tests.service import Answer, Client
from tests.stations.conftest import OTHER_TOWN


async def member_of(client: Client) -> StaffMember:
    return await StaffMember.get(account_id=client.account_id)


async def post(staff: Client, station_id: UUID, member: StaffMember) -> Answer:
    return await staff.post(f"/v1/staff/stations/{station_id}/staff", {"member_id": str(member.id)})


async def test_a_colleague_is_posted_serves_the_counter_and_is_taken_away(service: Client, town_staff: Client) -> None:
    station = await make_station(number="T1", name="界首站")
    colleague = await service.login("a-colleague")
    await make_staff(colleague.account_id)
    member = await member_of(colleague)

    before = await colleague.get("/v1/station-staff/stations")
    posted = await post(town_staff, station.id, member)
    mine = await colleague.get("/v1/station-staff/stations")
    [item] = posted.json["items"]
    removed = await town_staff.delete(f"/v1/staff/station-posts/{item['id']}")
    after = await colleague.get("/v1/station-staff/stations")
    again = await town_staff.delete(f"/v1/staff/station-posts/{item['id']}")

    assert (before.code, after.code) == ("NotAtAStation", "NotAtAStation")
    assert [row["name"] for row in mine.json["items"]] == ["界首站"]
    assert mine.json["serves_every_station"] is False
    assert (removed.status, again.code) == (204, "PostNotFound")
    deeds = await AuditEntry.filter(record_id=str(station.id)).order_by("id")
    assert [(deed.action, deed.detail) for deed in deeds] == [
        ("station.staff_posted", f'{{"member_id":"{member.id}"}}'),
        ("station.staff_removed", f'{{"member_id":"{member.id}"}}'),
    ]


async def test_who_may_be_posted_is_listed_until_they_are(
    service: Client, town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    station = await make_station()
    path = f"/v1/staff/stations/{station.id}/staff"
    own, other = await member_of(town_staff), await member_of(other_town_staff)

    seen = (await town_staff.get(path)).json
    posted = (await post(town_staff, station.id, own)).json
    by_administrator = (await administrator.get(path)).json

    assert [item["member_id"] for item in seen["candidates"]] == [str(own.id)]
    assert ([item["display_name"] for item in posted["items"]], posted["candidates"]) == (["示例人员"], [])
    assert str(other.id) in [item["member_id"] for item in by_administrator["candidates"]]
    assert by_administrator["items"] == posted["items"]


async def test_town_staff_post_nobody_of_another_town_and_nobody_elsewhere(
    town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    own, elsewhere = await make_station(), await make_station(town_code=OTHER_TOWN)
    city = await make_station(level=StationLevel.CITY, town_code=None)
    stranger, colleague = await member_of(other_town_staff), await member_of(town_staff)

    assert (await post(town_staff, own.id, stranger)).code == "StaffMemberNotFound"
    for station in (elsewhere, city):
        assert (await post(town_staff, station.id, colleague)).code == "StationNotFound"
    assert (await post(administrator, own.id, stranger)).status == 200
    assert (await post(administrator, city.id, colleague)).status == 200


async def test_nobody_suspended_or_unknown_is_posted(town_staff: Client, administrator: Client) -> None:
    station = await make_station()
    member = await member_of(town_staff)
    await StaffMember.filter(id=member.id).update(suspended_at=utc_now())

    assert (await post(administrator, station.id, member)).code == "StaffMemberNotFound"
    assert (await post(administrator, station.id, StaffMember(id=uuid4()))).code == "StaffMemberNotFound"
    assert (await post(administrator, uuid4(), member)).code == "StationNotFound"


async def test_posting_ten_times_at_once_is_one_post(town_staff: Client) -> None:
    station, member = await make_station(), await member_of(town_staff)

    answers = await asyncio.gather(*(post(town_staff, station.id, member) for _ in range(10)))

    assert {answer.status for answer in answers} == {200}
    assert await StationStaff.filter(station_id=station.id).count() == 1
    assert await AuditEntry.filter(action="station.staff_posted").count() == 1


async def test_who_was_taken_away_is_posted_again(town_staff: Client) -> None:
    station, member = await make_station(), await member_of(town_staff)
    first = (await post(town_staff, station.id, member)).json["items"][0]["id"]
    await town_staff.delete(f"/v1/staff/station-posts/{first}")

    second = (await post(town_staff, station.id, member)).json["items"][0]["id"]

    assert second != first


async def test_an_administrator_serves_every_station_without_a_post(administrator: Client) -> None:
    await make_station()

    mine = (await administrator.get("/v1/station-staff/stations")).json

    assert mine == {"items": [], "serves_every_station": True}
