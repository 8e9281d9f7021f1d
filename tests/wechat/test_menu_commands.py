"""菜单和标签命令 — shown, compared, applied once, deleted, against the fake."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.wechat.fake.server import FakeWeChat
from tests.run.test_commands import Command, command

__all__ = ["command"]

CREATE = "/cgi-bin/menu/create"


@pytest.fixture
def platform() -> Iterator[FakeWeChat]:
    """The fake in a thread of its own: a command runs a loop of its own."""
    fake, loop = FakeWeChat(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.__aenter__(), loop).result(10)
    yield fake
    asyncio.run_coroutine_threadsafe(fake.__aexit__(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def knobs(platform: FakeWeChat, command: Command) -> dict[str, str]:
    """Settings of a migrated installation that calls the fake."""
    assert command("migrate").exit_code == 0
    return {"WECHAT_ORIGIN": platform.origin}


def test_a_menu_is_applied_once_and_shown(command: Command, platform: FakeWeChat, knobs: dict[str, str]) -> None:
    before = command("wechat", "menu", "show", **knobs)
    applied = command("wechat", "menu", "apply", **knobs)
    again = command("wechat", "menu", "apply", **knobs)
    shown = command("wechat", "menu", "show", **knobs)

    assert "没有菜单" in before.output
    assert (applied.exit_code, again.exit_code) == (0, 0)
    assert "菜单已生效" in applied.output
    assert "没有改动" in again.output
    assert len(platform.requests(CREATE)) == 1
    assert "2.1\t优待证怎么申领（click ask:ydz-apply）" in shown.output
    assert platform.service.menu.menu is not None


def test_a_difference_is_told_and_changes_nothing(
    command: Command, platform: FakeWeChat, knobs: dict[str, str]
) -> None:
    command("wechat", "menu", "apply", **knobs)
    Path("menu.yaml").write_text("buttons: [{name: 问政策, say: 优待证}]", encoding="utf-8")

    same = command("wechat", "menu", "diff", **knobs)
    other = command("wechat", "menu", "diff", "--file", "menu.yaml", **knobs)

    assert (same.exit_code, other.exit_code) == (0, 1)
    assert "没有差别" in same.output
    assert "去掉\t3\t我的" in other.output
    assert len(platform.requests(CREATE)) == 1


def test_a_faulty_file_never_reaches_wechat(command: Command, platform: FakeWeChat, knobs: dict[str, str]) -> None:
    Path("menu.yaml").write_text("buttons: [{name: 一级名称太长了, say: 好}]", encoding="utf-8")

    faulty = command("wechat", "menu", "apply", "--file", "menu.yaml", **knobs)
    absent = command("wechat", "menu", "apply", "--file", "no.yaml", **knobs)

    assert (faulty.exit_code, absent.exit_code) == (1, 1)
    assert "16 字节" in faulty.stderr
    assert "读不了菜单文件" in absent.stderr
    assert platform.requests(CREATE) == []


def test_deleting_asks_to_be_sure(command: Command, platform: FakeWeChat, knobs: dict[str, str]) -> None:
    command("wechat", "menu", "apply", **knobs)

    unsure = command("wechat", "menu", "delete", **knobs)
    kept = platform.service.menu.menu
    sure = command("wechat", "menu", "delete", "--yes", **knobs)

    assert (unsure.exit_code, sure.exit_code) == (1, 0)
    assert "--yes" in unsure.stderr
    assert kept is not None
    assert platform.service.menu.menu is None


def test_what_wechat_refuses_is_one_line(command: Command, platform: FakeWeChat, knobs: dict[str, str]) -> None:
    platform.fail_next(48001, path="/cgi-bin/menu/get")

    answer = command("wechat", "menu", "show", **knobs)

    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[-1] == "微信不接受：账号没有开通这个接口（48001）"
    assert "Traceback" not in answer.output


def test_without_an_account_the_command_says_so(command: Command) -> None:
    command("migrate")

    answer = command("wechat", "menu", "show", WECHAT_MINI_APPID="wx1", WECHAT_MINI_SECRET="s")

    assert answer.exit_code == 1
    assert "Traceback" not in answer.output


def test_a_tag_is_made_once_and_listed(command: Command, platform: FakeWeChat, knobs: dict[str, str]) -> None:
    made = [command("wechat", "tags", "create", "退役军人", **knobs) for _ in range(2)]
    listed = command("wechat", "tags", "list", **knobs)
    long = command("wechat", "tags", "create", "长" * 31, **knobs)

    assert [answer.exit_code for answer in made] == [0, 0]
    assert made[0].output.splitlines()[-1] == made[1].output.splitlines()[-1] == "100\t退役军人"
    assert "100\t退役军人\t0 人" in listed.output
    assert (long.exit_code, long.stderr.splitlines()[-1]) == (1, "标签名称应为 1 到 30 个字")
    assert len(platform.requests("/cgi-bin/tags/create")) == 1
