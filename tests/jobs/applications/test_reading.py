"""查看投递 — each side its own, newest first, paged without gaps; nobody another's."""

from uuid import uuid4

import pytest

from models.applications import ApplicationState, JobApplication
from tests.employers.people import Recruiter
from tests.factories.cards import make_staff
from tests.factories.employers import make_employer
from tests.factories.jobs import make_application, make_posting
from tests.jobs.applications.people import MOBILE, NAME, Applicant, Case, open_case, put, seek
from tests.service import Client


async def pages(client: Client, path: str, *, limit: int = 2) -> list[str]:
    """Return the ids of a whole list, page by page."""
    seen, cursor = [], ""
    while cursor is not None:
        page = await client.get(path, params={"limit": limit, "cursor": cursor})
        assert page.status == 200, page
        assert len(page.json["items"]) <= limit
        seen += [item["id"] for item in page.json["items"]]
        cursor = page.json["next_cursor"]
    return seen


async def test_a_person_pages_through_their_own_newest_first(
    service: Client, applicant: Applicant, recruiter: Recruiter
) -> None:
    made = [(await open_case(applicant, recruiter)).id for _ in range(5)]
    other = await seek(service, "somebody-else", mobile="18100000001")
    await open_case(other, recruiter)

    assert await pages(applicant.client, "/v1/applications") == made[::-1]


async def test_an_employer_pages_through_all_and_through_one_posting(
    service: Client, applicant: Applicant, recruiter: Recruiter, rival: Recruiter
) -> None:
    case = await open_case(applicant, recruiter)
    others = [str((await make_application(posting=case.posting)).id) for _ in range(4)]
    elsewhere = (await open_case(applicant, recruiter)).id
    await open_case(applicant, rival)

    mine = recruiter.client
    assert await pages(mine, "/v1/employer/applications") == [elsewhere, *others[::-1], case.id]
    assert await pages(mine, f"/v1/employer/jobs/{case.posting.id}/applications") == [*others[::-1], case.id]


@pytest.mark.parametrize("path", ["/v1/employer/applications", "/v1/employer/jobs/{}/applications"])
async def test_an_employer_narrows_by_state(case: Case, path: str) -> None:
    unread = str((await make_application(posting=case.posting)).id)
    await put(case, ApplicationState.VIEWED)
    client, path = case.recruiter.client, path.format(case.posting.id)

    viewed = await client.get(path, params={"state": "viewed"})
    submitted = await client.get(path, params={"state": "submitted"})
    nonsense = await client.get(path, params={"state": "read"})

    assert [item["id"] for item in viewed.json["items"]] == [case.id]
    assert [item["id"] for item in submitted.json["items"]] == [unread]
    assert nonsense.status == 400


async def test_a_person_narrows_by_state(case: Case) -> None:
    client = case.applicant.client

    found = await client.get("/v1/applications", params={"state": "submitted"})
    none = await client.get("/v1/applications", params={"state": "hired"})

    assert [item["id"] for item in found.json["items"]] == [case.id]
    assert none.json == {"items": [], "next_cursor": None}


async def test_lists_say_where_each_application_stands(case: Case) -> None:
    mine = (await case.applicant.client.get("/v1/applications")).json["items"][0]
    theirs = (await case.recruiter.client.get("/v1/employer/applications")).json["items"][0]

    assert (mine["state_label"], mine["posting_state_label"]) == ("已投递", "招聘中")
    assert mine["employer_name"] == case.recruiter.employer.name
    assert mine["next_step"]
    assert (theirs["masked_name"], theirs["posting_title"]) == ("段**", case.posting.title)
    assert "profile" not in theirs


