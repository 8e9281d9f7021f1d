"""岗位目录的答复 — rows as the API shows them."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import msgspec

from config.clock import beijing
from models.employers import EmployerNature
from models.fields import decode_words, unseal
from models.identifiers import Telephone, mask_name
from models.jobs import (
    POSTING_CONTACT_NAME,
    POSTING_CONTACT_TELEPHONE,
    JobKind,
    PostingCondition,
    PostingState,
    SavedSearch,
)
from models.schooling import Schooling
from models.transactions import Row, as_instant, as_uuid
from server.jobs.catalogue.criteria import Criteria
from server.jobs.catalogue.detail import Job, state_of
from server.jobs.catalogue.saved_searches import decode_criteria
from server.jobs.catalogue.schemas import (
    JobAtFair,
    JobContact,
    JobDetail,
    JobEmployer,
    JobItem,
    MyApplication,
    SavedJobView,
    SavedSearchView,
    SearchCriteria,
)
from server.jobs.conditions import may_be_relaxed
from server.jobs.pay import Pay, format_pay

_NOTICES = {
    PostingState.LIVE: "",
    PostingState.FILLED: "这个岗位已招满，不再接受投递",
    PostingState.CLOSED: "这个岗位已截止，不再接受投递",
    PostingState.SUSPENDED: "这个岗位已暂停，工作人员正在核实，请暂时不要与对方联系",
    PostingState.WITHDRAWN: "用人单位已撤回这个岗位",
    PostingState.SUBMITTED: "用人单位修改了这个岗位，审核通过后才能再看",
    PostingState.DRAFT: "用人单位正在修改这个岗位，审核通过后才能再看",
}
_PREFER_VETERANS = frozenset(nature for nature in EmployerNature if nature is not EmployerNature.OTHER)
"""Whom 退役军人保障法 42 asks to prefer veterans under equal conditions."""
_RELAXED_WORDS = {PostingCondition.AGE: "年龄", PostingCondition.SCHOOLING: "学历"}


def criteria_of(sent: SearchCriteria) -> Criteria:
    """Return the conditions that were sent."""
    return Criteria(
        q=sent.q.strip(),
        town=sent.town,
        kind=sent.kind,
        pay_min_fen=sent.pay_min_fen,
        negotiable=sent.negotiable,
        schooling=sent.schooling,
        fair_id=sent.fair,
    )


def job_item(row: Any) -> JobItem:
    """Return a posting as the list shows it; ``metres`` in the row is its distance."""
    kind, kind_label = _kind(row["kind"])
    schooling, schooling_label = _schooling(row["schooling"])
    figures = (row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
    metres = row.get("metres")
    return JobItem(
        row["id"],
        row["title"],
        kind,
        kind_label,
        row["employer_id"],
        row["employer_name"],
        row["town_id"],
        row["address"],
        row["openings"],
        _pay(*figures),
        *figures,
        schooling,
        schooling_label,
        row["experience_years"],
        row["closes_on"],
        beijing(as_instant(row["published_at"])),
        kind is JobKind.VETERANS_ONLY or row["employer_nature"] in _PREFER_VETERANS,
        bool(row["is_sample"]),
        None if metres is None else round(metres),
    )


def job_detail(job: Job, *, is_logged_in: bool) -> JobDetail:
    """Return a posting as its page shows it."""
    row, state, nature = job.row, job.state, EmployerNature(job.row["employer_nature"])
    return JobDetail(
        **msgspec.structs.asdict(job_item(row)),
        state=state,
        state_label=state.label,
        is_open=job.is_open,
        notice=_NOTICES[state],
        employer=JobEmployer(nature, nature.label, row["employer_address"], row["employer_introduction"]),
        latitude=row["latitude"],
        longitude=row["longitude"],
        age_min=row["age_min"],
        age_max=row["age_max"],
        benefits=decode_words(row["benefits"]) if job.is_public else (),
        description=row["description"] if job.is_public else "",
        contact=_contact(row, is_masked=not is_logged_in) if job.shows_contact else None,
        relaxation_note=_relaxation_note(row, nature),
        is_saved=job.is_saved,
        application=_application(job),
        fairs=[_fair(fair) for fair in job.fairs] if job.is_public else [],
    )


def _contact(row: Row, *, is_masked: bool) -> JobContact | None:
    sealed_name, sealed_telephone = row["contact_name_sealed"], row["contact_telephone_sealed"]
    name = unseal(POSTING_CONTACT_NAME, sealed_name) if sealed_name else ""
    telephone = unseal(POSTING_CONTACT_TELEPHONE, sealed_telephone) if sealed_telephone else ""
    if not name and not telephone:
        return None
    if not is_masked:
        return JobContact(name, telephone, is_masked=False)
    return JobContact(mask_name(name), Telephone(telephone).masked if telephone else "", is_masked=True)


def _relaxation_note(row: Row, nature: EmployerNature) -> str:
    """Return what the employer may relax for veterans of the conditions that it sets; it is never promised."""
    asked = {
        PostingCondition.AGE: row["age_min"] is not None or row["age_max"] is not None,
        PostingCondition.SCHOOLING: row["schooling"] != Schooling.ANY,
    }
    words = [
        _RELAXED_WORDS[condition]
        for condition, is_asked in asked.items()
        if is_asked and may_be_relaxed(condition, nature=nature, is_veteran=True)
    ]
    if not words:
        return ""
    conditions = "和".join(words)
    return f"依《退役军人保障法》第四十二条，{nature.label}对退役军人的{conditions}条件可以适当放宽，具体请咨询用人单位"


def _application(job: Job) -> MyApplication | None:
    if job.application is None:
        return None
    application_id, state = job.application
    return MyApplication(application_id, state, state.label)


def _fair(row: Row) -> JobAtFair:
    return JobAtFair(
        id=as_uuid(row["id"]),
        title=row["title"],
        place=row["place"],
        booth=row["booth"],
        starts_at=beijing(as_instant(row["starts_at"])),
        ends_at=beijing(as_instant(row["ends_at"])),
    )


def saved_job(row: Row, *, at: datetime) -> SavedJobView:
    """Return a saved posting, in whatever state it is now."""
    state = state_of(row, at=at)
    figures = (row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
    return SavedJobView(
        posting_id=as_uuid(row["id"]),
        title=row["title"],
        employer_name=row["employer_name"],
        town_code=row["town_id"],
        pay=_pay(*figures),
        closes_on=row["closes_on"],
        state=state,
        state_label=state.label,
        is_open=state is PostingState.LIVE,
        saved_at=beijing(as_instant(row["saved_at"])),
    )


def saved_search(search: SavedSearch) -> SavedSearchView:
    """Return a saved search."""
    criteria = decode_criteria(search.criteria)
    return SavedSearchView(
        id=search.id,
        name=search.name,
        criteria=SearchCriteria(
            q=criteria.q,
            town=criteria.town,
            kind=criteria.kind,
            pay_min_fen=criteria.pay_min_fen,
            negotiable=criteria.negotiable,
            schooling=criteria.schooling,
            fair=criteria.fair_id,
        ),
        is_paused=search.is_paused,
        notified_at=beijing(search.notified_at) if search.notified_at else None,
        created_at=beijing(search.created_at),
        updated_at=beijing(search.updated_at),
    )


@lru_cache(maxsize=4096)
def _pay(min_fen: int | None, max_fen: int | None, months: int, is_negotiable: bool) -> str:
    return format_pay(Pay(min_fen, max_fen, months, is_negotiable)) if min_fen is not None or is_negotiable else ""


@cache
def _kind(stored: str) -> tuple[JobKind, str]:
    kind = JobKind(stored)
    return kind, kind.label


@cache
def _schooling(stored: str) -> tuple[Schooling, str]:
    schooling = Schooling(stored)
    return schooling, schooling.label
