"""招聘过程 — an employer submits its postings, takes them back, and says when they are filled or closed."""

from datetime import datetime
from uuid import UUID

from config.clock import beijing_day
from models.jobs import JobPosting
from models.transactions import transaction
from server.accounts.guards import ApprovedEmployerMember
from server.jobs.postings.checking import request_posting_checks
from server.jobs.postings.service import get_own_posting
from server.jobs.postings.steps import CLOSE, FILL, RECALL, REOPEN, SUBMIT, WITHDRAW, PostingStep, StepTaker, take_step
from server.jobs.postings.terms import check_complete, check_terms, terms_of


async def submit_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """Submit a draft for review, once it states what a posting must state.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it is no draft.
        PostingIncomplete: something is missing (人力资源市场暂行条例 24).
        PostingTermsInvalid, UnlawfulConditions: it was kept under older rules.
        PostingChangedMeanwhile: a colleague changed it at this very moment.
    """
    return await _step(SUBMIT, posting_id, member=member, at=at)


async def recall_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """Take a submitted posting back to correct it.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it is not waiting for review.
    """
    return await _step(RECALL, posting_id, member=member, at=at)


async def withdraw_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """Withdraw a posting for good.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it has ended already, or is filled.
    """
    return await _step(WITHDRAW, posting_id, member=member, at=at)


async def fill_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """Say that a live posting is filled; nobody applies any more.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it is not live.
    """
    return await _step(FILL, posting_id, member=member, at=at)


async def reopen_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """Let a filled posting be live again: somebody who was hired did not come.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it is not filled.
        PostingOverdue: its closing day has passed; a later one may be set first.
        PostingEmployerNotApproved: the employer was suspended at this very moment.
    """
    return await _step(REOPEN, posting_id, member=member, at=at)


async def close_posting(*, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    """End a posting before its closing day.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: it was never live, or has ended.
    """
    return await _step(CLOSE, posting_id, member=member, at=at)


async def _step(step: PostingStep, posting_id: UUID, *, member: ApprovedEmployerMember, at: datetime) -> JobPosting:
    async with transaction():
        posting = await get_own_posting(posting_id=posting_id, member=member)
        seen = None
        if step is SUBMIT and posting.state in step.origins:
            terms, today, seen = terms_of(posting), beijing_day(at), posting.updated_at
            check_terms(terms, changed=(), today=today)
            check_complete(terms, today=today)
        await take_step(step, posting, by=StepTaker.employer(member), at=at, seen=seen)
        if step is SUBMIT:
            await request_posting_checks([(posting.id, terms_of(posting))], account_id=member.account_id, at=at)
    return await get_own_posting(posting_id=posting_id, member=member)
