"""助手接口 — by who asks: people, staff."""

from server.assistant.routes import people, staff

ENDPOINTS = (*people.routes.endpoints, *staff.routes.endpoints)
