"""导出投递 — the whole list of one posting; contacts only of those who agree, and on record."""

import io
import json
from uuid import uuid4

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from models.audit import AuditEntry
from tests.employers.people import Recruiter
from tests.factories.jobs import make_posting
from tests.jobs.applications.people import MOBILE, NAME, Case, interview, seek
from tests.service import Answer, Client


async def export(recruiter: Recruiter, case: Case) -> Answer:
    return await recruiter.client.get(f"/v1/employer/jobs/{case.posting.id}/applications-export")


def rows(answer: Answer) -> list[dict[str, object]]:
    """Return the lines of the first sheet by their headers."""
    workbook = load_workbook(io.BytesIO(answer.body))
    sheet: Worksheet = workbook.worksheets[0]
    header, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip((str(name) for name in header), line, strict=True)) for line in lines]


async def test_contacts_stand_only_in_the_rows_of_those_who_agree(service: Client, case: Case) -> None:
    await case.mine("contact-sharing")
    shy = await seek(service, "shy", name="木婉清", mobile="18100000001")
    applied = await shy.apply(case.posting, message='=HYPERLINK("http://example.com")')

    answer = await export(case.recruiter, case)

    assert answer.status == 200
    assert [(row["序号"], row["姓名"], row["手机号"], row["状态"]) for row in rows(answer)] == [
        (1, "木**", None, "已投递"),
        (2, NAME, MOBILE, "已投递"),
    ]
    entry = await AuditEntry.get(action="job_application.exported")
    assert (entry.account_id, entry.role) == (case.recruiter.client.account_id, "employer")
    assert (entry.record_type, entry.record_id) == ("job_posting", str(case.posting.id))
    assert json.loads(entry.detail) == {"applications": 2, "contacts": 1, "contacts_of": [case.id]}
    assert applied.status == 201


async def test_the_profile_stands_in_columns_that_people_read(case: Case) -> None:
    await case.theirs("viewing")
    await case.theirs("interview", interview())

    [row] = rows(await export(case.recruiter, case))

    assert (row["服役年限"], row["技能"], row["学历"]) == (5, "驾驶", "不限")
    assert row["自我介绍"] == "服役五年，开过重型车"
    assert (row["状态"], row["面试地点"]) == ("面试", interview()["place"])
    assert row["面试时间"] is not None


async def test_what_people_write_never_runs_as_a_formula(service: Client, case: Case) -> None:
    sly = await seek(service, "sly", mobile="18100000001")
    await sly.client.patch("/v1/job-profile", {"introduction": "=1+1"})
    await sly.apply(case.posting, message="@SUM(A1)")

    answer = await export(case.recruiter, case)

    sheet = load_workbook(io.BytesIO(answer.body)).worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    for text in ("=1+1", "@SUM(A1)"):
        assert (cells[text].data_type, cells[text].quotePrefix) == ("s", True)


async def test_an_empty_posting_gives_a_sheet_with_headers_only(recruiter: Recruiter, case: Case) -> None:
    posting = await make_posting(employer=recruiter.employer)

    answer = await recruiter.client.get(f"/v1/employer/jobs/{posting.id}/applications-export")

    assert (answer.status, rows(answer)) == (200, [])


async def test_the_posting_of_another_employer_is_not_exported(case: Case, rival: Recruiter) -> None:
    foreign = await export(rival, case)
    absent = await rival.client.get(f"/v1/employer/jobs/{uuid4()}/applications-export")

    assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "PostingNotFound")
    assert await AuditEntry.filter(action="job_application.exported").count() == 0


async def test_of_what_was_withdrawn_only_the_state_is_exported(case: Case) -> None:
    await case.mine("contact-sharing")
    await case.mine("withdrawal", {})

    [row] = rows(await export(case.recruiter, case))

    assert (row["姓名"], row["手机号"], row["状态"]) == ("段**", None, "已撤回")
    assert (row["服役年限"], row["技能"], row["自我介绍"], row["附言"]) == (None, None, None, None)


async def test_once_the_consent_is_taken_back_the_next_export_is_masked(case: Case) -> None:
    await case.mine("contact-sharing")
    await case.applicant.client.delete(f"/v1/applications/{case.id}/contact-sharing")

    [row] = rows(await export(case.recruiter, case))

    assert (row["姓名"], row["手机号"]) == ("段**", None)
