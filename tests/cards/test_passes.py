"""出示码"""

import os
import string
from datetime import UTC, datetime, timedelta

import base45
import cbor2
import pytest
from cwt import COSE, CWT, COSEKey
from cwt.cose_key_interface import COSEKeyInterface
from hypothesis import given
from hypothesis import strategies as some
from tortoise.context import TortoiseContext

from models.cards import Card, CardKind
from server.cards.pass_keys import (
    ensure_pass_key,
    list_public_keys,
    signing_key,
    verifying_key,
)
from server.cards.passes import (
    MOST_CHARACTERS,
    PREFIX,
    CardPass,
    PassExpired,
    PassForged,
    PassFromTheFuture,
    PassUnreadable,
    encode_pass,
    issue_pass,
    open_pass,
    read_pass,
    verify_pass,
)
from tests.factories.cards import make_card

AT = datetime(2026, 11, 23, 4, 0, 0, 400_000, tzinfo=UTC)
SOON = timedelta(seconds=10)


@pytest.fixture
async def card(database: TortoiseContext) -> Card:
    await ensure_pass_key(at=AT)
    return await make_card(kind=CardKind.BEREAVED_FAMILY)


def some_key(key_id: bytes = b"somebody") -> COSEKeyInterface:
    return signing_key(key_id, os.urandom(32))


def some_pass() -> CardPass:
    return CardPass(os.urandom(16).hex(), "pseudonym", CardKind.VETERAN, AT, AT + timedelta(seconds=60))


def text_of(raw: bytes) -> str:
    return PREFIX + base45.b45encode(raw).decode()


