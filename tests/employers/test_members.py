"""用人单位成员和邀请"""

import asyncio
from datetime import timedelta
from uuid import uuid4

from config.clock import utc_now
from models.audit import AuditEntry
from models.employers import EmployerInvitation, EmployerMember, EmployerState
from server.accounts.codes import make_code
from tests.employers.people import Recruiter, hire, invite, join
from tests.factories.employers import make_employer, make_employer_member
from tests.service import Client, make_settings, serving


async def test_an_invitation_makes_its_bearer_a_member(service: Client, recruiter: Recruiter) -> None:
    somebody = await service.login("somebody")

    invited = await invite(recruiter.client, "车间人事")
    joined = await join(somebody, invited.json["code"].lower().replace("-", " "))
    mine = await somebody.get("/v1/employer")
    members = await somebody.get("/v1/employer/members")

    assert invited.status == joined.status == 201
    assert mine.json == joined.json
    assert mine.json["id"] == str(recruiter.employer.id)
    assert [item["display_name"] for item in members.json["items"]] == ["人事部", "车间人事"]


async def test_the_code_is_shown_once_and_stored_only_as_a_hash(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    invited = await invite(recruiter.client)
    detail = await administrator.get(f"/v1/staff/employers/{recruiter.employer.id}")

    stored = await EmployerInvitation.get(id=invited.json["id"])
    signs = invited.json["code"].replace("-", "")
    assert signs not in stored.code_hash.upper()
    assert signs not in detail.body.decode().replace("-", "")
    assert [item["id"] for item in detail.json["invitations"]] == [invited.json["id"]]
    assert [item["id"] for item in detail.json["members"]] == [str(recruiter.member_id)]
    assert stored.expires_at > utc_now() + timedelta(days=6, hours=23)


async def test_of_twenty_people_with_one_code_one_joins(service: Client, recruiter: Recruiter) -> None:
    code = (await invite(recruiter.client)).json["code"]
    people = [await service.login(f"person-{number}") for number in range(20)]

    answers = await asyncio.gather(*(join(person, code) for person in people))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    assert {answer.code for answer in answers if answer.status == 409} == {"EmployerInvitationUsed"}
    assert await EmployerMember.filter(employer_id=recruiter.employer.id).count() == 2


async def test_who_never_got_the_answer_repeats_and_gets_the_same(service: Client, recruiter: Recruiter) -> None:
    code = (await invite(recruiter.client)).json["code"]
    somebody = await service.login("somebody")

    answers = await asyncio.gather(*(join(somebody, code) for _ in range(4)))

    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.body for answer in answers}) == 1
    assert await EmployerMember.filter(account_id=somebody.account_id).count() == 1


async def test_a_removed_member_does_not_come_back_by_the_old_code(service: Client, recruiter: Recruiter) -> None:
    code = (await invite(recruiter.client)).json["code"]
    somebody = await service.login("somebody")
    await join(somebody, code)
    await somebody.delete("/v1/employer/memberships/current")

    answer = await join(somebody, code)

    assert (answer.status, answer.code) == (409, "EmployerInvitationUsed")


async def test_a_member_elsewhere_cannot_join_and_the_code_stays_good(service: Client, recruiter: Recruiter) -> None:
    code = (await invite(recruiter.client)).json["code"]
    other = await hire(service, "another")
    await make_employer_member(employer=other.employer)

    refused = await join(other.client, code)
    left = await other.client.delete("/v1/employer/memberships/current")
    joined = await join(other.client, code)

    assert (refused.status, refused.code) == (409, "AlreadyEmployerMember")
    assert left.status == 204
    assert joined.status == 201


async def test_an_unknown_code_is_refused(service: Client) -> None:
    answer = await join(await service.login("somebody"), make_code())

    assert (answer.status, answer.code) == (404, "EmployerInvitationUnknown")


async def test_a_slip_of_the_finger_is_told_apart_from_an_unknown_code(service: Client) -> None:
    answer = await join(await service.login("somebody"), "22222-22223")

    assert (answer.status, answer.code) == (422, "InvitationMistyped")


async def test_a_code_older_than_seven_days_has_expired(service: Client, recruiter: Recruiter) -> None:
    invited = await invite(recruiter.client)
    await EmployerInvitation.filter(id=invited.json["id"]).update(expires_at=utc_now() - timedelta(seconds=1))

    answer = await join(await service.login("somebody"), invited.json["code"])

    assert (answer.status, answer.code) == (409, "EmployerInvitationExpired")


