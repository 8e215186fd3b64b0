"""What accepted proofs propose of addresses: made of a real chain, accepted or declined by a person, and erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.errors import Cancelled
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Contact, Order
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.proof import Attempt, Outcome, RecordKind
from dispatcher.domain.review import Decision, Review
from dispatcher.domain.time import TimeWindow
from dispatcher.domain.tracking import Visit, Witness
from dispatcher.intake import address_key
from dispatcher.proof.attempts import to_body
from dispatcher.proof.chain import link
from dispatcher.services.erasing_persons import erase_person
from dispatcher.services.home import Home
from dispatcher.services.learned_addresses import Memory, Proposal, What, accept, decline, proposals
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.persons import kept_of
from dispatcher.services.reviewing_chain import review_record
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, open_stores, small_day

WRITTEN = Address("Hofgasse 7", "52062", "Aachen", place=days.AACHEN.centre, precision=Precision.STREET)
KEY = address_key(WRITTEN)
DOOR = Place(WRITTEN.place.lat + 0.0006, WRITTEN.place.lon) if WRITTEN.place else None
"""67 m north of where the address is taken to be."""
PHONE, DRIVER = DeviceId("phone"), DriverId("driver-0")


@dataclass
class Doors:
    """A depot to whose customers drivers came on days before."""

    workplace: Workplace
    came: int = 0

    def visit(
        self,
        ago: int,
        *,
        place: Place | None = DOOR,
        decided: Decision | None = Decision.ACCEPTED,
        note: str = "",
        took_s: int = 420,
        address: Address = WRITTEN,
        waits_s: int = 0,
        **parts: object,
    ) -> OrderId:
        """A delivery so many days ago; the order."""
        on, self.came = days.DATE - timedelta(days=ago), self.came + 1
        at = days.clock("11:00") - timedelta(days=ago)
        order_id, shift = OrderId(f"past-{self.came}"), ShiftId(f"shift-{on}")
        windows = (TimeWindow(at, at + timedelta(hours=2)),)
        order = Order(order_id, f"P{self.came}", on, address, contact=Contact("Kim Salo"), windows=windows)
        self.workplace.store.write("Past", lambda uow: uow.put_orders([order]))
        made = Attempt(f"key-{self.came}", order_id, shift, DRIVER, PHONE, 1, Outcome.DELIVERED, at, at)
        attempt = replace(made, **{"place": place, "accuracy_m": 6.0, "place_age_s": 3.0, "note": note, **parts})  # type: ignore[arg-type]
        arrived = at - timedelta(seconds=waits_s)
        visit = Visit(shift, order_id, arrived, at + timedelta(seconds=took_s), Witness.TRACK)
        self.write(partial(_put, attempt=attempt, on=on, visit=visit, decided=decided))
        return order_id

    def write(self, change: object) -> None:
        assert self.workplace.live
        self.workplace.live.logbook.write(change)  # type: ignore[arg-type]

    def proposed(self) -> dict[What, Proposal]:
        return {p.what: p for p in proposals(self.workplace)}

    def accept(self, proposal: Proposal) -> int:
        today = self.workplace.today
        return self.workplace.store.write("Accept", lambda uow: accept(uow, proposal, today=today)).value

    def decline(self, proposal: Proposal) -> None:
        self.workplace.store.write("Decline", lambda uow: decline(uow, proposal))


def _put(book: LogbookWriter, *, attempt: Attempt, on: date, visit: Visit, decided: Decision | None) -> None:
    key, order_id, body = attempt.key, attempt.order_id, to_body(attempt)
    told = {"key": key, "order_id": order_id, "on": on.isoformat(), "at": attempt.at, "body": body}
    book.put_record(link(book.head(), kind=RecordKind.ATTEMPT, **told))  # type: ignore[arg-type]
    if decided:
        review = Review(key, decided, "Anna", attempt.at)
        book.put_record(review_record(book.head(), attempt, on, review))
    book.put_visits(visit.shift_id, [*book.visits([visit.shift_id]), visit])


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    books = partial(open_logbook, clock=now)
    with open_workplace(home, slug, open_store=open_stores, clock=now, open_logbook=books) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        yield Doors(workplace)


def three(doors: Doors, **parts: object) -> None:
    for ago in (3, 2, 1):
        doors.visit(ago, **parts)  # type: ignore[arg-type]


# --- what is proposed -------------------------------------------------------------------------------------------------


def test_three_accepted_visits_propose_the_door(doors: Doors) -> None:
    assert DOOR
    for ago, north in ((4, 0.00002), (3, 0.0), (2, -0.00001), (1, 0.004)):
        doors.visit(ago, place=Place(DOOR.lat + north, DOOR.lon))
    pin = doors.proposed()[What.PIN]
    assert (pin.visits, pin.key, pin.last) == (4, KEY, days.DATE - timedelta(days=1))
    assert pin.place
    assert pin.place.distance_m(DOOR) < 2, "one that strays moves the median by a metre"
    assert pin.moved_m == pytest.approx(67, abs=2)


@pytest.mark.parametrize(
    "parts",
    [
        {"decided": None},
        {"decided": Decision.REJECTED},
        {"decided": Decision.NOTED},
        {"place": None},
        {"place": WRITTEN.place},
        {"accuracy_m": 80.0},
        {"accuracy_m": None},
        {"mock": True},
        {"place_age_s": 900.0},
        {"outcome": Outcome.FAILED},
    ],
)
def test_what_says_nothing_of_the_door_proposes_no_pin(doors: Doors, parts: dict[str, object]) -> None:
    three(doors, **parts)
    assert What.PIN not in doors.proposed()


def test_visits_of_one_round_are_one(doors: Doors) -> None:
    for ago in (2, 1, 1, 1):
        doors.visit(ago)
    assert doors.proposed() == {}


def test_positions_all_over_the_place_propose_nothing(doors: Doors) -> None:
    assert DOOR
    for ago in range(1, 6):
        doors.visit(ago, place=Place(DOOR.lat + 0.0005 * ago, DOOR.lon))
    assert What.PIN not in doors.proposed()


def test_the_usual_time_at_the_door_leaves_out_waiting(doors: Doors) -> None:
    for ago, took_s in ((4, 400), (3, 420), (2, 440), (1, 3000)):
        doors.visit(ago, took_s=took_s, waits_s=600)
    service = doors.proposed()[What.SERVICE]
    assert (service.service_s, service.visits, service.now_s) == (430, 4, doors.workplace.depot.service_s)


def test_the_note_written_most_often_is_proposed(doors: Doors) -> None:
    notes = ("Ring twice, the bell is behind the hedge", "Door is in the yard", "Door is in the yard", "ok")
    for ago, note in enumerate(notes, 1):
        doors.visit(ago, note=note)
    assert (doors.proposed()[What.NOTE].note, doors.proposed()[What.NOTE].visits) == ("Door is in the yard", 2)


def test_a_door_in_another_street_is_named(doors: Doors) -> None:
    class Near:
        street = "Templergraben"

        def reverse(self, place: Place) -> Found:
            return Found(f"{self.street} 3", place, Precision.HOUSE, 100.0, street=self.street)

        def close(self) -> None: ...

    three(doors)
    near = Near()
    elsewhere = Doors(replace(doors.workplace, geocoder=near))  # type: ignore[arg-type]
    pin = elsewhere.proposed()[What.PIN]
    assert pin.approach == "Templergraben"
    doors.accept(pin)
    assert doors.workplace.store.read(lambda r: r.remembered([KEY]))[KEY].approach == "Templergraben"
    Near.street = "Hofgasse"
    three(elsewhere, address=replace(WRITTEN, line="Hofgasse 8"))
    assert [p.approach for p in proposals(elsewhere.workplace) if p.what is What.PIN] == [""]


def test_looking_can_be_stopped_and_a_what_if_only_looks(doors: Doors) -> None:
    class Stopped(NoProgress):
        def cancelled(self) -> bool:
            return True

    three(doors)
    with pytest.raises(Cancelled):
        proposals(doors.workplace, Stopped())
    assert proposals(replace(doors.workplace, live=None)) == ()


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_an_accepted_pin_moves_orders_ahead_and_comes_no_more(doors: Doors) -> None:
    three(doors)
    ahead = Order(OrderId("ahead"), "N1", days.DATE + timedelta(days=1), WRITTEN)
    by_hand = replace(ahead, id=OrderId("by-hand"), number="N2", address=replace(WRITTEN, place=Place(50.7, 6.0)))
    doors.workplace.store.write("Ahead", lambda uow: uow.put_orders([ahead, by_hand]))
    pin = doors.proposed()[What.PIN]
    assert doors.accept(pin) == 1
    read: Sequence[Order] = doors.workplace.store.read(lambda r: r.orders([ahead.id, by_hand.id, OrderId("past-1")]))
    places = {order.id: order.address.place for order in read}
    assert places == {ahead.id: pin.place, by_hand.id: by_hand.address.place, OrderId("past-1"): WRITTEN.place}
    assert doors.workplace.store.read(lambda r: r.pins([KEY])) == {KEY: pin.place}
    assert What.PIN not in doors.proposed()
    doors.workplace.store.undo()
    assert doors.proposed()[What.PIN] == pin
    assert doors.workplace.store.read(lambda r: r.orders([ahead.id]))[0].address.place == WRITTEN.place


def test_accepted_notes_and_times_are_remembered_together(doors: Doors) -> None:
    three(doors, note="Door is in the yard")
    made = doors.proposed()
    doors.accept(made[What.NOTE])
    doors.accept(made[What.SERVICE])
    known = doors.workplace.store.read(lambda r: r.remembered([KEY]))[KEY]
    assert (known.note, known.service_s, known.text) == ("Door is in the yard", 420, WRITTEN.text)
    assert set(doors.proposed()) == {What.PIN}


def test_what_was_declined_comes_again_only_if_it_says_something_else(doors: Doors) -> None:
    assert DOOR
    three(doors, note="Door is in the yard")
    for proposal in doors.proposed().values():
        doors.decline(proposal)
    assert doors.proposed() == {}
    doors.visit(4, place=Place(DOOR.lat + 0.00002, DOOR.lon), took_s=430)
    assert doors.proposed() == {}, "nearly the same"
    for ago in range(5, 14):
        doors.visit(ago, place=Place(DOOR.lat + 0.001, DOOR.lon), took_s=900, note="Enter from the canal side")
    again = doors.proposed()
    assert (set(again), again[What.NOTE].note) == (set(What), "Enter from the canal side")
    doors.workplace.store.undo()


def test_erasing_the_person_takes_it_out(doors: Doors) -> None:
    three(doors, note="Door is in the yard")
    for proposal in doors.proposed().values():
        doors.accept(proposal)
    ids = [OrderId(f"past-{n}") for n in (1, 2, 3)]
    kept = kept_of(doors.workplace, ids)
    assert (set(kept.remembered), kept.counts()["pins"]) == ({KEY}, 1)
    erase_person(doors.workplace, ids, by="Anna", why="Asked for", orders=3)
    assert doors.workplace.store.read(lambda r: (r.pins([KEY]), r.remembered([KEY]))) == ({}, {})
    assert doors.proposed() == {}
    while doors.workplace.store.undo():
        pass
    while doors.workplace.store.redo():
        pass
    assert doors.workplace.store.read(lambda r: r.remembered([KEY])) == {}


def test_a_second_look_reads_only_dates_of_which_something_is_new(doors: Doors) -> None:
    three(doors)
    memory: Memory = {}
    first = proposals(doors.workplace, memory=memory)
    before = dict(memory)
    doors.visit(1, took_s=3000)
    assert proposals(doors.workplace, memory=memory) == proposals(doors.workplace)
    assert {on for on in memory if memory[on] is not before[on]} == {days.DATE - timedelta(days=1)}
    assert {p.what for p in first} == {What.PIN, What.SERVICE}
