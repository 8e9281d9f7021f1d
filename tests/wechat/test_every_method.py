"""Every public method of wechatpy's API: it asks WeChat and can be awaited, or needs nobody, or is refused clearly."""

import inspect
import io
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from wechatpy.client.api.base import BaseWeChatAPI  # type: ignore[import-untyped]

from server.wechat.api import NotAwaitable
from server.wechat.client import AsyncWeChatClient
from server.wechat.refusals import WeChatBusy
from tests.wechat.recorder import Recorder

REFUSED = {"card.get_redirect_url", "cloud.upload_file", "media.get_url", "qrcode.show"}
NEEDS_NOBODY = {
    "card.get_colors",
    "device.get_qrcode_url",
    "jsapi.get_jsapi_signature",
    "message.get_subscribe_authorize_url",
    "qrcode.get_url",
}
"""Sums and texts from what is passed in; they ask nobody."""
PAGED = {"tag.iter_tag_users", "user.iter_followers"}

KEYS = """
    auth_url card card_id cate_list category_list code content count delete_list deleted file_list group_detail groupid
    groups groups_detail id_list image_url info invoice_url ip_list job_id kf_list kf_online_list list location_id_list
    open_appid order order_list page_list priTmplId properties result_list rule_info s_media_id sessionlist shelves
    sku_table tag tagid_list tags template_id template_info unionid url user_info_list
"""
ANSWER: dict[str, Any] = dict.fromkeys(KEYS.split(), "x") | {
    "errcode": 0,
    "errmsg": "ok",
    "ticket": "t" * 40,
    "expires_in": 7200,
    "resp_data": "{}",
    "data": {"openid": ["o1"], "list": [], "qrcode_url": "x", "user_action_set_id": 1},
    "next_openid": "",
}
"""An answer with everything that any of the methods looks for."""
ARGUMENTS: dict[str, Any] = {
    "media_file": io.BytesIO(b"\x89PNG"),
    "media": io.BytesIO(b"\x89PNG"),
    "pdf": io.BytesIO(b"%PDF"),
    "articles": [],
    "begin_date": "2026-03-01",
    "end_date": "2026-03-02",
    "start_time": 1,
    "end_time": 2,
}
"""What an argument must be where a word will not do; others are ``"1"``."""
ARGUMENTS_OF: dict[str, dict[str, Any]] = {
    "card.modify_stock": {"n": -1},
    "cloud.db_update_index": {"create_indexes": [{}]},
    "invoice.get_auth_url": {"source": "app", "auth_type": 1},
    "invoice.get_user_title_url": {"title": "邮兵"},
    "merchant.set_delivery": {"delivery_data": {}},
    "merchant.update": {"product_data": {}},
    "merchant.update_express": {"delivery_template": {}},
    "merchant.update_group_product": {"product_data": {}},
    "merchant.update_group_property": {"group_properties": {}},
    "merchant.update_shelf": {"shelf_data": {}},
    "message.send_link": {"article": {"title": "1", "description": "1", "url": "1", "thumb_url": "1"}},
    "shakearound.get_device_statistics": {"begin_date": 1, "end_date": 2},
    "shakearound.get_page_statistics": {"begin_date": 1, "end_date": 2},
    "wxa.ocr_biz_license": {"filename": "x.png", "file_bytes": b"\x89PNG", "mime_type": "image/png"},
    "wxa.ocr_idcard": {"filename": "x.png", "file_bytes": b"\x89PNG", "mime_type": "image/png"},
}


