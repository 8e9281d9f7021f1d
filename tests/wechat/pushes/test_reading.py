"""推送格式的测试。"""

import json
import time

import pytest

from server.wechat.pushes.reading import MAX_BODY_BYTES, MAX_DEPTH, PushFormat, read_fields
from server.wechat.pushes.rejection import PushReason, PushRejected
from tests.wechat.pushes import platform

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    "<xml><MsgType>&lol2;</MsgType></xml>"
)
OUTSIDE_ENTITY = '<!DOCTYPE xml [<!ENTITY file SYSTEM "file:///etc/passwd">]><xml><Content>&file;</Content></xml>'


def reason_of(body: bytes | str, limit: int = MAX_BODY_BYTES) -> PushReason:
    with pytest.raises(PushRejected) as rejected:
        read_fields(body, limit=limit)
    return rejected.value.reason


def test_xml_becomes_fields_with_every_value_a_text() -> None:
    format_, fields = read_fields(platform.text_xml("<b>&amp; 你好</b>"))

    assert format_ is PushFormat.XML
    assert fields == {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": "oAbCdEfGhIjKlMnOpQrStUvWxYz0",
        "CreateTime": "1764060000",
        "MsgType": "text",
        "Content": "<b>&amp; 你好</b>",
        "MsgId": "6054768590064713728",
    }


def test_elements_inside_of_elements_stay_so_and_repeated_ones_are_a_list() -> None:
    _, fields = read_fields(
        "<xml><Info><Count>2</Count><List><item><Sum>a</Sum></item><item><Sum>b</Sum></item><item><Sum>c</Sum></item>"
        "</List></Info></xml>"
    )

    assert fields == {"Info": {"Count": "2", "List": {"item": [{"Sum": "a"}, {"Sum": "b"}, {"Sum": "c"}]}}}


@pytest.mark.parametrize("empty", ["<Label></Label>", "<Label/>", "<Label><![CDATA[]]></Label>", "<Label> \n </Label>"])
def test_an_empty_element_is_an_empty_text(empty: str) -> None:
    assert read_fields(f"<xml>{empty}</xml>")[1] == {"Label": ""}


def test_spaces_around_a_value_in_xml_are_dropped_and_those_inside_stay() -> None:
    _, fields = read_fields("<xml><Event> <![CDATA[ user_view_card ]]> </Event><Label>\n 高邮 市 \n</Label></xml>")

    assert fields == {"Event": "user_view_card", "Label": "高邮 市"}


def test_json_keeps_the_kinds_of_its_values_and_drops_stray_spaces_in_keys_and_texts() -> None:
    format_, fields = read_fields('{" OpenID": " oA ", "n": 1, "f": 1.5, "t": true, "z": null, "l": [{"a ": "b"}]}')

    assert format_ is PushFormat.JSON
    assert fields == {"OpenID": "oA", "n": 1, "f": 1.5, "t": True, "z": None, "l": [{"a": "b"}]}


def test_a_byte_order_mark_and_spaces_before_the_body_do_not_matter() -> None:
    assert read_fields(b'\xef\xbb\xbf \n {"a": 1}') == (PushFormat.JSON, {"a": 1})
    assert read_fields(b"\xef\xbb\xbf<xml><a>1</a></xml>\n") == (PushFormat.XML, {"a": "1"})


def test_the_encoding_that_a_declaration_claims_is_not_believed() -> None:
    body = '<?xml version="1.0" encoding="gb2312"?><xml><Content>退役军人</Content></xml>'

    assert read_fields(body.encode())[1] == {"Content": "退役军人"}


def test_the_published_sample_with_a_space_in_a_tag_is_read() -> None:
    _, fields = read_fields(
        "<xml><Event><![CDATA[a < b]]></Event>\n< OpenPID><![CDATA[G7 < OpenPID>]]></OpenPID></ xml>"
    )

    assert fields == {"Event": "a < b", "OpenPID": "G7 < OpenPID>"}


def test_the_published_sample_with_a_comma_after_the_last_member_is_read() -> None:
    _, fields = read_fields('{"Event": "a,}", "l": [1, 2,\n], "RevokeInfo": "301",\n}')

    assert fields == {"Event": "a,}", "l": [1, 2], "RevokeInfo": "301"}


