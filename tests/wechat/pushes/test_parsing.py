"""推送内容的测试；样例的写法出自微信开放文档。"""

import json

import pytest

from server.wechat.pushes.parsing import Push, PushKind, parse_push
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.rejection import PushReason, PushRejected
from tests.wechat.pushes import platform

TEMPLATE = "hD-ixGOhYmUfjOnI8MCzQMPshzGVeux_2vzyvQu7O68"
ITEM = {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"}


def xml_event(inside: str, event: str = "subscribe_msg_popup_event") -> Push:
    return parse_push(
        "<xml><ToUserName>gh_0</ToUserName><FromUserName>oA</FromUserName><CreateTime>1764060000</CreateTime>"
        f"<MsgType>event</MsgType><Event>{event}</Event>{inside}</xml>"
    )


def json_event(event: str, **more: object) -> Push:
    return parse_push(platform.event_json(event, **more))


def test_a_text_message_in_xml() -> None:
    push = parse_push(platform.text_xml("  包裹到哪了  "))

    assert (push.format, push.kind, push.name) == (PushFormat.XML, PushKind.MESSAGE, "text")
    assert push.openid == "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    assert push.created == 1764060000
    assert push.message_id == "6054768590064713728"
    assert push.text("Content") == "包裹到哪了"


def test_a_text_message_in_json_is_the_same_message() -> None:
    fields = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": "oAbCdEfGhIjKlMnOpQrStUvWxYz0",
        "CreateTime": 1764060000,
        "MsgType": "text",
        "Content": "包裹到哪了",
        "MsgId": 6054768590064713728,
    }

    push = parse_push(json.dumps(fields))

    in_xml = parse_push(platform.text_xml("包裹到哪了"))
    assert push.format is PushFormat.JSON
    assert (push.openid, push.created, push.message_id) == (in_xml.openid, in_xml.created, in_xml.message_id)
    assert push.dedupe_key == in_xml.dedupe_key


def test_an_event_is_named_as_it_was_sent() -> None:
    push = xml_event("<EventKey>menu_parcels</EventKey>", event="CLICK")

    assert (push.kind, push.name, push.message_id) == (PushKind.EVENT, "CLICK", None)
    assert push.text("EventKey") == "menu_parcels"


@pytest.mark.parametrize("kind", ["event", "Event", "EVENT"])
def test_the_documents_write_event_in_several_ways(kind: str) -> None:
    push = parse_push(f"<xml><MsgType>{kind}</MsgType><Event>VIEW</Event></xml>")

    assert (push.kind, push.name, push.openid, push.created) == (PushKind.EVENT, "VIEW", "", 0)


def test_an_unknown_message_is_read_with_everything_in_it() -> None:
    push = parse_push(platform.text_xml().replace("[text]", "[hologram]"))

    assert (push.kind, push.name) == (PushKind.MESSAGE, "hologram")
    assert push.text("Content") == "你好"


def test_a_message_id_need_not_be_a_number() -> None:
    message_id = "49d72d67b16d115e7935ac386f2f0fa41535298877_1555684067"
    push = parse_push(platform.text_xml(message_id=message_id))

    assert push.message_id == message_id
    assert push.dedupe_parts == (("MsgId", message_id),)


@pytest.mark.parametrize(
    "event",
    ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation", "USER_INFO_MODIFIED"],
)
def test_a_privacy_event_is_about_its_openid_and_not_about_who_sent_it(event: str) -> None:
    push = json_event(event, **{" OpenID": " oPerson", " RevokeInfo": "301"})

    assert push.openid == "oPerson"
    assert push.text("FromUserName") == "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    assert push.text("RevokeInfo") == "301"


def test_a_privacy_event_without_openid_is_about_nobody_we_could_name() -> None:
    assert json_event("user_authorization_revoke", OpenPID="oPlugin").openid == ""


def test_an_openid_in_another_event_does_not_change_who_it_is_about() -> None:
    assert json_event("device_text", OpenID="123").openid == "oAbCdEfGhIjKlMnOpQrStUvWxYz0"


