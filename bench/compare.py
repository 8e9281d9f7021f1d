"""并排比较 — ours and the hand-written rival in one process, measured in turns."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONNECTIONS = 8


@contextmanager
def serving(address: str, public_key: str, directory: Path) -> Iterator[dict[str, Any]]:
    """Run the two applications in one process; yield their ports."""
    job = directory / "serve.json"
    job.write_text(json.dumps({"address": address, "public_key": public_key}))
    with (directory / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.serve", str(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdin
        assert process.stdout
        facts: dict[str, Any] = json.loads(process.stdout.readline())
        try:
            yield facts
        finally:
            process.stdin.close()
            process.wait(20)


def run_load(
    directory: Path,
    port: int,
    requests: list[bytes],
    *,
    seconds: float,
    once: bool,
    connections: int = CONNECTIONS,
) -> dict[str, float]:
    job = directory / "load.json"
    job.write_text(
        json.dumps(
            {
                "port": port,
                "requests": [request.decode() for request in requests],
                "connections": connections,
                "seconds": seconds,
                "once": once,
            }
        )
    )
    done = subprocess.run([sys.executable, "-m", "bench.load", str(job)], capture_output=True, check=True)
    outcome: dict[str, float] = json.loads(done.stdout)
    if outcome["bad"]:
        raise SystemExit(f"{int(outcome['bad'])} of {int(outcome['answers'])} answers were refusals: {requests[0]!r}")
    return outcome


Maker = Callable[[int], list[bytes]]


def compare(
    directory: Path,
    ports: dict[str, int],
    name: str,
    ours: Maker,
    rival: Maker,
    *,
    rounds: int,
    seconds: float,
    count: int,
    connections: int = CONNECTIONS,
) -> dict[str, Any]:
    """Measure both in turns and return the median of each and the median ratio of neighbouring rounds."""
    once = count > 1
    results: dict[str, list[dict[str, float]]] = {"ours": [], "rival": []}
    for number in range(rounds + 1):
        for side, make in (("ours", ours), ("rival", rival)) if number % 2 else (("rival", rival), ("ours", ours)):
            outcome = run_load(directory, ports[side], make(count), seconds=seconds, once=once, connections=connections)
            if number:  # the first round warms up
                results[side].append(outcome)
    ratios = [a["per_second"] / b["per_second"] for a, b in zip(results["ours"], results["rival"], strict=True)]
    return {
        "name": name,
        "ours": statistics.median(item["per_second"] for item in results["ours"]),
        "rival": statistics.median(item["per_second"] for item in results["rival"]),
        "p99_ms": statistics.median(item["p99_ms"] for item in results["ours"]),
        "ratio": statistics.median(ratios),
        "spread": (min(ratios), max(ratios)),
    }


def print_heading(rounds: int) -> None:
    """Print what the lines of a comparison are."""
    print(f"并排比较（PostgreSQL，同一进程，{CONNECTIONS} 个连接，各 {rounds} 轮取中位数）")
    print(f"{'':26}{'本系统/秒':>10}{'手写/秒':>10}{'比值':>8}{'目标':>7}{'最低–最高':>16}{'p99 ms':>9}")


def print_row(row: dict[str, Any], *, wanted: float | None) -> None:
    """Print one line of a comparison."""
    low, high = row["spread"]
    print(
        f"{row['name']:26}{row['ours']:10.0f}{row['rival']:10.0f}{row['ratio']:8.2f}"
        f"{f'≥{wanted}' if wanted else '':>7}{f'{low:.2f}–{high:.2f}':>16}{row['p99_ms']:9.1f}",
        flush=True,
    )