@pytest.mark.parametrize("control", ["\x01", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_control_characters_that_somebody_pasted_do_not_lose_the_message(control: str) -> None:
    assert read_fields(platform.text_xml(f"你{control}好"))[1]["Content"] == "你好"
    assert read_fields(f'{{"Content": "你{control}好"}}')[1]["Content"] == f"你{control}好"


def test_lines_inside_of_a_json_text_are_kept() -> None:
    assert read_fields('{"Content": "一\n二\t三"}')[1] == {"Content": "一\n二\t三"}


@pytest.mark.parametrize(
    "body",
    [BILLION_LAUGHS, OUTSIDE_ENTITY, "<!DOCTYPE xml><xml><a>1</a></xml>", '<!DOCTYPE xml SYSTEM "x.dtd"><xml/>'],
)
def test_a_document_type_is_rejected(body: str) -> None:
    assert reason_of(body) is PushReason.DOCTYPE


def test_an_entity_without_a_document_type_is_unreadable() -> None:
    assert reason_of("<xml><Content>&nbsp;</Content></xml>") is PushReason.MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"success",
        b"[]",
        b'["MsgType"]',
        b"null",
        b"{",
        b'{"a": 1}}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b"<",
        b"<xml>",
        b"<xml/>",
        b"<xml>text only</xml>",
        b"<xml><a></xml>",
        b"<xml><a>1</a></xml><xml/>",
        b"<xml><a><![CDATA[x</a></xml>",
        b"< !DOCTYPE xml><xml><a>1</a></xml>",
        "退役".encode("gb18030"),
        b"<xml><a>\xc3\x28</a></xml>",
        b'{"a": "\xed\xa0\x80"}',
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_cannot_be_read_is_rejected(body: bytes) -> None:
    assert reason_of(body) is PushReason.MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        b"<xml><a>\x00</a></xml>",
        b"<xml><a>&#0;</a></xml>",
        b'{"a": "\x00"}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": ["\\ud800"]}',
        b'{"\\udfff": 1}',
        '{"a": "\ud800"}',
    ],
)
def test_what_no_database_can_hold_is_rejected(body: bytes | str) -> None:
    assert reason_of(body) is PushReason.MALFORMED


def test_a_pair_of_surrogates_in_json_is_one_character() -> None:
    assert read_fields('{"a": "\\ud83c\\udf96"}')[1] == {"a": "🎖"}


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '{"a": 1, " a": 2}', '{"l": [{"a": 1, "a": 1}]}'])
def test_a_member_that_stands_twice_in_json_is_rejected(body: str) -> None:
    assert reason_of(body) is PushReason.MALFORMED


def test_the_limit_counts_bytes_and_is_exact() -> None:
    body = '{"a": "字"}'

    assert read_fields(body, limit=12)[1] == {"a": "字"}
    assert reason_of(body, limit=11) is PushReason.OVERSIZED
    assert reason_of(body.encode(), limit=11) is PushReason.OVERSIZED


@pytest.mark.parametrize("wrap", ["xml", "json", "list"])
def test_nesting_has_a_limit(wrap: str) -> None:
    def nested(depth: int) -> str:
        if wrap == "xml":
            return f"<xml>{'<a>' * depth}1{'</a>' * depth}</xml>"
        if wrap == "list":
            return '{"a":' + "[" * (depth - 1) + "1" + "]" * (depth - 1) + "}"
        return '{"a":' * depth + "1" + "}" * depth

    read_fields(nested(MAX_DEPTH))
    assert reason_of(nested(MAX_DEPTH + 1)) is PushReason.MALFORMED


@pytest.mark.parametrize("body", ["<a>" * 40_000, '{"a":' * 25_000, "[" * 100_000, '{"a":' + "[" * 100_000])
def test_nesting_without_end_is_rejected_and_ends_nothing(body: str) -> None:
    assert reason_of(body) is PushReason.MALFORMED


@pytest.mark.parametrize(
    ("digits", "read"),
    [("9223372036854775807", 2**63 - 1), ("9223372036854775808", "9223372036854775808"), ("9" * 5000, "9" * 5000)],
)
def test_a_number_beyond_64_bits_stays_a_text(digits: str, read: int | str) -> None:
    assert read_fields(f'{{"MsgId": {digits}}}')[1] == {"MsgId": read}


@pytest.mark.parametrize(
    "body",
    [
        "<xml>" + "<![CDATA[" * 14_000,
        "<xml>" + "< " * 60_000,
        "<xml><" + " " * 120_000,
        "{" + '"\\' * 60_000,
        "{" + '\\"' * 60_000,
        "{" + ", " * 60_000,
        "{," + " " * 120_000,
        '{"a":"' + "\\" * 120_000,
        "{" + ",".join(f'"{number}":0' for number in range(9_000)) + "!",
    ],
)
def test_a_hostile_body_of_the_greatest_length_costs_little_time(body: str) -> None:
    assert len(body) <= MAX_BODY_BYTES
    begun = time.process_time()

    assert reason_of(body) is PushReason.MALFORMED

    assert time.process_time() - begun < 0.5


def test_the_rejection_never_quotes_the_body() -> None:
    for body in (json.dumps({"secret": "秘密"}) + "x", "<xml><secret>秘密</xml>", '{"secret": 1, "secret": 2}'):
        with pytest.raises(PushRejected) as rejected:
            read_fields(body)
        assert "secret" not in str(rejected.value)
        assert rejected.value.__cause__ is None
