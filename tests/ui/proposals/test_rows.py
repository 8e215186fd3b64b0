"""Rows of an opened card: the judge's figures, both ends of every move, and what is told of a stop."""

from dataclasses import replace

from dispatcher.domain.schedule import Schedule
from dispatcher.services.plan import sequences_of
from dispatcher.services.proposals import Card
from tests.ui.proposals.conftest import Desk
from ui.proposals.rows import Changes, DriverRow, StopRow


def judged(desk: Desk, card: Card) -> tuple[Schedule, Schedule]:
    return desk.workplace.desk.look(card.day).schedule, desk.workplace.desk.preview(card.day, card.proposal).schedule


def opened(card: Card) -> list[tuple[DriverRow, tuple[StopRow, ...]]]:
    changes = Changes(card)
    return [(row, changes.stops(row.shift_id)) for row in changes.drivers]


def test_a_driver_has_the_judges_figures_of_both_plans(desk: Desk) -> None:
    card = desk.exchanged()
    now, then = judged(desk, card)
    for row in Changes(card).drivers:
        one, two = now.routes[row.shift_id], then.routes[row.shift_id]
        stops, km, _, late, cost = row.figures
        assert (stops.before, stops.after) == (str(len(one.stops)), str(len(two.stops)))
        assert (km.before, km.after) == (f"{one.distance_m / 1000:.1f}", f"{two.distance_m / 1000:.1f}")
        assert (late.before, late.after) == (
            str(sum(1 for s in one.stops if s.late_s)),
            str(sum(1 for s in two.stops if s.late_s)),
        )
        assert (cost.before, cost.after) == (f"{one.cost / 100:,.0f}", f"{two.cost / 100:,.0f}")
        assert km.way == (two.distance_m > one.distance_m) - (two.distance_m < one.distance_m)
        assert km.tone == {-1: "done", 0: "text", 1: "risk"}[km.way]
        assert stops.tone == "text"


def test_a_move_stands_with_both_drivers(desk: Desk) -> None:
    card = desk.exchanged()
    (a, first), (b, _), (c, _) = sequences_of(card.day).items()
    rows = {(r.shift_id, s.order_id): s for r, stops in opened(card) for s in stops}
    leaves, comes = rows[a, first[2]], rows[b, first[2]]
    assert (leaves.verb, comes.verb) == ("leaves", "comes")
    assert (leaves.after.number, leaves.before.number) == (desk.driver(b).number, None)
    assert (comes.before.number, comes.after.number) == (desk.driver(a).number, None)
    assert leaves.before.where == comes.before.where
    assert leaves.before.where.startswith("3 · ")
    new = rows[c, card.day.unplanned[0]]
    assert (new.verb, new.before.said, new.tone) == ("comes", "unplanned", "done")


def test_every_stop_of_the_card_is_in_some_row_and_in_the_sequence_it_will_have(desk: Desk) -> None:
    card = desk.exchanged()
    rows = opened(card)
    assert {s.order_id for _, stops in rows for s in stops} == {s.order_id for s in card.stops}
    for row, stops in rows:
        assert row.stops == len(stops)
        staying = [s.order_id for s in stops if s.verb != "leaves"]
        after = card.proposal.after[row.shift_id]
        assert staying == [o for o in after if o in staying]


def test_a_stop_that_goes_to_the_pool_says_so(desk: Desk) -> None:
    card = desk.exchanged()
    gone = next(s for s in card.stops if s.before_shift and s.moves)
    rows = opened(replace(card, stops=(replace(gone, after_shift=None, after=None),)))
    (stop,) = (s for _, stops in rows for s in stops)
    assert (stop.verb, stop.after.where, stop.tone) == ("leaves", "unplanned", "late")


def test_a_mere_sequence_has_a_note_and_no_stops(desk: Desk) -> None:
    a, first = next(iter(sequences_of(desk.day).items()))
    ((row, stops),) = opened(desk.card({a: first[::-1]}))
    assert row.note == "Only the sequence changes"
    assert all(stop.verb == "changes" for stop in stops)


def test_lateness_is_said_at_the_end_it_is_at(desk: Desk) -> None:
    card = desk.exchanged()
    by_order = {s.order_id: s for s in card.stops}
    rows = [s for _, stops in opened(card) for s in stops]
    assert any(by_order[row.order_id].mends for row in rows)
    for row in rows:
        stop = by_order[row.order_id]
        assert bool(row.before.late) is bool(stop.before and stop.before.late_s)
        assert bool(row.after.late) is bool(stop.after and stop.after.late_s)
        assert ("late" in row.said) is bool(row.before.late or row.after.late)


def test_goods_in_another_van_are_named(desk: Desk) -> None:
    (a, first), (b, second), _ = sequences_of(desk.day).items()
    desk.workplace.store.write("Load", lambda uow: uow.set_loaded([first[0]], a))
    rows = [s for _, stops in opened(desk.card({a: first[1:], b: (*second, first[0])})) for s in stops]
    handling = f"hand over {desk.day.depot.handling_s // 60} min"
    assert [s.handling for s in rows if s.order_id == first[0]] == [handling, handling]
    assert all(handling in s.said for s in rows if s.order_id == first[0])


def test_what_is_said_names_people_and_both_ends(desk: Desk) -> None:
    card = desk.exchanged()
    row, stops = opened(card)[0]
    stop = next(s for s in stops if s.verb == "leaves")
    taker = card.day.drivers[card.day.shifts[list(card.day.shifts)[1]].driver_id]
    assert row.driver in row.said
    assert f"→ driver {taker.number} {taker.name}, stop " in stop.said
