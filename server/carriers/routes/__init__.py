"""承运方接口 — files for the post, pushes, and how the carriers are."""

from server.carriers.routes import files, health, pushes

ENDPOINTS = (*files.routes.endpoints, *pushes.routes.endpoints, *health.routes.endpoints)
