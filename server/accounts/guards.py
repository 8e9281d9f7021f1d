"""访问控制 — the kinds of asker; each is one query that proves the token and the role together."""

from dataclasses import dataclass, fields
from typing import ClassVar, Self
from uuid import UUID

from config.clock import utc_now
from models.accounts import StaffRole
from models.employers import EmployerState
from models.errors import Forbidden, NotFound, Unauthenticated
from models.transactions import Row, as_uuid, fetch_rows
from server.accounts.service import hash_token

LIVING_SESSION = "s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2"
"""The condition on ``sessions s`` under which a token is good; ``find_rows`` gives the two values."""
_TOKEN_LENGTH = 43


class NotAClerk(Forbidden):
    message = "当前账号不是商户店员"
    next_step = "请让店里的负责人向退役军人服务站申请店员邀请码，再在小程序中输入"


class MerchantSuspended(Forbidden):
    message = "本商户已被暂停，所有核验和核销均已停止"
    next_step = "请商户负责人联系退役军人事务局"


class BranchClosed(Forbidden):
    message = "本门店已关闭"
    next_step = "请商户负责人向退役军人服务站申请其他门店的店员邀请码"


class NotAnEmployer(Forbidden):
    message = "当前账号不是用人单位成员"
    next_step = "请联系本单位负责人发出邀请；单位还没有登记的，可以直接登记"


class EmployerNotApproved(Forbidden):
    message = "本单位还没有通过审核，或已被暂停"
    next_step = "请在「我的单位」中查看原因"


class NotStaff(Forbidden):
    message = "当前账号不是工作人员"
    next_step = "请联系系统管理员开通"


class NotAdministrator(Forbidden):
    message = "这项操作只有系统管理员可以做"
    next_step = "请联系市退役军人事务局的系统管理员"


@dataclass(frozen=True, slots=True)
class Visitor:
    """访客 — anybody; logged in or not."""

    role: ClassVar[str] = "visitor"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = ()
    needs_token: ClassVar[bool] = False
    account_id: UUID | None

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        if token is None:
            return cls(account_id=None)
        return cls(account_id=(await Person.authenticate(token)).account_id)


@dataclass(frozen=True, slots=True)
class Person:
    """登录的人 — any account with a living session."""

    role: ClassVar[str] = "person"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = ()
    needs_token: ClassVar[bool] = True
    account_id: UUID
    session_id: UUID

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        row = await _find(f"SELECT s.id, s.account_id FROM sessions s WHERE {LIVING_SESSION}", token)
        return cls(account_id=as_uuid(row["account_id"]), session_id=as_uuid(row["id"]))


@dataclass(frozen=True, slots=True)
class Clerk:
    """店员 — stands at the till of one branch of a merchant that is not suspended."""

    role: ClassVar[str] = "clerk"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotAClerk, MerchantSuspended, BranchClosed)
    needs_token: ClassVar[bool] = True
    account_id: UUID
    clerk_id: UUID
    merchant_id: UUID
    branch_id: UUID

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        row = await _find(
            "SELECT s.account_id, k.id AS clerk_id, k.merchant_id, k.branch_id, m.state, b.closed_at "
            "FROM sessions s LEFT JOIN clerks k ON k.account_id = s.account_id AND k.removed_at IS NULL "
            "LEFT JOIN merchants m ON m.id = k.merchant_id LEFT JOIN branches b ON b.id = k.branch_id "
            f"WHERE {LIVING_SESSION}",
            token,
        )
        if row["clerk_id"] is None:
            raise NotAClerk
        if row["state"] != "active":
            raise MerchantSuspended
        if row["closed_at"] is not None:
            raise BranchClosed
        return cls(
            account_id=as_uuid(row["account_id"]),
            clerk_id=as_uuid(row["clerk_id"]),
            merchant_id=as_uuid(row["merchant_id"]),
            branch_id=as_uuid(row["branch_id"]),
        )


