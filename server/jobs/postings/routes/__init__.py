"""岗位发布接口 — by who asks: employers, staff."""

from server.jobs.postings.routes import employer, staff

ENDPOINTS = (*employer.routes.endpoints, *staff.routes.endpoints)
