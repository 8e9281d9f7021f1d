"""压测客户端 — sends prepared HTTP/1.1 requests over a few kept connections and counts the answers."""

import asyncio
import json
import sys
import time
from pathlib import Path


async def measure(
    port: int, requests: list[bytes], *, connections: int, seconds: float, once: bool
) -> dict[str, float]:
    """Return answers a second, the median and the 99th percentile in milliseconds, and the count by status class.

    ``once`` sends every request a single time and stops when they are used up.
    """
    times: list[float] = []
    bad = 0
    place = 0
    until = time.perf_counter() + seconds

    async def converse() -> None:
        nonlocal place, bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < until:
                if place >= len(requests):
                    if once:
                        return
                    place = 0
                request, place = requests[place], place + 1
                began = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
                await reader.readexactly(length)
                times.append(time.perf_counter() - began)
                bad += head[9:10] != b"2"
        finally:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(converse() for _ in range(connections)))
    took = time.perf_counter() - began
    times.sort()
    return {
        "per_second": len(times) / took,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[len(times) * 99 // 100],
        "answers": float(len(times)),
        "bad": float(bad),
    }


def get(path: str, *, token: str = "") -> bytes:
    """Return the bytes of a GET request."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{authorization}\r\n".encode()


def post(path: str, body: bytes, *, token: str = "", key: str = "") -> bytes:
    """Return the bytes of a POST request with a JSON body."""
    headers = f"Authorization: Bearer {token}\r\n" if token else ""
    headers += f"Idempotency-Key: {key}\r\n" if key else ""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    job = json.loads(Path(sys.argv[1]).read_text())
    outcome = asyncio.run(
        measure(
            job["port"],
            [request.encode() for request in job["requests"]],
            connections=job["connections"],
            seconds=job["seconds"],
            once=job["once"],
        )
    )
    print(json.dumps(outcome))
