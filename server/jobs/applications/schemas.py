"""投递的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.applications import ApplicationState
from models.jobs import JobActor, PostingState
from models.schooling import Schooling
from server.http.pagination import Cursor, PageSize

Words = Annotated[str, Meta(max_length=500, description="想对用人单位说的话，可以不写")]
SeenState = Annotated[ApplicationState, Meta(description="作出决定时看到的状态；已经变了的，这次操作不会生效")]
Note = Annotated[str, Meta(max_length=200, description="告诉求职者的话，可以不写")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="不予录用的原因，求职者能看到")]
Place = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", description="面试地点")]
Instant = Annotated[datetime, Meta(tz=True, description="面试时间，带时区")]


class ApplicationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """投递岗位"""

    message: Words = ""
    share_contact: Annotated[bool, Meta(description="同意这个用人单位看到我的姓名和手机号，可随时收回")] = False


class WithdrawalRequest(msgspec.Struct, forbid_unknown_fields=True):
    """撤回投递"""

    reason: Annotated[str, Meta(max_length=200, description="撤回的原因，用人单位能看到，可以不写")] = ""


class InterviewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """安排面试，或改时间、地点"""

    seen_state: SeenState
    interview_at: Instant
    place: Place
    note: Note = ""


class DecisionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """拟录用、录用"""

    seen_state: SeenState
    note: Note = ""


class RefusalRequest(msgspec.Struct, forbid_unknown_fields=True):
    """不予录用"""

    seen_state: SeenState
    reason: Reason


class ApplicationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """投递列表的条件"""

    state: ApplicationState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StaffApplicationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """投递列表的条件（工作人员）"""

    state: ApplicationState | None = None
    posting_id: UUID | None = None
    employer_id: UUID | None = None
    seeker_id: UUID | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class HistoryView(msgspec.Struct):
    """投递的一步 — who took it, and what was said to the other side."""

    at: datetime
    from_state: ApplicationState | None
    to_state: ApplicationState
    to_state_label: str
    actor: JobActor
    actor_label: str
    note: str


class ApplicantProfile(msgspec.Struct):
    """投递时的求职资料 — as it was when the person applied; no name and no number."""

    service_years: int
    speciality: str
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    schooling: Schooling
    schooling_label: str
    birth_year: int | None
    experience_years: int
    wished_towns: tuple[str, ...]
    wished_kinds: tuple[str, ...]
    wished_pay_min_fen: int | None
    introduction: str


class MyApplication(msgspec.Struct, kw_only=True):
    """我的投递"""

    id: UUID
    posting_id: UUID
    posting_title: str
    posting_state: PostingState
    posting_state_label: str
    employer_id: UUID
    employer_name: str
    state: ApplicationState
    state_label: str
    next_step: str
    is_contact_shared: bool
    interview_at: datetime | None
    interview_place: str
    created_at: datetime
    updated_at: datetime


class MyApplicationPage(msgspec.Struct):
    """我的投递列表"""

    items: list[MyApplication]
    next_cursor: str | None


class MyApplicationDetail(MyApplication, kw_only=True):
    """我的投递详情 — ``profile`` is null once its time of keeping is over."""

    message: str
    profile: ApplicantProfile | None
    history: list[HistoryView]


class Applicant(msgspec.Struct, kw_only=True):
    """收到的投递 — masked; the contact is asked for by itself."""

    id: UUID
    posting_id: UUID
    posting_title: str
    masked_name: str
    state: ApplicationState
    state_label: str
    is_contact_shared: bool
    interview_at: datetime | None
    interview_place: str
    created_at: datetime
    updated_at: datetime


class ApplicantPage(msgspec.Struct):
    """收到的投递列表"""

    items: list[Applicant]
    next_cursor: str | None


class ApplicantDetail(Applicant, kw_only=True):
    """收到的投递详情 — ``profile`` is null once it was withdrawn or its time of keeping is over."""

    message: str
    profile: ApplicantProfile | None
    next_states: Annotated[list[ApplicationState], Meta(description="单位现在可以办理的下一步")]
    history: list[HistoryView]


class HiredApplicant(msgspec.Struct):
    """录用结果 — ``suggests_filling`` once hirings by applications reach the openings; the posting is left as it is."""

    application: ApplicantDetail
    hired: int
    openings: int
    suggests_filling: bool


class ApplicantContact(msgspec.Struct):
    """求职者同意提供的联系方式"""

    name: str
    mobile: str


class StaffApplication(msgspec.Struct, kw_only=True):
    """投递（工作人员） — masked, to answer a question at the counter."""

    id: UUID
    seeker_id: UUID
    masked_name: str
    posting_id: UUID
    posting_title: str
    employer_id: UUID
    employer_name: str
    state: ApplicationState
    state_label: str
    is_contact_shared: bool
    interview_at: datetime | None
    created_at: datetime
    updated_at: datetime


class StaffApplicationPage(msgspec.Struct):
    """投递列表（工作人员）"""

    items: list[StaffApplication]
    next_cursor: str | None
