"""工作人员导入多个单位的岗位 — with booths and openings at fairs, past ones too."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.fairs import FairPosting, FairState, JobFair, JobFairBooth
from models.jobs import JobActor, JobPosting, JobPostingEvent, PostingState
from models.notifications import Notification
from models.outbox import OutboxMessage
from server.jobs.postings.importing import PostingsChangedMeanwhile
from tests.employers.people import Recruiter
from tests.factories.employers import make_employer
from tests.factories.jobs import make_booth, make_fair, make_posting
from tests.jobs.postings.people import TOMORROW, YESTERDAY
from tests.jobs.postings.sheets import FOR_MANY, counts, many_rows, messages, places, row, upload
from tests.service import Client

pytestmark = pytest.mark.usefixtures("towns")
LAST_YEAR = {"starts_at": utc_now() - timedelta(days=200), "ends_at": utc_now() - timedelta(days=199)}


async def test_rows_of_many_employers_wait_for_review(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    first, second = recruiter.employer, await make_employer()
    by_name = row(second, 用人单位信用代码="", 用人单位名称=second.name, 岗位编号="B-1")

    answer = await upload(administrator, FOR_MANY, row(first), by_name)

    assert counts(answer) == (2, 2, 0, 0)
    assert (answer.json["submitted"], answer.json["published"]) == (2, 0)
    owners = {posting.number: posting.employer_id for posting in await JobPosting.all()}
    assert owners == {"A-1": first.id, "B-1": second.id}
    events = await JobPostingEvent.all()
    assert {(event.actor, event.to_state) for event in events} == {(JobActor.STAFF, PostingState.SUBMITTED)}
    told = await Notification.get(account_id=recruiter.client.account_id)
    assert "1 个岗位" in told.text


async def test_published_rows_go_live_and_are_passed_on(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    doubtful = row(recruiter.employer, 岗位编号="A-2", **{"岗位职责/要求": "井下采掘，限男性"})

    answer = await upload(administrator, FOR_MANY, row(recruiter.employer), doubtful, publish=True)

    assert (answer.json["published"], answer.json["submitted"]) == (1, 1)
    assert [doubt["row"] for doubt in answer.json["doubts"]] == [3]
    live, waiting = await JobPosting.get(number="A-1"), await JobPosting.get(number="A-2")
    assert (live.state, waiting.state) == (PostingState.LIVE, PostingState.SUBMITTED)
    assert live.published_at is not None
    [message] = await OutboxMessage.filter(kind="jobs.posting_published")
    assert json.loads(message.payload) == {"posting_id": str(live.id)}


async def test_a_row_brings_its_posting_to_a_fair_with_its_booth(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair()
    more = {"招聘会编号": fair.number, "展位": "A01"}
    second = row(recruiter.employer, 岗位编号="A-2", 招聘会编号=fair.number, 招聘人数=3)

    answer = await upload(administrator, FOR_MANY, second, row(recruiter.employer, **more), publish=True)

    assert counts(answer) == (2, 2, 0, 0)
    booth = await JobFairBooth.get(fair_id=fair.id)
    assert (booth.employer_id, booth.number) == (recruiter.employer.id, "A01")
    brought = await FairPosting.filter(fair_id=fair.id).order_by("openings").values_list("openings", flat=True)
    assert brought == [3, 5]


async def test_the_same_file_again_changes_nothing(service: Client, administrator: Client) -> None:
    fair, employers = await make_fair(), [await make_employer() for _ in range(3)]
    rows = [row(one, 招聘会编号=fair.number, 展位=f"A{place}") for place, one in enumerate(employers)]
    await upload(administrator, FOR_MANY, *rows, publish=True)
    before = [await model.all().order_by("id").values() for model in (JobPosting, JobFairBooth, FairPosting)]

    again = await upload(administrator, FOR_MANY, *rows, publish=True)

    assert counts(again) == (3, 0, 0, 3)
    assert [await model.all().order_by("id").values() for model in (JobPosting, JobFairBooth, FairPosting)] == before


async def test_another_booth_and_other_openings_are_updates(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair()
    at_fair = {"招聘会编号": fair.number}
    await upload(administrator, FOR_MANY, row(recruiter.employer, 展位="A01", **at_fair))

    moved = await upload(administrator, FOR_MANY, row(recruiter.employer, 展位="A02", **at_fair))
    more = await upload(administrator, FOR_MANY, row(recruiter.employer, 展位="A02", 招聘人数=9, **at_fair))

    assert counts(moved) == counts(more) == (1, 0, 1, 0)
    assert (await JobFairBooth.get(fair_id=fair.id)).number == "A02"
    assert (await FairPosting.get(fair_id=fair.id)).openings == 9


async def test_a_fair_that_is_over_is_recorded_afterwards_without_offering_its_postings(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair(**LAST_YEAR)
    at_fair = {"招聘会编号": fair.number, "展位": "A01"}
    still_open = row(recruiter.employer, 岗位编号="A-2", 截止日期=TOMORROW, **at_fair)

    answer = await upload(administrator, FOR_MANY, row(recruiter.employer, **at_fair), still_open, publish=True)

    assert (counts(answer), answer.json["published"]) == ((2, 2, 0, 0), 1)
    over, live = await JobPosting.get(number="A-1"), await JobPosting.get(number="A-2")
    assert (over.state, live.state) == (PostingState.CLOSED, PostingState.LIVE)
    assert await FairPosting.filter(fair_id=fair.id).count() == 2
    entry = await AuditEntry.get(record_type="job_import")
    assert json.loads(entry.detail)["fairs_over"] == [fair.number]
    corrected = await upload(administrator, FOR_MANY, row(recruiter.employer, 招聘人数=7, **at_fair), publish=True)
    assert counts(corrected) == (1, 0, 1, 0)
    assert (await FairPosting.get(posting_id=over.id)).openings == 7
    assert (await JobPosting.get(id=over.id)).state is PostingState.CLOSED


async def test_what_was_at_a_fair_that_was_held_and_is_over_is_kept(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair()
    rows = [row(recruiter.employer, 招聘会编号=fair.number, 展位="A01")]
    await upload(administrator, FOR_MANY, *rows, publish=True)
    before = utc_now() - timedelta(days=2)
    await JobFair.filter(id=fair.id).update(
        published_at=before, starts_at=before + timedelta(hours=1), ends_at=before + timedelta(hours=2)
    )

    again = await upload(administrator, FOR_MANY, *rows, publish=True)
    new = row(recruiter.employer, 岗位编号="A-2", 招聘会编号=fair.number)
    refused = [
        await upload(administrator, FOR_MANY, changed, publish=True)
        for changed in (rows[0] | {"招聘人数": 9}, rows[0] | {"展位": "A02"}, new)
    ]

    assert counts(again) == (1, 0, 0, 1)
    assert [places(answer) for answer in refused] == [["第2行「招聘会编号」"]] * 3
    assert (await FairPosting.get(fair_id=fair.id)).openings == 5


async def test_a_fair_of_the_whole_city_is_set_up_by_administrators(
    service: Client, administrator: Client, town_staff: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair(town_code=None)
    at_fair = row(recruiter.employer, 招聘会编号=fair.number, 展位="A01")

    refused = await upload(town_staff, FOR_MANY, at_fair)
    done = await upload(administrator, FOR_MANY, at_fair)

    assert places(refused) == ["第2行「招聘会编号」"]
    assert "全市" in messages(refused)[0]
    assert counts(done) == (1, 1, 0, 0)


async def test_an_employers_draft_that_staff_publish_is_submitted_and_approved(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    draft = await make_posting(employer=recruiter.employer, number="A-1", state=PostingState.DRAFT, published_at=None)

    await upload(administrator, FOR_MANY, row(recruiter.employer), publish=True)

    events = await JobPostingEvent.filter(posting_id=draft.id).order_by("id").values_list("from_state", "to_state")
    assert events == [
        (PostingState.DRAFT, PostingState.SUBMITTED),
        (PostingState.SUBMITTED, PostingState.LIVE),
    ]


@pytest.mark.parametrize("state", [PostingState.SUSPENDED, PostingState.FILLED])
async def test_a_suspended_or_filled_posting_is_corrected_and_stays_so(
    service: Client, administrator: Client, recruiter: Recruiter, state: PostingState
) -> None:
    posting = await make_posting(employer=recruiter.employer, number="A-1", state=state, state_reason="接到举报")

    answer = await upload(administrator, FOR_MANY, row(recruiter.employer), publish=True)

    after = await JobPosting.get(id=posting.id)
    assert counts(answer) == (1, 0, 1, 0)
    assert (after.state, after.state_reason, after.title) == (state, "接到举报", "示例数控车工")
    assert await OutboxMessage.all().count() == 0


Faulty = Callable[[Employer], dict[str, Any]]


@pytest.mark.parametrize(
    ("faulty", "column", "words"),
    [
        (lambda one: row(one, 用人单位信用代码=""), "用人单位信用代码", "信用代码或名称"),
        (lambda one: row(one, 用人单位信用代码="91321084000000000A"), "用人单位信用代码", "请先登记"),
        (lambda one: row(one, 用人单位信用代码="12"), "用人单位信用代码", "18 位"),
        (lambda one: row(one, 用人单位名称="别的单位"), "用人单位名称", "高邮示例某厂"),
        (lambda one: row(one, 用人单位信用代码="", 用人单位名称="别的单位"), "用人单位名称", "一字不差"),
        (lambda one: row(one, 招聘会编号="没有的"), "招聘会编号", "没有这个编号的招聘会"),
        (lambda one: row(one, 招聘会编号="示例-取消", 展位="A1"), "招聘会编号", "已取消"),
        (lambda one: row(one, 招聘会编号="示例-A"), "展位", "请填"),
        (lambda one: row(one, 展位="A1"), "招聘会编号", "哪一场"),
        (lambda one: row(one, 招聘会编号="示例-A", 展位="B9"), "展位", "另一个单位"),
        (lambda one: row(one, 截止日期=YESTERDAY), "截止日期", "不能早于今天"),
        (lambda one: row(one, 岗位名称="门卫（限男性）"), "岗位名称", "《就业促进法》"),
    ],
)
async def test_a_fault_is_told_by_row_and_column(
    service: Client, administrator: Client, faulty: Faulty, column: str, words: str
) -> None:
    employer = await make_employer(name="高邮示例某厂")
    fair = await make_fair(number="示例-A")
    await make_fair(number="示例-取消", state=FairState.CANCELLED)
    await make_booth(fair=fair, employer=await make_employer(), number="B9")
    good = row(employer, 岗位编号="A-0")

    answer = await upload(administrator, FOR_MANY, good, faulty(employer))

    assert places(answer) == [f"第3行「{column}」"]
    assert words in messages(answer)[0]
    assert await JobPosting.all().count() == 0


async def test_a_booth_is_one_employers_and_an_employer_has_one_booth(service: Client, administrator: Client) -> None:
    fair, first, second = await make_fair(), await make_employer(), await make_employer()
    at_fair = {"招聘会编号": fair.number}

    answer = await upload(
        administrator,
        FOR_MANY,
        row(first, 展位="A1", **at_fair),
        row(first, 岗位编号="A-2", 展位="A2", **at_fair),
        row(second, 展位="A1", **at_fair),
    )

    assert places(answer) == ["第3行「展位」", "第4行「展位」"]
    assert "第 2 行" in messages(answer)[0]


async def test_one_number_of_one_employer_stands_once_and_of_two_employers_twice(
    service: Client, administrator: Client
) -> None:
    first, second = await make_employer(), await make_employer()

    twice = await upload(administrator, FOR_MANY, row(first), row(second), row(first))
    once = await upload(administrator, FOR_MANY, row(first), row(second))

    assert places(twice) == ["第4行「岗位编号」"]
    assert counts(once) == (2, 2, 0, 0)


@pytest.mark.parametrize("state", [EmployerState.SUBMITTED, EmployerState.REFUSED, EmployerState.SUSPENDED])
async def test_an_employer_that_may_not_recruit_is_told(
    service: Client, administrator: Client, state: EmployerState
) -> None:
    answer = await upload(administrator, FOR_MANY, row(await make_employer(state=state)))

    assert places(answer) == ["第2行「用人单位信用代码」"]
    assert state.label in messages(answer)[0]


async def test_staff_of_a_town_find_neither_employers_nor_fairs_of_another(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    employer, fair = await make_employer(), await make_fair()
    rows = [row(employer, 招聘会编号=fair.number, 展位="A1")]

    foreign = await upload(other_town_staff, FOR_MANY, *rows)
    own = await upload(town_staff, FOR_MANY, *rows)

    assert places(foreign) == ["第2行「用人单位信用代码」", "第2行「招聘会编号」"]
    assert counts(own) == (1, 1, 0, 0)


async def test_names_that_two_employers_share_need_the_code(service: Client, administrator: Client) -> None:
    first, _ = await make_employer(name="示例同名"), await make_employer(name="示例同名")

    answer = await upload(administrator, FOR_MANY, row(first, 用人单位信用代码="", 用人单位名称="示例同名"))

    assert places(answer) == ["第2行「用人单位名称」"]
    assert "信用代码" in messages(answer)[0]


async def test_a_posting_that_was_withdrawn_is_not_brought_to_a_fair(
    service: Client, administrator: Client, recruiter: Recruiter
) -> None:
    await make_posting(employer=recruiter.employer, number="A-1", state=PostingState.WITHDRAWN)

    answer = await upload(administrator, FOR_MANY, row(recruiter.employer))

    assert places(answer) == ["第2行「岗位编号」"]


async def test_the_template_reads_back_as_a_table_without_rows(service: Client, administrator: Client) -> None:
    template = await administrator.get("/v1/staff/job-template")
    answer = await administrator.upload(FOR_MANY, filename="模板.xlsx", data=template.body)

    assert (template.status, answer.code) == (200, "TableHasNoRows")


async def test_a_row_that_fails_near_the_end_of_6096_leaves_nothing(service: Client, administrator: Client) -> None:
    rows = await many_rows(6096)
    rows[5998] |= {"薪资": "很高"}

    answer = await upload(administrator, FOR_MANY, *rows, publish=True)

    assert places(answer) == ["第6000行「薪资」"]
    for model in (JobPosting, JobPostingEvent, JobFairBooth, FairPosting, OutboxMessage):
        assert await model.all().count() == 0, model
    rows[5998] |= {"薪资": "面议"}
    done = await upload(administrator, FOR_MANY, *rows, publish=True)
    assert counts(done) == (6096, 6096, 0, 0)
    assert await FairPosting.all().count() == await OutboxMessage.all().count() == 6096
    assert sum(await FairPosting.all().values_list("openings", flat=True)) == 6096


async def test_imports_that_cross_store_every_row_once(service: Client, administrator: Client) -> None:
    rows = await many_rows(120)

    answers = await asyncio.gather(*(upload(administrator, FOR_MANY, *rows, publish=True) for _ in range(3)))

    assert {answer.code for answer in answers} <= {"", PostingsChangedMeanwhile.__name__}
    assert sum(answer.json["created"] for answer in answers if answer.status == 200) == 120
    assert await JobPosting.all().count() == await FairPosting.all().count() == await OutboxMessage.all().count() == 120
