"""承运方接口 — files for the post, by staff."""

from server.carriers.routes import files

ENDPOINTS = (*files.routes.endpoints,)
