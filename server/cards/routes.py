"""优待证接口"""

from server.http.endpoints import Routes

routes = Routes("cards")

ENDPOINTS = tuple(routes.endpoints)
