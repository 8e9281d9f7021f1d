"""地址簿接口。"""

from uuid import UUID

import msgspec
from msgspec import UNSET

from config.clock import beijing, utc_now
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.addresses import parsing, service
from server.addresses.kinds import (
    AddressInvalid,
    AddressKindMixed,
    EnteredAddress,
    ProvinceUnknown,
    StreetBesideUnit,
    UnitDesignationRefused,
)
from server.addresses.parser_process import parser_process
from server.addresses.schemas import (
    AddressPage,
    AddressParseRequest,
    AddressPatch,
    AddressProposal,
    AddressQuery,
    AddressRequest,
    AddressView,
    MaskedAddress,
)
from server.addresses.service import AddressBookFull, AddressEntry, AddressNotFound
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.resources import resources

routes = Routes("addresses", title="地址簿")
_WRITING = (
    *(UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid),
    ConsentRequired,
)


@routes.post("/addresses", summary="存一个地址", status=201, refusals=(*_WRITING, AddressBookFull))
async def add_address(asker: Person, body: AddressRequest) -> AddressView:
    """Three exclusive kinds: civil with a street; a unit code or a PO box with province and city, without a street."""
    written = msgspec.structs.asdict(body)
    label = written.pop("label").strip()
    return _view(
        await service.add_address(
            entered=EnteredAddress(**written),
            label=label,
            account_id=asker.account_id,
            retention_days=resources().settings.unit_address_retention_days,
            at=utc_now(),
        )
    )


@routes.get("/addresses", summary="我的地址簿（隐去部分内容），新的在前")
async def list_addresses(asker: Person, query: AddressQuery) -> AddressPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await service.list_addresses(
        account_id=asker.account_id, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return AddressPage(
        items=[_masked(entry) for entry in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/addresses/<address_id:uuid>", summary="我的一个地址，完整内容", refusals=(AddressNotFound,))
async def get_address(asker: Person, address_id: UUID) -> AddressView:
    return _view(await service.get_address(address_id=address_id, account_id=asker.account_id))


@routes.patch("/addresses/<address_id:uuid>", summary="修改地址", refusals=(*_WRITING, AddressNotFound))
async def update_address(asker: Person, address_id: UUID, body: AddressPatch) -> AddressView:
    """What is left out stays; a change of the kind drops what belonged to the old one."""
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    label = changes.pop("label", None)
    return _view(
        await service.update_address(
            address_id=address_id,
            changes=changes,
            label=None if label is None else label.strip(),
            account_id=asker.account_id,
            retention_days=resources().settings.unit_address_retention_days,
            at=utc_now(),
        )
    )


@routes.delete("/addresses/<address_id:uuid>", summary="删除地址", refusals=(AddressNotFound,))
async def remove_address(asker: Person, address_id: UUID) -> None:
    await service.remove_address(address_id=address_id, account_id=asker.account_id)


@routes.post(
    "/address-parses",
    summary="识别粘贴的地址，请本人核对；不保存",
    idempotent=False,
    limit=Limit("20/minute", shared=False),
)
async def parse_address(asker: Person, body: AddressParseRequest) -> AddressProposal:
    """It proposes and refuses nothing; ``notes`` say what to look at. What is confirmed goes to the address book."""
    found = await parsing.parse_address(text=body.text, parser=parser_process())
    return AddressProposal(
        kind=found.kind,
        kind_label=found.kind.label,
        name=found.name,
        telephone=found.telephone,
        province=found.province,
        city=found.city,
        county=found.county,
        street=found.street,
        unit_code=found.unit_code,
        po_box=found.po_box,
        subunit=found.subunit,
        notes=list(found.notes),
    )


def _masked(entry: AddressEntry) -> MaskedAddress:
    return MaskedAddress(
        id=entry.id,
        label=entry.label,
        kind=entry.address.kind,
        kind_label=entry.address.kind.label,
        masked_name=entry.address.masked_name,
        masked_telephone=entry.address.masked_telephone,
        masked_address=entry.address.masked_line,
        purge_on=entry.purge_on,
        created_at=beijing(entry.created_at),
    )


def _view(entry: AddressEntry) -> AddressView:
    address = entry.address
    return AddressView(
        id=entry.id,
        label=entry.label,
        kind=address.kind,
        kind_label=address.kind.label,
        name=address.name,
        telephone=address.telephone,
        province=address.province,
        city=address.city,
        county=address.county,
        street=address.street,
        unit_code=address.unit_code,
        po_box=address.po_box,
        subunit=address.subunit,
        address=address.line,
        purge_on=entry.purge_on,
        created_at=beijing(entry.created_at),
        updated_at=beijing(entry.updated_at),
    )


ENDPOINTS = tuple(routes.endpoints)
