"""网页进程 — one Sanic server on the supervisor's listening socket, with a stop that loses no request."""

import argparse
import asyncio
import gc
import signal
import socket
from typing import Any

import uvloop
from sanic import Sanic

from config.logging import get_logger
from config.settings import get_settings
from server.app import create_app
from server.http.protocol import DeadlineProtocol
from server.run.lifeline import Lifeline
from server.run.supervisor import BACKLOG

log = get_logger("run")

_FORCED_END_SECONDS = 5
"""What a stop may take beyond the grace for requests: closing the database."""


def main(arguments: list[str]) -> None:
    """Serve on the socket ``--fd`` until SIGTERM or until the supervisor at ``--tie`` is gone."""
    parser = argparse.ArgumentParser(prog="python -m server web")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--tie", type=int)
    known = parser.parse_args(arguments)
    app = create_app(get_settings())
    listener = socket.socket(fileno=known.fd)
    listener.setblocking(False)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(app, listener, Lifeline(known.tie), grace_seconds=get_settings().shutdown_grace_seconds))


async def serve(app: Sanic[Any, Any], listener: socket.socket, lifeline: Lifeline, *, grace_seconds: float) -> None:
    """Serve until told to stop; then answer what was asked and close what was opened."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def stop_soon() -> None:
        loop.call_soon_threadsafe(stop.set)

    lifeline.watch(stop_soon, grace_seconds=grace_seconds + _FORCED_END_SECONDS)
    server: Any = await app.create_server(  # Sanic leaves its methods untyped
        sock=listener,
        backlog=BACKLOG,
        protocol=DeadlineProtocol,
        return_asyncio_server=True,
        asyncio_server_kwargs={"start_serving": False},
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()  # connections wait in the backlog until the database is open
    await server.after_start()
    gc.collect()
    gc.freeze()  # what was imported lives as long as the process: no later collection walks it again
    lifeline.tell_ready()
    log.info("run.web_ready")
    await stop.wait()
    log.info("run.web_stopping", count=len(server.connections))
    await _stop(server, grace_seconds=grace_seconds)
    log.info("run.web_stopped")


async def _stop(server: Any, *, grace_seconds: float) -> None:
    server.close()
    await _drain(server, grace_seconds=grace_seconds)
    await server.before_stop()
    await server.after_stop()


async def _drain(server: Any, *, grace_seconds: float) -> None:
    """Let requests finish, close idle connections, and cut what is left after the grace."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace_seconds
    while server.connections and loop.time() < deadline:
        await asyncio.sleep(0.05)  # first, so that a request already in a socket's buffer is read
        for connection in list(server.connections):
            connection.close_if_idle()
    if server.connections:
        log.warning("run.requests_cut", count=len(server.connections))
    for connection in list(server.connections):
        connection.abort()
