"""Which slots there are on a date, when exactly, and why one cannot be chosen."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.orders import Load
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, SlotBook, SlotChange, SlotRule
from dispatcher.slots.calendar import Moment, Taken, named, no_room, oversold, slots_of

BERLIN = ZoneInfo("Europe/Berlin")
AREA = Area(AreaId("a"), "Nord")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
EVERY = frozenset(range(7))


def rule(opens: time = time(8), closes: time = time(10), **fields: object) -> SlotRule:
    return SlotRule(RuleId("r"), AREA.id, opens, closes, **{"weekdays": EVERY, "cut_off_s": 0, **fields})  # type: ignore[arg-type]


def book(
    *rules: SlotRule, changes: Mapping[object, object] | None = None, dark: frozenset[Blackout] = frozenset()
) -> SlotBook:
    return SlotBook({AREA.id: AREA}, {r.id: r for r in rules}, changes or {}, dark)  # type: ignore[arg-type]


def one(made: SlotBook, on: date = MONDAY, now: datetime = NOW, taken: Taken | None = None):  # type: ignore[no-untyped-def]
    (slot,) = slots_of(made, [on], Moment(now, BERLIN), {(RuleId("r"), on): taken} if taken else {})
    return slot


def test_a_rule_is_on_its_days_only() -> None:
    made = book(rule(weekdays=frozenset({0, 2}), first=MONDAY, last=MONDAY + timedelta(days=7)))
    dates = [MONDAY + timedelta(days=n) for n in range(-7, 14)]
    assert [s.on.day for s in slots_of(made, dates, Moment(NOW, BERLIN), {})] == [23, 25, 30]


@pytest.mark.parametrize(
    ("fields", "on", "why"),
    [
        ({"cut_off_s": 3_600}, MONDAY, "past its cut-off"),
        ({"cut_off_s": 25 * 3_600}, MONDAY + timedelta(days=1), "past its cut-off"),
        ({"cut_off_s": 24 * 3_600}, MONDAY + timedelta(days=2), ""),
        ({"lead_days": 2}, MONDAY + timedelta(days=1), "too soon"),
        ({"lead_days": 2}, MONDAY + timedelta(days=2), ""),
        ({"ahead_days": 3}, MONDAY + timedelta(days=4), "not open yet"),
        ({"most_orders": 0}, MONDAY + timedelta(days=1), "full"),
    ],
)
def test_why_a_slot_cannot_be_chosen(fields: Mapping[str, object], on: date, why: str) -> None:
    assert one(book(rule(**fields)), on).closed == why


def test_a_date_can_be_otherwise() -> None:
    on = MONDAY + timedelta(days=1)
    key = (RuleId("r"), on)
    assert one(book(rule(), changes={key: SlotChange(RuleId("r"), on, closed=True)}), on).closed == "closed by hand"
    wide = one(book(rule(), changes={key: SlotChange(RuleId("r"), on, most_orders=3, closes=time(12))}), on)
    assert (wide.most_orders, wide.window.closes_at) == (3, datetime(2026, 11, 24, 11, tzinfo=UTC))


def test_a_blackout_of_one_area_leaves_the_others() -> None:
    on = MONDAY + timedelta(days=1)
    assert one(book(rule(), dark=frozenset({Blackout(on, AreaId("b"))})), on).closed == ""
    assert one(book(rule(), dark=frozenset({Blackout(on, None, "fair")})), on).closed == "blackout: fair"


def test_over_midnight_a_slot_ends_on_the_next_day() -> None:
    slot = one(book(rule(time(22), time(2))))
    assert slot.window.opens_at == datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert slot.window.closes_at - slot.window.opens_at == timedelta(hours=4)
    assert named(slot, BERLIN) == "Nord, Monday 23 November, 22:00–02:00"


@pytest.mark.parametrize(("on", "hours"), [(date(2027, 3, 28), 2), (date(2026, 10, 25), 4)])
def test_the_change_of_clocks_makes_a_night_slot_shorter_or_longer(on: date, hours: int) -> None:
    slot = one(book(rule(time(1), time(4), ahead_days=366)), on, datetime(2026, 10, 1, tzinfo=UTC))
    assert slot.window.closes_at - slot.window.opens_at == timedelta(hours=hours)
    assert slot.closed == ""


@pytest.mark.parametrize(("opens", "closes"), [(time(2), time(3)), (time(2, 30), time(3))])
def test_a_slot_in_the_hour_that_is_skipped_cannot_be_chosen(opens: time, closes: time) -> None:
    slot = one(book(rule(opens, closes, ahead_days=366)), date(2027, 3, 28), datetime(2026, 10, 1, tzinfo=UTC))
    assert slot.closed == "skipped by the change of clocks"
    assert slot.window.opens_at == slot.window.closes_at


def test_every_limit_counts() -> None:
    made = book(rule(most_orders=5, most_minutes=30, most=Load(kg=100)))
    slot = one(made, MONDAY + timedelta(days=1), taken=Taken(2, 20, Load(90, 0, 2)))
    assert no_room(slot, Taken(1, 5, Load(5))) == ""
    assert no_room(slot, Taken(4, 5)) == "2 of 5 orders are taken"
    assert no_room(slot, Taken(1, 11)) == "20 of 30 minutes of service are taken"
    assert no_room(slot, Taken(1, 5, Load(11))) == "90 of 100 kg are taken"
    assert slot.filling == pytest.approx(0.9)


@given(st.integers(0, 30), st.integers(0, 30))
def test_more_than_fits_is_sold_exactly_above_the_limit(most: int, orders: int) -> None:
    slot = one(book(rule(most_orders=most)), MONDAY + timedelta(days=1), taken=Taken(orders))
    assert oversold(slot) == (orders > most)
    assert (slot.closed == "full") == (orders >= most)
