"""就业意向接口 — by who asks: seekers and whoever holds a form, employers, staff."""

from server.jobs.intents.routes import employer, seeker, staff

ENDPOINTS = (*seeker.routes.endpoints, *employer.routes.endpoints, *staff.routes.endpoints)
