"""用人单位导入自己的岗位"""

import asyncio
from typing import Any

import pytest

from config.clock import utc_now
from models.accounts import Consent
from models.audit import AuditEntry
from models.jobs import JobKind, JobPosting, JobPostingEvent, PostingState
from models.outbox import OutboxMessage
from models.schooling import Schooling
from server.jobs.postings.checking import SUBMITTED
from server.tables.writing import write_csv, write_xlsx
from tests.employers.people import Recruiter
from tests.factories.jobs import make_posting
from tests.jobs.postings.people import JOBS, TOMORROW, YESTERDAY, step
from tests.jobs.postings.sheets import OWN, ROW, counts, messages, numbered, places, sheet, upload
from tests.service import Client

pytestmark = pytest.mark.usefixtures("towns")


async def stored(number: str = "A-1") -> JobPosting:
    return await JobPosting.get(number=number)


async def test_a_row_becomes_a_draft_with_all_that_it_says(service: Client, recruiter: Recruiter) -> None:
    answer = await upload(recruiter.client, OWN, ROW | {"任职要求": "能适应两班倒", "截止日期": TOMORROW})

    assert counts(answer) == (1, 1, 0, 0)
    posting = await stored()
    assert (posting.employer_id, posting.state) == (recruiter.employer.id, PostingState.DRAFT)
    assert (posting.title, posting.kind, posting.openings) == ("示例数控车工", JobKind.ORDINARY, 5)
    assert (posting.town_id, posting.address) == ("321084112", "高邮市界首镇示例路 3 号")
    assert (posting.pay_min_fen, posting.pay_max_fen, posting.pay_months) == (500_000, 700_000, 13)
    assert (posting.experience_years, posting.schooling, posting.schooling_rank) == (3, Schooling.SENIOR_MIDDLE, 2)
    assert (posting.age_min, posting.age_max, posting.benefits) == (18, 45, ("五险一金", "包吃住"))
    assert posting.description == "操作数控车床，看懂图纸\n任职要求：能适应两班倒"
    assert (posting.contact_name, posting.contact_telephone) == ("木婉清", "0514-84612345")
    assert str(posting.closes_on) == TOMORROW
    assert "车工" in posting.title_search_text.split()
    [event] = await JobPostingEvent.filter(posting_id=posting.id)
    assert (event.from_state, event.to_state, event.reason) == (None, PostingState.DRAFT, "表格导入")
    assert event.account_id == recruiter.client.account_id
    read = await recruiter.client.get(f"{JOBS}/{posting.id}")
    assert (read.json["pay"], read.json["number"]) == ("5000-7000元/月·13薪", "A-1")


async def test_the_columns_are_known_by_the_names_that_people_use(service: Client, recruiter: Recruiter) -> None:
    row = {
        "序号": "1",
        "单位名称": recruiter.employer.name,
        "编号": "A-1",
        "岗位": "示例保安",
        "需求人数": 2,
        "工作地点": "三垛",
        "工作地址": "示例路 3 号",
        "月薪": "面议",
        "学历": "不限",
        "年龄": "50周岁以下",
        "待遇福利": "",
        "岗位职责": "门岗值守",
        "岗位要求": "身体健康",
        "联系方式": "18012341999",
    }
    del row["待遇福利"]

    answer = await upload(recruiter.client, OWN, row)

    assert counts(answer) == (1, 1, 0, 0)
    posting = await stored()
    assert (posting.title, posting.openings, posting.town_id) == ("示例保安", 2, "321084107")
    assert (posting.pay_is_negotiable, posting.age_max, posting.benefits) == (True, 50, ())
    assert posting.description == "门岗值守\n任职要求：身体健康"
    assert posting.contact_telephone == "18012341999"


