"""出示码 — the signed, pseudonymous, one-minute pass that a phone shows and a till scans.

``YB1:`` and the Base45 (RFC 9285) of a CBOR Web Token (RFC 8392) in COSE_Sign1 (RFC 9052) with Ed25519. Claims:
1 iss ``youbing`` · 2 sub, the card's pseudonym · 4 exp · 6 iat · 7 cti, 16 random bytes whose hex is the pass's
id · −65537 (the private range) the card's kind: 1 退役军人, 2 三属. No name, no number.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import base45
import cbor2
from cwt import COSE
from cwt.cose_key_interface import COSEKeyInterface
from cwt.exceptions import VerifyError

from models.cards import Card, CardKind
from models.errors import Invalid
from server.cards.pass_keys import NoPassKey, load_keys

PREFIX = "YB1:"
PASS_SECONDS = 60
REFRESH_AFTER_SECONDS = 45
MOST_CHARACTERS = 1024
SKEW = timedelta(seconds=30)
"""How far ahead of the reader's clock the maker's may be: several servers never agree exactly."""

ISSUER = "youbing"
ISS, SUB, EXP, IAT, CTI, KIND = 1, 2, 4, 6, 7, -65537
KIND_NUMBERS = {CardKind.VETERAN: 1, CardKind.BEREAVED_FAMILY: 2}
_KINDS = {number: kind for kind, number in KIND_NUMBERS.items()}
_SIGN1_TAG, _ALG, _KID, _EDDSA = 18, 1, 4, -8
_COSE = COSE.new()


class PassRefused(Invalid):
    """A text that is shown as a pass and is none that is good now."""

    message = "这个出示码不能使用"
    next_step = "请持证人在小程序中刷新出示码后再扫"


class PassUnreadable(PassRefused):
    message = "这不是优待证出示码，或者没有扫完整"
    next_step = "请持证人打开小程序的「出示优待证」，调亮屏幕后再扫一次"


class PassForged(PassRefused):
    message = "这个出示码的签名不对，不是本系统签发的"
    next_step = "请不要办理；请持证人当面打开小程序重新出示，仍不行请查看实体优待证并联系退役军人服务站"


class PassExpired(PassRefused):
    message = "这个出示码已过期，每个码只在一分钟内有效"
    next_step = "请持证人刷新出示码后再扫；截图和打印的码不能使用"


class PassFromTheFuture(PassRefused):
    message = "这个出示码的签发时间晚于现在，时钟不一致"
    next_step = "请持证人刷新出示码后再扫一次；仍不行请联系退役军人服务站"


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass just made; ``pass_id`` is 32 hex digits."""

    pass_: str
    pass_id: str
    expires_at: datetime
    refresh_after_seconds: int


@dataclass(frozen=True, slots=True)
class CardPass:
    """What a genuine pass says: which card, by pseudonym, of which kind, when."""

    pass_id: str
    pseudonym: str
    kind: CardKind
    issued_at: datetime
    expires_at: datetime


async def issue_pass(*, card: Card, at: datetime) -> IssuedPass:
    """Return a new pass of a card, good for ``PASS_SECONDS``; whether the card may be shown is the caller's to know.

    Raises:
        NoPassKey: the installation has no key to sign with.
    """
    keys = await load_keys(at=at)
    if keys.signer is None:
        keys = await load_keys(at=at, afresh=True)
    if keys.signer is None:
        raise NoPassKey
    issued = int(at.timestamp())
    made = CardPass(
        pass_id=secrets.token_hex(16),
        pseudonym=card.pseudonym,
        kind=CardKind(card.kind),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(issued + PASS_SECONDS, UTC),
    )
    return IssuedPass(encode_pass(made, key=keys.signer), made.pass_id, made.expires_at, REFRESH_AFTER_SECONDS)


