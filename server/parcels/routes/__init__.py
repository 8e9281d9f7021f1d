"""包裹接口 — by who asks: families, whoever holds a share link, and staff at the counter."""

from server.parcels.routes import counter, family

ENDPOINTS = (*family.routes.endpoints, *counter.routes.endpoints)
