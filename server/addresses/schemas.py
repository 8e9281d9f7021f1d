"""地址簿的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.addresses import AddressKind
from server.http.pagination import Cursor, PageSize

Label = Annotated[str, Meta(max_length=20, description="自己的叫法，如 儿子")]
Name = Annotated[str, Meta(max_length=40, description="姓名")]
TelephoneText = Annotated[str, Meta(max_length=40, description="手机号，或带区号的座机（可带分机）")]
ProvinceName = Annotated[str, Meta(max_length=20, description="省、自治区、直辖市")]
PlaceName = Annotated[str, Meta(max_length=20)]
Street = Annotated[str, Meta(max_length=120, description="街道、村组、门牌号；只用于普通地址")]
UnitCode = Annotated[str, Meta(max_length=20, description="部队代号，五位数字，如 12345部队")]
PoBox = Annotated[str, Meta(max_length=20, description="部队信箱，如 123信箱")]
Subunit = Annotated[str, Meta(max_length=10, description="分队，如 12分队；没有的留空")]


class AddressFields(msgspec.Struct, forbid_unknown_fields=True):
    """一个地址 — what the kind does not need stays empty."""

    kind: AddressKind
    name: Name
    telephone: TelephoneText
    province: ProvinceName
    city: PlaceName = ""
    county: PlaceName = ""
    street: Street = ""
    unit_code: UnitCode = ""
    po_box: PoBox = ""
    subunit: Subunit = ""


class AddressRequest(AddressFields, forbid_unknown_fields=True):
    """存入地址簿"""

    label: Label = ""


class AddressPatch(msgspec.Struct, forbid_unknown_fields=True):
    """地址的修改 — what is left out stays as it is."""

    kind: AddressKind | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    telephone: TelephoneText | UnsetType = UNSET
    province: ProvinceName | UnsetType = UNSET
    city: PlaceName | UnsetType = UNSET
    county: PlaceName | UnsetType = UNSET
    street: Street | UnsetType = UNSET
    unit_code: UnitCode | UnsetType = UNSET
    po_box: PoBox | UnsetType = UNSET
    subunit: Subunit | UnsetType = UNSET
    label: Label | UnsetType = UNSET


class AddressQuery(msgspec.Struct, forbid_unknown_fields=True):
    """地址簿的翻页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class MaskedAddress(msgspec.Struct):
    """地址簿里的一条，隐去部分内容 — of a unit province and city only."""

    id: UUID
    label: str
    kind: AddressKind
    kind_label: str
    masked_name: str
    masked_telephone: str
    masked_address: str
    purge_on: date | None
    created_at: datetime


class AddressPage(msgspec.Struct):
    """地址簿 — newest first."""

    items: list[MaskedAddress]
    next_cursor: str | None


class AddressView(msgspec.Struct):
    """一个地址，完整内容 — for its owner; ``purge_on`` is the day on which a unit's is forgotten unless used again."""

    id: UUID
    label: str
    kind: AddressKind
    kind_label: str
    name: str
    telephone: str
    province: str
    city: str
    county: str
    street: str
    unit_code: str
    po_box: str
    subunit: str
    address: str
    purge_on: date | None
    created_at: datetime
    updated_at: datetime


class AddressParseRequest(msgspec.Struct, forbid_unknown_fields=True):
    """粘贴的地址"""

    text: Annotated[str, Meta(min_length=1, max_length=300, description="粘贴的一段文字，含姓名、电话、地址")]


class AddressProposal(msgspec.Struct):
    """识别结果 — to be confirmed by the person; what was not found is empty."""

    kind: AddressKind
    kind_label: str
    name: str
    telephone: str
    province: str
    city: str
    county: str
    street: str
    unit_code: str
    po_box: str
    subunit: str
    notes: list[str]
