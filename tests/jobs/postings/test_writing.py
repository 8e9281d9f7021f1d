"""岗位的填写和修改"""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.accounts import Consent
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.fields import is_sealed
from models.jobs import JobPosting, JobPostingEvent, PostingState
from server.jobs.postings.service import NUMBERS
from tests.employers.people import Recruiter, hire
from tests.factories.jobs import make_posting
from tests.factories.merchants import SOME_TOWN, make_town
from tests.jobs.postings.people import BODY, JOBS, TOMORROW, YESTERDAY, fields, live, step, submitted, write, written
from tests.service import Client


async def test_a_posting_is_kept_as_it_was_written(service: Client, recruiter: Recruiter) -> None:
    await make_town(SOME_TOWN)
    more = {
        "number": "A-1",
        "kind": "veterans_only",
        "town_code": SOME_TOWN,
        "latitude": 32.78,
        "longitude": 119.44,
        "experience_years": 2,
        "schooling": "college",
        "age_min": 18,
        "age_max": 45,
        "benefits": ["五险一金", " 包吃住 ", "包吃住"],
        "closes_on": TOMORROW,
    }

    made = await write(recruiter, **more)
    read = await recruiter.client.get(f"{JOBS}/{made.json['id']}")

    assert made.status == 201
    assert read.json == made.json
    for name in ("title", "openings", "address", "description", *(more.keys() - {"benefits"})):
        assert made.json[name] == (BODY | more)[name], name
    assert made.json["benefits"] == ["五险一金", "包吃住"]
    assert made.json["pay"] == "5000-7000元/月·13薪"
    assert [made.json[f"pay_{name}"] for name in ("min_fen", "max_fen", "months", "is_negotiable")] == [
        *(500_000, 700_000, 13, False)
    ]
    assert (made.json["state"], made.json["state_label"]) == ("draft", "草稿")
    assert made.json["employer_name"] == recruiter.employer.name
    assert (made.json["masked_contact_name"], made.json["masked_contact_telephone"]) == ("木**", "0514-****2345")


async def test_the_contact_is_stored_sealed_and_the_words_are_found(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter)

    posting = await JobPosting.get(id=identifier)
    assert posting.contact_telephone == "0514-84612345"
    assert is_sealed(str(posting.contact_name_sealed))
    assert is_sealed(str(posting.contact_telephone_sealed))
    assert "保安" in posting.title_search_text.split()
    assert {"巡逻", "示例"} <= set(posting.search_text.split())


@pytest.mark.parametrize(("pay", "fen", "negotiable"), [("面议", None, True), ("5000元以上", 500_000, False)])
async def test_pay_is_read_as_people_write_it(
    service: Client, recruiter: Recruiter, pay: str, fen: int | None, negotiable: bool
) -> None:
    made = await write(recruiter, pay=pay)

    assert (made.json["pay_min_fen"], made.json["pay_is_negotiable"]) == (fen, negotiable)
    assert made.json["pay_max_fen"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pay": "很高"}, "pay"),
        ({"pay": "200元/天"}, "pay"),
        ({"contact_telephone": "84612345"}, "contact_telephone"),
        ({"latitude": 32.7}, "latitude"),
        ({"age_min": 40, "age_max": 30}, "age_max"),
        ({"closes_on": YESTERDAY}, "closes_on"),
        ({"town_code": "320100"}, "town_code"),
    ],
)
async def test_what_does_not_hold_is_named_and_not_stored(
    service: Client, recruiter: Recruiter, wrong: dict[str, Any], field: str
) -> None:
    answer = await write(recruiter, **wrong)

    assert (answer.status, answer.code) == (422, "PostingTermsInvalid")
    assert fields(answer) == [field]
    assert await JobPosting.all().count() == 0


async def test_an_unlawful_condition_is_refused_with_the_words_and_the_article(
    service: Client, recruiter: Recruiter
) -> None:
    answer = await write(recruiter, title="前台（限女性）", description="负责接待；汉族优先")

    assert (answer.status, answer.code) == (422, "UnlawfulConditions")
    assert fields(answer) == ["title", "description"]
    assert "限女性" in answer.json["errors"][0]["message"]
    assert "《就业促进法》第三条" in answer.json["errors"][0]["message"]
    assert "汉族优先" in answer.json["errors"][1]["message"]
    assert await JobPosting.all().count() == 0


async def test_an_unlawful_condition_does_not_come_in_by_a_change(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter)

    answer = await recruiter.client.patch(f"{JOBS}/{identifier}", {"benefits": ["限男性"]})

    assert (answer.code, fields(answer)) == ("UnlawfulConditions", ["benefits"])
    assert (await JobPosting.get(id=identifier)).benefits == ()


