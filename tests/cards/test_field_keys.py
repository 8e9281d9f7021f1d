"""换密钥"""

import os
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise.context import TortoiseContext

from config.clock import utc_now
from models.cards import Card, PassKey
from models.secrets import Keyring, UnreadableSecret, keyring, use_keyring
from server.cards.pass_keys import ensure_pass_key
from server.field_keys import rotate_field_keys
from tests.factories.cards import make_card


@pytest.fixture(autouse=True)
def _same_keyring_afterwards() -> Iterator[None]:
    before = keyring()
    yield
    use_keyring(before)


def with_new_key(old: Keyring, name: str = "new") -> Keyring:
    """Return a keyring whose first key is new and which still reads what the old one sealed."""
    return Keyring(name, {name: AESGCM(os.urandom(32)), **old.ciphers}, old.index_key)


async def test_after_rotation_everything_reads_without_the_old_key(database: TortoiseContext) -> None:
    for number in range(5):
        await make_card(name="段誉明", number=f"YD000000000{number}", mobile=None if number else "18012341999")
    await ensure_pass_key(at=utc_now())
    ring = with_new_key(keyring())
    use_keyring(ring)
    heard: list[tuple[int, int]] = []

    rewritten = await rotate_field_keys(batch=2, progress=lambda done, total: heard.append((done, total)))
    again = await rotate_field_keys()

    use_keyring(Keyring("new", {"new": ring.ciphers["new"]}, ring.index_key))
    cards = await Card.all().select_related("holder").order_by("id")
    assert rewritten == 5 * 3 + 1 + 1
    assert again == 0
    assert heard[-1] == (11, 11)
    assert [card.holder.name for card in cards] == ["段誉明"] * 5
    assert [card.number for card in cards] == [f"YD000000000{number}" for number in range(5)]
    assert cards[0].holder.mobile == "18012341999"
    assert (await PassKey.get()).private_key_sealed.startswith("new:")


async def test_a_value_under_an_unknown_key_stops_the_rotation(database: TortoiseContext) -> None:
    await make_card()
    old = keyring()
    use_keyring(Keyring("new", {"new": AESGCM(os.urandom(32))}, old.index_key))

    with pytest.raises(UnreadableSecret):
        await rotate_field_keys()
