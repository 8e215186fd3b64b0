"""A date becomes rows: nothing is counted twice or lost, and what a round took adds up over its stops."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import LineResult, Outcome
from dispatcher.domain.time import TimeWindow
from dispatcher.domain.tracking import Visit
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Span, day_values, part_of, total_of
from dispatcher.insight.measures import BY_ID, Terms
from dispatcher.insight.rows import rows_of
from dispatcher.insight.seen import DaySeen, Driven, ToldStop, Tried
from dispatcher.planning.judge import judge
from tests.fixtures import days


def planned(orders: int, drivers: int, seed: int) -> Day:
    day = days.make_day(orders, drivers, seed=seed, collections=0)
    ids, shifts = list(day.orders), list(day.shifts)
    return days.with_plan(day, {s: ids[n::drivers] for n, s in enumerate(shifts)})


def seen_of(day: Day, **fields: Any) -> DaySeen:
    times = judge(days.problem_of(day), {r.shift_id: r.order_ids for r in day.plan.routes}).routes
    return DaySeen(day.date, day, times, orders=day.orders, **fields)


def tried_at(seen: DaySeen, place: int = 0, **fields: Any) -> Tried:
    route = seen.day.plan.routes[0]
    at = seen.times[route.shift_id].stops[place].departs_at
    order_id = route.order_ids[place]
    made = Tried(order_id, 1, route.shift_id, seen.day.shifts[route.shift_id].driver_id, Outcome.DELIVERED, at, "key")
    return replace(made, **fields)


def stop_of(seen: DaySeen, order_id: OrderId, attempt: int = 1) -> Mapping[str, Any]:
    rows = [r for r in rows_of(seen)[TableName.STOPS] if (r["order_id"], r["attempt"]) == (order_id, attempt)]
    (row,) = rows
    return row


@settings(max_examples=20, deadline=None)
@given(data=st.data(), orders=st.integers(1, 25), drivers=st.integers(1, 3), seed=st.integers(0, 50))
def test_every_stop_is_there_once_and_shares_add_up(data: st.DataObject, orders: int, drivers: int, seed: int) -> None:
    seen = seen_of(planned(orders, drivers, seed))
    tried, driven = [], {}
    for route in seen.day.plan.routes:
        leaves = seen.times[route.shift_id].leaves_at
        driven[route.shift_id] = Driven(
            leaves, leaves + timedelta(hours=5), data.draw(st.sampled_from((None, 42_000.0)))
        )
        for order_id in route.order_ids:
            outcome = data.draw(st.sampled_from((None, *Outcome)))
            if outcome is not None:
                reason = data.draw(st.sampled_from(("NOT_HOME", "OUT_OF_TIME"))) if outcome is Outcome.FAILED else ""
                shift = data.draw(st.sampled_from(seen.day.plan.routes)).shift_id
                tried.append(Tried(order_id, 1, shift, "driver-000", outcome, leaves, "key", reason))
    rows = rows_of(replace(seen, tried=tuple(tried), driven=driven))
    stops = rows[TableName.STOPS]
    assert sorted(row["order_id"] for row in stops) == sorted(seen.day.orders)
    assert sum(1 for row in stops if row.get("outcome")) == len(tried)
    for round_ in rows[TableName.ROUNDS]:
        own = [row for row in stops if row["shift_id"] == round_["shift_id"]]
        counted = [row for row in own if row.get("counted")]
        assert round_["stops_done"] == len(counted)
        for name in ("minutes", "km", "cost"):
            shares = [row[name] for row in own if row[name] is not None]
            whole = round_[name] if counted else None
            assert (sum(shares) if shares else None) == (None if whole is None else pytest.approx(whole)), name
        assert 0 <= round_["pairs_kept"] <= round_["pairs"]


def test_another_attempt_at_the_same_order_is_another_stop() -> None:
    seen = seen_of(planned(4, 1, 1))
    first = tried_at(seen, outcome=Outcome.FAILED, reason="NOT_HOME")
    again = {o.id: replace(o, attempt=2) if o.id == first.order_id else o for o in seen.day.orders.values()}
    both = replace(seen, orders=again, tried=(first, replace(first, number=2, outcome=Outcome.DELIVERED, reason="")))
    assert stop_of(both, first.order_id, 1)["outcome"] == "failed"
    assert stop_of(both, first.order_id, 2)["outcome"] == "delivered"
    assert len(rows_of(both)[TableName.STOPS]) == 5


def test_an_attempt_whose_round_and_order_are_gone_still_counts() -> None:
    seen = seen_of(planned(4, 1, 1))
    lost = tried_at(seen, order_id=OrderId("gone"), shift_id=ShiftId("gone"), key="")
    both = replace(
        seen, tried=(lost,), driven={ShiftId("gone"): Driven(lost.at, lost.at + timedelta(hours=1), 9_000.0)}
    )
    row = stop_of(both, OrderId("gone"))
    assert (row["outcome"], row["customer"], row["number"], row["driver"]) == ("delivered", "", "", "Aino Korhonen")
    (round_,) = [r for r in rows_of(both)[TableName.ROUNDS] if r["shift_id"] == "gone"]
    assert (round_["minutes"], round_["km"], round_["cost"]) == (60, 9, None)  # nobody knows the vehicle's cost


def made_with(seen: DaySeen, arrived: datetime, left: datetime | None, **fields: Any) -> Mapping[str, Any]:
    tried = tried_at(seen, **{"at": left or arrived, **fields})
    visit = Visit(tried.shift_id, tried.order_id, arrived, left)
    return stop_of(replace(seen, tried=(tried,), visits={(tried.shift_id, tried.order_id): (visit,)}), tried.order_id)


def test_waiting_is_until_the_promise_begins_and_the_door_from_then_on() -> None:
    seen = seen_of(planned(4, 1, 1))
    order_id = seen.day.plan.routes[0].order_ids[0]
    window = TimeWindow(days.clock("10:00"), days.clock("12:00"))
    orders = {**seen.day.orders, order_id: replace(seen.day.orders[order_id], windows=(window,))}
    seen = replace(seen, orders=orders)
    early = made_with(seen, days.clock("09:50"), days.clock("10:04"))
    assert (early["wait_s"], early["service_s"], early["slot"], early["hour"]) == (600, 240, "10:00–12:00", 9)
    served_early = made_with(seen, days.clock("09:40"), days.clock("09:45"))
    assert (served_early["wait_s"], served_early["service_s"]) == (0, 300)
    inside = made_with(seen, days.clock("11:00"), days.clock("11:02"))
    assert (inside["wait_s"], inside["service_s"]) == (0, 120)
    still_there = made_with(seen, days.clock("11:00"), None, at=days.clock("11:03"))
    assert (still_there["departed_at"], still_there["service_s"]) == (None, 180)


def test_past_midnight_a_stop_stays_with_its_rounds_date() -> None:
    seen = seen_of(planned(4, 1, 1))
    late = days.clock("00:30", days.DATE + timedelta(days=1))
    row = made_with(seen, late, late + timedelta(minutes=2))
    assert (row["date"], row["hour"], row["weekday"]) == (days.DATE, 0, days.DATE.weekday())


@pytest.mark.parametrize(("utc_hour", "hour"), [(0, 2), (1, 2), (2, 3)])
def test_hours_are_the_depots_own_where_clocks_change(utc_hour: int, hour: int) -> None:
    seen = seen_of(planned(4, 1, 1))
    arrived = datetime(2026, 10, 25, utc_hour, 30, tzinfo=UTC)  # the hour from two to three comes twice
    assert made_with(seen, arrived, arrived + timedelta(minutes=90))["hour"] == hour
    assert made_with(seen, arrived, arrived + timedelta(minutes=90))["service_s"] == 5_400


def test_a_clock_that_runs_backwards_says_nothing_of_the_door() -> None:
    seen = seen_of(planned(4, 1, 1))
    tried = tried_at(seen, at=days.clock("11:00"), arrived_at=days.clock("11:30"))
    row = stop_of(replace(seen, tried=(tried,)), tried.order_id)
    assert (row["arrived_at"], row["service_s"]) == (days.clock("11:30"), None)
    shift = tried.shift_id
    backwards = Driven(days.clock("11:00"), days.clock("10:00"), None)
    rounds = rows_of(replace(seen, tried=(tried,), driven={shift: backwards}))[TableName.ROUNDS]
    assert next(row for row in rounds if row["shift_id"] == shift)["minutes"] is None


def test_of_several_windows_the_one_that_was_planned_is_the_promise() -> None:
    seen = seen_of(planned(4, 1, 1))
    route = seen.day.plan.routes[0]
    starts = seen.times[route.shift_id].stops[0].starts_at
    hour = timedelta(hours=1)
    windows = (TimeWindow(starts - 3 * hour, starts - 2 * hour), TimeWindow(starts - hour, starts + hour))
    third = TimeWindow(starts + 2 * hour, starts + 3 * hour)
    order = replace(seen.day.orders[route.order_ids[0]], windows=(*windows, third))
    row = stop_of(replace(seen, orders={**seen.day.orders, order.id: order}), order.id)
    assert (row["promised_from"], row["promised_until"]) == (windows[1].opens_at, windows[1].closes_at)


def test_pieces_left_behind_are_no_delivery_in_full() -> None:
    seen = seen_of(planned(4, 1, 1))
    short = tried_at(seen, lines=(LineResult(0, 0.0), LineResult(7, 3.0)))
    row = stop_of(replace(seen, tried=(short,)), short.order_id)
    assert row["in_full"]  # the order has no lines, so nothing was left
    assert row["parcels_done"] == row["parcels"]
    reason = tried_at(seen, outcome=Outcome.FAILED, reason="NO_SUCH_CODE")
    row = stop_of(replace(seen, tried=(reason,)), reason.order_id)
    assert (row["reason"], row["owner"], row["counted"], row["parcels_done"]) == ("NO_SUCH_CODE", "", True, 0)


def test_a_stop_that_left_the_plan_does_not_break_the_order_of_the_rest() -> None:
    """Where it was in the round as sent is no turn of the plan, which has closed up behind it."""
    whole = planned(5, 1, 1)
    (route,) = whole.plan.routes
    shift_id, order_ids = route.shift_id, route.order_ids
    rest = seen_of(days.with_plan(whole, {shift_id: [o for o in order_ids if o != order_ids[2]]}))
    sent = ToldStop(0, "", 1, "", "", (), None, None, 120, 1, ())
    told = {(shift_id, o): replace(sent, turn=n) for n, o in enumerate(order_ids)}
    orders = {**rest.orders, order_ids[2]: replace(whole.orders[order_ids[2]], attempt=2)}
    leaves = rest.times[shift_id].leaves_at
    tried = tuple(
        Tried(o, 1, shift_id, "driver-000", Outcome.DELIVERED, leaves + timedelta(minutes=n), f"key {n}")
        for n, o in enumerate(order_ids)
    )
    (made,) = rows_of(replace(rest, orders=orders, told=told, tried=tried))[TableName.ROUNDS]
    assert (made["pairs"], made["pairs_kept"]) == (4, 4)


def test_turns_of_two_rounds_are_not_compared() -> None:
    seen = seen_of(planned(6, 2, 1))
    first, second = seen.day.plan.routes
    leaves = seen.times[first.shift_id].leaves_at
    strange = (second.order_ids[2], *first.order_ids[:2])
    tried = tuple(
        Tried(o, 1, first.shift_id, "driver-000", Outcome.DELIVERED, leaves + timedelta(minutes=n), f"key {n}")
        for n, o in enumerate(strange)
    )
    rounds = rows_of(replace(seen, tried=tried))[TableName.ROUNDS]
    made = next(row for row in rounds if row["shift_id"] == first.shift_id)
    assert (made["pairs"], made["pairs_kept"]) == (1, 1)


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 10, 24), 7), (date(2027, 3, 27), 5)])
def test_a_night_round_over_the_change_of_clocks_took_as_long_as_it_did(on: date, hours: int) -> None:
    """From ten in the evening to four in the morning by the wall clock; all of it belongs to the date it began on."""
    seen = seen_of(planned(4, 1, 1))
    route = seen.day.plan.routes[0]
    leaves, returns = days.clock("22:00", on), days.clock("04:00", on + timedelta(days=1))
    window = TimeWindow(days.clock("23:00", on), days.clock("04:00", on + timedelta(days=1)))
    order = replace(seen.day.orders[route.order_ids[0]], windows=(window,))
    tried = tried_at(seen, at=returns - timedelta(minutes=30), arrived_at=returns - timedelta(minutes=40))
    night = replace(
        seen, on=on, tried=(tried,), orders={**seen.orders, order.id: order},
        driven={route.shift_id: Driven(leaves, returns, 10_000.0)},
    )  # fmt: skip
    rows = rows_of(night)
    (made,) = rows[TableName.ROUNDS]
    assert (made["date"], made["minutes"]) == (on, 60 * hours)
    stop = stop_of(night, order.id)
    assert (stop["date"], stop["slot"], stop["hour"]) == (on, "23:00–04:00", 3)
    assert stop["minutes"] == 60 * hours
    facts = {table: frame_of(table, rows[table]) for table in TableName}
    part = part_of(facts, BY_ID["on_time"], Span(on, on), Terms())
    assert total_of(BY_ID["on_time"], part).value == 100
    assert day_values(
        BY_ID["minutes_per_stop"], part_of(facts, BY_ID["minutes_per_stop"], Span(on, on), Terms()), Span(on, on)
    ) == ((on, 60.0 * hours),)


def test_a_time_that_nobody_wrote_down_is_in_no_measure_of_time() -> None:
    """Worked: of four stops promised from nine to ten three were written down, one of them late, and one was not.

    On time are two of three, not three of four; made and successful are all four.
    """
    seen = seen_of(planned(4, 1, 1))
    route, window = seen.day.plan.routes[0], TimeWindow(days.clock("09:00"), days.clock("10:00"))
    orders = {o.id: replace(o, windows=(window,)) for o in seen.day.orders.values()}
    ats = [days.clock(at) for at in ("09:10", "09:30", "09:50", "10:20")]
    tried = [tried_at(seen, place, at=at, key=f"key {place}") for place, at in enumerate(ats)]
    tried[1] = replace(tried[1], guessed=True, arrived_at=ats[1])
    paper = replace(seen, orders=orders, tried=tuple(tried))
    row = stop_of(paper, route.order_ids[1])
    assert (row["outcome"], row["counted"]) == ("delivered", True)
    assert [row[name] for name in ("arrived_at", "done_at", "service_s", "wait_s", "turn_done")] == [None] * 5
    rows = rows_of(paper)
    assert [r["turn_done"] for r in rows[TableName.STOPS]] == [1, None, 3, 4]
    facts = {table: frame_of(table, rows[table]) for table in TableName}

    def value(measure: str) -> float | None:
        part = part_of(facts, BY_ID[measure], Span(seen.on, seen.on), Terms())
        return total_of(BY_ID[measure], part).value

    for measure in ("on_time", "otif"):
        assert value(measure) == pytest.approx(200 / 3), measure
    assert (value("success"), value("completion")) == (100, 100)
    (round_,) = rows[TableName.ROUNDS]
    assert (round_["stops_done"], round_["pairs"]) == (4, 2)


def test_a_track_knows_when_it_was_where_the_paper_does_not() -> None:
    seen = seen_of(planned(4, 1, 1))
    row = made_with(seen, days.clock("09:30"), days.clock("09:34"), at=days.clock("08:00"), guessed=True)
    assert (row["arrived_at"], row["departed_at"], row["service_s"]) == (days.clock("09:30"), days.clock("09:34"), 240)
    assert row["done_at"] is None
