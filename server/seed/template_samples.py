"""示例消息模板 — ids that only the sandbox's WeChat knows, so that reminders can be taken at once."""

from datetime import datetime

from models.base import new_id
from models.transactions import execute
from server.notifications.templates import templates

SAMPLE_PREFIX = "sandbox-"
_INSERT = (
    "INSERT INTO notification_templates (id, created_at, key, template_id, is_on, field_names, changed_at) "
    "VALUES ($1, $2, $3, $4, TRUE, '{}', $2) ON CONFLICT DO NOTHING"
)


async def seed_template_ids(*, at: datetime) -> None:
    """Give each template of the file an id; what staff set is left as it is."""
    for key in templates():
        await execute(_INSERT, new_id(), at, key, f"{SAMPLE_PREFIX}{key}")
