"""用人单位的性质、更正和撤回"""

import asyncio
import json
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.employers import Employer, EmployerInvitation, EmployerMember, EmployerNature, EmployerState
from models.jobs import JobPosting
from models.outbox import OutboxMessage
from server.jobs.postings.tasks import employer_renamed
from server.outbox.worker import do_due
from server.worker import TASKS
from tests.employers.people import Recruiter, consent, invite, join, register
from tests.factories.employers import make_employer, make_employer_invitation, make_employer_member
from tests.factories.jobs import make_posting
from tests.factories.merchants import make_town
from tests.service import Client

OTHER_TOWN = "321084101"
REASON = "营业执照已变更"


async def test_the_nature_is_registered_shown_and_changed_until_it_is_vetted(
    service: Client, administrator: Client
) -> None:
    person = await consent(await service.login("founder"))

    registered = await register(person, nature="state_enterprise")
    changed = await person.patch("/v1/employer", {"nature": "public_institution"})
    seen = await administrator.get(f"/v1/staff/employers/{registered.json['id']}")
    await administrator.post(f"/v1/staff/employers/{registered.json['id']}/approval")
    late = await person.patch("/v1/employer", {"nature": "state_organ"})
    same = await person.patch("/v1/employer", {"nature": "public_institution"})

    assert (registered.json["nature"], registered.json["nature_label"]) == ("state_enterprise", "国有企业")
    assert (changed.status, changed.json["nature_label"]) == (200, "事业单位")
    assert seen.json["employer"]["nature"] == "public_institution"
    assert (late.status, late.code) == (409, "EmployerAlreadyVetted")
    assert same.status == 200


async def test_an_employer_that_says_nothing_of_its_nature_is_another(service: Client) -> None:
    registered = await register(await consent(await service.login("founder")))

    assert (registered.json["nature"], registered.json["nature_label"]) == ("other", "其他单位")


async def test_staff_correct_what_was_vetted_with_a_reason_on_record(service: Client, town_staff: Client) -> None:
    employer = await make_employer(name="高邮示例旧名厂")
    body = {"name": " 高邮示例新名厂 ", "nature": "state_enterprise", "reason": f"{REASON}，见 91321084000000000A"}

    answer = await town_staff.post(f"/v1/staff/employers/{employer.id}/correction", body)

    assert answer.status == 200
    stored = await Employer.get(id=employer.id)
    assert (stored.name, stored.nature, stored.state) == (
        *("高邮示例新名厂", EmployerNature.STATE_ENTERPRISE, EmployerState.APPROVED),
    )
    entry = await AuditEntry.get(action="employer.corrected")
    detail = json.loads(entry.detail)
    assert (entry.account_id, entry.record_id) == (town_staff.account_id, str(employer.id))
    assert detail["fields"] == ["name", "nature"]
    assert detail["reason"].startswith(REASON)
    assert "91321084000000000A" not in entry.detail


async def test_a_correction_of_nothing_leaves_no_trace(service: Client, town_staff: Client) -> None:
    employer = await make_employer(name="高邮示例厂")

    answer = await town_staff.post(
        f"/v1/staff/employers/{employer.id}/correction", {"name": "高邮示例厂", "reason": REASON}
    )

    assert answer.status == 200
    assert await AuditEntry.filter(action="employer.corrected").count() == await OutboxMessage.all().count() == 0


async def test_a_correction_without_a_reason_is_refused(service: Client, town_staff: Client) -> None:
    employer = await make_employer()

    answers = [
        await town_staff.post(f"/v1/staff/employers/{employer.id}/correction", body)
        for body in ({"name": "别的名称"}, {"name": "别的名称", "reason": " "})
    ]

    assert [answer.status for answer in answers] == [400, 400]


async def test_a_town_is_corrected_by_whoever_sees_both(
    service: Client, town_staff: Client, administrator: Client
) -> None:
    employer = await make_employer()
    await make_town(OTHER_TOWN)
    path, body = f"/v1/staff/employers/{employer.id}/correction", {"town_code": OTHER_TOWN, "reason": REASON}

    foreign = await town_staff.post(path, body)
    unknown = await administrator.post(path, body | {"town_code": "320100"})
    moved = await administrator.post(path, body)
    gone = await town_staff.post(path, body)

    assert (foreign.status, foreign.code) == (422, "EmployerOfAnotherTown")
    assert (unknown.status, unknown.code) == (422, "EmployerTownUnknown")
    assert (moved.status, moved.json["employer"]["town_code"]) == (200, OTHER_TOWN)
    assert (gone.status, gone.code) == (404, "EmployerNotFound")


