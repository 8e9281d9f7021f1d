"""连接协议 — a request has one deadline from its first byte, however slowly the others follow."""

from sanic.http.constants import HTTP, Stage
from sanic.server.protocols.http_protocol import HttpProtocol


class DeadlineProtocol(HttpProtocol):
    """Sanic's HTTP/1.1, but bytes that trickle in do not put the deadline off.

    Sanic restarts its clock with every byte, so that one byte every few seconds would hold a connection for ever.
    """

    __slots__ = ()
    __version__ = HTTP.VERSION_1

    def data_received(self, data: bytes) -> None:
        began = self._time
        super().data_received(data)
        http = getattr(self, "_http", None)  # absent until the connection's task has begun
        if http is not None and http.stage is not Stage.IDLE:
            self._time = began
