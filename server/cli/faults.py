"""命令行错误 — turns what an operator can put right into one clear line and an exit code."""

import errno
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
from models.secrets import UnreadableSecret

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
    except UnreadableSecret as fault:
        stop(f"有数据解不开（{fault}）：请把加密它的旧密钥写回 FIELD_KEYS，放在新密钥后面，再运行一次")
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
            f"  {_name(error['loc'])}：{_in_chinese(error['type'], error['msg'])}"
            for error in fault.errors(include_url=False, include_input=False, include_context=False)
        ]
        stop("\n".join(["配置有误，请检查环境变量和 .env：", *lines]), code=WRONG_SETTINGS)


_EXPECTED = {
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "enum": "不是可选的值之一，可选的值见 .env.example",
    "string_pattern_mismatch": "不是可选的值之一，可选的值见 .env.example",
    "greater_than": "数值太小",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
}


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location).upper() or "FIELD_KEYS / INDEX_KEY"


def _in_chinese(kind: str, message: str) -> str:
    if kind == "value_error":  # raised by the settings themselves, in Chinese
        return message.removeprefix("Value error, ")
    return _EXPECTED.get(kind, "值不合要求，写法见 .env.example")


def in_words(fault: OSError) -> str:
    """Return what the operating system refused, in Chinese."""
    match fault.errno:
        case errno.EADDRINUSE:
            return "端口已被占用"
        case errno.EACCES | errno.EPERM:
            return "没有权限"
        case errno.EADDRNOTAVAIL:
            return "本机没有这个地址"
        case errno.ENOENT:
            return "没有这个文件"
        case errno.EISDIR:
            return "这是目录，不是文件"
    return fault.strerror or "系统拒绝了这个操作"
