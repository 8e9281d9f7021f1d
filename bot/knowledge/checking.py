"""知识检查 — what an entry has to obey before anybody is answered with it, told field by field in words."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.knowledge.entries import Ambiguity, Asking, Boundary, Confidence, Entry, Fact, Knowledge, Source
from bot.knowledge.loading import TURN, Category, Law
from bot.retrieval.labels import HANDOVER, LIVE, REFUSAL
from bot.retrieval.normalising import clean

SHORTEST, LONGEST = 60, 300
"""Characters of an answer: what is said in fewer is no answer, what needs more is two topics."""
FEWEST_ASKINGS, FEWEST_OF_STAFF = 20, 5
"""Ways of asking of a topic that is shipped, and of one that staff wrote: real questions come to it later."""
LONGEST_ASKING, LONGEST_TITLE = 300, 40
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4
CAVEAT = "以当地服务站答复为准"
"""What an answer says whose source is not well vouched for."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_ARTICLE = re.compile(r"第([一二三四五六七八九十百零]+)条(?:之[一二三四五六七八九十])?")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Problem:
    """知识问题 — what is wrong with one field of a topic, an ambiguity or a boundary, which ``slug`` names."""

    slug: str
    field: str
    sentence: str


def check(
    knowledge: Knowledge,
    laws: Mapping[str, Law],
    categories: Mapping[str, Category],
    *,
    today: date,
    of_staff: Collection[str] = (),
) -> list[Problem]:
    """Return everything that is wrong with some knowledge; ``of_staff`` are the slugs of topics that no file holds."""
    slugs = {entry.slug for entry in knowledge.entries}
    problems: list[Problem] = []
    for entry in knowledge.entries:
        fewest = FEWEST_OF_STAFF if entry.slug in of_staff else FEWEST_ASKINGS
        problems += _entry(entry, laws, categories, slugs, today=today, fewest=fewest)
    for ambiguity in knowledge.ambiguities:
        problems += [Problem(ambiguity.name, *told) for told in _ambiguity(ambiguity, slugs)]
    for boundary in knowledge.boundaries:
        problems += [Problem(boundary.label, *told) for told in _boundary(boundary)]
    return problems + list(_names(knowledge)) + list(_asked_twice(knowledge))


def check_entry(
    entry: Entry,
    others: Knowledge,
    laws: Mapping[str, Law],
    categories: Mapping[str, Category],
    *,
    today: date,
    is_of_staff: bool,
) -> list[Problem]:
    """Return what is wrong with one entry beside all the others; ``is_of_staff``: no file holds its topic."""
    slugs = {other.slug for other in others.entries} | {entry.slug}
    fewest = FEWEST_OF_STAFF if is_of_staff else FEWEST_ASKINGS
    asked = {_key(asking): name for name, asking in _everything_asked(others) if name != entry.slug}
    return [
        *_entry(entry, laws, categories, slugs, today=today, fewest=fewest),
        *(
            Problem(entry.slug, "askings", f"问法「{asking.text}」在 {asked[key]} 里已经有了")
            for asking in entry.askings
            if (key := _key(asking)) in asked
        ),
    ]


def is_slug(text: str) -> bool:
    """Whether a text may name a topic."""
    return _SLUG.fullmatch(text) is not None


def article_number(article: str) -> int:
    """Return the number of 第二十四条; 0 for what is no article."""
    found = _ARTICLE.fullmatch(article)
    if not found:
        return 0
    total = digit = 0
    for sign in found[1]:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total += max(digit, 1) * {"十": 10, "百": 100}[sign]
            digit = 0
    return total + digit


def _entry(
    entry: Entry,
    laws: Mapping[str, Law],
    categories: Mapping[str, Category],
    slugs: Collection[str],
    *,
    today: date,
    fewest: int,
) -> Iterator[Problem]:
    told = [
        *_head(entry, categories, slugs),
        *_answer(entry),
        *(fault for place, source in enumerate(entry.sources) for fault in _source(place, source, laws)),
        *(fault for place, fact in enumerate(entry.facts) for fault in _fact(place, fact, entry)),
        *_askings(entry, fewest),
        *_days(entry, today),
    ]
    return (Problem(entry.slug, field, sentence) for field, sentence in told)


def _head(entry: Entry, categories: Mapping[str, Category], slugs: Collection[str]) -> Iterator[tuple[str, str]]:
    if not is_slug(entry.slug):
        yield "slug", "代号只用小写字母、数字和短横，2 到 60 位"
    if not 1 <= len(entry.title.strip()) <= LONGEST_TITLE:
        yield "title", f"标题 1 到 {LONGEST_TITLE} 个字"
    if entry.category not in categories:
        yield "category", f"没有「{entry.category}」这个类别"
    for slug in entry.related:
        if slug == entry.slug or slug not in slugs:
            yield "related", f"相近条目 {slug} {'是它自己' if slug == entry.slug else '不存在'}"


