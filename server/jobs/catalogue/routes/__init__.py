"""岗位目录接口 — by who asks: everybody, and people about what they keep."""

from server.jobs.catalogue.routes import person, visitor

ENDPOINTS = (*visitor.routes.endpoints, *person.routes.endpoints)
