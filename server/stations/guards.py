"""服务站柜台的访问控制 — staff who are posted at a station's counter."""

from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID

from models.accounts import StaffRole
from models.errors import Forbidden, NotFound
from models.transactions import as_uuid
from server.accounts.guards import LIVING_SESSION, NotStaff, StaffMember, find_rows


class NotAtAStation(Forbidden):
    message = "当前账号没有派到任何服务站的柜台"
    next_step = "请联系本乡镇的工作人员或系统管理员，派到服务站后再试"


@dataclass(frozen=True, slots=True)
class StationStaff(StaffMember):
    """服务站人员 — works at the counters of ``station_ids``; an administrator (None) at every one."""

    role: ClassVar[str] = "station_staff"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = (NotStaff, NotAtAStation)
    station_ids: frozenset[UUID] | None

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        rows = await find_rows(
            "SELECT s.account_id, f.role, f.town_code, t.station_id FROM sessions s "
            "LEFT JOIN staff_members f ON f.account_id = s.account_id AND f.suspended_at IS NULL "
            "LEFT JOIN station_staff t ON t.account_id = f.account_id AND t.removed_at IS NULL "
            f"WHERE {LIVING_SESSION}",
            token,
        )
        if rows[0]["role"] is None:
            raise NotStaff
        role = StaffRole(rows[0]["role"])
        stations = frozenset(as_uuid(row["station_id"]) for row in rows if row["station_id"] is not None)
        is_administrator = role is StaffRole.ADMINISTRATOR
        if not stations and not is_administrator:
            raise NotAtAStation
        return cls(
            account_id=as_uuid(rows[0]["account_id"]),
            staff_role=role,
            town_code=None if is_administrator else rows[0]["town_code"],
            station_ids=None if is_administrator else stations,
        )

    def serves(self, station_id: UUID) -> bool:
        """Whether this person works at the counter of a station."""
        return self.station_ids is None or station_id in self.station_ids

    def require_station(self, station_id: UUID, absent: type[NotFound]) -> None:
        """Raise ``absent`` for a record of another station: what is not theirs does not exist for them."""
        if not self.serves(station_id):
            raise absent
