"""用人单位接口 — by who asks: people and members, staff."""

from server.employers.routes import employer, imports, staff

ENDPOINTS = (*employer.routes.endpoints, *staff.routes.endpoints, *imports.routes.endpoints)
