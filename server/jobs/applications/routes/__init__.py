"""投递接口 — by who asks: seekers, employers, staff."""

from server.jobs.applications.routes import employer, seeker, staff

ENDPOINTS = (*seeker.routes.endpoints, *employer.routes.endpoints, *staff.routes.endpoints)
