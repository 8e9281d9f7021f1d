"""``python -m bench`` — side by side with the hand-written rival, and how reads grow with the catalogue."""

import argparse
import asyncio
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench.assistant import measure_assistant
from bench.compare import Maker, compare, print_heading, print_row, serving
from bench.data import Scene, add_perks, add_reference, build_scene
from bench.growth import measure_growth
from bench.jobs import measure_jobs
from bench.load import get, post
from bench.memory import measure_memory
from bench.notifications import measure_notifications
from bench.parcels import measure_parcels
from bench.parcels_events import measure_events
from bench.wechat import measure_burst, measure_wechat
from config.database import close_database, open_database
from config.logging import configure_logging
from config.settings import get_settings
from models import MODEL_MODULES
from models.cards import CardKind
from server.assistant.training import ensure_trained
from server.cards.pass_keys import create_pass_key, load_keys
from server.cards.passes import CardPass, encode_pass
from tests import databases

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
    parser.add_argument("--bookings", type=int, default=600, help="parcels booked a round")
    parser.add_argument(
        "--only",
        choices=["routes", "growth", "jobs", "parcels", "events", "notifications", "assistant", "wechat", "memory"],
        help="measure only this part",
    )
    options = parser.parse_args()
    configure_logging(level="WARNING")
    databases.begin_run()
    try:
        if options.only in (None, "routes"):
            _routes(options)
        if options.only in (None, "growth"):
            asyncio.run(measure_growth(databases.make_postgres()))
        if options.only in (None, "jobs"):
            measure_jobs(databases.make_postgres(), rounds=options.rounds, seconds=options.seconds)
        if options.only in (None, "parcels"):
            measure_parcels(
                databases.make_postgres(), rounds=options.rounds, seconds=options.seconds, bookings=options.bookings
            )
        if options.only in (None, "events"):
            asyncio.run(measure_events(databases.make_postgres()))
        if options.only in (None, "notifications"):
            asyncio.run(measure_notifications(databases.make_postgres()))
        if options.only in (None, "assistant"):
            with tempfile.TemporaryDirectory() as name:
                measure_assistant(databases.make_postgres(), Path(name))
        if options.only in (None, "wechat"):
            measure_wechat(databases.make_postgres(), rounds=options.rounds, seconds=options.seconds)
            models = asyncio.run(ensure_trained(get_settings())).parent
            with tempfile.TemporaryDirectory() as name:
                asyncio.run(measure_burst(databases.make_postgres(), Path(name), models))
        if options.only in (None, "memory"):
            with tempfile.TemporaryDirectory() as name:
                measure_memory(databases.make_postgres(), Path(name))
    finally:
        databases.end_run()


def _routes(options: argparse.Namespace) -> None:
    address = databases.make_postgres()
    scene, signer, public_key = asyncio.run(prepare(address, perks=1000, holders=500))
    passes = Passes(scene.pseudonyms, signer)
    print_heading(options.rounds)
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
            print_row(row, wanted=WANTED.get(row["name"]))
    print(f"用时 {time.perf_counter() - began:.0f} 秒")


if __name__ == "__main__":
    main()
