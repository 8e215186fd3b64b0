"""The logbook's version, asked at most once in a turn of the event loop.

Requests that arrive together share one look. It is as good as one look each: the loop goes through what is ready in the
order in which it became so, and a request that was sent after a change always comes after the look was forgotten.
"""

import asyncio

from dispatcher.services.logbook import Logbook


class Pulse:
    """Changes whenever the logbook does. For the loop's thread only."""

    def __init__(self, logbook: Logbook) -> None:
        self._logbook = logbook
        self._loop = asyncio.get_running_loop()
        self._version = 0
        self._fresh = False

    def version(self) -> int:
        """As `Logbook.version`."""
        if not self._fresh:
            self._version = self._logbook.version()
            self._fresh = True
            self._loop.call_soon(self._forget)
        return self._version

    def _forget(self) -> None:
        self._fresh = False
