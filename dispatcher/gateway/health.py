"""How the gateway stands: for `/health`, and for the file that the window reads."""

import asyncio
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from dispatcher import __version__
from dispatcher.domain.devices import App
from dispatcher.gateway.answers import Refusal, as_json
from dispatcher.gateway.house import House, address_of
from dispatcher.gateway.mqtt import Subscription
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.network import is_own

HEARD = timedelta(minutes=5)
"""A phone that was heard within this counts as heard."""
FULL_BYTES = 200_000_000
"""Less free space than this is a fault before it is felt."""


class Health:
    """Measures now and then, tells at any time."""

    AGAIN_S = 5.0

    def __init__(self, house: House) -> None:
        self._house = house
        self.since = datetime.now(UTC)
        self.subscription: Subscription | None = None
        """To the broker, if there is one."""
        self._measured: dict[str, Any] = {}
        self._measured_at = float("-inf")

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """GET /health, for this computer only."""
        if not is_own(address_of(request)):
            raise Refusal(404, "There is nothing at this address.", "Check the link.")
        await self.measure()
        fault = self.fault
        said = {"status": "fault" if fault else "ok", "pid": os.getpid(), "version": __version__}
        return as_json({**said, "since": self.since.isoformat(), **self.counters(), "fault": fault})

    def counters(self) -> dict[str, Any]:
        """Everything that is counted."""
        counted = self._house.counters
        return {
            "fixes_per_s": counted.fixes_per_s(),
            "phones": self._measured.get("phones", {"paired": 0, "heard": 0}),
            "queue": len(self._house.ingest),
            "quarantined": self._measured.get("quarantined", 0),
            "disk_free": self._measured.get("disk_free", 0),
            "requests": counted.requests,
            "refused": counted.refused,
            "fixes": counted.fixes,
            "again": counted.again,
            "unkept": {why.key: count for why, count in counted.unkept.items()},
            "faults": counted.faults,
            "actions": counted.actions,
            "photos": counted.photos,
        }

    @property
    def fault(self) -> str:
        """What keeps the gateway from its work, or soon will; empty while all is well."""
        if self._house.ingest.fault:
            return self._house.ingest.fault
        if self.subscription is not None and self.subscription.fault:
            return self.subscription.fault
        free = self._measured.get("disk_free", FULL_BYTES)
        if free < FULL_BYTES:
            return f"The disk is almost full: {free // 1_000_000} MB are left. Free some space."
        return ""

    async def measure(self) -> None:
        """Look at the disk and the logbook, unless that was done a moment ago."""
        now = time.monotonic()
        rates = self._house.counters.rates
        if not rates or now - rates[-1][0] >= 0.5:
            rates.append((now, self._house.counters.fixes))
        if now - self._measured_at < self.AGAIN_S:
            return
        self._measured_at = now
        self._measured = await asyncio.to_thread(self._look)

    def _look(self) -> dict[str, Any]:
        found = self._house.logbook.read(self._ask)
        return {**found, "disk_free": shutil.disk_usage(self._house.folder).free}

    def _ask(self, reader: LogbookReader) -> dict[str, Any]:
        since = self._house.clock() - HEARD
        phones = [device for device in reader.devices() if device.trusted and device.app is not App.SERVER]
        heard = sum(1 for device in phones if device.seen_at is not None and device.seen_at >= since)
        return {"phones": {"paired": len(phones), "heard": heard}, "quarantined": reader.counts().quarantined}
