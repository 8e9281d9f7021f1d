"""物流时间线 — a parcel's events as sentences that a family understands, by event time, with what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.clock import beijing
from models.parcels import Collection, EventKind, ParcelState
from server.parcels.events import OURS
from server.parcels.states import rank
from server.stations.hours import WEEKDAY_SIGNS, day_in_words

_K = EventKind
_SENTENCES: dict[EventKind, str] = {
    _K.BOOKED: "寄件预约成功",
    _K.ACCEPTED: "驿站已经验视并收寄",
    _K.ACCEPTANCE_UNDONE: "驿站撤销了收寄登记",
    _K.HANDED_OVER: "包裹已经交给快递员",
    _K.COLLECTED: "承运方已经揽收",
    _K.IN_TRANSIT: "包裹正在路上",
    _K.ARRIVED: "包裹已经到达收件地",
    _K.OUT_FOR_DELIVERY: "快递员正在派送",
    _K.READY_FOR_PICKUP: "包裹已到代收点，等收件人来取",
    _K.DELIVERED: "收件人已经签收",
    _K.DELIVERED_TO_OTHER: "包裹已由他人代收",
    _K.EXCEPTION: "派送遇到了问题",
    _K.RECIPIENT_REFUSED: "收件人没有收下包裹",
    _K.RETURNING: "包裹正在退回",
    _K.RETURNED: "包裹已经退回",
    _K.LOST: "包裹确认丢失",
    _K.CANCELLED: "寄件预约已经取消",
    _K.REFUSED_AT_COUNTER: "驿站没有收寄这个包裹",
    _K.UNKNOWN: "承运方发来一条消息",
}
_S = ParcelState
_NEXT_STEPS: dict[ParcelState, str] = {
    _S.ACCEPTED: "驿站会把包裹交给快递员，您不用做什么，请保管好回执",
    _S.HANDED_OVER: "包裹已经交出，您不用做什么，有进展会通知您",
    _S.IN_TRANSIT: "包裹在路上，您不用做什么，开始派送时会通知您",
    _S.OUT_FOR_DELIVERY: "请提醒收件人留意电话",
    _S.READY_FOR_PICKUP: "请提醒收件人尽快去取",
    _S.DELIVERED: "请和收件人核对东西是否完好；破损或缺少的，请在「售后」里提出",
    _S.CANCELLED: "要寄的话请重新预约",
    _S.REFUSED_AT_COUNTER: "请按原因处理好以后重新预约，不清楚的可以打驿站电话问一问",
    _S.EXCEPTION: "请和收件人核对电话和地址，再联系驿站；一直没有进展的，请在「售后」里查询",
    _S.RETURNING: "包裹正在退回，退到后会通知您",
    _S.RETURNED: "包裹已经退回，请联系驿站领取",
    _S.LOST: "请在「售后」里申请赔偿，驿站会帮您办理",
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """时间线的一条 — ``words`` are the source's own, kept beside our sentence; both are for the family only."""

    kind: EventKind
    occurred_at: datetime
    when: str
    sentence: str
    source: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a stored event tells."""

    kind: EventKind
    occurred_at: datetime
    dedupe: str
    source: str
    text: str
    place: str


def timeline(events: Sequence[Told], *, at: datetime) -> list[TimelineEntry]:
    """Return the entries of a parcel's events, the last to happen first; never by when we heard of them."""
    ordered = sorted(events, key=lambda event: (event.occurred_at, rank(event.kind), event.dedupe), reverse=True)
    return [_entry(event, at=at) for event in ordered]


def public_sentence(kind: EventKind) -> str:
    """Return what anybody who holds a share link may read of an event: no place, and no words of its source."""
    return _SENTENCES[kind]


def moment_in_words(moment: datetime, *, at: datetime) -> str:
    """Return an instant as people say it in Beijing: 11月2日（周一）09:30, with the year if it is another one."""
    then = beijing(moment)
    year = "" if then.year == beijing(at).year else f"{then.year}年"
    weekday = WEEKDAY_SIGNS[then.weekday()]
    return f"{year}{then.month}月{then.day}日（周{weekday}）{then.hour:02}:{then.minute:02}"


def next_step(state: ParcelState) -> str:
    """Return what a family can do once a parcel was brought or will never be."""
    return _NEXT_STEPS[state]


def next_step_before(collection: Collection, *, day: date, starts: str, ends: str, station: str, at: datetime) -> str:
    """Return what a family does for a parcel that is booked; ``starts`` and ``ends`` are of the slot at the counter."""
    today = beijing(at).date()
    is_past = day < today or (day == today and ends != "" and ends <= f"{beijing(at):%H:%M}")
    if is_past:
        return "约好的时间已经过去，请改约，或取消后重新预约"
    when = day_in_words(day, today=today)
    if collection is Collection.HOME:
        return f"{when}会有人上门取件，请把寄件人的身份证准备好，包裹先不要封口"
    return f"请在{when} {starts}—{ends} 把包裹带到{station}，带上寄件人的身份证，包裹先不要封口"


def _entry(event: Told, *, at: datetime) -> TimelineEntry:
    is_ours = event.source == OURS
    sentence = _SENTENCES[event.kind]
    if is_ours and event.text:
        sentence = f"{sentence}：{event.text}"
    elif event.place:
        sentence = f"{sentence}（{event.place}）"
    return TimelineEntry(
        kind=event.kind,
        occurred_at=event.occurred_at,
        when=moment_in_words(event.occurred_at, at=at),
        sentence=sentence,
        source="驿站" if is_ours else "承运方",
        place=event.place,
        words="" if is_ours else event.text,
    )
