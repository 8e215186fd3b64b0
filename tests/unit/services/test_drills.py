"""Drills played to their end: who does what the optimiser does has all points, who does nothing none."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.papers import PaperKind
from dispatcher.domain.plan import Day
from dispatcher.drills.cues import Cue
from dispatcher.services import comparing, drills, whatifs
from dispatcher.services.drills import CueKind, Difficulty, DrillState
from dispatcher.services.drills_scoring import Referee
from dispatcher.services.persons import files_left
from dispatcher.services.plan import Proposal, apply_proposal, move_orders
from dispatcher.services.ports import Store, UnitOfWork
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.unit.services.conftest import now
from tests.unit.services.drill_ground import SECONDS, begun, copy_of, does_nothing, ground, obeys, played


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with ground(tmp_path) as opened:
        yield opened


@pytest.fixture
def referee(workplace: Workplace) -> Iterator[Referee]:
    made = Referee(workplace.roads, seconds=SECONDS)
    yield made
    made.close()


def hit(workplace: Workplace, drill: drills.Drill, store: Store) -> drills.Drill:
    """The next disturbance has come."""
    drill, happened = drills.upcoming(workplace.desk, store, drill)
    assert happened is not None
    return drills.came(drill, happened, store.write(happened.label, happened.change).changes.revision)


def logged(workplace: Workplace) -> dict[str, list[tuple[object, ...]]]:
    """All that the depot's logbook holds, by table."""
    with closing(sqlite3.connect(workplace.home.database(workplace.slug).with_name("logbook.db"))) as book:
        names = [name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: book.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def only(drill: drills.Drill, *kinds: CueKind, clock: str = "10:00") -> drills.Drill:
    """The drill with these disturbances alone, at the times it has."""
    begins = days.clock(clock, drill.on)
    cues = tuple(Cue(kind, begins + n * timedelta(minutes=40)) for n, kind in enumerate(kinds))
    return replace(drill, cues=cues)


def test_who_does_what_the_optimiser_does_has_all_points(workplace: Workplace) -> None:
    drill = played(workplace, only(begun(workplace), CueKind.BREAKDOWN, CueKind.URGENT, CueKind.LATE), obeys)
    first = drill.turns[0]
    assert first.nothing
    assert first.person
    assert first.optimiser
    assert first.nothing.unplanned > first.optimiser.unplanned == first.person.unplanned
    assert first.person.moved > 0
    assert [turn.score.points for turn in drill.turns if turn.score] == [100, 100, 100]
    assert drill.state is DrillState.FINISHED
    assert drill.points == 100


def test_who_does_nothing_has_no_points_where_something_could_be_done(workplace: Workplace) -> None:
    drill = played(workplace, only(begun(workplace), CueKind.BREAKDOWN, CueKind.URGENT), does_nothing)
    assert [turn.score.points for turn in drill.turns if turn.score] == [0, 0]
    assert all(turn.score and turn.score.avoidable > 0 for turn in drill.turns)
    assert drill.points == 0


def test_who_does_half_has_something(workplace: Workplace) -> None:
    """Of what the broken van leaves behind, every other order is given to somebody."""

    def half(store: Store, day: Day, _answer: Proposal) -> None:
        best = workplace.desk.insert(day, day.unplanned[::2])
        store.write("Share out", lambda uow: apply_proposal(uow, best))

    drill = played(workplace, only(begun(workplace), CueKind.BREAKDOWN), half)
    assert drill.turns[0].score
    assert 20 < drill.turns[0].score.points < 80
    assert drill.turns[0].did == ("Share out",)


def test_where_nothing_can_be_done_doing_nothing_is_right(workplace: Workplace) -> None:
    drill = played(workplace, only(begun(workplace), CueKind.CANCELLED), does_nothing)
    (turn,) = drill.turns
    assert turn.score
    assert turn.score.points == 100
    assert turn.score.avoidable == 0
    assert "Nothing could be avoided" in turn.score.words


def test_a_hard_day_comes_with_all_its_disturbances(workplace: Workplace) -> None:
    drill = begun(workplace, difficulty=Difficulty.HARD, seed=5)
    assert len(drill.cues) == 8
    drill = played(workplace, drill, does_nothing)
    assert drill.over
    assert len(drill.turns) + drill.skipped == 8
    assert len(drill.turns) >= 6
    assert [turn.at for turn in drill.turns] == sorted(turn.at for turn in drill.turns)


def test_the_same_seed_makes_the_same_day_and_the_same_script(workplace: Workplace) -> None:
    one, other = begun(workplace, seed=9), begun(workplace, seed=9)
    assert [cue.kind for cue in one.cues] == [cue.kind for cue in other.cues]
    found = []
    for drill in (one, other):
        with copy_of(workplace, drill) as store:
            day = store.read(lambda r, on=drill.on: r.day(on))
            found.append(sorted((o.number, o.address.line, o.windows) for o in day.orders.values()))
    assert found[0] == found[1]
    assert [cue.kind for cue in begun(workplace, seed=10).cues] != [cue.kind for cue in one.cues]


def test_nothing_of_a_drill_reaches_the_depot(workplace: Workplace) -> None:
    before, written = workplace.store.read(lambda r: (r.revision, r.days())), logged(workplace)
    drill = begun(workplace)
    drills.keep(drills.logbook_of(workplace), played(workplace, drill, does_nothing))
    assert workplace.store.read(lambda r: (r.revision, r.days())) == before
    after = logged(workplace)
    assert {table for table in after if after[table] != written[table]} == {"paper"}
    assert whatifs.all_of(workplace.home, workplace.slug) == ()  # no copy that somebody could promote
    copy = whatifs.named(workplace.home, workplace.slug, drill.copy)
    with pytest.raises(KnownError, match="never comes into the depot"):
        comparing.prepare_promotion(workplace, copy, open_store=lambda _: workplace.store)


def test_the_morning_cannot_be_planned_again(workplace: Workplace, referee: Referee) -> None:
    drill = only(begun(workplace), CueKind.LATE, clock="12:00")
    with copy_of(workplace, drill) as store:
        drill = hit(workplace, drill, store)
        day = store.read(lambda r: r.day(drill.on))
        done = [(r.shift_id, s.order_id) for r in day.plan.routes for s in r.stops if s.done]
        assert done, "the cue comes after somebody has been served"
        assert day.freeze_at == drill.turns[0].at
        assert set(day.loaded) >= {order_id for _, order_id in done}
        best = referee.best(day)
        assert all(order_id in best[shift_id] for shift_id, order_id in done)
        (mine, order_id), *_ = done
        other = next(shift_id for shift_id in day.shifts if shift_id != mine)
        store.write("Cheat", lambda uow: move_orders(uow, order_ids=[order_id], to_shift=other))
        judged = referee.judge(store, drill, seconds=1.0)
    assert judged.turns[0].score
    assert judged.turns[0].score.points == 0
    assert "driven already" in judged.turns[0].score.words


def test_what_happened_cannot_be_undone(workplace: Workplace, referee: Referee) -> None:
    drill = only(begun(workplace), CueKind.URGENT)
    with copy_of(workplace, drill) as store:
        drill = hit(workplace, drill, store)
        store.undo()
        with pytest.raises(KnownError, match="taken back"):
            referee.judge(store, drill, seconds=1.0)
        store.redo()
        assert referee.judge(store, drill, seconds=1.0).over


def test_who_changes_a_customers_hours_has_no_points(workplace: Workplace, referee: Referee) -> None:
    drill = only(begun(workplace), CueKind.HOURS)
    with copy_of(workplace, drill) as store:
        drill = hit(workplace, drill, store)
        number = drill.turns[0].what.split()[1]
        order = next(o for o in store.read(lambda r: r.orders_of([drill.on])) if o.number == number)
        store.write("Cheat", lambda uow: uow.put_orders([replace(order, windows=())]))
        judged = referee.judge(store, drill, seconds=1.0)
    assert judged.turns[0].score
    assert judged.turns[0].score.points == 0
    assert "nobody to agree" in judged.turns[0].score.words


def test_papers_are_kept_about_who_played_without_customers_names(workplace: Workplace) -> None:
    drill = played(workplace, begun(workplace, difficulty=Difficulty.EASY), does_nothing)
    logbook = drills.logbook_of(workplace)
    drills.keep(logbook, drill)
    assert drills.all_of(logbook, "Anna") == (drill,)
    assert drills.all_of(logbook, "Eero") == ()
    (paper,) = logbook.read(lambda r: r.papers(PaperKind.DRILL, "Anna"))
    assert "Virtanen" not in str(paper.body)
    assert "Street" not in str(paper.body)
    drills.discard(logbook, drill)
    assert drills.all_of(logbook) == ()


def test_copies_are_thrown_away_when_their_drill_is_over(workplace: Workplace) -> None:
    running, over = begun(workplace), begun(workplace)
    drills.keep(drills.logbook_of(workplace), drills.close(over))
    assert drills.sweep(workplace) == 1
    assert [c.name for c in whatifs.all_of(workplace.home, workplace.slug, drills=True)] == [running.copy]


def test_nobody_no_orders_and_no_recorded_day_are_said(tmp_path: Path) -> None:
    with ground(tmp_path, filled=False) as empty:
        with pytest.raises(BadInput, match="Nobody is named"):
            begun(empty, who=" ")
        with pytest.raises(KnownError, match="No driver"):
            begun(empty)
        assert drills.days_on_record(empty) == ()
        with pytest.raises(KnownError, match="Nothing was planned"):
            begun(empty, recorded=days.DATE)
        assert whatifs.all_of(empty.home, empty.slug, drills=True) == ()
        assert drills.all_of(drills.logbook_of(empty)) == ()


def test_a_day_gone_by_is_on_record(tmp_path: Path) -> None:
    with ground(tmp_path, clock=lambda: now() + timedelta(days=1)) as workplace:
        assert drills.days_on_record(workplace) == (days.DATE,)
    assert now().date() == days.DATE


def test_a_copy_of_a_drill_is_named_where_a_persons_data_still_lie(workplace: Workplace) -> None:
    assert files_left(workplace) == []
    begun(workplace)
    assert [place.partition(",")[0] for place in files_left(workplace)] == ["Copy of a drill"]


def test_cheaper_drivers_and_larger_vans_are_worth_nothing(workplace: Workplace, referee: Referee) -> None:
    drill = only(begun(workplace), CueKind.BREAKDOWN, clock="10:00")
    with copy_of(workplace, drill) as store:
        drill = hit(workplace, drill, store)
        idle = referee.judge(store, drill, seconds=1.0).turns[0]
        drill = drills.answered(drill, idle.best)

        def cheat(uow: UnitOfWork) -> None:
            for driver in uow.drivers():
                uow.put_driver(replace(driver, cost_per_hour=0))
            for vehicle in uow.vehicles():
                uow.put_vehicle(replace(vehicle, cost_per_km=0))

        store.write("Cheat", cheat)
        judged = referee.judge(store, drill, seconds=1.0).turns[0]
    assert judged.nothing == judged.person
    assert judged.score == idle.score


def test_a_recorded_breakdown_hits_its_own_driver_though_few_stops_are_ahead(workplace: Workplace) -> None:
    drill = begun(workplace)
    with copy_of(workplace, drill) as store:
        day = store.read(lambda r: r.day(drill.on))
        schedule = workplace.desk.look(day).schedule
        for _, shift, driver, _ in day.rounds():
            times = schedule.routes[shift.id].stops
            if len(times) < 3:
                continue
            cue = Cue(CueKind.BREAKDOWN, times[-2].departs_at, driver=driver.number)
            happened = drills.upcoming(workplace.desk, store, replace(drill, cues=(cue,)))[1]
            assert happened is not None
            assert happened.what == f"Round {driver.number}: the van breaks down, 2 stops ahead."


def test_who_is_late_in_a_made_up_drill_is_out(workplace: Workplace) -> None:
    drill = begun(workplace)
    with copy_of(workplace, drill) as store:
        day = store.read(lambda r: r.day(drill.on))
        first, *later = (shift for route, shift, _, _ in day.rounds() if route.stops)
        hours = timedelta(hours=5)
        store.write(
            "Begin late", lambda uow: uow.put_shifts([replace(s, starts_at=s.starts_at + hours) for s in later])
        )
        out = day.drivers[first.driver_id].number
        at = workplace.desk.look(day).schedule.routes[first.id].leaves_at + timedelta(minutes=10)
        said = set()
        for seed in range(6):
            asked = replace(drill, wish=replace(drill.wish, seed=seed), cues=(Cue(CueKind.LATE, at),))
            happened = drills.upcoming(workplace.desk, store, asked)[1]
            assert happened is not None
            said.add(int(happened.what.split()[1]))
    assert said == {out}
