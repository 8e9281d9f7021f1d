"""账户接口 — what a person and what an administrator may ask."""

from server.accounts.routes import administrator, person, phone

ENDPOINTS = (*person.routes.endpoints, *phone.routes.endpoints, *administrator.routes.endpoints)
