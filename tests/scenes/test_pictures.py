"""小程序码图片和链接 — drawn by WeChat once, kept as a file; a link ends and is for one person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.scenes import SceneCode
from server.scenes.pictures import FOLDER
from server.wechat.fake.server import Failure, FakeWeChat
from tests.factories.perks import make_perk
from tests.scenes.test_codes import make, staff_of
from tests.service import Client

DRAW, LINK = "/wxa/getwxacodeunlimit", "/wxa/generate_urllink"
PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_picture_is_drawn_once_and_then_kept(connected: Client, platform: FakeWeChat, tmp_path: Path) -> None:
    staff = await staff_of(connected)
    code = (await make(staff, "perk", (await make_perk()).id, width=600)).json

    first = await staff.get(code["image"])
    again = await staff.get(code["image"])

    assert (first.status, first.body[:8]) == (200, PNG)
    assert cast(Mapping[str, str], first.headers)["Content-Type"] == "image/png"
    assert again.body == first.body
    [asked] = platform.requests(DRAW)
    assert (asked.body["scene"], asked.body["width"]) == (code["scene"], 600)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"{code['scene']}-600"]


async def test_an_unchanged_picture_is_not_sent_again(connected: Client, platform: FakeWeChat) -> None:
    staff = await staff_of(connected)
    code = (await make(staff, "perk", (await make_perk()).id)).json
    tag = cast(Mapping[str, str], (await staff.get(code["image"])).headers)["ETag"]

    known = await staff.get(code["image"], headers={"If-None-Match": tag})
    stranger = await connected.get(code["image"], headers={"If-None-Match": tag})

    assert (known.status, known.body) == (304, b"")
    assert stranger.status == 401


async def test_another_width_is_another_picture(connected: Client, platform: FakeWeChat) -> None:
    staff, perk = await staff_of(connected), await make_perk()
    for width in (280, 1280):
        code = (await make(staff, "perk", perk.id, width=width)).json
        assert (await staff.get(code["image"])).status == 200

    assert [call.body["width"] for call in platform.requests(DRAW)] == [280, 1280]


async def test_a_kept_picture_needs_no_wechat(connected: Client, platform: FakeWeChat) -> None:
    staff = await staff_of(connected)
    code = (await make(staff, "perk", (await make_perk()).id)).json
    await staff.get(code["image"])
    platform.failures.be_down(seconds=600)

    assert (await staff.get(code["image"])).status == 200


@pytest.mark.parametrize(
    ("failure", "code", "status"),
    [
        (41030, "MiniProgramNotPublished", 503),
        (85079, "MiniProgramNotPublished", 503),
        (45009, "WeChatLimited", 429),
        (40169, "WeChatBusy", 503),
        (Failure.SERVER_ERROR, "WeChatBusy", 503),
        (Failure.PAGE, "WeChatBusy", 503),
        (40125, "WeChatMisconfigured", 503),
    ],
)
async def test_what_wechat_refuses_is_told_and_nothing_is_kept(
    connected: Client, platform: FakeWeChat, tmp_path: Path, failure: Failure | int, code: str, status: int
) -> None:
    staff = await staff_of(connected)
    made = (await make(staff, "perk", (await make_perk()).id)).json
    platform.fail_next(failure, times=1, path=DRAW)

    refused = await staff.get(made["image"])
    later = await staff.get(made["image"])

    assert (refused.status, refused.code) == (status, code)
    assert later.status == 200
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"{made['scene']}-430"]


async def test_half_a_file_is_drawn_anew(connected: Client, platform: FakeWeChat, tmp_path: Path) -> None:
    staff = await staff_of(connected)
    made = (await make(staff, "perk", (await make_perk()).id)).json
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / f"{made['scene']}-430").write_bytes(b"")

    assert (await staff.get(made["image"])).body[:8] == PNG


async def test_without_an_account_no_picture_is_drawn(service: Client) -> None:
    staff = await staff_of(service)
    made = (await make(staff, "perk", (await make_perk()).id)).json

    answer = await staff.get(made["image"])

    assert (answer.status, answer.code) == (503, "WeChatNotConfigured")


async def test_a_link_carries_the_code_and_tells_when_it_ends(connected: Client, platform: FakeWeChat) -> None:
    staff, perk = await staff_of(connected), await make_perk()
    began = utc_now()

    made = await staff.post(
        "/v1/staff/wechat-links", {"subject": "perk", "id": str(perk.id), "days": 7, "query": "from=sms"}
    )

    code = await SceneCode.get(subject_id=perk.id)
    assert made.status == 201
    assert made.json["url"].startswith("https://")
    assert made.json["scene"] == code.scene
    assert "只能由第一个打开它的人使用" in made.json["notice"]
    assert timedelta(days=7) <= datetime.fromisoformat(made.json["expires_at"]) - began < timedelta(days=7, minutes=1)
    [asked] = platform.requests(LINK)
    assert asked.body["query"] == f"scene={code.scene}&from=sms"
    assert asked.body["expire_interval"] == 7
    assert await AuditEntry.filter(action="wechat_link.made", record_id=str(code.id)).count() == 1


async def test_each_link_is_another_one_to_the_same_code(connected: Client) -> None:
    staff, perk = await staff_of(connected), await make_perk()

    links = [await staff.post("/v1/staff/wechat-links", {"subject": "perk", "id": str(perk.id)}) for _ in range(2)]

    assert len({link.json["url"] for link in links}) == 2
    assert len({link.json["scene"] for link in links}) == 1


@pytest.mark.parametrize("query", ["名字=张三", "a b", "x" * 975, "a=<b>", 'a="'])
async def test_a_query_that_wechat_does_not_take_is_refused(connected: Client, query: str) -> None:
    staff, perk = await staff_of(connected), await make_perk()

    answer = await staff.post("/v1/staff/wechat-links", {"subject": "perk", "id": str(perk.id), "query": query})

    assert (answer.status, answer.code) == (422, "LinkQueryInvalid")


@pytest.mark.parametrize("days", [0, 31])
async def test_a_link_lives_a_day_at_least_and_thirty_at_most(connected: Client, days: int) -> None:
    staff, perk = await staff_of(connected), await make_perk()

    answer = await staff.post("/v1/staff/wechat-links", {"subject": "perk", "id": str(perk.id), "days": days})

    assert answer.status == 400


async def test_without_wechat_there_is_no_link_and_no_trace_of_one(connected: Client, platform: FakeWeChat) -> None:
    staff, perk = await staff_of(connected), await make_perk()
    platform.failures.be_down(seconds=600)

    answer = await staff.post("/v1/staff/wechat-links", {"subject": "perk", "id": str(perk.id)})

    assert (answer.status, answer.code) == (503, "WeChatBusy")
    assert await AuditEntry.filter(action="wechat_link.made").count() == 0
