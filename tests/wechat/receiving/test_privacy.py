"""隐私事件 — what WeChat tells us to delete is gone at once; what the law keeps stays."""

from models.accounts import Account, Consent, Purpose, Session
from models.addresses import Address
from models.audit import AuditEntry
from models.conversations import AssistantMessage
from models.fields import unseal
from models.wechat import WECHAT_MESSAGE_TEXT, WECHAT_PUSH_BODY, WeChatContact, WeChatMessage, WeChatPush
from server.wechat.fake import messages
from tests.factories.addresses import make_address
from tests.factories.cards import give_consent
from tests.factories.notifications import give_consents, remaining
from tests.wechat.receiving.conftest import MINI, Chat

QUESTION = "优待证丢了怎么补办"


async def known(chat: Chat) -> Account:
    """A person who logged in, agreed, keeps an address and asked the bot."""
    person = await Account.create(openid="o-person", unionid="u-1")
    await Session.create(account_id=person.id, token_hash="a" * 64, expires_at="2099-01-01T00:00:00+00:00")
    await give_consent(person.id, purpose=Purpose.PARCELS)
    await make_address(account_id=person.id)
    await chat.ask("o-person", QUESTION)
    return person


def event(chat: Chat, name: str) -> dict[str, object]:
    return dict(messages.privacy_event(name, openid="o-person", appid=chat.wechat.accounts[MINI].appid))


async def test_whoever_withdraws_loses_the_words_and_stays_logged_in(chat: Chat) -> None:
    person = await known(chat)

    await chat.push("o-wechat-itself", event(chat, "user_authorization_revoke"))
    await chat.work()

    [message] = await AssistantMessage.all()
    assert (message.question, message.reply) == ("", "")
    asked, said = await WeChatPush.get(openid="o-person", name="text"), await WeChatMessage.get()
    assert unseal(WECHAT_PUSH_BODY, asked.body_sealed) == unseal(WECHAT_MESSAGE_TEXT, said.text_sealed) == ""
    assert await Session.filter(account_id=person.id, revoked_at=None).count() == 1
    assert await AuditEntry.filter(action="privacy.deleted").count() == 1


async def test_whoever_closes_loses_everything_that_no_law_keeps(chat: Chat) -> None:
    person = await known(chat)
    await give_consents(person.id, 2)

    await chat.push("o-wechat-itself", event(chat, "user_authorization_cancellation"))
    await chat.work()

    assert await remaining(person.id) == 0
    assert not await Address.filter(account_id=person.id).exists()
    assert not await Consent.filter(account_id=person.id, withdrawn_at=None).exists()
    assert not await Session.filter(account_id=person.id, revoked_at=None).exists()
    assert (await Account.get(id=person.id)).unionid is None
    contact = await WeChatContact.get(openid="o-person")
    assert (contact.person_id, contact.conversation_id) == (None, None)


async def test_a_changed_profile_touches_nothing(chat: Chat) -> None:
    await known(chat)

    await chat.push("o-wechat-itself", event(chat, "user_info_modified"))
    await chat.work()

    assert await AssistantMessage.filter(question=QUESTION).count() == 1
    assert (await WeChatPush.get(name="user_info_modified")).outcome == "privacy"
