"""测试向量的测试；向量由另写的平台一侧做成。"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server.cli.app import app
from server.wechat.vectors.running import Outcome, Verdict, run_vectors
from tests.wechat.pushes import platform
from tests.wechat.test_user_data import APPID, IV, SESSION_KEY, WATERMARK, encrypted

Vector = dict[str, Any]
TEXT = "<xml><FromUserName>oA</FromUserName><MsgType>text</MsgType><Content>你好</Content><MsgId>7</MsgId></xml>"
SCAN = (
    "<xml><FromUserName>oA</FromUserName><CreateTime>12</CreateTime><MsgType>event</MsgType><Event>subscribe</Event>"
    "<EventKey>qrscene_9</EventKey><Info><Count>2</Count><item><n>a</n></item><item><n>b</n></item></Info></xml>"
)
CIPHERTEXT = platform.ciphertext(TEXT.encode())
CONSOLE = {
    "token": platform.TOKEN,
    "encoding_aes_key": platform.KEY,
    "appid": platform.APPID,
    "timestamp": platform.TIMESTAMP,
    "nonce": platform.NONCE,
}
SIGNED = {"signature": platform.signature(platform.TOKEN, platform.TIMESTAMP, platform.NONCE)}
SEALED = {"msg_signature": platform.signature(platform.TOKEN, platform.TIMESTAMP, platform.NONCE, CIPHERTEXT)}
USER_DATA = {
    "appid": APPID,
    "session_key": SESSION_KEY,
    "iv": IV,
    "encrypted_data": encrypted({"openId": "oA", "watermark": WATERMARK}),
}
CERT = {"cert_type": "IDENTITY_CARD", "cert_name": "张三", "cert_no": "310101199801011234"}


def vector(kind: str, given: Vector, expected: Vector) -> Vector:
    return {"kind": kind, "id": f"{kind}-sample", "source": "ours", "input": given, "expected": expected}


def assertion(attribute: str, equals: object, field: str | None = None) -> Vector:
    return {"attr": attribute, "equals": equals, "field": field}


def run(kind: str, given: Vector, expected: Vector) -> Outcome:
    (outcome,) = run_vectors([vector(kind, given, expected)])
    return outcome


GOOD = [
    vector("xml_message", {"body": TEXT}, {"msg_type": "text", "event": None, "fields": {"Content": "你好"}}),
    vector(
        "xml_event",
        {"body": SCAN},
        {
            "msg_type": "event",
            "event": "subscribe",
            "class": "SubscribeScanEvent",
            "asserts": [
                assertion("time", 12, "CreateTime"),
                assertion("count", 2, "Info/Count"),
                assertion("first", "a", "Info/item/n"),
                assertion("second", "b", "Info/item[1]/n"),
                assertion("absent", None, "Info/Nothing"),
                assertion("scene_id", "9"),
                assertion("event", "subscribe_scan"),
                assertion("type", "subscribe_event"),
            ],
        },
    ),
    vector(
        "json_push",
        {"body": platform.event_json("subscribe_msg_popup_event", List={"TemplateId": "t"})},
        {
            "event": "subscribe_msg_popup_event",
            "items": [{"TemplateId": "t"}],
            "dedupe_key": ["FromUserName+CreateTime", "oAbCdEfGhIjKlMnOpQrStUvWxYz0", "1764060000"],
        },
    ),
    vector(
        "json_push",
        {"body": json.loads(platform.event_json("wxa_media_check", result={"suggest": "risky", "label": 20001}))},
        {"label": "20001", "suggest": "risky"},
    ),
    vector("json_push", {"body": platform.event_json("user_info_modified", OpenID="oB")}, {"openid": "oB"}),
    vector("xml_push", {"body": "<!DOCTYPE x><xml><a/></xml>"}, {"valid": False, "error": "doctype"}),
    vector("url_check_signature", {**CONSOLE, **SIGNED, "echostr": "e"}, {"valid": True, "response_body": "e"}),
    vector("url_check_signature", {**CONSOLE, **SIGNED, "nonce": "1"}, {"valid": False, "error": "signature"}),
    vector("post_signature", {**CONSOLE, **SIGNED, "body": TEXT}, {"valid": True, "fields": {"MsgId": 7}}),
    vector("decrypt_echostr", {**CONSOLE, **SEALED, "echostr": CIPHERTEXT}, {"valid": True, "plaintext": TEXT}),
    vector(
        "decrypt_json",
        {**CONSOLE, **SEALED, "body": {"Encrypt": CIPHERTEXT}},
        {"valid": True, "plaintext": TEXT, "fields": {"Content": "你好"}},
    ),
    vector("decrypt_json", {**CONSOLE, **SEALED, "body": {}}, {"valid": False, "error": "envelope"}),
    vector(
        "decrypt_xml",
        {**CONSOLE, **SEALED, "appid": "wx0", "body": f"<xml><Encrypt>{CIPHERTEXT}</Encrypt></xml>"},
        {"valid": False, "error": "appid"},
    ),
    vector(
        "encrypt",
        {**CONSOLE, "random": "0123456789abcdef", "plaintext": TEXT},
        {
            "encrypt": CIPHERTEXT,
            "msg_signature": SEALED["msg_signature"],
            "envelope_json": {
                "Encrypt": CIPHERTEXT,
                "MsgSignature": SEALED["msg_signature"],
                "TimeStamp": platform.TIMESTAMP,
                "Nonce": platform.NONCE,
            },
        },
    ),
    vector(
        "encrypt",
        {**CONSOLE, "random": "0123456789abcdef", "plaintext": TEXT},
        {"envelope_xml": f"<xml><Encrypt>{CIPHERTEXT}</Encrypt><Nonce>{platform.NONCE}</Nonce></xml>"},
    ),
    vector("xml_message", {"body": TEXT}, {"dedupe_key": "7"}),
    vector("user_data_decrypt", USER_DATA, {"valid": True, "openId": "oA", "watermark_timestamp": 1764060000}),
    vector("user_data_decrypt", {**USER_DATA, "appid": "wx0"}, {"valid": False, "error": "watermark"}),
    vector(
        "raw_data_signature",
        {"raw_data": "{}", "session_key": "k", "signature": "bf05d16a20d49f5dde53f73a61d6ed94c0d1bb41"},
        {"valid": False},
    ),
    vector(
        "cert_hash",
        {"cert_info": CERT},
        {"cert_hash": "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"},
    ),
]
BAD = [
    ("xml_message", {"body": TEXT}, {"msg_type": "image"}, "msg_type is 'text', expected 'image'"),
    ("xml_message", {"body": TEXT}, {"event": "SCAN"}, "event is None, expected 'SCAN'"),
    ("xml_message", {"body": TEXT}, {"items": [{}]}, "items is [], expected [{}]"),
    ("xml_message", {"body": TEXT}, {"valid": False}, "accepted, but must be rejected"),
    ("xml_message", {"body": TEXT}, {"dedupe_key": ["MsgId", "8"]}, "told apart by {'MsgId': '7'}, expected "),
    ("xml_message", {"body": TEXT}, {"dedupe_key": ["FromUserName", "oA"]}, "told apart by {'MsgId': '7'}, expected "),
    ("xml_message", {"body": TEXT}, {"dedupe_key": "8"}, "told apart by {'MsgId': '7'}, expected '8'"),
    ("xml_message", {"body": "<xml>"}, {"msg_type": "text"}, "rejected: malformed: not XML"),
    ("xml_event", {"body": SCAN}, {"asserts": [assertion("c", 3, "Info/Count")]}, "c is '2', expected 3"),
    ("xml_event", {"body": SCAN}, {"asserts": [assertion("n", "x", "Info/item/n")]}, "n is 'a', expected 'x'"),
    ("xml_event", {"body": SCAN}, {"asserts": [assertion("type", "scan_event")]}, "type is one of ['event', "),
    ("xml_event", {"body": SCAN}, {"asserts": [assertion("key", None, "EventKey")]}, "key is 'qrscene_9', "),
    ("post_signature", {**CONSOLE, "body": TEXT}, {"valid": True}, "rejected: signature"),
    ("decrypt_json", {**CONSOLE, **SEALED, "encrypt": CIPHERTEXT}, {"plaintext": "x"}, "another plaintext"),
    ("decrypt_json", {**CONSOLE, **SEALED, "encrypt": CIPHERTEXT}, {"valid": False}, "accepted, but must be"),
    ("decrypt_json", {**CONSOLE, "encrypt": "YQ=="}, {"valid": False, "error": "appid"}, "rejected for signature, "),
    ("decrypt_json", {**CONSOLE, **SEALED, "encrypt": CIPHERTEXT}, {"fields": {"MsgId": "8"}}, "fields is "),
    ("encrypt", {**CONSOLE, "random": "0" * 16, "plaintext": ""}, {"envelope_xml": "<xml><a>1</a></xml>"}, "another "),
    ("decrypt_echostr", {**CONSOLE, **SEALED, "echostr": CIPHERTEXT}, {"plaintext": "x"}, "answered "),
    ("encrypt", {**CONSOLE, "random": "0" * 16, "plaintext": TEXT}, {"encrypt": CIPHERTEXT}, "another encrypt"),
    ("user_data_decrypt", USER_DATA, {"openId": "oB"}, "openId is 'oA', expected 'oB'"),
    ("raw_data_signature", {"raw_data": "{}", "session_key": "k", "signature": ""}, {"signature": "0"}, "rejected: "),
    ("cert_hash", CERT, {"cert_hash": "0"}, "another hash"),
]
UNTOLD = [
    ("telegram", {}, {}, "no function of ours is of this kind"),
    ("xml_message", {"body": TEXT}, {"mood": "glad"}, "nothing of ours is called mood"),
    ("xml_message", {}, {}, "the vector has not the form of its kind: KeyError('body')"),
    ("encrypt", {**CONSOLE, "random": "0" * 16, "plaintext": ""}, {"seal": ""}, "nothing of ours makes seal"),
]


@pytest.mark.parametrize("good", GOOD, ids=[f"{number}-{one['kind']}" for number, one in enumerate(GOOD)])
def test_a_right_vector_passes(good: Vector) -> None:
    (outcome,) = run_vectors([good])

    assert (outcome.verdict, outcome.why, outcome.unchecked) == (Verdict.PASSED, (), ())


@pytest.mark.parametrize(("kind", "given", "expected", "why"), BAD)
def test_a_wrong_vector_fails_and_says_why(kind: str, given: Vector, expected: Vector, why: str) -> None:
    outcome = run(kind, given, expected)

    assert outcome.verdict is Verdict.FAILED
    assert len(outcome.why) == 1
    assert outcome.why[0].startswith(why)


@pytest.mark.parametrize(("kind", "given", "expected", "why"), UNTOLD)
def test_what_cannot_be_told_is_refused_and_not_passed(kind: str, given: Vector, expected: Vector, why: str) -> None:
    outcome = run(kind, given, expected)

    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, (why,))


def test_an_attribute_that_only_another_library_has_is_named() -> None:
    outcome = run("xml_message", {"body": TEXT}, {"asserts": [assertion("mood", "glad")]})

    assert (outcome.verdict, outcome.unchecked) == (Verdict.PASSED, ("mood",))


def command(file: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["wechat", "vectors", str(file)])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_counts_each_kind_and_ends_well(tmp_path: Path) -> None:
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({"vectors": GOOD}), encoding="utf-8")

    code, out, _ = command(file)

    assert code == 0
    assert "json_push：通过 3，未通过 0，不能判断 0\n" in out
    assert out.endswith(f"共 {len(GOOD)} 个：通过 {len(GOOD)}，其余 0\n")


def test_the_command_names_what_did_not_pass_and_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "vectors.json"
    wrong = vector("xml_message", {"body": TEXT}, {"msg_type": "image"})
    unknown = vector("telegram", {}, {})
    beside = vector("xml_message", {"body": TEXT}, {"asserts": [assertion("mood", "glad")]})
    file.write_text(json.dumps([GOOD[0], wrong, unknown, beside]), encoding="utf-8")

    code, out, _ = command(file)

    assert code == 1
    assert out.splitlines() == [
        "xml_message：通过 2，未通过 1，不能判断 0",
        "telegram：通过 0，未通过 0，不能判断 1",
        "  failed\txml_message\txml_message-sample\tmsg_type is 'text', expected 'image'",
        "  refused\ttelegram\ttelegram-sample\tno function of ours is of this kind",
        "  另有一项没有核对：xml_message-sample 的 mood，是别的程序库自己的属性",
        "共 4 个：通过 2，其余 2",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "没有这个文件"), ("{", "不是 JSON 文件"), ("3", "没有测试向量"), ('["a"]', "没有测试向量")],
)
def test_the_command_says_what_is_wrong_with_the_file(tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "vectors.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    code, out, err = command(file)

    assert (code, out) == (1, "")
    assert told in err
    assert "Traceback" not in err
