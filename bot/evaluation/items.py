"""评测题 — questions with the outcome that is expected, one JSON a line."""

from pathlib import Path

import msgspec

from bot.replies import Kind, Reply

_KINDS = {"handoff": Kind.HANDOVER, "out_of_scope": Kind.REFUSAL, "clarify": Kind.CLARIFY, "live": Kind.LIVE}
IN_THREE = 3


class Expected(msgspec.Struct, frozen=True):
    """期望的结果 — ``slugs`` of a topic: the first is best, the others acceptable."""

    type: str
    slugs: tuple[str, ...] = ()
    intent: str = ""


class Item(msgspec.Struct, frozen=True):
    """评测题 — ``history`` are the user's earlier turns; ``also`` are other outcomes that count as right."""

    id: str
    q: str
    expect: Expected
    style: str = ""
    history: tuple[str, ...] = ()
    also: tuple[Expected, ...] = ()
    channel: str = "text"


def read_items(path: Path) -> list[Item]:
    """Return the questions of a file.

    Raises:
        ValueError: a line is not of the form; it is named.
    """
    items = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            if line.strip():
                items.append(msgspec.json.decode(line, type=Item))
        except msgspec.DecodeError as reason:
            raise ValueError(f"{path.name} 第 {number} 行：{reason}") from reason
    return items


def offered(reply: Reply) -> list[str]:
    """Return the topics that a reply answers or offers, in order."""
    found = [reply.topic] if reply.topic else []
    return found + [option.topic for option in reply.options if option.topic and option.topic != reply.topic]


def is_first(item: Item, reply: Reply) -> bool:
    """Whether a reply is right at first place, or as one of the other outcomes that count."""
    return any(_fits(expected, reply) for expected in (item.expect, *item.also))


def is_in_three(item: Item, reply: Reply) -> bool:
    """Whether one of the first three topics that a reply answers or offers is right."""
    return is_first(item, reply) or bool(set(offered(reply)[:IN_THREE]) & set(item.expect.slugs))


def _fits(expected: Expected, reply: Reply) -> bool:
    if expected.type == "topic":
        return reply.kind is Kind.ANSWER and reply.topic in expected.slugs
    if reply.kind is not _KINDS[expected.type]:
        return False
    if expected.type == "live":
        return reply.intent == expected.intent
    if expected.type == "clarify":
        return bool(set(offered(reply)) & set(expected.slugs))
    return True
