"""消息接口 — 工作人员：消息模板，没有送达的，数字。"""

from uuid import UUID

from config.clock import beijing, utc_now
from server.accounts.guards import Administrator
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.notifications.deliveries import (
    DeliveryNotFound,
    DeliveryNotResendable,
    DeliverySight,
    count_deliveries,
    list_deliveries,
    resend,
)
from server.notifications.schemas import (
    DeliveryFigure,
    DeliveryFigures,
    DeliveryFiguresQuery,
    DeliveryItem,
    DeliveryPage,
    DeliveryQuery,
    TemplateChange,
    TemplateFieldItem,
    TemplateItem,
    TemplateList,
)
from server.notifications.template_settings import (
    FieldNamesWrong,
    NotificationTemplateNotFound,
    SettingChange,
    TemplateIdTaken,
    TemplateSetting,
    change_setting,
    list_settings,
)

routes = Routes("notification-administration", title="微信消息管理")


@routes.get("/staff/notification-templates", summary="消息模板：哪些事件、哪些字段，模板编号填了没有")
async def list_templates(asker: Administrator) -> TemplateList:
    return TemplateList(items=[_template(one) for one in await list_settings()])


@routes.patch(
    "/staff/notification-templates/<key:str>",
    summary="填写模板编号和字段名，停用或启用",
    refusals=(NotificationTemplateNotFound, FieldNamesWrong, TemplateIdTaken),
)
async def change_template(asker: Administrator, key: str, body: TemplateChange) -> TemplateItem:
    """From the next message on; consents belong to the template's id, so a new id begins without any."""
    change = SettingChange(body.template_id, body.is_on, body.field_names)
    return _template(
        await change_setting(
            key=key, change=change, account_id=asker.account_id, role=asker.staff_role.value, at=utc_now()
        )
    )


@routes.get("/staff/notifications/deliveries", summary="微信消息，新的在前；默认只列没有发出的和不确定的")
async def list_message_deliveries(asker: Administrator, query: DeliveryQuery) -> DeliveryPage:
    """Neither the text nor the person is shown."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await list_deliveries(state=query.state, after=position[0] if position else None, limit=query.limit + 1)
    shown = found[: query.limit]
    return DeliveryPage(
        items=[_delivery(one) for one in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.post(
    "/staff/notifications/deliveries/<delivery_id:uuid>/resend",
    summary="重新发送一条没有发出或不确定的微信消息",
    refusals=(DeliveryNotFound, DeliveryNotResendable),
)
async def resend_delivery(asker: Administrator, delivery_id: UUID) -> DeliveryItem:
    """Sent by the background process soon after; an unsure one may reach the person a second time."""
    return _delivery(
        await resend(delivery_id=delivery_id, account_id=asker.account_id, role=asker.staff_role.value, at=utc_now())
    )


@routes.get("/staff/notifications/figures", summary="各个消息模板的发送数字和剩余订阅次数")
async def get_message_figures(asker: Administrator, query: DeliveryFiguresQuery) -> DeliveryFigures:
    found = await count_deliveries(days=query.days, at=utc_now())
    return DeliveryFigures(
        days=query.days,
        items=[
            DeliveryFigure(key=one.template.key, title=one.template.title, counts=one.counts, left=one.left)
            for one in found
        ],
    )


def _template(one: TemplateSetting) -> TemplateItem:
    template = one.template
    return TemplateItem(
        key=template.key,
        title=template.title,
        events=list(template.events),
        page=template.page,
        fields=[
            TemplateFieldItem(
                name=field.name,
                label=field.label,
                kind=field.kind,
                source=field.source,
                name_at_wechat=one.field_names.get(field.name, field.name),
            )
            for field in template.fields
        ],
        template_id=one.template_id,
        is_on=one.is_on,
        is_in_use=one.is_in_use,
        changed_at=beijing(one.changed_at) if one.changed_at else None,
    )


def _delivery(one: DeliverySight) -> DeliveryItem:
    return DeliveryItem(
        id=one.id,
        state=one.state,
        template=one.template_key,
        template_title=one.template.title if one.template else "",
        event=one.event,
        title=one.title,
        person=one.masked_openid,
        failures=one.failures,
        errcode=one.errcode,
        reason=one.reason,
        created_at=beijing(one.created_at),
        run_at=beijing(one.run_at),
        ended_at=beijing(one.ended_at) if one.ended_at else None,
    )
