"""门店业务 — opening, changing, closing and reopening the branches of a merchant."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from tortoise.exceptions import IntegrityError

from models.errors import Conflict, FieldError, Invalid, NotFound
from models.merchants import Branch, Merchant
from models.towns import Town
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record

SOUTH, NORTH, WEST, EAST = 3.8, 53.6, 73.5, 135.1
"""The degrees between which China lies."""


class MerchantNotFound(NotFound):
    message = "没有找到这个商户"
    next_step = "请返回商户列表刷新后再试；其他乡镇的商户由当地服务站或系统管理员查看"


class BranchNotFound(NotFound):
    message = "没有找到这个门店"
    next_step = "请刷新商户详情后再试"


class BranchExists(Conflict):
    message = "这个商户已有同名的门店"
    next_step = "请换一个能区分的门店名，或修改原来的门店"


class TownUnknown(Invalid):
    message = "没有这个乡镇代码"
    next_step = "请从高邮市的乡镇（街道）中选择"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("town_code", "不是高邮市的乡镇（街道）代码"),))


class CoordinatesImplausible(Invalid):
    message = "门店的经纬度有误"
    next_step = "请在地图上重新选点；不知道位置时经度和纬度都留空"


class BranchAlreadyClosed(Conflict):
    message = "这个门店已经关闭"
    next_step = "无需再次关闭"


class BranchNotClosed(Conflict):
    message = "这个门店没有关闭"
    next_step = "无需重新开放"


@dataclass(frozen=True, slots=True)
class BranchTerms:
    """What staff enter of a branch. Coordinates are GCJ-02 degrees: both, or none."""

    name: str
    town_code: str
    address: str
    telephone: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class BranchChanges:
    """What staff change of a branch; what is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    town_code: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    telephone: str | UnsetType = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET


async def create_branch(*, merchant_id: UUID, terms: BranchTerms, staff: StaffMember, at: datetime) -> Branch:
    """Open a branch of a merchant.

    Raises:
        MerchantNotFound: there is no such merchant.
        TownUnknown: the code is none of the town units.
        CoordinatesImplausible: one of the two is missing, or the point is not in China.
        BranchExists: the merchant has a branch of that name.
    """
    if not await Merchant.exists(id=merchant_id):
        raise MerchantNotFound
    values = await _checked(terms)
    try:
        async with transaction():
            branch = await Branch.create(merchant_id=merchant_id, created_at=at, **values)
            await _audit("branch.created", branch.id, staff=staff, detail={"merchant_id": str(merchant_id)})
    except IntegrityError:
        raise BranchExists from None
    return branch


async def update_branch(*, branch_id: UUID, changes: BranchChanges, staff: StaffMember) -> Branch:
    """Change some of a branch's terms; the result is checked as a new branch's is.

    Raises:
        BranchNotFound: there is none.
        TownUnknown, CoordinatesImplausible, BranchExists: as at creation.
    """
    wanted = {
        field.name: value
        for field in dataclasses.fields(changes)
        if (value := getattr(changes, field.name)) is not UNSET
    }
    try:
        async with transaction():
            branch = await get_branch(branch_id=branch_id)
            before = BranchTerms(
                name=branch.name,
                town_code=branch.town_id,
                address=branch.address,
                telephone=branch.telephone,
                latitude=branch.latitude,
                longitude=branch.longitude,
            )
            values = await _checked(dataclasses.replace(before, **wanted))
            changed = [name for name, value in values.items() if getattr(branch, name) != value]
            if changed:
                branch.update_from_dict({name: values[name] for name in changed})
                await branch.save(update_fields=changed)
                await _audit("branch.changed", branch_id, staff=staff, detail={"fields": changed})
    except IntegrityError:
        raise BranchExists from None
    return branch


async def _checked(terms: BranchTerms) -> dict[str, Any]:
    """Return the columns of a branch whose terms hold."""
    _check_coordinates(terms.latitude, terms.longitude)
    if not await Town.exists(code=terms.town_code):
        raise TownUnknown
    values = dataclasses.asdict(terms)
    values["town_id"] = values.pop("town_code")
    return values


def _check_coordinates(latitude: float | None, longitude: float | None) -> None:
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise CoordinatesImplausible(errors=(FieldError(missing, "经度和纬度要么都填，要么都不填"),))
    if latitude is None or longitude is None:
        return
    if not SOUTH <= latitude <= NORTH:
        raise CoordinatesImplausible(errors=(FieldError("latitude", "不在中国境内，请检查经纬度是否写反"),))
    if not WEST <= longitude <= EAST:
        raise CoordinatesImplausible(errors=(FieldError("longitude", "不在中国境内，请检查经纬度是否写反"),))


async def get_branch(*, branch_id: UUID) -> Branch:
    """Return a branch.

    Raises:
        BranchNotFound: there is none.
    """
    branch = await Branch.get_or_none(id=branch_id)
    if branch is None:
        raise BranchNotFound
    return branch


async def close_branch(*, branch_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Close a branch: its clerks are stopped at once, and its perks are shown there no more.

    Raises:
        BranchNotFound: there is none.
        BranchAlreadyClosed: it is closed.
    """
    async with transaction():
        if await execute("UPDATE branches SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL", at, branch_id):
            await _audit("branch.closed", branch_id, staff=staff)
            return
        await get_branch(branch_id=branch_id)
        raise BranchAlreadyClosed


async def reopen_branch(*, branch_id: UUID, staff: StaffMember) -> None:
    """Open a closed branch again, with the clerks it had.

    Raises:
        BranchNotFound: there is none.
        BranchNotClosed: it is open.
    """
    async with transaction():
        if await execute("UPDATE branches SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL", branch_id):
            await _audit("branch.reopened", branch_id, staff=staff)
            return
        await get_branch(branch_id=branch_id)
        raise BranchNotClosed


async def _audit(action: str, branch_id: UUID, *, staff: StaffMember, detail: dict[str, object] | None = None) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="branch",
        record_id=branch_id,
        detail=detail,
    )
