"""推送的随机测试 — whatever arrives is read or rejected, and nothing else ever happens."""

import json
import string
from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import WeChatPushMode
from server.wechat.pushes.envelope import decrypt, encrypt, open_body
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.pushes.reading import PushFormat, read_fields
from server.wechat.pushes.rejection import PushRejected
from server.wechat.pushes.replying import text_reply
from server.wechat.pushes.signing import PushQuery, is_signed, sign
from tests.wechat.pushes import platform

AT = datetime(2026, 11, 25, tzinfo=UTC)
NAMES = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "Content", "Encrypt", "List"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["event", "text", "1"]),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(NAMES | st.text(max_size=6), inside, max_size=4),
    max_leaves=12,
)
_TAGS = ("xml", "MsgType", "Event", "List")
MARKUP = st.lists(
    st.sampled_from(
        [
            *(f"<{tag}>" for tag in _TAGS),
            *(f"</{tag}>" for tag in _TAGS),
            *'<>&"/字 \n\x01',
            *("event", "text", "<![CDATA[", "]]>", "&amp;", "&#0;", "<!DOCTYPE x>", "<!--", "-->", "<?a?>", "< a>"),
        ]
    ),
    max_size=30,
).map("".join)
ALWAYS_THE_SAME = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])


def read(body: bytes | str) -> Push | None:
    """Return the push, or None where it is rejected; everything about a push that is read can be asked."""
    try:
        push = parse_push(body)
    except PushRejected:
        return None
    assert len(push.dedupe_key) == 64
    assert all(isinstance(item, dict) for item in push.items())
    for text in [push.scene, push.name, push.openid, *texts(dict(push.fields))]:
        assert b"\x00" not in text.encode()
        assert text == text.strip()
    return push


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from texts(one)


@ALWAYS_THE_SAME
@given(st.binary(max_size=300))
def test_octets_are_read_or_rejected(body: bytes) -> None:
    read(body)


@ALWAYS_THE_SAME
@given(st.text())
def test_texts_are_read_or_rejected(text: str) -> None:
    read(text)


@ALWAYS_THE_SAME
@given(MARKUP)
def test_markup_is_read_or_rejected(text: str) -> None:
    read(text)
    read(f"<xml><MsgType>text</MsgType>{text}</xml>")


@ALWAYS_THE_SAME
@given(st.dictionaries(NAMES, VALUES, max_size=8), st.booleans())
def test_json_objects_are_read_or_rejected(fields: dict[str, object], escaped: bool) -> None:
    read(json.dumps({"MsgType": "event", "Event": "SCAN", **fields}, ensure_ascii=escaped))


@ALWAYS_THE_SAME
@given(st.text(alphabet=string.printable + '{}[],:"\\', max_size=120))
def test_what_looks_like_json_is_read_or_rejected(text: str) -> None:
    read("{" + text)


@ALWAYS_THE_SAME
@given(st.binary(max_size=200), st.sampled_from(list(WeChatPushMode)))
def test_no_signed_nonsense_opens_anything_but_a_rejection(octets: bytes, mode: WeChatPushMode) -> None:
    padded = octets + b"\x00" * (-len(octets) % 16)
    pushed = platform.push_ciphertext(platform.raw_ciphertext(padded))
    try:
        open_body(pushed.body, pushed.query, keys=platform.keys(mode))
    except PushRejected:
        return
    raise AssertionError("nonsense was opened")


@ALWAYS_THE_SAME
@given(st.text(), st.text(), st.text(), st.text())
def test_no_address_ends_in_another_exception(timestamp: str, nonce: str, signature: str, token: str) -> None:
    query = PushQuery(timestamp, nonce, signature=signature, msg_signature=signature)
    try:
        open_body(platform.text_xml().encode(), query, keys=platform.keys(WeChatPushMode.PLAIN, token=token))
    except PushRejected:
        return
    raise AssertionError("an accidental signature")


@ALWAYS_THE_SAME
@given(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=4))
def test_what_was_signed_is_signed_in_whatever_order(token: str, parts: list[str]) -> None:
    assert is_signed(sign(token, *reversed(parts)), token, *parts)


@ALWAYS_THE_SAME
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_text_goes_through_the_cipher(text: str) -> None:
    assert decrypt(encrypt(text, keys=platform.keys()), keys=platform.keys()) == text
    assert decrypt(platform.ciphertext(text.encode()), keys=platform.keys()) == text


@ALWAYS_THE_SAME
@given(st.text(), st.sampled_from(list(PushFormat)))
def test_every_reply_is_one_text_to_one_person(content: str, format_: PushFormat) -> None:
    push = parse_push(platform.text_xml())
    reply = text_reply(push, content, format_=format_, at=AT)
    try:
        fields = read_fields(reply)[1]
    except PushRejected:
        assert format_ is PushFormat.JSON  # a NUL or half a pair, which JSON can hold and a database cannot
        return
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert fields["MsgType"] == "text"
