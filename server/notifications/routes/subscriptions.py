"""订阅消息接口 — 本人。"""

from config.clock import utc_now
from server.accounts.guards import Person
from server.http.endpoints import Limit, Routes
from server.notifications.schemas import SubscriptionItem, SubscriptionList, SubscriptionReport
from server.notifications.subscriptions import SubscriptionTemplateUnknown, list_subscriptions, report_results

routes = Routes("subscriptions", title="订阅消息")


@routes.get("/subscriptions", summary="可以订阅的微信消息，和还能收到的条数")
async def get_subscriptions(asker: Person) -> SubscriptionList:
    """In the order in which they are shown; ``template_id`` is for ``wx.requestSubscribeMessage``."""
    return await _subscriptions(asker)


@routes.post(
    "/subscriptions",
    summary="报告订阅结果：手机上 wx.requestSubscribeMessage 的返回",
    refusals=(SubscriptionTemplateUnknown,),
    limit=Limit("60/minute"),
)
async def report_subscriptions(asker: Person, body: SubscriptionReport) -> SubscriptionList:
    """One accept is one message, and accepts add up; the same ``report_id`` counts once."""
    results = [(one.template, one.result) for one in body.results]
    await report_results(account_id=asker.account_id, results=results, report_id=body.report_id, at=utc_now())
    return await _subscriptions(asker)


async def _subscriptions(asker: Person) -> SubscriptionList:
    found = await list_subscriptions(account_id=asker.account_id)
    return SubscriptionList(
        items=[
            SubscriptionItem(
                key=one.template.template.key,
                title=one.template.template.title,
                template_id=one.template.template_id,
                left=one.left,
            )
            for one in found
        ]
    )
