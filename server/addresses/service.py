"""地址簿业务 — a person's own addresses: added, read, changed, removed, used; units' are forgotten after a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from config.clock import beijing_day
from models.accounts import Purpose
from models.addresses import ADDRESS, Address, AddressKind
from models.base import new_id
from models.errors import Conflict, NotFound
from models.fields import seal, unseal
from models.transactions import execute, transaction
from server.accounts.service import require_consent
from server.addresses.kinds import (
    EnteredAddress,
    PostalAddress,
    change_address,
    decode_address,
    encode_address,
    read_address,
)
from server.audit.service import record

MOST = 50


class AddressNotFound(NotFound):
    message = "地址簿里没有这个地址"
    next_step = "请返回地址簿刷新后再试"


class AddressBookFull(Conflict):
    message = f"地址簿最多存 {MOST} 个地址"
    next_step = "请先删除不再用的地址"


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """地址簿的一条 — what is stored of it, opened for its owner."""

    id: UUID
    label: str
    address: PostalAddress
    purge_on: date | None
    created_at: datetime
    updated_at: datetime


async def add_address(
    *, entered: EnteredAddress, label: str, account_id: UUID, retention_days: int, at: datetime
) -> AddressEntry:
    """Add an address to a person's book; a unit's is kept for ``retention_days`` after its last use. 存地址。

    Raises:
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: see
            ``read_address``.
        ConsentRequired: no consent to ``parcels`` is in force.
        AddressBookFull: the person has fifty.
    """
    address = read_address(entered)
    address_id = new_id()
    async with transaction():
        await require_consent(account_id=account_id, purpose=Purpose.PARCELS)
        # the row of the account is the lock on the number of its addresses
        await execute("UPDATE accounts SET openid = openid WHERE id = $1", account_id)
        stored = await execute(
            "INSERT INTO addresses (id, created_at, account_id, kind, label, address_sealed, purge_on, updated_at) "
            "SELECT $1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, $7::date, $2::timestamptz "
            f"WHERE (SELECT count(*) FROM addresses WHERE account_id = $3) < {MOST}",
            address_id,
            at,
            account_id,
            address.kind.value,
            label,
            seal(ADDRESS, encode_address(address)),
            purge_day(address.kind, retention_days=retention_days, at=at),
        )
        if not stored:
            raise AddressBookFull
        await _note("address.added", address_id, account_id, {"kind": address.kind.value})
    return await get_address(address_id=address_id, account_id=account_id)


async def get_address(*, address_id: UUID, account_id: UUID) -> AddressEntry:
    """Return an address of a person's own book.

    Raises:
        AddressNotFound: there is none in it.
    """
    found = await Address.get_or_none(id=address_id, account_id=account_id)
    if found is None:
        raise AddressNotFound
    return _entry(found)


async def list_addresses(*, account_id: UUID, after: UUID | None = None, limit: int = 20) -> list[AddressEntry]:
    """Return the addresses of a person's book, newest first; ``after`` is the last id of the page before."""
    found = Address.filter(account_id=account_id)
    if after is not None:
        found = found.filter(id__lt=after)
    return [_entry(address) for address in await found.order_by("-id").limit(limit)]


async def update_address(
    *,
    address_id: UUID,
    changes: Mapping[str, str],
    label: str | None,
    account_id: UUID,
    retention_days: int,
    at: datetime,
) -> AddressEntry:
    """Change parts of an address, by their names in ``EnteredAddress``; another kind drops what belongs to the old one.

    Raises:
        AddressNotFound: there is none in this person's book.
        ConsentRequired: no consent to ``parcels`` is in force.
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: as when added.
    """
    async with transaction():
        await _hold(address_id, account_id)
        entry = await get_address(address_id=address_id, account_id=account_id)
        await require_consent(account_id=account_id, purpose=Purpose.PARCELS)
        address = change_address(entry.address, changes)
        await execute(
            "UPDATE addresses SET kind = $1, label = $2, address_sealed = $3, purge_on = $4, updated_at = $5 "
            "WHERE id = $6",
            address.kind.value,
            entry.label if label is None else label,
            seal(ADDRESS, encode_address(address)),
            purge_day(address.kind, retention_days=retention_days, at=at),
            at,
            address_id,
        )
        fields = sorted({*changes, *(["label"] if label is not None else [])})
        await _note("address.changed", address_id, account_id, {"fields": fields})
    return await get_address(address_id=address_id, account_id=account_id)


async def remove_address(*, address_id: UUID, account_id: UUID) -> None:
    """Take an address out of a person's book, for good.

    Raises:
        AddressNotFound: there is none in it.
    """
    async with transaction():
        removed = await execute("DELETE FROM addresses WHERE id = $1 AND account_id = $2", address_id, account_id)
        if not removed:
            raise AddressNotFound
        await _note("address.removed", address_id, account_id, {})


async def use_address(*, address_id: UUID, account_id: UUID, retention_days: int, at: datetime) -> PostalAddress:
    """Return an address for a booking, in its transaction; a unit's is kept so many days longer.

    Raises:
        AddressNotFound: there is none in this person's book.
    """
    entry = await get_address(address_id=address_id, account_id=account_id)
    if entry.address.kind.is_unit:
        day = purge_day(entry.address.kind, retention_days=retention_days, at=at)
        await execute("UPDATE addresses SET purge_on = $1 WHERE id = $2", day, address_id)
    return entry.address


def purge_day(kind: AddressKind, *, retention_days: int, at: datetime) -> date | None:
    """Return the Beijing day on which an address used now is forgotten; None for a civil one."""
    return beijing_day(at) + timedelta(days=retention_days) if kind.is_unit else None


async def _hold(address_id: UUID, account_id: UUID) -> None:
    """Take the row for this transaction on both databases, so that two changes do not cross."""
    await execute(
        "UPDATE addresses SET updated_at = updated_at WHERE id = $1 AND account_id = $2", address_id, account_id
    )


def _entry(found: Address) -> AddressEntry:
    return AddressEntry(
        id=found.id,
        label=found.label,
        address=decode_address(unseal(ADDRESS, found.address_sealed)),
        purge_on=found.purge_on,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


async def _note(action: str, address_id: UUID, account_id: UUID, detail: Mapping[str, object]) -> None:
    await record(
        account_id=account_id,
        role="person",
        action=action,
        record_type="address",
        record_id=address_id,
        detail=detail,
    )
