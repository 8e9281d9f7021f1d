"""替身客服 — windows, counts, lengths and 「对方正在输入」 as the platform's document has them."""

import pytest

from server.wechat.fake.customer_service import Doing
from server.wechat.fake.server import FakeWeChat, SteppedClock
from tests.wechat.fake.conftest import MINI, SERVICE, Asker

SEND = "/cgi-bin/message/custom/send"
HOUR = 3600


def text(words: str, openid: str = "o-zhang") -> dict[str, object]:
    return {"touser": openid, "msgtype": "text", "text": {"content": words}}


async def test_nobody_is_written_to_who_did_nothing(mini: Asker) -> None:
    assert await mini.errcode(SEND, text("您好")) == 45015


async def test_a_message_opens_five_answers(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")

    errcodes = [await mini.errcode(SEND, text(f"第{number}条")) for number in range(6)]

    assert errcodes == [0, 0, 0, 0, 0, 45047]
    assert [one.text for one in wechat.sent_to("o-zhang")] == [f"第{number}条" for number in range(5)]


async def test_a_newer_message_opens_five_anew_and_no_more(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")
    wechat.did("o-zhang")

    assert wechat.mini.customer_service.left("o-zhang") == 5


@pytest.mark.parametrize(
    ("doing", "count", "seconds"),
    [
        (Doing.MESSAGE, 5, 48 * HOUR),
        (Doing.CLICK, 3, 60),
        (Doing.SUBSCRIBE, 3, 60),
        (Doing.SCAN, 3, 60),
        (Doing.ENTER, 2, 60),
    ],
)
async def test_each_deed_opens_its_own_window(
    wechat: FakeWeChat, service_account: Asker, clock: SteppedClock, doing: Doing, count: int, seconds: int
) -> None:
    wechat.did("o-li", doing, account=SERVICE)
    clock.advance(seconds=seconds - 1)
    errcodes = [await service_account.errcode(SEND, text(f"{number}", "o-li")) for number in range(count + 1)]

    clock.advance(seconds=1)
    late = await service_account.errcode(SEND, text("晚了", "o-li"))

    assert errcodes == [0] * count + [45047]
    assert late == 45015


async def test_the_window_that_closes_first_is_used_first(
    wechat: FakeWeChat, service_account: Asker, clock: SteppedClock
) -> None:
    wechat.did("o-li", Doing.MESSAGE, account=SERVICE)
    wechat.did("o-li", Doing.CLICK, account=SERVICE)
    for number in range(3):
        assert await service_account.errcode(SEND, text(f"{number}", "o-li")) == 0

    clock.advance(seconds=61)

    assert wechat.service.customer_service.left("o-li") == 5


async def test_a_window_is_one_accounts(wechat: FakeWeChat, service_account: Asker) -> None:
    wechat.did("o-zhang", account=MINI)

    assert await service_account.errcode(SEND, text("您好")) == 40003


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text("字" * 682 + "ab"), 0),
        (text("字" * 682 + "abc"), 45002),
        (text(""), 44004),
        (text("您好", ""), 40003),
        (text("您好", "不是openid"), 40003),
        ({"msgtype": "text", "text": {"content": "您好"}}, 40003),
        ({"touser": "o-zhang", "msgtype": "voice", "voice": {"media_id": "x"}}, 40008),
        ({"touser": "o-zhang", "msgtype": "image", "image": {"media_id": "x"}}, 40007),
        ({"touser": "o-zhang", "msgtype": "link", "link": {"title": "只有题目"}}, 47003),
        ({"touser": "o-zhang", "msgtype": "text", "text": "您好"}, 47001),
    ],
)
async def test_contents_are_checked_before_the_count(
    wechat: FakeWeChat, mini: Asker, body: object, errcode: int
) -> None:
    wechat.did("o-zhang")

    assert await mini.errcode(SEND, body) == errcode
    assert wechat.mini.customer_service.left("o-zhang") == (4 if errcode == 0 else 5)


@pytest.mark.parametrize(
    ("account", "path"), [("mini", "business/typing"), ("service_account", "typing")], ids=["mini", "service"]
)
async def test_typing_has_an_address_for_each_account(
    wechat: FakeWeChat, mini: Asker, service_account: Asker, account: str, path: str
) -> None:
    asker, other = (mini, service_account) if account == "mini" else (service_account, mini)
    asker.account.did("o-zhang", Doing.MESSAGE)
    body = {"touser": "o-zhang", "command": "Typing"}

    assert await other.errcode(f"/cgi-bin/message/custom/{path}", body) == 48001
    assert await asker.errcode(f"/cgi-bin/message/custom/{path}", body) == 0
    assert asker.account.customer_service.is_typing("o-zhang")


async def test_typing_wants_somebody_who_was_active_and_is_not_repeated(
    wechat: FakeWeChat, mini: Asker, clock: SteppedClock
) -> None:
    path, body = "/cgi-bin/message/custom/business/typing", {"touser": "o-zhang", "command": "Typing"}
    errcodes = [await mini.errcode(path, body)]
    wechat.did("o-zhang")
    errcodes.append(await mini.errcode(path, body | {"command": "typing"}))
    errcodes.append(await mini.errcode(path, body))
    clock.advance(seconds=14)
    errcodes.append(await mini.errcode(path, body))
    clock.advance(seconds=1)
    errcodes.append(await mini.errcode(path, body))
    errcodes.append(await mini.errcode(path, body | {"command": "CancelTyping"}))
    clock.advance(seconds=16)
    errcodes.append(await mini.errcode(path, body))

    assert errcodes == [45080, 45072, 0, 45081, 0, 0, 45080]


async def test_a_message_ends_typing(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")
    await mini.post("/cgi-bin/message/custom/business/typing", {"touser": "o-zhang", "command": "Typing"})

    await mini.post(SEND, text("您好"))

    assert not wechat.mini.customer_service.is_typing("o-zhang")


async def test_a_message_that_repeats_another_is_a_duplicate(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")
    wechat.did("o-wang")

    for body in (text("一"), text("二"), text("一", "o-wang"), text("一")):
        await mini.post(SEND, body)

    assert [(one.openid, one.text) for one in wechat.duplicates()] == [("o-zhang", "一")]
