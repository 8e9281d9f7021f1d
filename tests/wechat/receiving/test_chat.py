"""聊天 — what people send and read, on both accounts."""

from datetime import timedelta

import pytest

from bot.dialogue.follow_ups import REMEMBERED
from bot.replies import Kind, Option, Reply
from config.clock import utc_now
from models.accounts import Account
from models.conversations import AssistantMessage, HandoverCase
from models.notifications import Notification
from models.outbox import OutboxMessage
from models.wechat import WeChatContact, WeChatMessage, WeChatMessageState, WeChatPush, WeChatPushState
from server.assistant.current import AssistantNotReady
from server.resources import resources
from server.wechat.fake import messages
from server.wechat.fake.server import Failure
from server.wechat.receiving.contacts import working_on
from server.wechat.receiving.sending import add_messages, send_waiting
from server.wechat.receiving.tasks import KEPT_DAYS, purge_pushes, take_up_stranded
from server.wechat.receiving.working import work_on_push
from server.wechat.receiving.writing import (
    CODE_UNKNOWN,
    GREETING,
    LONGEST_BYTES,
    NO_WORDS,
    NOT_HEARD,
    chosen_number,
    split_text,
    write_reply,
)
from tests.factories.cards import make_staff
from tests.wechat.receiving.conftest import MINI, SERVICE, Chat

QUESTION = "优待证丢了怎么补办"