@pytest.mark.parametrize(
    ("event", "key", "scene"),
    [
        ("subscribe", "qrscene_perk-42", "perk-42"),
        ("subscribe", "last_trade_no_4008072001201701105817415015", ""),
        ("subscribe", "", ""),
        ("SCAN", "perk-42", "perk-42"),
        ("SCAN", "qrscene_42", "qrscene_42"),
        ("CLICK", "perk-42", ""),
    ],
)
def test_the_scene_of_a_scanned_code(event: str, key: str, scene: str) -> None:
    assert xml_event(f"<EventKey>{key}</EventKey>", event=event).scene == scene


@pytest.mark.parametrize(
    "push",
    [
        json_event("subscribe_msg_popup_event", List=ITEM),
        json_event("subscribe_msg_popup_event", List=[ITEM]),
        json_event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": ITEM}),
        json_event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [ITEM]}),
        json_event("subscribe_msg_popup_event", SubscribeMsgPopupEvent=ITEM),
        *(
            xml_event(
                f"<{wrapper}><List><TemplateId><![CDATA[{TEMPLATE}]]></TemplateId>"
                f"<SubscribeStatusString> accept </SubscribeStatusString></List></{wrapper}>"
            )
            for wrapper in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "Whatever")
        ),
        xml_event(
            f"<List><TemplateId>{TEMPLATE}</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        ),
    ],
)
def test_one_item_is_a_list_of_one_whatever_it_is_wrapped_in(push: Push) -> None:
    assert push.items() == [ITEM]


def test_several_items_keep_their_order() -> None:
    items = "".join(f"<List><TemplateId>{letter}</TemplateId></List>" for letter in "cab")

    push = xml_event(f"<SubscribeMsgPopupEvent>{items}</SubscribeMsgPopupEvent>")

    assert push.items() == [{"TemplateId": "c"}, {"TemplateId": "a"}, {"TemplateId": "b"}]
    assert json_event("subscribe_msg_popup_event", List=[dict(item) for item in push.items()]).items() == push.items()


@pytest.mark.parametrize("listed", [None, "", "nonsense", 3, [], ["a", 1, None], [[ITEM]]])
def test_what_is_no_list_of_items_is_an_empty_one(listed: object) -> None:
    assert json_event("subscribe_msg_popup_event", List=listed).items() == []


def test_an_event_without_a_list_has_no_items() -> None:
    assert json_event("wxa_media_check", result={"suggest": "pass", "label": 100}).items() == []


def test_a_repetition_has_the_same_key() -> None:
    assert parse_push(platform.text_xml()).dedupe_key == parse_push(platform.text_xml()).dedupe_key
    assert json_event("SCAN", EventKey="1").dedupe_key == json_event("SCAN", EventKey="1").dedupe_key


def test_messages_are_told_apart_by_their_id_alone() -> None:
    push = parse_push(platform.text_xml("你好", message_id="1"))

    assert push.dedupe_key == parse_push(platform.text_xml("再见", message_id="1")).dedupe_key
    assert push.dedupe_key != parse_push(platform.text_xml("你好", message_id="2")).dedupe_key


def test_a_message_without_an_id_is_told_apart_by_what_it_says() -> None:
    keys = {parse_push(platform.text_xml(text, message_id="")).dedupe_key for text in ("你好", "再见", "你好")}

    assert len(keys) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"FromUserName": "oB"},
        {"CreateTime": 1764060001},
        {"Event": "CLICK"},
        {"EventKey": "2"},
        {"trace_id": "62f11967-2b24d27a-34715986"},
        {"OpenID": "oPerson2"},
        {"List": [{"TemplateId": "b", "MsgID": "1"}]},
        {"List": [{"TemplateId": "a", "MsgID": "2"}]},
    ],
)
def test_events_of_one_second_are_told_apart(other: dict[str, object]) -> None:
    common: dict[str, object] = {
        "EventKey": "1",
        "trace_id": "62f11967-2b24d27a-34715985",
        "OpenID": "oPerson1",
        "List": [{"TemplateId": "a", "MsgID": "1"}],
    }

    assert json_event("SCAN", **common).dedupe_key != json_event("SCAN", **{**common, **other}).dedupe_key


