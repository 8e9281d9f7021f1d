"""地址簿的竞争 — the last place of a book, wanted by many requests at once."""

import asyncio

import pytest

from models.accounts import Purpose
from models.addresses import Address
from server.addresses.service import MOST
from tests.factories.addresses import CIVIL, make_address
from tests.factories.cards import give_consent
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.races.test_enrolment import newcomers

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_of_twenty_addresses_at_once_only_as_many_are_stored_as_there_are_places(house: TwoWorkers) -> None:
    [person] = await newcomers(house, 1)
    await give_consent(person.account_id, purpose=Purpose.PARCELS)
    for _ in range(MOST - 3):
        await make_address(account_id=person.account_id)

    answers = await asyncio.gather(*(person.post("/v1/addresses", CIVIL) for _ in range(20)))

    assert outcomes(answers) == {"201": 3, "AddressBookFull": 17}
    assert await Address.filter(account_id=person.account_id).count() == MOST
