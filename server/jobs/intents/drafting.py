"""起草就业意向 — an employer writes the form at its booth or for an applicant, and corrects it until it is signed."""

import base64
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from tortoise.exceptions import IntegrityError

from models.errors import Conflict, NotFound
from models.fairs import FairPosting, JobFair
from models.intents import Intent, IntentEvent, IntentState
from models.jobs import JobActor, JobPosting, PostingState
from models.seekers import Seeker
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import EmployerMember
from server.audit.service import record
from server.jobs.intents.numbers import INTENT_NUMBERS
from server.jobs.intents.reading import get_employer_intent
from server.jobs.intents.sources import IntentSource, met
from server.jobs.intents.telling import tell, tell_of_correction
from server.jobs.intents.terms import IntentExpired, IntentTerms, TermsChanged, Wishes, read_terms, terms_of

DRAFT_DAYS = 7
"""A draft that nobody signs within a week of its last correction lapses."""
OPEN_FOR_INTENTS = (PostingState.LIVE, PostingState.FILLED)
"""Filled too: the last openings are filled at the booths, and the forms are written afterwards."""


class IntentPostingNotFound(NotFound):
    message = "本单位没有这个岗位"
    next_step = "请返回本单位的岗位列表刷新后再选"


class PostingNotOpenForIntents(Conflict):
    message = "这个岗位现在不能签意向书"
    next_step = "只有招聘中和已招满的岗位可以签，请先在「我的岗位」里看一下它的状态"


class IntentExists(Conflict):
    message = "这位求职者和这个岗位已经有一份意向书"
    next_step = "请在意向书列表里找到它，修改或继续办理；要重新签的，先撤回原来的"


class IntentNotDraft(Conflict):
    message = "这份意向书已经不是草稿，不能修改"
    next_step = "内容有变的，请撤回后重新填写一份"


class Corrections(msgspec.Struct, frozen=True):
    """意向书的更正 — what is UNSET stays; an empty ``pay`` goes back to the posting's."""

    pay: str | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    remarks: str | UnsetType = UNSET


async def draft_intent(
    *, posting_id: UUID, source: IntentSource, wishes: Wishes, member: EmployerMember, at: datetime
) -> Intent:
    """Write the form for a seeker, who is asked to sign it; its terms are frozen. 起草就业意向。

    Raises:
        IntentSourceUnclear: not exactly one of fair with registration number, and application.
        IntentPostingNotFound: the posting is none of the employer's.
        PostingNotOpenForIntents: it is neither live nor filled, nor was it at a fair that is entered afterwards.
        FairNotFound, NoBoothAtFair: the fair is not published, or the employer has no booth at it.
        BoothNumberMistyped, SeekerNotAtFair: the number is none, or nobody with it has checked in there.
        IntentApplicationNotFound, IntentApplicationOver: the application is not for this posting, or is at its end.
        IntentPayUnclear, IntentPayBelowPosting, IntentStartImplausible, IntentRemarksUnlawful: see ``read_terms``.
        IntentExists: posting and seeker have an intent that is alive.
    """
    source.check()
    async with transaction():
        posting = await JobPosting.get_or_none(id=posting_id, employer_id=member.employer_id)
        if posting is None:
            raise IntentPostingNotFound
        found = await met(source, posting)
        await _refuse_closed(posting, found.fair)
        terms = await read_terms(posting=posting, wishes=wishes, at=at)
        intent = await _store(posting, found.seeker, source, terms, at=at)
        await intent.fetch_related("employer", "fair")
        await IntentEvent.create(
            intent_id=intent.id,
            from_state=None,
            to_state=IntentState.DRAFT,
            actor=JobActor.EMPLOYER,
            account_id=member.account_id,
            created_at=at,
        )
        await _audit(intent, "intent.drafted", member, {"posting_id": posting.id, "seeker_id": found.seeker.id})
        await tell(intent, by=JobActor.EMPLOYER, at=at)
    return intent