async def test_an_employer_never_sees_the_applicants_of_another(case: Case, rival: Recruiter) -> None:
    posting_path = f"/v1/employer/jobs/{case.posting.id}"

    answers = {
        "list": await rival.client.get("/v1/employer/applications"),
        "of a posting": await rival.client.get(f"{posting_path}/applications"),
        "export": await rival.client.get(f"{posting_path}/applications-export"),
        "one": await case.theirs(by=rival),
        "contact": await case.theirs("disclosures", by=rival),
        "viewing": await case.theirs("viewing", by=rival),
    }

    assert answers["list"].json == {"items": [], "next_cursor": None}
    assert {name: answer.code for name, answer in answers.items() if name != "list"} == {
        "of a posting": "PostingNotFound",
        "export": "PostingNotFound",
        "one": "ApplicationNotFound",
        "contact": "ApplicationNotFound",
        "viewing": "ApplicationNotFound",
    }
    assert {answer.status for name, answer in answers.items() if name != "list"} == {404}
    for answer in answers.values():
        assert case.id.encode() not in answer.body


async def test_a_cursor_of_another_employer_opens_nothing(case: Case, rival: Recruiter) -> None:
    await make_application(posting=case.posting)
    path = "/v1/employer/applications"
    page = await case.recruiter.client.get(path, params={"limit": 1})

    foreign = await rival.client.get(path, params={"cursor": page.json["next_cursor"]})
    broken = await rival.client.get(path, params={"cursor": "bm90aGluZw"})

    assert foreign.json["items"] == []
    assert (broken.status, broken.code) == (422, "CursorInvalid")


async def test_a_person_never_sees_the_application_of_another(service: Client, case: Case) -> None:
    stranger = await seek(service, "somebody-else", mobile="18100000001")

    foreign = await stranger.client.get(f"/v1/applications/{case.id}")
    absent = await stranger.client.get(f"/v1/applications/{uuid4()}")
    listed = await stranger.client.get("/v1/applications")

    assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "ApplicationNotFound")
    assert listed.json["items"] == []


async def test_an_employer_reads_no_number_in_words_of_the_profile(service: Client, recruiter: Recruiter) -> None:
    person = await seek(service, "talkative")
    await person.client.patch("/v1/job-profile", {"introduction": f"请打 {MOBILE} 找我"})

    case = await open_case(person, recruiter)

    assert MOBILE.encode() not in (await case.theirs()).body


async def test_staff_read_the_applications_of_their_town_masked(
    service: Client, town_staff: Client, case: Case
) -> None:
    elsewhere = await make_employer(town_code="321084101")
    nowhere = await make_employer(town_code=None)
    foreign = await make_application(posting=await make_posting(employer=elsewhere))
    everybodys = await make_application(posting=await make_posting(employer=nowhere))
    administrator = await service.login("an-administrator")
    await make_staff(administrator.account_id, town_code=None)

    mine = await town_staff.get("/v1/staff/applications")
    everything = await administrator.get("/v1/staff/applications")

    assert [item["id"] for item in mine.json["items"]] == [str(everybodys.id), case.id]
    assert [item["id"] for item in everything.json["items"]] == [str(everybodys.id), str(foreign.id), case.id]
    assert mine.json["items"][1]["masked_name"] == "段**"
    for secret in (NAME, MOBILE, "开过重型车"):
        assert secret.encode() not in mine.body


async def test_staff_narrow_by_posting_employer_seeker_and_state(town_staff: Client, case: Case) -> None:
    other = await make_application(posting=await make_posting(), state=ApplicationState.OFFERED)
    stored = await JobApplication.get(id=case.id)

    async def found(**params: str) -> list[str]:
        answer = await town_staff.get("/v1/staff/applications", params=params)
        return [item["id"] for item in answer.json["items"]]

    assert await found(posting_id=str(case.posting.id)) == [case.id]
    assert await found(employer_id=str(stored.employer_id)) == [case.id]
    assert await found(seeker_id=str(stored.seeker_id)) == [case.id]
    assert await found(state="offered") == [str(other.id)]
    assert await found(state="offered", seeker_id=str(stored.seeker_id)) == []
    assert await pages(town_staff, "/v1/staff/applications", limit=1) == [str(other.id), case.id]


async def test_a_detail_that_has_not_changed_is_not_sent_again(case: Case) -> None:
    first = await case.mine()

    again = await case.applicant.client.get(
        f"/v1/applications/{case.id}", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert again.status == 304
