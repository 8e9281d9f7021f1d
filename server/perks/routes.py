"""优惠接口"""

from server.http.endpoints import Routes

routes = Routes("perks")

ENDPOINTS = tuple(routes.endpoints)
