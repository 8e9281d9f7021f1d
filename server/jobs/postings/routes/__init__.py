"""岗位发布接口 — by who asks: employers, staff."""

from server.jobs.postings.routes import employer, imports, staff

ENDPOINTS = (*employer.routes.endpoints, *staff.routes.endpoints, *imports.routes.endpoints)
