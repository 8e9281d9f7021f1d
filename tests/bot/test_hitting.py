"""命中测试"""

from pathlib import Path

import msgspec

from bot.evaluation.hitting import HitResult, Trial
from bot.knowledge.entries import Asking
from bot.replies import Kind
from server.assistant.training import ensure_trained, run_apart
from tests.factories.knowledge import make_boundary, make_entry, make_knowledge
from tests.service import make_settings

PLACES = "东南西北中上下左右前"


async def test_a_draft_is_tried_out_beside_what_is_in_force(tmp_path: Path) -> None:
    bus = make_entry("bus", askings=tuple(Asking(f"坐{place}门公交车要不要给钱") for place in PLACES))
    card = make_entry("card", askings=tuple(Asking(f"优待证丢在{place}街去哪里补办") for place in PLACES))
    outside = make_boundary("refusal:outside", *(f"{place}边今天天气怎么样" for place in PLACES))
    draft = make_entry("greedy", askings=tuple(Asking(f"坐{place}门公交车要不要给钱") for place in PLACES * 5))
    settings = make_settings("sqlite://:memory:", model_dir=tmp_path / "models")
    now = make_knowledge(bus, card, boundaries=(outside,))
    before = await ensure_trained(settings, key="before", knowledge=now)
    trial = Trial("greedy", ("坐东门公交车要不要给钱", "优待证丢在东街去哪里补办"))
    knowledge, asked, result = (tmp_path / name for name in ("after.json", "trial.json", "result.json"))
    knowledge.write_bytes(msgspec.json.encode(make_knowledge(bus, card, draft, boundaries=(outside,))))
    asked.write_bytes(msgspec.json.encode(trial))

    await run_apart("bot.evaluation.hitting", str(before), str(knowledge), str(asked), str(result))

    found = msgspec.json.decode(result.read_bytes(), type=HitResult)
    assert [(hit.before.topic, hit.after.topic) for hit in found.hits] == [("bus", "greedy"), ("card", "card")]
    assert found.hits[1].after.kind is Kind.ANSWER
    assert {one.topic for one in found.astray} == {"bus"}
