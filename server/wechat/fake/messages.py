"""替身消息 — what a person sends and does, with the fields that WeChat pushes, as XML and as JSON."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Fields: TypeAlias = Mapping[str, Any]

_WRAPPERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
"""In XML the list of these events stands in an element of its own, in JSON it does not."""


def text(words: str) -> Fields:
    """Return a text message."""
    return _message("text", Content=words)


def image(*, url: str, media_id: str) -> Fields:
    """Return a picture."""
    return _message("image", PicUrl=url, MediaId=media_id)


def voice(*, media_id: str, recognition: str = "") -> Fields:
    """Return a spoken message, with the words WeChat heard where recognition is on."""
    heard = {"Recognition": recognition} if recognition else {}
    return _message("voice", MediaId=media_id, Format="amr", **heard)


def location(*, latitude: float, longitude: float, label: str) -> Fields:
    """Return a place that was sent from the map."""
    return _message("location", Location_X=latitude, Location_Y=longitude, Scale=15, Label=label)


def menu_choice(words: str, *, choice: str) -> Fields:
    """Return the tap on one line of a menu message."""
    return _message("text", Content=words, bizmsgmenuid=choice)


def click(key: str) -> Fields:
    """Return the tap on a menu button."""
    return _event("CLICK", EventKey=key)


def follow(*, scene: str = "", ticket: str = "") -> Fields:
    """Return that somebody follows the service account, perhaps by a code."""
    return (
        _event("subscribe", EventKey=f"qrscene_{scene}", Ticket=ticket) if scene else _event("subscribe", EventKey="")
    )


def unfollow() -> Fields:
    """Return that somebody follows no longer."""
    return _event("unsubscribe", EventKey="")


def scan(scene: str, *, ticket: str = "") -> Fields:
    """Return the scan of a code by somebody who follows already."""
    return _event("SCAN", EventKey=scene, Ticket=ticket)


def enter(*, session_from: str = "") -> Fields:
    """Return that somebody opened the customer-service window of the mini-program."""
    return _event("user_enter_tempsession", SessionFrom=session_from)


def answered_popup(answers: Mapping[str, str], *, as_single: bool = False) -> Fields:
    """Return what a person chose in the pop-up: accept or reject by template. One may come as an object."""
    items = [
        {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": "0"}
        for template, answer in answers.items()
    ]
    return _listed("subscribe_msg_popup_event", items, as_single=as_single)


def rejected_in_settings(*templates: str, as_single: bool = False) -> Fields:
    """Return that a person took consents back in the settings; accepts are not pushed."""
    items = [{"TemplateId": template, "SubscribeStatusString": "reject"} for template in templates]
    return _listed("subscribe_msg_change_event", items, as_single=as_single)


def subscribe_message_sent(template: str, *, number: int, errcode: int = 0, status: str = "success") -> Fields:
    """Return what became of a subscribe message."""
    item = {"TemplateId": template, "MsgID": str(number), "ErrorCode": str(errcode), "ErrorStatus": status}
    return _listed("subscribe_msg_sent_event", [item], as_single=True)


def media_checked(trace_id: str, *, suggest: str, label: int, appid: str) -> Fields:
    """Return the verdict on a picture or a recording."""
    detail = [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}]
    return _event(
        "wxa_media_check",
        appid=appid,
        trace_id=trace_id,
        version=2,
        result={"suggest": suggest, "label": label},
        detail=detail,
    )


def privacy_event(name: str, *, openid: str, appid: str, revoke_info: str = "1") -> Fields:
    """Return one of the three events that oblige to delete; the person is ``OpenID``."""
    return _event(name, OpenID=openid, AppID=appid, RevokeInfo=revoke_info)


def as_json(fields: Fields) -> str:
    """Return a push in JSON."""
    return json.dumps(fields, ensure_ascii=False)


def as_xml(fields: Fields) -> str:
    """Return a push in XML."""
    wrapper = _WRAPPERS.get(str(fields.get("Event", "")))
    if wrapper and "List" in fields:
        fields = {name: value for name, value in fields.items() if name != "List"} | {wrapper: {"List": fields["List"]}}
    return f"<xml>{_elements(fields)}</xml>"


def _message(kind: str, **fields: Any) -> Fields:
    return {"MsgType": kind, **fields, "MsgId": 24_000_000_000_000_000 + secrets.randbelow(10**15)}


def _event(name: str, **fields: Any) -> Fields:
    return {"MsgType": "event", "Event": name, **fields}


def _listed(name: str, items: Sequence[Fields], *, as_single: bool) -> Fields:
    return _event(name, List=items[0] if as_single and len(items) == 1 else list(items))


def _elements(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
