"""A date's facts, row by row: what was planned beside what happened; what a round took, shared out over its stops."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.proof import Outcome
from dispatcher.domain.schedule import RouteTimes, StopTimes
from dispatcher.domain.time import TimeWindow
from dispatcher.insight.columns import TableName
from dispatcher.insight.seen import DaySeen, Driven, ToldStop, Tried

type Rows = Mapping[TableName, Sequence[Mapping[str, Any]]]
ENTIRE = 1e-9
"""Quantities are decimals: what differs by less is the same."""


def rows_of(seen: DaySeen) -> Rows:
    """All four tables."""
    rounds = [_round(seen, shift_id, stops) for shift_id, stops in _by_round(seen).items()]
    return {
        TableName.STOPS: [row for made in rounds for row in made.stops],
        TableName.ROUNDS: [made.row for made in rounds],
        TableName.EXCEPTIONS: list(_exceptions(seen)),
        TableName.SLOTS: list(_slots(seen)),
    }


# --- which stops there are ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stop:
    """One visit: planned, tried, or both."""

    order_id: OrderId
    number: int
    turn: int | None
    times: StopTimes | None
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class _Round:
    row: Mapping[str, Any]
    stops: Sequence[Mapping[str, Any]]


def _by_round(seen: DaySeen) -> Mapping[ShiftId, list[_Stop]]:
    """Each stop in the round of whoever tried it, else in the one it is planned in."""
    tried = {(t.order_id, t.number): t for t in seen.tried}
    found: dict[ShiftId, list[_Stop]] = {}
    for route in seen.day.plan.routes:
        at = {times.order_id: times for times in seen.times[route.shift_id].stops}
        for turn, order_id in enumerate(route.order_ids):
            number = seen.orders[order_id].attempt
            done = tried.pop((order_id, number), None)
            stop = _Stop(order_id, number, turn, at.get(order_id), done)
            found.setdefault(done.shift_id if done else route.shift_id, []).append(stop)
    for (order_id, number), done in tried.items():
        told = seen.told.get((done.shift_id, order_id))
        place = told.turn if told and told.attempt == number else None
        found.setdefault(done.shift_id, []).append(_Stop(order_id, number, place, None, done))
    return found


# --- rounds -------------------------------------------------------------------------------------------------------


def _round(seen: DaySeen, shift_id: ShiftId, stops: list[_Stop]) -> _Round:
    shift, times = seen.day.shifts.get(shift_id), seen.times.get(shift_id)
    moments = ((s.tried.at, s.order_id, s.number, s) for s in stops if s.tried)
    done = [s for *_when, s in sorted(moments, key=lambda each: each[:3])]
    who, driven = _who(seen, shift, done), seen.driven.get(shift_id, Driven())
    minutes = _minutes(driven.left_at, driven.returned_at)
    km = None if driven.driven_m is None else driven.driven_m / 1000
    # those without a time of their own are where the plan has them: nobody saw in which turn they were made
    timed = {n: s for n, s in enumerate(done, 1) if s.tried and not s.tried.guessed}
    kept = _kept_order(seen, shift_id, list(timed.values()))
    row = {
        "date": seen.on,
        "shift_id": shift_id,
        **who,
        "weekday": seen.on.weekday(),
        "stops_planned": len(times.stops) if times else 0,
        "stops_done": sum(1 for s in done if _counted(seen, s)),
        "left_at": driven.left_at,
        "returned_at": driven.returned_at,
        "minutes": minutes,
        "km": km,
        "cost": _cost(seen, shift, minutes, km),
        "pairs": len(kept),
        "pairs_kept": sum(kept),
        **_planned(times),
    }
    ranks = {(s.order_id, s.number): n for n, s in timed.items()}
    shares = _shares(seen, row, stops)
    return _Round(row, [_visit(seen, s, row, ranks) | share for s, share in zip(stops, shares, strict=True)])


def _kept_order(seen: DaySeen, shift_id: ShiftId, done: Sequence[_Stop]) -> Sequence[bool]:
    """Of stops made one after the other, whether the plan has them so.

    Turns of the plan are not those of the round as sent, which may still have a stop that is another day's by now.
    """
    route = next((r.order_ids for r in seen.day.plan.routes if r.shift_id == shift_id), ())
    places = {order_id: place for place, order_id in enumerate(route)}
    planned = [places.get(stop.order_id) if stop.times else None for stop in done]
    told = [sent.turn if (sent := _told(seen, shift_id, stop)) else None for stop in done]
    turns = [both for both in zip(planned, told, strict=True) if both != (None, None)]
    found = []
    for before, after in pairwise(turns):
        same = next(((a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None), None)
        if same:
            found.append(same[0] < same[1])
    return found


def _who(seen: DaySeen, shift: Shift | None, done: Sequence[_Stop]) -> dict[str, str]:
    """Who drove; the shift's own driver where nobody did yet."""
    last = done[-1].tried if done else None
    driver_id = last.driver_id if last else shift.driver_id if shift else ""
    named = {str(d.id): d.name for d in seen.day.drivers.values()}
    vehicle = seen.day.vehicles[shift.vehicle_id].name if shift else ""
    return {"driver_id": driver_id, "driver": named.get(driver_id, ""), "vehicle": vehicle}