def methods(where: Any, path: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public method of the APIs of a client, of theirs, and so on."""
    for name in dir(where):
        if name.startswith("_"):
            continue
        part = getattr(where, name)
        if isinstance(part, BaseWeChatAPI):
            yield from methods(part, f"{path}{name}.")
        elif path and callable(part) and not inspect.isclass(part):
            yield path + name, part


def call(where: Any, name: str) -> Any:
    method = dict(methods(where))[name]
    required = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}
    ]
    words = {parameter.name: ARGUMENTS.get(parameter.name, "1") for parameter in required}
    return method(**(words | ARGUMENTS_OF.get(name, {})))


NAMES = [name for name, _ in methods(AsyncWeChatClient(appid="wx", secret="s", http=None, state=None))]  # type: ignore[arg-type]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as started:
        started.answer = ANSWER
        yield started


def test_the_sweep_finds_wechatpys_methods() -> None:
    assert len(NAMES) > 350
    assert (REFUSED | NEEDS_NOBODY | PAGED) - set(NAMES) == set()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(set(NAMES) - REFUSED - NEEDS_NOBODY - PAGED))
async def test_a_method_asks_wechat_and_can_be_awaited(recorder: Recorder, name: str) -> None:
    recorder.heard.clear()
    awaitable = call(recorder.client(), name)

    assert inspect.isawaitable(awaitable)
    await awaitable
    assert recorder.only().path.startswith("/")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(PAGED))
async def test_a_list_of_people_is_read_page_by_page(recorder: Recorder, name: str) -> None:
    recorder.heard.clear()
    recorder.answer = [
        {"data": {"openid": ["o1", "o2"]}, "next_openid": "o2"},
        {"data": {"openid": ["o3"]}, "next_openid": "o3"},
        {"count": 0, "next_openid": "o3"},
    ]

    found = [openid async for openid in call(recorder.client(), name)]

    recorder.answer = ANSWER
    assert found == ["o1", "o2", "o3"]
    asked = [one for one in recorder.heard if one.path != "/cgi-bin/stable_token"]
    assert [one.query.get("next_openid") or (one.body or {}).get("next_openid") for one in asked] == [None, "o2", "o3"]


@pytest.mark.parametrize("name", sorted(NEEDS_NOBODY))
async def test_a_sum_asks_nobody(name: str) -> None:
    async with Recorder() as recorder:
        result = call(recorder.client(), name)

        assert isinstance(result, str | list)
        assert recorder.heard == []


@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_what_cannot_be_made_safe_says_so_before_anything_is_asked(name: str) -> None:
    async with Recorder() as recorder:
        with pytest.raises(NotAwaitable, match=name.replace(".", r"\.")):
            await call(recorder.client(), name)

        assert recorder.heard == []


async def test_tickets_are_shared_by_all_processes() -> None:
    async with Recorder() as recorder:
        recorder.answer = ANSWER
        one = recorder.client()
        other = recorder.client(state=one._tickets._state)

        assert await one.jsapi.get_jsapi_ticket() == "t" * 40
        assert await other.jsapi.get_jsapi_ticket() == "t" * 40
        assert await other.jsapi.get_jsapi_card_ticket() == "t" * 40

        asked = [heard.query["type"] for heard in recorder.heard if heard.path == "/cgi-bin/ticket/getticket"]
        assert asked == ["jsapi", "wx_card"]


async def test_a_card_is_signed_with_a_ticket_that_has_arrived() -> None:
    async with Recorder() as recorder:
        recorder.answer = ANSWER
        client = recorder.client()

        fetched = await client.jsapi.get_jsapi_add_card_params("card", nonce_str="n", timestamp=1)
        passed = await client.jsapi.get_jsapi_add_card_params("card", nonce_str="n", timestamp=1, card_ticket="t" * 40)

        assert fetched == passed


async def test_a_stock_that_stays_as_it_is_asks_nobody() -> None:
    async with Recorder() as recorder:
        assert await recorder.client().card.modify_stock("card", 0) is None
        assert recorder.heard == []


@pytest.mark.parametrize("answer", [{"errcode": 0}, b"\x89PNG"])
async def test_an_answer_without_what_a_method_looks_for_is_unreadable(answer: Any) -> None:
    async with Recorder() as recorder:
        recorder.answer = answer

        with pytest.raises(WeChatBusy) as busy:
            await recorder.client().misc.get_wechat_ips()

        assert busy.value.may_have_happened is True
