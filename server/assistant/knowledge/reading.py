"""知识查阅 — the list of topics, one topic with its versions, and what a draft changes, in words."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from bot.knowledge.entries import Entry
from models.knowledge import OPEN_STATES, KnowledgeState, KnowledgeVersion
from server.assistant.knowledge.in_force import file_entry, knowledge_in_force
from server.assistant.knowledge.versions import KnowledgeTopicNotFound, entry_of

FIELD_NAMES = {
    "category": "类别",
    "title": "标题",
    "answer": "答案",
    "sources": "出处",
    "facts": "要点",
    "askings": "问法",
    "related": "相近条目",
    "valid_from": "生效日",
    "valid_to": "失效日",
}


@dataclass(frozen=True, slots=True)
class TopicLine:
    """知识条目一行 — ``number`` is the version in force, 0 for the file, None if the topic is not answered."""

    entry: Entry
    number: int | None
    is_retired: bool
    open_state: KnowledgeState | None


@dataclass(frozen=True, slots=True)
class TextPiece:
    """文字差异 — a piece of a text that stayed, went or came."""

    change: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """一项差异 — of a text its pieces, of a list what went and what came."""

    field: str
    label: str
    pieces: list[TextPiece]


@dataclass(frozen=True, slots=True)
class TopicDetail:
    """知识条目和它的版本 — the newest first; ``changes`` are the draft's against what is in force."""

    line: TopicLine
    draft: KnowledgeVersion | None
    changes: list[FieldChange]
    versions: list[KnowledgeVersion]


async def list_topics(
    *, category: str = "", state: str = "", words: str = "", after: str = "", limit: int = 20, today: date
) -> list[TopicLine]:
    """Return topics by slug; ``state`` is in_force, retired, or that of a draft; ``words`` stand in the text."""
    lines = [line for slug, line in sorted((await _lines(today)).items()) if slug > after]
    return await asyncio.to_thread(lambda: [line for line in lines if _fits(line, category, state, words)][:limit])


async def read_topic(*, slug: str, today: date) -> TopicDetail:
    """Return a topic with everything that was ever written of it.

    Raises:
        KnowledgeTopicNotFound: neither a file nor staff ever named it.
    """
    line = (await _lines(today)).get(slug)
    versions = await KnowledgeVersion.filter(slug=slug).order_by("-number")
    if line is None:
        if not versions:
            raise KnowledgeTopicNotFound
        line = TopicLine(entry_of(versions[0]), None, False, None)
    draft = next((version for version in versions if version.state in OPEN_STATES), None)
    base = line.entry if line.number is not None or line.is_retired else None
    changes = list(compare(base or await file_entry(slug), entry_of(draft))) if draft else []
    return TopicDetail(line, draft, changes, versions)


def compare(before: Entry | None, after: Entry) -> Iterator[FieldChange]:
    """Yield what differs between two contents, field by field; ``before`` is None for a topic that is new."""
    for name, label in FIELD_NAMES.items():
        old, new = _told(before, name), _told(after, name)
        if old == new:
            continue
        pieces = _pieces("\n".join(old), "\n".join(new)) if name == "answer" else _lists(old, new)
        yield FieldChange(name, label, pieces)


async def _lines(today: date) -> dict[str, TopicLine]:
    found = await knowledge_in_force(today)
    drafts = {one.slug: one for one in await KnowledgeVersion.filter(state__in=list(OPEN_STATES))}
    states = {slug: one.state for slug, one in drafts.items()}
    lines = {
        slug: TopicLine(entry, found.numbers.get(slug, 0), False, states.get(slug))
        for slug, entry in found.entries.items()
    }
    lines |= {slug: TopicLine(entry, None, True, states.get(slug)) for slug, entry in found.retired.items()}
    new = {slug: TopicLine(entry_of(one), None, False, one.state) for slug, one in drafts.items() if slug not in lines}
    return lines | new


def _fits(line: TopicLine, category: str, state: str, words: str) -> bool:
    if category and line.entry.category != category:
        return False
    is_state = {"in_force": line.number is not None, "retired": line.is_retired}
    if state and not is_state.get(state, line.open_state is not None and line.open_state.value == state):
        return False
    entry = line.entry
    return all(
        any(word in text for text in (entry.slug, entry.title, entry.answer, *(one.text for one in entry.askings)))
        for word in words.split()
    )


def _told(entry: Entry | None, name: str) -> list[str]:
    """Return a field as lines of words."""
    if entry is None:
        return []
    match name:
        case "sources":
            return [" ".join(filter(None, (one.words, one.url, one.confidence.value))) for one in entry.sources]
        case "facts":
            return [f"{'、'.join(one.words)}（出处 {'、'.join(map(str, one.sources))}）" for one in entry.facts]
        case "askings":
            return [" → ".join((*one.history, one.text)) for one in entry.askings]
        case "related":
            return list(entry.related)
    value = getattr(entry, name)
    return [] if value in (None, "") else [str(value)]


def _lists(old: list[str], new: list[str]) -> list[TextPiece]:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    return [*(TextPiece("removed", one) for one in gone), *(TextPiece("added", one) for one in come)]


def _pieces(old: str, new: str) -> list[TextPiece]:
    pieces: list[TextPiece] = []
    for change, start, end, begin, finish in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            pieces.append(TextPiece("same", old[start:end]))
            continue
        if end > start:
            pieces.append(TextPiece("removed", old[start:end]))
        if finish > begin:
            pieces.append(TextPiece("added", new[begin:finish]))
    return pieces