async def test_a_doubtful_condition_is_kept_and_shown(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    identifier = await submitted(recruiter, description="井下采掘，限男性")

    own = await recruiter.client.get(f"{JOBS}/{identifier}")
    seen = await administrator.get(f"/v1/staff/jobs/{identifier}")

    assert own.json["doubts"] == seen.json["doubts"]
    [doubt] = seen.json["doubts"]
    assert (doubt["field"], doubt["words"], doubt["law"]) == ("description", "限男性", "就业促进法")
    assert doubt["article"].startswith("第")


async def test_a_contact_needs_the_members_consent(service: Client, recruiter: Recruiter) -> None:
    await Consent.filter(account_id=recruiter.client.account_id).delete()

    with_contact = await write(recruiter)
    without = await write(recruiter, contact_name="", contact_telephone="")

    assert (with_contact.status, with_contact.code) == (409, "ConsentRequired")
    assert without.status == 201


async def test_a_number_is_the_employers_own_and_stands_once(service: Client, recruiter: Recruiter) -> None:
    other = await hire(service, "another")

    first = await write(recruiter, number="A-1")
    again = await write(recruiter, number="A-1")
    elsewhere = await write(other, number="A-1")

    assert (first.status, elsewhere.status) == (201, 201)
    assert (again.status, again.code) == (409, "PostingNumberTaken")


async def test_numbers_given_at_once_are_all_different(service: Client, recruiter: Recruiter) -> None:
    answers = await asyncio.gather(*(write(recruiter) for _ in range(12)))

    numbers = [answer.json["number"] for answer in answers]
    day = beijing_day(utc_now())
    assert sorted(numbers) == [NUMBERS.write(day=day, serial=serial) for serial in range(1, 13)]


async def test_a_number_given_that_the_employer_has_used_already_is_told(service: Client, recruiter: Recruiter) -> None:
    await write(recruiter, number=NUMBERS.write(day=beijing_day(utc_now()), serial=1))

    taken = await write(recruiter)
    headers = {"Idempotency-Key": uuid4().hex}
    again = await recruiter.client.post(JOBS, BODY, headers=headers)

    assert (taken.status, taken.code) == (409, "PostingNumberTaken")
    assert (again.status, again.code) == (409, "PostingNumberTaken")


async def test_only_an_approved_employer_writes_and_every_employer_reads(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter)
    await Employer.filter(id=recruiter.employer.id).update(state=EmployerState.SUSPENDED)

    refused = [
        await write(recruiter),
        await recruiter.client.patch(f"{JOBS}/{identifier}", {"openings": 4}),
        await step(recruiter.client, f"{JOBS}/{identifier}", "submission"),
    ]
    read = await recruiter.client.get(f"{JOBS}/{identifier}")
    listed = await recruiter.client.get(JOBS)

    assert {(answer.status, answer.code) for answer in refused} == {(403, "EmployerNotApproved")}
    assert (read.status, [item["id"] for item in listed.json["items"]]) == (200, [identifier])


async def test_the_list_is_the_employers_own_newest_first_by_state_and_page(
    service: Client, recruiter: Recruiter
) -> None:
    await make_posting()
    made = [await written(recruiter) for _ in range(3)]
    await step(recruiter.client, f"{JOBS}/{made[1]}", "submission")

    first = await recruiter.client.get(JOBS, params={"limit": 2})
    second = await recruiter.client.get(JOBS, params={"limit": 2, "cursor": first.json["next_cursor"]})
    waiting = await recruiter.client.get(JOBS, params={"state": "submitted"})

    assert [item["id"] for item in first.json["items"]] == [made[2], made[1]]
    assert [item["id"] for item in second.json["items"]] == [made[0]]
    assert second.json["next_cursor"] is None
    assert [item["id"] for item in waiting.json["items"]] == [made[1]]


async def test_a_draft_is_changed_field_by_field(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter, closes_on=TOMORROW)

    answer = await recruiter.client.patch(
        f"{JOBS}/{identifier}", {"title": "示例门卫", "pay": "", "closes_on": None, "contact_telephone": ""}
    )

    assert answer.status == 200
    assert (answer.json["title"], answer.json["pay"], answer.json["closes_on"]) == ("示例门卫", "", None)
    assert (answer.json["masked_contact_telephone"], answer.json["openings"]) == ("", 3)
    posting = await JobPosting.get(id=identifier)
    assert "门卫" in posting.title_search_text.split()
    assert "保安" not in posting.search_text.split()
    entry = await AuditEntry.get(action="job_posting.changed")
    assert '"closes_on","contact_telephone","pay","title"' in entry.detail.replace(" ", "")
    assert "示例门卫" not in entry.detail


async def test_a_change_that_changes_nothing_leaves_no_trace(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter)
    before = await JobPosting.filter(id=identifier).values()

    answer = await recruiter.client.patch(f"{JOBS}/{identifier}", {"title": BODY["title"], "pay": "5-7K·13薪"})

    assert answer.status == 200
    assert await JobPosting.filter(id=identifier).values() == before
    assert await AuditEntry.filter(action="job_posting.changed").count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"openings": 9},
        {"closes_on": TOMORROW},
        {"contact_name": "段誉明", "contact_telephone": "180-1234-1999"},
    ],
)
async def test_how_many_whom_to_call_and_until_when_change_without_a_review(
    service: Client, recruiter: Recruiter, administrator: Client, change: dict[str, Any]
) -> None:
    identifier = await live(recruiter, administrator)

    answer = await recruiter.client.patch(f"{JOBS}/{identifier}", change)

    assert (answer.status, answer.json["state"], answer.json["notice"]) == (200, "live", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "示例经理"}, "岗位名称"),
        ({"pay": "4000元/月"}, "薪资"),
        ({"description": "负责销售", "schooling": "bachelor", "openings": 5}, "学历要求、岗位职责"),
        ({"age_max": 30}, "最大年龄"),
        ({"latitude": 32.7, "longitude": 119.4}, "纬度、经度"),
        ({"kind": "veterans_only"}, "岗位类别"),
    ],
)
async def test_conditions_pay_and_work_of_a_live_posting_are_reviewed_again(
    service: Client, recruiter: Recruiter, administrator: Client, change: dict[str, Any], words: str
) -> None:
    identifier = await live(recruiter, administrator)

    answer = await recruiter.client.patch(f"{JOBS}/{identifier}", change)

    assert (answer.status, answer.json["state"]) == (200, "submitted")
    assert answer.json["notice"] == f"修改了{words}，已重新提交审核，通过前不再展示"
    assert answer.json["events"][-1]["reason"] == f"修改了{words}"
    assert (await JobPosting.get(id=identifier)).state is PostingState.SUBMITTED


