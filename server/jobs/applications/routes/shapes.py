"""投递的对外样子 — applications as JSON shapes, for each side what it may see."""

from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing
from models.applications import APPLICATION_TRANSITIONS, ApplicationState, JobApplicationEvent
from server.http.pagination import encode_cursor
from server.jobs.applications.reading import Application
from server.jobs.applications.schemas import (
    Applicant,
    ApplicantDetail,
    ApplicantPage,
    ApplicantProfile,
    HistoryView,
    MyApplication,
    MyApplicationDetail,
    MyApplicationPage,
    StaffApplication,
    StaffApplicationPage,
)
from server.jobs.seekers.profile import read_snapshot

_EMPLOYERS = (
    *(ApplicationState.VIEWED, ApplicationState.INTERVIEW, ApplicationState.OFFERED, ApplicationState.HIRED),
    ApplicationState.REFUSED,
)


def _beijing(at: datetime | None) -> datetime | None:
    return None if at is None else beijing(at)


def _mine(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "posting_id": application.posting_id,
        "posting_title": application.posting_title,
        "posting_state": application.posting_state,
        "posting_state_label": application.posting_state.label,
        "employer_id": application.employer_id,
        "employer_name": application.employer_name,
        "state": application.state,
        "state_label": application.state.label,
        "next_step": application.next_step,
        "is_contact_shared": application.is_contact_shared,
        "interview_at": _beijing(application.interview_at),
        "interview_place": application.interview_place,
        "created_at": beijing(application.created_at),
        "updated_at": beijing(application.updated_at),
    }


def show_my_page(found: list[Application], *, limit: int) -> MyApplicationPage:
    """Return a page of a person's own applications."""
    shown, cursor = _page(found, limit)
    return MyApplicationPage(items=[MyApplication(**_mine(item)) for item in shown], next_cursor=cursor)


def show_my_application(application: Application, history: list[JobApplicationEvent]) -> MyApplicationDetail:
    """Return a person's own application with what was sent and what became of it."""
    return MyApplicationDetail(
        **_mine(application),
        message=application.message,
        profile=_profile(application.profile),
        history=_history(history),
    )


def _applicant(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "posting_id": application.posting_id,
        "posting_title": application.posting_title,
        "masked_name": application.masked_name,
        "state": application.state,
        "state_label": application.state.label,
        "is_contact_shared": application.is_contact_shared,
        "interview_at": _beijing(application.interview_at),
        "interview_place": application.interview_place,
        "created_at": beijing(application.created_at),
        "updated_at": beijing(application.updated_at),
    }


def show_applicants(found: list[Application], *, limit: int) -> ApplicantPage:
    """Return a page of the applications that an employer has received."""
    shown, cursor = _page(found, limit)
    return ApplicantPage(items=[Applicant(**_applicant(item)) for item in shown], next_cursor=cursor)


def show_applicant(application: Application, history: list[JobApplicationEvent]) -> ApplicantDetail:
    """Return an application as the employer reads it, the name masked."""
    following = APPLICATION_TRANSITIONS[application.state]
    return ApplicantDetail(
        **_applicant(application),
        message="" if application.is_withdrawn else application.message,
        profile=None if application.is_withdrawn else _profile(application.profile),
        next_states=[state for state in _EMPLOYERS if state in following],
        history=_history(history),
    )


def show_to_staff(found: list[Application], *, limit: int) -> StaffApplicationPage:
    """Return a page of applications as staff see them, the names masked."""
    shown, cursor = _page(found, limit)
    return StaffApplicationPage(items=[_for_staff(item) for item in shown], next_cursor=cursor)


def _for_staff(application: Application) -> StaffApplication:
    return StaffApplication(
        id=application.id,
        seeker_id=application.seeker_id,
        masked_name=application.masked_name,
        posting_id=application.posting_id,
        posting_title=application.posting_title,
        employer_id=application.employer_id,
        employer_name=application.employer_name,
        state=application.state,
        state_label=application.state.label,
        is_contact_shared=application.is_contact_shared,
        interview_at=_beijing(application.interview_at),
        created_at=beijing(application.created_at),
        updated_at=beijing(application.updated_at),
    )


def _page(found: list[Application], limit: int) -> tuple[list[Application], str | None]:
    """Return what is shown of one more than a page, and the cursor to the rest."""
    shown = found[:limit]
    return shown, encode_cursor(str(shown[-1].id)) if len(found) > limit else None


def _profile(snapshot: str) -> ApplicantProfile | None:
    if not snapshot:
        return None
    profile = read_snapshot(snapshot)
    return ApplicantProfile(
        service_years=profile.service_years,
        speciality=profile.speciality,
        skills=profile.skills,
        certificates=profile.certificates,
        schooling=profile.schooling,
        schooling_label=profile.schooling.label,
        birth_year=profile.birth_year,
        experience_years=profile.experience_years,
        wished_towns=profile.wished_towns,
        wished_kinds=profile.wished_kinds,
        wished_pay_min_fen=profile.wished_pay_min_fen,
        introduction=profile.introduction,
    )


def _history(events: list[JobApplicationEvent]) -> list[HistoryView]:
    return [
        HistoryView(
            at=beijing(event.created_at),
            from_state=event.from_state,
            to_state=event.to_state,
            to_state_label=event.to_state.label,
            actor=event.actor,
            actor_label=event.actor.label,
            note=event.note,
        )
        for event in events
    ]


def after_of(position: tuple[UUID] | None) -> UUID | None:
    """Return the id in a decoded cursor."""
    return position[0] if position else None
