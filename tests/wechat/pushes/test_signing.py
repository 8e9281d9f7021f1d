"""推送签名的测试；样例出自微信开放文档《消息推送》。"""

import hmac
from unittest.mock import patch

import pytest

from server.wechat.pushes.envelope import check_url
from server.wechat.pushes.rejection import PushReason, PushRejected
from server.wechat.pushes.signing import PushQuery, is_ciphertext_signed, is_query_signed, is_signed, sign
from tests.wechat.pushes import platform

OFFICIAL = PushQuery("1714036504", "1514711492", signature="f464b24fc39322e44b38aa78f5edd27bd1441696")


def test_the_official_sample_of_the_url_check_is_accepted() -> None:
    assert is_query_signed(OFFICIAL, "AAAAA")


def test_the_official_sample_of_a_plain_push_is_accepted() -> None:
    query = PushQuery("1714037059", "486452656", signature="899cf89e464efb63f54ddac96b0a0a235f53aa78")

    assert is_query_signed(query, "AAAAA")


@pytest.mark.parametrize(
    "query",
    [
        PushQuery("1714036504", "1514711493", signature=OFFICIAL.signature),
        PushQuery("1714036505", "1514711492", signature=OFFICIAL.signature),
        PushQuery("1714036504", "1514711492", signature=OFFICIAL.signature[:-1]),
        PushQuery("1714036504", "1514711492", signature=""),
        PushQuery("1714036504", "1514711492", signature="签名"),
        PushQuery("1714036504", "1514711492", signature="\ud800"),
        PushQuery("\udcff", "1514711492", signature=OFFICIAL.signature),
    ],
)
def test_anything_else_under_that_signature_is_not(query: PushQuery) -> None:
    assert not is_query_signed(query, "AAAAA")


def test_another_token_signs_otherwise() -> None:
    assert not is_query_signed(OFFICIAL, "BBBBB")


def test_without_a_token_nothing_is_signed_not_even_rightly() -> None:
    assert not is_signed(sign("", "1714036504", "1514711492"), "", "1714036504", "1514711492")


def test_our_signature_is_the_one_of_an_independent_implementation() -> None:
    for parts in (("t", "9", "10"), ("令牌", "1", "a", "+/="), ("b", "b", "a", "")):
        assert sign(*parts) == platform.signature(*parts)


def test_the_ciphertext_is_signed_by_msg_signature_and_never_by_signature() -> None:
    signed = platform.signature("token", "1", "2", "c2VjcmV0")

    assert is_ciphertext_signed(PushQuery("1", "2", msg_signature=signed), "token", "c2VjcmV0")
    assert not is_ciphertext_signed(PushQuery("1", "2", signature=signed), "token", "c2VjcmV0")
    assert not is_ciphertext_signed(PushQuery("1", "2", msg_signature=signed), "token", "c2VjcmV1")


def test_signatures_are_compared_in_constant_time() -> None:
    with patch("server.wechat.pushes.signing.hmac.compare_digest", wraps=hmac.compare_digest) as compared:
        is_query_signed(OFFICIAL, "AAAAA")

    assert compared.call_count == 1


def test_the_url_check_answers_echostr_as_it_came_even_in_safe_mode() -> None:
    keys = platform.keys(token="AAAAA")

    assert check_url(OFFICIAL, "4375120948345356249", keys=keys) == "4375120948345356249"


def test_a_forged_url_check_is_rejected() -> None:
    with pytest.raises(PushRejected) as rejected:
        check_url(OFFICIAL, "4375120948345356249", keys=platform.keys(token="BBBBB"))

    assert rejected.value.reason is PushReason.SIGNATURE


def test_a_url_check_with_both_signatures_is_answered_as_it_came() -> None:
    query = PushQuery(OFFICIAL.timestamp, OFFICIAL.nonce, signature=OFFICIAL.signature, msg_signature="0" * 40)

    assert check_url(query, "437512", keys=platform.keys(token="AAAAA")) == "437512"


def test_an_encrypted_echostr_is_answered_opened() -> None:
    encrypted = platform.ciphertext(b"1616140317555161061")
    signed = platform.signature(platform.TOKEN, "1", "2", encrypted)

    answer = check_url(PushQuery("1", "2", msg_signature=signed), encrypted, keys=platform.keys())

    assert answer == "1616140317555161061"


def test_an_encrypted_echostr_with_another_signature_is_rejected() -> None:
    encrypted = platform.ciphertext(b"1616140317555161061")

    with pytest.raises(PushRejected) as rejected:
        check_url(PushQuery("1", "2", msg_signature="0" * 40), encrypted, keys=platform.keys())

    assert rejected.value.reason is PushReason.SIGNATURE
