"""出示码密钥"""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from models.cards import Card, CardKind
from server.cards.pass_keys import (
    LastPassKey,
    NoPassKey,
    PassKeyNotFound,
    create_pass_key,
    ensure_pass_key,
    list_public_keys,
    load_keys,
    retire_pass_key,
)
from server.cards.passes import (
    PassForged,
    encode_pass,
    issue_pass,
    open_pass,
    read_pass,
)
from tests.cards.test_passes import some_pass
from tests.factories.cards import make_card

AT = datetime(2026, 11, 23, 4, 0, 0, 400_000, tzinfo=UTC)
SOON = timedelta(seconds=10)


@pytest.fixture
async def card(database: TortoiseContext) -> Card:
    await ensure_pass_key(at=AT)
    return await make_card(kind=CardKind.BEREAVED_FAMILY)


async def test_without_a_key_no_pass_is_issued(database: TortoiseContext) -> None:
    card = await make_card()

    with pytest.raises(NoPassKey):
        await issue_pass(card=card, at=AT)


async def test_the_first_key_is_used_without_delay(database: TortoiseContext) -> None:
    card = await make_card()
    with pytest.raises(NoPassKey):
        await issue_pass(card=card, at=AT)

    await ensure_pass_key(at=AT)
    await ensure_pass_key(at=AT)
    issued = await issue_pass(card=card, at=AT)

    assert (await read_pass(issued.pass_, at=AT)).pass_id == issued.pass_id
    assert len(await list_public_keys()) == 1


async def test_a_new_key_signs_within_five_seconds_and_the_old_one_still_verifies(card: Card) -> None:
    before = await issue_pass(card=card, at=AT)
    new = await create_pass_key(at=AT + timedelta(seconds=1))

    after = await issue_pass(card=card, at=AT + timedelta(seconds=6))

    assert open_pass(after.pass_)[1] == new.key_id.encode()
    assert (await read_pass(before.pass_, at=AT + timedelta(seconds=6))).pass_id == before.pass_id


async def test_a_pass_under_a_key_made_a_moment_ago_is_read_at_once(card: Card) -> None:
    await load_keys(at=AT)
    await create_pass_key(at=AT)
    elsewhere = await load_keys(at=AT, afresh=True)
    assert elsewhere.signer is not None
    shown = some_pass()

    read = await read_pass(encode_pass(shown, key=elsewhere.signer), at=AT)

    assert read.pass_id == shown.pass_id


async def test_a_retired_key_verifies_nothing_after_five_seconds(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)
    (old,) = await list_public_keys()
    await create_pass_key(at=AT)

    await retire_pass_key(key_id=old.key_id, at=AT)

    with pytest.raises(PassForged):
        await read_pass(issued.pass_, at=AT + timedelta(seconds=6))
    assert old.key_id not in {key.key_id for key in await list_public_keys()}


async def test_the_last_key_is_never_retired(card: Card) -> None:
    (only,) = await list_public_keys()

    with pytest.raises(LastPassKey):
        await retire_pass_key(key_id=only.key_id, at=AT)


async def test_a_key_that_is_unknown_or_retired_cannot_be_retired(card: Card) -> None:
    (old,) = await list_public_keys()
    await create_pass_key(at=AT)
    await retire_pass_key(key_id=old.key_id, at=AT)

    for key_id in (old.key_id, "nothing"):
        with pytest.raises(PassKeyNotFound):
            await retire_pass_key(key_id=key_id, at=AT)
