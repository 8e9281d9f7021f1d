"""微信用户数据的测试；公开样例出自微信开放文档。"""

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from server.wechat.user_data import (
    UserDataReason,
    UserDataUnreadable,
    cert_hash,
    decrypt_user_data,
    is_raw_data_signed,
)

APPID = "wx0123456789abcdef"
SESSION_KEY = base64.b64encode(b"0123456789abcdef").decode()
IV = base64.b64encode(b"fedcba9876543210").decode()
WATERMARK = {"appid": APPID, "timestamp": 1764060000}


def encrypted(plain: bytes | dict[str, Any], *, padded: bool = True, key: bytes = b"0123456789abcdef") -> str:
    octets = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    if padded:
        padder = padding.PKCS7(128).padder()
        octets = padder.update(octets) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(b"fedcba9876543210")).encryptor()
    return base64.b64encode(encryptor.update(octets) + encryptor.finalize()).decode()


def reason_of(data: str, *, session_key: str = SESSION_KEY, iv: str = IV, appid: str = APPID) -> UserDataReason:
    with pytest.raises(UserDataUnreadable) as refused:
        decrypt_user_data(session_key=session_key, iv=iv, encrypted_data=data, appid=appid)
    return refused.value.reason


def test_data_of_a_person_are_decrypted() -> None:
    data = decrypt_user_data(
        session_key=SESSION_KEY,
        iv=IV,
        encrypted_data=encrypted({"openId": "oA", "nickName": "老兵", "watermark": WATERMARK}),
        appid=APPID,
    )

    assert data.fields == {"openId": "oA", "nickName": "老兵", "watermark": WATERMARK}
    assert data.marked_at == 1764060000


def test_data_for_another_mini_program_are_refused() -> None:
    assert reason_of(encrypted({"watermark": WATERMARK}), appid="wxffffffffffffffff") is UserDataReason.WATERMARK


@pytest.mark.parametrize(
    "watermark",
    [
        None,
        APPID,
        [],
        {},
        {"appid": APPID},
        {"timestamp": 1},
        {"appid": APPID, "timestamp": "soon"},
        {"appid": APPID, "timestamp": "9" * 5000},
    ],
)
def test_data_without_a_whole_watermark_are_refused(watermark: object) -> None:
    assert reason_of(encrypted({"openId": "oA", "watermark": watermark})) is UserDataReason.WATERMARK


def test_another_session_key_opens_nothing() -> None:
    other = base64.b64encode(b"another key, old").decode()

    assert reason_of(encrypted({"watermark": WATERMARK}), session_key=other) in {
        UserDataReason.PADDING,
        UserDataReason.MALFORMED,
    }


@pytest.mark.parametrize("tail", [b"\x00", b"\x11", b"\x03\x02\x03"])
def test_wrong_padding_is_refused(tail: bytes) -> None:
    assert reason_of(encrypted((b"x" * 16 + tail)[-16:], padded=False)) is UserDataReason.PADDING


@pytest.mark.parametrize("plain", [b"", b"[]", b"<xml><a>1</a></xml>", b'{"a": \xff}', b"not json"])
def test_what_is_no_json_object_is_refused(plain: bytes) -> None:
    assert reason_of(encrypted(plain)) is UserDataReason.MALFORMED


@pytest.mark.parametrize("wrong", ["", "!", "YQ==", "汉字", "A"])
def test_what_is_no_ciphertext_is_refused(wrong: str) -> None:
    good = encrypted({"watermark": WATERMARK})

    assert reason_of(wrong) is UserDataReason.MALFORMED
    assert reason_of(good, iv=wrong) is UserDataReason.MALFORMED
    assert reason_of(good, session_key=wrong) is UserDataReason.MALFORMED


@settings(deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=96))
def test_nothing_but_a_refusal_comes_of_nonsense(octets: bytes) -> None:
    reason_of(base64.b64encode(octets).decode())
    reason_of(encrypted(octets))


def test_the_refusal_tells_the_person_to_try_again() -> None:
    with pytest.raises(UserDataUnreadable) as refused:
        decrypt_user_data(session_key=SESSION_KEY, iv=IV, encrypted_data="", appid=APPID)

    assert (
        refused.value.detail == "微信交来的数据没有解开，多半是登录状态已经更新。请退出小程序再打开，重新点一次按钮。"
    )


def test_raw_data_are_signed_with_the_session_key() -> None:
    raw_data = '{"nickName":"老兵","gender":1}'
    signature = hashlib.sha1(f"{raw_data}{SESSION_KEY}".encode()).hexdigest()

    assert is_raw_data_signed(raw_data=raw_data, session_key=SESSION_KEY, signature=signature)
    assert not is_raw_data_signed(raw_data=raw_data + " ", session_key=SESSION_KEY, signature=signature)
    assert not is_raw_data_signed(raw_data=raw_data, session_key=SESSION_KEY[:-1], signature=signature)
    assert not is_raw_data_signed(raw_data=raw_data, session_key=SESSION_KEY, signature="签名")


def test_without_a_session_key_nothing_is_signed() -> None:
    signature = hashlib.sha1(b"{}").hexdigest()

    assert not is_raw_data_signed(raw_data="{}", session_key="", signature=signature)


def test_the_hash_of_an_identity_is_that_of_the_document() -> None:
    made = cert_hash(cert_name="张三", cert_no="310101199801011234")

    assert made == "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
