"""How long a caller may take to say what it wants: a connection that is opened and left, or fed drop by drop, is closed.

uvicorn waits without end for a first request and for a body; this is its protocol with one clock more, which runs while a
request is awaited or half told and stops when it is whole.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: from the opening, or from a request's first byte, to its last
SECONDS = 30.0


class Patient(H11Protocol):
    """HTTP/1.1 with an end to waiting."""

    _waiting: asyncio.TimerHandle | None = None
    #: whether a first request has come
    _asked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came; go on waiting, without a new start, while the request is not whole."""
        super().data_received(data)
        self._asked = self._asked or self.conn.their_state is not h11.IDLE
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        theirs = self.conn.their_state
        idle = theirs is h11.IDLE and (not self._asked or bool(self.conn.trailing_data[0]))
        if not (idle or theirs is h11.SEND_BODY):
            self._rest()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(SECONDS, self.transport.abort)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
