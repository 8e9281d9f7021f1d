"""大屏的访问控制 — a screen in the hall shows a code in place of a log-in, and sees one fair's figures alone."""

from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID

from models.errors import Forbidden, Unauthenticated
from server.accounts.codes import InvitationMistyped, read_code
from server.accounts.guards import Person
from server.jobs.fairs.board import find_fair_of_code


class NotABoardScreen(Forbidden):
    message = "大屏要用大屏码打开，不用账号登录"
    next_step = "请工作人员在招聘会的管理页面生成大屏码"


@dataclass(frozen=True, slots=True)
class BoardScreen:
    """大屏 — whoever shows a fair's board code as the bearer token."""

    role: ClassVar[str] = "screen"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotABoardScreen,)
    needs_token: ClassVar[bool] = True
    fair_id: UUID
    account_id: UUID | None = None

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        if token is None:
            raise _unknown()
        try:
            code = read_code(token)
        except InvitationMistyped:
            if len(token) < _SHORTEST_SESSION_TOKEN:
                raise _unknown() from None
            await Person.authenticate(token)
            raise NotABoardScreen from None
        fair_id = await find_fair_of_code(code=code)
        if fair_id is None:
            raise _unknown()
        return cls(fair_id=fair_id)


_SHORTEST_SESSION_TOKEN = 20
"""Shorter texts were meant for a board code, whatever is wrong with them."""


def _unknown() -> Unauthenticated:
    return Unauthenticated("大屏码不对，或已经换过", next_step="请核对 10 位大屏码；忘记了请工作人员重新生成")
