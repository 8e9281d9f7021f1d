"""服务站柜台的访问控制"""

from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Session, StaffMember
from models.errors import Unauthenticated
from models.stations import StationStaff as Post
from server.accounts.guards import NotStaff
from server.stations.guards import NotAtAStation, StationStaff
from server.stations.service import StationNotFound
from tests.factories.merchants import SOME_TOWN
from tests.factories.stations import make_station, make_station_staff
from tests.service import Client


async def test_staff_serve_the_stations_they_are_posted_at_and_no_other(service: Client) -> None:
    person = await service.login("somebody")
    first, second, other = await make_station(), await make_station(), await make_station()
    for station in (first, second):
        await make_station_staff(station, person.account_id)

    asker = await StationStaff.authenticate(person.token)

    assert (asker.account_id, asker.town_code, asker.is_administrator) == (person.account_id, SOME_TOWN, False)
    assert asker.station_ids == {first.id, second.id}
    assert [asker.serves(station.id) for station in (first, second, other)] == [True, True, False]
    asker.require_station(first.id, StationNotFound)
    with pytest.raises(StationNotFound):
        asker.require_station(other.id, StationNotFound)


async def test_an_administrator_serves_every_station(administrator: Client) -> None:
    station = await make_station()

    asker = await StationStaff.authenticate(administrator.token)

    assert asker.is_administrator
    assert asker.station_ids is None
    assert asker.serves(station.id)
    assert asker.serves(uuid4())


async def test_staff_without_a_post_are_told_whom_to_ask(town_staff: Client) -> None:
    with pytest.raises(NotAtAStation, match="没有派到任何服务站"):
        await StationStaff.authenticate(town_staff.token)


async def test_a_post_that_ended_opens_no_counter(service: Client) -> None:
    person = await service.login("somebody")
    kept, ended = await make_station(), await make_station()
    await make_station_staff(kept, person.account_id)
    post = await make_station_staff(ended, person.account_id)
    await Post.filter(id=post.id).update(removed_at=utc_now())

    assert (await StationStaff.authenticate(person.token)).station_ids == {kept.id}

    await Post.all().update(removed_at=utc_now())
    with pytest.raises(NotAtAStation):
        await StationStaff.authenticate(person.token)


async def test_a_suspended_member_of_staff_has_no_counter(service: Client) -> None:
    person = await service.login("somebody")
    await make_station_staff(await make_station(), person.account_id)
    await StaffMember.filter(account_id=person.account_id).update(suspended_at=utc_now())

    with pytest.raises(NotStaff):
        await StationStaff.authenticate(person.token)


async def test_a_session_that_ended_opens_nothing(service: Client) -> None:
    person = await service.login("somebody")
    await make_station_staff(await make_station(), person.account_id)
    await Session.filter(account_id=person.account_id).update(revoked_at=utc_now())

    for token in (person.token, None, "x" * 43):
        with pytest.raises(Unauthenticated):
            await StationStaff.authenticate(token)


async def test_me_says_that_a_person_works_at_a_station(service: Client, town_staff: Client) -> None:
    person = await service.login("somebody")
    post = await make_station_staff(await make_station(), person.account_id)

    posted = await person.get("/v1/me")
    await Post.filter(id=post.id).update(removed_at=utc_now())
    ended = await person.get("/v1/me")

    assert posted.json["roles"] == ["staff", "station_staff"]
    assert ended.json["roles"] == (await town_staff.get("/v1/me")).json["roles"] == ["staff"]
