"""在用知识 — what the bot may say today: every topic with its text as it is shown, without the ways of asking."""

from collections.abc import Mapping
from datetime import date

import msgspec

from bot.knowledge.entries import Confidence, Entry, Knowledge
from bot.knowledge.loading import Category
from bot.replies import Citation

_MOST_SOURCES = 3


class Topic(msgspec.Struct, frozen=True):
    """在用条目 — ``text`` is the answer with the note of its category and the sources that it names."""

    slug: str
    title: str
    category: str
    text: str
    as_of: date
    citations: tuple[Citation, ...]
    related: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None

    def is_valid(self, day: date) -> bool:
        """Whether it may be answered on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Choice(msgspec.Struct, frozen=True):
    """反问 — what to ask back, and the topics to choose from."""

    question: str
    options: tuple[str, ...]


class Published(msgspec.Struct, frozen=True):
    """在用知识 — topics by slug and choices by name."""

    topics: dict[str, Topic]
    choices: dict[str, Choice]


def publish(knowledge: Knowledge, categories: Mapping[str, Category]) -> Published:
    """Return what may be said of some knowledge."""
    return Published(
        topics={entry.slug: _topic(entry, categories[entry.category].note) for entry in knowledge.entries},
        choices={one.name: Choice(one.question, one.options) for one in knowledge.ambiguities},
    )


def _topic(entry: Entry, note: str) -> Topic:
    return Topic(
        slug=entry.slug,
        title=entry.title,
        category=entry.category,
        text="\n".join(filter(None, (entry.answer, note, _source_line(entry)))),
        as_of=entry.reviewed_on,
        citations=tuple(Citation(source.title, source.article, source.url) for source in entry.sources),
        related=entry.related,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )


def _source_line(entry: Entry) -> str:
    """Name the laws by title with all their articles, else the documents; the citations hold the rest."""
    articles: dict[str, list[str]] = {}
    others: list[str] = []
    for source in entry.sources:
        if source.confidence is Confidence.LAW:
            articles.setdefault(source.title, []).append(source.article)
        else:
            others.append(source.title)
    named = [f"《{title.removeprefix('中华人民共和国')}》{'、'.join(found)}" for title, found in articles.items()]
    return "依据：" + "；".join((*named, *others)[:_MOST_SOURCES])
