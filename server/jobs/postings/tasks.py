"""岗位任务 — postings end after their closing day, and are found by the name that their employer has now."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing_day
from models.employers import Employer
from models.jobs import JobPosting, PostingState
from models.moderation import CheckedContent, ContentOutcome
from models.transactions import execute, transaction
from server.jobs.postings.checking import SUBMITTED, text_of
from server.jobs.postings.review import return_posting
from server.jobs.postings.steps import CLOSE, SYSTEM, PostingChangedMeanwhile, PostingStateForbids, take_step
from server.jobs.postings.terms import terms_of
from server.moderation.service import OpenClient, judge
from server.outbox.service import enqueue
from server.search.pairs import search_text

BATCH = 200
OVERDUE = "截止日期已过"


async def close_overdue(*, at: datetime) -> int:
    """Close every posting whose last Beijing day has passed; return how many. What somebody moves meanwhile is left."""
    total = 0
    while True:
        overdue = (
            await JobPosting.filter(state__in=CLOSE.origins, closes_on__lt=beijing_day(at)).order_by("id").limit(BATCH)
        )
        closed = sum([await _close(posting, at=at) for posting in overdue])
        total += closed
        if not closed:
            return total


async def _close(posting: JobPosting, *, at: datetime) -> bool:
    try:
        async with transaction():
            await take_step(CLOSE, posting, by=SYSTEM, at=at, reason=OVERDUE)
    except PostingStateForbids:
        return False
    return True


async def employer_renamed(payload: dict[str, Any]) -> None:
    """Let an employer's postings be found by its new name: the work of ``employers.renamed``. It may run twice."""
    employer = await Employer.get(id=payload["employer_id"])
    last: UUID | None = None
    while True:
        found = JobPosting.filter(employer_id=employer.id)
        postings = await (found.filter(id__gt=last) if last else found).order_by("id").limit(BATCH)
        if not postings:
            return
        async with transaction():
            for posting in postings:
                text = search_text(posting.title, employer.name, posting.address, posting.description)
                # what the employer changes at this moment is stored with the new name by itself
                await execute(
                    "UPDATE job_postings SET search_text = $1 WHERE id = $2 AND search_text = $3",
                    text,
                    posting.id,
                    posting.search_text,
                )
        last = postings[-1].id


async def check_posting(payload: dict[str, Any], *, open_client: OpenClient, at: datetime) -> None:
    """Check the text of a submitted posting: the work of ``jobs.posting_submitted``. It may run twice. 岗位内容检测。

    What is risky goes back to its employer; everything else, also what could not be checked, stays with the
    reviewer. One that staff have approved meanwhile is not touched: they saw it.
    """
    posting = await JobPosting.get_or_none(id=payload["posting_id"])
    if posting is None or posting.state not in (PostingState.SUBMITTED, PostingState.LIVE):
        return
    text = text_of(terms_of(posting))
    found = await judge(
        content=CheckedContent.POSTING, content_id=posting.id, text=text, open_client=open_client, at=at
    )
    if found is None:
        return
    if found.again_at is not None:
        await enqueue(SUBMITTED, {"posting_id": str(posting.id)}, run_at=found.again_at)
    if found.check.outcome is ContentOutcome.RISKY and posting.state is PostingState.SUBMITTED:
        reason = f"微信内容安全检测认为有违规内容（{found.check.reason}），请修改后重新提交；认为有误的请联系服务站"
        with suppress(PostingStateForbids, PostingChangedMeanwhile):  # staff or the employer were quicker
            await return_posting(posting, reason=reason, at=at)
