"""地址工厂 — entries of an address book that a test asks for by what matters to it."""

from datetime import date
from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.addresses import ADDRESS, Address, AddressKind
from models.fields import seal
from server.addresses.kinds import PostalAddress, encode_address

CIVIL: dict[str, str] = {
    "kind": "civil",
    "name": "段誉明",
    "telephone": "18012341999",
    "province": "江苏省",
    "city": "扬州市",
    "county": "高邮市",
    "street": "界首镇育才路12号",
}
UNIT: dict[str, str] = {
    "kind": "unit_code",
    "name": "张三丰",
    "telephone": "0991-84612345转802",
    "province": "新疆",
    "city": "喀什地区",
    "unit_code": "12345部队",
    "subunit": "12分队",
}
"""What a person enters of their son's unit."""


async def make_address(*, account_id: UUID | None, purge_on: date | None = None, **parts: Any) -> Address:
    """Make an entry of somebody's address book: a civil address at home in 高邮, with other ``parts``."""
    address = PostalAddress(**(CIVIL | {"kind": AddressKind.CIVIL} | parts))  # type: ignore[arg-type]
    return await Address.create(
        account_id=account_id,
        kind=address.kind,
        label="家里",
        address_sealed=seal(ADDRESS, encode_address(address)),
        purge_on=purge_on,
        updated_at=utc_now(),
    )
