"""就业意向接口：求职者，和拿到意向书的任何人。"""

from uuid import UUID

from config.clock import beijing_day, utc_now
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.http.askers import Anyone
from server.http.endpoints import By, Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.jobs.intents import forms, reading, steps, verification
from server.jobs.intents.reading import IntentNotFound
from server.jobs.intents.routes.shapes import PDF, PRINTS, form_of, my_detail, my_page
from server.jobs.intents.schemas import (
    IntentVerificationRequest,
    IntentWithdrawal,
    MyIntentDetail,
    MyIntentPage,
    MyIntentQuery,
    SignatureRequest,
    VerifiedIntentView,
)
from server.jobs.intents.steps import IntentHalted, IntentStateForbids
from server.jobs.intents.terms import IntentExpired, TermsChanged
from server.jobs.intents.verification import IntentNotGenuine

routes = Routes("intents", title="就业意向")


@routes.get("/intents", summary="我的就业意向书，新的在前")
async def list_my_intents(asker: Person, query: MyIntentQuery) -> MyIntentPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await reading.list_own_intents(
        account_id=asker.account_id,
        state=query.state,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return my_page(found, limit=query.limit)


@routes.get("/intents/<intent_id:uuid>", summary="我的就业意向书：条款和经过", refusals=(IntentNotFound,))
async def get_my_intent(asker: Person, intent_id: UUID) -> MyIntentDetail:
    return await my_detail(await reading.get_own_intent(intent_id=intent_id, account_id=asker.account_id))


@routes.get(
    "/intents/<intent_id:uuid>/form.pdf",
    summary="我的就业意向书，打印或保存用（PDF）",
    media_type=PDF,
    limit=PRINTS,
    refusals=(IntentNotFound,),
)
async def print_my_form(asker: Person, intent_id: UUID) -> Download:
    data = await forms.print_own_form(intent_id=intent_id, account_id=asker.account_id, at=utc_now())
    return form_of(intent_id, data)


@routes.post(
    "/intents/<intent_id:uuid>/signature",
    summary="签署就业意向书",
    refusals=(ConsentRequired, IntentNotFound, TermsChanged, IntentExpired, IntentHalted, IntentStateForbids),
)
async def sign_intent(asker: Person, intent_id: UUID, body: SignatureRequest) -> MyIntentDetail:
    """``terms_digest`` is that of the terms that were shown, so that what is signed is what was read."""
    signed = await steps.sign_intent(
        intent_id=intent_id,
        terms_digest=body.terms_digest,
        shares_mobile=body.shares_mobile,
        person=asker,
        at=utc_now(),
    )
    return await my_detail(signed)


@routes.post(
    "/intents/<intent_id:uuid>/withdrawal",
    summary="撤回就业意向书，签署前后都可以",
    refusals=(IntentNotFound, IntentStateForbids),
)
async def withdraw_my_intent(asker: Person, intent_id: UUID, body: IntentWithdrawal) -> MyIntentDetail:
    reason = body.reason.strip()
    return await my_detail(
        await steps.withdraw_own_intent(intent_id=intent_id, reason=reason, person=asker, at=utc_now())
    )


@routes.post(
    "/intent-verifications",
    summary="核验就业意向书的真伪",
    idempotent=False,
    limit=Limit("30/minute", by=By.ADDRESS),
    refusals=(IntentNotGenuine,),
)
async def verify_intent(asker: Anyone, body: IntentVerificationRequest) -> VerifiedIntentView:
    """Whoever holds the form may ask; the number alone verifies nothing."""
    verified = await verification.verify_intent(code=body.code)
    intent = verified.intent
    return VerifiedIntentView(
        number=intent.number,
        state=intent.state,
        state_label=intent.state.label,
        employer_name=intent.employer.name,
        position_title=intent.position_title,
        masked_seeker_name=verified.masked_name,
        signed_on=beijing_day(intent.signed_at) if intent.signed_at else None,
        is_sample=intent.is_sample,
    )
