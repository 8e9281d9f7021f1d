"""岗位详情 — what each person reads of a posting in each state."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.applications import ApplicationState
from models.employers import EmployerNature, EmployerState
from models.fairs import FairState
from models.fields import seal
from models.jobs import POSTING_CONTACT_TELEPHONE, JobPosting, PostingState, SavedJob
from models.schooling import Schooling
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_application, make_booth, make_fair, make_posting, make_seeker
from tests.service import Client

HIDDEN = (PostingState.DRAFT, PostingState.SUBMITTED, PostingState.SUSPENDED, PostingState.WITHDRAWN)


async def read(client: Client, posting: JobPosting) -> dict[str, Any]:
    answer = await client.get(f"/v1/jobs/{posting.id}")
    assert answer.status == 200, answer.json
    shown: dict[str, Any] = answer.json
    return shown


async def test_the_page_says_everything_about_an_open_posting(service: Client) -> None:
    employer = await make_employer(name="示例公司", introduction="做机械", address="示例路 2 号")
    posting = await make_posting(
        employer=employer, title="保安员", age_min=18, age_max=45, experience_years=2, latitude=32.7, longitude=119.4
    )

    shown = await read(service, posting)

    assert shown == {
        "id": str(posting.id),
        "title": "保安员",
        "kind": "ordinary",
        "kind_label": "普通岗位",
        "employer_id": str(employer.id),
        "employer_name": "示例公司",
        "town_code": posting.town_id,
        "address": "示例路 3 号",
        "openings": 2,
        "pay": "5000-7000元/月",
        "pay_min_fen": 500_000,
        "pay_max_fen": 700_000,
        "pay_months": 12,
        "pay_is_negotiable": False,
        "schooling": "any",
        "schooling_label": "不限",
        "experience_years": 2,
        "closes_on": None,
        "published_at": shown["published_at"],
        "is_veterans_first": False,
        "is_sample": False,
        "distance_metres": None,
        "state": "live",
        "state_label": "招聘中",
        "is_open": True,
        "notice": "",
        "employer": {
            "nature": "other",
            "nature_label": "其他单位",
            "address": "示例路 2 号",
            "introduction": "做机械",
        },
        "latitude": 32.7,
        "longitude": 119.4,
        "age_min": 18,
        "age_max": 45,
        "benefits": ["五险"],
        "description": "负责厂区巡逻和门岗值守",
        "contact": {"name": "木**", "telephone": "180****1999", "is_masked": True},
        "relaxation_note": "",
        "is_saved": False,
        "application": None,
        "fairs": [],
    }


async def test_who_is_logged_in_sees_whom_to_call(service: Client) -> None:
    posting = await make_posting()
    person = await service.login("person")

    assert (await read(person, posting))["contact"] == {
        "name": "木婉清",
        "telephone": "18012341999",
        "is_masked": False,
    }


async def test_a_landline_is_masked_too(service: Client) -> None:
    posting = await make_posting(
        contact_name_sealed=None, contact_telephone_sealed=seal(POSTING_CONTACT_TELEPHONE, "0514-84612345")
    )

    assert (await read(service, posting))["contact"] == {"name": "", "telephone": "0514-****2345", "is_masked": True}


async def test_a_posting_without_a_contact_shows_none(service: Client) -> None:
    posting = await make_posting(contact_name_sealed=None, contact_telephone_sealed=None)

    assert (await read(service, posting))["contact"] is None


@pytest.mark.parametrize("who", ["stranger", "person"])
@pytest.mark.parametrize(
    ("state", "notice"),
    [
        (PostingState.FILLED, "这个岗位已招满，不再接受投递"),
        (PostingState.CLOSED, "这个岗位已截止，不再接受投递"),
    ],
)
async def test_what_is_over_can_be_read_with_its_state_and_nobody_to_call(
    service: Client, state: PostingState, notice: str, who: str
) -> None:
    posting = await make_posting(state=state)
    asker = service if who == "stranger" else await service.login(who)

    shown = await read(asker, posting)

    assert (shown["state"], shown["state_label"], shown["is_open"]) == (state.value, state.label, False)
    assert (shown["notice"], shown["contact"]) == (notice, None)
    assert shown["description"] == "负责厂区巡逻和门岗值守"


async def test_after_its_last_day_a_posting_is_closed_before_anybody_closes_it(service: Client) -> None:
    today = beijing_day(utc_now())
    over = await make_posting(closes_on=today - timedelta(days=1))
    last_day = await make_posting(closes_on=today)

    assert (await read(service, over))["state"] == "closed"
    assert (await read(service, last_day))["is_open"] is True


@pytest.mark.parametrize("state", HIDDEN)
async def test_what_is_not_public_is_to_others_what_no_posting_is(service: Client, state: PostingState) -> None:
    posting = await make_posting(state=state)
    person = await service.login("person")

    absent = await service.get(f"/v1/jobs/{uuid4()}")
    for asker in (service, person):
        answer = await asker.get(f"/v1/jobs/{posting.id}")
        assert (answer.status, answer.code, answer.json["detail"]) == (404, "JobNotFound", absent.json["detail"])


@pytest.mark.parametrize("state", HIDDEN)
@pytest.mark.parametrize("part", ["saved", "applied"])
async def test_who_saved_it_or_applied_reads_what_became_of_it(service: Client, state: PostingState, part: str) -> None:
    posting = await make_posting(state=state)
    person = await service.login("person")
    if part == "saved":
        await SavedJob.create(account_id=person.account_id, posting_id=posting.id)
    else:
        await make_application(posting=posting, seeker=await make_seeker(account_id=person.account_id))

    shown = await read(person, posting)

    assert (shown["state"], shown["state_label"], shown["is_open"]) == (state.value, state.label, False)
    assert shown["notice"]
    assert (shown["description"], shown["benefits"], shown["contact"], shown["fairs"]) == ("", [], None, [])
    assert shown["is_saved"] is (part == "saved")


@pytest.mark.parametrize("state", [PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED])
async def test_the_postings_of_a_suspended_employer_are_suspended_with_it(service: Client, state: PostingState) -> None:
    posting = await make_posting(state=state, employer=await make_employer(state=EmployerState.SUSPENDED))
    person = await service.login("person")
    await SavedJob.create(account_id=person.account_id, posting_id=posting.id)

    stranger = await service.get(f"/v1/jobs/{posting.id}")

    assert (stranger.status, stranger.code) == (404, "JobNotFound")
    assert (await read(person, posting))["state"] == "suspended"


async def test_an_application_is_shown_to_its_person_alone_with_whom_to_call(service: Client) -> None:
    posting = await make_posting(state=PostingState.FILLED)
    person, other = await service.login("person"), await service.login("other")
    application = await make_application(
        posting=posting, seeker=await make_seeker(account_id=person.account_id), state=ApplicationState.INTERVIEW
    )

    shown, shown_to_other = await read(person, posting), await read(other, posting)

    assert shown["application"] == {
        "id": str(application.id),
        "state": "interview",
        "state_label": ApplicationState.INTERVIEW.label,
    }
    assert shown["contact"]["telephone"] == "18012341999"
    assert (shown_to_other["application"], shown_to_other["contact"]) == (None, None)


@pytest.mark.parametrize(
    ("nature", "asked", "words"),
    [
        (EmployerNature.STATE_ORGAN, {"age_max": 35, "schooling": Schooling.COLLEGE}, "年龄和学历"),
        (EmployerNature.STATE_ENTERPRISE, {"age_min": 20}, "年龄"),
        (EmployerNature.PUBLIC_INSTITUTION, {"schooling": Schooling.BACHELOR}, "学历"),
        (EmployerNature.MASS_ORGANISATION, {"experience_years": 5}, ""),
        (EmployerNature.OTHER, {"age_max": 35, "schooling": Schooling.COLLEGE}, ""),
    ],
)
async def test_the_note_names_what_the_law_lets_the_employer_relax(
    service: Client, nature: EmployerNature, asked: dict[str, Any], words: str
) -> None:
    posting = await make_posting(employer=await make_employer(nature=nature), **asked)

    note = (await read(service, posting))["relaxation_note"]

    assert note == (
        f"依《退役军人保障法》第四十二条，{nature.label}对退役军人的{words}条件可以适当放宽，具体请咨询用人单位"
        if words
        else ""
    )


async def test_the_fairs_to_come_are_named_with_the_booth(service: Client) -> None:
    posting = await make_posting()
    now = utc_now()
    later = await make_fair(title="下周", starts_at=now + timedelta(days=7), ends_at=now + timedelta(days=8))
    soon = await make_fair(title="今天")
    over = await make_fair(title="上周", starts_at=now - timedelta(days=7), ends_at=now - timedelta(days=6))
    draft = await make_fair(title="未发布", state=FairState.DRAFT)
    cancelled = await make_fair(title="取消", state=FairState.CANCELLED)
    for fair in (later, soon, over, draft, cancelled):
        await bring(posting, fair)
    await make_booth(fair=soon, employer=posting.employer, number="A07")

    shown = (await read(service, posting))["fairs"]

    assert [(fair["title"], fair["place"], fair["booth"]) for fair in shown] == [
        ("今天", "示例广场", "A07"),
        ("下周", "示例广场", None),
    ]


async def test_an_unchanged_page_is_not_sent_again_to_the_same_person(service: Client) -> None:
    posting = await make_posting()
    first = await service.get(f"/v1/jobs/{posting.id}")

    again = await service.get(f"/v1/jobs/{posting.id}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
