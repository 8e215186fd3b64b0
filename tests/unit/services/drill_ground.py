"""A depot whose drills can be played in tests: two dozen orders, four drivers, a real logbook, straight roads."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from db.logbook.opening import open_logbook
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Contact
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.services import drills, whatifs
from dispatcher.services.drills_scoring import Referee
from dispatcher.services.home import Home
from dispatcher.services.plan import Proposal, apply_proposal, sequences_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Store
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, open_stores

SECONDS = 0.4
"""Of search, in tests."""

type Player = Callable[[Store, Day, Proposal], None]
"""What somebody does about a disturbance, on the day as it stands; knowing the optimiser's answer."""


def a_day() -> Day:
    """Planned well, all of it."""
    day = days.make_day(28, 4, seed=7, collections=0.0, windows=0.5, several_windows=0.0)
    contact = Contact("Maija Virtanen", "+49 241 4711", "maija@example.org")
    orders = {o: replace(order, contact=contact, service_s=900) for o, order in day.orders.items()}
    drivers = {
        d: replace(driver, vehicle_id=shift.vehicle_id, max_stops=10)
        for shift in day.shifts.values()
        for d, driver in [(shift.driver_id, day.drivers[shift.driver_id])]
    }
    return replace(day, orders=orders, drivers=drivers)


@contextmanager
def ground(folder: Path, *, clock: Callable[[], datetime] = now, filled: bool = True) -> Iterator[Workplace]:
    """The depot, open."""
    home = Home(folder / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    books = partial(open_logbook, clock=clock)
    with open_workplace(home, slug, open_store=open_stores, clock=clock, open_logbook=books) as opened:
        if filled:
            day = a_day()
            opened.store.write("Fill", lambda uow: keep(uow, day))
            plan = opened.desk.optimise(opened.store.read(lambda r: r.day(days.DATE)), seconds=SECONDS)
            opened.store.write("Plan the day", lambda uow: apply_proposal(uow, plan))
        yield opened


@contextmanager
def copy_of(workplace: Workplace, drill: drills.Drill) -> Iterator[Store]:
    """The database that a drill is played in."""
    with closing(open_stores(whatifs.named(workplace.home, workplace.slug, drill.copy).file)) as store:
        yield store


def begun(workplace: Workplace, **wish: object) -> drills.Drill:
    """A drill for Anna."""
    asked = replace(drills.Wish("Anna", orders=24), **wish)  # type: ignore[arg-type]
    return drills.begin(workplace, asked, open_store=open_stores, progress=NoProgress(), plan_s=SECONDS)


def played(workplace: Workplace, drill: drills.Drill, player: Player) -> drills.Drill:
    """The drill at its end."""
    desk, referee = PlanningDesk(workplace.roads), Referee(workplace.roads, seconds=SECONDS)
    try:
        with copy_of(workplace, drill) as store:
            while True:
                drill, happened = drills.upcoming(desk, store, drill)
                if happened is None:
                    return drills.close(drill)
                done = store.write(happened.label, happened.change)
                drill = drills.came(drill, happened, done.changes.revision)
                day = store.read(lambda r, on=drill.on: r.day(on))
                drill = drills.answered(drill, referee.best(store.day_at(drill.on, done.changes.revision)))
                player(store, day, answer(day, drill))
                drill = referee.judge(store, drill, seconds=12.0)
    finally:
        desk.close()
        referee.close()


def answer(day: Day, drill: drills.Drill) -> Proposal:
    """What the optimiser would do about the open disturbance."""
    assert drill.open
    best = {s: tuple(map(OrderId, drill.open.best.get(str(s), ()))) for s in day.shifts}
    return Proposal(day.date, day.revision, sequences_of(day), best)


def does_nothing(_store: Store, _day: Day, _answer: Proposal) -> None:
    """The lazy one."""


def obeys(store: Store, _day: Day, answer: Proposal) -> None:
    """The perfect one."""
    store.write("Do as it says", lambda uow: apply_proposal(uow, answer))
