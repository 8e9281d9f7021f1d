"""导入规则 — no file leads a posting along a step that there is not."""

from itertools import product

import pytest

from models.jobs import POSTING_TRANSITIONS, PostingState
from server.jobs.postings.import_rules import ImportMode, RowFacts, RowForbidden, moves, state_after
from server.jobs.postings.terms import ALL_FIELDS, UNREVIEWED

ALL = [
    (mode, RowFacts(stored, changed, is_past, has_doubts))
    for mode, stored, changed, is_past, has_doubts in product(
        ImportMode, (None, *PostingState), ((), UNREVIEWED, ALL_FIELDS), (False, True), (False, True)
    )
]


def after(mode: ImportMode, facts: RowFacts) -> PostingState | None:
    """Return the state after, None where the row is refused."""
    try:
        return state_after(mode, facts)
    except RowForbidden:
        return None


def test_every_move_of_every_import_is_one_of_the_transitions() -> None:
    for mode, facts in ALL:
        state = after(mode, facts)
        if state is None:
            continue
        steps = moves(facts.stored, state)
        for origin, target in steps:
            assert origin is None or target in POSTING_TRANSITIONS[origin], (mode, facts)
        if steps:
            assert (steps[0][0], steps[-1][1]) == (facts.stored, state)
        else:
            assert state is facts.stored


def test_nothing_of_an_employer_goes_live_by_a_file() -> None:
    for mode, facts in ALL:
        if not mode.is_staff and facts.stored is not PostingState.LIVE:
            assert after(mode, facts) is not PostingState.LIVE


def test_nothing_doubtful_goes_live_by_a_file() -> None:
    for mode, facts in ALL:
        if facts.has_doubts and facts.changed == ALL_FIELDS:
            assert after(mode, facts) is not PostingState.LIVE


def test_an_employer_changes_a_live_posting_only_by_a_review() -> None:
    live = RowFacts(PostingState.LIVE, ALL_FIELDS, is_past=False, has_doubts=False)

    assert state_after(ImportMode.DRAFT, live) is PostingState.SUBMITTED


@pytest.mark.parametrize("state", [PostingState.SUBMITTED, PostingState.CLOSED, PostingState.WITHDRAWN])
def test_an_employer_does_not_change_what_is_under_review_or_has_ended(state: PostingState) -> None:
    for changed, is_forbidden in (((), False), (UNREVIEWED, True), (ALL_FIELDS, True)):
        found = after(ImportMode.SUBMIT, RowFacts(state, changed, is_past=False, has_doubts=False))
        assert found is (None if is_forbidden else state)


def test_staff_do_not_change_what_an_employer_has_withdrawn() -> None:
    changed = RowFacts(PostingState.WITHDRAWN, ALL_FIELDS, is_past=False, has_doubts=False)

    for mode in (ImportMode.ENTER, ImportMode.PUBLISH):
        with pytest.raises(RowForbidden, match="撤回"):
            state_after(mode, changed)
