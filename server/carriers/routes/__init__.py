"""承运方接口 — files for the post, and pushes."""

from server.carriers.routes import files, pushes

ENDPOINTS = (*files.routes.endpoints, *pushes.routes.endpoints)
