"""评测命令 — ``python -m server.assistant.evaluating FILE``: how often the bot is right on questions that it never saw.

Without a file only the cross-validation over the knowledge's own questions is printed (``--cross``).
"""

import argparse
import asyncio
import html
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bot.assistant import Assistant
from bot.evaluation.items import IN_THREE, Item, read_items
from bot.evaluation.measuring import Measured, Share, measure
from bot.evaluation.rivals import Rival
from bot.knowledge.entries import Style
from bot.knowledge.loading import load_categories, load_knowledge
from bot.knowledge.published import publish
from bot.replies import Kind, Reply, Turn
from bot.retrieval.model import Model
from bot.skills import Question, Skill, SkillAnswer
from config.clock import beijing_day, utc_now
from config.settings import get_settings
from server.assistant.skills import SKILLS
from server.assistant.training import ensure_trained, folder_of


class _Listening:
    """A skill that recognises and looks nothing up: evaluation has no database."""

    def __init__(self, skill: Skill) -> None:
        self._skill = skill

    @property
    def name(self) -> str:
        return self._skill.name

    def recognise(self, text: str) -> str | None:
        return self._skill.recognise(text)

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        return SkillAnswer("")


async def answer_all(assistant: Assistant, items: Sequence[Item]) -> list[Reply]:
    """Return the replies to items; earlier turns were asked a minute before each other."""
    replies = []
    for item in items:
        now = utc_now()
        ages = range(len(item.history), 0, -1)
        turns = [
            Turn(text, now - timedelta(minutes=age), Kind.CLARIFY) for text, age in zip(item.history, ages, strict=True)
        ]
        replies.append(await assistant.reply(Question(item.q, now), turns))
    return replies


def lines_of(measured: Measured) -> list[tuple[str, str, str]]:
    """Return the figures as name, value and what is wanted."""
    return [
        ("主题第一位对", str(measured.first), "≥0.80"),
        ("主题前三对", str(measured.in_three), "≥0.92"),
        ("范围外 F1", f"{measured.refusal_f1:.3f}", "≥0.85"),
        ("范围外 精确率", str(measured.refusal_precision), ""),
        ("范围外 召回率", str(measured.refusal_recall), ""),
        ("转人工 召回率", str(measured.handover), "≥0.95"),
        ("实时意图", str(measured.live), "≥0.90"),
        ("反问", str(measured.clarify), "≥0.70"),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the evaluation; write a page with ``--html``."""
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="每行一题的 JSON，形式同 devset.jsonl")
    parser.add_argument("--html", type=Path, help="把结果写成网页")
    parser.add_argument("--cross", action="store_true", help="另做交叉验证和整类问法留出（几分钟）")
    options = parser.parse_args(arguments)
    settings = get_settings()
    asyncio.run(ensure_trained(settings))
    assistant = _assistant(folder_of(settings))
    if options.file:
        _evaluate(assistant, read_items(options.file), options.html)
    if options.cross or not options.file:
        _cross(assistant)


def _assistant(folder: Path) -> Assistant:
    from bot.retrieval.model import load_model

    model: Model = load_model(folder)
    published = publish(load_knowledge(), load_categories())
    return Assistant(model, published, [_Listening(skill) for skill in SKILLS])


def _evaluate(assistant: Assistant, items: Sequence[Item], page: Path | None) -> None:
    began = time.perf_counter()
    replies = asyncio.run(answer_all(assistant, items))
    each = (time.perf_counter() - began) / len(items) * 1000
    measured = measure(items, replies)
    rivals = _rivals(assistant, items)
    print(f"{len(items)} 题，每题 {each:.2f} 毫秒")
    for name, value, wanted in lines_of(measured):
        print(f"  {name:10} {value:20} {wanted}")
    for name, (first, three) in rivals.items():
        print(f"  {name}：主题第一位 {first}，前三 {three}")
    print("  按问法：" + "；".join(f"{style} {share}" for style, share in measured.by_style.items()))
    print("  最常见的混淆：")
    for wanted, given, count in measured.confusions:
        print(f"    {count} 次  应为 {wanted}  答成 {given}")
    if page:
        page.write_text(_page(measured, rivals, len(items)), encoding="utf-8")


def _rivals(assistant: Assistant, items: Sequence[Item]) -> dict[str, tuple[Share, Share]]:
    rival = Rival(list(assistant.published.topics.values()))
    topics = [item for item in items if item.expect.type == "topic"]
    found = {}
    for name, rank in (("BM25", rival.bm25), ("字对 TF-IDF", rival.tf_idf)):
        ranked = [(item, rank(" ".join((*item.history, item.q)))) for item in topics]
        first = sum(ranking[0] in item.expect.slugs for item, ranking in ranked)
        three = sum(bool(set(ranking[:IN_THREE]) & set(item.expect.slugs)) for item, ranking in ranked)
        found[name] = (Share(first, len(topics)), Share(three, len(topics)))
    return found


def _cross(assistant: Assistant) -> None:
    from bot.evaluation.crossing import cross_validate, leave_out, shares

    knowledge, today = load_knowledge(), beijing_day(utc_now())
    sharpness = assistant.model.sharpness
    found = shares(cross_validate(knowledge, assistant.published, sharpness=sharpness, today=today))
    print("五折交叉验证（知识库自己的问法）：" + "；".join(f"{name} {share}" for name, share in found.items()))
    for style in (Style.ELDERLY, Style.DIALECT, Style.VOICE_DICTATION, Style.PINYIN_HOMOPHONE, Style.COLLOQUIAL):
        left = shares(leave_out(knowledge, assistant.published, style, sharpness=sharpness, today=today))
        print(f"  整类留出 {style.value}：第一位 {left['first']}，前三 {left['in_three']}")


def _page(measured: Measured, rivals: dict[str, tuple[Share, Share]], count: int) -> str:
    def rows(cells: Sequence[Sequence[object]]) -> str:
        return "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in cells
        )

    compared = [(name, first, three) for name, (first, three) in rivals.items()]
    return (
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>邮兵助手评测</title>"
        "<style>body{font:18px/1.6 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{border:1px solid #999;padding:.3rem .6rem;"
        "text-align:left}</style>"
        f"<h1>邮兵助手评测</h1><p>{count} 题。</p>"
        f"<table><tr><th>指标<th>结果<th>目标</tr>{rows(lines_of(measured))}</table>"
        f"<h2>简单方法作比较</h2><table><tr><th>方法<th>第一位<th>前三</tr>{rows(compared)}</table>"
        f"<h2>按问法</h2><table><tr><th>问法<th>对</tr>{rows(list(measured.by_style.items()))}</table>"
        f"<h2>最常见的混淆</h2><table><tr><th>应为<th>答成<th>次数</tr>{rows(measured.confusions)}</table></html>"
    )


if __name__ == "__main__":
    main()
