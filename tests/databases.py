"""测试数据库 — a fresh, migrated database for every test, copied from one template for each run."""

import asyncio
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TextIO, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from config.database import PostgresAddress, parse_address
from models.migrations.runner import migrate

T = TypeVar("T")

RUN = "YOUBING_TEST_RUN"
"""Names the directory that the processes of one test run share; set by the first of them."""

_MEMORY = Path("/", "dev", "shm")
"""Making a database is hundreds of small files: ten times faster in memory than on a disk."""
_MEMORY_NEEDED_BYTES = 2 * 1024**3

_MAKING_SECONDS = 60
_held: list[TextIO] = []

_SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


class NoPostgres(RuntimeError):
    """Neither TEST_POSTGRES_URL nor PostgreSQL's own programs are there."""


def begin_run() -> None:
    """Make the directory of a run; called once, by the process that starts the others."""
    place = _MEMORY if _has_memory() else Path(tempfile.gettempdir())
    for directory in place.glob("youbing-[0-9]*-*"):
        if _is_abandoned(directory):
            _remove(directory)
    directory = Path(tempfile.mkdtemp(prefix=f"youbing-{os.getpid()}-", dir=place))
    directory.chmod(0o755)
    _hold(directory)
    os.environ[RUN] = str(directory)


def end_run() -> None:
    """Stop the private server if a test started it, and remove everything of the run, if it began."""
    if RUN not in os.environ:
        return
    directory = _run_directory()
    if (directory / "template").exists() and not (directory / "server").exists():
        in_a_loop_of_its_own(_command(f'DROP DATABASE "{_template()}" WITH (FORCE)'))
    _remove(directory)


def _hold(directory: Path) -> None:
    """Lock the run for as long as this process lives; process numbers say nothing across containers."""
    held = (directory / "held").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    _held.append(held)


def _is_abandoned(directory: Path) -> bool:
    """Whether no process holds the run; one that is just being made counts as held."""
    held = directory / "held"
    try:
        with held.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return directory.exists() and time.time() - directory.stat().st_mtime > _MAKING_SECONDS
    return True


def _remove(directory: Path) -> None:
    """Remove the directory of a run, also of one that was killed.

    A server that cannot be stopped from here, or died long ago, ends by itself once its directory is gone.
    """
    if (directory / "data" / "postmaster.pid").exists():
        with suppress(NoPostgres, RuntimeError, subprocess.TimeoutExpired):
            _run_as_owner(directory, _programs() / "pg_ctl", "-D", directory / "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(directory, ignore_errors=True)


def copy_sqlite(template: Path, directory: Path) -> str:
    """Return the address of a copy of the migrated file."""
    path = directory / "youbing.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite://{path}"


@contextmanager
def postgres_or_skip() -> Iterator[None]:
    """Skip the test where there is no PostgreSQL; in CI that is a failure."""
    try:
        yield
    except NoPostgres as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


def make_postgres() -> str:
    """Return the address of a new database, a copy of the migrated template.

    Raises:
        NoPostgres: there is no server and none can be started.
    """
    name = f"test_{uuid4().hex}"
    in_a_loop_of_its_own(_command(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"'))
    return _with_database(name)


def make_empty_postgres() -> str:
    """Return the address of a new database with nothing in it."""
    name = f"test_{uuid4().hex}"
    in_a_loop_of_its_own(_command(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    return _with_database(name)


def drop_postgres(address: str) -> None:
    """Drop a database made above, whoever is still connected."""
    in_a_loop_of_its_own(_command(f'DROP DATABASE "{_postgres(address).database}" WITH (FORCE)'))


def in_a_loop_of_its_own(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end beside whatever loop the test has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _has_memory() -> bool:
    return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED_BYTES


def _run_directory() -> Path:
    return Path(os.environ[RUN])


@contextmanager
def _locked() -> Iterator[Path]:
    """Keep the other processes of the run out, so that one server and one template serve them all."""
    directory = _run_directory()
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield directory


@cache
def _server() -> str:
    if external := os.environ.get("TEST_POSTGRES_URL"):
        return external
    with _locked() as directory:
        known = directory / "server"
        if not known.exists():
            _start(directory)
            known.write_text(f"postgres://youbing@/postgres?host={directory}")
        return known.read_text()


@cache
def _template() -> str:
    _server()
    name = f"template_{re.sub('[^a-z0-9]', '_', _run_directory().name.lower())}"
    with _locked() as directory:
        known = directory / "template"
        if not known.exists():
            in_a_loop_of_its_own(_command(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"'))
            in_a_loop_of_its_own(migrate(_with_database(name)))
            known.touch()
    return name


def _with_database(name: str) -> str:
    return urlsplit(_server())._replace(path=f"/{name}").geturl()


def _postgres(address: str) -> PostgresAddress:
    parsed = parse_address(address)
    assert isinstance(parsed, PostgresAddress)
    return parsed


async def _command(*commands: str) -> None:
    connection = await asyncpg.connect(**_postgres(_server()).credentials())
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise NoPostgres("没有 PostgreSQL：请设置 TEST_POSTGRES_URL，或安装 postgresql 软件包")
    return found[-1].parent


def _start(directory: Path) -> None:
    programs, data = _programs(), directory / "data"
    data.mkdir(mode=0o700)
    if owner := _owner():
        os.chown(directory, owner.pw_uid, owner.pw_gid)
        os.chown(data, owner.pw_uid, owner.pw_gid)
    choices = ("--username=youbing", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
    _run_as_owner(directory, programs / "initdb", "-D", data, *choices)
    options = [f"-c {name}={value or chr(39) * 2}" for name, value in _SERVER_OPTIONS.items()]
    options.append(f"-c unix_socket_directories={directory}")
    log = directory / "postgres.log"
    _run_as_owner(directory, programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", " ".join(options), "start")


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; then it runs as the system's own postgres, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _run_as_owner(directory: Path, *command: str | Path) -> None:
    owner = _owner()
    identity: dict[str, Any] = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60, check=False, **identity)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
