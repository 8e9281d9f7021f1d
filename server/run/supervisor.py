"""看护进程 — starts the children, restarts those that die, and stops them in good order."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from config.logging import get_logger
from server.http.metrics import forget_process

log = get_logger("run")

BACKLOG = 1024
"""Connections that wait while every web process is busy or starting."""
FALSE_STARTS_BEFORE_GIVING_UP = 5
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_SHORT_LIFE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0
_FORCED_END_SECONDS = 10.0
"""How long after the grace a child that has not ended is killed."""


@dataclass(slots=True)
class Child:
    """子进程 — one place in the plan, whichever process fills it now."""

    name: str
    arguments: tuple[str, ...]
    is_web: bool
    process: asyncio.subprocess.Process | None = None
    false_starts: int = 0
    """Consecutive ends before it was ready."""
    short_lives: int = 0
    """Consecutive ends soon after its start."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def pause_seconds(self) -> float:
        """Return how long to wait before the next start: not at all after a life of normal length."""
        if not self.short_lives:
            return 0.0
        return min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (self.short_lives - 1))


class Supervisor:
    """Keeps one process per child alive until it is told to stop."""

    def __init__(self, children: Sequence[Child], *, listener: socket.socket, grace_seconds: float) -> None:
        self.children = children
        self._listener = listener
        self._grace_seconds = grace_seconds
        self._stop = asyncio.Event()
        self._kill = asyncio.Event()
        self._gave_up = False

    async def run(self, when_ready: Callable[[], None]) -> int:
        """Run until a signal or until no web process can start; return the exit code.

        The first SIGTERM or SIGINT stops gently, the second kills. ``when_ready`` is called once, when requests
        are being answered.
        """
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, self._signalled)
        async with asyncio.TaskGroup() as tasks:
            greeting = tasks.create_task(self._greet(when_ready))
            ending = tasks.create_task(self._end())
            keepers = [tasks.create_task(self._keep(child)) for child in self.children]
            await asyncio.wait(keepers)
            greeting.cancel()
            ending.cancel()
        for number in _STOPPING:
            loop.remove_signal_handler(number)
        return 1 if self._gave_up or self._kill.is_set() else 0

    def _signalled(self) -> None:
        if self._stop.is_set():
            self._kill.set()
        self._stop.set()

    async def _greet(self, when_ready: Callable[[], None]) -> None:
        waiting = [asyncio.ensure_future(child.ready.wait()) for child in self.children if child.is_web]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        when_ready()

    async def _keep(self, child: Child) -> None:
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            began = loop.time()
            was_ready = await self._live(child)
            if self._stop.is_set():
                return
            child.false_starts = 0 if was_ready else child.false_starts + 1
            child.short_lives = child.short_lives + 1 if loop.time() - began < _SHORT_LIFE_SECONDS else 0
            if all(web.false_starts >= FALSE_STARTS_BEFORE_GIVING_UP for web in self.children if web.is_web):
                self._give_up()
                return
            await _wait(self._stop, child.pause_seconds())

    async def _live(self, child: Child) -> bool:
        """Start a child's process and wait for its end; return whether it had been ready."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            try:
                process = await self._start(child, theirs)
            except OSError as fault:
                log.warning("run.child_not_started", worker=child.name, errcode=fault.errno)
                return False
            theirs.close()
            listening = asyncio.ensure_future(self._hear_ready(ours, child))
            code = await process.wait()
            listening.cancel()
        was_ready = child.ready.is_set()
        child.ready.clear()
        child.process = None
        forget_process(process.pid)
        if not self._stop.is_set():
            log.warning("run.child_ended", worker=child.name, exit_code=code)
        return was_ready

    async def _start(self, child: Child, theirs: socket.socket) -> asyncio.subprocess.Process:
        fds = (theirs.fileno(), self._listener.fileno()) if child.is_web else (theirs.fileno(),)
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            *child.arguments,
            "--tie",
            str(theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=fds,
            process_group=0,  # a Ctrl-C in the terminal is for the supervisor alone
        )
        if self._stop.is_set():
            child.process.terminate()
        return child.process

    @staticmethod
    async def _hear_ready(ours: socket.socket, child: Child) -> None:
        with suppress(OSError):
            if await asyncio.get_running_loop().sock_recv(ours, 1):
                child.ready.set()

    def _give_up(self) -> None:
        self._gave_up = True
        print("服务无法启动：网页进程连续多次在启动时退出，请看上面的日志", file=sys.stderr, flush=True)
        self._stop.set()

    async def _end(self) -> None:
        await self._stop.wait()
        self._send(signal.SIGTERM)
        await _wait(self._kill, self._grace_seconds + _FORCED_END_SECONDS)
        self._kill.set()
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        for child in self.children:
            if child.process and child.process.returncode is None:
                child.process.send_signal(number)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set or the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def bind(host: str, port: int) -> socket.socket:
    """Return the one listening socket of the installation.

    Raises:
        OSError: the host is not known or the port is taken.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def plan(listener: socket.socket, *, workers: int, with_outbox: bool) -> list[Child]:
    """Return the children of an installation: web processes, and the outbox beside them."""
    web = [
        Child(f"web-{number}", ("web", "--fd", str(listener.fileno())), is_web=True) for number in range(1, workers + 1)
    ]
    return [*web, Child("outbox", ("worker",), is_web=False)] if with_outbox else web
