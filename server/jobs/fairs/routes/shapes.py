"""招聘会答复 — how fairs, booths and postings are written out; shared by who asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from config.clock import beijing
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.fairs.booths import Booth
from server.jobs.fairs.fair_postings import BroughtPosting
from server.jobs.fairs.overview import FairOverview
from server.jobs.fairs.programme import PostingAtFair
from server.jobs.fairs.registration import Registration
from server.jobs.fairs.schemas import BroughtPostingPage, BroughtPostingView, FairItem, FairPostingView, MyRegistration
from server.jobs.fairs.staff_schemas import StaffBooth, StaffFairItem

_LATEST_FIRST = tuple[Annotated[datetime, msgspec.Meta(tz=True)], UUID]


def fair_item(fair: FairOverview, at: datetime) -> FairItem:
    """Return a fair as the public sees it."""
    phase = fair.phase_at(at)
    return FairItem(
        id=fair.id,
        number=fair.number,
        title=fair.title,
        town_code=fair.town_code,
        place=fair.place,
        starts_at=beijing(fair.starts_at),
        ends_at=beijing(fair.ends_at),
        phase=phase,
        phase_label=phase.label,
        employers=fair.employers,
        openings=fair.openings,
        places_left=fair.places_left,
        is_sample=fair.is_sample,
    )


def my_registration(registration: Registration) -> MyRegistration:
    """Return a registration as the person sees it."""
    cancelled_at, checked_in_at = registration.cancelled_at, registration.checked_in_at
    return MyRegistration(
        id=registration.id,
        number=registration.number,
        registered_at=beijing(registration.registered_at),
        cancelled_at=beijing(cancelled_at) if cancelled_at else None,
        checked_in_at=beijing(checked_in_at) if checked_in_at else None,
    )


def staff_fair_item(fair: FairOverview, at: datetime) -> StaffFairItem:
    """Return a fair as staff see it."""
    phase = fair.phase_at(at)
    return StaffFairItem(
        id=fair.id,
        number=fair.number,
        title=fair.title,
        town_code=fair.town_code,
        place=fair.place,
        starts_at=beijing(fair.starts_at),
        ends_at=beijing(fair.ends_at),
        capacity=fair.capacity,
        registered=fair.registered,
        employers=fair.employers,
        openings=fair.openings,
        state=fair.state,
        state_label=fair.state.label,
        phase=phase,
        phase_label=phase.label,
        state_reason=fair.state_reason,
        published_at=beijing(fair.published_at) if fair.published_at else None,
        is_sample=fair.is_sample,
        updated_at=beijing(fair.updated_at),
    )


def members_of(item: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a shape by name, for a larger one that begins with them."""
    return {name: getattr(item, name) for name in item.__struct_fields__}


def posting_view(posting: PostingAtFair) -> FairPostingView:
    """Return a posting at a booth."""
    return FairPostingView(
        id=posting.id,
        title=posting.title,
        kind=posting.kind,
        openings=posting.openings,
        pay=posting.pay,
        town_code=posting.town_code,
        state=posting.state,
        state_label=posting.state.label,
    )


def brought_page(found: Sequence[BroughtPosting], *, limit: int) -> BroughtPostingPage:
    """Return a page of postings at a fair, of which one more than ``limit`` was asked for."""
    shown = found[:limit]
    return BroughtPostingPage(
        items=[brought_view(posting) for posting in shown],
        next_cursor=encode_cursor(str(shown[-1].posting_id)) if len(found) > limit else None,
    )


def brought_view(posting: BroughtPosting) -> BroughtPostingView:
    """Return a posting that was brought to a fair."""
    return BroughtPostingView(
        posting_id=posting.posting_id,
        employer_id=posting.employer_id,
        title=posting.title,
        openings=posting.openings,
        state=posting.state,
        state_label=posting.state.label,
    )


def booth_view(booth: Booth) -> StaffBooth:
    """Return a booth as staff see it."""
    return StaffBooth(
        id=booth.id,
        number=booth.number,
        employer_id=booth.employer_id,
        employer_name=booth.employer_name,
        postings=booth.postings,
        openings=booth.openings,
    )


def latest_first_cursor(fair: FairOverview) -> str:
    """Return the cursor after a fair in a list by its start, the latest first."""
    return encode_cursor(fair.starts_at.isoformat(), str(fair.id))


def read_latest_first(cursor: str) -> tuple[datetime, UUID] | None:
    """Return the position in such a cursor, None without one.

    Raises:
        CursorInvalid: the text is no cursor of this list.
    """
    position: tuple[datetime, UUID] | None = decode_cursor(cursor, _LATEST_FIRST)
    return position
