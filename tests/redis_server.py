"""测试用 Redis — a private server for one run."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_START_SECONDS = 10


class NoRedis(RuntimeError):
    """Redis's own program is not there."""


@contextmanager
def running_redis(directory: Path) -> Iterator[str]:
    """Run a Redis on a free port and yield its address.

    Raises:
        NoRedis: there is no program to run.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise NoRedis("没有 Redis：请安装 redis-server 软件包")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(directory)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(_START_SECONDS)


def _await_port(port: int) -> None:
    deadline = monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return
