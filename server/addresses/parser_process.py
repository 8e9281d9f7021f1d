"""地名解析进程的管理 — started when first needed, one at most, stopped when idle; a text waits five seconds at most."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from config.logging import get_logger

log = get_logger("addresses")

ANSWER_SECONDS = 5.0
START_SECONDS = 120.0
"""The library unpacks its dictionaries when it is first started on a machine; it is not interrupted in that."""
IDLE_SECONDS = 300.0
_PROGRAM = Path(__file__).with_name("gazetteer.py")


Shape = TypeVar("Shape")


class Found(msgspec.Struct, frozen=True):
    """找到的地名 — empty where there is none; ``detail`` is what follows the county."""

    province: str
    city: str
    county: str
    town: str
    village: str
    detail: str


class Simplified(msgspec.Struct, frozen=True):
    """简体文字 — a text in simplified characters."""

    text: str


class ParserProcess:
    """地名解析进程 — of one web process; texts go to its standard input, answers come from its output."""

    def __init__(
        self,
        program: Path = _PROGRAM,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        start_seconds: float = START_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._program = program
        self._answer_seconds = answer_seconds
        self._start_seconds = start_seconds
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._resting: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process, None if there is none."""
        return self._process.pid if self._process is not None else None

    async def find(self, text: str) -> Found | None:
        """Return the places in a text, None if the process does not answer in time or cannot be started."""
        return await self._answer("find", text, Found)

    async def simplify(self, text: str) -> str | None:
        """Return a text in simplified characters, None as in ``find``."""
        answer = await self._answer("simplify", text, Simplified)
        return answer.text if answer is not None else None

    async def close(self) -> None:
        """Stop the process, also one that is just starting."""
        if self._idle is not None:
            self._idle.cancel()
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._starting
            self._starting = None
        if self._resting is not None:
            await self._resting
        await self._stop()

    async def _answer(self, wish: str, text: str, shape: type[Shape]) -> Shape | None:
        try:
            async with asyncio.timeout(self._answer_seconds):
                async with self._turn:
                    return msgspec.json.decode(await self._ask(wish, text), type=shape)
        except (TimeoutError, OSError, msgspec.DecodeError, EOFError) as fault:
            log.warning("addresses.parser_silent", fault=type(fault).__name__)
            return None

    async def _ask(self, wish: str, text: str) -> bytes:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps([wish, text]).encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
        except BaseException:  # a late answer would be taken for that of the next text
            await self._stop()
            raise
        if not line:
            await self._stop()
            raise EOFError
        self._rest_later()
        return line

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start())
        self._process = await asyncio.shield(self._starting)  # whoever gives up waiting does not stop the start
        return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(self._program)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"},  # none of our secrets
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._start_seconds):
                if not await process.stdout.readline():
                    raise EOFError
        except BaseException:
            await _end(process)
            raise
        return process

    def _rest_later(self) -> None:
        loop = asyncio.get_running_loop()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = loop.call_later(self._idle_seconds, self._begin_rest)

    def _begin_rest(self) -> None:
        self._resting = asyncio.create_task(self._rest())

    async def _rest(self) -> None:
        async with self._turn:
            await self._stop()

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    if process.stdout.at_eof():  # it ends by itself, and its end is heard of in its own way
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()


_current: ParserProcess | None = None


def parser_process() -> ParserProcess:
    """Return the process of this web process; nothing is started before the first text."""
    global _current
    if _current is None:
        _current = ParserProcess()
    return _current


async def close_parser() -> None:
    """Stop the process of this web process, if there is one."""
    global _current
    if _current is not None:
        await _current.close()
        _current = None
