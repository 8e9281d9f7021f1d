"""推送加解密的测试。"""

import base64
from unittest.mock import patch

import pytest
from wechatpy.crypto import WeChatCrypto

from config.settings import WeChatPushMode
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount
from server.wechat.pushes.envelope import decrypt, encrypt, is_key, keys_of, open_body
from server.wechat.pushes.parsing import parse_push
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.rejection import PushReason, PushRejected
from server.wechat.pushes.signing import PushQuery
from tests.wechat.pushes import platform


def reason_of(
    body: bytes, query: PushQuery, mode: WeChatPushMode = WeChatPushMode.SAFE, key: str = platform.KEY
) -> PushReason:
    with pytest.raises(PushRejected) as rejected:
        open_body(body, query, keys=platform.keys(mode, key=key))
    return rejected.value.reason


@pytest.mark.parametrize("mode", [WeChatPushMode.SAFE, WeChatPushMode.COMPATIBLE])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_sealed_push_is_opened_in_the_format_of_its_envelope(mode: WeChatPushMode, as_json: bool) -> None:
    pushed = platform.push_sealed(platform.text_xml("你好，邮兵 🎖"), as_json=as_json)

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(mode))

    assert opened.text == platform.text_xml("你好，邮兵 🎖")
    assert opened.format is (PushFormat.JSON if as_json else PushFormat.XML)
    assert opened.was_encrypted


@pytest.mark.parametrize("length", range(70))
def test_texts_of_every_length_go_there_and_back(length: int) -> None:
    text = "字" * length

    assert decrypt(platform.ciphertext(text.encode()), keys=platform.keys()) == text
    assert decrypt(encrypt(text, keys=platform.keys()), keys=platform.keys()) == text


def test_our_ciphertext_is_that_of_an_independent_implementation() -> None:
    ours = encrypt("你好", keys=platform.keys(), random=b"0123456789abcdef")

    assert ours == platform.ciphertext("你好".encode())


def test_our_ciphertext_is_opened_by_another_library() -> None:
    library = WeChatCrypto(platform.TOKEN, platform.KEY, platform.APPID)
    encrypted = encrypt(platform.text_xml(), keys=platform.keys())
    signed = platform.signature(platform.TOKEN, "1", "2", encrypted)

    opened = library.decrypt_message({"Encrypt": encrypted}, signed, "1", "2")

    assert opened == platform.text_xml()


def test_two_ciphertexts_of_one_text_differ() -> None:
    assert encrypt("你好", keys=platform.keys()) != encrypt("你好", keys=platform.keys())


def test_the_official_reply_is_encrypted_as_the_document_shows() -> None:
    keys = platform.keys(appid="wx134c8103faa5a59e", token="AAAAA", key="A" * 43)
    plain = "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>"

    assert encrypt(plain, keys=keys, random=b"999951349e8ee746") == (
        "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d"
        "6WELwqrGd7jMnV0zv3Zc9Nq7"
    )


def test_safe_mode_takes_no_plain_body_however_well_it_is_signed() -> None:
    pushed = platform.push_plain(platform.text_xml())

    assert reason_of(pushed.body, pushed.query) is PushReason.DOWNGRADE


def test_safe_mode_does_not_believe_the_signature_of_the_address() -> None:
    pushed = platform.push_sealed(platform.text_xml())
    query = PushQuery(platform.TIMESTAMP, platform.NONCE, signature=pushed.query.signature, encrypt_type="aes")

    assert reason_of(pushed.body, query) is PushReason.SIGNATURE


def test_another_ciphertext_under_the_signature_is_rejected_before_it_is_decrypted() -> None:
    pushed = platform.push_sealed(platform.text_xml())
    other = platform.push_sealed(platform.text_xml("转账"))

    with patch("server.wechat.pushes.envelope.decrypt") as opened:
        assert reason_of(other.body, pushed.query) is PushReason.SIGNATURE

    assert not opened.called


def test_what_was_sealed_for_another_account_is_rejected() -> None:
    pushed = platform.push_sealed(platform.text_xml(), appid="wxffffffffffffffff")

    assert reason_of(pushed.body, pushed.query) is PushReason.APPID


