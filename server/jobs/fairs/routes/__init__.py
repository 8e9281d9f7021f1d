"""招聘会接口 — by who asks."""

from server.jobs.fairs.routes import employer, public, staff, staff_setup

ENDPOINTS = (
    *public.routes.endpoints,
    *employer.routes.endpoints,
    *staff.routes.endpoints,
    *staff_setup.routes.endpoints,
)
