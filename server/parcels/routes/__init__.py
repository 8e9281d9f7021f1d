"""包裹接口 — by who asks: families and share links, staff at the counter, everybody for quotes, administrators for tariffs."""

from server.parcels.routes import counter, family, quotes, tariffs

ENDPOINTS = (
    *family.routes.endpoints,
    *counter.routes.endpoints,
    *quotes.routes.endpoints,
    *tariffs.routes.endpoints,
)
