"""父子连线 — a socket pair by which a child tells that it is ready and learns that its supervisor is gone."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

READY = b"r"


class Lifeline:
    """The child's end. Without a supervisor (``fd`` None) it does nothing."""

    def __init__(self, fd: int | None) -> None:
        self._socket = None if fd is None else socket.socket(fileno=fd)
        if self._socket:
            self._socket.setblocking(True)

    def tell_ready(self) -> None:
        """Tell the supervisor that this process does its work from now on."""
        if self._socket:
            with suppress(OSError):  # the supervisor is gone; the watch below sees it too
                self._socket.sendall(READY)

    def watch(self, gone: Callable[[], None], *, grace_seconds: float) -> None:
        """Call ``gone`` from a thread when the supervisor has ended, and end this process by force after the grace."""
        if self._socket:
            threading.Thread(target=self._watch, args=(self._socket, gone, grace_seconds), daemon=True).start()

    @staticmethod
    def _watch(line: socket.socket, gone: Callable[[], None], grace_seconds: float) -> None:
        with suppress(OSError):  # a reset is an end too
            while line.recv(16):
                pass
        with suppress(RuntimeError):  # the loop is closed: this process is ending anyway
            gone()
        time.sleep(grace_seconds)
        os._exit(1)