@pytest.mark.parametrize("appid", ["", platform.APPID[:-1], platform.APPID + "0"])
def test_the_appid_is_compared_whole(appid: str) -> None:
    pushed = platform.push_sealed(platform.text_xml(), appid=appid)

    assert reason_of(pushed.body, pushed.query) is PushReason.APPID


@pytest.mark.parametrize(
    "padded",
    [
        b"x" * 31 + b"\x00",
        b"x" * 31 + b"\x21",
        b"x" * 29 + b"\x02\x01\x03",
        b"\x20" * 31 + b"\x07",
        b"x" * 16,
    ],
)
def test_wrong_padding_is_rejected(padded: bytes) -> None:
    pushed = platform.push_ciphertext(platform.raw_ciphertext(padded))

    assert reason_of(pushed.body, pushed.query) is PushReason.PADDING


@pytest.mark.parametrize("length", [1, 2**31, 2**32 - 1])
def test_a_length_beyond_the_ciphertext_is_rejected(length: int) -> None:
    framed = b"0123456789abcdef" + length.to_bytes(4, "big")
    pushed = platform.push_ciphertext(platform.ciphertext_of(framed))

    assert reason_of(pushed.body, pushed.query) is PushReason.MALFORMED


def test_a_length_that_leaves_the_appid_short_is_rejected() -> None:
    encrypted = platform.ciphertext(b"hello", length=7)
    pushed = platform.push_ciphertext(encrypted)

    assert reason_of(pushed.body, pushed.query) is PushReason.APPID


@pytest.mark.parametrize("framed", [b"", b"0123456789abcdef", b"0123456789abcdef\x00\x00\x00"])
def test_less_than_a_head_is_rejected(framed: bytes) -> None:
    pushed = platform.push_ciphertext(platform.ciphertext_of(framed))

    assert reason_of(pushed.body, pushed.query) is PushReason.MALFORMED


def test_a_text_inside_that_is_not_utf_8_is_rejected() -> None:
    pushed = platform.push_ciphertext(platform.ciphertext(b"<xml>\xff\xfe</xml>"))

    assert reason_of(pushed.body, pushed.query) is PushReason.MALFORMED


@pytest.mark.parametrize("encrypted", ["!!!!", "YQ", "YQ==", "汉字", base64.b64encode(b"x" * 33).decode(), "===="])
def test_what_is_no_ciphertext_is_rejected(encrypted: str) -> None:
    pushed = platform.push_ciphertext(encrypted)

    assert reason_of(pushed.body, pushed.query) is PushReason.MALFORMED


def test_two_ciphertexts_in_one_body_are_rejected() -> None:
    encrypted = platform.ciphertext(platform.text_xml().encode())
    pushed = platform.push_ciphertext(encrypted, beside=f"<Encrypt>{encrypted}</Encrypt>")

    assert reason_of(pushed.body, pushed.query) is PushReason.MALFORMED


def test_a_ciphertext_that_is_no_text_is_rejected() -> None:
    pushed = platform.push_sealed(platform.text_xml())

    assert reason_of(b'{"Encrypt": {"a": 1}}', pushed.query) is PushReason.MALFORMED


@pytest.mark.parametrize("key", ["", "short", platform.KEY + "A", platform.KEY[:-1] + "!", "密" * 43])
def test_a_wrong_key_of_ours_is_named_as_what_it_is(key: str) -> None:
    pushed = platform.push_sealed(platform.text_xml())

    assert reason_of(pushed.body, pushed.query, key=key) is PushReason.KEY
    assert not is_key(key)


def test_a_key_of_43_characters_is_a_key() -> None:
    assert is_key(platform.KEY)


def test_another_key_of_the_console_than_ours_opens_nothing() -> None:
    pushed = platform.push_sealed(platform.text_xml())

    assert reason_of(pushed.body, pushed.query, key="B" * 43) in {PushReason.PADDING, PushReason.MALFORMED}


def test_compatible_mode_opens_the_ciphertext_and_ignores_the_plain_fields_beside_it() -> None:
    encrypted = platform.ciphertext(platform.text_xml("真的").encode())
    beside = "<MsgType>text</MsgType><FromUserName>oForged</FromUserName><Content>假的</Content>"
    pushed = platform.push_ciphertext(encrypted, beside=beside)

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(WeChatPushMode.COMPATIBLE))

    assert parse_push(opened.text).text("Content") == "真的"
    assert opened.was_encrypted


