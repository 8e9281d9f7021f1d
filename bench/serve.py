"""基准服务 — our application and the rival in one process, each on a port of its own."""

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvloop
from sanic import Sanic

from bench.jobs_rival import add_job_routes
from bench.parcels_rival import add_parcel_routes
from bench.rival import create_rival
from bench.wechat import add_wechat_route
from config.settings import Settings
from server.app import create_app


async def serve(job: dict[str, Any]) -> None:
    """Serve both until standard input closes; print the ports."""
    Sanic.test_mode = True
    values = {"database_url": job["address"], "rate_limits": "off", "log_level": "INFO", "log_format": "json"}
    ours = create_app(Settings(_env_file=None, **values))  # type: ignore[call-arg]
    rival = create_rival(job["address"], pool=10, public_key=job["public_key"])
    add_job_routes(rival)
    add_parcel_routes(rival)
    add_wechat_route(rival)
    ports, servers = [], []
    for app in (ours, rival):
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.after_start()
        ports.append(listener.getsockname()[1])
        servers.append(server)
    print(json.dumps({"ours": ports[0], "rival": ports[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()


if __name__ == "__main__":
    uvloop.run(serve(json.loads(Path(sys.argv[1]).read_text())))