async def test_a_pass_tells_the_card_by_pseudonym_and_kind_and_nothing_else(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    read = await read_pass(issued.pass_, at=AT + SOON)

    assert read.pseudonym == card.pseudonym
    assert read.kind is CardKind.BEREAVED_FAMILY
    assert read.pass_id == issued.pass_id
    assert len(issued.pass_id) == 32
    assert read.expires_at - read.issued_at == timedelta(seconds=60)
    assert issued.refresh_after_seconds == 45


async def test_a_standard_reader_of_web_tokens_verifies_a_pass_with_the_public_key(card: Card) -> None:
    issued = await issue_pass(card=card, at=datetime.now(UTC))
    (public,) = await list_public_keys()
    key = COSEKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": public.key_id, "x": public.x})

    claims = CWT.new().decode(base45.b45decode(issued.pass_.removeprefix(PREFIX)), key)

    assert set(claims) == {1, 2, 4, 6, 7, -65537}
    assert (claims[1], claims[2], claims[-65537]) == ("youbing", card.pseudonym, 2)


async def test_two_passes_of_one_card_are_never_the_same(card: Card) -> None:
    first = await issue_pass(card=card, at=AT)

    second = await issue_pass(card=card, at=AT)

    assert first.pass_id != second.pass_id


async def test_a_pass_fits_the_alphanumeric_set_of_qr_codes(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    assert set(issued.pass_) <= set(string.digits + string.ascii_uppercase + " $%*+-./:")
    assert len(issued.pass_) < 260


async def test_a_pass_ends_after_its_minute(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    just_before = await read_pass(issued.pass_, at=issued.expires_at - timedelta(milliseconds=1))
    with pytest.raises(PassExpired):
        await read_pass(issued.pass_, at=issued.expires_at)

    assert just_before.pass_id == issued.pass_id


async def test_a_repeated_request_may_read_a_pass_after_its_end(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    read = await read_pass(issued.pass_, at=AT + timedelta(hours=1), ignore_expiry=True)

    assert read.pass_id == issued.pass_id


async def test_a_pass_from_beyond_the_skew_of_clocks_is_refused(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    tolerated = await read_pass(issued.pass_, at=AT - timedelta(seconds=29))
    with pytest.raises(PassFromTheFuture):
        await read_pass(issued.pass_, at=AT - timedelta(seconds=32))

    assert tolerated.pass_id == issued.pass_id


@pytest.mark.parametrize("text", ["", "YB1:", "hello", "https://example.com/", "YB1:AB", "yb1:ABC", "YB2:" + "A" * 240])
async def test_what_is_no_pass_is_unreadable(database: TortoiseContext, text: str) -> None:
    with pytest.raises(PassUnreadable):
        await read_pass(text, at=AT)


async def test_a_truncated_pass_is_unreadable_wherever_it_ends(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    for length in range(len(issued.pass_)):
        with pytest.raises(PassUnreadable):
            await read_pass(issued.pass_[:length], at=AT)


async def test_a_pass_that_is_too_long_is_unreadable(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    with pytest.raises(PassUnreadable):
        await read_pass(issued.pass_ + "0" * MOST_CHARACTERS, at=AT)


async def test_bytes_after_the_message_are_refused(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)
    raw = base45.b45decode(issued.pass_.removeprefix(PREFIX))

    with pytest.raises(PassUnreadable):
        await read_pass(text_of(raw + b"\x00"), at=AT)


async def test_blanks_that_a_scanner_adds_around_a_pass_do_not_matter(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)

    read = await read_pass(f" {issued.pass_}\r\n", at=AT)

    assert read.pass_id == issued.pass_id


async def test_a_pass_under_an_unknown_key_is_forged(card: Card) -> None:
    with pytest.raises(PassForged):
        await read_pass(encode_pass(some_pass(), key=some_key()), at=AT)


async def test_a_pass_that_names_our_key_and_is_signed_by_another_is_forged(card: Card) -> None:
    (ours,) = await list_public_keys()

    with pytest.raises(PassForged):
        await read_pass(encode_pass(some_pass(), key=some_key(ours.key_id.encode())), at=AT)


async def test_a_changed_claim_makes_a_pass_forged(card: Card) -> None:
    issued = await issue_pass(card=card, at=AT)
    message = cbor2.loads(base45.b45decode(issued.pass_.removeprefix(PREFIX)))
    claims = cbor2.loads(message.value[2])
    message.value[2] = cbor2.dumps(claims | {4: claims[4] + 3600})

    with pytest.raises(PassForged):
        await read_pass(text_of(cbor2.dumps(message)), at=AT)


async def test_claims_that_nobody_signed_are_unreadable(card: Card) -> None:
    at = int(AT.timestamp())
    claims = {1: "youbing", 2: card.pseudonym, 4: at + 60, 6: at, 7: bytes(16), -65537: 1}

    for unsigned in (claims, cbor2.CBORTag(61, claims), cbor2.CBORTag(18, claims), [b"", {}, cbor2.dumps(claims), b""]):
        with pytest.raises(PassUnreadable):
            await read_pass(text_of(cbor2.dumps(unsigned)), at=AT)


async def test_another_message_under_our_key_is_no_pass(database: TortoiseContext) -> None:
    key = some_key()

    for payload in (
        b"",
        b"\xff",
        cbor2.dumps({1: "youbing"}),
        cbor2.dumps({1: "other", 2: "x", 4: 1, 6: 1, 7: bytes(16), -65537: 1}),
    ):
        signed = COSE.new().encode_and_sign(payload, key, protected={1: -8, 4: b"somebody"})
        message, _ = open_pass(text_of(signed))
        with pytest.raises(PassUnreadable):
            verify_pass(message, keys=[key])


def test_all_keys_that_share_an_id_are_tried() -> None:
    private = os.urandom(32)
    signer, stranger = signing_key(b"shared", private), some_key(b"shared")
    shown = some_pass()

    message, key_id = open_pass(encode_pass(shown, key=signer))
    read = verify_pass(message, keys=[stranger, signer])

    assert key_id == b"shared"
    assert read.pass_id == shown.pass_id


@given(some.binary(max_size=600))
def test_no_bytes_of_a_stranger_do_more_than_not_be_a_pass(raw: bytes) -> None:
    with pytest.raises(PassUnreadable):
        open_pass(text_of(raw))


@given(some.text(max_size=300))
def test_no_text_of_a_stranger_does_more_than_not_be_a_pass(text: str) -> None:
    with pytest.raises(PassUnreadable):
        open_pass(PREFIX + text)


def test_a_public_key_alone_verifies() -> None:
    private = os.urandom(32)
    signer = signing_key(b"k", private)
    public = verifying_key(b"k", signer.to_dict()[-2])
    shown = some_pass()

    read = verify_pass(open_pass(encode_pass(shown, key=signer))[0], keys=[public])

    assert read.pseudonym == shown.pseudonym
