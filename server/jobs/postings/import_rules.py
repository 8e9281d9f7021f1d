"""导入规则 — in which state an imported posting is kept; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from models.jobs import POSTING_TRANSITIONS, PostingState
from server.jobs.postings.terms import UNREVIEWED


class ImportMode(StrEnum):
    """导入方式 — what becomes of new postings and of drafts."""

    DRAFT = "draft"
    """An employer keeps them to itself."""
    SUBMIT = "submit"
    """An employer submits them."""
    ENTER = "enter"
    """Staff enter them for their colleagues to review."""
    PUBLISH = "publish"
    """Staff let them go live: the file is their review."""

    @property
    def is_staff(self) -> bool:
        return self in (ImportMode.ENTER, ImportMode.PUBLISH)


class RowForbidden(ValueError):
    """The posting's state does not allow what the row says; a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What is known of a row when its state is decided."""

    stored: PostingState | None
    """None is a new posting."""
    changed: Collection[str]
    is_past: bool
    """Its closing day has passed, or the fair that it names is over and it names no later day."""
    has_doubts: bool
    """A condition may be unlawful, so that somebody must read it."""


def state_after(mode: ImportMode, facts: RowFacts) -> PostingState:
    """Return the state of a posting after the import.

    Raises:
        RowForbidden: it may not be changed so.
    """
    return _after_staff(mode, facts) if mode.is_staff else _after_employer(mode, facts)


def _after_employer(mode: ImportMode, facts: RowFacts) -> PostingState:
    wanted = PostingState.SUBMITTED if mode is ImportMode.SUBMIT else PostingState.DRAFT
    match facts.stored:
        case None:
            return wanted
        case PostingState.DRAFT:
            return wanted
        case stored if not facts.changed:
            return stored
        case PostingState.SUBMITTED:
            raise RowForbidden("这个编号的岗位正在审核，请先收回再改，或把这一行改回原样")
        case PostingState.LIVE:
            return PostingState.SUBMITTED if set(facts.changed) - UNREVIEWED else PostingState.LIVE
        case PostingState.FILLED if set(facts.changed) - UNREVIEWED:
            raise RowForbidden("这个编号的岗位已招满，只能改招聘人数、联系人、联系电话和截止日期，请先重新招聘")
        case PostingState.CLOSED | PostingState.WITHDRAWN as ended:
            raise RowForbidden(f"这个编号的岗位{ended.label}，不能再改，请换一个编号")
        case stored:
            return stored


def _after_staff(mode: ImportMode, facts: RowFacts) -> PostingState:
    match facts.stored:
        case PostingState.WITHDRAWN if facts.changed:
            raise RowForbidden("这个编号的岗位已被单位撤回，不能再改，请换一个编号")
        case None | PostingState.DRAFT | PostingState.SUBMITTED if facts.is_past:
            return PostingState.CLOSED
        case None | PostingState.DRAFT | PostingState.SUBMITTED if mode is ImportMode.PUBLISH and not facts.has_doubts:
            return PostingState.LIVE
        case None | PostingState.DRAFT | PostingState.SUBMITTED:
            return PostingState.SUBMITTED
        case PostingState.LIVE if facts.has_doubts and set(facts.changed) - UNREVIEWED:
            return PostingState.SUBMITTED
        case stored:
            return stored


def moves(stored: PostingState | None, state: PostingState) -> tuple[tuple[PostingState | None, PostingState], ...]:
    """Return the steps, each of the table of transitions, that lead from a stored state to another one.

    Staff who publish a draft by a file submit and approve it at once; a new posting begins where it is put.
    """
    if stored is state:
        return ()
    if stored is None or state in POSTING_TRANSITIONS[stored]:
        return ((stored, state),)
    chain = _TO_THE_END[_TO_THE_END.index(stored) : _TO_THE_END.index(state) + 1]
    return tuple(pairwise(chain))


_TO_THE_END = (PostingState.DRAFT, PostingState.SUBMITTED, PostingState.LIVE, PostingState.CLOSED)
