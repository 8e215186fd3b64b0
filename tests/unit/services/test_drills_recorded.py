"""A recorded day played again: what happened on it comes once more, from its journal, phones and exceptions."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Incident, IncidentKind
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.time import TimeWindow
from dispatcher.services import disturbances, drills, whatifs
from dispatcher.services.drills import CueKind, Difficulty, Wish
from dispatcher.services.drills_day import SHELF
from dispatcher.services.drills_recorded import recorded
from dispatcher.services.home import Home
from dispatcher.services.orders import cancel_orders
from dispatcher.services.plan import apply_proposal
from dispatcher.services.ports import Store
from dispatcher.services.underway import Behind
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.days import clock
from tests.unit.services.conftest import keep
from tests.unit.services.drill_ground import SECONDS, a_day, does_nothing, played


class Hands:
    """A clock that is set."""

    at = clock("06:00")

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def workplace(tmp_path: Path, hands: Hands) -> Iterator[Workplace]:
    """The day planned at six in the morning."""
    home, stores = Home(tmp_path / "home"), partial(open_store, clock=hands)
    slug = create_depot(home, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=hands)
    with open_workplace(home, slug, open_store=stores, clock=hands, open_logbook=books) as opened:
        day = a_day()
        opened.store.write("Fill", lambda uow: keep(uow, day))
        plan = opened.desk.optimise(opened.store.read(lambda r: r.day(days.DATE)), seconds=SECONDS)
        opened.store.write("Plan the day", lambda uow: apply_proposal(uow, plan))
        yield opened


def day_of(store: Store, on: date = days.DATE) -> Day:
    return store.read(lambda r: r.day(on))


def happened(workplace: Workplace, hands: Hands) -> dict[CueKind, str]:
    """A day goes by: an urgent order at ten, one cancelled at half past, other hours at eleven, a breakdown at noon."""
    day, store = day_of(workplace.store), workplace.store
    orders = sorted(day.orders.values(), key=lambda o: o.number)
    urgent = replace(orders[0], id=OrderId("urgent"), number="U1", windows=())
    window = TimeWindow(clock("14:00"), clock("15:00"))
    busiest = max(day.plan.routes, key=lambda route: len(route.stops)).shift_id
    hands.at = clock("10:00")
    store.write("Urgent", lambda uow: uow.put_orders([urgent]))
    hands.at = clock("10:30")
    store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[orders[1].id]))
    hands.at = clock("11:00")
    store.write("Hours", lambda uow: uow.put_orders([replace(orders[2], windows=(window,))]))
    hands.at = clock("12:00")
    store.write(
        "Breakdown",
        lambda uow: disturbances.drop_out(
            uow, on=days.DATE, shift_id=busiest, at=hands.at, driven=day.plan.routes[0].order_ids[:0]
        ),
    )
    hands.at = clock("09:00") + timedelta(days=1)
    return {CueKind.URGENT: "U1", CueKind.CANCELLED: orders[1].number, CueKind.HOURS: orders[2].number}


def test_the_journal_tells_what_happened_and_when(workplace: Workplace, hands: Hands) -> None:
    numbers = happened(workplace, hands)
    found = recorded(workplace.store, workplace.desk, days.DATE, facts={}, incidents=())
    cues = {cue.kind: cue for cue in found.cues}
    assert set(cues) == {*numbers, CueKind.BREAKDOWN}
    assert {kind: cues[kind].number for kind in numbers} == numbers
    assert [cue.at for cue in found.cues] == [clock(t) for t in ("10:00", "10:30", "11:00", "12:00")]
    assert cues[CueKind.HOURS].windows == (TimeWindow(clock("14:00"), clock("15:00")),)
    assert [order.number for order in found.later] == ["U1"]
    assert OrderId("urgent") not in found.day.orders  # it begins as it was planned in the morning
    assert all(order.state is OrderState.OPEN for order in found.day.orders.values())
    assert len(found.day.shifts) == len(day_of(workplace.store).shifts)


def test_phones_and_exceptions_tell_of_late_drivers_and_closed_doors(workplace: Workplace) -> None:
    day = day_of(workplace.store)
    schedule = workplace.desk.look(day).schedule
    shift_id, times = next((s, t) for s, t in schedule.routes.items() if len(t.stops) > 3)
    facts = {
        stop.order_id: Behind(1, stop.departs_at + timedelta(minutes=12 * n), shift_id)
        for n, stop in enumerate(times.stops)
    }
    failed = times.stops[-1]
    incident = Incident(
        "i1", IncidentKind.FAILED, days.DATE, "about", "Nobody there", failed.departs_at + timedelta(hours=2),
        failed.departs_at, order_id=failed.order_id,
    )  # fmt: skip
    found = recorded(workplace.store, workplace.desk, days.DATE, facts=facts, incidents=(incident,))
    late, vain = found.cues
    assert (late.kind, late.minutes) == (CueKind.LATE, 25)  # 24 minutes at the third stop, to five
    assert late.driver == day.drivers[day.shifts[shift_id].driver_id].number
    assert late.at == times.stops[2].departs_at + timedelta(minutes=24)
    assert (vain.kind, vain.number) == (CueKind.NO_SHOW, day.orders[failed.order_id].number)


def test_a_recorded_day_is_played_again_on_a_date_of_its_own(workplace: Workplace, hands: Hands) -> None:
    numbers = happened(workplace, hands)
    assert drills.days_on_record(workplace) == (days.DATE,)
    stores = partial(open_store, clock=hands)
    wish = Wish("Anna", Difficulty.EASY, seed=1, recorded=days.DATE)
    drill = drills.begin(workplace, wish, open_store=stores, progress=NoProgress())
    assert drill.on > days.DATE + timedelta(days=1)
    assert [cue.kind for cue in drill.cues] == [*numbers, CueKind.BREAKDOWN]  # more than easy has: all of it
    copy = whatifs.named(workplace.home, workplace.slug, drill.copy)
    with closing(stores(copy.file)) as store:
        day, shelf = day_of(store, drill.on), day_of(store, drill.on + SHELF)
        was = store.day_at(days.DATE, copy.revision)
    assert [order.number for order in shelf.orders.values()] == ["U1"]
    assert _rounds(day) == _rounds(recorded_day(workplace))
    assert day.orders.keys().isdisjoint(was.orders)
    assert {order.contact.phone for order in day.orders.values()} == {""}
    drill = played(workplace, drill, does_nothing)
    assert drill.played == 4
    assert [turn.what.split()[2] for turn in drill.turns if turn.kind is CueKind.URGENT] == ["U1"]
    assert any(f"Order {numbers[CueKind.HOURS]} wants 14:00–15:00" in turn.what for turn in drill.turns)


def recorded_day(workplace: Workplace) -> Day:
    return recorded(workplace.store, workplace.desk, days.DATE, facts={}, incidents=()).day


def _rounds(day: Day) -> list[list[str]]:
    numbers = lambda ids: [day.orders[o].number for o in ids]
    return sorted(numbers(route.order_ids) for route in day.plan.routes)


def test_a_quiet_day_gets_what_its_difficulty_wants(workplace: Workplace, hands: Hands) -> None:
    hands.at = clock("09:00") + timedelta(days=1)
    wish = Wish("Anna", Difficulty.USUAL, seed=1, recorded=days.DATE)
    drill = drills.begin(workplace, wish, open_store=partial(open_store, clock=hands), progress=NoProgress())
    assert len(drill.cues) == 5
