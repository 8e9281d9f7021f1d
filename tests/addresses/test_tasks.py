"""地址簿任务"""

from datetime import UTC, date, datetime

import pytest

from models.accounts import Consent, Purpose
from models.addresses import Address, AddressKind
from models.transactions import transaction
from server.addresses.service import AddressNotFound, use_address
from server.addresses.tasks import purge_addresses
from tests.factories.addresses import make_address
from tests.factories.cards import give_consent, make_account

pytestmark = pytest.mark.usefixtures("database")

BEFORE_MIDNIGHT = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""Of the first of December in Beijing."""


async def test_a_units_address_goes_when_its_beijing_day_begins_and_a_civil_one_stays() -> None:
    account = await make_account()
    await give_consent(account.id, purpose=Purpose.PARCELS)
    civil = await make_address(account_id=account.id)
    await make_address(account_id=account.id, purge_on=date(2026, 12, 1))

    assert await purge_addresses(at=BEFORE_MIDNIGHT) == 0
    assert await purge_addresses(at=MIDNIGHT) == 1
    assert [address.id for address in await Address.all()] == [civil.id]


async def test_every_address_goes_with_the_consent() -> None:
    account = await make_account()
    await give_consent(account.id, purpose=Purpose.PARCELS)
    await make_address(account_id=account.id)

    assert await purge_addresses(at=MIDNIGHT) == 0
    await Consent.filter(account_id=account.id).update(withdrawn_at=MIDNIGHT)
    assert await purge_addresses(at=MIDNIGHT) == 1


async def test_using_a_units_address_keeps_it_longer() -> None:
    account = await make_account()
    unit = await make_address(
        account_id=account.id,
        purge_on=date(2026, 12, 1),
        kind=AddressKind.UNIT_CODE,
        street="",
        unit_code="12345",
    )

    async with transaction():
        used = await use_address(address_id=unit.id, account_id=account.id, retention_days=90, at=MIDNIGHT)

    assert used.line == "江苏省扬州市高邮市12345部队"
    assert (await Address.get(id=unit.id)).purge_on == date(2027, 3, 1)


async def test_only_its_owner_uses_an_address() -> None:
    civil = await make_address(account_id=(await make_account()).id)

    with pytest.raises(AddressNotFound):
        await use_address(address_id=civil.id, account_id=(await make_account()).id, retention_days=90, at=MIDNIGHT)
