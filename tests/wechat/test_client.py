"""The client keeps to WeChat's manner of speaking: pictures or JSON, its own host, no blocking I/O."""

import pytest
from wechatpy.exceptions import APILimitedException, WeChatClientException  # type: ignore[import-untyped]

from server.wechat.accounts import OFFICIAL_ORIGIN
from server.wechat.client import AsyncWeChatClient
from server.wechat.fake.codes import draw_code
from server.wechat.fake.server import Failure, FakeWeChat
from server.wechat.refusals import WeChatBusy
from server.wechat.transport import Blob


async def test_a_picture_arrives_as_it_was_sent(client: AsyncWeChatClient) -> None:
    picture = await client.wxa.get_wxa_code_unlimited("p=7f3k")

    assert isinstance(picture, Blob)
    assert picture == draw_code("p=7f3k")
    assert picture.content_type == "image/png"


async def test_an_error_in_place_of_a_picture_is_raised_with_its_errcode(client: AsyncWeChatClient) -> None:
    with pytest.raises(WeChatClientException) as failure:
        await client.wxa.get_wxa_code_unlimited("x" * 33)

    assert failure.value.errcode == 40169


async def test_a_page_in_place_of_a_picture_is_not_taken_for_one(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.fail_next(Failure.PAGE, path="/wxa/")

    with pytest.raises(WeChatBusy):
        await client.wxa.get_wxa_code_unlimited("p=7f3k")


async def test_a_spent_quota_is_raised_at_once_as_a_limit(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.fail_next(45009, times=10, path="/cgi-bin/getcallbackip")

    with pytest.raises(APILimitedException):
        await client.misc.get_wechat_ips()

    assert len(wechat.requests("/cgi-bin/getcallbackip")) == 1


async def test_chinese_text_is_sent_unescaped_and_empty_parameters_are_left_out(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    await client.post(
        f"{OFFICIAL_ORIGIN}/wxa/generate_urllink?lang=zh", params={"none": None, "yes": True}, data={"query": "邮兵"}
    )

    [call] = wechat.requests("/wxa/generate_urllink")
    assert call.raw == '{"query": "邮兵"}'.encode()
    assert call.query == {"lang": "zh", "yes": "True", "access_token": wechat.token}


@pytest.mark.parametrize(
    "address",
    [
        "https://api.weixin.qq.com.example.org/x",
        "https://example.org/x",
        "http://user@api.weixin.qq.com:81/x",
    ],
)
async def test_no_other_host_is_spoken_to(wechat: FakeWeChat, client: AsyncWeChatClient, address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        await client.get(address)

    assert wechat.calls == []


async def test_reading_the_token_property_of_the_library_does_no_io(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    assert client.access_token == ""
    assert wechat.calls == []
