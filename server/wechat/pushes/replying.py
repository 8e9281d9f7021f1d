"""推送回复 — what WeChat may read at once: that it is done, a text, or that a person takes over."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from server.wechat.pushes.envelope import PushKeys, encrypt
from server.wechat.pushes.parsing import Push, PushKind
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.signing import sign

SUCCESS = "success"
"""Stops WeChat from repeating a push; is never encrypted."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text_reply(push: Push, content: str, *, format_: PushFormat, at: datetime) -> str:
    """Return the answer that shows a text in the chat, in plain text; ``seal`` encrypts it.

    ``format_`` is that of the envelope in which the push came.
    """
    return _reply(push, "text", format_, at, {"Content": content})


def transfer_reply(push: Push, *, format_: PushFormat, at: datetime, kf_account: str = "") -> str:
    """Return the answer that hands a person's message over to the customer-service staff, or to one of them. 转人工

    Raises:
        ValueError: the push is an event; WeChat hands over messages only.
    """
    if push.kind is not PushKind.MESSAGE:
        raise ValueError("only messages can be handed over")
    more = {"TransInfo": {"KfAccount": kf_account}} if kf_account else {}
    return _reply(push, "transfer_customer_service", format_, at, more)


def seal(
    reply: str, *, keys: PushKeys, format_: PushFormat, timestamp: int, nonce: str, random: bytes | None = None
) -> str:
    """Return a reply encrypted and signed, in the envelope of the format in which the push came.

    Raises:
        PushRejected: the account's key is missing or wrong.
    """
    encrypted = encrypt(reply, keys=keys, random=random)
    members: dict[str, object] = {
        "Encrypt": encrypted,
        "MsgSignature": sign(keys.token, str(timestamp), nonce, encrypted),
        "TimeStamp": timestamp,
        "Nonce": nonce,
    }
    if format_ is PushFormat.JSON:
        return json.dumps(members)
    return "\n".join(["<xml>", *(_element(name, value) for name, value in members.items()), "</xml>"])


def _reply(push: Push, kind: str, format_: PushFormat, at: datetime, more: Mapping[str, object]) -> str:
    members: dict[str, object] = {
        "ToUserName": push.text("FromUserName"),
        "FromUserName": push.text("ToUserName"),
        "CreateTime": int(at.timestamp()),
        "MsgType": kind,
        **more,
    }
    if format_ is PushFormat.JSON:
        return json.dumps(members, ensure_ascii=False)
    return _element("xml", members)


def _element(name: str, value: object) -> str:
    match value:
        case dict():
            inside = "".join(_element(member, one) for member, one in value.items())
        case int():
            inside = str(value)
        case _:
            inside = _cdata(str(value))
    return f"<{name}>{inside}</{name}>"


def _cdata(text: str) -> str:
    """A person's ``]]>`` must not end the section: it is written in two."""
    return f"<![CDATA[{_NOT_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
