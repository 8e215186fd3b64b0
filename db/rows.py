"""Domain objects to rows and back, nothing else. A row is a plain mapping of column name to a value JSON can hold."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from db.plain import from_plain, plain
from db.policy import needs_json, policy_json, to_needs, to_policy
from db.tables import DEPOT_KEY
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Driver, Lock, Shift, Vehicle, VehicleKind
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderLine, OrderState, Priority
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.plan import Stop
from dispatcher.domain.proof import Asked
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.roads import Closure
from dispatcher.domain.time import TimeWindow

type Row = Mapping[str, Any]


CLOCKS = ("starts", "ends", "break_from", "break_until")
"""Columns of table `driver` that hold a wall-clock time, or nothing."""

NOTHING_ASKED = Asked()


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat()


def depot_row(depot: Depot) -> Row:
    """The one row of table `depot`."""
    return {
        "id": DEPOT_KEY,
        "name": depot.name,
        "lat": depot.place.lat,
        "lon": depot.place.lon,
        "zone_name": depot.zone_name,
        "region": depot.region,
        "address": depot.address,
        "currency": depot.currency,
        "shift_starts": depot.shift_starts.isoformat(),
        "shift_ends": depot.shift_ends.isoformat(),
        "service_s": depot.service_s,
        "planning_s": depot.planning_s,
        "reload_s": depot.reload_s,
        "handling_s": depot.handling_s,
        "max_wait_s": depot.max_wait_s,
        "improve_s": depot.improve_s,
        "road": policy_json(depot.road),
    }


def to_depot(row: Row) -> Depot:
    """The depot of its row."""
    return Depot(
        name=row["name"],
        place=Place(row["lat"], row["lon"]),
        zone_name=row["zone_name"],
        region=row["region"],
        address=row["address"],
        currency=row["currency"],
        shift_starts=time.fromisoformat(row["shift_starts"]),
        shift_ends=time.fromisoformat(row["shift_ends"]),
        service_s=row["service_s"],
        planning_s=row["planning_s"],
        reload_s=row["reload_s"],
        handling_s=row["handling_s"],
        max_wait_s=row["max_wait_s"],
        improve_s=row["improve_s"],
        road=to_policy(row["road"]),
        version=row["version"],
    )


def vehicle_row(vehicle: Vehicle) -> Row:
    """A row of table `vehicle`."""
    return {
        "id": vehicle.id,
        "name": vehicle.name,
        "kind": vehicle.kind.value,
        "plate": vehicle.plate,
        "capacity_kg": float(vehicle.capacity.kg),
        "capacity_litres": float(vehicle.capacity.litres),
        "capacity_parcels": vehicle.capacity.parcels,
        "skills": sorted(vehicle.skills),
        "cost_per_km": vehicle.cost_per_km,
        "fixed_cost": vehicle.fixed_cost,
        "max_reloads": vehicle.max_reloads,
        "certificates": [plain(each) for each in vehicle.certificates],
    }


def to_vehicle(row: Row) -> Vehicle:
    """The vehicle of a row."""
    return Vehicle(
        id=row["id"],
        name=row["name"],
        kind=VehicleKind(row["kind"]),
        plate=row["plate"],
        capacity=Load(row["capacity_kg"], row["capacity_litres"], row["capacity_parcels"]),
        skills=frozenset(row["skills"]),
        cost_per_km=row["cost_per_km"],
        fixed_cost=row["fixed_cost"],
        max_reloads=row["max_reloads"],
        certificates=_certificates(row),
        version=row["version"],
    )


def driver_row(driver: Driver) -> Row:
    """A row of table `driver`."""
    return {
        "id": driver.id,
        "name": driver.name,
        "number": driver.number,
        "phone": driver.phone,
        "skills": sorted(driver.skills),
        "vehicle_id": driver.vehicle_id,
        **{clock: _clock_text(getattr(driver, clock)) for clock in CLOCKS},
        "weekdays": sorted(driver.weekdays),
        "cost_per_hour": driver.cost_per_hour,
        "max_stops": driver.max_stops,
        "max_duration_s": driver.max_duration_s,
        "max_distance_m": driver.max_distance_m,
        "break_s": driver.break_s,
        "certificates": [plain(each) for each in driver.certificates],
        "active": driver.active,
    }


def to_driver(row: Row) -> Driver:
    """The driver of a row."""
    clocks = {clock: row[clock] and time.fromisoformat(row[clock]) for clock in CLOCKS}
    sets = {part: frozenset(row[part]) for part in ("skills", "weekdays")}
    return Driver(**{**row, **clocks, **sets, "certificates": _certificates(row)})


def _certificates(row: Row) -> tuple[Certificate, ...]:
    return from_plain(row["certificates"], tuple[Certificate, ...])


def shift_row(shift: Shift) -> Row:
    """A row of table `shift`."""
    return {
        "id": shift.id,
        "date": shift.date.isoformat(),
        "driver_id": shift.driver_id,
        "vehicle_id": shift.vehicle_id,
        "starts_at": moment_text(shift.starts_at),
        "ends_at": moment_text(shift.ends_at),
        "start_lat": shift.start.lat,
        "start_lon": shift.start.lon,
        "end_lat": shift.end and shift.end.lat,
        "end_lon": shift.end and shift.end.lon,
        "lock": shift.lock.value,
    }


def to_shift(row: Row) -> Shift:
    """The shift of a row."""
    return Shift(
        id=row["id"],
        date=date.fromisoformat(row["date"]),
        driver_id=row["driver_id"],
        vehicle_id=row["vehicle_id"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        start=Place(row["start_lat"], row["start_lon"]),
        end=_place(row["end_lat"], row["end_lon"]),
        lock=Lock(row["lock"]),
        version=row["version"],
    )


@lru_cache(maxsize=512)
def _date(on: str) -> date:
    return date.fromisoformat(on)


def order_row(order: Order) -> Row:
    """A row of table `orders`."""
    return {
        "id": order.id,
        "number": order.number,
        "date": order.date.isoformat(),
        "sender": order.sender,
        "kind": order.kind.value,
        "state": order.state.value,
        **_address_columns(order.address),
        "contact_name": order.contact.name,
        "contact_phone": order.contact.phone,
        "contact_email": order.contact.email,
        "windows": [[moment_text(w.opens_at), moment_text(w.closes_at)] for w in order.windows],
        "service_s": order.service_s,
        "load_kg": float(order.load.kg),
        "load_litres": float(order.load.litres),
        "load_parcels": order.load.parcels,
        "lines": [[line.name, line.quantity, line.sku, line.barcode] for line in order.lines],
        "skills": sorted(order.skills),
        "driver_id": order.driver_id,
        "pickup_id": order.pickup_id,
        "must_not_drop": int(order.must_not_drop),
        "do_early": order.do_early,
        "notes": order.notes,
        "needs": needs_json(order.asked.needs),
        "cash_due": order.asked.cash_due,
        "attempt": order.attempt,
    }


def to_order(row: Row) -> Order:
    """The order of a row."""
    return Order(
        id=row["id"],
        number=row["number"],
        date=_date(row["date"]),
        address=_to_address(row),
        kind=OrderKind(row["kind"]),
        sender=row["sender"],
        contact=Contact(row["contact_name"], row["contact_phone"], row["contact_email"]),
        windows=tuple(_window(opens, closes) for opens, closes in row["windows"]),
        service_s=row["service_s"],
        load=Load(row["load_kg"], row["load_litres"], row["load_parcels"]),
        lines=tuple(OrderLine(*line) for line in row["lines"]),
        skills=frozenset(row["skills"]),
        driver_id=row["driver_id"],
        pickup_id=row["pickup_id"],
        must_not_drop=Priority(row["must_not_drop"]),
        do_early=row["do_early"],
        notes=row["notes"],
        asked=_asked(row),
        attempt=row["attempt"],
        state=OrderState(row["state"]),
        version=row["version"],
    )


@lru_cache(maxsize=4_096)
def _window(opens: str, closes: str) -> TimeWindow:
    """Few windows serve all orders of a day: each is read once, and there but once."""
    return TimeWindow(datetime.fromisoformat(opens), datetime.fromisoformat(closes))


def _asked(row: Row) -> Asked:
    """Most orders ask for nothing of their own: those share one."""
    if not (row["needs"] or row["cash_due"]):
        return NOTHING_ASKED
    return Asked(to_needs(row["needs"]), row["cash_due"])


def _address_columns(address: Address) -> Row:
    return {
        "address_line": address.line,
        "postcode": address.postcode,
        "city": address.city,
        "country": address.country,
        "lat": address.place and address.place.lat,
        "lon": address.place and address.place.lon,
        "precision": int(address.precision),
        "matched": address.matched,
        "doubtful": address.doubtful,
    }


def _to_address(row: Row) -> Address:
    return Address(
        line=row["address_line"],
        postcode=row["postcode"],
        city=row["city"],
        country=row["country"],
        place=_place(row["lat"], row["lon"]),
        precision=Precision(row["precision"]),
        matched=row["matched"],
    )


def stop_row(stop: Stop, shift_id: ShiftId, on: str, position: int) -> Row:
    """A row of table `stop`; `on` is the ISO date its order and its shift share."""
    return {
        "order_id": stop.order_id,
        "shift_id": shift_id,
        "date": on,
        "position": position,
        "held": stop.held,
        "done": stop.done,
    }


def to_stop(row: Row) -> Stop:
    """The stop of a row."""
    return Stop(OrderId(row["order_id"]), row["held"], row["done"])


def closure_row(closure: Closure) -> Row:
    """A row of table `closure`."""
    return {
        "id": closure.id,
        "name": closure.name,
        "line": [[place.lat, place.lon] for place in closure.line],
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
    }


def to_closure(row: Row) -> Closure:
    """The closed street of a row."""
    return Closure(
        id=row["id"],
        name=row["name"],
        line=tuple(Place(lat, lon) for lat, lon in row["line"]),
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]),
        version=row["version"],
    )


def remembered_row(key: str, remembered: Remembered) -> Row:
    """A row of table `remembered`."""
    return {
        "key": key,
        "text": remembered.text,
        "note": remembered.note,
        "approach": remembered.approach,
        "service_s": remembered.service_s,
        "declined": sorted(remembered.declined),
    }


def to_remembered(row: Row) -> Remembered:
    """What is remembered of an address, from its row."""
    parts = {name: row[name] for name in ("text", "note", "approach", "service_s")}
    return Remembered(**parts, declined=frozenset(row["declined"]))


def pin_row(key: str, place: Place, text: str) -> Row:
    """A row of table `pin`."""
    return {"key": key, "lat": place.lat, "lon": place.lon, "text": text}


def _place(lat: float | None, lon: float | None) -> Place | None:
    return None if lat is None or lon is None else Place(lat, lon)


def _clock_text(clock: time | None) -> str | None:
    return None if clock is None else clock.isoformat()
