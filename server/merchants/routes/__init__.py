"""商户接口 — by who asks: staff, clerks."""

from server.merchants.routes import clerk, staff

ENDPOINTS = (*staff.routes.endpoints, *clerk.routes.endpoints)
