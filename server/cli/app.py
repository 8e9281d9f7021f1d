"""命令登记 — every command of ``python -m server``."""

import typer

from server.cli import database, serving

app = typer.Typer(
    help="邮兵服务", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
app.command("run")(serving.run)
app.command("worker")(serving.worker)
app.command("migrate")(database.migrate)
app.command("seed")(database.seed)
