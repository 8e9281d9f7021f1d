"""替身订阅消息 — one consent one message, and fields as the document limits them."""

import pytest

from server.wechat.fake.fields import field_fault
from server.wechat.fake.server import FakeWeChat
from tests.wechat.fake.conftest import Asker

SEND = "/cgi-bin/message/subscribe/send"
MESSAGE = {
    "touser": "o-zhang",
    "template_id": "T1",
    "page": "pages/parcel/index?id=7",
    "data": {"thing1": {"value": "示例包裹"}, "phrase2": {"value": "派送中"}},
}


@pytest.fixture(autouse=True)
def template(wechat: FakeWeChat) -> None:
    wechat.add_template("T1", "thing1", "phrase2")


async def test_accepts_add_up_and_each_message_takes_one(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.grant_consent("o-zhang", "T1")
    wechat.grant_consent("o-zhang", "T1")

    errcodes = [await mini.errcode(SEND, MESSAGE) for _ in range(3)]

    assert errcodes == [0, 0, 43101]
    assert [(one.channel, one.kind) for one in wechat.sent_to("o-zhang")] == [("subscribe", "T1")] * 2


async def test_a_consent_is_one_persons_for_one_template(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.add_template("T2", "thing1", "phrase2")
    wechat.grant_consent("o-zhang", "T1")

    assert await mini.errcode(SEND, MESSAGE | {"template_id": "T2"}) == 43101
    assert await mini.errcode(SEND, MESSAGE | {"touser": "o-wang"}) == 43101


@pytest.mark.parametrize(
    ("change", "errcode", "named"),
    [
        ({"touser": ""}, 40003, "openid"),
        ({"template_id": "T9"}, 40037, "template_id"),
        ({"template_id": None}, 40037, "template_id"),
        ({"page": "/pages/parcel"}, 41030, "page"),
        ({"page": "pages/unpublished"}, 41030, "page"),
        ({"page": None}, 0, ""),
        ({"miniprogram_state": "release"}, 47003, "miniprogram_state"),
        ({"data": None}, 47003, "data"),
        ({"data": {"thing1": {"value": "示例"}}}, 47003, "data.phrase2"),
        ({"data": {"thing1": {"value": ""}, "phrase2": {"value": "派送中"}}}, 47003, "data.thing1.value is empty"),
        ({"data": {"thing1": {"value": "x" * 21}, "phrase2": {"value": "派送中"}}}, 47003, "data.thing1"),
        ({"data": {"thing1": {"value": 7}, "phrase2": {"value": "派送中"}}}, 47003, "data.thing1"),
        ({"data": MESSAGE["data"] | {"thing3": {"value": "多余"}}}, 47003, "data.thing3"),  # type: ignore[operator]
    ],
)
async def test_what_is_wrong_is_named_and_takes_no_consent(
    wechat: FakeWeChat, mini: Asker, change: dict[str, object], errcode: int, named: str
) -> None:
    wechat.grant_consent("o-zhang", "T1")
    wechat.mini.subscriptions.pages.update({"pages/parcel/index"})

    answer = await mini.post(SEND, MESSAGE | change)

    assert answer["errcode"] == errcode
    assert named in answer["errmsg"]
    assert wechat.mini.subscriptions.consents["o-zhang", "T1"] == (0 if errcode == 0 else 1)


async def test_an_enum_takes_only_its_words(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.mini.subscriptions.templates["T3"] = {"enum1": ("已受理", "已办结")}
    wechat.grant_consent("o-zhang", "T3", times=2)

    errcodes = [
        await mini.errcode(SEND, MESSAGE | {"template_id": "T3", "data": {"enum1": {"value": value}}})
        for value in ("已受理", "别的")
    ]

    assert errcodes == [0, 47003]


async def test_the_service_account_sends_by_an_address_of_its_own(mini: Asker, service_account: Asker) -> None:
    assert await service_account.errcode(SEND, MESSAGE) == 48001
    assert await service_account.errcode("/cgi-bin/message/subscribe/bizsend", MESSAGE) == 40037
    assert await mini.errcode("/cgi-bin/message/subscribe/bizsend", MESSAGE) == 48001


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "字" * 20),
        ("number2", "-12345678901234567890123456789012"),
        ("number2", "3.5"),
        ("letter3", "a" * 32),
        ("symbol4", "￥%"),
        ("character_string5", "YB-2026/001"),
        ("time6", "15:01"),
        ("time6", "2019年10月1日 15:01"),
        ("time6", "2019年10月1日 15:01~2019年10月1日 17:30"),
        ("time6", "15:01~17:30"),
        ("date7", "2019年10月1日"),
        ("date7", "2019年10月1日 15:01"),
        ("date7", "2019年10月1日~2019年10月3日"),
        ("amount8", "￥100.50元"),
        ("amount8", "100"),
        ("phone_number9", "+86-0766-66888866"),
        ("car_number10", "粤A8Z888挂"),
        ("name11", "买买提·示例"),
        ("name11", "Zhang San"),
        ("phrase12", "配送中"),
        ("const13", "示例"),
    ],
)
def test_what_the_document_shows_is_taken(key: str, value: str) -> None:
    assert field_fault(key, value) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "字" * 21),
        ("thing1", "   "),
        ("thing", "没有编号"),
        ("picture1", "没有这一种"),
        ("number2", "1" * 33),
        ("number2", "十二"),
        ("letter3", "a1"),
        ("letter3", "a" * 33),
        ("symbol4", "￥%￥%￥%"),
        ("symbol4", "a"),
        ("character_string5", "邮兵"),
        ("character_string5", "a" * 33),
        ("time6", "25:00"),
        ("time6", "2019-10-01 15:01"),
        ("time6", "2019年10月1日"),
        ("date7", "2019年2月30日"),
        ("date7", "15:01"),
        ("date7", "2019/10/01"),
        ("amount8", "￥12345678901"),
        ("amount8", "一百元"),
        ("phone_number9", "1" * 18),
        ("phone_number9", "电话"),
        ("car_number10", "苏K123456789"),
        ("name11", "字" * 11),
        ("name11", "a" * 21),
        ("name11", "示例1"),
        ("phrase12", "配送中abc"),
        ("phrase12", "字" * 6),
    ],
)
def test_what_the_document_forbids_is_refused(key: str, value: str) -> None:
    assert field_fault(key, value) != ""
