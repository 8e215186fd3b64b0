"""Messages on their way to the disk: together, never acknowledged early, never one for all."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from dispatcher.domain.devices import App
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DeviceId
from dispatcher.domain.tracking import Decoded, Fault, Source
from dispatcher.gateway.answers import Refusal
from dispatcher.gateway.ingest import Ingest
from dispatcher.gateway.limits import Limits
from dispatcher.services.logbook import Letter, Receipt
from tests.conftest import ExpectLog
from tests.unit.gateway.conftest import ANNA, NOW, Depot


class Slow:
    """A real logbook whose disk waits for a word, refuses, or chokes on one letter."""

    def __init__(self, logbook: Any) -> None:
        self._logbook = logbook
        self.groups: list[int] = []
        self.begun = 0
        self.held = 0
        """Letters of the commit under way."""
        self.broken = False
        self.gate = threading.Event()
        self.full = False
        self.poison = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logbook, name)

    def write(self, change: Any) -> Any:
        if self.broken:
            raise RuntimeError("a fault of ours")
        return self._logbook.write(change)

    def append(self, letters: Sequence[Letter]) -> Sequence[Receipt]:
        self.begun += 1
        self.held = len(letters)
        assert self.gate.wait(10)
        self.groups.append(len(letters))
        if self.full:
            raise KnownError("The disk is full.", "Free some space.")
        if self.poison and any(letter.body == self.poison and letter.decoded.fixes for letter in letters):
            raise ValueError("a fault of ours")
        return self._logbook.append(letters)


def letter(n: int = 0) -> Letter:
    return Letter(DeviceId("d"), ANNA, Source.OSMAND, NOW, b"%d" % n, Decoded(faults=(Fault(f"part {n}"),)))


async def until(true: Any) -> None:
    while not true():
        await asyncio.sleep(0)


def test_what_comes_during_a_commit_goes_into_the_next_together(depot: Depot) -> None:
    async def scenario() -> None:
        slow = Slow(depot.logbook)
        ingest = Ingest(slow, Limits(group=50))
        waiting = [asyncio.create_task(ingest.put(letter(0)))]
        await until(lambda: slow.begun == 1)
        waiting += [asyncio.create_task(ingest.put(letter(n))) for n in range(1, 121)]
        await until(lambda: len(ingest) == 120)
        assert not any(task.done() for task in waiting), "nothing is acknowledged before it is on the disk"
        slow.gate.set()
        assert [receipt.faults for receipt in await asyncio.gather(*waiting)] == [1] * 121
        assert slow.groups == [1, 50, 50, 20]
        await ingest.close()

    asyncio.run(scenario())
    assert len(depot.quarantined()) == 121


def test_when_the_disk_cannot_follow_phones_are_asked_to_wait(depot: Depot) -> None:
    async def scenario() -> None:
        slow = Slow(depot.logbook)
        ingest = Ingest(slow, Limits(waiting=3))
        first = asyncio.create_task(ingest.put(letter(0)))
        await until(lambda: slow.begun == 1)
        waiting = [asyncio.create_task(ingest.put(letter(n))) for n in range(1, 4)]
        await until(lambda: len(ingest) == 3)
        with pytest.raises(Refusal) as refused:
            await ingest.put(letter(4))
        assert (refused.value.status, refused.value.retry_s) == (503, 2)
        slow.gate.set()
        await asyncio.gather(first, *waiting)
        await ingest.close()
        with pytest.raises(Refusal):
            await ingest.put(letter(5))

    asyncio.run(scenario())
    assert len(depot.quarantined()) == 4


def test_closing_commits_what_waits(depot: Depot) -> None:
    async def scenario() -> None:
        slow = Slow(depot.logbook)
        ingest = Ingest(slow, Limits(group=10))
        waiting = [asyncio.create_task(ingest.put(letter(n))) for n in range(35)]
        await until(lambda: len(ingest) >= 25)
        closing = asyncio.create_task(ingest.close())
        slow.gate.set()
        await closing
        assert all(task.done() for task in waiting) or await asyncio.gather(*waiting)

    asyncio.run(scenario())
    assert len(depot.quarantined()) == 35


def test_a_phone_that_hangs_up_loses_nothing(depot: Depot) -> None:
    async def scenario() -> None:
        slow = Slow(depot.logbook)
        ingest = Ingest(slow, Limits())
        waiting = [asyncio.create_task(ingest.put(letter(n))) for n in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        slow.gate.set()
        await ingest.close()
        assert (await asyncio.gather(*waiting, return_exceptions=True))[0] == Receipt(0, 0, 1)

    asyncio.run(scenario())
    assert len(depot.quarantined()) == 3


def test_one_message_that_cannot_be_stored_is_put_aside_alone(depot: Depot, expect_log: ExpectLog) -> None:
    depot.send_round()
    token = depot.connect().token

    async def scenario() -> None:
        slow = Slow(depot.logbook)
        slow.gate.set()
        async with depot.open(logbook=slow) as site:
            slow.poison = b"lat=60.5&lon=24.94"
            got = await asyncio.gather(
                *(site.ask("POST", f"/osmand/{token}", data=f"lat=60.{n}&lon=24.94".encode()) for n in range(1, 9))
            )
            assert [answer.status for answer in got] == [200] * 8

    with expect_log("could not be stored", logging.ERROR):
        asyncio.run(scenario())
    assert len(depot.fixes()) == 7
    (aside,) = depot.quarantined()
    assert aside.body == b"lat=60.5&lon=24.94"


def test_a_full_disk_acknowledges_nothing_and_is_told(depot: Depot) -> None:
    depot.send_round()
    token = depot.connect(App.OVERLAND).token
    path = f"/osmand/{token}?lat=60.17&lon=24.94"

    async def scenario() -> None:
        slow = Slow(depot.logbook)
        slow.gate.set()
        async with depot.open(logbook=slow) as site:
            slow.full = True
            got = await site.ask("GET", path)
            assert (got.status, got.json) == (507, {"error": "The disk is full.", "remedy": "Free some space."})
            assert int(got.headers["Retry-After"]) > 0
            health = (await site.ask("GET", "/health")).json
            assert (health["status"], health["fault"]) == ("fault", "The disk is full. Free some space.")
            slow.full = False
            assert (await site.ask("GET", path)).status == 200
            assert (await site.ask("GET", "/health")).json["fault"] == ""

    asyncio.run(scenario())
    assert len(depot.fixes()) == 1


def test_a_failing_handler_is_no_end(depot: Depot, expect_log: ExpectLog) -> None:
    async def scenario() -> None:
        slow = Slow(depot.logbook)
        async with depot.open(logbook=slow) as site:
            slow.broken = True
            got = await site.ask("POST", "/pair", json={"code": "x", "unique_id": "", "label": ""})
            assert got.status == 503
            slow.broken = False
            assert (await site.ask("GET", "/health")).status == 200

    with expect_log("was not answered", logging.ERROR):
        asyncio.run(scenario())
