"""任意次序 — a recorded journey, in whatever order, pieces and repetitions it comes, ends as it does in good order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.context import TortoiseContext

from config.database import close_database, open_database
from models import MODEL_MODULES
from models.carriers import CarrierPush, PushOutcome
from models.errors import Invalid
from models.parcels import Parcel, ParcelState, TrackingEvent
from server.carriers.ems import EmsPost
from server.carriers.exchange import Carrying, import_events
from server.carriers.kuaidi100 import Kuaidi100, sign_push
from server.carriers.pushes import receive_push, take_push
from server.parcels.timeline import Told, timeline
from server.state.memory import MemoryState
from server.tables.reading import Sheet
from tests.carriers.recordings import JOURNEY, entries, push_param
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel

AT = datetime(2026, 11, 6, tzinfo=UTC)
BOOKED_AT = datetime(2026, 11, 2, tzinfo=UTC)
SALT = "a-salt"
HEADER = "邮件号,状态,时间,地点,说明"
RETURNED = (
    *JOURNEY[:4],
    ("2026-11-04 09:00:00", "203", "拒收", "收件人拒收", "云南,昆明市"),
    ("2026-11-04 15:00:00", "6", "退回", "退回途中", "云南,昆明市"),
    ("2026-11-07 10:00:00", "3", "签收", "寄件人已签收退件", "江苏,扬州市,高邮市"),
)
"""Refused and brought back: the platform calls the return a delivery."""
POSTED = (
    ("收寄", "2026-11-02 12:00:00", "高邮市", ""),
    ("封发", "2026-11-02 15:00:00", "高邮市", "装车"),
    ("运输", "2026-11-02 20:00:00", "扬州市", ""),
    ("投递", "2026-11-04 08:00:00", "昆明市", ""),
    ("未妥投", "2026-11-04 12:00:00", "昆明市", "家中无人"),
    ("投递", "2026-11-05 08:00:00", "昆明市", ""),
    ("妥投", "2026-11-05 09:00:00", "昆明市", "本人签收"),
)
ENCODINGS = ("gbk", "utf-8-sig", "utf-8", "gb18030")
_numbers = count(9_700_000_000_001)
some_times = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, slots=True)
class End:
    """What a family sees at the end."""

    state: ParcelState
    state_at: datetime
    timeline: list[Any]


@pytest_asyncio.fixture
async def sqlite(sqlite_address: str) -> AsyncIterator[TortoiseContext]:
    """One kind of database: the order of events is nothing that SQL decides."""
    context = await open_database(sqlite_address, model_modules=MODEL_MODULES, pool=1)
    yield context
    await close_database(context)


async def handed_over() -> Parcel:
    account = await make_account()
    return await make_parcel(
        state=ParcelState.HANDED_OVER,
        booked_at=BOOKED_AT,
        account_id=account.id,
        tracking_number=str(next(_numbers)),
    )


async def end_of(parcel: Parcel) -> End:
    stored = await Parcel.get(id=parcel.id)
    events = await TrackingEvent.filter(parcel_id=parcel.id)
    told = [Told(one.kind, one.occurred_at, one.dedupe, one.source, one.text, one.place) for one in events]
    return End(stored.state, stored.state_at, timeline(told, at=AT))


async def push_all(parcel: Parcel, pieces: Sequence[Sequence[tuple[str, ...]]], *, late: bool = False) -> None:
    """Push the pieces as the platform does, signed; ``late`` works on them after all have come, the last first."""
    state = MemoryState()
    for piece in pieces:
        param = push_param(entries(piece), number=str(parcel.tracking_number))
        await receive_push(param=param, sign=sign_push(param=param, salt=SALT), salt=SALT, state=state, at=AT)
        if not late:
            await work()
    await work()


async def work() -> None:
    for push in await CarrierPush.filter(outcome=PushOutcome.RECEIVED).order_by("-id"):
        await take_push(push.id, at=AT)


async def bring(rows: Sequence[str], *, encoding: str = "utf-8") -> Any:
    data = "\r\n".join((HEADER, *rows, "")).encode(encoding)
    return await import_events(sheet=Sheet(data, "轨迹.csv"), who=Carrying(None, "system"), at=AT)


def rows_of(parcel: Parcel) -> list[str]:
    return [f"{parcel.tracking_number},{word},{time},{place},{text}" for word, time, place, text in POSTED]


@some_times
@given(data=st.data())
async def test_pushes_of_the_platform_in_any_order_end_alike(sqlite: TortoiseContext, data: st.DataObject) -> None:
    journey = data.draw(st.sampled_from([JOURNEY, RETURNED]))
    pieces = data.draw(st.lists(st.lists(st.sampled_from(journey), min_size=1, unique=True), max_size=4))
    rest = data.draw(st.permutations([[entry] for entry in journey]))
    shuffled = data.draw(st.permutations([*pieces, *rest, *pieces[:2]]))
    good, other = await handed_over(), await handed_over()

    await push_all(good, [journey])
    await push_all(other, shuffled, late=data.draw(st.booleans()))

    end = await end_of(other)
    assert end == await end_of(good)
    assert end.state is (ParcelState.DELIVERED if journey is JOURNEY else ParcelState.RETURNED)
    assert len(end.timeline) == 3 + len(journey)


@some_times
@given(data=st.data())
async def test_files_of_the_post_in_any_order_end_alike(sqlite: TortoiseContext, data: st.DataObject) -> None:
    good, other = await handed_over(), await handed_over()
    rows = rows_of(other)
    lines = data.draw(st.permutations(rows + data.draw(st.lists(st.sampled_from(rows), max_size=4))))
    cut = data.draw(st.integers(1, len(lines) - 1))
    files = data.draw(st.permutations([lines[:cut], lines[cut:], lines[:cut]]))

    await bring(rows_of(good))
    for file in files:
        await bring(file, encoding=data.draw(st.sampled_from(ENCODINGS)))

    end = await end_of(other)
    assert end == await end_of(good)
    assert end.state is ParcelState.DELIVERED
    assert len(end.timeline) == 3 + len(POSTED)


@given(st.binary(max_size=300), st.sampled_from(["", HEADER + "\r\n"]), st.sampled_from(ENCODINGS))
def test_rubbish_in_a_file_gets_a_clear_answer(rubbish: bytes, head: str, encoding: str) -> None:
    assert len(_answer(EmsPost().translate, head.encode(encoding) + rubbish)) > 8


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_rubbish_in_a_push_gets_a_clear_answer(rubbish: bytes) -> None:
    assert len(_answer(Kuaidi100().translate, rubbish)) > 8


@given(st.data())
def test_a_push_that_was_cut_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    whole = push_param(entries()).encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 3)) :]

    _answer(Kuaidi100().translate, changed)
    assert len(_answer(Kuaidi100().translate, whole[:place])) > 8


async def test_a_file_with_a_broken_byte_is_refused_whole_and_taken_once_mended(sqlite: TortoiseContext) -> None:
    parcel = await handed_over()
    whole = "\r\n".join((HEADER, *rows_of(parcel), "")).encode("gbk")
    broken = whole.replace("家中无人".encode("gbk"), b"\xff\xff")
    who = Carrying(None, "system")

    answer = ""
    try:
        await import_events(sheet=Sheet(broken, "a.csv"), who=who, at=AT)
    except Invalid as refusal:
        answer = f"{refusal.message}；{refusal.next_step}"
    before = await end_of(parcel)
    first = await import_events(sheet=Sheet(whole, "a.csv"), who=who, at=AT)
    again = await import_events(sheet=Sheet(whole, "renamed.csv"), who=who, at=AT)

    assert "编码" in answer or "读" in answer
    assert (before.state, len(before.timeline)) == (ParcelState.HANDED_OVER, 3)
    assert (first.new, first.already_taken, again.new, again.already_taken) == (7, False, 0, True)


def _answer(translate: Any, raw: bytes) -> str:
    """Return the words of the refusal, empty when it was read; anything but a refusal is a fault."""
    try:
        translate(raw)
    except Invalid as refusal:
        return f"{refusal.message}；{refusal.next_step}"
    return ""
