"""知识载入 — reads the files of this folder into knowledge; staff's own versions come from elsewhere."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.knowledge.entries import Ambiguity, Asking, Boundary, Confidence, Entry, Fact, Knowledge, Source, Style

FOLDER = Path(__file__).parent
TURN = " → "
_ASKINGS = "\n## 问法\n"
_STYLE = re.compile(r"^### .*?([a-z-]+)$")


class KnowledgeFault(ValueError):
    """A file of the knowledge cannot be read; the message names it and says why."""


class Law(msgspec.Struct, frozen=True):
    """法规 — what is known of a law that is cited: its edition, since when it is in force, how many articles it has."""

    title: str
    version: str
    since: date
    articles: int


class Category(msgspec.Struct, frozen=True):
    """类别 — ``note`` is added to every answer of it."""

    name: str
    note: str = ""


def load_knowledge(folder: Path = FOLDER) -> Knowledge:
    """Return everything that the files say.

    Raises:
        KnowledgeFault: a file is not of its form.
    """
    entries = tuple(_read(path, read_entry) for path in sorted((folder / "topics").glob("*.md")))
    return Knowledge(
        entries=entries,
        ambiguities=tuple(_each(folder / "ambiguities.yaml", _ambiguity)),
        boundaries=tuple(_each(folder / "boundaries.yaml", _boundary)),
    )


def load_laws(folder: Path = FOLDER) -> dict[str, Law]:
    """Return the laws that may be cited, by title."""
    return {law.title: law for law in msgspec.convert(_yaml((folder / "laws.yaml").read_text()), list[Law])}


def load_categories(folder: Path = FOLDER) -> dict[str, Category]:
    """Return the categories in the order in which they are shown, by name."""
    read = msgspec.convert(_yaml((folder / "categories.yaml").read_text()), list[Category])
    return {category.name: category for category in read}


def read_entry(text: str) -> Entry:
    """Return the entry that a topic's file holds: front matter, the answer, the ways of asking by style.

    Raises:
        ValueError: the text is not of that form.
    """
    try:
        _, head, body = text.split("---\n", 2)
        answer, askings = body.split(_ASKINGS, 1)
    except ValueError:
        raise ValueError("要有两行 --- 之间的信息、答案，和「## 问法」") from None
    values: dict[str, Any] = _yaml(head)
    sources = [_source(source) for source in values.pop("sources")]
    facts = [msgspec.convert(fact, Fact) for fact in values.pop("facts")]
    values |= {"answer": answer.strip(), "sources": sources, "facts": facts, "askings": _by_style(askings)}
    return msgspec.convert(values, Entry)


def write_entry(entry: Entry) -> str:
    """Return the file of an entry; ``read_entry`` reads it back."""
    head: dict[str, Any] = {
        "slug": entry.slug,
        "category": entry.category,
        "title": entry.title,
        "local": entry.local,
        "reviewed_on": entry.reviewed_on,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "sources": [_written_source(source) for source in entry.sources],
        "facts": [{"words": list(fact.words), "sources": list(fact.sources)} for fact in entry.facts],
        "related": list(entry.related),
    }
    lines = [f"---\n{yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=140)}---", entry.answer, ""]
    lines.append("## 问法")
    for style in Style:
        found = [asking for asking in entry.askings if asking.style is style]
        if found:
            lines += [f"### {STYLE_NAMES[style]} {style.value}", *(f"- {_written(asking)}" for asking in found)]
    return "\n".join(lines) + "\n"


STYLE_NAMES = {
    Style.COLLOQUIAL: "口语",
    Style.ELDERLY: "老人",
    Style.VOICE_DICTATION: "语音",
    Style.DIALECT: "方言",
    Style.TYPO: "错字",
    Style.PINYIN_HOMOPHONE: "同音",
    Style.KEYWORD_ONLY: "关键词",
    Style.LONG_STORY: "长叙述",
    Style.TRADITIONAL: "繁体",
    Style.ENGLISH_MIXED: "夹英文",
    Style.FORMAL: "书面",
    Style.ADVERSARIAL: "追逼",
    Style.FOLLOW_UP: "追问",
    Style.STAFF: "转自真实提问",
}


def read_asking(text: str, style: Style = Style.COLLOQUIAL) -> Asking:
    """Return a way of asking; earlier turns stand before it, each followed by an arrow."""
    *history, last = (part.strip() for part in text.split(TURN.strip()))
    if not last:
        raise ValueError(f"问法「{text}」没有问题")
    return Asking(last, style, tuple(history))


def _written(asking: Asking) -> str:
    return TURN.join((*asking.history, asking.text))


def _by_style(text: str) -> list[Asking]:
    style, askings = Style.COLLOQUIAL, []
    for line in text.splitlines():
        if found := _STYLE.match(line):
            style = Style(found[1])
        elif line.startswith("- "):
            askings.append(read_asking(line[2:], style))
        elif line.strip():
            raise ValueError(f"「{line[:30]}」不是问法：每条以「- 」开头")
    return askings


def _source(written: dict[str, Any]) -> Source:
    if "law" in written:
        return Source(written["law"], written["article"])
    if "bureau" in written:
        return Source(written["bureau"], confidence=Confidence.BUREAU)
    return Source(written["document"], url=written["url"], confidence=Confidence(written["confidence"]))


def _written_source(source: Source) -> dict[str, str]:
    if source.confidence is Confidence.LAW:
        return {"law": source.title, "article": source.article}
    if source.confidence is Confidence.BUREAU:
        return {"bureau": source.title}
    return {"document": source.title, "url": source.url, "confidence": source.confidence.value}


def _ambiguity(written: dict[str, Any]) -> Ambiguity:
    return Ambiguity(written["name"], written["question"], tuple(written["options"]), _askings(written["askings"]))


def _boundary(written: dict[str, Any]) -> Boundary:
    return Boundary(written["label"], _askings(written["askings"]))


def _askings(written: dict[str, list[str]]) -> tuple[Asking, ...]:
    return tuple(read_asking(str(text), Style(style)) for style, texts in written.items() for text in texts)


def _each(path: Path, read: Any) -> Iterable[Any]:
    for number, written in enumerate(_yaml(path.read_text()) or [], start=1):
        try:
            yield read(written)
        except (KeyError, TypeError, ValueError) as reason:
            raise KnowledgeFault(f"{path.name} 第 {number} 项：{reason!r}") from reason


def _read(path: Path, read: Any) -> Any:
    try:
        return read(path.read_text())
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as reason:
        raise KnowledgeFault(f"{path.name}：{reason}") from reason


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)
