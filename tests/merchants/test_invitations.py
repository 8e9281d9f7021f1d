"""店员邀请"""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.merchants import Branch, Clerk, ClerkInvitation, MerchantState
from server.accounts.codes import make_code
from tests.factories.merchants import make_branch, make_clerk, make_merchant
from tests.service import Answer, Client, make_settings, serving

ANYTHING_NOT_A_CODE = "22222-22223"


async def invite(staff: Client, branch: Branch, display_name: str = "收银一号") -> Answer:
    return await staff.post(
        f"/v1/staff/merchants/{branch.merchant_id}/clerk-invitations",
        {"branch_id": str(branch.id), "display_name": display_name},
    )


async def join(somebody: Client, code: str) -> Answer:
    return await somebody.post("/v1/merchant/memberships", {"invitation": code})


async def test_an_invitation_makes_its_bearer_a_clerk(service: Client, town_staff: Client) -> None:
    branch = await make_branch(name="人民路店")
    somebody = await service.login("somebody")

    invited = await invite(town_staff, branch)
    joined = await join(somebody, invited.json["code"].lower().replace("-", " "))
    mine = await somebody.get("/v1/merchant")

    assert invited.status == joined.status == 201
    assert mine.status == 200
    assert mine.json == joined.json
    assert mine.json["branch"]["name"] == "人民路店"
    assert mine.json["display_name"] == "收银一号"


async def test_the_code_is_shown_once_and_stored_only_as_a_hash(service: Client, administrator: Client) -> None:
    branch = await make_branch()

    invited = await invite(administrator, branch)
    detail = await administrator.get(f"/v1/staff/merchants/{branch.merchant_id}")

    stored = await ClerkInvitation.get(id=invited.json["id"])
    signs = invited.json["code"].replace("-", "")
    assert signs not in stored.code_hash.upper()
    assert signs not in detail.body.decode().replace("-", "")
    assert [item["id"] for item in detail.json["invitations"]] == [invited.json["id"]]
    assert stored.expires_at > utc_now() + timedelta(days=6, hours=23)


async def test_of_two_people_with_one_code_one_joins(service: Client, administrator: Client) -> None:
    branch = await make_branch()
    code = (await invite(administrator, branch)).json["code"]
    people = [await service.login(f"person-{number}") for number in range(8)]

    answers = await asyncio.gather(*(join(person, code) for person in people))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert {answer.code for answer in answers if answer.status == 409} == {"InvitationUsed"}
    assert await Clerk.filter(branch_id=branch.id).count() == 1


async def test_who_never_got_the_answer_repeats_and_gets_the_same_membership(
    service: Client, administrator: Client
) -> None:
    code = (await invite(administrator, await make_branch())).json["code"]
    somebody = await service.login("somebody")

    answers = await asyncio.gather(*(join(somebody, code) for _ in range(4)))

    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.body for answer in answers}) == 1
    assert await Clerk.filter(account_id=somebody.account_id).count() == 1


async def test_two_codes_at_once_make_one_clerkship_and_leave_the_other_code_good(
    service: Client, administrator: Client
) -> None:
    codes = [(await invite(administrator, await make_branch())).json["code"] for _ in range(2)]
    somebody = await service.login("somebody")

    answers = await asyncio.gather(*(join(somebody, code) for code in codes))

    assert sorted(answer.code for answer in answers) == ["", "AlreadyAClerk"]
    assert await ClerkInvitation.filter(used_at=None).count() == 1


async def test_an_unknown_code_is_refused(service: Client) -> None:
    somebody = await service.login("somebody")

    answer = await join(somebody, make_code())

    assert (answer.status, answer.code) == (404, "InvitationUnknown")


async def test_a_slip_of_the_finger_is_told_apart_from_an_unknown_code(service: Client) -> None:
    somebody = await service.login("somebody")

    answer = await join(somebody, ANYTHING_NOT_A_CODE)

    assert (answer.status, answer.code) == (422, "InvitationMistyped")
    assert answer.json["errors"][0]["field"] == "invitation"


async def test_a_code_taken_back_is_unknown(service: Client, administrator: Client) -> None:
    invited = await invite(administrator, await make_branch())
    somebody = await service.login("somebody")

    revoked = await administrator.delete(f"/v1/staff/clerk-invitations/{invited.json['id']}")
    again = await administrator.delete(f"/v1/staff/clerk-invitations/{invited.json['id']}")
    answer = await join(somebody, invited.json["code"])

    assert revoked.status == again.status == 204
    assert (answer.status, answer.code) == (404, "InvitationUnknown")


async def test_a_used_code_cannot_be_taken_back(service: Client, administrator: Client) -> None:
    invited = await invite(administrator, await make_branch())
    await join(await service.login("somebody"), invited.json["code"])

    answer = await administrator.delete(f"/v1/staff/clerk-invitations/{invited.json['id']}")

    assert (answer.status, answer.code) == (409, "InvitationUsed")
    assert "移除" in answer.json["detail"]


async def test_joining_and_taking_back_at_once_leave_one_of_the_two(service: Client, administrator: Client) -> None:
    branch = await make_branch()
    invited = await invite(administrator, branch)
    somebody = await service.login("somebody")

    joined, revoked = await asyncio.gather(
        join(somebody, invited.json["code"]),
        administrator.delete(f"/v1/staff/clerk-invitations/{invited.json['id']}"),
    )

    assert (joined.status, revoked.status) in {(201, 409), (404, 204)}
    assert await Clerk.exists(branch_id=branch.id) is (joined.status == 201)