async def read_pass(text: str, *, at: datetime, ignore_expiry: bool = False) -> CardPass:
    """Return what a genuine pass says. 验码。

    ``ignore_expiry`` is for a request that was first made in time and is repeated; the signature still counts.

    Raises:
        PassUnreadable: not one of ours, truncated, garbled or too long.
        PassForged: signed by no key of ours that is in use.
        PassFromTheFuture: issued more than ``SKEW`` after ``at``.
        PassExpired: ``at`` is at or past its end.
    """
    message, key_id = open_pass(text)
    keys = await load_keys(at=at)
    if key_id not in keys.verifiers:
        keys = await load_keys(at=at, afresh=True)
    card_pass = verify_pass(message, keys=keys.verifiers.get(key_id, ()))
    if card_pass.issued_at > at + SKEW:
        raise PassFromTheFuture
    if not ignore_expiry and at >= card_pass.expires_at:
        raise PassExpired
    return card_pass


def encode_pass(card_pass: CardPass, *, key: COSEKeyInterface) -> str:
    """Return the text of a pass under a signing key."""
    claims = {
        ISS: ISSUER,
        SUB: card_pass.pseudonym,
        EXP: int(card_pass.expires_at.timestamp()),
        IAT: int(card_pass.issued_at.timestamp()),
        CTI: bytes.fromhex(card_pass.pass_id),
        KIND: KIND_NUMBERS[card_pass.kind],
    }
    signed = _COSE.encode_and_sign(cbor2.dumps(claims), key, protected={_ALG: _EDDSA, _KID: key.kid})
    return PREFIX + str(base45.b45encode(signed), "ascii")


def open_pass(text: str) -> tuple[cbor2.CBORTag, bytes]:
    """Return the COSE message in a pass and the id of the key it names; nothing is verified yet.

    Raises:
        PassUnreadable: the text is no such message.
    """
    text = text.strip()
    if len(text) > MOST_CHARACTERS or not text.startswith(PREFIX):
        raise PassUnreadable
    message = _decode(_bytes_of(text))
    # CWT.decode of the library accepts claims that nobody signed, so the form is asked for here, and by name
    if not isinstance(message, cbor2.CBORTag) or message.tag != _SIGN1_TAG or not _is_sign1(message.value):
        raise PassUnreadable
    protected = _decode(message.value[0])
    if not isinstance(protected, Mapping) or protected.get(_ALG) != _EDDSA:
        raise PassUnreadable
    key_id = protected.get(_KID)
    if not isinstance(key_id, bytes) or not key_id:
        raise PassUnreadable
    return message, key_id


def verify_pass(message: cbor2.CBORTag, *, keys: Sequence[COSEKeyInterface]) -> CardPass:
    """Return what an opened pass says if any of the keys signed it; time is not looked at.

    Raises:
        PassForged: none did.
        PassUnreadable: one did, and the claims are not those of a pass.
    """
    for key in keys:
        try:
            return _card_pass(_decode(_COSE.decode(message, key)))
        except VerifyError:
            continue
    raise PassForged


def _is_sign1(value: object) -> bool:
    match value:
        case [bytes(), dict(), bytes(), bytes(signature)]:
            return len(signature) == 64
    return False


def _bytes_of(text: str) -> bytes:
    try:
        return bytes(base45.b45decode(text[len(PREFIX) :]))
    except ValueError:
        raise PassUnreadable from None


def _decode(raw: bytes) -> Any:
    stream = BytesIO(raw)
    try:
        value = cbor2.CBORDecoder(stream, read_size=1).decode()
    except Exception:  # whatever a decoder makes of a stranger's bytes, they are no pass
        raise PassUnreadable from None
    if stream.read(1):
        raise PassUnreadable
    return value


def _card_pass(claims: object) -> CardPass:
    match claims:
        case {1: "youbing", 2: str(subject), 4: int(until), 6: int(since), 7: bytes(unique), -65537: int(kind)}:
            if len(unique) == 16 and kind in _KINDS:
                return CardPass(
                    pass_id=unique.hex(),
                    pseudonym=subject,
                    kind=_KINDS[kind],
                    issued_at=datetime.fromtimestamp(since, UTC),
                    expires_at=datetime.fromtimestamp(until, UTC),
                )
    raise PassUnreadable
