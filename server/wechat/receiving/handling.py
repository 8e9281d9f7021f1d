"""处理推送 — what each kind of push leads to; done in one transaction with the note that it was done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.assistant import A_PERSON
from models.errors import NotFound
from models.transactions import execute, transaction
from models.wechat import WeChatContact, WeChatMessageState, WeChatPushState
from server.assistant.asking import Asked, ask, last_offer, require_conversation
from server.assistant.current import current_assistant
from server.notifications.subscriptions import record_reports
from server.scenes.service import resolve_scene
from server.wechat.accounts import WeChatAccount
from server.wechat.pushes.parsing import PRIVACY_EVENTS, Push, PushKind
from server.wechat.receiving.contacts import DID, ENTERED, open_window
from server.wechat.receiving.keeping import mark_push
from server.wechat.receiving.privacy import obey_privacy_event
from server.wechat.receiving.sending import add_messages
from server.wechat.receiving.writing import (
    CODE_UNKNOWN,
    GREETING,
    NO_WORDS,
    NOT_HEARD,
    chosen_number,
    write_reply,
)

GREETED_FOR = timedelta(hours=12)
_NEAREST = "附近的服务站"
_ASK, _SAY = "ask:", "say:"
"""What a key of the menu means: the answer of a topic, or a question as if it was typed."""
_UNREADABLE = frozenset({"image", "video", "shortvideo", "file", "link", "miniprogrampage", "music", "emoticon"})
_REPORTS = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"})
_QUIET = frozenset(
    {"view", "view_miniprogram", "templatesendjobfinish", "kf_create_session", "kf_close_session", "kf_switch_session"}
    | {"wxa_media_check", "location", "publishjobfinish", "masssendjobfinish", "debug_demo"}
)
"""Events that need nothing of us; each stands in the list of pushes."""


class AlreadyHandled(Exception):
    """Somebody else did the work on a push; nothing of this one is kept."""


@dataclass(frozen=True, slots=True)
class Work:
    """一次处理 — a push of a contact, when it came, and how its texts go out."""

    account: WeChatAccount
    contact: WeChatContact
    push_id: UUID
    push: Push
    came_at: datetime
    is_passive: bool = False

    async def settle(
        self, outcome: str, texts: Sequence[str] = (), *, at: datetime, state: WeChatPushState = WeChatPushState.DONE
    ) -> None:
        """Note in the caller's transaction that the push is done, and what is to be said.

        Raises:
            AlreadyHandled: it was done meanwhile.
        """
        reply = texts[0] if self.is_passive and len(texts) == 1 else ""
        if not await mark_push(self.push_id, state=state, outcome=outcome, at=at, reply=reply):
            raise AlreadyHandled
        sent_as = WeChatMessageState.PASSIVE if reply else WeChatMessageState.WAITING
        await add_messages(self.contact.id, texts, answers=f"push:{self.push_id.hex}", at=at, state=sent_as)


async def handle(work: Work, *, at: datetime) -> None:
    """Do the work on a push, once. 处理推送。

    Raises:
        AlreadyHandled: it was done meanwhile.
    """
    if work.push.kind is PushKind.MESSAGE:
        await _message(work, at)
    else:
        await _event(work, at)


def question_of(push: Push) -> str | None:
    """Return what a message asks in words, typed or as WeChat heard it; None if it has no words."""
    match push.name.lower():
        case "text":
            return push.text("Content").strip()
        case "voice":
            return push.text("Recognition").strip() or None
    return None


async def _message(work: Work, at: datetime) -> None:
    name = work.push.name.lower()
    asked = question_of(work.push)
    if asked is not None:
        await _ask(work, asked, at=at)
    elif name == "location":
        latitude, longitude = _degrees(work.push, "Location_X"), _degrees(work.push, "Location_Y")
        await _ask(work, _NEAREST, at=at, latitude=latitude, longitude=longitude)
    elif name == "voice":
        await _say(work, "not_heard", NOT_HEARD, at)
    elif name in _UNREADABLE:
        await _say(work, "no_words", NO_WORDS, at)
    else:
        await _unknown(work, at)


async def _event(work: Work, at: datetime) -> None:
    name = work.push.name.lower()
    handler = _EVENTS.get(name)
    if handler is not None:
        await handler(work, at)
    elif name in _REPORTS:
        async with transaction():
            await work.settle("reported", at=at)
            await record_reports(
                openid=work.push.openid, event=name, items=work.push.items(), reference=work.push_id.hex, at=at
            )
    elif name in PRIVACY_EVENTS:
        async with transaction():
            await work.settle("privacy", at=at)
            await obey_privacy_event(name=name, contact=work.contact, push_id=work.push_id, at=at)
    elif name in _QUIET:
        async with transaction():
            await work.settle(name, at=at)
    else:
        await _unknown(work, at)


async def _subscribe(work: Work, at: datetime) -> None:
    await open_window(work.contact.id, DID, at=work.came_at)
    text = await _leading(work.push.scene) if work.push.scene else ""
    async with transaction():
        await execute(
            "UPDATE wechat_contacts SET is_following = $1, greeted_at = $2 WHERE id = $3", True, at, work.contact.id
        )
        await work.settle("subscribed", [text or GREETING], at=at)


async def _scan(work: Work, at: datetime) -> None:
    await open_window(work.contact.id, DID, at=work.came_at)
    await _say(work, "scanned", await _leading(work.push.scene), at)


async def _unsubscribe(work: Work, at: datetime) -> None:
    async with transaction():
        await execute(
            "UPDATE wechat_contacts SET is_following = $1, shut_at = $2, brief_left = 0 WHERE id = $3",
            False,
            at,
            work.contact.id,
        )
        await work.settle("unsubscribed", at=at)


async def _enter(work: Work, at: datetime) -> None:
    """Greet whoever opens the customer-service window, not each time they look in."""
    await open_window(work.contact.id, ENTERED, at=work.came_at)
    async with transaction():
        greeted = await execute(
            "UPDATE wechat_contacts SET greeted_at = $1 WHERE id = $2 AND (greeted_at IS NULL OR greeted_at <= $3)",
            at,
            work.contact.id,
            at - GREETED_FOR,
        )
        await work.settle("entered", [GREETING] if greeted else [], at=at)


async def _click(work: Work, at: datetime) -> None:
    await open_window(work.contact.id, DID, at=work.came_at)
    key = work.push.text("EventKey")
    if key.startswith(_ASK):
        slug = key.removeprefix(_ASK)
        topic = (await current_assistant()).published.topics.get(slug)
        await (_ask(work, topic.title, at=at, topic=slug) if topic else _unknown(work, at))
    elif key.startswith(_SAY):
        await _ask(work, key.removeprefix(_SAY), at=at)
    else:
        await _unknown(work, at)


_EVENTS: dict[str, Callable[[Work, datetime], Awaitable[None]]] = {
    "subscribe": _subscribe,
    "scan": _scan,
    "unsubscribe": _unsubscribe,
    "user_enter_tempsession": _enter,
    "click": _click,
}


async def _ask(
    work: Work,
    text: str,
    *,
    at: datetime,
    topic: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> None:
    """Put a question to the bot in the contact's conversation; the number of an option chooses it."""
    conversation_id = await _conversation_of(work.contact)
    number = chosen_number(text)
    if number is not None and conversation_id is not None:
        offer = await last_offer(conversation_id, at=at)
        if number <= len(offer.topics):
            topic = offer.topics[number - 1]
        elif offer.has_person and number == len(offer.topics) + 1:
            text = A_PERSON.send

    async def settle(asked: Asked) -> None:
        await execute(
            "UPDATE wechat_contacts SET conversation_id = $1 WHERE id = $2", asked.conversation_id, work.contact.id
        )
        await work.settle(asked.reply.kind.value, write_reply(asked.reply), at=at)

    await ask(
        assistant=await current_assistant(),
        text=text,
        conversation_id=conversation_id,
        topic=topic,
        is_topic_chosen=work.push.kind is PushKind.EVENT,
        latitude=latitude,
        longitude=longitude,
        account_id=work.contact.person_id,
        at=at,
        within=settle,
    )


async def _conversation_of(contact: WeChatContact) -> UUID | None:
    """Return the conversation that goes on; a new one begins where it is of another account."""
    if contact.conversation_id is None:
        return None
    try:
        await require_conversation(contact.conversation_id, account_id=contact.person_id)
    except NotFound:
        return None
    return contact.conversation_id


async def _leading(scene: str) -> str:
    """Return what is said of the code that was scanned."""
    try:
        destination = await resolve_scene(scene)
    except NotFound:
        return CODE_UNKNOWN
    return f"您扫的是：{destination.title}\n请打开小程序查看详情；想问什么也可以直接打字。"


async def _say(work: Work, outcome: str, text: str, at: datetime) -> None:
    async with transaction():
        await work.settle(outcome, [text], at=at)


async def _unknown(work: Work, at: datetime) -> None:
    async with transaction():
        await work.settle("unknown", at=at, state=WeChatPushState.UNKNOWN)


def _degrees(push: Push, name: str) -> float | None:
    try:
        found = float(push.text(name))
    except ValueError:
        return None
    return found if abs(found) <= 180 else None
