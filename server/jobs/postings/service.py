"""岗位业务 — an employer writes, changes and reads its own postings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.clock import beijing_day
from models.accounts import Purpose
from models.employers import Employer
from models.errors import Conflict, FieldError, NotFound
from models.jobs import JobPosting, JobPostingEvent, PostingState
from models.towns import Town
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import ApprovedEmployerMember, EmployerMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.jobs.postings.checking import request_posting_checks
from server.jobs.postings.steps import REVISE, PostingStateForbids, StepTaker, note_step, take_step
from server.jobs.postings.terms import (
    ALL_FIELDS,
    LABELS,
    UNREVIEWED,
    PostingChanges,
    PostingTerms,
    PostingTermsInvalid,
    check_complete,
    check_terms,
    columns_of,
    terms_of,
)
from server.numbering.numbers import Numbering

NUMBERS = Numbering("GW")
"""For postings whose employer gives none, such as GW2611250017K."""
_CONTACT = frozenset({"contact_name", "contact_telephone"})
_CHANGEABLE: dict[PostingState, frozenset[str]] = {
    PostingState.DRAFT: ALL_FIELDS,
    # what staff are reading stays as it is: the employer takes it back first
    PostingState.SUBMITTED: frozenset(),
    PostingState.LIVE: ALL_FIELDS,
    # to put right what it was suspended for; staff name what they read when they reinstate it
    PostingState.SUSPENDED: ALL_FIELDS,
    # it may go live again without a review
    PostingState.FILLED: UNREVIEWED,
    PostingState.CLOSED: frozenset(),
    PostingState.WITHDRAWN: frozenset(),
}


class PostingNotFound(NotFound):
    message = "没有找到这个岗位"
    next_step = "请返回岗位列表刷新后再试"


class PostingNumberTaken(Conflict):
    message = "本单位已有一个这个编号的岗位"
    next_step = "请换一个编号，或修改原来的岗位；编号留空时由系统编号"


@dataclass(frozen=True, slots=True)
class PostingChange:
    """A posting after a change, and the fields for which it went back to review; none if it did not."""

    posting: JobPosting
    reviewed_again: frozenset[str]


async def create_posting(
    *, changes: PostingChanges, number: str, member: ApprovedEmployerMember, at: datetime
) -> JobPosting:
    """Store a posting of the asker's own employer as a draft; without a ``number`` it is given one.

    Raises:
        PostingTermsInvalid, UnlawfulConditions: it cannot be kept so; every fault is named.
        ConsentRequired: it names a contact and no consent to ``jobs`` is in force.
        PostingNumberTaken: the employer has a posting of this number.
    """
    terms = changes.applied_to(PostingTerms())
    await _check(terms, changed=terms.changed_from(PostingTerms()) | {"title"}, member=member, at=at)
    employer = await Employer.get(id=member.employer_id)
    columns = columns_of(terms, names=ALL_FIELDS, employer_name=employer.name)
    async with transaction():
        posting = JobPosting(
            **columns,
            employer_id=employer.id,
            number=number.strip() or await NUMBERS.give(at=at),
            is_sample=employer.is_sample,
            created_at=at,
            updated_at=at,
        )
        try:
            async with savepoint():
                await posting.save(force_create=True)
        except IntegrityError:
            raise PostingNumberTaken from None
        by = StepTaker.employer(member)
        await note_step("created", posting.id, origin=None, target=PostingState.DRAFT, by=by, at=at)
    return posting


async def update_posting(
    *, posting_id: UUID, changes: PostingChanges, member: ApprovedEmployerMember, at: datetime
) -> PostingChange:
    """Change a posting of the asker's own employer; the audit names the fields.

    A live one goes back to review unless only what ``UNREVIEWED`` names changes. A filled one takes only that.

    Raises:
        PostingNotFound: the employer has none such.
        PostingStateForbids: its state does not allow this change.
        PostingTermsInvalid, UnlawfulConditions, ConsentRequired: as at creation.
        PostingIncomplete: it is no draft, and would lack what a posting must state.
    """
    async with transaction():
        # takes the row for this transaction on both databases, so that it is not approved in the middle
        await execute("UPDATE job_postings SET updated_at = updated_at WHERE id = $1", posting_id)
        posting = await get_own_posting(posting_id=posting_id, member=member)
        before = terms_of(posting)
        after = changes.applied_to(before)
        changed = after.changed_from(before)
        if not changed:
            return PostingChange(posting, frozenset())
        _refuse_state(posting.state, changed)
        await _check(after, changed=changed, member=member, at=at)
        if posting.state is not PostingState.DRAFT:
            check_complete(after, today=beijing_day(at))
        columns = columns_of(after, names=changed, employer_name=posting.employer.name)
        posting.update_from_dict(columns | {"updated_at": at})
        await posting.save(update_fields=[*columns, "updated_at"])
        await _note_change(posting, changed, member)
        reviewed_again = changed - UNREVIEWED if posting.state is PostingState.LIVE else frozenset()
        if reviewed_again:
            reason = f"修改了{in_words(reviewed_again)}"
            await take_step(REVISE, posting, by=StepTaker.employer(member), at=at, reason=reason)
            posting.state, posting.state_reason = REVISE.target, reason
            await request_posting_checks([(posting.id, terms_of(posting))], account_id=member.account_id, at=at)
    return PostingChange(posting, reviewed_again)


async def _note_change(posting: JobPosting, changed: Collection[str], member: EmployerMember) -> None:
    await record(
        account_id=member.account_id,
        role=member.role,
        action="job_posting.changed",
        record_type="job_posting",
        record_id=posting.id,
        detail={"fields": sorted(changed), "state": posting.state.value},
    )


def in_words(fields: Collection[str]) -> str:
    """Return the names of fields as a person reads them, in the order of the form."""
    return "、".join(label for name, label in LABELS.items() if name in fields)


def _refuse_state(state: PostingState, changed: Collection[str]) -> None:
    allowed = _CHANGEABLE[state]
    if allowed >= set(changed):
        return
    if state is PostingState.SUBMITTED:
        raise PostingStateForbids("这个岗位正在审核，不能修改", next_step="请先收回，修改后再提交审核")
    if not allowed:
        raise PostingStateForbids(f"这个岗位{state.label}，不能修改", next_step="请新建一个岗位")
    may = in_words(allowed)
    raise PostingStateForbids(f"{state.label}的岗位只能修改{may}", next_step="请先重新招聘，再修改其他内容")


async def _check(
    terms: PostingTerms, *, changed: Collection[str], member: ApprovedEmployerMember, at: datetime
) -> None:
    check_terms(terms, changed=changed, today=beijing_day(at))
    if terms.town_code is not None and "town_code" in changed and not await Town.exists(code=terms.town_code):
        raise PostingTermsInvalid(errors=(FieldError("town_code", "不是高邮市的乡镇（街道）代码；不在高邮的留空"),))
    if _CONTACT & set(changed):
        await require_consent(account_id=member.account_id, purpose=Purpose.JOBS)


async def get_own_posting(*, posting_id: UUID, member: EmployerMember) -> JobPosting:
    """Return a posting of the asker's own employer, with the employer.

    Raises:
        PostingNotFound: the employer has none such.
    """
    posting = await JobPosting.get_or_none(id=posting_id, employer_id=member.employer_id).select_related("employer")
    if posting is None:
        raise PostingNotFound
    return posting


async def list_own_postings(
    *, member: EmployerMember, state: PostingState | None = None, after: UUID | None = None, limit: int = 20
) -> list[JobPosting]:
    """Return the postings of the asker's own employer, newest first; ``after`` is the last id of the page before."""
    found = JobPosting.filter(employer_id=member.employer_id)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def list_events(*, posting_id: UUID) -> list[JobPostingEvent]:
    """Return every step of a posting, oldest first."""
    return await JobPostingEvent.filter(posting_id=posting_id).order_by("id")
