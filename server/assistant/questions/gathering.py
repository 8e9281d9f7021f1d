"""归组 — puts queued questions into groups, in the order of their coming, and forgets what is old."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from bot.assistant import Assistant
from bot.retrieval.grouping import Grouping
from bot.skills import Question
from models.base import new_id
from models.questions import QuestionGroupState
from models.transactions import Row, as_instant, as_uuid, execute, fetch_rows, transaction

AT_ONCE = 200
MOST_GROUPS = 2000
"""A new question is compared with so many groups, the last asked first; one of an older group begins a new one."""
GUESSED = 3
_DUE = (
    "SELECT queued_questions.id, assistant_messages.question, assistant_messages.created_at FROM queued_questions "
    "JOIN assistant_messages ON assistant_messages.id = queued_questions.message_id "
    "WHERE queued_questions.group_id IS NULL AND queued_questions.due_at <= $1 "
    "ORDER BY queued_questions.due_at, queued_questions.id LIMIT $2"
)
_GROUPS = (
    "SELECT id, text FROM question_groups WHERE state <> 'attached' AND text <> '' "
    "ORDER BY last_at DESC, id DESC LIMIT $1"
)
_TAKE = "UPDATE queued_questions SET group_id = $1 WHERE id = $2 AND group_id IS NULL"
_BEGIN = (
    "INSERT INTO question_groups (id, created_at, state, text, guesses, asked, first_at, last_at, askings, reason, "
    "revision) VALUES ($1, $2, $3, $4, $5, 0, $6, $6, '[]', '', 1)"
)
_COUNT = (
    "UPDATE question_groups SET asked = asked + 1, last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END, "
    "first_at = CASE WHEN first_at > $2 THEN $2 ELSE first_at END WHERE id = $1"
)
_UNUSED = "DELETE FROM question_groups WHERE id = $1 AND asked = 0"
"""Begun for a question that another run had put elsewhere meanwhile."""
_DROP_EMPTY = "DELETE FROM queued_questions WHERE id = $1"
_OLD_QUESTIONS = "DELETE FROM queued_questions WHERE created_at < $1"
_BLANK = (
    "UPDATE question_groups SET text = '' WHERE last_at < $1 AND text <> '' "
    "AND (confirmed_at IS NOT NULL OR state = 'attached')"
)
_OLD_GROUPS = (
    "DELETE FROM question_groups WHERE last_at < $1 AND confirmed_at IS NULL AND state <> 'attached' "
    "AND NOT EXISTS (SELECT 1 FROM queued_questions WHERE group_id = question_groups.id)"
)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A queued question with its group, and what begins that group if it is new."""

    row: Row
    group_id: UUID
    guesses: list[str] | None


async def has_due(*, at: datetime) -> bool:
    """Whether any question waits to be put into a group."""
    return bool(await fetch_rows(_DUE, at, 1))


async def gather_questions(*, assistant: Assistant, at: datetime) -> int:
    """Put the questions that are due into groups; return how many. 归组。

    What is decided once holds for what comes later: a question like one that was set aside joins it. One like those
    that a topic took over begins a new group, for the bot has not understood it still.
    """
    rows = await fetch_rows(_DUE, at, AT_ONCE)
    if not rows:
        return 0
    groups = await fetch_rows(_GROUPS, MOST_GROUPS)
    placed = await asyncio.to_thread(_place, assistant, groups, rows, at)
    done = 0
    async with transaction():
        for one in placed:
            done += await _store(one, at)
        for one in placed:
            if one.guesses is not None:
                await execute(_UNUSED, one.group_id)
    return done


def _place(assistant: Assistant, groups: Sequence[Row], rows: Sequence[Row], at: datetime) -> list[_Placed]:
    model, grouping, ids = assistant.model, Grouping(), []
    for group in groups:
        grouping.add(model.likeness(group["text"]))
        ids.append(as_uuid(group["id"]))
    placed: list[_Placed] = []
    for row in rows:
        likeness = model.likeness(row["question"])
        number = grouping.find(likeness)
        guesses: list[str] | None = None
        if number is None:
            number = grouping.add(likeness)
            ids.append(new_id())
            ranked = assistant.understand(Question(text=row["question"], at=at)).ranked
            guesses = [slug for slug, _ in ranked[:GUESSED]]
        placed.append(_Placed(row, ids[number], guesses))
    return placed


async def _store(one: _Placed, at: datetime) -> int:
    text, asked_at = one.row["question"], as_instant(one.row["created_at"])
    if not text:  # purged meanwhile
        return await execute(_DROP_EMPTY, one.row["id"])
    if one.guesses is not None:
        state = QuestionGroupState.OPEN.value
        await execute(_BEGIN, one.group_id, at, state, text, msgspec.json.encode(one.guesses).decode(), asked_at)
    taken = await execute(_TAKE, one.group_id, one.row["id"])
    if taken:
        await execute(_COUNT, one.group_id, asked_at)
    return taken


async def forget_questions(*, retention_days: int, at: datetime) -> int:
    """Remove queued questions that are so old, and the groups left without any; return how many questions.

    What was taken over from a group, reviewed by a second person, stays; the words of its first question do not.
    """
    before = at - timedelta(days=retention_days)
    async with transaction():
        gone = await execute(_OLD_QUESTIONS, before)
        await execute(_OLD_GROUPS, before)
        await execute(_BLANK, before)
    return gone
