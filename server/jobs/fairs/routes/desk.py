"""招聘会接口：签到台。"""

from uuid import UUID

from config.clock import beijing, utc_now
from models.cards import CardExpired, CardReplaced, CardRevoked, CardSuspended
from server.accounts.guards import StaffMember
from server.cards.passes import PassExpired, PassForged, PassFromTheFuture, PassUnreadable
from server.cards.service import PassUnknown
from server.http.endpoints import Limit, Routes
from server.jobs.fairs import check_in as desk
from server.jobs.fairs.check_in import (
    CheckInByAnother,
    CheckInNotFound,
    CheckInTooEarly,
    CheckInTooLate,
    CheckInUndoTooLate,
    FairNotPublished,
)
from server.jobs.fairs.identification import (
    CheckInIdentity,
    CheckInNeedsOneIdentity,
    NumberMistyped,
    RegistrationNotFound,
)
from server.jobs.fairs.registration import FairCancelled, FairFull
from server.jobs.fairs.service import FairNotFound
from server.jobs.fairs.staff_schemas import CheckInRequest, CheckInView
from server.jobs.seekers.identity import SeekerNameMismatch, SeekerUnreadable

routes = Routes("fair-desk", title="招聘会签到")
_DESK = Limit("240/minute", shared=False)
_PASS = (
    *(PassUnreadable, PassForged, PassExpired, PassFromTheFuture, PassUnknown),
    *(CardSuspended, CardRevoked, CardReplaced, CardExpired),
)


@routes.post(
    "/staff/fairs/<fair_id:uuid>/check-ins",
    summary="签到：扫出示码、报号，或凭身份证",
    limit=_DESK,
    refusals=(
        *(FairNotFound, FairNotPublished, FairCancelled, CheckInTooEarly, CheckInTooLate, CheckInNeedsOneIdentity),
        *(NumberMistyped, RegistrationNotFound, SeekerUnreadable, SeekerNameMismatch, FairFull, *_PASS),
    ),
)
async def check_in(asker: StaffMember, fair_id: UUID, body: CheckInRequest) -> CheckInView:
    """Exactly one of pass, number, or name with ID number. Who is in already gets the first time again.

    Who had not registered is registered on the spot and takes a place.
    """
    identity = CheckInIdentity(
        pass_text=body.pass_, number=body.number, name=body.name, id_number=body.id_number, mobile=body.mobile
    )
    done = await desk.check_in(fair_id=fair_id, identity=identity, staff=asker, at=utc_now())
    return CheckInView(
        registration_id=done.registration_id,
        number=done.number,
        masked_name=done.masked_name,
        checked_in_at=beijing(done.at),
        already_checked_in=done.already,
        by_staff=done.by_staff,
    )


@routes.delete(
    "/staff/fairs/<fair_id:uuid>/check-ins/<registration_id:uuid>",
    summary="撤销签错的签到（15 分钟内，本人办理的）",
    refusals=(FairNotFound, CheckInNotFound, CheckInByAnother, CheckInUndoTooLate),
)
async def undo_check_in(asker: StaffMember, fair_id: UUID, registration_id: UUID) -> None:
    """A registration that the check-in made gives its place back."""
    await desk.undo_check_in(fair_id=fair_id, registration_id=registration_id, staff=asker, at=utc_now())
