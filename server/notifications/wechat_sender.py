"""微信发送者 — sends subscribe messages of the mini-program, and reads WeChat's refusals for the deliveries."""

from typing import TYPE_CHECKING

from server.notifications.sending import Sending, SendOutcome, SubscribeMessage
from server.wechat import calls
from server.wechat.errors import LimitReached, NoConsent, NotPermitted, TokenRefused, WeChatRefused
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient


class WeChatSender:
    """微信发送者 — one account's client, as the deliveries see it."""

    def __init__(self, client: "AsyncWeChatClient") -> None:
        self._client = client

    async def send(self, message: SubscribeMessage) -> Sending:
        """Ask for one message to be sent; see ``Sender``."""
        try:
            message_id = await calls.send_subscribe_message(
                self._client,
                openid=message.openid,
                template_id=message.template_id,
                page=message.page,
                fields=message.fields,
            )
        except WeChatBusy as fault:
            return Sending(SendOutcome.UNKNOWN if fault.may_have_happened else SendOutcome.NOT_SENT, is_outage=True)
        except WeChatMisconfigured:
            return Sending(SendOutcome.NOT_SENT, is_outage=True)
        except NoConsent as fault:
            return Sending(SendOutcome.NO_CONSENT, fault.errcode)
        except (LimitReached, NotPermitted, TokenRefused) as fault:  # about the account, not about this message
            return Sending(SendOutcome.NOT_SENT, fault.errcode, is_outage=True)
        except WeChatRefused as fault:
            return Sending(SendOutcome.REFUSED, fault.errcode)
        return Sending(SendOutcome.SENT, message_id=message_id)

    async def is_there(self) -> bool:
        """Return whether WeChat answers a question that sends nothing."""
        try:
            await calls.list_callback_addresses(self._client)
        except (WeChatBusy, WeChatMisconfigured, WeChatRefused):
            return False
        return True
