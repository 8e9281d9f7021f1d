"""招聘会接口 — by who asks."""

from server.jobs.fairs.routes import board, desk, employer, person, public, staff, staff_setup

ENDPOINTS = (
    *public.routes.endpoints,
    *person.routes.endpoints,
    *employer.routes.endpoints,
    *staff.routes.endpoints,
    *staff_setup.routes.endpoints,
    *desk.routes.endpoints,
    *board.routes.endpoints,
)
