"""与替身微信对接的测试 — both sides were written apart from each other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import WeChatPushMode
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount
from server.wechat.fake.account import FakeAccount
from server.wechat.fake.messages import Fields
from server.wechat.fake.pushing import Pusher
from server.wechat.fake.replies import read_reply
from server.wechat.fake.sent import Deliveries
from server.wechat.pushes.envelope import Opened, PushKeys, keys_of, open_body
from server.wechat.pushes.parsing import parse_push
from server.wechat.pushes.replying import seal, text_reply, transfer_reply
from server.wechat.pushes.signing import PushQuery

AT = datetime(2026, 11, 25, 8, 40, tzinfo=UTC)
TEXT: Fields = {"MsgType": "text", "Content": "我的包裹到哪了 <b>&]]>", "MsgId": "7001"}
POPUP: Fields = {
    "MsgType": "event",
    "Event": "subscribe_msg_popup_event",
    "List": [{"TemplateId": "a", "SubscribeStatusString": "accept"}, {"TemplateId": "b"}],
}


class Line:
    """Between one account of the fake and our functions, in one mode and one format."""

    def __init__(self, account: WeChatAccount, mode: WeChatPushMode, *, is_json: bool) -> None:
        self.credentials = replace(SANDBOX_CREDENTIALS[account], push_mode=mode)
        self.fake = FakeAccount(self.credentials, now=lambda: AT, deliveries=Deliveries(lambda: AT), unionids={})
        self.pusher = Pusher(self.fake, now=lambda: AT)
        self.pusher.is_json = is_json

    @property
    def keys(self) -> PushKeys:
        return keys_of(self.credentials)

    def push(self, fields: Fields) -> Opened:
        request = self.pusher.compose("oPerson", fields)
        names = ("timestamp", "nonce", "signature", "msg_signature", "encrypt_type")
        query = PushQuery(**{name: request.params.get(name, "") for name in names})
        return open_body(request.body, query, keys=self.keys)


@pytest.fixture(params=list(WeChatAccount))
def account(request: pytest.FixtureRequest) -> WeChatAccount:
    found: WeChatAccount = request.param
    return found


@pytest.fixture(params=list(WeChatPushMode))
def mode(request: pytest.FixtureRequest) -> WeChatPushMode:
    found: WeChatPushMode = request.param
    return found


@pytest.fixture(params=[False, True], ids=["xml", "json"])
def line(request: pytest.FixtureRequest, account: WeChatAccount, mode: WeChatPushMode) -> Line:
    return Line(account, mode, is_json=request.param)


def test_what_the_fake_pushes_is_opened_and_read(line: Line) -> None:
    opened = line.push(TEXT)

    push = parse_push(opened.text)
    assert opened.was_encrypted is (line.credentials.push_mode is not WeChatPushMode.PLAIN)
    assert opened.format == ("json" if line.pusher.is_json else "xml")
    assert (push.openid, push.message_id, push.text("Content")) == ("oPerson", "7001", TEXT["Content"])


def test_the_list_of_an_event_arrives_in_order(line: Line) -> None:
    push = parse_push(line.push(POPUP).text)

    assert [item["TemplateId"] for item in push.items()] == ["a", "b"]


def test_the_fake_takes_what_we_answer(line: Line) -> None:
    opened = line.push(TEXT)
    push = parse_push(opened.text)
    is_mini = line.credentials.account is WeChatAccount.MINI
    plain = (
        transfer_reply(push, format_=opened.format, at=AT)
        if is_mini
        else text_reply(push, "在城东服务站 ]]>", format_=opened.format, at=AT)
    )
    answer = plain
    if opened.was_encrypted:
        answer = seal(plain, keys=line.keys, format_=opened.format, timestamp=1764060000, nonce="9")

    reply = read_reply(
        answer,
        credentials=line.credentials,
        original_id=line.fake.original_id,
        openid="oPerson",
        is_json=line.pusher.is_json,
        is_event=False,
    )

    assert reply is not None
    assert reply.kind == ("transfer_customer_service" if is_mini else "text")
    assert is_mini or reply.fields["Content"] == "在城东服务站 ]]>"
