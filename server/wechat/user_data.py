"""微信用户数据 — what a mini-program hands over encrypted or signed by the session key, and the hash of an identity."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from models.errors import Invalid
from server.wechat.pushes.reading import FieldValue, PushFormat, read_fields
from server.wechat.pushes.rejection import PushRejected

_BLOCK = 16
_LONGEST_INSTANT = 12


class UserDataReason(StrEnum):
    """Why data of a person could not be taken. 用户数据不能用的原因"""

    MALFORMED = "malformed"
    PADDING = "padding"
    WATERMARK = "watermark"


class UserDataUnreadable(Invalid):
    """The data do not fit the session key: mostly, because the person has logged in once more since."""

    message = "微信交来的数据没有解开，多半是登录状态已经更新"
    next_step = "请退出小程序再打开，重新点一次按钮"

    def __init__(self, reason: UserDataReason) -> None:
        self.reason = reason
        super().__init__()


@dataclass(frozen=True, slots=True)
class UserData:
    """What was decrypted; ``marked_at`` is when WeChat sealed it, in seconds since 1970."""

    fields: Mapping[str, FieldValue]
    marked_at: int


def decrypt_user_data(*, session_key: str, iv: str, encrypted_data: str, appid: str) -> UserData:
    """Return what WeChat encrypted for this mini-program with a person's session key (AES-128-CBC).

    Raises:
        UserDataUnreadable: wrong key, padding or content, or the watermark names another appid.
    """
    key, start, octets = _octets(session_key), _octets(iv), _octets(encrypted_data)
    if len(key) != _BLOCK or len(start) != _BLOCK or not octets or len(octets) % _BLOCK:
        raise UserDataUnreadable(UserDataReason.MALFORMED)
    cipher = Cipher(AES(key), CBC(start)).decryptor()
    fields = _fields(_unpadded(cipher.update(octets) + cipher.finalize()))
    watermark = fields.get("watermark")
    if not isinstance(watermark, dict) or watermark.get("appid") != appid:
        raise UserDataUnreadable(UserDataReason.WATERMARK)
    marked_at = str(watermark.get("timestamp"))
    if not (marked_at.isdecimal() and len(marked_at) <= _LONGEST_INSTANT):
        raise UserDataUnreadable(UserDataReason.WATERMARK)
    return UserData(fields, int(marked_at))


def is_raw_data_signed(*, raw_data: str, session_key: str, signature: str) -> bool:
    """Tell whether ``rawData`` of ``wx.getUserProfile`` and its like was signed with the session key."""
    if not session_key:
        return False
    expected = hashlib.sha1((raw_data + session_key).encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass"))


def cert_hash(*, cert_name: str, cert_no: str, cert_type: str = "IDENTITY_CARD") -> str:
    """Return the hash under which 微信人脸核身 is asked how a check of this identity ended.

    Each value in base64, joined as ``cert_type=…&cert_name=…&cert_no=…``, SHA-256 in hex
    (微信开放文档《查询用户人脸核身真实验证结果》).
    """
    named = (("cert_type", cert_type), ("cert_name", cert_name), ("cert_no", cert_no))
    joined = "&".join(f"{name}={base64.b64encode(value.encode()).decode()}" for name, value in named)
    return hashlib.sha256(joined.encode()).hexdigest()


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UserDataUnreadable(UserDataReason.MALFORMED) from None


def _unpadded(plain: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise UserDataUnreadable(UserDataReason.PADDING)
    return plain[:-pad]


def _fields(plain: bytes) -> dict[str, FieldValue]:
    try:
        format_, fields = read_fields(plain)
    except PushRejected:
        raise UserDataUnreadable(UserDataReason.MALFORMED) from None
    if format_ is not PushFormat.JSON:
        raise UserDataUnreadable(UserDataReason.MALFORMED)
    return fields
