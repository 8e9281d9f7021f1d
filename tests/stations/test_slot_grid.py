"""时段划分"""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from server.stations.hours import Span, in_order
from server.stations.slots import slots_of

MINUTES = st.sets(st.integers(0, 24 * 60 - 1), max_size=6).map(sorted)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@given(MINUTES, st.integers(1, 240))
def test_slots_fill_each_span_whole_never_leave_it_and_never_overlap(minutes: list[int], length: int) -> None:
    edges = [(minutes[place], minutes[place + 1]) for place in range(0, len(minutes) - 1, 2)]
    spans = in_order(Span(clock(begin), clock(end)) for begin, end in edges)

    slots = slots_of(spans, minutes=length)

    assert all(any(span.opens <= slot.opens < slot.closes <= span.closes for span in spans) for slot in slots)
    assert all(before.closes <= after.opens for before, after in itertools.pairwise(slots))
    assert len(slots) == sum((end - begin) // length for begin, end in edges)