async def correct_intent(*, intent_id: UUID, corrections: Corrections, member: EmployerMember, at: datetime) -> Intent:
    """Correct a draft; the seeker is told, and a signature of what stood before is no longer taken.

    Raises:
        IntentNotFound: the employer has no such intent.
        IntentNotDraft, IntentExpired: it was signed or has ended, or nobody signed it in time.
        TermsChanged: a colleague corrected it at the same moment.
        IntentPayUnclear, IntentPayBelowPosting, IntentStartImplausible, IntentRemarksUnlawful: see ``read_terms``.
    """
    async with transaction():
        intent = await get_employer_intent(intent_id=intent_id, employer_id=member.employer_id)
        terms = await _corrected(intent, corrections, at=at)
        digest = terms.digest(number=intent.number, employer_id=intent.employer_id)
        if digest != intent.terms_digest or intent.state is not IntentState.DRAFT:
            await _rewrite(intent, terms, digest, at=at)
            intent = await get_employer_intent(intent_id=intent_id, employer_id=member.employer_id)
            await _audit(intent, "intent.corrected", member, {"terms_digest": digest})
            await tell_of_correction(intent, at=at)
    return intent


async def _refuse_closed(posting: JobPosting, fair: JobFair | None) -> None:
    """Refuse a posting that is not open, unless it was brought to a fair that is entered afterwards."""
    if posting.state in OPEN_FOR_INTENTS:
        return
    is_entered = posting.state is PostingState.CLOSED and fair is not None and fair.was_entered_afterwards
    if not is_entered or not await FairPosting.exists(fair=fair, posting_id=posting.id):
        raise PostingNotOpenForIntents(f"这个岗位{posting.state.label}，现在不能签意向书")


async def _store(
    posting: JobPosting, seeker: Seeker, source: IntentSource, terms: IntentTerms, *, at: datetime
) -> Intent:
    try:
        async with savepoint():
            number = await INTENT_NUMBERS.give(at=at)
            return await Intent.create(
                number=number,
                verification_code=make_verification_code(),
                employer_id=posting.employer_id,
                posting_id=posting.id,
                fair_id=source.fair_id,
                application_id=source.application_id,
                seeker_id=seeker.id,
                **terms.columns(),
                terms_digest=terms.digest(number=number, employer_id=posting.employer_id),
                expires_at=at + timedelta(days=DRAFT_DAYS),
                is_sample=posting.is_sample or seeker.is_sample,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError:  # the index ``intents_one_alive``
        raise IntentExists from None


def make_verification_code() -> str:
    """Return 26 random signs (128 bits) of the set that makes a small QR code."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


async def _corrected(intent: Intent, corrections: Corrections, *, at: datetime) -> IntentTerms:
    """Return the terms as they are wanted now; what is not corrected stays as it was drafted."""
    known = terms_of(intent)
    read = await read_terms(
        posting=await JobPosting.get(id=intent.posting_id),
        wishes=Wishes(
            pay=corrections.pay if corrections.pay is not UNSET else "",
            starts_on=corrections.starts_on if corrections.starts_on is not UNSET else None,
            remarks=corrections.remarks if corrections.remarks is not UNSET else "",
        ),
        at=at,
    )
    return replace(
        known,
        pay=known.pay if corrections.pay is UNSET else read.pay,
        starts_on=known.starts_on if corrections.starts_on is UNSET else read.starts_on,
        remarks=known.remarks if corrections.remarks is UNSET else read.remarks,
    )


async def _rewrite(intent: Intent, terms: IntentTerms, digest: str, *, at: datetime) -> None:
    changed = await execute(
        "UPDATE intents SET pay_min_fen = $1, pay_max_fen = $2, pay_months = $3, pay_is_negotiable = $4, "
        "starts_on = $5, remarks = $6, terms_digest = $7, expires_at = $8, updated_at = $9 "
        "WHERE id = $10 AND state = $11 AND terms_digest = $12 AND expires_at > $9",
        terms.pay.min_fen,
        terms.pay.max_fen,
        terms.pay.months,
        terms.pay.is_negotiable,
        terms.starts_on,
        terms.remarks,
        digest,
        at + timedelta(days=DRAFT_DAYS),
        at,
        intent.id,
        IntentState.DRAFT.value,
        intent.terms_digest,
    )
    if not changed:
        now = await Intent.get(id=intent.id)
        if now.state is not IntentState.DRAFT:
            raise IntentNotDraft(f"这份意向书{now.state.label}，不能修改")
        raise TermsChanged if now.expires_at > at else IntentExpired


async def _audit(intent: Intent, action: str, member: EmployerMember, detail: dict[str, object]) -> None:
    await record(
        account_id=member.account_id,
        role=member.role,
        action=action,
        record_type="intent",
        record_id=intent.id,
        detail=detail,
    )
