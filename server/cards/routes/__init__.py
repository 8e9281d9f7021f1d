"""优待证接口 — what veterans, anybody and staff may ask."""

from server.cards.routes import staff, veteran

ENDPOINTS = (*veteran.routes.endpoints, *staff.routes.endpoints)
