"""知识条目工厂"""

from datetime import date
from typing import Any

from bot.knowledge.entries import Ambiguity, Asking, Boundary, Entry, Fact, Knowledge, Source

VETERANS_LAW = "中华人民共和国退役军人保障法"
ANSWER = (
    "示例答案：带上身份证到户籍地的退役军人服务站登记，工作人员当场录入信息并给回执。"
    "登记不收钱，行动不便的可以打电话预约上门，由服务站派人到家里来办。"
)


def make_entry(slug: str = "sample-topic", **overrides: Any) -> Entry:
    """Return an entry without a fault, asked in 20 ways that no other slug has."""
    values: dict[str, Any] = {
        "slug": slug,
        "category": "服务体系与办事",
        "title": f"示例条目{slug}",
        "answer": ANSWER,
        "sources": (Source(VETERANS_LAW, "第十五条"),),
        "facts": (Fact(("身份证", "不收钱"), (0,)),),
        "askings": tuple(Asking(f"示例{slug}第{number}种问法") for number in range(20)),
        "reviewed_on": date(2026, 11, 1),
    }
    return Entry(**(values | overrides))


def make_knowledge(*entries: Entry, **overrides: Any) -> Knowledge:
    """Return knowledge of some entries, with nothing to choose from and nothing outside."""
    values: dict[str, Any] = {"ambiguities": (), "boundaries": ()}
    return Knowledge(entries=entries or (make_entry(),), **(values | overrides))


def make_ambiguity(*options: str, **overrides: Any) -> Ambiguity:
    """Return a choice between some topics."""
    values: dict[str, Any] = {"name": "sample-choice", "question": "您想问哪件事？", "askings": (Asking("示例的事"),)}
    return Ambiguity(options=options, **(values | overrides))


def make_boundary(label: str = "refusal:outside", *texts: str) -> Boundary:
    """Return questions that no topic answers."""
    return Boundary(label, tuple(Asking(text) for text in texts or ("示例的题外话",)))
