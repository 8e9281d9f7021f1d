"""求职者接口 — by who asks, and the map of specialities, which everybody reads."""

from server.jobs.seekers.routes import person, specialities

ENDPOINTS = (*person.routes.endpoints, *specialities.routes.endpoints)
