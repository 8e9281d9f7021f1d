"""岗位、投递、就业意向的状态 — every state is reached, and an end is an end; schooling is read and ordered."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from models.applications import APPLICATION_TRANSITIONS, ApplicationState
from models.employers import EmployerNature
from models.fairs import FAIR_TRANSITIONS, FairDocumentKind, FairPhase, FairState
from models.intents import INTENT_TRANSITIONS, IntentState, Signing
from models.jobs import POSTING_TRANSITIONS, JobActor, JobKind, PostingState
from models.schooling import Schooling, parse_schooling

MACHINES = [
    (PostingState, POSTING_TRANSITIONS, {"closed", "withdrawn"}),
    (ApplicationState, APPLICATION_TRANSITIONS, {"hired", "refused", "withdrawn"}),
    (IntentState, INTENT_TRANSITIONS, {"hired", "withdrawn", "lapsed"}),
    (FairState, FAIR_TRANSITIONS, {"cancelled"}),
]
machines = pytest.mark.parametrize(("states", "transitions", "ends"), MACHINES)


def reached_from(first: StrEnum, transitions: Mapping[StrEnum, frozenset[StrEnum]]) -> set[StrEnum]:
    reached, waiting = {first}, [first]
    while waiting:
        new = transitions[waiting.pop()] - reached
        reached |= new
        waiting.extend(new)
    return reached


@machines
def test_every_state_has_its_row_and_is_reached_from_the_first(
    states: type[StrEnum], transitions: Mapping[StrEnum, frozenset[StrEnum]], ends: set[str]
) -> None:
    first = next(iter(states))

    assert set(transitions) == set(states)
    assert reached_from(first, transitions) == set(states)


@machines
def test_exactly_the_ends_lead_nowhere(
    states: type[StrEnum], transitions: Mapping[StrEnum, frozenset[StrEnum]], ends: set[str]
) -> None:
    assert {state for state, following in transitions.items() if not following} == ends


@machines
def test_an_end_is_reached_from_every_state_and_none_leads_to_itself(
    states: type[StrEnum], transitions: Mapping[StrEnum, frozenset[StrEnum]], ends: set[str]
) -> None:
    for state in states:
        assert reached_from(state, transitions) & ends
        assert state not in transitions[state]


def test_nothing_goes_live_without_a_review() -> None:
    before_live = {state for state, following in POSTING_TRANSITIONS.items() if PostingState.LIVE in following}

    assert PostingState.DRAFT not in before_live
    assert before_live == {PostingState.SUBMITTED, PostingState.SUSPENDED, PostingState.FILLED}


def test_an_unsigned_intent_becomes_neither_an_offer_nor_a_hire() -> None:
    following = INTENT_TRANSITIONS[IntentState.DRAFT]

    assert following.isdisjoint({IntentState.OFFERED, IntentState.HIRED})


@pytest.mark.parametrize(
    "names",
    [
        *(JobKind, JobActor, EmployerNature, Schooling, PostingState, ApplicationState, IntentState, Signing),
        *(FairState, FairPhase, FairDocumentKind),
    ],
)
def test_every_name_has_a_chinese_label_of_its_own(names: type[JobKind]) -> None:
    labels = [name.label for name in names]

    assert len(set(labels)) == len(labels)
    assert all("一" <= label[0] <= "龥" for label in labels)


def test_schooling_is_ordered_by_level_and_not_by_spelling() -> None:
    assert Schooling.BACHELOR > Schooling.COLLEGE > Schooling.ANY
    assert Schooling.SENIOR_MIDDLE < Schooling.COLLEGE <= Schooling.COLLEGE
    assert not Schooling.DOCTOR <= Schooling.MASTER
    assert sorted(Schooling, reverse=True)[0] is Schooling.DOCTOR
    assert max(Schooling.JUNIOR_MIDDLE, Schooling.ANY) is Schooling.JUNIOR_MIDDLE


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("不限", "any"),
        ("学历不限", "any"),
        ("无学历要求", "any"),
        ("不限学历", "any"),
        ("小学", "any"),
        ("初中及以上", "junior_middle"),
        ("初中毕业", "junior_middle"),
        ("初中文化程度", "junior_middle"),
        ("初中以上文化程度", "junior_middle"),
        ("高中/中专/技校", "senior_middle"),
        ("中专", "senior_middle"),
        ("高中或中专以上学历", "senior_middle"),
        ("技校及以上", "senior_middle"),
        ("大专", "college"),
        ("大专 及以上", "college"),
        ("专科以上学历", "college"),
        ("大专或本科", "college"),
        ("大专-本科", "college"),
        ("全日制本科及以上", "bachelor"),
        ("大学本科", "bachelor"),
        ("最低学历：本科", "bachelor"),
        ("硕士研究生及以上", "master"),
        ("研究生", "master"),
        ("博士", "doctor"),
    ],
)
def test_schooling_is_read_as_people_write_it(text: str, level: str) -> None:
    assert parse_schooling(text) is Schooling(level)


@pytest.mark.parametrize("text", ["", "   ", "本科以下", "大专以内", "有上进心", "MBA", "本科/熟练工", "以上"])
def test_what_is_no_level_is_refused_with_the_levels_to_choose_from(text: str) -> None:
    with pytest.raises(ValueError, match="请写 不限、初中"):
        parse_schooling(text)


@pytest.mark.parametrize("level", Schooling)
def test_the_label_of_a_level_reads_back_as_that_level(level: Schooling) -> None:
    assert parse_schooling(level.label) is level
