"""工作人员管理 — how somebody becomes staff, and stops being it."""

import asyncio
from datetime import timedelta

import pytest

from config.clock import utc_now
from models.accounts import StaffRole
from server.accounts import staffing
from server.accounts.staffing import (
    LastAdministrator,
    StaffInvitationExpired,
    StaffInvitationMisaddressed,
    StaffInvitationUsed,
)
from tests.factories.cards import make_account, make_staff
from tests.factories.merchants import SOME_TOWN, make_town
from tests.service import Client

ADMINISTRATOR = {"role": "administrator", "display_name": "王局"}


async def administrator(service: Client, name: str = "chief") -> Client:
    client = await service.login(name)
    await make_staff(client.account_id, town_code=None)
    return client


async def test_the_first_administrator_joins_by_a_code_from_the_command_line(service: Client) -> None:
    made = await staffing.invite(
        role=StaffRole.ADMINISTRATOR, town_code=None, display_name="王局", inviter_id=None, at=utc_now()
    )
    newcomer = await service.login("newcomer")

    joined = await newcomer.post("/v1/staff/memberships", {"invitation": made.code.lower().replace("-", " ")})
    me = await newcomer.get("/v1/me")

    assert joined.status == 201
    assert joined.json["role"] == "administrator"
    assert me.json["roles"] == ["staff", "administrator"]


async def test_an_administrator_invites_staff_of_a_town(service: Client) -> None:
    await make_town()
    chief = await administrator(service)
    newcomer = await service.login("newcomer")
    wanted = {"role": "staff", "display_name": "李四", "town_code": SOME_TOWN}

    made = await chief.post("/v1/staff/invitations", wanted)
    await newcomer.post("/v1/staff/memberships", {"invitation": made.json["code"]})
    me = await newcomer.get("/v1/me")
    members = await chief.get("/v1/staff/members")

    assert made.status == 201
    assert (me.json["roles"], me.json["town_code"]) == (["staff"], SOME_TOWN)
    assert [member["display_name"] for member in members.json["items"]] == ["示例人员", "李四"]


async def test_a_code_is_used_once_and_its_user_may_repeat(service: Client) -> None:
    chief = await administrator(service)
    made = await chief.post("/v1/staff/invitations", ADMINISTRATOR)
    first, second = await service.login("first"), await service.login("second")
    body = {"invitation": made.json["code"]}
    joined = await first.post("/v1/staff/memberships", body)

    again = await first.post("/v1/staff/memberships", body)
    stranger = await second.post("/v1/staff/memberships", body)

    assert again.json == joined.json
    assert (stranger.status, stranger.code) == (409, "StaffInvitationUsed")


async def test_twenty_people_with_one_code_become_one_member(service: Client) -> None:
    chief = await administrator(service)
    made = await chief.post("/v1/staff/invitations", ADMINISTRATOR)
    people = [await service.login(f"person-{number}") for number in range(20)]

    answers = await asyncio.gather(
        *(person.post("/v1/staff/memberships", {"invitation": made.json["code"]}) for person in people)
    )

    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    assert len(await staffing.list_members()) == 2


@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [("12345-67891", 422, "InvitationMistyped"), ("00000-00000", 404, "StaffInvitationUnknown")],
)
async def test_a_code_that_is_none_is_refused(service: Client, code: str, status: int, refusal: str) -> None:
    newcomer = await service.login("newcomer")

    answer = await newcomer.post("/v1/staff/memberships", {"invitation": code})

    assert (answer.status, answer.code) == (status, refusal)


@pytest.mark.usefixtures("database")
async def test_a_code_is_good_for_seven_days() -> None:
    at = utc_now()
    made = await staffing.invite(
        role=StaffRole.ADMINISTRATOR, town_code=None, display_name="王局", inviter_id=None, at=at
    )
    account = await make_account()

    with pytest.raises(StaffInvitationExpired):
        await staffing.join(code=made.code, account_id=account.id, at=at + timedelta(days=7))
    joined = await staffing.join(code=made.code, account_id=account.id, at=at + timedelta(days=7, seconds=-1))

    assert joined.account_id == account.id


@pytest.mark.usefixtures("database")
async def test_somebody_who_is_staff_cannot_join_twice_and_the_code_stays_good() -> None:
    at = utc_now()
    member, newcomer = await make_account(), await make_account()
    await make_staff(member.id, town_code=None)
    made = await staffing.invite(
        role=StaffRole.ADMINISTRATOR, town_code=None, display_name="王局", inviter_id=None, at=at
    )

    with pytest.raises(staffing.AlreadyStaff):
        await staffing.join(code=made.code, account_id=member.id, at=at)
    await staffing.join(code=made.code, account_id=newcomer.id, at=at)

    with pytest.raises(StaffInvitationUsed):
        await staffing.join(code=made.code, account_id=(await make_account()).id, at=at)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("role", "town_code"),
    [(StaffRole.STAFF, None), (StaffRole.STAFF, "999999999"), (StaffRole.ADMINISTRATOR, SOME_TOWN)],
)
async def test_a_role_and_its_town_must_fit(role: StaffRole, town_code: str | None) -> None:
    await make_town()

    with pytest.raises(StaffInvitationMisaddressed):
        await staffing.invite(role=role, town_code=town_code, display_name="某人", inviter_id=None, at=utc_now())


async def test_suspended_staff_lose_their_rights_at_once_and_get_them_back(service: Client) -> None:
    await make_town()
    chief = await administrator(service)
    deputy = await administrator(service, "deputy")
    member = (await chief.get("/v1/staff/members")).json["items"][1]

    suspended = await chief.post(f"/v1/staff/members/{member['id']}/suspension")
    shut_out = await deputy.get("/v1/staff/members")
    await chief.post(f"/v1/staff/members/{member['id']}/reinstatement")
    back = await deputy.get("/v1/staff/members")

    assert suspended.json["suspended_at"]
    assert (shut_out.status, shut_out.code) == (403, "NotStaff")
    assert back.status == 200


async def test_the_last_administrator_cannot_be_suspended(service: Client) -> None:
    chief = await administrator(service)
    member = (await chief.get("/v1/staff/members")).json["items"][0]

    answer = await chief.post(f"/v1/staff/members/{member['id']}/suspension")

    assert (answer.status, answer.code) == (409, LastAdministrator.__name__)


async def test_two_administrators_who_suspend_each_other_leave_one(service: Client) -> None:
    first, second = await administrator(service, "first"), await administrator(service, "second")
    ids = [member["id"] for member in (await first.get("/v1/staff/members")).json["items"]]

    await asyncio.gather(
        first.post(f"/v1/staff/members/{ids[1]}/suspension"), second.post(f"/v1/staff/members/{ids[0]}/suspension")
    )

    assert sum(member.suspended_at is None for member in await staffing.list_members()) == 1


async def test_an_unknown_member_is_not_found(service: Client) -> None:
    chief = await administrator(service)
    path = "/v1/staff/members/00000000-0000-7000-8000-000000000000"

    answers = [await chief.post(f"{path}/suspension"), await chief.post(f"{path}/reinstatement")]

    assert [(answer.status, answer.code) for answer in answers] == [(404, "StaffMemberNotFound")] * 2
