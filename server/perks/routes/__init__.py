"""优惠接口 — by who asks: veterans, clerks, staff."""

from server.perks.routes import clerk, staff, veteran

ENDPOINTS = (*veteran.routes.endpoints, *clerk.routes.endpoints, *staff.routes.endpoints)