def _answer(entry: Entry) -> Iterator[tuple[str, str]]:
    if not SHORTEST <= len(entry.answer) <= LONGEST:
        yield "answer", f"答案 {SHORTEST} 到 {LONGEST} 个字，现在 {len(entry.answer)} 个"
    if any(source.confidence is Confidence.LOW for source in entry.sources) and CAVEAT not in entry.answer:
        yield "answer", f"有出处不够可靠，答案里要写「{CAVEAT}」"


def _source(place: int, source: Source, laws: Mapping[str, Law]) -> Iterator[tuple[str, str]]:
    field = f"sources[{place}]"
    if source.confidence is not Confidence.LAW:
        if not source.title.strip():
            yield field, "出处要有名称"
        if source.confidence is not Confidence.BUREAU and not source.url.startswith(("https://", "http://")):
            yield field, f"「{source.title}」要有网址"
        return
    law = laws.get(source.title)
    if law is None:
        yield field, f"不认识法规「{source.title}」，请用全称"
    elif not 1 <= article_number(source.article) <= law.articles:
        yield field, f"《{source.title}》没有「{source.article}」，共 {law.articles} 条，写作「第二十四条」"


def _fact(place: int, fact: Fact, entry: Entry) -> Iterator[tuple[str, str]]:
    field = f"facts[{place}]"
    if not fact.words or not fact.sources:
        yield field, "每个要点要有答案里的字词和至少一个出处"
    for word in fact.words:
        if not word or word not in entry.answer:
            yield field, f"答案里没有「{word}」"
    for number in fact.sources:
        if not 0 <= number < len(entry.sources):
            yield field, f"没有第 {number} 个出处（从 0 数起）"


def _askings(entry: Entry, fewest: int) -> Iterator[tuple[str, str]]:
    if len(entry.askings) < fewest:
        yield "askings", f"问法至少 {fewest} 条，现在 {len(entry.askings)} 条"
    for asking in entry.askings:
        if not clean(asking.text) or len(asking.text) > LONGEST_ASKING:
            yield "askings", f"问法「{asking.text[:20]}」要有字，且不超过 {LONGEST_ASKING} 个"


def _days(entry: Entry, today: date) -> Iterator[tuple[str, str]]:
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        yield "valid_to", "失效日早于生效日"
    if entry.reviewed_on > today:
        yield "reviewed_on", f"核对日 {entry.reviewed_on} 还没有到"


def _ambiguity(ambiguity: Ambiguity, slugs: Collection[str]) -> Iterator[tuple[str, str]]:
    for slug in ambiguity.options:
        if slug not in slugs:
            yield "options", f"选项 {slug} 不存在"
    if not FEWEST_OPTIONS <= len(set(ambiguity.options)) == len(ambiguity.options) <= MOST_OPTIONS:
        yield "options", f"选项 {FEWEST_OPTIONS} 到 {MOST_OPTIONS} 个，不重复"
    if not ambiguity.question.strip() or not ambiguity.askings:
        yield "question", "要有反问的话和问法"


def _boundary(boundary: Boundary) -> Iterator[tuple[str, str]]:
    sort, _, name = boundary.label.partition(":")
    if sort not in (LIVE, HANDOVER, REFUSAL) or not name:
        yield "label", "边界只有 live、handover、refusal 三种，冒号后面是名称"
    if not boundary.askings:
        yield "askings", "要有问法"


def _names(knowledge: Knowledge) -> Iterator[Problem]:
    names = [
        *(entry.slug for entry in knowledge.entries),
        *(ambiguity.name for ambiguity in knowledge.ambiguities),
        *(boundary.label for boundary in knowledge.boundaries),
    ]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(name, "slug", "这个代号用了两次")


def _asked_twice(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what stands under two names: nobody can learn from it which of them is meant."""
    seen: dict[str, tuple[str, str]] = {}
    for name, asking in _everything_asked(knowledge):
        first, text = seen.setdefault(_key(asking), (name, asking.text))
        if first != name:
            same = f"「{text}」" if text != asking.text else ""
            yield Problem(name, "askings", f"问法「{asking.text}」在 {first} 里已经有了{same}")


def _key(asking: Asking) -> str:
    return TURN.join(clean(turn) for turn in (*asking.history, asking.text))


def _everything_asked(knowledge: Knowledge) -> Iterable[tuple[str, Asking]]:
    for entry in knowledge.entries:
        yield from ((entry.slug, asking) for asking in entry.askings)
    for ambiguity in knowledge.ambiguities:
        yield from ((ambiguity.name, asking) for asking in ambiguity.askings)
    for boundary in knowledge.boundaries:
        yield from ((boundary.label, asking) for asking in boundary.askings)
