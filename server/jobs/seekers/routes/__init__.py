"""求职者接口 — by who asks: people, staff."""

from server.jobs.seekers.routes import person

ENDPOINTS = (*person.routes.endpoints,)
