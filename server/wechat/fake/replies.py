"""替身被动回复 — what may come back from a push, and why a reply is shown to nobody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from config.settings import WeChatPushMode
from server.wechat.accounts import WeChatAccount, WeChatCredentials
from server.wechat.fake.crypto import Envelope, EnvelopeBroken, sign

TRANSFER = "transfer_customer_service"
_KINDS = {"text", "image", "voice", "video", "music", "news", TRANSFER}


class ReplyFault(ValueError):
    """The answer to a push is none that WeChat takes; the words say why, in Chinese."""


@dataclass(frozen=True, slots=True)
class PassiveReply:
    """被动回复 — ``kind`` is its MsgType."""

    kind: str
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def body(self) -> Mapping[str, Any]:
        """The reply in the form of a customer-service message."""
        if self.kind == "text":
            return {"msgtype": "text", "text": {"content": self.fields.get("Content", "")}}
        return {"msgtype": self.kind, self.kind: dict(self.fields)}


def read_reply(
    raw: str, *, credentials: WeChatCredentials, original_id: str, openid: str, is_json: bool, is_event: bool
) -> PassiveReply | None:
    """Return the reply in an answer to a push, None for ``success`` and for nothing.

    Raises:
        ReplyFault: WeChat would show nobody what came.
    """
    if raw.strip() in ("", "success"):
        return None
    if raw.lstrip().startswith("{") is not is_json:
        raise ReplyFault("回复的格式和推送的格式不一样")
    fields = _opened(_decoded(raw, is_json=is_json), credentials, is_json=is_json)
    kind = str(fields.get("MsgType", ""))
    if kind not in _KINDS:
        raise ReplyFault(f"回复的消息类型不对：{kind or '没有'}")
    if (fields.get("ToUserName"), fields.get("FromUserName")) != (openid, original_id):
        raise ReplyFault("回复的收发双方不对")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise ReplyFault("回复没有时间")
    if kind == TRANSFER and is_event:
        raise ReplyFault("事件不能转人工，只有用户的消息可以")
    if kind != TRANSFER and credentials.account is WeChatAccount.MINI:
        raise ReplyFault("小程序客服不能被动回复，只能转人工")
    if kind == "text" and not 0 < len(str(fields.get("Content", "")).encode()) <= 2048:
        raise ReplyFault("回复的文字是空的，或超过 2048 字节")
    return PassiveReply(kind, fields)


def _decoded(raw: str, *, is_json: bool) -> Mapping[str, Any]:
    try:
        if is_json:
            body = json.loads(raw)
            if not isinstance(body, dict):
                raise ReplyFault("回复不是 JSON 对象")
            return body
        return {child.tag: _value(child) for child in ElementTree.fromstring(raw)}
    except (ValueError, ElementTree.ParseError) as fault:
        raise ReplyFault(f"回复读不懂：{fault}") from None


def _value(element: ElementTree.Element) -> Any:
    return {child.tag: _value(child) for child in element} if len(element) else element.text or ""


def _opened(body: Mapping[str, Any], credentials: WeChatCredentials, *, is_json: bool) -> Mapping[str, Any]:
    """Open an encrypted reply; safe mode takes no other."""
    if "Encrypt" not in body:
        if credentials.push_mode is WeChatPushMode.SAFE:
            raise ReplyFault("安全模式的回复必须加密")
        return body
    names = ("TimeStamp", "Nonce", "Encrypt")
    stamp, nonce, sealed = (str(body.get(name, "")) for name in names)
    if not stamp or not nonce or body.get("MsgSignature") != sign(credentials.push_token, stamp, nonce, sealed):
        raise ReplyFault("回复的签名不对")
    try:
        plain = Envelope(key=credentials.push_key, appid=credentials.appid).open(sealed)
    except EnvelopeBroken:
        raise ReplyFault("回复解不开") from None
    return _decoded(plain, is_json=is_json)
