"""微信接口调用 — the calls that the bureau needs and wechatpy lacks or knows in an older form, with typed answers.

Each is awaited with the client of the right account and raises what every call of a client raises: ``WeChatBusy``,
``WeChatMisconfigured``, or a ``WeChatRefused`` (``server/wechat/errors.py``). Rules are from WeChat's documents.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from server.wechat.accounts import WeChatAccount
from server.wechat.answers import (
    AppVersion,
    CallbackReach,
    FaceCheckStart,
    MediaKind,
    PhoneNumber,
    Quota,
    TextScene,
    TextVerdict,
)

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient
    from server.wechat.transport import Blob


_MESSAGE_STATES = {AppVersion.RELEASE: "formal", AppVersion.TRIAL: "trial", AppVersion.DEVELOP: "developer"}


class _Nothing(msgspec.Struct):
    """An answer of which only its success is read."""


class _TextChecked(msgspec.Struct):
    result: TextVerdict


class _MessageTaken(msgspec.Struct):
    msgid: int | str = ""
    """The document of the pushes says that it is answered; that of the call does not show it."""


class _MediaTaken(msgspec.Struct):
    trace_id: str


class _Link(msgspec.Struct):
    url_link: str


class _Phone(msgspec.Struct):
    phone_info: PhoneNumber


class _QuotaAnswer(msgspec.Struct):
    quota: Quota


class _Addresses(msgspec.Struct):
    ip_list: list[str]


class _Follower(msgspec.Struct):
    unionid: str = ""


class _FaceChecked(msgspec.Struct):
    verify_ret: int


async def send_customer_message(client: "AsyncWeChatClient", *, openid: str, kind: str, content: object) -> None:
    """Answer a person by customer service; ``kind`` is WeChat's msgtype, ``content`` what stands under it.

    Raises:
        OutsideWindow: the person has not written lately.
        TooManyMessages: every message that may answer is sent.
        ContentTooLong: a text of more than 2048 bytes.
    """
    message = {"touser": openid, "msgtype": kind, kind: content}
    await client.ask("/cgi-bin/message/custom/send", message, shape=_Nothing)


async def send_text(client: "AsyncWeChatClient", *, openid: str, text: str) -> None:
    """Answer a person with a text by customer service; refused as ``send_customer_message``."""
    await send_customer_message(client, openid=openid, kind="text", content={"content": text})


async def show_typing(client: "AsyncWeChatClient", *, openid: str, is_typing: bool = True) -> None:
    """Show 正在输入 for 15 seconds, or take it back; a message that is sent ends it too.

    Raises:
        TypingNotAllowed: the person was not active in the last 30 seconds.
        AlreadyTyping: it is shown.
    """
    is_mini = client.account is WeChatAccount.MINI
    path = f"/cgi-bin/message/custom/{'business/' if is_mini else ''}typing"
    command = "Typing" if is_typing else "CancelTyping"
    await client.ask(path, {"touser": openid, "command": command}, shape=_Nothing)


async def send_subscribe_message(
    client: "AsyncWeChatClient",
    *,
    openid: str,
    template_id: str,
    fields: Mapping[str, str],
    page: str | None = None,
    version: AppVersion = AppVersion.RELEASE,
    lang: str = "zh_CN",
) -> str:
    """Send a subscribe message of the mini-program and return WeChat's id of it; it uses up one of the agreements.

    Raises:
        NoConsent: the person agreed to none, or to none that is left.
        BadTemplateField: a field is missing, too long or of the wrong form.
        TemplateUnknown: the template is not this account's.
        PageUnknown: the page is not published.
    """
    message = {
        "touser": openid,
        "template_id": template_id,
        "data": {name: {"value": value} for name, value in fields.items()},
        "miniprogram_state": _MESSAGE_STATES[version],
        "lang": lang,
    }
    message |= {"page": page} if page else {}
    return str((await client.ask("/cgi-bin/message/subscribe/send", message, shape=_MessageTaken)).msgid)


async def check_text(
    client: "AsyncWeChatClient", *, openid: str, content: str, scene: TextScene, title: str = "", nickname: str = ""
) -> TextVerdict:
    """Check a text of at most 2500 characters that its author wants to publish.

    Raises:
        PersonNotActive: the author has not used the mini-program within two hours.
    """
    request = {"version": 2, "openid": openid, "scene": int(scene), "content": content}
    request |= {name: text for name, text in (("title", title), ("nickname", nickname)) if text}
    return (await client.ask("/wxa/msg_sec_check", request, shape=_TextChecked)).result


async def check_media(client: "AsyncWeChatClient", *, openid: str, url: str, kind: MediaKind, scene: TextScene) -> str:
    """Have a publicly fetchable picture or recording checked; the verdict comes as a push with this trace id.

    Raises:
        PersonNotActive: the author has not used the mini-program within two hours.
    """
    request = {"version": 2, "openid": openid, "scene": int(scene), "media_type": int(kind), "media_url": url}
    return (await client.ask("/wxa/media_check_async", request, shape=_MediaTaken)).trace_id


async def draw_code(
    client: "AsyncWeChatClient",
    *,
    scene: str,
    page: str | None = None,
    width: int = 430,
    version: AppVersion = AppVersion.RELEASE,
    is_page_checked: bool = True,
) -> "Blob":
    """Return the picture of a mini-program code, of which there may be any number.

    Raises:
        PageUnknown: the page is checked and is not in that version.
    """
    request = {"scene": scene, "width": width, "check_path": is_page_checked, "env_version": version.value}
    return await client.ask_for_file("/wxa/getwxacodeunlimit", request | ({"page": page} if page else {}))


async def make_link(
    client: "AsyncWeChatClient",
    *,
    path: str,
    query: str = "",
    days: int = 30,
    version: AppVersion = AppVersion.RELEASE,
) -> str:
    """Return an address that opens the mini-program for one person, for at most 30 days."""
    request = {
        "path": path,
        "query": query,
        "expire_type": 1,
        "expire_interval": days,
        "env_version": version.value,
    }
    return (await client.ask("/wxa/generate_urllink", request, shape=_Link)).url_link


async def read_phone_number(client: "AsyncWeChatClient", *, code: str, openid: str = "") -> PhoneNumber:
    """Return the number behind the code of a tap; the code is spent. With ``openid`` WeChat compares the person.

    Raises:
        CodeRefused: the code is unknown, older than five minutes, used, or another person's.
    """
    request = {"code": code} | ({"openid": openid} if openid else {})
    return (await client.ask("/wxa/business/getuserphonenumber", request, shape=_Phone)).phone_info


async def read_quota(client: "AsyncWeChatClient", *, path: str) -> Quota:
    """Return today's quota of an interface, named by its path such as ``/cgi-bin/message/custom/send``."""
    return (await client.ask("/cgi-bin/openapi/quota/get", {"cgi_path": path}, shape=_QuotaAnswer)).quota


