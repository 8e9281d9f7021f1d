"""被测安装 — ``python -m server run`` as a person starts it, in a directory of its own."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
_KNOBS = frozenset({"MODE", "HOST", "PORT", "WORKERS", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "FIELD_KEYS"})


def environment(**knobs: str) -> dict[str, str]:
    """Return an environment in which nothing but ``knobs`` is configured."""
    kept = {name: value for name, value in os.environ.items() if name not in _KNOBS}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | knobs


async def until(claim: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as a claim is true; fail when it is not within the time."""
    async with asyncio.timeout(seconds):
        while not claim():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the system lists it."""

    pid: int
    parent: int
    command: str


def processes() -> list[Process]:
    """Return every process that has not ended."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    return [Process(int(row[0]), int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")]


class Installation:
    """A running supervisor and its children."""

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        self.process = process
        self.directory = directory
        self.greeting = ""
        self.base = ""

    @property
    def pid(self) -> int:
        return self.process.pid

    def web_pids(self) -> set[int]:
        """Return the ids of the living web processes."""
        return {each.pid for each in processes() if each.parent == self.pid and " web " in each.command}

    def child_pids(self) -> set[int]:
        """Return the ids of all living children."""
        return {each.pid for each in processes() if each.parent == self.pid}

    async def wait_greeting(self) -> None:
        """Read standard output until the greeting is complete."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "Ctrl+C" not in self.greeting:
                line = await self.process.stdout.readline()
                assert line, (self.directory / "log").read_text()
                self.greeting += line.decode()
        found = re.search(r"服务地址\s+(\S+)", self.greeting)
        assert found
        self.base = found[1]

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()

    async def login(self, http: aiohttp.ClientSession, code: str = "demo-veteran") -> aiohttp.ClientResponse:
        async with http.post(f"{self.base}/v1/sessions", json={"code": code}) as response:
            await response.read()
            return response


@asynccontextmanager
async def running(directory: Path, *options: str, **knobs: str) -> AsyncIterator[Installation]:
    """Start an installation on a free port and wait until it answers; nothing of it is left afterwards."""
    knobs = {"DATA_DIR": str(directory), "SHUTDOWN_GRACE_SECONDS": "12"} | knobs
    with (directory / "log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "run", "--port", "0", *options),
            cwd=directory,
            env=environment(**knobs),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    installation = Installation(process, directory)
    try:
        await installation.wait_greeting()
        yield installation
    finally:
        children = installation.child_pids()
        if process.returncode is None:
            process.kill()
        await process.communicate()
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
