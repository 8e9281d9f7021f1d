"""包裹接口 — by who asks: families and whoever holds a share link."""

from server.parcels.routes import family

ENDPOINTS = (*family.routes.endpoints,)
