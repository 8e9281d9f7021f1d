"""``python -m bench`` — side by side with the hand-written rival, and how reads grow with the catalogue."""

import argparse
import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench.data import Scene, add_perks, add_reference, build_scene
from bench.growth import measure_growth
from bench.load import get, post
from bench.memory import measure_memory
from config.database import close_database, open_database
from config.logging import configure_logging
from models import MODEL_MODULES
from models.cards import CardKind
from server.cards.pass_keys import create_pass_key, load_keys
from server.cards.passes import CardPass, encode_pass
from tests import databases

CONNECTIONS = 8
WANTED = {"GET /v1/perks": 0.9, "GET /v1/perks/{id} 登录": 0.8, "核验 verify": 0.7, "核销 redeem": 0.6}


class Passes:
    """Makes fresh passes of many cards, faster than a phone asks for them."""

    def __init__(self, pseudonyms: list[str], key: Any) -> None:
        self._pseudonyms, self._key = pseudonyms, key

    def take(self, count: int) -> list[str]:
        now = datetime.now(UTC).replace(microsecond=0)
        return [
            encode_pass(
                CardPass(
                    pass_id=secrets.token_hex(16),
                    pseudonym=self._pseudonyms[number % len(self._pseudonyms)],
                    kind=CardKind.VETERAN,
                    issued_at=now,
                    expires_at=now + timedelta(seconds=60),
                ),
                key=self._key,
            )
            for number in range(count)
        ]


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


def run_load(directory: Path, port: int, requests: list[bytes], *, seconds: float, once: bool) -> dict[str, float]:
    job = directory / "load.json"
    job.write_text(
        json.dumps(
            {
                "port": port,
                "requests": [request.decode() for request in requests],
                "connections": CONNECTIONS,
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
) -> dict[str, Any]:
    """Measure both in turns and return the median of each and the median ratio of neighbouring rounds."""
    once = count > 1
    results: dict[str, list[dict[str, float]]] = {"ours": [], "rival": []}
    for number in range(rounds + 1):
        for side, make in (("ours", ours), ("rival", rival)) if number % 2 else (("rival", rival), ("ours", ours)):
            outcome = run_load(directory, ports[side], make(count), seconds=seconds, once=once)
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


def comparisons(
    directory: Path, ports: dict[str, int], scene: Scene, passes: Passes, *, rounds: int, seconds: float, count: int
) -> Iterator[dict[str, Any]]:
    """Measure the routes one after the other."""
    place = f"/perks/{scene.perk_id}"
    who = f"X-Merchant: {scene.merchant_id}\r\nX-Branch: {scene.branch_id}\r\nX-Clerk: {scene.clerk_id}\r\n"
    believed = f"{who}X-Account: {scene.clerk_account_id}\r\n".encode()
    veteran = f"X-Account: {scene.veteran_account_id}\r\n".encode()

    def with_headers(request: bytes, headers: bytes) -> bytes:
        return request.replace(b"Host: bench\r\n", b"Host: bench\r\n" + headers, 1)

    def body(text: str, **more: str) -> bytes:
        return msgspec.json.encode({"pass": text, **more})

    def verify_ours(_: int) -> list[bytes]:
        return [post("/v1/merchant/verifications", body(p), token=scene.clerk_token) for p in passes.take(200)]

    def verify_rival(_: int) -> list[bytes]:
        return [with_headers(post("/verifications", body(p)), believed) for p in passes.take(200)]

    def redeem_ours(count: int) -> list[bytes]:
        perk = str(scene.perk_id)
        return [
            post("/v1/merchant/redemptions", body(p, perk_id=perk), token=scene.clerk_token, key=secrets.token_hex(12))
            for p in passes.take(count)
        ]

    def redeem_rival(count: int) -> list[bytes]:
        perk = str(scene.perk_id)
        return [with_headers(post("/redemptions", body(p, perk_id=perk)), believed) for p in passes.take(count)]

    cases: list[tuple[str, Maker, Maker, int]] = [
        ("GET /v1/perks", lambda _: [get("/v1/perks")], lambda _: [get("/perks")], 1),
        ("GET /v1/perks/{id}", lambda _: [get(f"/v1{place}")], lambda _: [get(place)], 1),
        (
            "GET /v1/perks/{id} 登录",
            lambda _: [get(f"/v1{place}", token=scene.veteran_token)],
            lambda _: [with_headers(get(place), veteran)],
            1,
        ),
        ("核验 verify", verify_ours, verify_rival, 1),
        ("核销 redeem", redeem_ours, redeem_rival, count),
    ]
    for name, ours, rival, number in cases:
        yield compare(directory, ports, name, ours, rival, rounds=rounds, seconds=seconds, count=number)


async def prepare(address: str, *, perks: int, holders: int) -> tuple[Scene, Any, str]:
    context = await open_database(address, model_modules=MODEL_MODULES, pool=4)
    try:
        await add_reference()
        await add_perks(perks, seed=1)
        scene = await build_scene(holders=holders)
        now = datetime.now(UTC)
        public = await create_pass_key(at=now)
        keys = await load_keys(at=now, afresh=True)
    finally:
        await close_database(context)
    return scene, keys.signer, public.x


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds a route, each side in turn")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one round")
    parser.add_argument("--redemptions", type=int, default=1500, help="redemptions a round")
    parser.add_argument("--only", choices=["routes", "growth", "memory"], help="measure only this part")
    options = parser.parse_args()
    configure_logging(level="WARNING")
    databases.begin_run()
    try:
        if options.only in (None, "routes"):
            _routes(options)
        if options.only in (None, "growth"):
            asyncio.run(measure_growth(databases.make_postgres()))
        if options.only in (None, "memory"):
            with tempfile.TemporaryDirectory() as name:
                measure_memory(databases.make_postgres(), Path(name))
    finally:
        databases.end_run()


def _routes(options: argparse.Namespace) -> None:
    address = databases.make_postgres()
    scene, signer, public_key = asyncio.run(prepare(address, perks=1000, holders=500))
    passes = Passes(scene.pseudonyms, signer)
    print(f"并排比较（PostgreSQL，同一进程，{CONNECTIONS} 个连接，各 {options.rounds} 轮取中位数）")
    print(f"{'':26}{'本系统/秒':>10}{'手写/秒':>10}{'比值':>8}{'目标':>7}{'最低–最高':>16}{'p99 ms':>9}")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, serving(address, public_key, Path(name)) as ports:
        rounds = comparisons(
            Path(name),
            ports,
            scene,
            passes,
            rounds=options.rounds,
            seconds=options.seconds,
            count=options.redemptions,
        )
        for row in rounds:
            low, high = row["spread"]
            wanted = WANTED.get(row["name"])
            print(
                f"{row['name']:26}{row['ours']:10.0f}{row['rival']:10.0f}{row['ratio']:8.2f}"
                f"{f'≥{wanted}' if wanted else '':>7}{f'{low:.2f}–{high:.2f}':>16}{row['p99_ms']:9.1f}",
                flush=True,
            )
    print(f"用时 {time.perf_counter() - began:.0f} 秒")


if __name__ == "__main__":
    main()