async def clear_quota(client: "AsyncWeChatClient") -> None:
    """Set all quotas of the account back; ten times a month.

    Raises:
        ClearingUsedUp: it was done ten times this month.
    """
    await client.ask("/cgi-bin/clear_quota", {"appid": client.appid}, shape=_Nothing)


async def read_unionid(client: "AsyncWeChatClient", *, openid: str) -> str:
    """Return what joins a follower of the service account to the same person in other accounts; empty for nothing."""
    query = {"openid": openid, "lang": "zh_CN"}
    return (await client.ask("/cgi-bin/user/info", None, method="get", query=query, shape=_Follower)).unionid


async def list_callback_addresses(client: "AsyncWeChatClient") -> list[str]:
    """Return the addresses from which WeChat pushes."""
    return (await client.ask("/cgi-bin/getcallbackip", None, method="get", shape=_Addresses)).ip_list


async def check_callback(client: "AsyncWeChatClient") -> CallbackReach:
    """Have WeChat resolve and ping the callback address that is set in the back office."""
    request = {"action": "all", "check_operator": "DEFAULT"}
    return await client.ask("/cgi-bin/callback/check", request, shape=CallbackReach)


async def begin_face_check(
    client: "AsyncWeChatClient", *, openid: str, number: str, name: str, id_number: str
) -> FaceCheckStart:
    """Begin 微信人脸核身 for a person's name and ID number; ``number`` is ours, 5 to 32 characters, for this check."""
    certificate = {"cert_type": "IDENTITY_CARD", "cert_name": name, "cert_no": id_number}
    request = {"out_seq_no": number, "cert_info": certificate, "openid": openid}
    return await client.ask("/cityservice/face/identify/getverifyid", request, shape=FaceCheckStart)


async def read_face_check(
    client: "AsyncWeChatClient", *, openid: str, number: str, verify_id: str, cert_hash: str
) -> int:
    """Return WeChat's own ``verify_ret`` of a face check: 10000 is the only one that passes."""
    request = {"verify_id": verify_id, "out_seq_no": number, "cert_hash": cert_hash, "openid": openid}
    return (await client.ask("/cityservice/face/identify/queryverifyinfo", request, shape=_FaceChecked)).verify_ret