def test_compatible_mode_takes_a_plain_push_by_its_signature() -> None:
    pushed = platform.push_plain(platform.text_xml())

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(WeChatPushMode.COMPATIBLE))

    assert opened.text == platform.text_xml()
    assert not opened.was_encrypted


@pytest.mark.parametrize("announced", [{"encrypt_type": "aes"}, {"msg_signature": "0" * 40}])
def test_compatible_mode_refuses_a_plain_body_that_was_announced_as_ciphertext(announced: dict[str, str]) -> None:
    pushed = platform.push_plain(platform.text_xml())
    query = PushQuery(platform.TIMESTAMP, platform.NONCE, signature=pushed.query.signature, **announced)

    assert reason_of(pushed.body, query, WeChatPushMode.COMPATIBLE) is PushReason.DOWNGRADE


def test_plain_mode_takes_a_signed_body() -> None:
    pushed = platform.push_plain(platform.event_json("debug_demo"))

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(WeChatPushMode.PLAIN, key=""))

    assert opened.format is PushFormat.JSON
    assert opened.text == platform.event_json("debug_demo")


@pytest.mark.parametrize("mode", [WeChatPushMode.PLAIN, WeChatPushMode.COMPATIBLE])
def test_an_unsigned_plain_body_is_rejected(mode: WeChatPushMode) -> None:
    query = PushQuery(platform.TIMESTAMP, platform.NONCE)

    assert reason_of(platform.text_xml().encode(), query, mode) is PushReason.SIGNATURE


def test_plain_mode_names_the_setting_when_only_ciphertext_comes() -> None:
    pushed = platform.push_sealed(platform.text_xml())

    assert reason_of(pushed.body, pushed.query, WeChatPushMode.PLAIN, key="") is PushReason.KEY


def test_plain_mode_takes_a_body_that_brings_its_ciphertext_along() -> None:
    beside = "<MsgType>text</MsgType><Content>你好</Content>"
    pushed = platform.push_ciphertext(platform.ciphertext(b"other"), beside=beside)

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(WeChatPushMode.PLAIN, key=""))

    assert parse_push(opened.text).text("Content") == "你好"


def test_plain_mode_opens_a_signed_body_of_an_unknown_kind() -> None:
    pushed = platform.push_plain("<xml><InfoType>authorized</InfoType></xml>")

    opened = open_body(pushed.body, pushed.query, keys=platform.keys(WeChatPushMode.PLAIN, key=""))

    assert opened.text == "<xml><InfoType>authorized</InfoType></xml>"


def test_a_push_of_years_ago_is_opened_because_repetitions_carry_the_first_timestamp() -> None:
    encrypted = platform.ciphertext(platform.text_xml().encode())
    signed = platform.signature(platform.TOKEN, "1", platform.NONCE, encrypted)
    body = platform.push_ciphertext(encrypted).body

    opened = open_body(body, PushQuery("1", platform.NONCE, msg_signature=signed), keys=platform.keys())

    assert opened.text == platform.text_xml()


def test_the_keys_do_not_tell_their_secrets_when_printed() -> None:
    printed = repr(platform.keys())

    assert platform.APPID in printed
    assert platform.TOKEN not in printed
    assert platform.KEY not in printed


def test_a_rejection_does_not_quote_what_was_pushed() -> None:
    pushed = platform.push_plain(platform.text_xml("110101199003078515"))

    with pytest.raises(PushRejected) as rejected:
        open_body(pushed.body, pushed.query, keys=platform.keys())

    assert "110101199003078515" not in str(rejected.value)
    assert str(rejected.value).startswith("downgrade: ")


@pytest.mark.parametrize("account", list(WeChatAccount))
def test_the_credentials_of_an_account_open_its_pushes(account: WeChatAccount) -> None:
    credentials = SANDBOX_CREDENTIALS[account]

    keys = keys_of(credentials)

    assert (keys.appid, keys.token, keys.mode) == (credentials.appid, credentials.push_token, WeChatPushMode.SAFE)
    encrypted = platform.ciphertext("你好".encode(), appid=credentials.appid, key=credentials.push_key)
    assert decrypt(encrypted, keys=keys) == "你好"