class TestQuestions:
    async def test_a_question_is_answered_by_customer_service_once(self, chat: Chat) -> None:
        outcome = await chat.push("o-veteran", messages.text(QUESTION))
        before = chat.texts("o-veteran")
        await chat.work()

        [text] = chat.texts("o-veteran")
        assert (outcome.was_taken, outcome.reply, before) == (True, None, [])
        assert "挂失" in text
        assert "依据：" in text
        assert len(chat.wechat.requests("/cgi-bin/message/custom/business/typing")) == 1
        push = await WeChatPush.get()
        assert (push.state, push.outcome, push.openid) == (WeChatPushState.DONE, "answer", "o-veteran")
        assert QUESTION not in push.body_sealed

    async def test_what_was_heard_is_asked_like_what_was_typed(self, chat: Chat) -> None:
        await chat.push("o-veteran", messages.voice(media_id="m1", recognition="优待证丢了怎么补办。"))
        await chat.push("o-veteran", messages.voice(media_id="m2"))
        await chat.work()

        first, second = chat.texts("o-veteran")
        assert "挂失" in first
        assert second == NOT_HEARD

    async def test_an_option_is_chosen_by_its_number(self, chat: Chat) -> None:
        [asked_back] = await chat.ask("o-veteran", "补贴怎么领")
        [answer] = await chat.ask("o-veteran", "1")

        assert "回复数字选择：\n1. " in asked_back
        label = asked_back.split("1. ")[1].split("\n")[0]
        last = await AssistantMessage.all().order_by("-id").first()
        assert last is not None
        assert (last.kind, last.question) == ("answer", "1")
        assert answer
        assert label

    async def test_the_number_after_the_topics_brings_a_person(self, chat: Chat) -> None:
        [asked_back] = await chat.ask("o-veteran", "补贴怎么领")
        numbers = [line.split(".")[0] for line in asked_back.split("\n") if line[:1].isdigit()]
        await chat.ask("o-veteran", numbers[-1])

        assert (await HandoverCase.get()).reason == "by_word"

    async def test_where_nothing_was_understood_one_brings_a_person(self, chat: Chat) -> None:
        [refused] = await chat.ask("o-veteran", "彳亍蹒跚龃龉饕餮魑魅魍魉")
        await chat.ask("o-veteran", "1")

        assert "1. 都不是，转人工" in refused
        assert (await HandoverCase.get()).reason == "by_word"

    async def test_a_number_beyond_what_an_answer_offers_brings_nobody(self, chat: Chat) -> None:
        [answer] = await chat.ask("o-veteran", QUESTION)
        await chat.ask("o-veteran", "4")

        assert "4. " not in answer
        assert not await HandoverCase.exists()

    async def test_a_number_means_nothing_once_the_offer_is_forgotten(self, chat: Chat) -> None:
        await chat.ask("o-veteran", "补贴怎么领")
        await AssistantMessage.all().update(created_at=utc_now() - REMEMBERED)
        await chat.ask("o-veteran", "1")

        last = await AssistantMessage.all().order_by("-id").first()
        assert last is not None
        assert last.kind != "answer"

    async def test_follow_ups_know_what_was_said(self, chat: Chat) -> None:
        await chat.ask("o-veteran", QUESTION)
        await chat.ask("o-veteran", "那要带什么材料")

        assert await AssistantMessage.all().count() == 2
        assert len({one.conversation_id for one in await AssistantMessage.all()}) == 1

    async def test_a_picture_is_answered_with_what_to_do(self, chat: Chat) -> None:
        await chat.push("o-veteran", messages.image(url="http://example.com/a.jpg", media_id="m1"))
        await chat.work()

        assert chat.texts("o-veteran") == [NO_WORDS]

    async def test_a_place_leads_to_the_nearest_station(self, chat: Chat) -> None:
        await chat.push("o-veteran", messages.location(latitude=32.78, longitude=119.44, label="高邮市"))
        await chat.work()

        assert len(chat.texts("o-veteran")) == 1
        last = await AssistantMessage.get()
        assert (last.kind, last.intent) == ("live", "station_lookup")

    async def test_a_person_is_brought_by_word_and_the_case_is_open(self, chat: Chat) -> None:
        outcome = await chat.push("o-veteran", messages.text("转人工"))
        await chat.work()

        assert outcome.reply is not None
        assert outcome.reply.kind == "transfer_customer_service"
        assert await HandoverCase.all().count() == 1
        assert [text for text in chat.texts("o-veteran") if text]

    async def test_a_member_of_the_mini_program_is_known_in_the_chat(self, chat: Chat) -> None:
        person = await Account.create(openid="o-known")
        await chat.ask("o-known", QUESTION)

        contact = await WeChatContact.get()
        assert contact.person_id == person.id

    async def test_a_follower_is_known_by_what_joins_the_accounts(self, chat: Chat) -> None:
        person = await Account.create(openid="o-mini", unionid="u-1")
        chat.wechat.unionids["o-service"] = "u-1"
        chat.wechat.did("o-service", account=SERVICE)
        await chat.push("o-service", messages.follow(), account=SERVICE)
        await chat.work()

        contact = await WeChatContact.get(openid="o-service")
        assert contact.person_id == person.id

    async def test_what_staff_answer_is_read_in_the_chat_and_in_the_inbox(self, chat: Chat) -> None:
        person = await Account.create(openid="o-veteran")
        await chat.ask("o-veteran", "转人工")
        clerk = await chat.service.login("wechat-clerk")
        await make_staff(clerk.account_id)
        case = await HandoverCase.get()

        await clerk.post(f"/v1/staff/assistant/cases/{case.id}/answer", {"text": "您好，请明天上午来服务站。"})
        await chat.work()

        assert chat.texts("o-veteran")[-1] == "工作人员回复：您好，请明天上午来服务站。"
        assert await Notification.filter(account_id=person.id, event="handover.answered").count() == 1

    async def test_while_the_first_model_is_made_a_question_waits(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def not_ready() -> None:
            raise AssistantNotReady

        with monkeypatch.context() as patched:
            patched.setattr("server.wechat.receiving.handling.current_assistant", not_ready)
            for _ in range(10):
                await chat.push("o-veteran", messages.text(QUESTION))
                await work_on_push({"push_id": (await WeChatPush.all().order_by("-id").first()).id.hex})  # type: ignore[union-attr]
        push = await WeChatPush.all().order_by("id").first()
        assert push is not None
        assert (push.state, push.attempts) == (WeChatPushState.WAITING, 0)
        await work_on_push({"push_id": push.id.hex})
        assert chat.texts("o-veteran")


class TestPassive:
    async def test_the_service_account_answers_with_the_push_itself(self, chat: Chat) -> None:
        outcome = await chat.push("o-follower", messages.text(QUESTION), account=SERVICE)
        await chat.work()

        assert outcome.reply is not None
        assert "挂失" in str(outcome.reply.fields["Content"])
        assert len(chat.wechat.requests("/cgi-bin/message/custom/send")) == 0
        [message] = await WeChatMessage.all()
        assert message.state is WeChatMessageState.PASSIVE

    async def test_a_repetition_is_answered_with_the_same_and_nothing_is_done_again(self, chat: Chat) -> None:
        pusher = chat.wechat.phones.pushers[SERVICE]
        request = pusher.compose("o-follower", messages.text(QUESTION))
        path = "/v1/wechat/service/messages"
        kwargs = {
            "params": dict(request.params),
            "data": request.body,
            "headers": {"Content-Type": request.content_type},
        }

        answers = [await chat.service.call("POST", path, **kwargs) for _ in range(3)]

        assert {answer.status for answer in answers} == {200}
        assert all(b"Encrypt" in answer.body for answer in answers)
        assert await AssistantMessage.all().count() == 1

    async def test_what_takes_too_long_is_answered_by_customer_service(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("server.wechat.receiving.service.PASSIVE_SECONDS", 0.0)
        chat.wechat.did("o-follower", account=SERVICE)
        outcome = await chat.push("o-follower", messages.text(QUESTION), account=SERVICE)
        await work_on_push({"push_id": (await WeChatPush.get()).id.hex})

        assert outcome.reply is None
        assert len(chat.texts("o-follower")) == 1
        [message] = await WeChatMessage.all()
        assert message.state is WeChatMessageState.SENT


class TestEvents:
    async def test_a_new_follower_is_greeted(self, chat: Chat) -> None:
        await chat.push("o-new", messages.follow(), account=SERVICE)
        await chat.work()

        assert chat.texts("o-new") == [GREETING]

    async def test_a_code_that_leads_nowhere_is_told(self, chat: Chat) -> None:
        await chat.push("o-new", messages.scan("nowhere"), account=SERVICE)
        await chat.work()

        assert chat.texts("o-new") == [CODE_UNKNOWN]

    async def test_whoever_enters_the_window_is_greeted_once_in_a_while(self, chat: Chat) -> None:
        for _ in range(2):
            await chat.push("o-visitor", messages.enter())
            await chat.work()

        assert chat.texts("o-visitor") == [GREETING]

    async def test_the_menu_names_a_topic_or_a_question(self, chat: Chat) -> None:
        await chat.push("o-follower", messages.click("ask:ydz-lost"), account=SERVICE)
        await chat.push("o-follower", messages.click("say:最近有没有招聘会"), account=SERVICE)
        await chat.work()

        first, second = chat.texts("o-follower")
        assert "挂失" in first
        assert second
        kinds = [one.kind for one in await AssistantMessage.all().order_by("id")]
        assert kinds == ["answer", "live"]

    async def test_what_is_unknown_is_kept_for_staff(self, chat: Chat) -> None:
        await chat.push("o-x", {"MsgType": "event", "Event": "something_new", "Detail": "1"})
        await chat.push("o-x", messages.click("nobody-knows"), account=SERVICE)
        await chat.work()

        assert {push.name for push in await WeChatPush.filter(state=WeChatPushState.UNKNOWN)} == {
            "something_new",
            "CLICK",
        }

    async def test_leaving_ends_what_may_be_sent(self, chat: Chat) -> None:
        await chat.push("o-follower", messages.follow(), account=SERVICE)
        await chat.push("o-follower", messages.unfollow(), account=SERVICE)
        await chat.work()

        contact = await WeChatContact.get()
        assert (contact.is_following, contact.brief_left) == (False, 0)


class TestSending:
    @pytest.mark.parametrize("failure", [Failure.SERVER_ERROR, Failure.RESET, Failure.TRUNCATED, -1])
    async def test_while_wechat_is_away_nothing_is_lost_and_nothing_comes_twice(
        self, chat: Chat, failure: Failure | int
    ) -> None:
        chat.wechat.fail_next(failure, times=50, path="/cgi-bin")
        await chat.push("o-veteran", messages.text(QUESTION))
        await chat.work()
        [waiting] = await WeChatMessage.all()
        chat.wechat.failures.recover()
        push = await WeChatPush.get()

        for _ in range(2):
            await work_on_push({"push_id": push.id.hex})

        assert waiting.state is WeChatMessageState.WAITING
        assert push.state is WeChatPushState.DONE
        assert len(chat.texts("o-veteran")) == 1
        assert await OutboxMessage.filter(kind="wechat.push").count() == 1  # comes back by itself

    async def test_what_was_sent_without_a_word_of_it_is_not_sent_again(self, chat: Chat) -> None:
        person = await Account.create(openid="o-veteran")
        await resources().wechat(MINI).fetch_access_token()
        chat.wechat.fail_next(Failure.RESET, times=1, path="/cgi-bin/message/custom/send")
        await chat.push("o-veteran", messages.text(QUESTION))
        await chat.work()
        await work_on_push({"push_id": (await WeChatPush.get()).id.hex})

        [message] = await WeChatMessage.all()
        assert message.state is WeChatMessageState.UNSURE
        assert len(chat.wechat.requests("/cgi-bin/message/custom/send")) == 1
        assert await Notification.filter(account_id=person.id).count() == 1

    async def test_what_comes_too_late_is_in_the_inbox(self, chat: Chat) -> None:
        person = await Account.create(openid="o-late")
        await chat.push("o-late", messages.text(QUESTION))
        await WeChatPush.all().update(created_at=utc_now() - timedelta(hours=49))
        await chat.work()

        [message] = await WeChatMessage.all()
        [told] = await Notification.filter(account_id=person.id)
        assert message.state is WeChatMessageState.LATE
        assert "挂失" in told.text
        assert chat.texts("o-late") == []

    async def test_more_answers_than_wechat_takes_share_messages(self, chat: Chat) -> None:
        asked = (
            QUESTION,
            "军人优待证怎么申请",
            "退役一次性补助怎么发",
            "光荣牌怎么挂",
            "立功奖励金",
            "公交免费吗",
            "怎么报到",
        )
        for words in asked:
            await chat.push("o-veteran", messages.text(words))
        await chat.work()

        texts = chat.texts("o-veteran")
        assert len(texts) <= 5
        said = [one.reply.split("\n")[0] for one in await AssistantMessage.all().order_by("id")]
        whole = "".join(texts)
        places = [whole.find(line) for line in said]
        assert len(said) == len(asked)
        assert -1 not in places
        assert places == sorted(places)
        assert {one.state for one in await WeChatMessage.all()} == {WeChatMessageState.SENT}

    async def test_where_wechat_takes_no_more_nothing_is_tried_until_the_person_speaks(self, chat: Chat) -> None:
        await chat.ask("o-veteran", QUESTION)
        contact = await WeChatContact.get()
        chat.wechat.fail_next(45047, path="/cgi-bin/message/custom/send")
        async with working_on(contact.id) as is_mine:
            assert is_mine
            await add_messages(contact.id, ["示例一"], answers="a", at=utc_now())
            await send_waiting(contact)
            await add_messages(contact.id, ["示例二"], answers="b", at=utc_now())
            await send_waiting(contact)

        assert len(chat.wechat.requests("/cgi-bin/message/custom/send")) == 2
        assert [one.state for one in await WeChatMessage.all().order_by("id")] == [
            WeChatMessageState.SENT,
            WeChatMessageState.LATE,
            WeChatMessageState.LATE,
        ]
        assert len(await chat.ask("o-veteran", "军人优待证怎么申请")) == 1

    async def test_one_that_lost_its_sender_is_not_sent_again(self, chat: Chat) -> None:
        await chat.push("o-veteran", messages.text(QUESTION))
        await chat.work()
        await WeChatMessage.all().update(state="sending", sending_until=utc_now() - timedelta(seconds=1))
        await chat.ask("o-veteran", "转人工")

        states = [one.state for one in await WeChatMessage.all().order_by("id")]
        assert states[0] is WeChatMessageState.UNSURE


class TestCrashes:
    async def test_what_a_dead_worker_held_is_looked_at_again_when_its_lease_ends(self, chat: Chat) -> None:
        await chat.ask("o-veteran", QUESTION)
        until = utc_now() + timedelta(seconds=60)
        await WeChatContact.all().update(lock="dead", locked_until=until)
        await chat.push("o-veteran", messages.text("军人优待证怎么申请"))
        await chat.work()

        [left] = await OutboxMessage.filter(kind="wechat.push")
        assert len(chat.texts("o-veteran")) == 1
        assert left.run_at == until
        await WeChatContact.all().update(locked_until=utc_now())
        await OutboxMessage.all().update(run_at=utc_now())
        await chat.work()
        assert len(chat.texts("o-veteran")) == 2


class TestKeeping:
    async def test_old_pushes_and_messages_go(self, chat: Chat) -> None:
        await chat.ask("o-veteran", QUESTION)

        assert await purge_pushes(at=utc_now() + timedelta(days=KEPT_DAYS + 1)) == 2
        assert not await WeChatPush.exists()

    async def test_work_that_was_lost_is_taken_up(self, chat: Chat) -> None:
        await chat.push("o-veteran", messages.text(QUESTION))
        await OutboxMessage.all().delete()

        assert await take_up_stranded(at=utc_now()) == 0
        assert await take_up_stranded(at=utc_now() + timedelta(minutes=11)) == 1
        assert await take_up_stranded(at=utc_now() + timedelta(minutes=11)) == 0
        await chat.work()
        assert len(chat.texts("o-veteran")) == 1


@pytest.mark.parametrize(
    ("words", "number"),
    [("1", 1), (" 2。", 2), ("选三", 3), ("第4个", 4), ("９", 9), ("1年的补助", None), ("十", None), ("", None)],
)
def test_a_number_alone_is_a_choice(words: str, number: int | None) -> None:
    assert chosen_number(words) == number


def test_a_long_text_is_parted_between_sentences_and_nothing_is_lost() -> None:
    text = "。".join(f"第{number}句话说一些事情" for number in range(200)) + "。"

    parts = split_text(text)

    assert all(len(part.encode()) <= LONGEST_BYTES for part in parts)
    assert "".join(parts) == text
    assert all(part.endswith("。") for part in parts)


def test_what_is_longer_than_three_messages_says_that_it_is_cut() -> None:
    parts = split_text("好" * 10_000)

    assert len(parts) == 3
    assert parts[-1].endswith("（内容较长，请打开小程序查看全部）")
    assert all(len(part.encode()) <= LONGEST_BYTES for part in parts)


def test_a_reply_stands_with_its_options() -> None:
    reply = Reply(kind=Kind.CLARIFY, text="您问的是？", options=(Option("一", "一", "a"), Option("转人工", "转人工")))

    assert write_reply(reply) == ["您问的是？\n\n回复数字选择：\n1. 一\n2. 转人工"]
