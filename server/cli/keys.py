"""密钥命令 — keys for encrypted fields and for the codes that holders show."""

import asyncio
import base64
import os
import secrets
import sys
from typing import Annotated

import typer

from config.clock import beijing_day, utc_now
from server.cli.faults import explained, read_settings
from server.cli.progress import progress_bar
from server.run.preparation import opened

field_keys = typer.Typer(help="字段加密密钥", no_args_is_help=True)
pass_keys = typer.Typer(help="出示码签名密钥", no_args_is_help=True)

_ADVICE = """\
请妥善保存，丢失后数据无法解密。
  首次安装：FIELD_KEYS 和 INDEX_KEY 各生成一个。
  轮换：把新密钥写在 FIELD_KEYS 最前面（逗号隔开，旧的留在后面），重启服务，
        再运行 python -m server keys rotate；完成后可以去掉旧的。INDEX_KEY 不能轮换。"""


@field_keys.command("new")
def new_key() -> None:
    """生成一个密钥，打印到标准输出。"""
    identifier = f"k{beijing_day(utc_now()):%Y%m%d}{secrets.token_hex(2)}"
    print(f"{identifier}:{base64.b64encode(os.urandom(32)).decode()}", flush=True)
    print(_ADVICE, file=sys.stderr)


@field_keys.command("rotate")
def rotate() -> None:
    """用 FIELD_KEYS 的第一个密钥重新加密所有字段；可以中断后再运行。"""
    from server.field_keys import rotate_field_keys

    settings = read_settings()

    async def work() -> int:
        async with opened(settings):
            with progress_bar("重新加密") as progress:
                return await rotate_field_keys(progress=progress)

    with explained():
        print(f"已重新加密 {asyncio.run(work())} 个值")


@pass_keys.command("list")
def list_keys() -> None:
    """列出正在使用的密钥，最新的在前（由它签名，其余只验证）。"""
    from server.cards.pass_keys import PublicKey, list_public_keys

    settings = read_settings()

    async def work() -> tuple[PublicKey, ...]:
        async with opened(settings):
            return await list_public_keys()

    with explained():
        keys = asyncio.run(work())
    for place, key in enumerate(keys):
        print(f"{key.key_id}  {'签名' if place == 0 else '验证'}  公钥 {key.x}")
    if not keys:
        print("还没有密钥：请运行 python -m server pass-keys create")


@pass_keys.command("create")
def create_key() -> None:
    """新建一个密钥；几秒内所有进程改用它签名。"""
    from server.cards.pass_keys import create_pass_key

    settings = read_settings()

    async def work() -> str:
        async with opened(settings):
            return (await create_pass_key(at=utc_now())).key_id

    with explained():
        print(f"已新建密钥 {asyncio.run(work())}")
    print("满 60 秒后可停用旧密钥：python -m server pass-keys retire 编号")


@pass_keys.command("retire")
def retire_key(key_id: Annotated[str, typer.Argument(metavar="ID", help="密钥编号", show_default=False)]) -> None:
    """停用一个密钥；它签过的出示码随即失效。"""
    from server.cards.pass_keys import retire_pass_key

    settings = read_settings()

    async def work() -> None:
        async with opened(settings):
            await retire_pass_key(key_id=key_id, at=utc_now())

    with explained():
        asyncio.run(work())
    print(f"已停用密钥 {key_id}")
