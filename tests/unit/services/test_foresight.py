"""What is foreseen is what comes: the judge says the same of the day once the change is made."""

from datetime import timedelta
from functools import partial

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import VehicleKind
from dispatcher.domain.ids import VehicleId
from dispatcher.domain.orders import Load
from dispatcher.domain.schedule import Rule
from dispatcher.services import disturbances
from dispatcher.services.foresight import foresee, rehearsed
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from tests.fixtures import days


def outlook_of(workplace: Workplace) -> Outlook:
    return workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE)), why=False)


@pytest.mark.parametrize("minutes", [1, 45, 240, 500])
def test_a_delay_is_foreseen_as_it_comes(workplace: Workplace, minutes: int) -> None:
    before = outlook_of(workplace)
    change = partial(disturbances.start_late, on=days.DATE, minutes=minutes)
    foreseen = foresee(workplace.desk, before, change)
    assert foreseen is not None
    assert outlook_of(workplace).day == before.day, "a rehearsal changes nothing"
    workplace.store.write("Late", change)
    after = outlook_of(workplace)
    was = {s.order_id for r in before.schedule.routes.values() for s in r.stops if s.late_s}
    late = [s.late_s for r in after.schedule.routes.values() for s in r.stops if s.late_s and s.order_id not in was]
    assert (foreseen.late, foreseen.late_s) == (len(late), max(late, default=0))
    ends = {v.rule for r in after.schedule.routes.values() for v in r.violations}
    assert (Rule.SHIFT_END in ends) == (Rule.SHIFT_END in {v.rule for v in foreseen.broken})


def test_some_delay_of_these_makes_something_late(workplace: Workplace) -> None:
    found = foresee(workplace.desk, outlook_of(workplace), partial(disturbances.start_late, on=days.DATE, minutes=500))
    assert found is not None
    assert found.late > 0
    assert found.broken


def test_too_much_for_the_vehicle_is_foreseen(workplace: Workplace) -> None:
    before = outlook_of(workplace)
    order_id = before.day.plan.routes[0].order_ids[1]
    heavy = partial(disturbances.announce_load, order_id=order_id, load=Load(5_000, 0, 1))
    found = foresee(workplace.desk, before, heavy)
    assert found is not None
    assert {v.rule for v in found.broken} == {Rule.WEIGHT}
    waiting = partial(disturbances.announce_load, order_id=before.day.unplanned[0], load=Load(5_000, 0, 1))
    assert foresee(workplace.desk, before, waiting) is not None, "of an order in no round nothing is worse"
    assert foresee(workplace.desk, before, waiting).broken == ()  # type: ignore[union-attr]


def test_a_vehicle_on_other_roads_is_not_foreseen(workplace: Workplace) -> None:
    before = outlook_of(workplace)
    bike = next(iter(before.day.vehicles.values()))
    bike = type(bike)(VehicleId("bike"), "Bike", VehicleKind.CARGO_BIKE)
    workplace.store.write("Buy", lambda uow: uow.put_vehicle(bike))
    before = outlook_of(workplace)
    shift_id = next(iter(before.day.shifts))
    change = partial(disturbances.take_over, on=days.DATE, shift_id=shift_id, vehicle_id=bike.id)
    assert foresee(workplace.desk, before, change) is None


def test_what_cannot_be_is_said_by_the_rehearsal_too(workplace: Workplace) -> None:
    day = outlook_of(workplace).day
    shift = next(iter(day.shifts.values()))
    late = partial(disturbances.run_late, on=days.DATE, shift_id=shift.id)
    with pytest.raises(BadInput, match="the shift would be over"):
        rehearsed(day, partial(late, minutes=10_000))
    moved = rehearsed(day, partial(late, minutes=20)).shifts[shift.id]
    assert moved.starts_at == shift.starts_at + timedelta(minutes=20)
