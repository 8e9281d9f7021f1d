"""查阅待改进的提问 — the list of groups, the most asked first, and the questions of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.questions import QuestionGroup, QuestionGroupState, Shortcoming
from models.transactions import Row, as_uuid, fetch_rows
from server.assistant.questions.handling import get_group

_LIST = (
    "SELECT id FROM question_groups WHERE state = $1 "
    "AND ($2::text = '' OR EXISTS (SELECT 1 FROM queued_questions "
    "WHERE queued_questions.group_id = question_groups.id AND queued_questions.shortcoming = $2::text)) "
    "AND ($3::integer IS NULL OR asked < $3::integer OR (asked = $3::integer AND id < $4::uuid)) "
    "ORDER BY asked DESC, id DESC LIMIT $5"
)
_COUNTS = (
    "SELECT group_id, shortcoming, count(*) AS n FROM queued_questions WHERE group_id IN ({ids}) "
    "GROUP BY group_id, shortcoming ORDER BY group_id, shortcoming"
)
_QUESTIONS = (
    "SELECT queued_questions.id, queued_questions.shortcoming, assistant_messages.created_at, "
    "assistant_messages.question, assistant_messages.kind, assistant_messages.topic, assistant_messages.confidence, "
    "assistant_messages.comment FROM queued_questions "
    "JOIN assistant_messages ON assistant_messages.id = queued_questions.message_id "
    "WHERE queued_questions.group_id = $1 AND ($2::uuid IS NULL OR queued_questions.id < $2::uuid) "
    "ORDER BY queued_questions.id DESC LIMIT $3"
)


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """提问组 — with how many of its questions fell short in each way."""

    group: QuestionGroup
    counts: dict[Shortcoming, int]


async def list_groups(
    *, state: QuestionGroupState, shortcoming: Shortcoming | None, after: tuple[int, UUID] | None, limit: int
) -> list[CountedGroup]:
    """Return groups in a state, the most asked first; ``after`` is the place of the last one of the page before."""
    asked, last = after if after else (None, None)
    rows = await fetch_rows(_LIST, state.value, shortcoming.value if shortcoming else "", asked, last, limit)
    found = {group.id: group for group in await QuestionGroup.filter(id__in=[as_uuid(row["id"]) for row in rows])}
    return await _counted([found[as_uuid(row["id"])] for row in rows if as_uuid(row["id"]) in found])


async def read_group(group_id: UUID) -> CountedGroup:
    """Return a group with its counts.

    Raises:
        QuestionGroupNotFound: there is none.
    """
    [counted] = await _counted([await get_group(group_id)])
    return counted


async def questions_of(*, group_id: UUID, after: UUID | None, limit: int) -> Sequence[Row]:
    """Return the questions of a group, the newest first, masked; ``after`` is the last id of the page before."""
    return await fetch_rows(_QUESTIONS, group_id, after, limit)


async def _counted(groups: Sequence[QuestionGroup]) -> list[CountedGroup]:
    if not groups:
        return []
    places = ", ".join(f"${number}" for number in range(1, len(groups) + 1))
    rows = await fetch_rows(_COUNTS.format(ids=places), *(group.id for group in groups))
    counts: dict[UUID, dict[Shortcoming, int]] = {group.id: {} for group in groups}
    for row in rows:
        counts[as_uuid(row["group_id"])][Shortcoming(row["shortcoming"])] = int(row["n"])
    return [CountedGroup(group, counts[group.id]) for group in groups]
