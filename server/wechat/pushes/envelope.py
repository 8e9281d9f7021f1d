"""推送加解密 — opens what WeChat posts in plain, compatible or safe mode.

AES-256 in CBC mode, padded to 32 bytes; inside 16 random bytes, the length, the text and the appid
(微信开放文档《消息加解密说明》).
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from config.settings import WeChatPushMode
from server.wechat.accounts import WeChatCredentials
from server.wechat.pushes.reading import MAX_BODY_BYTES, Fields, PushFormat, malformed, read_fields
from server.wechat.pushes.rejection import PushReason, PushRejected
from server.wechat.pushes.signing import PushQuery, is_ciphertext_signed, is_query_signed

KEY_LENGTH = 43
RANDOM_LENGTH = 16
_PADDED_TO = 32
_HEAD = RANDOM_LENGTH + 4


@dataclass(frozen=True, slots=True)
class PushKeys:
    """推送密钥 — what proves and opens an account's pushes; ``key`` is the EncodingAESKey, empty in plain mode."""

    appid: str
    token: str = field(repr=False)
    key: str = field(default="", repr=False)
    mode: WeChatPushMode = WeChatPushMode.SAFE


@dataclass(frozen=True, slots=True)
class Opened:
    """The body of a push, proven and in plain text. ``format`` is that of the envelope: the answer must come in it."""

    format: PushFormat
    text: str
    was_encrypted: bool


def keys_of(credentials: WeChatCredentials) -> PushKeys:
    """Return what proves and opens the pushes of an account."""
    return PushKeys(credentials.appid, credentials.push_token, credentials.push_key, credentials.push_mode)


def check_url(query: PushQuery, echostr: str, *, keys: PushKeys) -> str:
    """Return what WeChat wants to read when an operator enters our address: ``echostr`` as it came.

    Where only ``msg_signature`` was sent, as WeCom does, ``echostr`` is a ciphertext and is answered opened.

    Raises:
        PushRejected: the signature is wrong, or the ciphertext cannot be opened.
    """
    if query.msg_signature and not query.signature:
        if not is_ciphertext_signed(query, keys.token, echostr):
            raise PushRejected(PushReason.SIGNATURE)
        return decrypt(echostr, keys=keys)
    if not is_query_signed(query, keys.token):
        raise PushRejected(PushReason.SIGNATURE)
    return echostr


def open_body(body: bytes, query: PushQuery, *, keys: PushKeys, limit: int = MAX_BODY_BYTES) -> Opened:
    """Return what was pushed, after proving that it comes from WeChat; ``parse_push`` reads the text.

    Safe mode takes ciphertext only. Compatible mode opens the ciphertext and does not look at the plain fields beside
    it; a push that announces none is believed by ``signature``, which covers no body: that is what the mode means.
    Timestamps are not compared with the clock, see ``PushReason``.

    Raises:
        PushRejected: with the reason.
    """
    format_, fields = read_fields(body, limit=limit)
    if keys.mode is WeChatPushMode.SAFE or (keys.mode is WeChatPushMode.COMPATIBLE and _announces_ciphertext(query)):
        encrypted = _encrypted(fields)
        if not is_ciphertext_signed(query, keys.token, encrypted):
            raise PushRejected(PushReason.SIGNATURE)
        return Opened(format_, decrypt(encrypted, keys=keys), was_encrypted=True)
    if not is_query_signed(query, keys.token):
        raise PushRejected(PushReason.SIGNATURE)
    if "Encrypt" in fields and "MsgType" not in fields:
        raise PushRejected(PushReason.KEY, "ciphertext only: WeChat's console says another mode than our settings")
    return Opened(format_, body.decode(), was_encrypted=False)


def encrypt(text: str, *, keys: PushKeys, random: bytes | None = None) -> str:
    """Return a text encrypted for WeChat, in base64. ``random`` are the 16 bytes in front; tests pass them.

    Raises:
        PushRejected: the account's key is missing or wrong.
    """
    cipher = _cipher(keys).encryptor()
    octets = text.encode()
    head = (os.urandom(RANDOM_LENGTH) if random is None else random) + len(octets).to_bytes(4, "big")
    plain = head + octets + keys.appid.encode()
    pad = _PADDED_TO - len(plain) % _PADDED_TO
    return base64.b64encode(cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()).decode()


def decrypt(encrypted: str, *, keys: PushKeys) -> str:
    """Return the text of a ciphertext that was encrypted for this account.

    Raises:
        PushRejected: the key is missing or wrong, the ciphertext is no base64 of whole blocks, the padding or the
            length is wrong, it is for another appid, or the text is not UTF-8.
    """
    cipher = _cipher(keys).decryptor()
    octets = _from_base64(encrypted)
    if not octets or len(octets) % 16:
        raise malformed("the ciphertext is not of whole blocks")
    plain = _unpadded(cipher.update(octets) + cipher.finalize())
    length = int.from_bytes(plain[RANDOM_LENGTH:_HEAD], "big")
    if len(plain) < _HEAD or length > len(plain) - _HEAD:
        raise malformed("the length inside of the ciphertext is wrong")
    if not hmac.compare_digest(plain[_HEAD + length :], keys.appid.encode()):
        raise PushRejected(PushReason.APPID)
    try:
        return plain[_HEAD : _HEAD + length].decode()
    except UnicodeDecodeError:
        raise malformed("the text inside of the ciphertext is not UTF-8") from None


def is_key(key: str) -> bool:
    """Tell whether a text can be an EncodingAESKey."""
    return _key_octets(key) is not None


def _announces_ciphertext(query: PushQuery) -> bool:
    return bool(query.msg_signature) or query.encrypt_type.lower() == "aes"


def _encrypted(fields: Fields) -> str:
    encrypted = fields.get("Encrypt", "")
    if not isinstance(encrypted, str):
        raise malformed("Encrypt is no text, or stands twice")
    if not encrypted:
        raise PushRejected(PushReason.DOWNGRADE, "no ciphertext where one must be")
    return encrypted


def _cipher(keys: PushKeys) -> Cipher[CBC]:
    octets = _key_octets(keys.key)
    if octets is None:
        raise PushRejected(PushReason.KEY, "the EncodingAESKey has not 43 characters of base64")
    return Cipher(AES(octets), CBC(octets[:16]))


def _key_octets(key: str) -> bytes | None:
    try:
        octets = base64.b64decode(f"{key}=", validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if len(key) == KEY_LENGTH and len(octets) == 32 else None


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise malformed("the ciphertext is not base64") from None


def _unpadded(plain: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= _PADDED_TO or plain[-pad:] != bytes([pad]) * pad:
        raise PushRejected(PushReason.PADDING)
    return plain[:-pad]
