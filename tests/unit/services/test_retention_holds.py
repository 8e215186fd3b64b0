"""Whatever is under hold, however it shares photos with what is not: nothing of it goes, and all the rest does."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Photo
from dispatcher.domain.review import Decision
from dispatcher.domain.tracking import Fix
from dispatcher.proof.chain import verify
from dispatcher.proof.files import ProofFiles
from dispatcher.services.driving_photos import keep_photo
from dispatcher.services.holds import hold_orders, lift_holds
from dispatcher.services.retention import forget, photos_of
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days, onroad
from tests.unit.services.conftest import now
from tests.unit.services.test_retention_proofs import WORD, at, records, write_of
from tests.unit.services.test_reviewing import Evening, evening_in

STOPS, PHOTOS, LATER = 4, 3, 400
chosen = st.lists(st.sets(st.integers(0, PHOTOS - 1)), min_size=STOPS, max_size=STOPS)


@settings(max_examples=12, deadline=None)
@given(photos=chosen, held=st.sets(st.integers(0, STOPS - 1)))
def test_all_of_what_is_held_stays_and_all_of_the_rest_goes(photos: Sequence[set[int]], held: set[int]) -> None:
    with TemporaryDirectory() as folder, evening_in(Path(folder)) as evening:
        ids, files = evening.order_ids, ProofFiles(photos_of(evening.workplace))
        names = [(files.put(f"photo {n}".encode()), files.put(f"copy {n}".encode())) for n in range(PHOTOS)]
        for stop, taken in enumerate(photos):
            _lived(evening, stop, [names[n][0] for n in sorted(taken)])
        for n in set().union(*photos):
            _came(evening, *names[n])
        for name in (name for pair in names for name in pair):
            os.utime(files.path(name), (now().timestamp(), now().timestamp()))
        holding = [ids[stop] for stop in sorted(held)]
        if holding:
            hold_orders(evening.workplace, holding, by="Anna", why="Claim")
        before = [_all_of(evening, order_id) for order_id in holding]
        forget(at(evening, LATER))
        assert [_all_of(evening, order_id) for order_id in holding] == before
        wanted = set().union(*(photos[stop] for stop in held))
        assert [all(map(files.has, pair)) for pair in names] == [n in wanted for n in range(PHOTOS)]
        fixes = {fix.fix.at for fix in evening.book.read(lambda r: r.fixes_after(0))}
        assert {_moment(stop) for stop in held} <= fixes
        for stop in set(range(STOPS)) - held:
            assert f"{WORD} {stop}." not in str(_all_of(evening, ids[stop]))
        if holding:
            lift_holds(evening.workplace, holding, by="Anna", why="Settled")
        forget(at(evening, LATER))
        assert WORD not in str([_all_of(evening, order_id) for order_id in ids])
        assert not any(files.has(name) for pair in names for name in pair)
        assert verify(records(evening)) is None
        assert verify_proofs(evening.book, files, now=now() + timedelta(days=LATER)).fault == ""


def _moment(stop: int) -> Any:
    return days.clock("11:00") + timedelta(hours=stop)


def _lived(evening: Evening, stop: int, photos: list[str]) -> None:
    """A stop with a proof, a decision on it, a position at its door, and words to and from its customer."""
    order_id, moment = evening.order_ids[stop], _moment(stop)
    said = {"name": f"{WORD} {stop}.", "photos": photos}
    answer = onroad.act(evening.book, evening.phone, "deliver", evening.shift, moment, order_id=order_id, **said)
    assert answer["taking"] == "taken", answer
    evening.desk.decide(days.DATE, [answer["key"]], Decision.NOTED, by="Anna", note=f"Saw {WORD} {stop}.")
    onroad.report(evening.book, evening.phone, [Fix(moment, Place(50.7, 6.1))], moment)
    write_of(evening, order_id)


def _came(evening: Evening, original: str, copy: str) -> None:
    arrived = days.clock("16:00")
    photo = Photo(original, 9, arrived, evening.phone.id, copy_sha256=copy, place=Place(50.7, 6.1), taken_at=now())
    evening.book.write(lambda w: keep_photo(w, photo, evening.phone, now=arrived))


def _all_of(evening: Evening, order_id: OrderId) -> list[Any]:
    """All that the logbook keeps of an order."""

    def read(r: Any) -> list[Any]:
        records = r.records_of([order_id])
        photos = [r.photo(sha256) for record in records for sha256 in record.body.get("photos", ())]
        stops = [s for sent in r.rounds_on(days.DATE) for s in sent.body["stops"] if s["order_id"] == order_id]
        told = [r.messages_of(order_id), r.replies_of(order_id), r.calls_of(order_id), r.wishes_of(order_id)]
        return [records, photos, stops, *told, r.incidents_of(order_id), r.actions_about([order_id])]

    return evening.book.read(read)