def _planned(times: RouteTimes | None) -> dict[str, Any]:
    if times is None or not times.stops:
        return {}
    return {
        "leaves_at": times.leaves_at,
        "returns_at": times.returns_at,
        "minutes_planned": times.duration_s / 60,
        "km_planned": times.distance_m / 1000,
        "cost_planned": times.cost,
        "wait_planned_s": times.wait_s,
    }


def _cost(seen: DaySeen, shift: Shift | None, minutes: float | None, km: float | None) -> float | None:
    """As the planner reckons a round's cost, with what was driven."""
    if shift is None or minutes is None or km is None:
        return None
    vehicle: Vehicle = seen.day.vehicles[shift.vehicle_id]
    driver: Driver = seen.day.drivers[shift.driver_id]
    return vehicle.fixed_cost + km * vehicle.cost_per_km + minutes / 60 * driver.cost_per_hour


def _minutes(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() / 60 if since and until and until >= since else None


def _shares(seen: DaySeen, row: Mapping[str, Any], stops: Sequence[_Stop]) -> Iterator[dict[str, float | None]]:
    """Time and cost in proportion to what the plan gives each stop, the way to its planned drive.

    What was planned goes to the stops planned here, what was driven to those that count as an attempt.
    """
    times = seen.times.get(row["shift_id"])
    own = {stop.order_id for stop in times.stops} if times else set()
    planned = [stop.times is not None and stop.order_id in own for stop in stops]
    counted = [_counted(seen, stop) for stop in stops]
    seconds = [_planned_s(stop.times) for stop in stops]
    ways = [float(stop.times.drive_m) if stop.times else None for stop in stops]
    spread = {
        "minutes_planned": _spread(row.get("minutes_planned"), seconds, planned),
        "km_planned": _spread(row.get("km_planned"), ways, planned),
        "cost_planned": _spread(row.get("cost_planned"), seconds, planned),
        "minutes": _spread(row["minutes"], seconds, counted),
        "km": _spread(row["km"], ways, counted),
        "cost": _spread(row["cost"], seconds, counted),
    }
    for shares in zip(*spread.values(), strict=True):
        yield dict(zip(spread, shares, strict=True))


def _planned_s(times: StopTimes | None) -> float | None:
    return None if times is None else (times.departs_at - times.arrives_at).total_seconds() + times.drive_s


def _spread(whole: float | None, weights: Sequence[float | None], among: Sequence[bool]) -> Sequence[float | None]:
    """Shares of the whole; without a weight of its own one has the mean of the rest, and all the same if none has."""
    if whole is None or not any(among):
        return [None] * len(among)
    known = [w for w, is_in in zip(weights, among, strict=True) if is_in and w is not None]
    usual = sum(known) / len(known) if known else 1.0
    each = [(usual if w is None else w) if is_in else 0.0 for w, is_in in zip(weights, among, strict=True)]
    total = sum(each)
    if not total:
        each, total = [float(is_in) for is_in in among], float(sum(among))
    return [whole * w / total if is_in else None for w, is_in in zip(each, among, strict=True)]


# --- stops --------------------------------------------------------------------------------------------------------


def _counted(seen: DaySeen, stop: _Stop) -> bool:
    """Whether somebody stood at the door."""
    if stop.tried is None:
        return False
    if stop.tried.outcome is not Outcome.FAILED:
        return True
    reason = seen.day.depot.road.reason_by_code.get(stop.tried.reason)
    return reason is None or reason.attempt


def _visit(
    seen: DaySeen, stop: _Stop, made: Mapping[str, Any], ranks: Mapping[tuple[OrderId, int], int]
) -> dict[str, Any]:
    shift_id: ShiftId = made["shift_id"]
    order, told = seen.orders.get(stop.order_id), _told(seen, shift_id, stop)
    window = _promise(stop, told, order)
    at = _moments(seen, shift_id, stop, told, window)
    came = at["arrived_at"] or at["done_at"] or at["planned_at"]
    service_s = told.service_s if told else order.service_s if order else None
    return {
        "date": seen.on,
        "order_id": stop.order_id,
        **{name: made[name] for name in ("shift_id", "driver_id", "driver", "vehicle", "weekday")},
        **_named(seen, stop, told, order),
        "slot": _slot(window, seen) if window else "",
        "hour": came.astimezone(seen.day.depot.zone).hour if came else None,
        "attempt": stop.number,
        "turn_planned": None if stop.turn is None else stop.turn + 1,
        "turn_done": ranks.get((stop.order_id, stop.number)),
        "promised_from": window.opens_at if window else None,
        "promised_until": window.closes_at if window else None,
        **at,
        "service_planned_s": service_s,
        "wait_planned_s": stop.times.wait_s if stop.times else None,
        "messages": seen.messages.get(stop.order_id, 0),
        **_ending(seen, stop, told, order),
    }


def _told(seen: DaySeen, shift_id: ShiftId, stop: _Stop) -> ToldStop | None:
    """As it was told at this very attempt."""
    told = seen.told.get((shift_id, stop.order_id))
    return told if told and told.attempt == stop.number else None


def _named(seen: DaySeen, stop: _Stop, told: ToldStop | None, order: Order | None) -> dict[str, Any]:
    """Of a person only what neither plan nor round has erased."""
    customer = order.contact.name if order else told.customer if told else ""
    return {
        "number": order.number if order else told.number if told else "",
        "sender": order.sender if order else "",
        "customer": customer,
        "postcode": order.address.postcode if order else told.postcode if told else "",
        "area": seen.areas.get(stop.order_id, ""),
    }


def _promise(stop: _Stop, told: ToldStop | None, order: Order | None) -> TimeWindow | None:
    """Of several windows the one the plan serves it in; the last where it keeps none."""
    windows = told.windows if told else order.windows if order else ()
    starts = stop.times.starts_at if stop.times else told.starts_at if told else None
    kept = [w for w in windows if starts and w.opens_at <= starts <= w.closes_at]
    return kept[0] if kept else windows[-1] if windows else None


def _slot(window: TimeWindow, seen: DaySeen) -> str:
    zone = seen.day.depot.zone
    return f"{window.opens_at.astimezone(zone):%H:%M}–{window.closes_at.astimezone(zone):%H:%M}"


def _moments(
    seen: DaySeen, shift_id: ShiftId, stop: _Stop, told: ToldStop | None, window: TimeWindow | None
) -> dict[str, Any]:
    """When the driver was to be there, was, and left; and how long that was. A guess from the plan is no moment."""
    tried = stop.tried
    said = tried if tried and not tried.guessed else None
    done_at = said.at if said else None
    visits = seen.visits.get((shift_id, stop.order_id), ())
    before = [v for v in visits if done_at is None or v.arrived_at <= done_at]
    visit = before[-1] if before else None
    arrived = visit.arrived_at if visit else said.arrived_at if said else None
    left = (visit.departed_at if visit else None) or done_at
    if arrived and left and left < arrived:
        left = None
    waits = bool(window and arrived and left and arrived < window.opens_at <= left)
    begins = window.opens_at if window and waits else arrived
    wait_s = (begins - arrived).total_seconds() if begins and arrived else None
    return {
        "planned_at": stop.times.arrives_at if stop.times else told.arrives_at if told else None,
        "arrived_at": arrived,
        "done_at": done_at,
        "departed_at": visit.departed_at if visit else None,
        "wait_s": wait_s,
        "service_s": (left - begins).total_seconds() if left and begins else None,
    }


def _ending(seen: DaySeen, stop: _Stop, told: ToldStop | None, order: Order | None) -> dict[str, Any]:
    parcels = max(1, told.parcels if told else order.load.parcels if order else 1)
    tried = stop.tried
    if tried is None:
        return {"parcels": parcels}
    share = _share_done(tried, told, order)
    failed = tried.outcome is Outcome.FAILED
    reason = seen.day.depot.road.reason_by_code.get(tried.reason) if failed else None
    return {
        "parcels": parcels,
        "parcels_done": parcels * share,
        "attempt_key": tried.key,
        "outcome": tried.outcome.value,
        "reason": (reason.label if reason else tried.reason) if failed else "",
        "owner": reason.owner.value if reason else "",
        "counted": _counted(seen, stop),
        "in_full": tried.outcome is Outcome.DELIVERED and share > 1 - ENTIRE,
        "cash_due": tried.cash_due,
        "cash": tried.cash,
        "proof_wanted": tried.proof_wanted,
        "proof_complete": tried.proof_complete,
        "flags": len(tried.flags),
        "flagged": ", ".join(sorted(set(tried.flags))),
        "decision": tried.decision,
    }


def _share_done(tried: Tried, told: ToldStop | None, order: Order | None) -> float:
    """How much of what was ordered changed hands; lines the driver says nothing of did."""
    if tried.outcome is Outcome.FAILED:
        return 0.0
    wanted = told.quantities if told else tuple(line.quantity for line in order.lines) if order else ()
    done = list(wanted)
    for result in tried.lines:
        if result.line < len(done):
            done[result.line] = min(result.quantity, wanted[result.line])
    return sum(done) / sum(wanted) if sum(wanted) > 0 else 1.0


# --- the other tables ---------------------------------------------------------------------------------------------


def _exceptions(seen: DaySeen) -> Iterator[Mapping[str, Any]]:
    for incident in seen.incidents:
        driver = seen.day.drivers.get(incident.driver_id) if incident.driver_id else None
        yield {
            "date": seen.on,
            "incident_id": incident.id,
            "kind": incident.kind.value,
            "severity": int(incident.severity),
            "order_id": incident.order_id,
            "driver_id": incident.driver_id,
            "driver": driver.name if driver else "",
            "weekday": seen.on.weekday(),
            "hour": incident.since.astimezone(seen.day.depot.zone).hour,
            "since": incident.since,
            "due_at": incident.due_at,
            "closed_at": incident.closed_at,
            "settled_by": incident.settled_by.value if incident.settled_by else "",
            "who": incident.owner,
        }


def _slots(seen: DaySeen) -> Iterator[Mapping[str, Any]]:
    for places in seen.slots:
        yield {
            "date": seen.on,
            "rule_id": places.rule_id,
            "area": places.area,
            "slot": _slot(places.window, seen),
            "weekday": seen.on.weekday(),
            "capacity": places.capacity,
            "taken": places.taken,
        }
