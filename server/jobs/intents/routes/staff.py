"""就业意向接口：工作人员。"""

import unicodedata
from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import StaffMember
from server.http.endpoints import Download, Routes
from server.http.pagination import decode_cursor
from server.jobs.intents import forms, reading, steps
from server.jobs.intents.numbers import IntentNumberMistyped
from server.jobs.intents.reading import IntentFilter, IntentNotFound
from server.jobs.intents.routes.shapes import PDF, PRINTS, form_of, staff_detail, staff_page
from server.jobs.intents.schemas import (
    IntentQuery,
    IntentReason,
    PaperSignatureRequest,
    StaffIntentDetail,
    StaffIntentPage,
)
from server.jobs.intents.steps import IntentHalted, IntentStateForbids, PaperNumberTaken
from server.jobs.intents.terms import IntentExpired, TermsChanged

routes = Routes("intents", title="就业意向")


@routes.get("/staff/intents", summary="本乡镇招聘会和单位的就业意向书，新的在前", refusals=(IntentNumberMistyped,))
async def list_intents(asker: StaffMember, query: IntentQuery) -> StaffIntentPage:
    """A mistyped number is answered with those of the asker's that are one slip away."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await reading.list_visible_intents(
        staff=asker,
        where=IntentFilter(query.fair, query.state, query.number),
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return await staff_page(found, limit=query.limit)


@routes.get("/staff/intents/<intent_id:uuid>", summary="就业意向书：条款和经过", refusals=(IntentNotFound,))
async def get_intent(asker: StaffMember, intent_id: UUID) -> StaffIntentDetail:
    return await staff_detail(await reading.get_visible_intent(intent_id=intent_id, staff=asker))


@routes.get(
    "/staff/intents/<intent_id:uuid>/form.pdf",
    summary="就业意向书，供纸质签署或归档（PDF）",
    media_type=PDF,
    limit=PRINTS,
    refusals=(IntentNotFound,),
)
async def print_form(asker: StaffMember, intent_id: UUID) -> Download:
    """The name is masked until it is signed. Printing a full name is on record."""
    data = await forms.print_visible_form(intent_id=intent_id, staff=asker, at=utc_now())
    return form_of(intent_id, data)


@routes.post(
    "/staff/intents/<intent_id:uuid>/paper-signature",
    summary="见证并登记纸质签署",
    refusals=(IntentNotFound, PaperNumberTaken, TermsChanged, IntentExpired, IntentHalted, IntentStateForbids),
)
async def witness_paper(asker: StaffMember, intent_id: UUID, body: PaperSignatureRequest) -> StaffIntentDetail:
    """For somebody without a phone, or who prefers to sign on paper. The asker is the witness."""
    number = "".join(unicodedata.normalize("NFKC", body.paper_number).split()).upper()
    signed = await steps.witness_paper(
        intent_id=intent_id,
        paper_number=number,
        terms_code=body.terms_code,
        shares_mobile=body.shares_mobile,
        staff=asker,
        at=utc_now(),
    )
    return await staff_detail(signed)


@routes.post(
    "/staff/intents/<intent_id:uuid>/withdrawal",
    summary="代没有手机的求职者撤回就业意向书",
    refusals=(IntentNotFound, IntentStateForbids),
)
async def withdraw_intent(asker: StaffMember, intent_id: UUID, body: IntentReason) -> StaffIntentDetail:
    reason = body.reason.strip()
    return await staff_detail(
        await steps.withdraw_by_staff(intent_id=intent_id, reason=reason, staff=asker, at=utc_now())
    )