def test_the_key_does_not_depend_on_the_order_of_the_members() -> None:
    assert json_event("SCAN", a="1", b="2").dedupe_key == json_event("SCAN", b="2", a="1").dedupe_key


def test_the_key_is_short_and_names_nobody() -> None:
    push = json_event("SCAN", EventKey="长" * 5_000)

    assert len(push.dedupe_key) == 64
    assert push.openid not in push.dedupe_key
    assert dict(push.dedupe_parts)["CreateTime"] == "1764060000"


@pytest.mark.parametrize(
    "body",
    [
        "<xml><FromUserName>oA</FromUserName></xml>",
        "<xml><MsgType></MsgType></xml>",
        "<xml><MsgType>event</MsgType></xml>",
        "<xml><MsgType>event</MsgType><Event> </Event></xml>",
        "<xml><MsgType>text</MsgType><MsgType>event</MsgType></xml>",
        "<xml><MsgType>text</MsgType><FromUserName>oA</FromUserName><FromUserName>oB</FromUserName></xml>",
        "<xml><MsgType>text</MsgType><ToUserName>a</ToUserName><ToUserName>b</ToUserName></xml>",
        "<xml><MsgType>text</MsgType><Content>a</Content><Content>b</Content></xml>",
        "<xml><MsgType>event</MsgType><Event>SCAN</Event><EventKey>1</EventKey><EventKey>2</EventKey></xml>",
        "<xml><MsgType>text</MsgType><MsgId>1</MsgId><MsgId>2</MsgId></xml>",
        "<xml><MsgType>text</MsgType><CreateTime>1</CreateTime><CreateTime>2</CreateTime></xml>",
        "<xml><MsgType>text</MsgType><FromUserName><a>1</a></FromUserName></xml>",
        f"<xml><MsgType>{'a' * 129}</MsgType></xml>",
        f"<xml><MsgType>text</MsgType><MsgId>{'1' * 129}</MsgId></xml>",
        '{"MsgType": ["text"]}',
        '{"MsgType": true}',
        '{"MsgType": null}',
        '{"MsgType": "text", "FromUserName": {"a": "b"}}',
        '{"MsgType": "event", "Event": ["SCAN"]}',
        '{"Encrypt": "YQ=="}',
    ],
)
def test_a_push_that_does_not_say_what_it_is_is_rejected(body: str) -> None:
    with pytest.raises(PushRejected) as rejected:
        parse_push(body)

    assert rejected.value.reason is PushReason.MALFORMED


@pytest.mark.parametrize("created", ["soon", "-1", "１２", "", " ", "1764060000000", 1.5, 1e30, None])
def test_a_time_that_cannot_be_read_does_not_lose_the_push(created: object) -> None:
    push = json_event("SCAN", CreateTime=created)

    assert push.created == 0
    assert push.fields["CreateTime"] == (created.strip() if isinstance(created, str) else created)


def test_names_of_128_characters_and_times_of_12_digits_are_the_longest() -> None:
    push = json_event("e" * 128, FromUserName="o" * 128, CreateTime=999999999999)

    assert (len(push.name), len(push.openid), push.created) == (128, 128, 999999999999)


def test_a_field_that_is_no_single_value_reads_as_empty() -> None:
    push = json_event("SCAN", many=[1, 2], inside={"a": 1}, none=None, yes=True, no=False, number=1.5)

    names = ("many", "inside", "none", "yes", "no", "number", "absent")
    assert [push.text(name) for name in names] == ["", "", "", "true", "false", "1.5", ""]


def test_the_limit_is_passed_on() -> None:
    with pytest.raises(PushRejected) as rejected:
        parse_push(platform.text_xml(), limit=100)

    assert rejected.value.reason is PushReason.OVERSIZED
