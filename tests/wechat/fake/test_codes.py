"""替身的码 — log-in and phone codes, pictures or JSON, links, and codes of the service account."""

import pytest
import zxingcpp
from PIL import Image

from server.wechat.fake.server import FakeWeChat, SteppedClock
from tests.wechat.fake.conftest import Asker

UNLIMITED = "/wxa/getwxacodeunlimit"
LINK = "/wxa/generate_urllink"
PHONE = "/wxa/business/getuserphonenumber"


async def test_a_phone_code_is_good_once_and_for_five_minutes(
    wechat: FakeWeChat, mini: Asker, clock: SteppedClock
) -> None:
    first, old = (wechat.issue_phone_code(mobile="18000001999") for _ in range(2))

    answers = [await mini.post(PHONE, {"code": first}) for _ in range(2)]
    clock.advance(seconds=300)
    late = await mini.errcode(PHONE, {"code": old})

    assert answers[0]["phone_info"]["purePhoneNumber"] == "18000001999"
    assert answers[1]["errcode"] == 40029
    assert late == 40029


async def test_a_phone_code_is_no_login_code_and_serves_its_person_only(wechat: FakeWeChat, mini: Asker) -> None:
    login = wechat.issue_code(openid="o-zhang")
    phone = wechat.issue_phone_code(mobile="18000001999", openid="o-zhang")

    assert await mini.errcode(PHONE, {"code": login}) == 40029
    assert await mini.errcode(PHONE, {"code": phone, "openid": "o-wang"}) == 40029


async def test_a_code_is_a_real_picture_that_holds_the_scene(mini: Asker, tmp_path: object) -> None:
    import io

    status, media_type, data = await mini.raw("POST", UNLIMITED, json={"scene": "p=7f3k", "page": "pages/start"})

    assert (status, media_type) == (200, "image/png")
    [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO(data)))
    assert read.text == "p=7f3k"


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"scene": "x" * 32}, 0),
        ({"scene": "!#$&'()*+,/:;=?@-._~"}, 0),
        ({"scene": "x" * 33}, 40169),
        ({"scene": ""}, 40169),
        ({}, 40169),
        ({"scene": "a%20b"}, 40129),
        ({"scene": "邮兵"}, 40129),
        ({"scene": "a", "page": "/pages/start"}, 41030),
        ({"scene": "a", "page": "pages/start?x=1"}, 41030),
        ({"scene": "a", "page": "pages/unpublished"}, 41030),
        ({"scene": "a", "page": "pages/unpublished", "check_path": False}, 0),
        ({"scene": "a", "width": 279}, 40097),
        ({"scene": "a", "width": 1281}, 40097),
        ({"scene": "a", "width": 280}, 0),
        ({"scene": "a", "env_version": "formal"}, 40097),
    ],
)
async def test_scene_page_and_width_have_limits(
    wechat: FakeWeChat, mini: Asker, body: dict[str, object], errcode: int
) -> None:
    wechat.mini.subscriptions.pages.update({"", "pages/start"})

    status, media_type, data = await mini.raw("POST", UNLIMITED, json=body)

    assert status == 200
    if errcode:
        assert media_type == "text/plain"
        assert f'"errcode": {errcode}'.encode() in data
    else:
        assert data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"path": "/pages/start", "query": "a=1", "expire_type": 1, "expire_interval": 30}, 0),
        ({}, 0),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1, "expire_interval": 0}, 85401),
        ({"expire_type": 0, "expire_time": 1}, 85401),
        ({"query": "a" * 1025}, 40212),
        ({"path": "https://example.org"}, 40165),
        ({"env_version": "formal"}, 85402),
    ],
)
async def test_a_link_lives_thirty_days_at_most(mini: Asker, body: dict[str, object], errcode: int) -> None:
    answer = await mini.post(LINK, body)

    assert answer["errcode"] == errcode
    assert answer.get("url_link", "").startswith("https://wxaurl.cn/") is (errcode == 0)


async def test_a_link_opens_for_one_person_until_it_ends(wechat: FakeWeChat, mini: Asker, clock: SteppedClock) -> None:
    link = (await mini.post(LINK, {"path": "pages/start", "expire_type": 1, "expire_interval": 1}))["url_link"]

    opens = [wechat.mini.codes.open_link(link, openid=openid) for openid in ("o-zhang", "o-wang", "o-zhang")]
    clock.advance(seconds=24 * 3600)

    assert opens == [True, False, True]
    assert not wechat.mini.codes.open_link(link, openid="o-zhang")
    assert not wechat.mini.codes.open_link("https://wxaurl.cn/unknown", openid="o-zhang")


async def test_the_service_account_has_codes_of_its_own(service_account: Asker, mini: Asker) -> None:
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "station-7"}}, "expire_seconds": 60}

    answer = await service_account.post("/cgi-bin/qrcode/create", body)

    assert service_account.account.service_codes.tickets[answer["ticket"]] == "station-7"
    assert await service_account.errcode("/cgi-bin/qrcode/create", {"action_name": "QR_STR_SCENE"}) == 40052
    assert await mini.errcode("/cgi-bin/qrcode/create", body) == 48001
    assert await service_account.errcode(UNLIMITED, {"scene": "a"}) == 48001
