"""微信来往（工作人员）— what was not understood, failed, or may not have arrived; done or sent once more by hand."""

from uuid import UUID

from models.errors import Conflict, NotFound
from models.transactions import execute, fetch_rows, transaction
from models.wechat import WeChatContact, WeChatMessage, WeChatMessageState, WeChatPush, WeChatPushState
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.outbox.service import enqueue
from server.wechat.accounts import WeChatAccount
from server.wechat.receiving.keeping import PUSHED

_AGAIN = (
    "UPDATE wechat_pushes SET state = 'waiting', attempts = 0, outcome = '', done_at = NULL "
    "WHERE id = $1 AND state IN ('unknown', 'failed')"
)
_RESEND = (
    "UPDATE wechat_messages SET state = 'waiting', errcode = 0, settled_at = NULL "
    "WHERE id = $1 AND state IN ('unsure', 'late', 'refused')"
)
_LAST_PUSH = "SELECT id FROM wechat_pushes WHERE account = $1 AND openid = $2 ORDER BY id DESC LIMIT 1"


class WeChatPushNotFound(NotFound):
    message = "没有这条微信推送"
    next_step = "请从列表里选"


class WeChatPushNotRepeatable(Conflict):
    message = "这条推送不能重新处理"
    next_step = "只有不认识的、处理失败的可以重新处理；其他的已经处理过或正在处理"


class WeChatMessageNotFound(NotFound):
    message = "没有这条客服消息"
    next_step = "请从列表里选"


class WeChatMessageNotSendable(Conflict):
    message = "这条客服消息不能再发"
    next_step = "只有不知道发到没有的、过了时限的、微信不收的可以再发；对方 48 小时内没有说话的，微信不会收"


async def list_pushes(
    *, state: WeChatPushState, account: WeChatAccount | None, after: UUID | None, limit: int
) -> list[WeChatPush]:
    """Return pushes in a state, the last to come first."""
    found = WeChatPush.filter(state=state)
    if account is not None:
        found = found.filter(account=account.value)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def repeat_push(*, push_id: UUID, staff: StaffMember) -> WeChatPush:
    """Have a push worked on again that was not understood or failed, say after a new edition was installed.

    Raises:
        WeChatPushNotFound: there is none.
        WeChatPushNotRepeatable: it is done, or waits.
    """
    async with transaction():
        if not await execute(_AGAIN, push_id):
            if await WeChatPush.exists(id=push_id):
                raise WeChatPushNotRepeatable
            raise WeChatPushNotFound
        await enqueue(PUSHED, {"push_id": push_id.hex})
        await _note("wechat_push.repeated", "wechat_push", push_id, staff)
    return await WeChatPush.get(id=push_id)


async def list_messages(*, state: WeChatMessageState, after: UUID | None, limit: int) -> list[WeChatMessage]:
    """Return customer-service messages in a state with their contacts, the last made first."""
    found = WeChatMessage.filter(state=state)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit).select_related("contact")


async def resend_message(*, message_id: UUID, staff: StaffMember) -> WeChatMessage:
    """Send a message once more that may not have arrived; the person may then read it twice. 再发。

    Raises:
        WeChatMessageNotFound: there is none.
        WeChatMessageNotSendable: it was sent, or is being sent.
    """
    async with transaction():
        if not await execute(_RESEND, message_id):
            if await WeChatMessage.exists(id=message_id):
                raise WeChatMessageNotSendable
            raise WeChatMessageNotFound
        message = await WeChatMessage.get(id=message_id).select_related("contact")
        await wake(message.contact)
        await _note("wechat_message.resent", "wechat_message", message_id, staff)
    return message


async def wake(contact: WeChatContact) -> None:
    """Have what waits for a contact sent, in the caller's transaction."""
    for row in await fetch_rows(_LAST_PUSH, contact.account, contact.openid):
        await enqueue(PUSHED, {"push_id": UUID(str(row["id"])).hex})


async def _note(action: str, kind: str, record_id: UUID, staff: StaffMember) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type=kind,
        record_id=record_id,
    )
