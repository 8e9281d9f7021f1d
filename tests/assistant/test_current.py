"""在用的助手和它的训练"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.knowledge.entries import Asking, Knowledge
from config.clock import utc_now
from models.notifications import Notification
from server.assistant.tasks import make_model, tell_of_failure
from server.assistant.training import (
    KEPT,
    PUBLISHED,
    TrainingFailed,
    TrainingLeftAlone,
    ensure_trained,
    folder_of,
    latest_model,
)
from tests.assistant.test_knowledge import Desk, desk, published, revision
from tests.factories.knowledge import make_boundary, make_entry, make_knowledge
from tests.service import Answer, Client, make_settings

__all__ = ["desk"]
KNOWN = "/v1/staff/knowledge/ydz-lost"
QUESTION = "优待证丢了怎么补办"
NOTICED_SECONDS = 3.0


async def ask(who: Client, text: str = QUESTION) -> Answer:
    return await who.post("/v1/assistant/messages", {"text": text})


async def told_otherwise(who: Client, before: Answer) -> Answer:
    """Ask until the answer is another one."""
    async with asyncio.timeout(NOTICED_SECONDS):
        while (answer := await ask(who)).json["text"] == before.json["text"]:  # noqa: ASYNC110 - no event of ours
            await asyncio.sleep(0.1)
    return answer


async def test_what_was_published_is_said_within_seconds_and_taken_back_as_soon(bot: Client, desk: Desk) -> None:
    first = await ask(bot)
    content = (await desk.clerk.get(KNOWN)).json["content"]

    await published(desk, KNOWN, answer=content["answer"] + "示例补充一句。")
    changed = await told_otherwise(bot, first)
    await desk.chief.post(f"{KNOWN}/restoration", {"number": 0, "reason": "补充的不对"})
    again = await told_otherwise(bot, changed)

    assert "示例补充一句。" in changed.json["text"]
    assert (changed.json["topic"], changed.json["kind"]) == ("ydz-lost", "answer")
    assert again.json["text"] == first.json["text"]


async def test_a_retired_topic_is_not_said_within_seconds(bot: Client, desk: Desk) -> None:
    first = await ask(bot)

    await desk.chief.post(f"{KNOWN}/retirement", {"reason": "政策有变"})
    after = await told_otherwise(bot, first)

    assert after.json["topic"] != "ydz-lost"
    assert "ydz-lost" not in [option["topic"] for option in after.json["options"]]


async def test_the_last_model_serves_while_there_is_none_of_what_is_in_force(bot: Client, desk: Desk) -> None:
    first = await ask(bot, "退伍军人看病能报销吗")
    drafted = await desk.clerk.post(f"{KNOWN}/draft", {"title": "示例换了的标题"})
    handed_in = await desk.clerk.post(f"{KNOWN}/draft/submission", {"revision": revision(drafted)})
    assert handed_in.status == 200
    await desk.chief.post(f"{KNOWN}/retirement", {"reason": "政策有变"})
    await told_otherwise(bot, await ask(bot))

    again = await ask(bot, "退伍军人看病能报销吗")

    assert (again.status, again.json["kind"], again.json["topic"]) == (200, first.json["kind"], first.json["topic"])


def small_knowledge(**overrides: Any) -> Knowledge:
    topics = [make_entry("bus", askings=tuple(Asking(f"坐公交车要不要钱{n}") for n in "甲乙丙丁戊己"))]
    topics.append(make_entry("card", askings=tuple(Asking(f"卡丢了去哪里补{n}") for n in "甲乙丙丁戊己")))
    return make_knowledge(
        *topics, boundaries=(make_boundary("refusal:outside", *(f"天气{n}" for n in "甲乙丙丁戊")),), **overrides
    )


async def train_apart(folder: Path, knowledge: Path) -> str:
    """Train in a process of its own; return what it logged."""
    script = (
        "import asyncio, sys, msgspec; from pathlib import Path\n"
        "from bot.knowledge.entries import Knowledge\n"
        "from config.logging import configure_logging\n"
        "from server.assistant.training import ensure_trained\n"
        "from tests.service import make_settings\n"
        "configure_logging(level='INFO', style='json')\n"
        "settings = make_settings('sqlite://:memory:', model_dir=Path(sys.argv[1]))\n"
        "knowledge = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Knowledge)\n"
        "asyncio.run(ensure_trained(settings, key='once', knowledge=knowledge))\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(folder), str(knowledge)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told
    return told.decode()


async def test_two_processes_never_train_the_same_and_three_models_stay(tmp_path: Path) -> None:
    settings = make_settings("sqlite://:memory:", model_dir=tmp_path / "models")
    for number in range(4):
        left = folder_of(settings, f"old{number}")
        left.mkdir(parents=True)
        (left / PUBLISHED).write_text("{}")
    knowledge = tmp_path / "knowledge.json"
    knowledge.write_bytes(msgspec.json.encode(small_knowledge()))

    told = await asyncio.gather(*(train_apart(tmp_path / "models", knowledge) for _ in range(2)))

    assert "".join(told).count("assistant.trained") == 1
    kept = [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    assert len(kept) == KEPT
    assert latest_model(settings) == folder_of(settings, "once")
    assert folder_of(settings, "once") in kept


async def test_what_cannot_be_learnt_leaves_the_last_model_and_is_not_tried_again_at_once(tmp_path: Path) -> None:
    settings = make_settings("sqlite://:memory:", model_dir=tmp_path)
    last = folder_of(settings, "last")
    last.mkdir()
    (last / PUBLISHED).write_text("{}")
    faulty, empty = folder_of(settings, "faulty"), Knowledge(entries=())

    with pytest.raises(TrainingFailed):
        await ensure_trained(settings, key="faulty", knowledge=empty)
    with pytest.raises(TrainingLeftAlone):
        await ensure_trained(settings, key="faulty", knowledge=empty)

    assert latest_model(settings) == last
    assert sorted(os.listdir(tmp_path)) == sorted([last.name, f"{faulty.name}.failed", "training.lock"])


async def test_administrators_are_told_once_that_something_could_not_be_learnt(service: Client, desk: Desk) -> None:
    for key in ("one", "one", "two"):
        await tell_of_failure(key=key, at=utc_now())

    told = await Notification.filter(event="assistant.training_failed")
    assert sorted(one.account_id for one in told) == sorted([desk.chief.account_id, desk.deputy.account_id] * 2)


async def test_a_disk_that_takes_nothing_leaves_the_last_model_too(tmp_path: Path) -> None:
    settings = make_settings("sqlite://:memory:", model_dir=tmp_path)
    (tmp_path / folder_of(settings, "taken").name).write_text("a file where the model would lie")

    with pytest.raises(TrainingFailed):
        await ensure_trained(settings, key="taken", knowledge=small_knowledge())

    assert latest_model(settings) is None


async def test_the_worker_has_nothing_to_train_where_the_model_is_there(bot: Client, desk: Desk) -> None:
    assert await make_model() == 0
    assert await make_model() == 0
    assert await Notification.filter(event="assistant.training_failed").count() == 0
