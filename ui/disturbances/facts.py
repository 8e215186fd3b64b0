"""Where the rounds stand at a moment, and what a disturbance would mean for them, in sentences. No Qt.

What is true is read off the day as it stands; nothing is changed here.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.time import at_local
from dispatcher.services.disturbances import driven_by
from dispatcher.services.foresight import Foresight
from dispatcher.services.planning import Outlook
from ui import format as words
from ui.board.words import sentences

MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """One round at a moment."""

    shift: Shift
    driver: Driver
    vehicle: Vehicle
    at: datetime
    driven: tuple[OrderId, ...]
    ahead: tuple[OrderId, ...]
    until: datetime
    """When the round is over: back at its end, or at the shift's end if it serves nothing."""

    @property
    def begun(self) -> bool:
        """Whether something of it is driven, or the driver is on duty."""
        return bool(self.driven) or self.at > self.shift.starts_at

    @property
    def over(self) -> bool:
        """Whether the driver has gone home by then."""
        return self.at >= self.until and not self.ahead


def standing(outlook: Outlook, shift_id: ShiftId, at: datetime) -> Standing:
    """Where a round stands at a moment. `KeyError` for a shift that is not of the day."""
    day, times = outlook.day, outlook.schedule.routes.get(shift_id)
    shift = day.shifts[shift_id]
    route = next(r for r in day.plan.routes if r.shift_id == shift_id)
    driven = driven_by(route, _last_left(times, at) if times else {}, at)
    until = times.returns_at if times and route.stops else shift.ends_at
    ahead = route.order_ids[len(driven) :]
    return Standing(shift, day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id], at, driven, ahead, until)


def _last_left(times: RouteTimes, at: datetime) -> dict[OrderId, datetime]:
    """The last stop left before a moment. Only a few are looked at: of a long day, all of them would take 0.1 s."""
    left = bisect_left(times.stops, at, key=lambda stop: stop.departs_at)
    return {times.stops[left - 1].order_id: times.stops[left - 1].departs_at} if left else {}


def usual_moment(day: Day, shift: Shift, now: datetime) -> datetime:
    """What is most likely meant: now, while the day is today or the shift runs; else when the shift starts."""
    today = now.astimezone(day.depot.zone).date() == day.date
    return now if today or shift.starts_at <= now <= shift.ends_at else shift.starts_at


def moment_of(day: Day, clock: time, shift: Shift, until: datetime) -> datetime:
    """A time of the depot's clock on the day; on the next one if only there it falls into a shift past midnight."""
    at = at_local(day.date, clock, day.depot.zone)
    later = at_local(day.date + timedelta(days=1), clock, day.depot.zone)
    return later if at < shift.starts_at and later <= max(until, shift.ends_at) else at


def next_quarter(moment: datetime) -> datetime:
    """The next quarter of an hour, or the moment itself."""
    return moment + (datetime.min.replace(tzinfo=moment.tzinfo) - moment) % timedelta(minutes=15)


def round_words(stand: Standing) -> str:
    """A round in a list to choose from: "3  Aino K. · Van 7 · 12 of 41 stops ahead"."""
    whole = len(stand.driven) + len(stand.ahead)
    left = f"{len(stand.ahead)} of {words.count(whole, 'stop')} ahead" if whole else "no stops"
    left = "has gone home" if stand.over else left
    return f"{stand.driver.number}  {stand.driver.name} · {stand.vehicle.name} · {left}"


def ahead_words(stand: Standing) -> str:
    """What is still to be done: "12 stops are still ahead of Aino"."""
    if not stand.ahead:
        return f"Nothing is ahead of {stand.driver.name} any more"
    verb = "is" if len(stand.ahead) == 1 else "are"
    return f"{words.count(len(stand.ahead), 'stop')} {verb} still ahead of {stand.driver.name}"


def home_words(stand: Standing, clock: str) -> str:
    """Why nothing can be done for somebody whose round is over."""
    return f"{stand.driver.name} has gone home by then: the round was over at {clock}. Choose an earlier time."


def foresight_words(foreseen: Foresight) -> str:
    """What would be worse: "3 stops come late, by up to 25 min."; or that nothing is."""
    said = []
    if foreseen.late:
        verb, by = ("comes", "by") if foreseen.late == 1 else ("come", "by up to")
        said.append(f"{words.count(foreseen.late, 'stop')} {verb} late, {by} {words.minutes(foreseen.late_s)}.")
    said.extend(sentences(foreseen.broken)[:MOST_SENTENCES])
    return " ".join(said) or "No stop comes late by that, and no rule is broken."


def order_words(order: Order) -> str:
    """An order in a list to choose from: "A00012 · Meier · Street 12"."""
    return " · ".join(part for part in (order.number, order.contact.name, order.address.line) if part)


def waiting_rounds(outlook: Outlook, now: datetime) -> tuple[list[Standing], list[Standing]]:
    """The rounds that have begun by then, something of them being driven, and those that have not."""
    day = outlook.day
    stands = [standing(outlook, shift.id, usual_moment(day, shift, now)) for shift in day.shifts.values()]
    return [s for s in stands if s.driven], [s for s in stands if not s.driven]


def together(names: Iterable[str]) -> str:
    """Names in a sentence: "Aino, Eero and Oona"."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last
