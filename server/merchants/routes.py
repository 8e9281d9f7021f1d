"""商户接口"""

from server.http.endpoints import Routes

routes = Routes("merchants")

ENDPOINTS = tuple(routes.endpoints)
