"""What WeChat refused: an exception by its meaning, wechatpy's too, and whether the deed may have been done."""

from collections.abc import Callable

import pytest
from wechatpy.exceptions import APILimitedException, WeChatClientException  # type: ignore[import-untyped]

from server.wechat import calls
from server.wechat.blotting import blot
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import (
    AlreadyTyping,
    BadTemplateField,
    ClearingUsedUp,
    CodeRefused,
    ContentTooLong,
    LimitReached,
    NoConsent,
    NotPermitted,
    OpenidUnknown,
    OutsideWindow,
    PageUnknown,
    PersonNotActive,
    TemplateUnknown,
    TokenRefused,
    TooManyMessages,
    TypingNotAllowed,
    WeChatRefused,
    explain,
    refused,
)
from server.wechat.fake.server import Failure, FakeWeChat
from server.wechat.refusals import WeChatBusy

KINDS = {
    40001: TokenRefused,
    40003: OpenidUnknown,
    40029: CodeRefused,
    40037: TemplateUnknown,
    41030: PageUnknown,
    43101: NoConsent,
    45002: ContentTooLong,
    45009: LimitReached,
    45011: LimitReached,
    45015: OutsideWindow,
    45047: TooManyMessages,
    45080: TypingNotAllowed,
    45081: AlreadyTyping,
    47003: BadTemplateField,
    48001: NotPermitted,
    48006: ClearingUsedUp,
    61010: PersonNotActive,
    99999: WeChatRefused,
}
IPS = "/cgi-bin/getcallbackip"


@pytest.mark.parametrize("errcode", KINDS)
async def test_an_errcode_is_raised_as_what_it_means(
    wechat: FakeWeChat, client: AsyncWeChatClient, errcode: int
) -> None:
    wechat.fail_next(errcode, times=10, path=IPS)

    with pytest.raises(KINDS[errcode]) as refusal:
        await calls.list_callback_addresses(client)

    assert (refusal.value.errcode, refusal.value.endpoint) == (errcode, IPS)
    assert refused(errcode) is KINDS[errcode]
    assert isinstance(refusal.value, WeChatClientException)
    assert isinstance(refusal.value, APILimitedException) == (errcode in {45009, 45011})
    assert str(refusal.value) == f"{IPS}: {errcode} scripted, rid: 65f0-1a2b-3c4d"
    assert repr(refusal.value) == f"{KINDS[errcode].__name__}({errcode}, '{IPS}', 'scripted, rid: 65f0-1a2b-3c4d')"


@pytest.mark.parametrize("errcode", KINDS)
def test_every_errcode_is_explained_in_chinese(errcode: int) -> None:
    words = explain(errcode)

    assert any("一" <= character <= "鿿" for character in words)
    assert not words.endswith("。")


@pytest.mark.parametrize(
    ("failure", "may_have_happened"),
    [
        (Failure.SERVER_ERROR, True),
        (Failure.STALL, True),
        (Failure.TRUNCATED, True),
        (Failure.PAGE, True),
        (Failure.RESET, True),
        (Failure.REDIRECT, False),
        (-1, False),
    ],
)
async def test_a_busy_wechat_tells_whether_the_deed_may_have_been_done(
    wechat: FakeWeChat,
    make_client: Callable[..., AsyncWeChatClient],
    failure: Failure | int,
    may_have_happened: bool,
) -> None:
    client = make_client(timeout_seconds=0.3 if failure is Failure.STALL else 5.0)
    wechat.fail_next(failure, times=10, path=IPS)

    with pytest.raises(WeChatBusy) as busy:
        await calls.list_callback_addresses(client)

    assert busy.value.may_have_happened is may_have_happened


@pytest.mark.parametrize("failure", [Failure.SERVER_ERROR, Failure.STALL, Failure.TRUNCATED, Failure.RESET])
async def test_what_never_got_a_token_was_not_done(
    wechat: FakeWeChat, make_client: Callable[..., AsyncWeChatClient], failure: Failure
) -> None:
    client = make_client(timeout_seconds=0.3 if failure is Failure.STALL else 5.0)
    wechat.fail_next(failure, times=10, path="/cgi-bin/stable_token")

    with pytest.raises(WeChatBusy) as busy:
        await calls.list_callback_addresses(client)

    assert busy.value.may_have_happened is False


async def test_what_never_connected_was_not_done(make_client: Callable[..., AsyncWeChatClient]) -> None:
    client = make_client(origin="http://127.0.0.1:1")

    with pytest.raises(WeChatBusy) as busy:
        await calls.list_callback_addresses(client)

    assert busy.value.may_have_happened is False


def test_an_explanation_keeps_wechats_words_and_loses_what_was_sent() -> None:
    told = blot(
        "argument invalid! data.thing1.value 张三 o6_bmjrPTlm6_2sgVt7hMZOPfL2M 110101199003072316 13800001234 "
        "84_tokentokentoken 84_partofanoldertoken rid: 62cfbbd6-5f9fe87d-19ebfe04",
        sent=["84_tokentokentoken"],
        body=(
            '{"touser": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "data": {"thing1": {"value": "张三"}},'
            ' "list": ["110101199003072316"], "number": 13800001234}'
        ).encode(),
    )

    assert told == "argument invalid! data.thing1.value *** *** *** *** *** *** rid: 62cfbbd6-5f9fe87d-19ebfe04"


@pytest.mark.parametrize("body", [None, b"", b"{broken", b"--boundary\r\n", b"[1]"])
def test_any_body_leaves_an_explanation(body: bytes | None) -> None:
    assert blot("invalid openid", sent=[], body=body) == "invalid openid"
