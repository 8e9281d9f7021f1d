"""加密"""

import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as some

from models.secrets import Keyring, UnreadableSecret

OLD, NEW = AESGCM(os.urandom(32)), AESGCM(os.urandom(32))
RING = Keyring("old", {"old": OLD}, b"index" * 8)


@given(some.text(alphabet=some.characters(codec="utf-8"), max_size=200))
def test_what_was_sealed_reads_back_and_is_not_in_the_value(text: str) -> None:
    value = RING.encrypt(text, purpose="people.name")

    assert RING.decrypt(value, purpose="people.name") == text
    assert len(text) < 5 or text not in value


def test_one_text_is_never_sealed_the_same_twice() -> None:
    assert RING.encrypt("段誉明", purpose="p") != RING.encrypt("段誉明", purpose="p")


def test_a_value_that_was_moved_to_another_column_does_not_read() -> None:
    value = RING.encrypt("段誉明", purpose="people.name")

    with pytest.raises(UnreadableSecret):
        RING.decrypt(value, purpose="people.mobile")


@given(some.integers(0, 36))
def test_a_value_with_one_altered_byte_does_not_read(place: int) -> None:
    name, _, encoded = RING.encrypt("段誉明", purpose="p").partition(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[place] ^= 1

    with pytest.raises(UnreadableSecret):
        RING.decrypt(f"{name}:{base64.b64encode(raw).decode()}", purpose="p")


@pytest.mark.parametrize("value", ["", "old", "old:", "old:!!", "unknown:QUJD", "段誉明"])
def test_what_was_never_sealed_does_not_read(value: str) -> None:
    with pytest.raises(UnreadableSecret):
        RING.decrypt(value, purpose="p")


def test_a_new_first_key_seals_and_the_old_one_still_reads() -> None:
    value = RING.encrypt("段誉明", purpose="p")
    rolled = Keyring("new", {"new": NEW, "old": OLD}, RING.index_key)

    assert rolled.decrypt(value, purpose="p") == "段誉明"
    assert (rolled.is_current(value), rolled.is_current(rolled.encrypt("x", purpose="p"))) == (False, True)


def test_hashes_depend_on_text_purpose_and_key_and_on_nothing_else() -> None:
    other = Keyring("old", {"old": OLD}, b"other" * 8)

    assert RING.fingerprint("1", purpose="p") == RING.fingerprint("1", purpose="p")
    assert len({RING.fingerprint("1", purpose="p"), RING.fingerprint("2", purpose="p")}) == 2
    assert RING.fingerprint("1", purpose="p") != RING.fingerprint("1", purpose="q")
    assert RING.fingerprint("1", purpose="p") != other.fingerprint("1", purpose="p")
    assert RING.derive("p") != RING.derive("q")


def test_a_keyring_does_not_print_its_keys() -> None:
    assert "index" not in repr(RING)
