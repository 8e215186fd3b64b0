"""What the map and the timeline show of the road: a live day as marks and trails. Plain values in, plain values out."""

from collections.abc import Iterable, Iterator, Mapping

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import Factor, LiveRound, LiveStop, Risk, StoredFix
from dispatcher.services.live import LiveDay, TrailPoints
from ui import format as words
from ui.map.road import DriverMark, Trail
from ui.theme import driver_colour

MOVING_MPS = 0.8
"""Slower than this a heading is the receiver's noise."""

_WORST = (Risk.LATE, Risk.AT_RISK)


def driver_marks(day: Day, live: LiveDay) -> Iterator[DriverMark]:
    """Everybody whose phone was heard today; who has nothing more to do leaves the map once the phone is silent."""
    for round_ in live.rounds.values():
        if round_.latest is None or round_.shift_id not in day.shifts:
            continue
        age_s = max(0, round((live.at - round_.latest.fix.at).total_seconds()))
        stale = age_s > day.depot.road.stale_s
        if not (round_.over and stale):
            yield _mark(day, round_, round_.latest, age_s, stale)


def _mark(day: Day, round_: LiveRound, latest: StoredFix, age_s: int, stale: bool) -> DriverMark:
    driver, fix = day.drivers[round_.driver_id], latest.fix
    moving = fix.speed_mps is None or fix.speed_mps >= MOVING_MPS
    return DriverMark(
        driver_id=driver.id,
        number=driver.number,
        colour=driver_colour(driver.number).name(),
        place=fix.place,
        heading_deg=fix.heading_deg if moving and not stale and round_.at_order_id is None else None,
        # a number that changes with every second would redraw the map for nothing
        age_text=age_words(age_s) if stale else "",
        stale=stale,
        mock=fix.mock,
        risk=worst(round_.stops),
        label="\n".join(_label(day, round_, fix.speed_mps, fix.battery, stale)),
    )


def _label(day: Day, round_: LiveRound, speed: float | None, battery: float | None, stale: bool) -> Iterator[str]:
    driver = day.drivers[round_.driver_id]
    yield driver.name
    if round_.at_order_id in day.orders:
        yield f"at {_address(day, round_.at_order_id)}"
    elif round_.over:
        yield "round over"
    elif round_.stops:
        first, zone = round_.stops[0], day.depot.zone
        yield f"next {_address(day, first.order_id)}, about {words.clock(first.expected_at, zone)}"
    if round_.stops and not round_.over:
        yield delay_words(round_.stops[0].delay_s)
    told = []
    if speed is not None and not stale:
        told.append(f"{speed * 3.6:.0f} km/h")
    if battery is not None:
        told.append(f"battery {battery:.0%}")
    if told:
        yield " · ".join(told)


def _address(day: Day, order_id: OrderId | None) -> str:
    order = day.orders.get(order_id) if order_id else None
    return (order.address.line or order.address.text) if order else "a stop"


def worst(stops: Iterable[LiveStop]) -> Risk:
    """The worst of the risks ahead."""
    found = {stop.risk for stop in stops}
    return next((risk for risk in _WORST if risk in found), Risk.NONE)


def age_words(age_s: int) -> str:
    """How old something is: "40 s", "12 min", "3 h"."""
    if age_s < 60:
        return f"{age_s} s"
    return f"{age_s // 60} min" if age_s < 5_400 else f"{round(age_s / 3600)} h"


def delay_words(delay_s: int) -> str:
    """How a driver stands to the plan: "12 min late", "on time", "4 min early"."""
    minutes = round(abs(delay_s) / 60)
    if minutes < 2:
        return "on time"
    return f"{words.minutes(minutes * 60)} {'late' if delay_s > 0 else 'early'}"


def pace_words(pace: Factor) -> str:
    """How driving compares with empty roads, and what that rests on: "×1.12 of empty roads, from 43 drives"."""
    if not pace.samples:
        return f"×{pace.factor:.2f} of empty roads; no drive is known here at this hour yet"
    return f"×{pace.factor:.2f} of empty roads, from {words.count(pace.samples, 'drive')}"


def trails(day: Day, tracks: Mapping[ShiftId, TrailPoints]) -> Iterator[Trail]:
    """The tracks in their drivers' colours."""
    for shift_id, track in tracks.items():
        if shift_id in day.shifts and len(track.points) > 1:
            number = day.drivers[day.shifts[shift_id].driver_id].number
            yield Trail(shift_id, driver_colour(number).name(), track.points, track.gaps)
