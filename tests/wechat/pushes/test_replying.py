"""推送回复的测试。"""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from wechatpy.crypto import WeChatCrypto

from server.wechat.pushes.envelope import decrypt
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.pushes.reading import PushFormat, read_fields
from server.wechat.pushes.rejection import PushReason, PushRejected
from server.wechat.pushes.replying import SUCCESS, seal, text_reply, transfer_reply
from tests.wechat.pushes import platform

AT = datetime(2026, 11, 25, 8, 40, tzinfo=UTC)
SECONDS = 1795596000


@pytest.fixture
def push() -> Push:
    return parse_push(platform.text_xml())


def test_success_is_the_word_that_ends_the_repetitions() -> None:
    assert SUCCESS == "success"


def test_a_text_in_xml_goes_back_to_who_wrote(push: Push) -> None:
    assert text_reply(push, "在城东服务站", format_=PushFormat.XML, at=AT) == (
        "<xml><ToUserName><![CDATA[oAbCdEfGhIjKlMnOpQrStUvWxYz0]]></ToUserName>"
        "<FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>"
        f"<CreateTime>{SECONDS}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[在城东服务站]]></Content></xml>"
    )


def test_a_text_in_json_goes_back_to_who_wrote(push: Push) -> None:
    assert json.loads(text_reply(push, "在城东服务站", format_=PushFormat.JSON, at=AT)) == {
        "ToUserName": "oAbCdEfGhIjKlMnOpQrStUvWxYz0",
        "FromUserName": "gh_0123456789ab",
        "CreateTime": SECONDS,
        "MsgType": "text",
        "Content": "在城东服务站",
    }


@pytest.mark.parametrize(
    "content",
    [
        "]]>",
        "]]></Content><MsgType>transfer_customer_service</MsgType><Content><![CDATA[",
        "]]]]>>",
        "<![CDATA[a]]>",
        "a & b < c > d \"e\" 'f'",
        "一\n二",
        "🎖",
    ],
)
@pytest.mark.parametrize("format_", list(PushFormat))
def test_no_text_escapes_from_its_element(push: Push, content: str, format_: PushFormat) -> None:
    reply = text_reply(push, content, format_=format_, at=AT)

    fields = read_fields(reply)[1]
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert (fields["MsgType"], fields["Content"]) == ("text", content)
    if format_ is PushFormat.XML:
        assert [child.text for child in ElementTree.fromstring(reply)][3:] == ["text", content]


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1f", "\ufffe", "\ud800"])
def test_what_xml_cannot_hold_is_left_out(push: Push, character: str) -> None:
    reply = text_reply(push, f"你{character}好", format_=PushFormat.XML, at=AT)

    assert ElementTree.fromstring(reply).findtext("Content") == "你好"


def test_a_message_is_handed_over(push: Push) -> None:
    fields = read_fields(transfer_reply(push, format_=PushFormat.XML, at=AT))[1]

    assert fields == {
        "ToUserName": "oAbCdEfGhIjKlMnOpQrStUvWxYz0",
        "FromUserName": "gh_0123456789ab",
        "CreateTime": str(SECONDS),
        "MsgType": "transfer_customer_service",
    }


@pytest.mark.parametrize("format_", list(PushFormat))
def test_a_message_is_handed_over_to_one_person(push: Push, format_: PushFormat) -> None:
    reply = transfer_reply(push, format_=format_, at=AT, kf_account="test1@test")

    fields = read_fields(reply)[1]
    assert fields["MsgType"] == "transfer_customer_service"
    assert fields["TransInfo"] == {"KfAccount": "test1@test"}


def test_an_event_is_never_handed_over() -> None:
    push = parse_push(platform.event_json("user_enter_tempsession"))

    with pytest.raises(ValueError, match="only messages"):
        transfer_reply(push, format_=PushFormat.JSON, at=AT)


@pytest.mark.parametrize("format_", list(PushFormat))
def test_a_sealed_reply_is_opened_by_another_library(format_: PushFormat) -> None:
    sealed = seal("你好", keys=platform.keys(), format_=format_, timestamp=SECONDS, nonce=platform.NONCE)

    fields = {name: str(value) for name, value in read_fields(sealed)[1].items()}
    assert list(fields) == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    library = WeChatCrypto(platform.TOKEN, platform.KEY, platform.APPID)
    opened = library.decrypt_message(
        {"Encrypt": fields["Encrypt"]}, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]
    )
    assert opened == "你好"


def test_a_sealed_reply_is_always_the_same_for_the_same_random() -> None:
    def sealed(random: bytes | None) -> str:
        return seal("你好", keys=platform.keys(), format_=PushFormat.XML, timestamp=1, nonce="2", random=random)

    assert sealed(b"0123456789abcdef") == sealed(b"0123456789abcdef")
    assert sealed(None) != sealed(None)


def test_the_envelope_is_written_as_the_document_shows() -> None:
    keys = platform.keys(appid="wx134c8103faa5a59e", token="AAAAA", key="A" * 43)
    plain = "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>"

    def sealed(format_: PushFormat) -> str:
        return seal(
            plain, keys=keys, format_=format_, timestamp=1713424427, nonce="415670741", random=b"999951349e8ee746"
        )

    in_json = json.loads(sealed(PushFormat.JSON))
    assert in_json["MsgSignature"] == "03e0812039325c2712ef5f0f980fd14c70d6e307"
    assert (in_json["TimeStamp"], in_json["Nonce"]) == (1713424427, "415670741")
    assert decrypt(in_json["Encrypt"], keys=keys) == plain
    assert sealed(PushFormat.XML) == (
        f"<xml>\n<Encrypt><![CDATA[{in_json['Encrypt']}]]></Encrypt>\n"
        "<MsgSignature><![CDATA[03e0812039325c2712ef5f0f980fd14c70d6e307]]></MsgSignature>\n"
        "<TimeStamp>1713424427</TimeStamp>\n<Nonce><![CDATA[415670741]]></Nonce>\n</xml>"
    )


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(PushRejected) as rejected:
        seal("你好", keys=platform.keys(key=""), format_=PushFormat.XML, timestamp=1, nonce="2")

    assert rejected.value.reason is PushReason.KEY