async def test_a_code_older_than_seven_days_has_expired(service: Client, administrator: Client) -> None:
    invited = await invite(administrator, await make_branch())
    await ClerkInvitation.filter(id=invited.json["id"]).update(expires_at=utc_now() - timedelta(seconds=1))
    somebody = await service.login("somebody")

    answer = await join(somebody, invited.json["code"])

    assert (answer.status, answer.code) == (409, "InvitationExpired")


async def test_a_clerk_elsewhere_cannot_join_and_the_code_stays_good(service: Client, administrator: Client) -> None:
    code = (await invite(administrator, await make_branch())).json["code"]
    clerk = await service.login("a-clerk")
    await make_clerk(account_id=clerk.account_id)

    refused = await join(clerk, code)
    left = await clerk.delete("/v1/merchant/memberships/current")
    joined = await join(clerk, code)

    assert (refused.status, refused.code) == (409, "AlreadyAClerk")
    assert left.status == 204
    assert joined.status == 201


async def test_nobody_joins_a_suspended_merchant(service: Client, administrator: Client) -> None:
    branch = await make_branch()
    code = (await invite(administrator, branch)).json["code"]
    await administrator.post(f"/v1/staff/merchants/{branch.merchant_id}/suspension", {"reason": "投诉核实中"})

    answer = await join(await service.login("somebody"), code)

    assert (answer.status, answer.code) == (403, "MerchantSuspended")


async def test_nobody_joins_a_closed_branch(service: Client, administrator: Client) -> None:
    branch = await make_branch()
    code = (await invite(administrator, branch)).json["code"]
    await administrator.post(f"/v1/staff/branches/{branch.id}/closure")

    answer = await join(await service.login("somebody"), code)

    assert (answer.status, answer.code) == (403, "BranchClosed")


async def test_nobody_is_invited_to_a_suspended_merchant(service: Client, administrator: Client) -> None:
    branch = await make_branch(merchant=await make_merchant(state=MerchantState.SUSPENDED))

    answer = await invite(administrator, branch)

    assert (answer.status, answer.code) == (409, "MerchantNotActive")


async def test_nobody_is_invited_to_a_closed_branch(service: Client, administrator: Client) -> None:
    answer = await invite(administrator, await make_branch(closed_at=utc_now()))

    assert (answer.status, answer.code) == (409, "BranchNotOpen")


async def test_a_branch_of_another_merchant_is_not_found(service: Client, administrator: Client) -> None:
    merchant, foreign = await make_merchant(), await make_branch()

    answer = await administrator.post(
        f"/v1/staff/merchants/{merchant.id}/clerk-invitations", {"branch_id": str(foreign.id), "display_name": "一号"}
    )

    assert (answer.status, answer.code) == (404, "BranchNotFound")


async def test_staff_of_another_town_can_neither_invite_nor_revoke_nor_remove(
    service: Client, administrator: Client, other_town_staff: Client
) -> None:
    branch = await make_branch()
    await make_branch(merchant_id=branch.merchant_id, town_code="321084101")
    clerk = await make_clerk(branch=branch)
    invited = await invite(administrator, branch)

    inviting = await invite(other_town_staff, branch)
    revoking = await other_town_staff.delete(f"/v1/staff/clerk-invitations/{invited.json['id']}")
    removing = await other_town_staff.delete(f"/v1/staff/clerks/{clerk.id}")
    seen = await other_town_staff.get(f"/v1/staff/merchants/{branch.merchant_id}")

    assert (inviting.status, inviting.code) == (404, "BranchNotFound")
    assert (revoking.status, revoking.code) == (404, "InvitationNotFound")
    assert (removing.status, removing.code) == (404, "ClerkNotFound")
    assert seen.json["clerks"] == seen.json["invitations"] == []


async def test_a_removed_clerk_is_stopped_at_once(service: Client, administrator: Client) -> None:
    somebody = await service.login("a-clerk")
    clerk = await make_clerk(account_id=somebody.account_id)
    before = await somebody.get("/v1/merchant")

    removed = await administrator.delete(f"/v1/staff/clerks/{clerk.id}")
    again = await administrator.delete(f"/v1/staff/clerks/{clerk.id}")
    after = await somebody.get("/v1/merchant")

    assert before.status == 200
    assert removed.status == again.status == 204
    assert (after.status, after.code) == (403, "NotAClerk")
    assert await AuditEntry.filter(action="clerk.removed", record_id=str(clerk.id)).count() == 1


@pytest.mark.parametrize(("path", "code"), [("clerks", "ClerkNotFound"), ("clerk-invitations", "InvitationNotFound")])
async def test_what_does_not_exist_cannot_be_removed(
    service: Client, administrator: Client, path: str, code: str
) -> None:
    answer = await administrator.delete(f"/v1/staff/{path}/{uuid4()}")

    assert (answer.status, answer.code) == (404, code)


async def test_guessing_codes_is_slowed_down(database_address: str) -> None:
    async with serving(make_settings(database_address, rate_limits="on")) as service:
        somebody = await service.login("somebody")

        answers = [await join(somebody, ANYTHING_NOT_A_CODE) for _ in range(21)]

    assert {answer.status for answer in answers} == {422, 429}
    assert answers[-1].code == "RateLimited"


async def test_leaving_when_one_is_no_clerk_changes_nothing(service: Client) -> None:
    somebody = await service.login("somebody")

    answer = await somebody.delete("/v1/merchant/memberships/current")

    assert answer.status == 204


async def test_joining_and_leaving_are_audited_under_the_account(service: Client, administrator: Client) -> None:
    code = (await invite(administrator, await make_branch())).json["code"]
    somebody = await service.login("somebody")

    await join(somebody, code)
    await somebody.delete("/v1/merchant/memberships/current")

    actions = await AuditEntry.filter(account_id=somebody.account_id, record_type="clerk").order_by("created_at")
    assert [entry.action for entry in actions] == ["clerk.joined", "clerk.left"]
