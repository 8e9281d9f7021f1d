"""度量 — right at first place and in three, refusals, handovers, live intents, by style, and the worst confusions."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.evaluation.items import Item, is_first, is_in_three, offered
from bot.replies import Kind, Reply

MOST_CONFUSIONS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """比例 — how many of how many."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 where there was nothing."""
        return self.right / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.value:.3f}（{self.right}/{self.total}）"


@dataclass(frozen=True, slots=True)
class Measured:
    """评测结果"""

    first: Share
    in_three: Share
    clarify: Share
    refusal_precision: Share
    refusal_recall: Share
    handover: Share
    live: Share
    by_style: dict[str, Share]
    confusions: list[tuple[str, str, int]]

    @property
    def refusal_f1(self) -> float:
        """The harmonic mean of precision and recall of refusals."""
        precision, recall = self.refusal_precision.value, self.refusal_recall.value
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def measure(items: Sequence[Item], replies: Sequence[Reply]) -> Measured:
    """Return how often the replies to items are right."""
    pairs = list(zip(items, replies, strict=True))
    refused = [(item, reply) for item, reply in pairs if reply.kind is Kind.REFUSAL]
    may_refuse = [pair for pair in refused if is_first(*pair)]
    styles = sorted({item.style for item in items})
    return Measured(
        first=_share(pairs, "topic", is_first),
        in_three=_share(pairs, "topic", is_in_three),
        clarify=_share(pairs, "clarify", is_first),
        refusal_precision=Share(len(may_refuse), len(refused)),
        refusal_recall=_share(pairs, "out_of_scope", is_first),
        handover=_share(pairs, "handoff", is_first),
        live=_share(pairs, "live", is_first),
        by_style={
            style: Share(*_count([pair for pair in pairs if pair[0].style == style], is_first)) for style in styles
        },
        confusions=_confusions(pairs),
    )


def _share(pairs: list[tuple[Item, Reply]], sort: str, is_right: Callable[[Item, Reply], bool]) -> Share:
    return Share(*_count([pair for pair in pairs if pair[0].expect.type == sort], is_right))


def _count(pairs: list[tuple[Item, Reply]], is_right: Callable[[Item, Reply], bool]) -> tuple[int, int]:
    return sum(is_right(*pair) for pair in pairs), len(pairs)


def _confusions(pairs: list[tuple[Item, Reply]]) -> list[tuple[str, str, int]]:
    wrong = Counter((_wanted(item), _given(reply)) for item, reply in pairs if not is_first(item, reply))
    return [(wanted, given, count) for (wanted, given), count in wrong.most_common(MOST_CONFUSIONS)]


def _wanted(item: Item) -> str:
    expect = item.expect
    return expect.slugs[0] if expect.type == "topic" else f"{expect.type} {expect.intent or ' '.join(expect.slugs)}"


def _given(reply: Reply) -> str:
    if reply.kind is Kind.ANSWER:
        return str(reply.topic)
    return f"{reply.kind.value} {reply.intent or reply.reason or ' '.join(offered(reply)[:3])}"
