"""就业意向接口：用人单位。"""

from uuid import UUID

import msgspec

from config.clock import utc_now
from server.accounts.guards import ApprovedEmployerMember
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.jobs.fairs.service import FairNotFound
from server.jobs.intents import drafting, forms, reading, steps
from server.jobs.intents.drafting import (
    Corrections,
    IntentExists,
    IntentNotDraft,
    IntentPostingNotFound,
    PostingNotOpenForIntents,
)
from server.jobs.intents.numbers import IntentNumberMistyped
from server.jobs.intents.reading import IntentFilter, IntentNotFound
from server.jobs.intents.routes.shapes import PDF, PRINTS, employer_detail, employer_page, form_of
from server.jobs.intents.schemas import (
    EmployerIntentDetail,
    EmployerIntentPage,
    IntentPatch,
    IntentQuery,
    IntentReason,
    IntentRequest,
)
from server.jobs.intents.sources import (
    BoothNumberMistyped,
    IntentApplicationNotFound,
    IntentApplicationOver,
    IntentSource,
    IntentSourceUnclear,
    NoBoothAtFair,
    SeekerNotAtFair,
)
from server.jobs.intents.steps import IntentStateForbids
from server.jobs.intents.terms import (
    IntentExpired,
    IntentPayBelowPosting,
    IntentPayUnclear,
    IntentRemarksUnlawful,
    IntentStartImplausible,
    TermsChanged,
    Wishes,
)

routes = Routes("intents", title="就业意向")
_TERMS = (IntentPayUnclear, IntentPayBelowPosting, IntentStartImplausible, IntentRemarksUnlawful)
_STEP = (IntentNotFound, IntentStateForbids)


@routes.post(
    "/employer/intents",
    summary="起草就业意向书，请求职者签署",
    status=201,
    limit=Limit("60/minute"),
    refusals=(
        *(IntentSourceUnclear, IntentPostingNotFound, PostingNotOpenForIntents, FairNotFound, NoBoothAtFair),
        *(BoothNumberMistyped, SeekerNotAtFair, IntentApplicationNotFound, IntentApplicationOver, IntentExists),
        *_TERMS,
    ),
)
async def draft_intent(asker: ApprovedEmployerMember, body: IntentRequest) -> EmployerIntentDetail:
    """At a fair by the number that the seeker tells after checking in, else for an application."""
    drafted = await drafting.draft_intent(
        posting_id=body.posting_id,
        source=IntentSource(body.fair_id, body.registration_number, body.application_id),
        wishes=Wishes(body.pay, body.starts_on, body.remarks.strip()),
        member=asker,
        at=utc_now(),
    )
    return await employer_detail(drafted)


@routes.get("/employer/intents", summary="本单位的就业意向书，新的在前", refusals=(IntentNumberMistyped,))
async def list_employer_intents(asker: ApprovedEmployerMember, query: IntentQuery) -> EmployerIntentPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await reading.list_employer_intents(
        employer_id=asker.employer_id,
        where=IntentFilter(query.fair, query.state, query.number),
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return await employer_page(found, limit=query.limit)


@routes.get("/employer/intents/<intent_id:uuid>", summary="本单位的就业意向书：条款和经过", refusals=(IntentNotFound,))
async def get_employer_intent(asker: ApprovedEmployerMember, intent_id: UUID) -> EmployerIntentDetail:
    found = await reading.get_employer_intent(intent_id=intent_id, employer_id=asker.employer_id)
    return await employer_detail(found)


@routes.patch(
    "/employer/intents/<intent_id:uuid>",
    summary="更正还没签署的就业意向书",
    refusals=(IntentNotFound, IntentNotDraft, IntentExpired, TermsChanged, *_TERMS),
)
async def correct_intent(asker: ApprovedEmployerMember, intent_id: UUID, body: IntentPatch) -> EmployerIntentDetail:
    """The seeker is told, and signs only what stands now."""
    corrections = Corrections(**msgspec.structs.asdict(body))
    corrected = await drafting.correct_intent(intent_id=intent_id, corrections=corrections, member=asker, at=utc_now())
    return await employer_detail(corrected)


@routes.get(
    "/employer/intents/<intent_id:uuid>/form.pdf",
    summary="本单位的就业意向书，打印用（PDF）",
    media_type=PDF,
    limit=PRINTS,
    refusals=(IntentNotFound,),
)
async def print_employer_form(asker: ApprovedEmployerMember, intent_id: UUID) -> Download:
    """The name is masked until it is signed. Printing a full name is on record."""
    data = await forms.print_employer_form(intent_id=intent_id, member=asker, at=utc_now())
    return form_of(intent_id, data)


@routes.post("/employer/intents/<intent_id:uuid>/offer", summary="拟录用", refusals=_STEP)
async def offer_intent(asker: ApprovedEmployerMember, intent_id: UUID) -> EmployerIntentDetail:
    return await employer_detail(await steps.offer_intent(intent_id=intent_id, member=asker, at=utc_now()))


@routes.post("/employer/intents/<intent_id:uuid>/hire", summary="录用", refusals=_STEP)
async def hire_by_intent(asker: ApprovedEmployerMember, intent_id: UUID) -> EmployerIntentDetail:
    return await employer_detail(await steps.hire_by_intent(intent_id=intent_id, member=asker, at=utc_now()))


@routes.post("/employer/intents/<intent_id:uuid>/withdrawal", summary="撤回就业意向书，写明原因", refusals=_STEP)
async def withdraw_employer_intent(
    asker: ApprovedEmployerMember, intent_id: UUID, body: IntentReason
) -> EmployerIntentDetail:
    reason = body.reason.strip()
    return await employer_detail(
        await steps.withdraw_by_employer(intent_id=intent_id, reason=reason, member=asker, at=utc_now())
    )
