"""岗位接口 — every room of the domain adds its endpoints here."""

from server.http.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
