"""命令行错误 — turns what an operator can put right into one clear line and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError

from config.database import DatabaseUnreachable, InvalidDatabaseAddress
from config.settings import Settings, UnsafeSettings, get_settings
from models.errors import Refusal
from models.migrations.runner import MigrationFault

WRONG_SETTINGS = 2
FAILED = 1


@contextmanager
def explained() -> Iterator[None]:
    """Print what an operator can put right in Chinese, without a traceback, and exit 1 or 2."""
    try:
        yield
    except (UnsafeSettings, InvalidDatabaseAddress) as fault:
        stop(str(fault), code=WRONG_SETTINGS)
    except (DatabaseUnreachable, MigrationFault) as fault:
        stop(str(fault))
    except Refusal as refusal:
        errors = [f"  {error.field}：{error.message}" for error in refusal.errors]
        stop("\n".join([refusal.detail, *errors]))


def stop(message: str, *, code: int = FAILED) -> NoReturn:
    """Print a message to standard error and end the command."""
    print(message, file=sys.stderr, flush=True)
    raise typer.Exit(code)


def read_settings() -> Settings:
    """Return the settings; a wrong one ends the command with its name and fault, never its value."""
    try:
        return get_settings()
    except ValidationError as fault:
        lines = [
            f"  {'.'.join(str(part) for part in error['loc']).upper() or '密钥'}：{error['msg']}"
            for error in fault.errors(include_url=False, include_input=False, include_context=False)
        ]
        stop("\n".join(["配置有误，请检查环境变量和 .env：", *lines]), code=WRONG_SETTINGS)
