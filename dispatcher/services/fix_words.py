"""Fixes in words: names of drivers, numbers of orders, money, kilometres and time. No ids, and nothing is changed."""

from datetime import timedelta

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Rule
from dispatcher.planning import fixes as planning
from dispatcher.planning.fixes import Kind


def sentence(what: planning.Fix, day: Day) -> str:
    """What is done."""
    who, number = _driver(day, what.shift_id), _number(day, what.order_id)
    match what.kind:
        case Kind.PUT:
            return f"Give {' and '.join([*(_number(day, o) for o, _ in what.moved), number])} to {who}"
        case Kind.RESEQUENCE:
            return f"Put {who}’s stops in another order"
        case Kind.MOVE:
            others = " and ".join(f"{_number(day, o)} to {_driver(day, s)}" for o, s in what.moved)
            return f"Move {others}; {who} takes {number}"
        case Kind.UNLOCK:
            return f"{_unlocked(what, day)}; {f'{who} takes {number}' if _came(what) else 'its stops in another order'}"
        case Kind.WINDOW:
            return _window(what, day) + (f"; {who} takes it" if _came(what) else "")
        case Kind.HOURS:
            return f"{who} {_hours(what)}{_takes(what, number)}"
        case Kind.LIMIT:
            return f"{who} {_limit(what)} from now on{_takes(what, number)}"
        case Kind.VEHICLE:
            return f"{who} goes out in {_vehicle(what, day)}{_takes(what, number)}"


def _takes(what: planning.Fix, number: str) -> str:
    return f" and takes {number}" if _came(what) else ""


def _came(what: planning.Fix) -> bool:
    return what.order_id not in what.before[what.shift_id]


def _vehicle(what: planning.Fix, day: Day) -> str:
    vehicle = day.vehicles.get(what.vehicle_id) if what.vehicle_id else None
    return vehicle.name if vehicle else "another vehicle"


def _window(what: planning.Fix, day: Day) -> str:
    assert what.window is not None
    zone = day.depot.zone
    order = day.orders[what.order_id]
    wider = what.window
    if wider.index >= len(order.windows):
        return f"{order.number} accepts another time"
    window = order.windows[wider.index]
    if wider.earlier_s:
        moment = window.opens_at - timedelta(seconds=wider.earlier_s)
        return f"{order.number} accepts from {moment.astimezone(zone):%H:%M}, {_minutes(wider.earlier_s)} earlier"
    moment = window.closes_at + timedelta(seconds=wider.later_s)
    return f"{order.number} accepts until {moment.astimezone(zone):%H:%M}, {_minutes(wider.later_s)} later"


def _hours(what: planning.Fix) -> str:
    assert what.hours is not None
    if what.hours.earlier_s:
        return f"starts {_minutes(what.hours.earlier_s)} earlier"
    return f"ends {_minutes(what.hours.later_s)} later"


def _limit(what: planning.Fix) -> str:
    assert what.limit is not None
    rule, limit = what.limit
    if rule is Rule.MAX_STOPS:
        return f"may have {limit} {'stop' if limit == 1 else 'stops'}"
    if rule is Rule.MAX_DURATION:
        return f"may be out {limit // 3600}:{limit % 3600 // 60:02d} h"
    return f"may drive {limit / 1000:,.1f} km"


def _unlocked(what: planning.Fix, day: Day) -> str:
    rounds = [f"unlock {_driver(day, shift_id)}’s round" for shift_id in what.unlocked]
    stops = [f"let go of {_number(day, order_id)}" for order_id in what.released]
    text = " and ".join([*rounds, *stops])
    return text[:1].upper() + text[1:]


def price(what: planning.Fix, currency: str) -> str:
    """What the rounds cost, drive and take more, or less."""
    parts = [_money(what.cost, currency)]
    if abs(what.distance_m) >= 50:
        parts.append(f"{_sign(what.distance_m)}{abs(what.distance_m) / 1000:,.1f} km")
    if abs(what.duration_s) >= 30:
        parts.append(f"{_sign(what.duration_s)}{_minutes(abs(what.duration_s))}")
    return ", ".join(parts)


_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


def _money(minor_units: int, currency: str) -> str:
    if not minor_units:
        return "no cost"
    amount = f"{abs(minor_units) / 100:,.2f}"
    symbol = _SYMBOLS.get(currency)
    return f"{_sign(minor_units)}{symbol}{amount}" if symbol else f"{_sign(minor_units)}{amount} {currency}"


def _sign(value: float) -> str:
    return "+" if value > 0 else "−"


def _minutes(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60}:{minutes % 60:02d} h"


def _driver(day: Day, shift_id: ShiftId) -> str:
    shift = day.shifts.get(shift_id)
    return day.drivers[shift.driver_id].name if shift else "a driver"


def _number(day: Day, order_id: OrderId) -> str:
    order = day.orders.get(order_id)
    return order.number if order else "the order"
