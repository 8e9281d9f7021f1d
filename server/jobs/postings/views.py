"""岗位发布的答复 — a posting as its employer and staff see it."""

from config.clock import beijing
from models.identifiers import Telephone, mask_name
from models.jobs import JobPosting, JobPostingEvent
from models.moderation import CheckedContent
from server.jobs.pay import format_pay
from server.jobs.postings.schemas import (
    PostingDetail,
    PostingDoubt,
    PostingEventView,
    PostingItem,
    StaffPostingItem,
)
from server.jobs.postings.service import in_words, list_events
from server.jobs.postings.terms import pay_of, terms_of
from server.moderation.schemas import show_check
from server.moderation.service import find_check


def item(posting: JobPosting) -> PostingItem:
    """Return a posting as its employer's list shows it."""
    return PostingItem(
        id=posting.id,
        employer_id=posting.employer_id,
        number=posting.number,
        title=posting.title,
        kind=posting.kind,
        kind_label=posting.kind.label,
        openings=posting.openings,
        town_code=posting.town_id,
        pay=_pay(posting),
        closes_on=posting.closes_on,
        state=posting.state,
        state_label=posting.state.label,
        state_reason=posting.state_reason,
        is_sample=posting.is_sample,
        created_at=beijing(posting.created_at),
        updated_at=beijing(posting.updated_at),
    )


def staff_item(posting: JobPosting) -> StaffPostingItem:
    """Return a posting as the list of staff shows it; its employer is fetched."""
    shown = item(posting)
    values = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return StaffPostingItem(**values, employer_name=posting.employer.name)


async def reviewed(posting: JobPosting) -> PostingDetail:
    """Return all of a posting as its reviewer sees it: with what WeChat thinks of its text."""
    shown = await detail(posting)
    shown.content_check = show_check(await find_check(content=CheckedContent.POSTING, content_id=posting.id))
    return shown


async def detail(posting: JobPosting, *, reviewed_again: frozenset[str] = frozenset()) -> PostingDetail:
    """Return all of a posting whose employer is fetched; the contact is masked."""
    notice = f"修改了{in_words(reviewed_again)}，已重新提交审核，通过前不再展示" if reviewed_again else ""
    return PostingDetail(
        id=posting.id,
        employer_id=posting.employer_id,
        employer_name=posting.employer.name,
        number=posting.number,
        title=posting.title,
        kind=posting.kind,
        kind_label=posting.kind.label,
        openings=posting.openings,
        town_code=posting.town_id,
        address=posting.address,
        latitude=posting.latitude,
        longitude=posting.longitude,
        pay=_pay(posting),
        pay_min_fen=posting.pay_min_fen,
        pay_max_fen=posting.pay_max_fen,
        pay_months=posting.pay_months,
        pay_is_negotiable=posting.pay_is_negotiable,
        experience_years=posting.experience_years,
        schooling=posting.schooling,
        schooling_label=posting.schooling.label,
        age_min=posting.age_min,
        age_max=posting.age_max,
        benefits=list(posting.benefits),
        description=posting.description,
        masked_contact_name=mask_name(posting.contact_name),
        masked_contact_telephone=_masked(posting.contact_telephone),
        closes_on=posting.closes_on,
        state=posting.state,
        state_label=posting.state.label,
        state_reason=posting.state_reason,
        notice=notice,
        doubts=_doubts(posting),
        content_check=None,
        events=[_event(event) for event in await list_events(posting_id=posting.id)],
        is_sample=posting.is_sample,
        published_at=beijing(posting.published_at) if posting.published_at else None,
        created_at=beijing(posting.created_at),
        updated_at=beijing(posting.updated_at),
    )


def _masked(telephone: str) -> str:
    return Telephone(telephone).masked if telephone else ""


def _doubts(posting: JobPosting) -> list[PostingDoubt]:
    return [
        PostingDoubt(field=one.field, words=one.excerpt, law=one.law, article=one.article, message=one.message)
        for one in terms_of(posting).unlawful()
    ]


def _pay(posting: JobPosting) -> str:
    pay = pay_of(posting)
    return format_pay(pay) if pay else ""


def _event(event: JobPostingEvent) -> PostingEventView:
    return PostingEventView(
        from_state=event.from_state,
        to_state=event.to_state,
        to_label=event.to_state.label,
        actor=event.actor,
        actor_label=event.actor.label,
        reason=event.reason,
        at=beijing(event.created_at),
    )
