"""隐私事件 — what WeChat tells us to delete when somebody withdraws or closes an authorisation is deleted at once."""

from datetime import datetime
from uuid import UUID

from models.accounts import Purpose
from models.addresses import Address
from models.fields import seal
from models.transactions import execute
from models.wechat import WECHAT_MESSAGE_TEXT, WECHAT_PUSH_BODY, WeChatContact
from server.accounts.forgetting import forget_phone
from server.accounts.service import withdraw_consent
from server.addresses.service import remove_address
from server.audit.service import record
from server.jobs.seekers.profile import erase_profile
from server.notifications.subscriptions import end_subscriptions

CLOSED = "user_authorization_cancellation"
MODIFIED = "user_info_modified"
_WORDS = (
    "UPDATE assistant_messages SET question = '', reply = '', comment = '' "
    "WHERE conversation_id IN (SELECT id FROM conversations WHERE account_id = $1) OR conversation_id = $2"
)
_PUSHES = (
    "UPDATE wechat_pushes SET body_sealed = $1, reply_sealed = NULL "
    "WHERE account = $2 AND openid = $3 AND state <> 'waiting'"
)
_MESSAGES = "UPDATE wechat_messages SET text_sealed = $1 WHERE contact_id = $2 AND state NOT IN ('waiting', 'sending')"
_SESSIONS = "UPDATE sessions SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL"
_UNLINK = "UPDATE wechat_contacts SET person_id = NULL, conversation_id = NULL WHERE person_id = $1"
_UNION = "UPDATE accounts SET unionid = NULL WHERE id = $1"


async def obey_privacy_event(*, name: str, contact: WeChatContact, push_id: UUID, at: datetime) -> None:
    """Delete in the caller's transaction what an event demands (用户隐私保护指引, 个人信息保护法 47). 隐私删除。

    A change of one's WeChat profile touches nothing: we keep no name or picture of it. Whoever withdraws loses the
    mobile from WeChat and the words said to the bot, in the chat too; whoever closes the authorisation loses also
    consents, log-ins, subscriptions, the address book, the job profile and what joins the account to others. What
    the law obliges us to keep (parcels, intents, redemptions, the audit) goes with its own retention.
    """
    person_id = contact.person_id
    if name.lower() == MODIFIED:
        return
    await execute(_WORDS, person_id, contact.conversation_id)
    await execute(_PUSHES, seal(WECHAT_PUSH_BODY, ""), contact.account, contact.openid)
    await execute(_MESSAGES, seal(WECHAT_MESSAGE_TEXT, ""), contact.id)
    if person_id is not None:
        await forget_phone(account_id=person_id, role="wechat")
        if name.lower() == CLOSED:
            await _close(person_id, at=at)
    await record(
        account_id=person_id,
        role="wechat",
        action="privacy.deleted",
        record_type="wechat_push",
        record_id=push_id,
        detail={"event": name.lower()},
    )


async def _close(person_id: UUID, *, at: datetime) -> None:
    for purpose in Purpose:
        await withdraw_consent(account_id=person_id, purpose=purpose, at=at)
    ids: list[UUID] = await Address.filter(account_id=person_id).values_list("id", flat=True)  # type: ignore[assignment]
    for address_id in ids:
        await remove_address(address_id=address_id, account_id=person_id)
    await erase_profile(account_id=person_id, at=at)
    await end_subscriptions(account_id=person_id, at=at)
    await execute(_SESSIONS, at, person_id)
    await execute(_UNION, person_id)
    await execute(_UNLINK, person_id)
