"""消息模板设置 — what staff set for the templates of the file: the id at WeChat, its field names, on or off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError

from models.base import new_id
from models.errors import Conflict, Invalid, NotFound
from models.notifications import NotificationTemplate
from models.transactions import execute, savepoint, transaction
from server.audit.service import record
from server.notifications.templates import Template, kind_of, templates

_LOCK = (
    "INSERT INTO notification_templates (id, created_at, key, template_id, is_on, field_names, changed_at) "
    "VALUES ($1, $2, $3, NULL, TRUE, '{}', $2) ON CONFLICT (key) DO UPDATE SET changed_at = $2"
)
_CHANGE = (
    "UPDATE notification_templates SET template_id = $1, is_on = $2, field_names = $3, changed_at = $4 WHERE key = $5"
)


class NotificationTemplateNotFound(NotFound):
    message = "没有这个消息模板"
    next_step = "请从消息模板的列表里选择"


class TemplateIdTaken(Conflict):
    message = "这个模板编号已经填给另一个消息模板"
    next_step = "请在微信小程序后台的「订阅消息」里核对，每个消息模板用自己的编号"


class FieldNamesWrong(Invalid):
    message = "字段名对应不上"
    next_step = "左边填本模板的字段名，右边填微信后台「详细内容」里的字段名，两边类型要相同，如 thing1 对 thing4"


@dataclass(frozen=True, slots=True)
class TemplateInUse:
    """在用的消息模板 — switched on, and with an id at WeChat."""

    template: Template
    template_id: str
    field_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TemplateSetting:
    """消息模板和它的设置 — ``template_id`` is empty before staff entered one; nothing is sent then."""

    template: Template
    template_id: str
    is_on: bool
    field_names: Mapping[str, str]
    changed_at: datetime | None

    @property
    def is_in_use(self) -> bool:
        return bool(self.template_id) and self.is_on


@dataclass(frozen=True, slots=True)
class SettingChange:
    """设置的改动 — None leaves a part as it is; an empty ``template_id`` takes it away."""

    template_id: str | None = None
    is_on: bool | None = None
    field_names: Mapping[str, str] | None = None


async def list_settings() -> list[TemplateSetting]:
    """Return every template of the file, in its order, with what staff set."""
    stored = {one.key: one for one in await NotificationTemplate.all()}
    return [_setting(template, stored.get(template.key)) for template in templates().values()]


async def list_templates_in_use() -> list[TemplateInUse]:
    """Return the templates that messages are sent by, in the order of the file."""
    return [
        TemplateInUse(one.template, one.template_id, one.field_names) for one in await list_settings() if one.is_in_use
    ]


async def change_setting(
    *, key: str, change: SettingChange, account_id: UUID, role: str, at: datetime
) -> TemplateSetting:
    """Set a template's id, its field names, or whether it is used; from the next message on.

    Raises:
        NotificationTemplateNotFound: the file has no such template.
        FieldNamesWrong: a name is not of the template, or stands for a field of another kind, or twice.
        TemplateIdTaken: another template has this id.
    """
    template = templates().get(key)
    if template is None:
        raise NotificationTemplateNotFound
    if change.field_names is not None:
        _check_names(template, change.field_names)
    async with transaction():
        await execute(_LOCK, new_id(), at, key)
        before = _setting(template, await NotificationTemplate.get(key=key))
        after = _changed(before, change, at=at)
        await _store(after)
        await record(
            account_id=account_id,
            role=role,
            action="notification_template.changed",
            record_type=NotificationTemplate.Meta.table,
            record_id=key,
            detail={"template_id": after.template_id, "is_on": after.is_on, "field_names": dict(after.field_names)},
        )
    return after


async def _store(setting: TemplateSetting) -> None:
    names = msgspec.json.encode(dict(setting.field_names)).decode()
    try:
        async with savepoint():
            await execute(
                _CHANGE, setting.template_id or None, setting.is_on, names, setting.changed_at, setting.template.key
            )
    except IntegrityError as fault:
        raise TemplateIdTaken from fault


def _changed(before: TemplateSetting, change: SettingChange, *, at: datetime) -> TemplateSetting:
    return TemplateSetting(
        template=before.template,
        template_id=before.template_id if change.template_id is None else change.template_id,
        is_on=before.is_on if change.is_on is None else change.is_on,
        field_names=before.field_names if change.field_names is None else change.field_names,
        changed_at=at,
    )


def _check_names(template: Template, names: Mapping[str, str]) -> None:
    kinds = {field.name: field.kind for field in template.fields}
    effective = [names.get(name, name) for name in kinds]
    if len(set(effective)) < len(effective):
        raise FieldNamesWrong("两个字段对到了同一个字段名")
    for own, theirs in names.items():
        try:
            kind = kind_of(theirs)
        except ValueError as fault:
            raise FieldNamesWrong from fault
        if kinds.get(own) is not kind:
            raise FieldNamesWrong


def _setting(template: Template, stored: NotificationTemplate | None) -> TemplateSetting:
    if stored is None:
        return TemplateSetting(template, "", True, {}, None)
    names = msgspec.json.decode(stored.field_names, type=dict[str, str])
    return TemplateSetting(template, stored.template_id or "", stored.is_on, names, stored.changed_at)
