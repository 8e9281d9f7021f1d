"""服务站接口 — by who asks: the public, those who keep stations, those who work at a counter."""

from server.stations.routes import counter, public, staff, timetable

ENDPOINTS = (
    *public.routes.endpoints,
    *staff.routes.endpoints,
    *timetable.routes.endpoints,
    *counter.routes.endpoints,
)
