"""意向书的答复 — the record as each side sees it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing
from models.intents import Intent, IntentState
from server.http.endpoints import Download, Limit
from server.http.pagination import encode_cursor
from server.jobs.intents.people import as_the_employer_sees, contacts_of
from server.jobs.intents.reading import history_of
from server.jobs.intents.schemas import (
    EmployerIntent,
    EmployerIntentDetail,
    EmployerIntentPage,
    IntentStep,
    IntentTermsView,
    MyIntent,
    MyIntentDetail,
    MyIntentPage,
    StaffIntent,
    StaffIntentDetail,
    StaffIntentPage,
)
from server.jobs.intents.terms import pay_of
from server.jobs.pay import format_pay

PDF = "application/pdf"
PRINTS = Limit("20/minute")
"""A form costs a quarter of a second of work."""

_NEXT_STEPS = {
    IntentState.DRAFT: "请核对岗位、工资和地点，同意就签署；不对的请用人单位更正，不愿意的可以撤回",
    IntentState.SIGNED: "请等待用人单位答复；改了主意可以撤回",
    IntentState.OFFERED: "用人单位拟录用您，请按通知办理入职；不去了请撤回，让单位早些知道",
    IntentState.HIRED: "已录用，请按约定到岗",
    IntentState.WITHDRAWN: "可以再看看其他岗位",
    IntentState.LAPSED: "仍有意向的，可以请用人单位重新填写一份",
}
_ENDS_BY_ITSELF = (IntentState.DRAFT, IntentState.SIGNED)


def my_page(found: list[Intent], *, limit: int) -> MyIntentPage:
    """Return a page of ``limit`` of a seeker's intents, of which one more was asked for."""
    return MyIntentPage([_mine(intent) for intent in found[:limit]], _next_cursor(found, limit))


async def my_detail(intent: Intent) -> MyIntentDetail:
    """Return a seeker's intent with its history."""
    return MyIntentDetail(_mine(intent), await _history(intent.id))


async def employer_page(found: list[Intent], *, limit: int) -> EmployerIntentPage:
    """Return a page of ``limit`` of an employer's intents, of which one more was asked for."""
    shown = found[:limit]
    contacts = await contacts_of(intent.seeker_id for intent in shown)
    items = [_employers(intent, *as_the_employer_sees(intent, contacts[intent.seeker_id])) for intent in shown]
    return EmployerIntentPage(items, _next_cursor(found, limit))


async def employer_detail(intent: Intent) -> EmployerIntentDetail:
    """Return an employer's intent with its history."""
    page = await employer_page([intent], limit=1)
    return EmployerIntentDetail(page.items[0], await _history(intent.id))


async def staff_page(found: list[Intent], *, limit: int) -> StaffIntentPage:
    """Return a page of ``limit`` of the intents that staff see, of which one more was asked for."""
    shown = found[:limit]
    contacts = await contacts_of(intent.seeker_id for intent in shown)
    items = [
        StaffIntent(
            **_common(intent),
            masked_seeker_name=contacts[intent.seeker_id].masked_name,
            masked_seeker_mobile=contacts[intent.seeker_id].masked_mobile,
            paper_number=intent.paper_number,
            witness_id=intent.witness_id,
        )
        for intent in shown
    ]
    return StaffIntentPage(items, _next_cursor(found, limit))


async def staff_detail(intent: Intent) -> StaffIntentDetail:
    """Return an intent with its history as staff see it."""
    page = await staff_page([intent], limit=1)
    return StaffIntentDetail(page.items[0], await _history(intent.id))


def form_of(intent_id: UUID, data: bytes) -> Download:
    """Return a printed form as a file to keep."""
    return Download(data=data, media_type=PDF, filename=f"就业意向书-{intent_id}.pdf")


def _mine(intent: Intent) -> MyIntent:
    return MyIntent(**_common(intent), next_step=_NEXT_STEPS[intent.state])


def _employers(intent: Intent, name: str, mobile: str) -> EmployerIntent:
    return EmployerIntent(**_common(intent), seeker_name=name, seeker_mobile=mobile)


def _next_cursor(found: list[Intent], limit: int) -> str | None:
    return encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None


async def _history(intent_id: UUID) -> list[IntentStep]:
    return [
        IntentStep(
            from_state=event.from_state,
            to_state=event.to_state,
            to_state_label=event.to_state.label,
            actor=event.actor,
            actor_label=event.actor.label,
            note=event.note,
            at=beijing(event.created_at),
        )
        for event in await history_of(intent_id)
    ]


def _common(intent: Intent) -> dict[str, Any]:
    return {
        "id": intent.id,
        "number": intent.number,
        "state": intent.state,
        "state_label": intent.state.label,
        "state_reason": intent.state_reason,
        "employer_id": intent.employer_id,
        "employer_name": intent.employer.name,
        "posting_id": intent.posting_id,
        "fair_id": intent.fair_id,
        "fair_title": intent.fair.title if intent.fair else None,
        "application_id": intent.application_id,
        "terms": _terms(intent),
        "terms_digest": intent.terms_digest,
        "expires_at": beijing(intent.expires_at) if intent.state in _ENDS_BY_ITSELF else None,
        "drafted_at": beijing(intent.created_at),
        "signed_at": _instant(intent.signed_at),
        "signing": intent.signing,
        "signing_label": intent.signing.label if intent.signing else "",
        "offered_at": _instant(intent.offered_at),
        "hired_at": _instant(intent.hired_at),
        "withdrawn_at": _instant(intent.withdrawn_at),
        "lapsed_at": _instant(intent.lapsed_at),
        "shares_mobile": intent.contact_shared_at is not None,
        "is_sample": intent.is_sample,
    }


def _terms(intent: Intent) -> IntentTermsView:
    return IntentTermsView(
        position_title=intent.position_title,
        kind=intent.kind,
        kind_label=intent.kind.label,
        place=intent.place,
        pay=format_pay(pay_of(intent)),
        pay_min_fen=intent.pay_min_fen,
        pay_max_fen=intent.pay_max_fen,
        pay_months=intent.pay_months,
        pay_is_negotiable=intent.pay_is_negotiable,
        starts_on=intent.starts_on,
        remarks=intent.remarks,
    )


def _instant(at: datetime | None) -> datetime | None:
    return beijing(at) if at else None
