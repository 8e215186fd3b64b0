"""How long the review desk takes for 3,000 proofs: all flags at first, and opening the day again."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.proof import RecordKind
from dispatcher.domain.review import Decision
from dispatcher.proof.attempts import to_body
from dispatcher.proof.chain import link
from dispatcher.services.home import Home
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.workplace import create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.proofs import START, clean

PROOFS = 3_000


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds."""
    with TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), lambda: START
        stores = partial(open_store, clock=clock, author="Anna")
        slug = create_depot(home, days.make_depot(), open_store=stores)
        books = partial(open_logbook, clock=clock)
        with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as workplace:
            assert workplace.live
            workplace.live.logbook.write(_fill)
            desk = ReviewDesk(workplace, clock=clock)
            taken_s, day = _timed(lambda: desk.day(days.DATE))
            assert len(day.proofs) == PROOFS
            yield _figure("all flags of a day", taken_s, 60)
            taken_s, day = _timed(lambda: desk.day(days.DATE))
            yield _figure("opening a day that is known", taken_s, 1)
            keys = [proof.attempt.key for proof in day.proofs if not proof.flags]
            taken_s, _ = _timed(lambda: desk.decide(days.DATE, keys, Decision.ACCEPTED, by="Anna"))
            yield _figure(f"accepting {len(keys)} at once", taken_s, 10)


def _fill(book: LogbookWriter) -> None:
    dice, head = random.Random(1), None
    for n in range(PROOFS):
        seen = clean(n, dice)
        attempt, (photo,) = seen.attempt, seen.photos
        assert photo is not None
        book.put_photo(photo)
        book.put_visits(attempt.shift_id, [*book.visits([attempt.shift_id]), *seen.visits])
        said = {
            "key": attempt.key,
            "order_id": attempt.order_id,
            "on": days.DATE.isoformat(),
            "at": attempt.received_at,
        }
        head = link(head, kind=RecordKind.ATTEMPT, body=to_body(attempt), **said)  # type: ignore[arg-type]
        book.put_record(head)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _figure(name: str, value_s: float, goal_s: float) -> dict[str, Any]:
    return {
        "name": name, "value": round(value_s, 2), "unit": "s", "goal": goal_s, "ok": value_s <= goal_s,
        "on": f"{PROOFS} proofs with signature and photo",
    }  # fmt: skip
