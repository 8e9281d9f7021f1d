"""人员命令 — how the first administrator of a new installation comes in."""

import asyncio
from typing import Annotated

import typer

from config.clock import beijing, utc_now
from models.accounts import StaffRole
from server.accounts.staffing import StaffInvited, invite
from server.cli.faults import explained, read_settings
from server.run.preparation import opened

app = typer.Typer(help="工作人员", no_args_is_help=True)


@app.callback()
def group() -> None:
    """工作人员。"""


@app.command("invite")
def invite_staff(
    name: Annotated[str, typer.Option(help="在名单中显示的称呼", show_default=False)],
    role: Annotated[
        StaffRole, typer.Option(help="administrator 管理全市，staff 管理一个乡镇")
    ] = StaffRole.ADMINISTRATOR,
    town: Annotated[str | None, typer.Option(help="staff 的乡镇代码，如 321084112", show_default=False)] = None,
) -> None:
    """生成一次性邀请码；本人登录小程序后输入，即成为工作人员。"""
    settings = read_settings()

    async def work() -> StaffInvited:
        async with opened(settings):
            return await invite(role=role, town_code=town, display_name=name, inviter_id=None, at=utc_now())

    with explained():
        made = asyncio.run(work())
    print(f"邀请码 {made.code}（{beijing(made.expires_at):%Y-%m-%d %H:%M} 前有效，只能用一次，不再显示）")
    print("请本人登录小程序，在「工作人员」中输入；接口为 POST /v1/staff/memberships")
