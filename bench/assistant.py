"""助手基准 — 500 questions at once, what a question costs with ten times the topics, loading, and memory."""

import asyncio
import copy
import json
import os
import random
import statistics
import time
from pathlib import Path

import msgspec
import numpy as np

from bench.load import post
from bench.memory import one_web_process, resident_mb
from bot.assistant import Assistant
from bot.knowledge.loading import load_knowledge
from bot.knowledge.published import Published
from bot.retrieval.model import Model, load_model
from bot.skills import Question
from config.clock import utc_now
from config.settings import get_settings
from server.assistant.skills import SKILLS
from server.assistant.training import ensure_trained

AT_ONCE = 500
_LARGER = 10
_WANTED_MS, _WANTED_MB, _WANTED_LOAD_SECONDS = 100, 200, 3


def measure_assistant(address: str, directory: Path) -> None:
    """Print what the bot costs, inside the process and over HTTP."""
    folder = asyncio.run(ensure_trained(get_settings()))
    os.environ["MODEL_DIR"] = str(folder.parent)  # the server started below reads it
    began = time.perf_counter()
    published = msgspec.json.decode((folder / "published.json").read_bytes(), type=Published)
    assistant = Assistant(load_model(folder), published, SKILLS)
    loaded = time.perf_counter() - began
    askings = [asking.text for entry in load_knowledge().entries for asking in entry.askings]
    questions = random.Random(1).sample(askings, AT_ONCE)
    print(f"\n助手：载入 {loaded:.2f} 秒（目标 ≤ {_WANTED_LOAD_SECONDS}）")
    times = asyncio.run(_ask_inside(assistant, questions))
    print(f"进程内同时 {AT_ONCE} 问：p50 {times[0]:.1f} ms，p99 {times[1]:.1f} ms（目标 ≤ {_WANTED_MS}）")
    small, large = _cost(assistant.model, questions), _cost(_widened(assistant.model), questions)
    print(
        f"每问 {small * 1000:.2f} ms；主题多到 {_LARGER} 倍时 {large * 1000:.2f} ms，{large / small:.1f} 倍（目标 ≤ 3）"
    )
    _measure_over_http(address, directory, questions)


async def _ask_inside(assistant: Assistant, questions: list[str]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds from the instant at which all were asked."""
    for text in questions[:50]:
        assistant.understand(Question(text, utc_now()))
    began, times = time.perf_counter(), list[float]()

    async def ask(text: str) -> None:
        assistant.understand(Question(text, utc_now()))
        times.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(ask(text) for text in questions))
    return _shares(times)


def _cost(model: Model, questions: list[str]) -> float:
    """Return the median seconds of scoring a question."""
    for text in questions[:50]:
        model.score(text)
    times = []
    for text in questions:
        began = time.perf_counter()
        model.score(text)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _widened(model: Model) -> Model:
    """Return a model with ten times the labels, the further ones of noise."""
    noise, other = np.random.default_rng(1), copy.copy(model)
    scrambled = [model._weights[:, noise.permutation(model._weights.shape[1])] for _ in range(_LARGER - 1)]
    other._weights = np.concatenate([model._weights, *scrambled], axis=1)
    other._bias = np.tile(model._bias, _LARGER)
    return other


def _measure_over_http(address: str, directory: Path, questions: list[str]) -> None:
    with one_web_process(address, directory) as (server, port):
        asyncio.run(_ask_over_http(port, questions[:50]))
        middle, late = _shares(asyncio.run(_ask_over_http(port, questions)))
        print(
            f"HTTP 一个网页进程同时 {AT_ONCE} 问（含存库）：p50 {middle:.0f} ms，p99 {late:.0f} ms；"
            f"此后内存 {resident_mb(server):.0f} MB（目标 ≤ {_WANTED_MB}）"
        )


async def _ask_over_http(port: int, questions: list[str]) -> list[float]:
    """Send every question on a connection of its own at once; return the milliseconds of each answer."""
    opened = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in questions))
    times: list[float] = []

    async def ask(text: str, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        reader, writer = streams
        began = time.perf_counter()
        writer.write(post("/v1/assistant/messages", json.dumps({"text": text}).encode()))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head[9:10] == b"2", head
        times.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(ask(text, streams) for text, streams in zip(questions, opened, strict=True)))
    return times


def _shares(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
