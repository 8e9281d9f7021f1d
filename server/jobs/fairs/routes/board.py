"""招聘会接口：大屏。"""

from uuid import UUID

from config.clock import beijing, utc_now
from server.accounts.guards import StaffMember
from server.http.endpoints import By, Limit, Routes
from server.jobs.fairs import board
from server.jobs.fairs.guards import BoardScreen
from server.jobs.fairs.schemas import BoardView
from server.jobs.fairs.service import FairNotFound, WholeCityFair
from server.jobs.fairs.staff_schemas import BoardCodeGranted

routes = Routes("fair-board", title="招聘会大屏")


@routes.get(
    "/fairs/<fair_id:uuid>/board",
    summary="大屏数字，按分钟",
    etag=True,
    limit=Limit("60/minute", by=By.ADDRESS, shared=False),
    refusals=(FairNotFound,),
)
async def get_board(asker: BoardScreen, fair_id: UUID) -> BoardView:
    """The bearer token is the board code of this fair. The page ``/board`` shows the answer on a screen."""
    if asker.fair_id != fair_id:
        raise FairNotFound
    shown = await board.get_board(fair_id=fair_id, at=utc_now())
    return BoardView(
        fair_id=fair_id,
        title=shown.fair.title,
        place=shown.fair.place,
        starts_at=beijing(shown.fair.starts_at),
        ends_at=beijing(shown.fair.ends_at),
        phase=shown.phase,
        phase_label=shown.phase.label,
        as_of=beijing(shown.as_of),
        employers=shown.fair.employers,
        openings=shown.fair.openings,
        registered=shown.fair.registered,
        checked_in=shown.checked_in,
        intents=shown.intents,
        intents_withdrawn=shown.intents_withdrawn,
    )


@routes.post(
    "/staff/fairs/<fair_id:uuid>/board-code",
    summary="生成大屏码；只显示这一次，旧码作废",
    idempotent=False,
    limit=Limit("10/minute"),
    refusals=(FairNotFound, WholeCityFair),
)
async def renew_board_code(asker: StaffMember, fair_id: UUID) -> BoardCodeGranted:
    """No Idempotency-Key: a stored reply would keep the code. Open ``/board`` on the screen and type it there."""
    return BoardCodeGranted(code=await board.renew_board_code(fair_id=fair_id, staff=asker, at=utc_now()))
