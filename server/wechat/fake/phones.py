"""替身手机 — people do things, WeChat pushes them, and the phone shows what came of it."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from server.wechat.accounts import WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.account import FakeAccount
from server.wechat.fake.chat import Chats, Side
from server.wechat.fake.customer_service import Doing
from server.wechat.fake.messages import Fields
from server.wechat.fake.platform import Now
from server.wechat.fake.pushing import Pusher, PushOutcome
from server.wechat.fake.replies import TRANSFER
from server.wechat.fake.sent import Channel, Deliveries, Sent

HUMAN_LASTS = timedelta(minutes=30)
"""A session with a person of the account that stays silent so long goes back to the callback."""

_MOST_OUTCOMES = 10_000
_DEEDS = {
    "CLICK": Doing.CLICK,
    "subscribe": Doing.SUBSCRIBE,
    "SCAN": Doing.SCAN,
    "user_enter_tempsession": Doing.ENTER,
}
_SPOKEN = {"text", "image", "voice", "location", "video", "link", "miniprogrampage"}


class Phones:
    """手机 — all people's phones. ``tells_sent`` pushes what became of each subscribe message, as WeChat does."""

    def __init__(self, accounts: Mapping[WeChatAccount, FakeAccount], *, deliveries: Deliveries, now: Now) -> None:
        self.chats = Chats(now)
        self.pushers = {name: Pusher(account, now=now) for name, account in accounts.items()}
        self.outcomes: list[PushOutcome] = []
        self.tells_sent = False
        self._accounts, self._deliveries, self._now = accounts, deliveries, now
        self._human: dict[tuple[WeChatAccount, str], datetime] = {}
        self._later: set[asyncio.Task[Any]] = set()
        self._http: aiohttp.ClientSession | None = None
        deliveries.heard = self._receive

    async def open(self) -> None:
        """Open what pushes go out by."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        """End what is under way."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        assert self._http is not None
        await self._http.close()

    async def push(self, account: WeChatAccount, openid: str, fields: Fields) -> PushOutcome:
        """Let a person do something; push it, and show the reply or why there is none.

        A message to an account whose people have taken over the conversation is not pushed.
        """
        is_message = fields.get("MsgType") in _SPOKEN
        self._note(account, openid, fields, is_message=is_message)
        if is_message and self.is_with_human(account, openid):
            self._human[account, openid] = self._now()
            self._say(account, openid, "人工客服已收到这条消息（示例：这里没有真的客服）")
            return PushOutcome(openid)
        assert self._http is not None
        outcome = await self.pushers[account].push(self._http, openid, fields)
        self.outcomes.append(outcome)
        del self.outcomes[:-_MOST_OUTCOMES]
        if outcome.fault:
            self._say(account, openid, f"服务没有正常回应：{outcome.fault}")
        elif outcome.reply is not None and outcome.reply.kind == TRANSFER:
            self._human[account, openid] = self._now()
            self._say(account, openid, "已转人工客服，30 分钟不说话会回到机器人")
        elif outcome.reply is not None:
            self._deliveries.add(account, openid, Channel.PASSIVE, outcome.reply.kind, outcome.reply.body)
        return outcome

    def is_with_human(self, account: WeChatAccount, openid: str) -> bool:
        """Tell whether people of the account have the conversation."""
        since = self._human.get((account, openid))
        return since is not None and since > self._now() - HUMAN_LASTS

    def end_human(self, account: WeChatAccount, openid: str) -> None:
        """Let the account's people close the session."""
        if self._human.pop((account, openid), None):
            self._say(account, openid, "人工客服已结束会话，又由机器人回答")

    async def judge_media(self, trace_id: str, *, suggest: str = "pass", label: int = 100) -> PushOutcome:
        """Push the verdict on a picture or recording that was given in.

        Raises:
            KeyError: it was judged, or never given in.
        """
        mini = self._accounts[WeChatAccount.MINI]
        asked = mini.checks.pending.pop(trace_id)
        fields = messages.media_checked(trace_id, suggest=suggest, label=label, appid=mini.appid)
        return await self.push(WeChatAccount.MINI, str(asked["openid"]), fields)

    async def check_callback(self, account: WeChatAccount) -> bool:
        """Tell whether the callback answers as the back office wants when its address is saved."""
        assert self._http is not None
        return await self.pushers[account].check_url(self._http)

    def _note(self, account: WeChatAccount, openid: str, fields: Fields, *, is_message: bool) -> None:
        held = self._accounts[account]
        name = str(fields.get("Event", ""))
        if is_message:
            held.did(openid, Doing.MESSAGE)
        elif name in _DEEDS:
            held.did(openid, _DEEDS[name])
        if account is WeChatAccount.SERVICE and name == "unsubscribe":
            held.followers.followers.discard(openid)
            held.customer_service.forget(openid)
        elif account is WeChatAccount.SERVICE and (is_message or name in _DEEDS):
            held.followers.followers.add(openid)
        if is_message or name in _DEEDS or name == "unsubscribe":
            self.chats.add(account, openid, Side.PERSON, name or str(fields["MsgType"]), fields)

    def _receive(self, sent: Sent) -> None:
        self.chats.add(sent.account, sent.openid, Side.ACCOUNT, sent.channel, sent.body)
        if sent.channel is Channel.SUBSCRIBE and self.tells_sent:
            fields = messages.subscribe_message_sent(sent.kind, number=sent.number)
            self.later(self.push(sent.account, sent.openid, fields))

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something beside the request."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def finish(self) -> None:
        """Wait for what was to be done beside the requests."""
        while self._later:
            await asyncio.gather(*self._later, return_exceptions=True)

    def _say(self, account: WeChatAccount, openid: str, words: str) -> None:
        self.chats.add(account, openid, Side.SYSTEM, "text", {"text": {"content": words}})