async def test_a_live_posting_does_not_lose_what_it_must_state(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    identifier = await live(recruiter, administrator)

    answer = await recruiter.client.patch(f"{JOBS}/{identifier}", {"pay": "", "address": ""})

    assert (answer.status, answer.code) == (422, "PostingIncomplete")
    assert fields(answer) == ["address", "pay"]
    assert (await JobPosting.get(id=identifier)).state is PostingState.LIVE


@pytest.mark.parametrize("state", [PostingState.SUBMITTED, PostingState.CLOSED, PostingState.WITHDRAWN])
async def test_what_is_under_review_or_has_ended_is_not_changed(
    service: Client, recruiter: Recruiter, state: PostingState
) -> None:
    posting = await make_posting(employer=recruiter.employer, state=state)

    answer = await recruiter.client.patch(f"{JOBS}/{posting.id}", {"openings": 9})

    assert (answer.status, answer.code) == (409, "PostingStateForbids")
    assert (await JobPosting.get(id=posting.id)).openings == 2


async def test_a_filled_posting_takes_only_what_needs_no_review(service: Client, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer, state=PostingState.FILLED)

    later = await recruiter.client.patch(f"{JOBS}/{posting.id}", {"closes_on": TOMORROW})
    other = await recruiter.client.patch(f"{JOBS}/{posting.id}", {"title": "示例经理"})

    assert (later.status, later.json["state"]) == (200, "filled")
    assert (other.status, other.code) == (409, "PostingStateForbids")
    assert "招聘人数、联系人、联系电话、截止日期" in other.json["detail"]


async def test_a_posting_of_another_employer_is_not_found(service: Client, recruiter: Recruiter) -> None:
    foreign = await make_posting()

    for identifier in (foreign.id, uuid4()):
        address = f"{JOBS}/{identifier}"
        answers = [
            await recruiter.client.get(address),
            await recruiter.client.patch(address, {"openings": 9}),
            *[
                await step(recruiter.client, address, name)
                for name in ("submission", "recall", "withdrawal", "filling", "reopening", "closure")
            ],
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(404, "PostingNotFound")}


async def test_writing_is_the_first_event(service: Client, recruiter: Recruiter) -> None:
    made = await write(recruiter)

    [event] = made.json["events"]
    assert (event["from_state"], event["to_state"], event["actor"], event["actor_label"]) == (
        *(None, "draft", "employer", "用人单位"),
    )
    [stored] = await JobPostingEvent.filter(posting_id=made.json["id"])
    assert stored.account_id == recruiter.client.account_id