async def test_nobody_is_invited_to_or_joins_a_suspended_employer(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    code = (await invite(recruiter.client)).json["code"]
    address = f"/v1/staff/employers/{recruiter.employer.id}"
    await administrator.post(f"{address}/suspension", {"reason": "投诉核实中"})

    inviting = await invite(recruiter.client)
    by_staff = await administrator.post(f"{address}/invitations", {"display_name": "人事部"})
    joining = await join(await service.login("somebody"), code)

    for answer in (inviting, by_staff, joining):
        assert (answer.status, answer.code) == (409, "EmployerSuspended")
    assert "恢复" in by_staff.json["detail"]


async def test_staff_invite_the_first_member_of_an_employer_they_entered(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    employer = await make_employer(state=EmployerState.SUBMITTED)
    path, body = f"/v1/staff/employers/{employer.id}/invitations", {"display_name": "负责人"}

    foreign = await other_town_staff.post(path, body)
    invited = await town_staff.post(path, body)
    joined = await join(await service.login("somebody"), invited.json["code"])

    assert (foreign.status, foreign.code) == (404, "EmployerNotFound")
    assert joined.json["id"] == str(employer.id)


async def test_a_removed_member_is_stopped_at_once(service: Client, recruiter: Recruiter) -> None:
    colleague = await hire(service, "colleague", recruiter.employer)
    path = f"/v1/employer/members/{colleague.member_id}"

    before = await colleague.client.get("/v1/employer")
    removed = await recruiter.client.delete(path)
    again = await recruiter.client.delete(path)
    after = await colleague.client.get("/v1/employer")

    assert before.status == 200
    assert removed.status == again.status == 204
    assert (after.status, after.code) == (403, "NotAnEmployer")
    assert await AuditEntry.filter(action="employer_member.removed").count() == 1


async def test_a_member_of_another_employer_is_not_found(service: Client, recruiter: Recruiter) -> None:
    foreign = await make_employer_member()

    answer = await recruiter.client.delete(f"/v1/employer/members/{foreign.id}")
    unknown = await recruiter.client.delete(f"/v1/employer/members/{uuid4()}")

    assert (answer.status, answer.code) == (unknown.status, unknown.code) == (404, "EmployerMemberNotFound")
    assert await EmployerMember.exists(id=foreign.id, removed_at=None)


async def test_the_last_member_is_neither_removed_nor_leaves(service: Client, recruiter: Recruiter) -> None:
    removing = await recruiter.client.delete(f"/v1/employer/members/{recruiter.member_id}")
    leaving = await recruiter.client.delete("/v1/employer/memberships/current")

    for answer in (removing, leaving):
        assert (answer.status, answer.code) == (409, "LastEmployerMember")


async def test_two_who_remove_each_other_at_once_leave_one(service: Client, recruiter: Recruiter) -> None:
    colleague = await hire(service, "colleague", recruiter.employer)

    answers = await asyncio.gather(
        recruiter.client.delete(f"/v1/employer/members/{colleague.member_id}"),
        colleague.client.delete(f"/v1/employer/members/{recruiter.member_id}"),
    )

    assert {answer.code for answer in answers if answer.status != 204} <= {"LastEmployerMember", "NotAnEmployer"}
    assert await EmployerMember.filter(employer_id=recruiter.employer.id, removed_at=None).count() == 1


async def test_all_who_leave_at_once_leave_one(service: Client, recruiter: Recruiter) -> None:
    colleagues = [await hire(service, f"colleague-{number}", recruiter.employer) for number in range(4)]

    answers = await asyncio.gather(
        *(somebody.client.delete("/v1/employer/memberships/current") for somebody in (recruiter, *colleagues))
    )

    assert sorted(answer.status for answer in answers) == [204] * 4 + [409]
    assert await EmployerMember.filter(employer_id=recruiter.employer.id, removed_at=None).count() == 1


async def test_leaving_when_one_is_no_member_changes_nothing(service: Client) -> None:
    answer = await (await service.login("somebody")).delete("/v1/employer/memberships/current")

    assert answer.status == 204


async def test_joining_and_leaving_are_audited_under_the_account(service: Client, recruiter: Recruiter) -> None:
    somebody = await service.login("somebody")

    await join(somebody, (await invite(recruiter.client)).json["code"])
    await somebody.delete("/v1/employer/memberships/current")

    actions = await AuditEntry.filter(account_id=somebody.account_id, record_type="employer_member").order_by(
        "created_at"
    )
    assert [entry.action for entry in actions] == ["employer_member.joined", "employer_member.left"]


async def test_guessing_codes_is_slowed_down(database_address: str) -> None:
    async with serving(make_settings(database_address, rate_limits="on")) as service:
        somebody = await service.login("somebody")

        answers = [await join(somebody, "22222-22223") for _ in range(21)]

    assert {answer.status for answer in answers} == {422, 429}
    assert answers[-1].code == "RateLimited"
