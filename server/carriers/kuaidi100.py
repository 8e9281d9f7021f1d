"""快递100 — what its answers and pushes mean, and how both are signed; nothing here touches the network."""

import hashlib
import hmac
from datetime import datetime
from typing import TypeVar

import msgspec

from config.clock import BEIJING
from server.carriers.kuaidi100_codes import STATE_WORDS, STATES, kind_of
from server.carriers.protocol import CarrierEvent, UnreadableCarrierMessage

T = TypeVar("T")

CODE = "kuaidi100"
NEEDS_TELEPHONE = frozenset({"shunfeng", "zhongtong"})
"""Companies that answer only with the last four digits of a telephone of the parcel."""


class _Entry(msgspec.Struct):
    time: str = ""
    ftime: str = ""
    context: str = ""
    status: str | None = None
    statusCode: str | int | None = None
    areaName: str | None = None


class _Result(msgspec.Struct):
    nu: str
    com: str
    state: str | int | None = None
    data: list[_Entry] = []


class _Push(msgspec.Struct):
    lastResult: _Result


_RESULT = msgspec.json.Decoder(_Result)
_PUSH = msgspec.json.Decoder(_Push)


class Kuaidi100:
    """快递100 — brings the events of many companies; ``com`` says whose."""

    code = CODE
    name = "快递100"

    def translate(self, raw: bytes) -> tuple[CarrierEvent, ...]:
        """Return the events of a push (its ``param``).

        Raises:
            UnreadableCarrierMessage: it is not a push of the platform.
        """
        return self._events(_decode(_PUSH, raw).lastResult)

    def translate_answer(self, raw: bytes) -> tuple[CarrierEvent, ...]:
        """Return the events of the answer to a query, the same ones that a push would bring.

        Raises:
            UnreadableCarrierMessage: it is not an answer with a parcel's events.
        """
        return self._events(_decode(_RESULT, raw))

    def knows(self, raw_code: str) -> bool:
        return raw_code in STATES

    def _events(self, result: _Result) -> tuple[CarrierEvent, ...]:
        """Translate entry by entry. If no entry has a code, the parcel's own state is an event at the last instant.

        That event stands beside the entry and does not take its place, so that the entries of an earlier and of a
        later push of one parcel are the same events.
        """
        entries = [(_instant(entry), entry, _code_of(entry)) for entry in result.data]
        events = [_event(result, moment, code, entry) for moment, entry, code in entries]
        state = _text(result.state)
        if entries and state and not any(code for _, _, code in entries):
            latest = max(moment for moment, _, _ in entries)
            events.append(_event(result, latest, state, _Entry()))
        return tuple(events)


def sign_query(*, param: str, key: str, customer: str) -> str:
    """Return the signature of a query: MD5 of param, key and customer, in upper case."""
    return _md5(param + key + customer)


def sign_push(*, param: str, salt: str) -> str:
    """Return the signature of a push: MD5 of param and salt, in upper case."""
    return _md5(param + salt)


def is_signed(*, param: str, sign: str, salt: str) -> bool:
    """Whether a push carries the signature of our salt, in either case of letters; compared in constant time."""
    return hmac.compare_digest(sign_push(param=param, salt=salt).encode(), sign.strip().upper().encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()


def _event(result: _Result, moment: datetime, code: str, entry: _Entry) -> CarrierEvent:
    return CarrierEvent(
        carrier=result.com.strip().lower(),
        tracking_number=result.nu.strip().upper(),
        kind=kind_of(code),
        occurred_at=moment,
        source=CODE,
        raw_code=code,
        text=entry.context.strip(),
        place=(entry.areaName or "").strip(),
    )


def _code_of(entry: _Entry) -> str:
    """Return the code of an entry, else that of its word, else the word itself, so that staff see what it was."""
    word = _text(entry.status)
    return _text(entry.statusCode) or STATE_WORDS.get(word, word[:20])


def _instant(entry: _Entry) -> datetime:
    written = (entry.ftime or entry.time).strip()
    try:
        return datetime.fromisoformat(written).replace(microsecond=0, tzinfo=BEIJING)
    except ValueError:
        raise UnreadableCarrierMessage("承运方消息里的时间无法识别") from None


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value).strip()


def _decode(decoder: "msgspec.json.Decoder[T]", raw: bytes) -> T:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableCarrierMessage from None
