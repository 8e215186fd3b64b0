"""Days that are asked for again and again, read once: those that were written since are read anew."""

import threading
from collections.abc import Iterable
from datetime import date

from dispatcher.domain.plan import Day
from dispatcher.services.ports import Reader
from dispatcher.services.workplace import Workplace

MOST = 40
"""Days that are remembered: two weeks and what was looked at before."""
_LOOK_BACK = 50
"""Changes; after more of them everything is read anew."""


class KeptDays:
    """Reads days of a workplace. Any thread. Today is read every time: drivers change it without the plan's knowing."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._lock = threading.Lock()
        self._revision = -1
        self._common: tuple[object, ...] | None = None
        self._kept: dict[date, Day] = {}

    def of(self, dates: Iterable[date]) -> dict[date, Day]:
        """These days as they are now, in the order given; days read before are the same objects."""
        wanted, today = list(dates), self._workplace.today
        with self._lock:
            known = self._still_true()
            known.pop(today, None)
            found = self._workplace.store.read(lambda reader: self._read(reader, known, wanted))
            rest = {on: day for on, day in known.items() if on not in found}
            self._kept = {**dict(list(rest.items())[: max(0, MOST - len(found))]), **found}
        return {on: found[on] for on in wanted}

    def _still_true(self) -> dict[date, Day]:
        """What was read and not written since."""
        revision, common = self._workplace.store.read(lambda r: (r.revision, (r.depot(), r.drivers(), r.vehicles())))
        if revision == self._revision:
            return dict(self._kept)
        since = self._workplace.store.entries(_LOOK_BACK)
        fresh = [entry for entry in since if entry.revision > self._revision]
        whole = common == self._common and len(fresh) < len(since) and all(entry.dates for entry in fresh)
        touched = {on for entry in fresh for on in entry.dates}
        self._revision, self._common = revision, common
        return {on: day for on, day in self._kept.items() if on not in touched} if whole else {}

    @staticmethod
    def _read(reader: Reader, known: dict[date, Day], wanted: list[date]) -> dict[date, Day]:
        return {on: known.get(on) or reader.day(on) for on in wanted}
