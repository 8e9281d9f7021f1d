"""包裹接口 — by who asks: families and share links, the counter, everybody for quotes, administrators."""

from server.parcels.routes import cases, counter, family, manifests, quotes, reports, tariffs

ENDPOINTS = (
    *family.routes.endpoints,
    *counter.routes.endpoints,
    *manifests.routes.endpoints,
    *cases.routes.endpoints,
    *reports.routes.endpoints,
    *quotes.routes.endpoints,
    *tariffs.routes.endpoints,
)
