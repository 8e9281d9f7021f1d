"""命令登记 — every command of ``python -m server``."""

import typer

from server.cli import audit, bot, carriers, database, exports, imports, keys, reports, samples, serving, staff, wechat

app = typer.Typer(
    help="邮兵服务", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
app.command("run")(serving.run)
app.command("worker")(serving.worker)
app.command("migrate")(database.migrate)
app.command("seed")(database.seed)
app.add_typer(imports.app, name="import")
app.add_typer(exports.app, name="export")
app.add_typer(keys.field_keys, name="keys")
app.add_typer(keys.pass_keys, name="pass-keys")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(reports.app, name="report")
app.add_typer(carriers.app, name="carrier")
app.add_typer(bot.app, name="bot")
app.add_typer(samples.app, name="sample")
app.add_typer(wechat.app, name="wechat")
