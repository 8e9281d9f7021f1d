"""内存 — what one web process of the real server takes after a load on its busiest routes."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.load import get, measure, post

LIMIT_MB = 120
_SECONDS = 3.0


def measure_memory(address: str, directory: Path) -> None:
    """Ask one web process of the real server for a while; print its resident memory."""
    with one_web_process(address, directory) as (server, port):
        idle = resident_mb(server)
        asyncio.run(_ask_for_everything(f"http://127.0.0.1:{port}", port))
        print(f"\n网页进程内存：空闲 {idle:.0f} MB，压测后 {resident_mb(server):.0f} MB，目标 ≤ {LIMIT_MB} MB")


@contextmanager
def one_web_process(address: str, directory: Path) -> Iterator[tuple[int, int]]:
    """Run ``python -m server run`` with one web process; yield the supervisor's process number and the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": address,
        "DATA_DIR": str(directory),
        "PORT": str(port),
        "RATE_LIMITS": "off",
        "LOG_FORMAT": "json",
    }
    with (directory / "run.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "server", "run", "--workers", "1"], stdout=log, stderr=log, env=environment
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(30)


async def _ask_for_everything(base: str, port: int) -> None:
    clerk_token, veteran_token = [
        (await asyncio.to_thread(_call, f"{base}/v1/sessions", "", {"code": code}))["token"]
        for code in ("demo-clerk", "demo-veteran")
    ]
    perks = json.loads(await asyncio.to_thread(_read, f"{base}/v1/perks?limit=100"))["items"]
    shown = await asyncio.to_thread(_call, f"{base}/v1/card/passes", veteran_token, {})
    requests = [get("/v1/perks"), get("/v1/perks?near=32.78,119.46"), get("/openapi.json"), get("/docs")]
    requests += [get(f"/v1/perks/{perk['id']}", token=veteran_token) for perk in perks]
    requests += [post("/v1/merchant/verifications", json.dumps({"pass": shown["pass"]}).encode(), token=clerk_token)]
    await measure(port, requests, connections=16, seconds=_SECONDS, once=False)


def wait_until_ready(base: str) -> None:
    """Return as soon as a service answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _read(f"{base}/readyz")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("服务没有启动，见运行日志")


def resident_mb(supervisor: int) -> float:
    """Return the resident memory of the supervisor's web child."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text, command = status.read_text(), status.with_name("cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if f"\nPPid:\t{supervisor}\n" in text and b"\0web\0" in command:
            found = re.search(r"VmRSS:\s+(\d+) kB", text)
            return int(found[1]) * 1024 / 1e6 if found else 0.0
    raise SystemExit("没有找到网页进程")


def _call(url: str, token: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        data: bytes = answer.read()
        return data
