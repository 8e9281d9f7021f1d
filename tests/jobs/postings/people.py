"""岗位发布的测试 — what an employer sends, and the steps that tests take often."""

from datetime import timedelta
from typing import Any

from config.clock import beijing_day, utc_now
from tests.employers.people import Recruiter
from tests.service import Answer, Client

JOBS = "/v1/employer/jobs"
STAFF_JOBS = "/v1/staff/jobs"
TOMORROW = (beijing_day(utc_now()) + timedelta(days=1)).isoformat()
YESTERDAY = (beijing_day(utc_now()) - timedelta(days=1)).isoformat()
BODY: dict[str, Any] = {
    "title": "示例保安员",
    "openings": 3,
    "address": "示例路 3 号",
    "pay": "5000-7000元/月·13薪",
    "description": "负责厂区巡逻和门岗值守",
    "contact_name": "木婉清",
    "contact_telephone": "0514-84612345",
}


async def write(recruiter: Recruiter, **overrides: Any) -> Answer:
    """Write a posting as a member."""
    return await recruiter.client.post(JOBS, BODY | overrides)


async def written(recruiter: Recruiter, **overrides: Any) -> str:
    """Return the id of a posting just written."""
    answer = await write(recruiter, **overrides)
    assert answer.status == 201, answer
    identifier: str = answer.json["id"]
    return identifier


async def step(client: Client, address: str, name: str, reason: str = "") -> Answer:
    """Take a step that needs no more than a reason."""
    return await client.post(f"{address}/{name}", {"reason": reason} if reason else None)


async def submitted(recruiter: Recruiter, **overrides: Any) -> str:
    """Return the id of a posting that waits for review."""
    identifier = await written(recruiter, **overrides)
    answer = await step(recruiter.client, f"{JOBS}/{identifier}", "submission")
    assert answer.status == 200, answer
    return identifier


async def look_and_let_live(staff: Client, identifier: str, name: str = "approval") -> Answer:
    """Read a posting as staff and approve (or reinstate) what was read."""
    seen = await staff.get(f"{STAFF_JOBS}/{identifier}")
    return await staff.post(f"{STAFF_JOBS}/{identifier}/{name}", {"updated_at": seen.json["updated_at"]})


async def live(recruiter: Recruiter, staff: Client, **overrides: Any) -> str:
    """Return the id of a posting that staff approved."""
    identifier = await submitted(recruiter, **overrides)
    answer = await look_and_let_live(staff, identifier)
    assert answer.status == 200, answer
    return identifier


def fields(answer: Answer) -> list[str]:
    """Return the fields that a refusal names."""
    return [error["field"] for error in answer.json["errors"]]
