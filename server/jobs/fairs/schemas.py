"""招聘会的 JSON 形状（公众和用人单位）。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.fairs import FairPhase
from models.jobs import JobKind, PostingState
from server.http.pagination import Cursor, PageSize
from server.jobs.fairs.programme import FairTime


class FairQuery(msgspec.Struct, forbid_unknown_fields=True):
    """招聘会列表的条件"""

    town: Annotated[str, Meta(pattern=r"^([0-9]{9})?$", description="乡镇代码：看本镇的和全市的")] = ""
    when: Annotated[FairTime, Meta(description="upcoming 未结束的，past 已结束的，all 全部")] = FairTime.ALL
    cursor: Cursor = ""
    limit: PageSize = 20


class RegistrationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """我的报名的分页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class FairPostingsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """招聘会岗位的分页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class FairItem(msgspec.Struct):
    """招聘会 — ``openings`` is the sum of openings; ``places_left`` null means without limit."""

    id: UUID
    number: str
    title: str
    town_code: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    phase: FairPhase
    phase_label: str
    employers: int
    openings: int
    places_left: int | None
    is_sample: bool


class FairPageView(msgspec.Struct):
    """招聘会的一页；正在举行和即将举行的按开始时间在前，已结束的新的在前"""

    items: list[FairItem]
    next_cursor: str | None


class FairPostingView(msgspec.Struct):
    """展位上的一个岗位 — ``openings`` as they were when it was brought."""

    id: UUID
    title: str
    kind: JobKind
    openings: int
    pay: str
    town_code: str | None
    state: PostingState
    state_label: str


class BoothView(msgspec.Struct):
    """展位 — the first 30 postings come along, the others are paged. An employer that is stopped is not recruiting."""

    id: UUID
    number: str
    employer_id: UUID
    employer_name: str
    is_recruiting: bool
    openings: int
    postings_count: int
    postings: list[FairPostingView]


class MyRegistration(msgspec.Struct):
    """我的报名 — the number is read aloud at the desk and at the booths."""

    id: UUID
    number: str
    registered_at: datetime
    cancelled_at: datetime | None
    checked_in_at: datetime | None


class FairDetail(FairItem):
    """招聘会详情 — ``my_registration`` is null for who has not registered, or cancelled."""

    description: str
    latitude: float | None
    longitude: float | None
    state_reason: str
    """Why it was called off; empty else."""
    my_registration: MyRegistration | None
    booths: list[BoothView]


class RegistrationView(msgspec.Struct):
    """我的一次报名和那场招聘会"""

    registration: MyRegistration
    fair: FairItem


class RegistrationPage(msgspec.Struct):
    """我的报名，新的在前，取消了的也在内"""

    items: list[RegistrationView]
    next_cursor: str | None


class FairPostingPage(msgspec.Struct):
    """展位上的岗位的一页，先登记的在前"""

    items: list[FairPostingView]
    next_cursor: str | None


class BringPostingsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """带岗位参加招聘会"""

    posting_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)]


class BroughtPostingView(msgspec.Struct):
    """已带到招聘会的岗位"""

    posting_id: UUID
    employer_id: UUID
    title: str
    openings: int
    state: PostingState
    state_label: str


class BroughtPostingList(msgspec.Struct):
    """这次要带的岗位，都已在招聘会上"""

    items: list[BroughtPostingView]


class BroughtPostingPage(msgspec.Struct):
    """已带到招聘会的岗位的一页，先登记的在前"""

    items: list[BroughtPostingView]
    next_cursor: str | None


class EmployerFair(FairItem):
    """用人单位的招聘会 — ``booth_number`` null: no booth yet; ``next_step`` says how to get one."""

    booth_number: str | None
    next_step: str


class EmployerFairPage(msgspec.Struct):
    """用人单位的招聘会，新的在前"""

    items: list[EmployerFair]
    next_cursor: str | None


class BoardView(msgspec.Struct):
    """大屏数字 — ``registered`` and ``checked_in`` are persons; ``intents`` signed ones, those withdrawn apart."""

    fair_id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    phase: FairPhase
    phase_label: str
    as_of: datetime
    employers: int
    openings: int
    registered: int
    checked_in: int
    intents: int
    intents_withdrawn: int
