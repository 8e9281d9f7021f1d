"""优待证接口 — what veterans, anybody and staff may ask."""

from server.cards.routes import faces, staff, veteran

ENDPOINTS = (*veteran.routes.endpoints, *faces.routes.endpoints, *staff.routes.endpoints)
