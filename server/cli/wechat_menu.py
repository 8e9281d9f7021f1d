"""微信菜单和标签命令 — what stands at the bottom of the service account's chat."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from server.cli.faults import explained, in_words, read_settings, stop

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient
    from server.wechat.menu import Request

Result = TypeVar("Result")
menu = typer.Typer(help="服务号菜单", no_args_is_help=True)
tags = typer.Typer(help="服务号粉丝标签", no_args_is_help=True)
MenuFile = Annotated[Path | None, typer.Option("--file", help="菜单文件，默认 config/wechat-menu.yaml")]


@menu.command("show")
def show_menu() -> None:
    """显示服务号现在生效的菜单。"""
    from server.wechat.menu import fetch_menu, in_lines

    found = _asked(fetch_menu)
    print("\n".join(in_lines(found)) if found else "服务号现在没有菜单")


@menu.command("diff")
def compare_menu(file: MenuFile = None) -> None:
    """比较菜单文件和现在生效的菜单，什么也不改；有差别时退出码为 1。"""
    from server.wechat.menu import differences, fetch_menu

    wanted = _read(file)
    found = differences(wanted, _asked(fetch_menu))
    for one in found:
        print(f"{one.kind}\t{one.place}\t{one.text}")
    if found:
        raise typer.Exit(1)
    print("没有差别")


@menu.command("apply")
def apply_menu_file(file: MenuFile = None) -> None:
    """让菜单文件生效；没有差别就什么也不做。"""
    from server.wechat.menu import apply_menu, differences, fetch_menu

    wanted = _read(file)

    async def work(client: "AsyncWeChatClient") -> int:
        found = differences(wanted, await fetch_menu(client))
        if found:
            await apply_menu(client, wanted)
        return len(found)

    changed = _asked(work)
    print(f"菜单已生效（{changed} 处变化），手机上几分钟内看到" if changed else "没有差别，没有改动")


@menu.command("delete")
def delete_menu(
    confirmed: Annotated[bool, typer.Option("--yes", help="确认删除")] = False,
) -> None:
    """删除服务号的菜单。"""
    from server.wechat.menu import remove_menu

    if not confirmed:
        stop("删除后聊天窗口下面就没有菜单了；确认请加 --yes")
    _asked(remove_menu)
    print("菜单已删除")


@tags.command("list")
def list_follower_tags() -> None:
    """列出标签和人数。"""
    from server.wechat.tags import list_tags

    for tag in _asked(list_tags):
        print(f"{tag.id}\t{tag.name}\t{tag.count} 人")


@tags.command("create")
def create_follower_tag(name: Annotated[str, typer.Argument(metavar="NAME", help="标签名称，不超过 30 个字")]) -> None:
    """新建标签；已经有的不重复建。"""
    from server.wechat.tags import FollowerTag, make_tag

    async def work(client: "AsyncWeChatClient") -> FollowerTag:
        return await make_tag(client, name=name.strip())

    try:
        tag = _asked(work)
    except ValueError as fault:
        stop(str(fault))
    print(f"{tag.id}\t{tag.name}")


def _read(file: Path | None) -> "Request":
    from server.wechat.accounts import WeChatAccount, find_credentials
    from server.wechat.menu import MENU_FILE, MenuFaulty, as_request, read_menu

    path = file or MENU_FILE
    mini = find_credentials(read_settings(), WeChatAccount.MINI)
    try:
        return as_request(read_menu(path.read_text(encoding="utf-8")), mini_appid=mini.appid if mini else "")
    except MenuFaulty as fault:
        stop(f"菜单文件 {path.name} 有误：\n{fault}")
    except (OSError, UnicodeDecodeError) as fault:
        stop(f"读不了菜单文件 {path}：{in_words(fault) if isinstance(fault, OSError) else '不是 UTF-8 文字'}")


def _asked(work: Callable[["AsyncWeChatClient"], Awaitable[Result]]) -> Result:
    """Return what the service account's client is asked for; what WeChat refuses ends the command in one line."""
    from server.resources import close_resources, open_resources
    from server.run.preparation import opened
    from server.wechat.accounts import WeChatAccount
    from server.wechat.errors import WeChatRefused, explain

    settings = read_settings()

    async def run() -> Result:
        async with opened(settings):
            here = await open_resources(settings)
            try:
                return await work(here.wechat(WeChatAccount.SERVICE))
            finally:
                await close_resources(here)

    with explained():
        try:
            return asyncio.run(run())
        except WeChatRefused as refused:
            stop(f"微信不接受：{explain(refused.errcode)}（{refused.errcode}）")
