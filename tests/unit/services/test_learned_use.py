"""What was learned where it is used: in imports, on a day, at the counter; and what is left alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import Cancelled
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.learned import Because, Guess, Target, Trial
from dispatcher.domain.orders import OrderState
from dispatcher.domain.place import Address
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.remembered import Remembered
from dispatcher.insight.cuts import Span
from dispatcher.intake import address_key
from dispatcher.services import importing, learned_use_service
from dispatcher.services.importing import Preview, Request
from dispatcher.services.learned_use import (
    due,
    failure_words,
    foreseer_of,
    minutes_words,
    reasons_words,
    travel_used,
    with_failure,
)
from dispatcher.services.learned_use_service import look_at_day, take
from dispatcher.services.learning import LearningDesk
from dispatcher.services.slots import Enquiry
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.unit.services.foreseen import Floors
from tests.unit.services.slots_depot import SlotsDepot, slots_depot
from tests.unit.services.test_slots_offers import HERE

OTHER_DAY = days.DATE + timedelta(days=3)


def prepared(workplace: Workplace, folder: Path, *rows: str, mode: str = "merge", used: bool = True) -> Preview:
    file = folder / "orders.csv"
    head = "Order ID,Address,City,Lat,Lon,Notes,Service minutes"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    request = Request(file, on=OTHER_DAY, sender="Shop", mode=mode)
    return importing.prepare(workplace, request, NoProgress(), foreseer=Floors(used))


def row(number: str, notes: str = "", service: str = "") -> str:
    return f"{number},Markt {number},Aachen,50.77,6.08,{notes},{service}"


def said(preview: Preview) -> list[str]:
    return [note for note in preview.notes if "service time" in note]


def bring(workplace: Workplace, preview: Preview) -> dict[str, int]:
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    return {o.number: o.service_s for o in workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))}


# --- imports ---------------------------------------------------------------------------------------------------------


def test_an_order_without_a_service_time_gets_the_learned_one_and_says_so(workplace: Workplace, tmp_path: Path) -> None:
    flat_s = workplace.depot.service_s
    preview = prepared(workplace, tmp_path, row("1", "floor 3"), row("2", "floor 3", "5"), row("3"))
    assert said(preview)[0] == "Order 1 says no service time; service time learned: 7 min, floor 3."
    assert bring(workplace, preview) == {"1": 420, "2": 300, "3": flat_s}


def test_many_are_told_of_in_one_sentence(workplace: Workplace, tmp_path: Path) -> None:
    preview = prepared(workplace, tmp_path, *(row(str(n), f"floor {n}") for n in range(1, 6)))
    (note,) = said(preview)
    assert note.startswith("5 orders say no service time and get a learned one: 7 min on average instead of")
    assert "5: service time learned: 11 min, floor 5; 4: " in note
    assert note.endswith("; …")


def test_where_it_is_not_used_the_flat_figure_stands_without_a_word(workplace: Workplace, tmp_path: Path) -> None:
    preview = prepared(workplace, tmp_path, row("1", "floor 3"), used=False)
    assert said(preview) == []
    assert bring(workplace, preview) == {"1": workplace.depot.service_s}


def test_an_order_that_is_there_keeps_its_time(workplace: Workplace, tmp_path: Path) -> None:
    bring(workplace, prepared(workplace, tmp_path, row("1", "floor 3", "5")))
    preview = prepared(workplace, tmp_path, row("1", "floor 4"))
    assert (said(preview), bring(workplace, preview)) == ([], {"1": 300})


def test_what_the_address_taught_goes_first_and_its_note_comes_with_it(workplace: Workplace, tmp_path: Path) -> None:
    key = address_key(Address("Markt 1", city="Aachen"))
    known = Remembered("Markt 1", "Door in the yard", "Hof", 600)
    workplace.store.write("Remember", lambda uow: uow.put_remembered(key, known))
    preview = prepared(workplace, tmp_path, row("1", "floor 3"))
    assert "service time learned: 10 min, as usual at this address" in said(preview)[0]
    assert bring(workplace, preview) == {"1": 600}
    (order,) = workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))
    assert order.notes == "floor 3\nApproach from Hof.\nDoor in the yard"
    again = prepared(workplace, tmp_path, row("1", "floor 3"))
    assert again.plan.unchanged == (order,)


# --- a day that is there ------------------------------------------------------------------------------------------


@pytest.fixture
def day(workplace: Workplace) -> Day:
    """Five orders without a time of their own, one with, one cancelled, one done; the rest is as made."""
    day, flat_s = workplace.store.read(lambda r: r.day(days.DATE)), workplace.depot.service_s
    ids = list(day.orders)
    changed = [replace(day.orders[o], service_s=flat_s, notes=f"floor {n}") for n, o in enumerate(ids[:7], 1)]
    changed[5] = replace(changed[5], service_s=flat_s + 1)
    changed[6] = replace(changed[6], state=OrderState.CANCELLED)
    others = [replace(day.orders[o], service_s=flat_s, notes="") for o in ids[7:]]
    workplace.store.write("Floors", lambda uow: uow.put_orders([*changed, *others]))
    return workplace.store.read(lambda r: r.day(days.DATE))


def served(workplace: Workplace) -> dict[OrderId, int]:
    return {o.id: o.service_s for o in workplace.store.read(lambda r: r.orders_of([days.DATE]))}


def test_a_day_takes_learned_times_in_one_step(workplace: Workplace, day: Day) -> None:
    before, ids = served(workplace), list(day.orders)
    seen = look_at_day(workplace, days.DATE, Floors())
    assert {c.order.id: c.service_s for c in seen.changes} == {ids[n]: 60 + 120 * (n + 1) for n in (1, 2, 3, 4)} | (
        {ids[0]: 180} if workplace.depot.service_s != 180 else {}
    )
    opened = [o for o in day.orders.values() if o.state is OrderState.OPEN]
    assert seen.before_s == sum(o.service_s for o in opened)
    assert seen.stay + len(seen.changes) == len(opened)
    assert seen.biggest[0].words == f"{seen.biggest[0].order.number}: 3 min → 11 min, floor 5"
    done = workplace.store.write(learned_use_service.LABEL, lambda uow: take(uow, seen))
    assert done.value == len(seen.changes)
    after = served(workplace)
    assert {o for o in after if after[o] != before[o]} == {c.order.id for c in seen.changes}
    assert look_at_day(workplace, days.DATE, Floors()).before_s == seen.after_s
    assert look_at_day(workplace, days.DATE, Floors()).changes == ()
    workplace.store.undo()
    assert served(workplace) == before


def test_an_order_changed_after_the_preview_stays(workplace: Workplace, day: Day) -> None:
    seen = look_at_day(workplace, days.DATE, Floors())
    touched = seen.changes[0].order
    workplace.store.write("By hand", lambda uow: uow.put_orders([replace(touched, service_s=999)]))
    assert workplace.store.write("Take", lambda uow: take(uow, seen)).value == len(seen.changes) - 1
    assert served(workplace)[touched.id] == 999
    del day


def test_a_stop_that_is_done_stays(workplace: Workplace, day: Day) -> None:
    route = next(r for r in day.plan.routes if r.stops)
    first = replace(route.stops[0], done=True)
    stops: dict[ShiftId, list[object]] = {route.shift_id: [first, *route.stops[1:]]}
    workplace.store.write("Done", lambda uow: uow.set_routes(stops))  # type: ignore[arg-type]
    assert workplace.store.read(lambda r: r.day(days.DATE)).plan.routes != day.plan.routes
    assert first.order_id not in {c.order.id for c in look_at_day(workplace, days.DATE, Floors()).changes}


def test_looking_can_be_stopped(workplace: Workplace, day: Day) -> None:
    class Stopped(NoProgress):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        look_at_day(workplace, days.DATE, Floors(), Stopped())
    del day


def test_a_depot_that_learned_nothing_changes_nothing(workplace: Workplace, day: Day) -> None:
    assert look_at_day(workplace, days.DATE).changes == ()
    assert not foreseer_of(workplace).service_s(next(iter(day.orders.values()))).learned


# --- the counter ----------------------------------------------------------------------------------------------------


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[SlotsDepot]:
    with slots_depot(tmp_path) as opened:
        yield opened


def test_offers_say_how_likely_the_attempt_fails(depot: SlotsDepot) -> None:
    enquiry = Enquiry(HERE)
    offers = depot.desk.offers(enquiry, days=3)
    told = with_failure(offers, enquiry, Floors())
    early = {o.slot.on: o.failure for o in told if o.slot.window.opens_at.hour < 10}
    assert early
    assert set(early.values()) == {0.3}
    assert {o.failure for o in told if o.slot.window.opens_at.hour >= 10} == {0.05}
    assert told[0].failure_why.endswith("; 34 attempts")
    assert with_failure(offers, enquiry, Floors(used=False)) == offers


# --- words, and when ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"), [(38, "40 s"), (58, "1 min"), (100, "1½ min"), (240, "4 min"), (3600, "60 min")]
)
def test_minutes_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert minutes_words(seconds) == said


def test_reasons_keep_their_capitals_where_these_are_names() -> None:
    said = ("Stops of this depot in general", "Third floor", "DHL parcels", "", "A flat", "Left out")
    assert reasons_words([Because(words, 1) for words in said]) == "third floor, DHL parcels, a flat"
    guess = Guess(0.184, True, 1, (Because("Monday morning", 0.1),))
    assert failure_words(guess) == "Chance that nobody takes it: 18 % — Monday morning; 1 attempt"
    assert failure_words(Guess(0.2)) == ""


def trial(*, used: bool, learned: float | None = 0.5) -> Trial:
    return Trial(Target.TRAVEL, 10, 5, date(2026, 1, 1), date(2026, 2, 1), 0.4, learned, used)


def test_driving_times_are_used_only_where_they_did_better() -> None:
    assert not travel_used(())
    assert travel_used([trial(used=True)])
    assert not travel_used([trial(used=False, learned=None)])
    assert not travel_used([trial(used=False)])


class Trained(LearningDesk):
    """One that was trained at a moment on days up to a date."""

    def __init__(self, at: datetime | None, last: date) -> None:
        self._at, self._last = at, last

    @property
    def trained_at(self) -> datetime | None:
        return self._at

    def trials(self) -> list[Trial]:
        return [replace(trial(used=True), last=self._last)] if self._at else []


def test_it_learns_again_once_a_day_when_there_are_new_days() -> None:
    now, last = days.clock("18:00"), days.DATE - timedelta(days=1)
    known = Span(last - timedelta(days=30), days.DATE)
    long_ago = now - timedelta(days=1)
    assert not due(Trained(None, last), None, now), "there is nothing to learn from"
    assert due(Trained(None, last), known, now)
    assert due(Trained(long_ago, last), known, now)
    assert not due(Trained(now - timedelta(hours=3), last), known, now), "learned today"
    assert not due(Trained(long_ago, days.DATE), known, now), "no new days"
