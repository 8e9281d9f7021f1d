"""消息接口 — the inbox, subscriptions to WeChat's messages, and what staff see of both."""

from server.notifications.routes import inbox, staff, subscriptions

ENDPOINTS = (*inbox.routes.endpoints, *subscriptions.routes.endpoints, *staff.routes.endpoints)