async def test_after_a_correction_postings_are_found_by_the_new_name(service: Client, administrator: Client) -> None:
    employer = await make_employer(name="高邮旧名机械厂")
    posting = await make_posting(employer=employer, search_text="高邮 邮旧 旧名 名机 机械 械厂 厂")
    foreign = await make_posting()

    await administrator.post(f"/v1/staff/employers/{employer.id}/correction", {"name": "秦邮精工厂", "reason": REASON})
    done = await do_due(TASKS, at=utc_now())
    await employer_renamed({"employer_id": str(employer.id)})

    words = (await JobPosting.get(id=posting.id)).search_text.split()
    assert done == 1
    assert {"秦邮", "精工", "保安"} <= set(words)
    assert "旧名" not in words
    assert (await JobPosting.get(id=foreign.id)).search_text == foreign.search_text


async def test_a_member_takes_back_an_invitation_of_the_employer(service: Client, recruiter: Recruiter) -> None:
    invited = await invite(recruiter.client)
    listed = await recruiter.client.get("/v1/employer/invitations")
    path = f"/v1/employer/invitations/{invited.json['id']}"

    revoked = await recruiter.client.delete(path)
    again = await recruiter.client.delete(path)
    joining = await join(await service.login("somebody"), invited.json["code"])
    after = await recruiter.client.get("/v1/employer/invitations")

    assert [item["id"] for item in listed.json["items"]] == [invited.json["id"]]
    assert "code" not in listed.json["items"][0]
    assert (revoked.status, again.status) == (204, 204)
    assert (joining.status, joining.code) == (404, "EmployerInvitationUnknown")
    assert after.json["items"] == []
    assert await AuditEntry.filter(action="employer_invitation.revoked").count() == 1


async def test_staff_take_back_an_invitation_of_their_town(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    invitation = await make_employer_invitation()
    path = f"/v1/staff/employer-invitations/{invitation.id}"

    foreign = await other_town_staff.delete(path)
    unknown = await town_staff.delete(f"/v1/staff/employer-invitations/{uuid4()}")
    revoked = await town_staff.delete(path)

    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "EmployerInvitationNotFound")
    assert revoked.status == 204
    assert (await EmployerInvitation.get(id=invitation.id)).revoked_at is not None


async def test_a_used_invitation_and_one_of_another_employer_are_not_taken_back(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    foreign = await make_employer_invitation()
    invited = await invite(recruiter.client)
    await join(await service.login("somebody"), invited.json["code"])

    used = await recruiter.client.delete(f"/v1/employer/invitations/{invited.json['id']}")
    used_by_staff = await town_staff.delete(f"/v1/staff/employer-invitations/{invited.json['id']}")
    unknown = await recruiter.client.delete(f"/v1/employer/invitations/{foreign.id}")

    assert (used.status, used.code) == (used_by_staff.status, used_by_staff.code) == (409, "EmployerInvitationUsed")
    assert (unknown.status, unknown.code) == (404, "EmployerInvitationNotFound")
    assert (await EmployerInvitation.get(id=foreign.id)).revoked_at is None


@pytest.mark.parametrize("number", range(3))
async def test_an_invitation_is_either_used_or_taken_back(service: Client, recruiter: Recruiter, number: int) -> None:
    invited = await invite(recruiter.client)
    somebody = await service.login(f"somebody-{number}")

    joined, revoked = await asyncio.gather(
        join(somebody, invited.json["code"]),
        recruiter.client.delete(f"/v1/employer/invitations/{invited.json['id']}"),
    )

    assert (joined.status, revoked.status) in ((201, 409), (404, 204))
    is_member = await EmployerMember.exists(account_id=somebody.account_id, removed_at=None)
    assert is_member == (joined.status == 201)


async def test_staff_remove_a_member_of_their_town_the_last_one_too(
    service: Client, recruiter: Recruiter, town_staff: Client, other_town_staff: Client
) -> None:
    path = f"/v1/staff/employer-members/{recruiter.member_id}"

    foreign = await other_town_staff.delete(path)
    unknown = await town_staff.delete(f"/v1/staff/employer-members/{uuid4()}")
    removed = await town_staff.delete(path)
    again = await town_staff.delete(path)
    stopped = await recruiter.client.get("/v1/employer")

    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "EmployerMemberNotFound")
    assert (removed.status, again.status) == (204, 204)
    assert (stopped.status, stopped.code) == (403, "NotAnEmployer")
    entry = await AuditEntry.get(action="employer_member.removed")
    assert (entry.account_id, entry.role) == (town_staff.account_id, "staff")


async def test_a_member_of_an_employer_of_no_town_is_every_towns_staffs_business(
    service: Client, other_town_staff: Client
) -> None:
    member = await make_employer_member(employer=await make_employer(town_code=None))

    removed = await other_town_staff.delete(f"/v1/staff/employer-members/{member.id}")

    assert removed.status == 204
