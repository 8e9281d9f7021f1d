"""常驻服务 — the service in a process of its own, for the tests that ask one installation very many things."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec

from tests.access.people import gather
from tests.databases import copy_sqlite
from tests.service import Client, make_settings, serving

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the service listens, and the tokens of the people of ``tests.access``; the stranger has none."""

    base: str
    tokens: dict[str, str | None]
    log: Path

    def client(self, http: aiohttp.ClientSession, who: str = "stranger") -> Client:
        """Return somebody who speaks to it."""
        return Client(http, self.base, self.tokens[who])


@contextmanager
def stand(template: Path, directory: Path) -> Iterator[Standing]:
    """Run the service on a copy of the migrated file until the block ends."""
    log = directory / "service.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.http.standing", copy_sqlite(template, directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise RuntimeError(log.read_text())
        base, tokens = msgspec.json.decode(said, type=tuple[str, dict[str, str | None]])
        yield Standing(base, tokens, log)
    finally:
        process.communicate(timeout=START_SECONDS)  # closes its standard input, which is its sign to stop


async def _serve(address: str) -> None:
    async with serving(make_settings(address)) as service:
        people, _ = await gather(service)
        tokens = {name: person.token for name, person in people.items()}
        print(msgspec.json.encode((service.base, tokens)).decode(), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