@dataclass(frozen=True, slots=True)
class EmployerMember:
    """用人单位成员 — acts for an employer in any state, so that its members can see why it may not recruit."""

    role: ClassVar[str] = "employer"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotAnEmployer,)
    needs_token: ClassVar[bool] = True
    account_id: UUID
    member_id: UUID
    employer_id: UUID
    state: EmployerState
    state_reason: str

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        row = await _find(
            "SELECT s.account_id, k.id AS member_id, e.id AS employer_id, e.state, e.state_reason FROM sessions s "
            "LEFT JOIN employer_members k ON k.account_id = s.account_id AND k.removed_at IS NULL "
            f"LEFT JOIN employers e ON e.id = k.employer_id WHERE {LIVING_SESSION}",
            token,
        )
        if row["member_id"] is None:
            raise NotAnEmployer
        return cls(
            account_id=as_uuid(row["account_id"]),
            member_id=as_uuid(row["member_id"]),
            employer_id=as_uuid(row["employer_id"]),
            state=EmployerState(row["state"]),
            state_reason=row["state_reason"],
        )


@dataclass(frozen=True, slots=True)
class ApprovedEmployerMember(EmployerMember):
    """已通过审核的用人单位成员 — may recruit (人力资源市场暂行条例 28)."""

    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotAnEmployer, EmployerNotApproved)

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        member = await EmployerMember.authenticate(token)
        if member.state is not EmployerState.APPROVED:
            reason = f"：{member.state_reason}" if member.state_reason else ""
            raise EmployerNotApproved(f"本单位{member.state.label}{reason}", next_step=member.state.next_step)
        return cls(**{field.name: getattr(member, field.name) for field in fields(member)})


@dataclass(frozen=True, slots=True)
class StaffMember:
    """工作人员 — sees the records of the station's town; an administrator sees all (``town_code`` None)."""

    role: ClassVar[str] = "staff"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotStaff,)
    needs_token: ClassVar[bool] = True
    account_id: UUID
    staff_role: StaffRole
    town_code: str | None

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        row = await _find(
            "SELECT s.account_id, f.role, f.town_code FROM sessions s "
            "LEFT JOIN staff_members f ON f.account_id = s.account_id AND f.suspended_at IS NULL "
            f"WHERE {LIVING_SESSION}",
            token,
        )
        if row["role"] is None:
            raise NotStaff
        role = StaffRole(row["role"])
        town = None if role is StaffRole.ADMINISTRATOR else row["town_code"]
        return cls(account_id=as_uuid(row["account_id"]), staff_role=role, town_code=town)

    @property
    def is_administrator(self) -> bool:
        return self.staff_role is StaffRole.ADMINISTRATOR

    def sees_town(self, town_code: str | None) -> bool:
        """Whether records of a town are this person's business; records of no town are everybody's."""
        return self.is_administrator or town_code is None or town_code == self.town_code

    def require_town(self, town_code: str | None, absent: type[NotFound]) -> None:
        """Raise ``absent`` for a record of another town: what is not theirs does not exist for them."""
        if not self.sees_town(town_code):
            raise absent


@dataclass(frozen=True, slots=True)
class Administrator(StaffMember):
    """系统管理员 — acts for the whole city."""

    role: ClassVar[str] = "administrator"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotStaff, NotAdministrator)

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        # super() without arguments does not work in a class that ``slots=True`` makes anew
        member = await StaffMember.authenticate(token)
        if not member.is_administrator:
            raise NotAdministrator
        return cls(account_id=member.account_id, staff_role=member.staff_role, town_code=None)


async def find_rows(sql: str, token: str | None) -> list[Row]:
    """Return what a query over ``LIVING_SESSION`` finds for a token, at least one row.

    Raises:
        Unauthenticated: no token, or one that is unknown, expired or revoked.
    """
    if token is None or len(token) != _TOKEN_LENGTH:
        raise Unauthenticated
    rows = await fetch_rows(sql, hash_token(token), utc_now())
    if not rows:
        raise Unauthenticated
    return rows


async def _find(sql: str, token: str | None) -> Row:
    return (await find_rows(sql, token))[0]