async def test_a_sheet_in_gbk_and_one_from_excel_are_read(service: Client, recruiter: Recruiter) -> None:
    in_gbk = sheet(ROW).decode("utf-8-sig").encode("gbk")
    values = list((ROW | {"岗位编号": "A-2"}).values())
    in_xlsx = write_xlsx(title="岗位", columns=[(name, 12) for name in ROW], rows=[values])

    first = await recruiter.client.upload(OWN, filename="岗位.csv", data=in_gbk)
    second = await recruiter.client.upload(OWN, filename="岗位.xlsx", data=in_xlsx)

    assert counts(first) == counts(second) == (1, 1, 0, 0)
    assert {posting.title for posting in await JobPosting.all()} == {"示例数控车工"}


async def test_submitted_postings_wait_for_review_and_say_what_is_doubtful(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    doubtful = ROW | {"岗位编号": "A-2", "岗位职责/要求": "井下采掘，限男性"}

    answer = await upload(recruiter.client, OWN, ROW, doubtful, submit=True)

    assert counts(answer) == (2, 2, 0, 0)
    assert (answer.json["submitted"], answer.json["published"]) == (2, 0)
    [doubt] = answer.json["doubts"]
    assert (doubt["row"], "限男性" in doubt["message"]) == (3, True)
    waiting = await administrator.get("/v1/staff/jobs")
    assert [item["number"] for item in waiting.json["items"]] == ["A-1", "A-2"]
    assert await OutboxMessage.all().values_list("kind", flat=True) == [SUBMITTED, SUBMITTED]


async def test_the_same_sheet_again_changes_nothing(service: Client, recruiter: Recruiter) -> None:
    rows = [ROW | {"截止日期": TOMORROW}, ROW | {"岗位编号": "A-2", "薪资": "面议", "年龄要求": "不限", "福利待遇": ""}]
    await upload(recruiter.client, OWN, *rows, submit=True)
    before = await JobPosting.all().order_by("id").values()

    again = await upload(recruiter.client, OWN, *rows, submit=True)

    assert counts(again) == (2, 0, 0, 2)
    assert (again.json["submitted"], again.json["doubts"]) == (0, [])
    assert await JobPosting.all().order_by("id").values() == before
    assert await JobPostingEvent.all().count() == 2


async def test_a_known_number_is_updated_and_the_audit_names_the_fields(service: Client, recruiter: Recruiter) -> None:
    await upload(recruiter.client, OWN, ROW)
    posting = await stored()

    answer = await upload(
        recruiter.client, OWN, ROW | {"薪资": "6000元以上", "联系电话": ""}, ROW | {"岗位编号": "A-2"}
    )

    assert counts(answer) == (2, 1, 1, 0)
    after = await stored()
    assert (after.id, after.pay_min_fen, after.pay_max_fen, after.contact_telephone) == (posting.id, 600_000, None, "")
    entry = await AuditEntry.get(action="job_posting.changed")
    assert entry.record_id == str(posting.id)
    assert '"fields":["contact_telephone","pay"]' in entry.detail
    assert entry.account_id == recruiter.client.account_id


async def test_a_column_that_the_sheet_lacks_leaves_what_is_stored(service: Client, recruiter: Recruiter) -> None:
    await upload(recruiter.client, OWN, ROW)
    shorter = {name: value for name, value in ROW.items() if name not in ("福利待遇", "联系电话", "年龄要求")}

    answer = await upload(recruiter.client, OWN, shorter | {"招聘人数": "7"})

    posting = await stored()
    assert counts(answer) == (1, 0, 1, 0)
    assert (posting.openings, posting.benefits, posting.age_max) == (7, ("五险一金", "包吃住"), 45)
    assert posting.contact_telephone == "0514-84612345"


async def test_another_place_loses_the_point_on_the_map_and_the_same_one_keeps_it(
    service: Client, recruiter: Recruiter
) -> None:
    await upload(recruiter.client, OWN, ROW)
    posting = await stored()
    await recruiter.client.patch(f"{JOBS}/{posting.id}", {"latitude": 32.7, "longitude": 119.4})

    await upload(recruiter.client, OWN, ROW | {"招聘人数": "8"})
    kept = await stored()
    await upload(recruiter.client, OWN, ROW | {"详细地址": "高邮市界首镇示例路 9 号"})
    lost = await stored()

    assert (kept.latitude, kept.longitude, kept.openings) == (32.7, 119.4, 8)
    assert (lost.latitude, lost.longitude) == (None, None)


async def test_a_dry_run_reports_and_stores_nothing(service: Client, recruiter: Recruiter) -> None:
    answer = await upload(recruiter.client, OWN, ROW, dry_run=True, submit=True)

    assert answer.json == {
        "rows": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "published": 0,
        "submitted": 1,
        "doubts": [],
        "dry_run": True,
    }
    assert await JobPosting.all().count() == await JobPostingEvent.all().count() == 0
    assert await AuditEntry.filter(record_type="job_import").count() == 0


@pytest.mark.parametrize(
    ("fault", "column", "words"),
    [
        ({"岗位编号": ""}, "岗位编号", "没有填"),
        ({"岗位编号": "A 1"}, "岗位编号", "空格"),
        ({"岗位名称": ""}, "岗位名称", "没有填"),
        ({"岗位类别": "临时工"}, "岗位类别", "下拉列表"),
        ({"招聘人数": "若干"}, "招聘人数", "具体人数"),
        ({"工作地点(乡镇)": "南京"}, "工作地点(乡镇)", "乡镇"),
        ({"详细地址": ""}, "详细地址", "没有填"),
        ({"薪资": "200元/天"}, "薪资", "一个月的工资"),
        ({"薪资": ""}, "薪资", "没有填"),
        ({"经验要求": "有经验优先"}, "经验要求", "3年以上"),
        ({"学历要求": "本科以下"}, "学历要求", "本科"),
        ({"年龄要求": "男18-60女18-55"}, "年龄要求", "第二十七条"),
        ({"福利待遇": "提供" * 20}, "福利待遇", "最多"),
        ({"岗位职责/要求": ""}, "岗位职责/要求", "没有填"),
        ({"联系电话": "84612345"}, "联系电话", "区号"),
        ({"截止日期": YESTERDAY}, "截止日期", "不能早于今天"),
        ({"截止日期": "月底"}, "截止日期", "2026-01-31"),
        ({"岗位名称": "前台（限女性）"}, "岗位名称", "《就业促进法》第三条"),
        ({"岗位职责/要求": "负责保洁；汉族优先"}, "岗位职责/要求", "汉族优先"),
        ({"福利待遇": "限男性"}, "福利待遇", "第二十七条"),
    ],
)
async def test_a_fault_is_told_by_row_and_column_and_nothing_is_stored(
    service: Client, recruiter: Recruiter, fault: dict[str, str], column: str, words: str
) -> None:
    answer = await upload(recruiter.client, OWN, ROW | {"岗位编号": "A-0"}, ROW | fault)

    assert places(answer) == [f"第3行「{column}」"]
    assert words in messages(answer)[0]
    assert await JobPosting.all().count() == 0


async def test_all_faults_are_told_at_once(service: Client, recruiter: Recruiter) -> None:
    first = ROW | {"岗位编号": "A-0", "薪资": "很高", "招聘人数": "若干"}

    answer = await upload(recruiter.client, OWN, first, ROW | {"岗位名称": "限女性"})

    assert places(answer) == ["第2行「招聘人数」", "第2行「薪资」", "第3行「岗位名称」"]


async def test_a_number_stands_once(service: Client, recruiter: Recruiter) -> None:
    answer = await upload(recruiter.client, OWN, ROW, ROW)

    assert places(answer) == ["第2行「岗位编号」", "第3行「岗位编号」"]


async def test_a_missing_and_an_unknown_header_are_told(service: Client, recruiter: Recruiter) -> None:
    row = {name: value for name, value in ROW.items() if name != "薪资"} | {"性别要求": "限男"}

    answer = await upload(recruiter.client, OWN, row)

    assert (answer.status, answer.code) == (422, "WrongHeaders")
    assert any("性别要求" in error["field"] for error in answer.json["errors"])
    assert any("薪资" in error["message"] for error in answer.json["errors"])


async def test_a_live_posting_that_the_sheet_changes_goes_back_to_review(
    service: Client, recruiter: Recruiter, administrator: Client
) -> None:
    await upload(recruiter.client, OWN, ROW)
    identifier = str((await stored()).id)
    assert (await step(recruiter.client, f"{JOBS}/{identifier}", "submission")).status == 200
    seen = await administrator.get(f"/v1/staff/jobs/{identifier}")
    await administrator.post(f"/v1/staff/jobs/{identifier}/approval", {"updated_at": seen.json["updated_at"]})

    more = await upload(recruiter.client, OWN, ROW | {"招聘人数": "9"})
    assert (await stored()).state is PostingState.LIVE
    other = await upload(recruiter.client, OWN, ROW | {"招聘人数": "9", "薪资": "4000元/月"})

    assert counts(more) == counts(other) == (1, 0, 1, 0)
    assert (await stored()).state is PostingState.SUBMITTED
    assert other.json["submitted"] == 1


@pytest.mark.parametrize("state", [PostingState.SUBMITTED, PostingState.CLOSED, PostingState.WITHDRAWN])
async def test_what_is_under_review_or_has_ended_is_not_changed_by_a_sheet(
    service: Client, recruiter: Recruiter, state: PostingState
) -> None:
    await make_posting(employer=recruiter.employer, number="A-1", state=state)

    answer = await upload(recruiter.client, OWN, ROW)

    assert places(answer) == ["第2行「岗位编号」"]
    assert (await stored()).title == "示例保安员"


async def test_the_same_number_of_another_employer_is_another_posting(service: Client, recruiter: Recruiter) -> None:
    foreign = await make_posting(number="A-1")

    answer = await upload(recruiter.client, OWN, ROW)

    assert counts(answer) == (1, 1, 0, 0)
    assert (await JobPosting.get(id=foreign.id)).title == foreign.title


async def test_contacts_need_the_members_consent(service: Client, recruiter: Recruiter) -> None:
    await Consent.filter(account_id=recruiter.client.account_id).update(withdrawn_at=utc_now())

    with_contact = await upload(recruiter.client, OWN, ROW)
    without = await upload(recruiter.client, OWN, ROW | {"联系人": "", "联系电话": ""})

    assert (with_contact.status, with_contact.code) == (409, "ConsentRequired")
    assert counts(without) == (1, 1, 0, 0)


async def test_one_import_is_one_audit_entry_with_its_counts(service: Client, recruiter: Recruiter) -> None:
    await upload(recruiter.client, OWN, *numbered(ROW, range(3)), submit=True)

    entry = await AuditEntry.get(record_type="job_import")
    assert (entry.action, entry.account_id, len(entry.record_id)) == (
        *("job_postings.imported", recruiter.client.account_id, 64),
    )
    assert '"mode":"submit","rows":3,"created":3,"updated":0' in entry.detail


async def test_imports_at_once_store_every_posting_once(service: Client, recruiter: Recruiter) -> None:
    rows = numbered(ROW, range(20))

    answers = await asyncio.gather(*(upload(recruiter.client, OWN, *rows) for _ in range(4)))

    assert {answer.code for answer in answers} <= {"", "PostingsChangedMeanwhile"}
    assert sum(answer.json["created"] for answer in answers if answer.status == 200) == 20
    assert await JobPosting.all().count() == await JobPostingEvent.all().count() == 20


async def test_the_template_has_drop_downs_and_reads_back_as_a_table_without_rows(
    service: Client, recruiter: Recruiter
) -> None:
    template = await recruiter.client.get("/v1/employer/job-template")
    answer = await recruiter.client.upload(OWN, filename="模板.xlsx", data=template.body)

    assert template.status == 200
    assert (answer.status, answer.code) == (422, "TableHasNoRows")


async def test_a_sheet_of_data_under_the_templates_header_is_read(service: Client, recruiter: Recruiter) -> None:
    values: list[Any] = [ROW.get(name, "") for name in ROW]
    data = write_csv(columns=[f"{name}*" if name == "薪资" else name for name in ROW], rows=[values])

    answer = await recruiter.client.upload(OWN, filename="岗位.csv", data=data)

    assert counts(answer) == (1, 1, 0, 0)
