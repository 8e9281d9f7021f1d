"""启动说明 — what a person sees when the server is up: addresses, the database, and how to log in to the sandbox."""

from config.database import parse_address
from config.settings import Settings
from server.seed.files import SeedHolder
from server.wechat.sandbox import DEMO_CODES


def greeting(
    settings: Settings, *, host: str, port: int, workers: int, sample: SeedHolder | None, sandbox_wechat: str = ""
) -> str:
    """Return the lines printed once requests are being answered; never a password."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    lines = [
        "",
        "邮兵服务已启动" + ("（生产模式）" if settings.is_production else "（沙箱模式，数据仅供试用）"),
        f"  服务地址  {base}",
        f"  接口文档  {base}/docs",
        f"  健康检查  {base}/healthz  {base}/readyz",
        f"  数据库    {parse_address(settings.database_address).place}",
        f"  网页进程  {workers} 个",
    ]
    if settings.has_sandbox_login:
        lines += ["", f'沙箱登录（POST {base}/v1/sessions，正文 {{"code": "…"}}）：']
        lines += [f"  {code:<14}{person}" for code, person in DEMO_CODES.items()]
        lines.append("  其他任意文字  一个新账户")
    if sandbox_wechat:
        lines += [
            "",
            f"沙箱微信：用浏览器打开 {base}/sandbox/phone ，像在手机上一样和机器人聊天",
            f"  另开终端用命令时：WECHAT_ORIGIN={sandbox_wechat} python -m server wechat …",
        ]
    if settings.has_sandbox_carrier:
        lines += ["", "沙箱承运方：柜台录入快递单号后，约一分半钟开始有轨迹，几分钟后签收"]
    if sample:
        lines += [
            "",
            "可用新账户试绑的示例持证人（不是真实的人）：",
            f"  姓名 {sample.name}  身份证号 {sample.id_number}  证号后四位 {sample.card_number[-4:]}",
        ]
    return "\n".join([*lines, "", "按 Ctrl+C 停止", ""])
