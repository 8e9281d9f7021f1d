"""招聘会接口：求职的人。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.fairs import registration
from server.jobs.fairs.registration import CheckedInAlready, FairCancelled, FairFull
from server.jobs.fairs.routes.shapes import fair_item, my_registration
from server.jobs.fairs.schemas import MyRegistration, RegistrationPage, RegistrationQuery, RegistrationView
from server.jobs.fairs.service import FairNotFound, FairOver

routes = Routes("fairs", title="招聘会")


@routes.post(
    "/fairs/<fair_id:uuid>/registrations",
    summary="报名参加招聘会",
    status=201,
    limit=Limit("30/minute"),
    refusals=(FairNotFound, ConsentRequired, FairCancelled, FairOver, FairFull),
)
async def register(asker: Person, fair_id: UUID) -> MyRegistration:
    """Once each: registering again gives the same registration. The consent to ``jobs`` must be in force."""
    return my_registration(await registration.register(fair_id=fair_id, account_id=asker.account_id, at=utc_now()))


@routes.delete(
    "/fairs/<fair_id:uuid>/registrations",
    summary="取消我的报名，让出名额",
    refusals=(FairNotFound, FairOver, CheckedInAlready),
)
async def cancel_registration(asker: Person, fair_id: UUID) -> None:
    """Without a registration nothing changes. Registering again keeps the number."""
    await registration.cancel_registration(fair_id=fair_id, account_id=asker.account_id, at=utc_now())


@routes.get("/fair-registrations", summary="我的招聘会报名，新的在前")
async def list_my_registrations(asker: Person, query: RegistrationQuery) -> RegistrationPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await registration.list_registrations(
        account_id=asker.account_id, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    at = utc_now()
    return RegistrationPage(
        items=[
            RegistrationView(registration=my_registration(one.registration), fair=fair_item(one.fair, at))
            for one in shown
        ],
        next_cursor=encode_cursor(str(shown[-1].registration.id)) if len(found) > query.limit else None,
    )
