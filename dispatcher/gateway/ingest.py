"""The way of messages to the disk: what arrives during one commit, or soon after it began, goes into the next together.

A message is acknowledged after its commit, never before. When the disk cannot follow, new messages are turned away
while there is still memory; the phones keep them and come again. One message that cannot be stored is put aside
alone, and the others of its group are kept.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from dispatcher.domain.errors import KnownError
from dispatcher.domain.tracking import Decoded, Fault
from dispatcher.gateway.answers import Refusal
from dispatcher.gateway.limits import Limits
from dispatcher.services.logbook import Letter, Logbook, Receipt

log = logging.getLogger(__name__)

SPACE_S = 0.005
"""From one commit's beginning to the next one's, at least: each costs as much as thirty messages, even of one."""
UNSTORABLE = "This message could not be stored as it was understood."


class Ingest:
    """Takes letters from any number of requests, and commits them in groups from one thread.

    `fault` says what keeps the disk from taking anything, empty while all is well.
    """

    def __init__(self, logbook: Logbook, limits: Limits) -> None:
        self._logbook, self._limits = logbook, limits
        self._waiting: list[tuple[Letter, asyncio.Future[Receipt]]] = []
        self._bytes = 0
        self._wake = asyncio.Event()
        self._ending = False
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._task = asyncio.get_running_loop().create_task(self._run(), name="ingest")
        self.fault = ""

    def __len__(self) -> int:
        """Messages that wait."""
        return len(self._waiting)

    async def put(self, letter: Letter) -> Receipt:
        """Wait until `letter` is on the disk.

        Raises `Refusal` when too much waits already, and `KnownError` when the disk refuses.
        """
        if self._ending:
            raise Refusal(503, "The gateway is being ended.", "Try again in a moment.", retry_s=2)
        if len(self._waiting) >= self._limits.waiting or self._bytes >= self._limits.waiting_bytes:
            raise Refusal(503, "The depot's disk cannot follow.", "Try again in a moment.", retry_s=2)
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((letter, future))
        self._bytes += len(letter.body)
        self._wake.set()
        return await future

    async def close(self) -> None:
        """Commit what waits, and end."""
        self._ending = True
        self._wake.set()
        await self._task
        self._disk.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                began = loop.time()
                group = self._waiting[: self._limits.group]
                del self._waiting[: len(group)]
                self._bytes -= sum(len(letter.body) for letter, _ in group)
                told = await loop.run_in_executor(self._disk, self._commit, [letter for letter, _ in group])
                for (_, future), said in zip(group, told, strict=True):
                    _answer(future, said)
                if not self._ending:
                    await asyncio.sleep(began + SPACE_S - loop.time())
            if self._ending:
                return

    def _commit(self, letters: Sequence[Letter]) -> Sequence[Receipt | Exception]:
        """A receipt for each letter, or why there is none."""
        try:
            receipts = self._logbook.append(letters)
        except KnownError as fault:
            self.fault = str(fault)
            return [fault] * len(letters)
        except Exception:
            if len(letters) > 1:
                return [self._commit([letter])[0] for letter in letters]
            log.exception("A message of %s could not be stored; it is put aside", letters[0].device_id)
            return [self._put_aside(letters[0])]
        self.fault = ""
        return receipts

    def _put_aside(self, letter: Letter) -> Receipt | Exception:
        """The last resort: keep the bytes alone, so that a fault of ours never blocks a phone."""
        bare = replace(letter, decoded=Decoded(faults=(Fault(UNSTORABLE),)))
        try:
            return self._logbook.append([bare])[0]
        except Exception as fault:  # noqa: BLE001 - whoever waits for it must hear of it
            return fault


def _answer(future: asyncio.Future[Receipt], said: Receipt | Exception) -> None:
    if future.done():  # the phone hung up; what it sent is kept all the same
        return
    if isinstance(said, Exception):
        future.set_exception(said)
    else:
        future.set_result(said)
