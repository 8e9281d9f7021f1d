"""微信平台一侧 — signs and encrypts as WeChat does, written apart from our code so that both can be compared."""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from config.settings import WeChatPushMode
from server.wechat.pushes.envelope import PushKeys
from server.wechat.pushes.signing import PushQuery

APPID = "wx0123456789abcdef"
TOKEN = "a-token-of-the-console"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TIMESTAMP = "1764060000"
NONCE = "415670741"


def keys(
    mode: WeChatPushMode = WeChatPushMode.SAFE, *, appid: str = APPID, token: str = TOKEN, key: str = KEY
) -> PushKeys:
    return PushKeys(appid, token, key, mode)


def signature(*parts: str) -> str:
    ordered = list(parts)
    ordered.sort()
    digest = hashlib.sha1()
    for part in ordered:
        digest.update(part.encode("utf-8"))
    return digest.hexdigest()


def ciphertext(message: bytes, *, appid: str = APPID, key: str = KEY, length: int | None = None) -> str:
    stated = len(message) if length is None else length
    return ciphertext_of(b"0123456789abcdef" + struct.pack(">I", stated) + message + appid.encode(), key=key)


def ciphertext_of(framed: bytes, *, key: str = KEY) -> str:
    padder = padding.PKCS7(256).padder()
    return raw_ciphertext(padder.update(framed) + padder.finalize(), key=key)


def raw_ciphertext(padded: bytes, *, key: str = KEY) -> str:
    secret = base64.decodebytes(key.encode() + b"=")
    encryptor = Cipher(AES(secret), CBC(secret[0:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")


@dataclass(frozen=True)
class Pushed:
    """What arrives at our address."""

    body: bytes
    query: PushQuery


def push_sealed(message: str, *, as_json: bool = False, appid: str = APPID) -> Pushed:
    return push_ciphertext(ciphertext(message.encode(), appid=appid), as_json=as_json)


def push_ciphertext(encrypted: str, *, as_json: bool = False, beside: str = "") -> Pushed:
    if as_json:
        body = json.dumps({"ToUserName": "gh_0123456789ab", "Encrypt": encrypted})
    else:
        body = (
            f"<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>{beside}"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
    signed = signature(TOKEN, TIMESTAMP, NONCE, encrypted)
    plain = signature(TOKEN, TIMESTAMP, NONCE)
    return Pushed(body.encode(), PushQuery(TIMESTAMP, NONCE, plain, signed, "aes"))


def push_plain(message: str | bytes) -> Pushed:
    body = message.encode() if isinstance(message, str) else message
    return Pushed(body, PushQuery(TIMESTAMP, NONCE, signature(TOKEN, TIMESTAMP, NONCE)))


def text_xml(content: str = "你好", *, message_id: str = "6054768590064713728") -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>"
        "<FromUserName><![CDATA[oAbCdEfGhIjKlMnOpQrStUvWxYz0]]></FromUserName>"
        f"<CreateTime>1764060000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{message_id}</MsgId></xml>"
    )


def event_json(event: str, **more: object) -> str:
    return json.dumps(
        {
            "ToUserName": "gh_0123456789ab",
            "FromUserName": "oAbCdEfGhIjKlMnOpQrStUvWxYz0",
            "CreateTime": 1764060000,
            "MsgType": "event",
            "Event": event,
            **more,
        },
        ensure_ascii=False,
    )
