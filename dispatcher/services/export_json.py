"""A planned day as JSON for other programs, and as GeoJSON (RFC 7946) for maps.

The JSON, version 1; times are ISO 8601 with the depot's offset, amounts carry their unit in the name, cost is in minor
currency units::

    {"format": "roundhouse-day", "version": 1, "attribution": "© …", "date": "2026-11-24", "freeze_at",
     "depot": {"name", "address", "lat", "lon", "zone", "currency", "reload_s", "handling_s", "max_wait_s"},
     "totals": {"orders", "planned", "unplanned", "routes", "drive_s", "distance_m", "late_stops", "cost"},
     "routes": [{"driver": {"number", "name", "break_s", "break_from", "break_until"},
                 "vehicle": {"name", "kind", "plate", "max_reloads"}, "lock", "shift_starts_at",
                 "shift_ends_at", "leaves_at", "returns_at", "drive_s", "distance_m", "service_s", "wait_s", "late_s",
                 "cost", "break_s", "reload_s", "back_s", "back_m", "back_break_at", "back_break_s",
                 "violations": [{"rule", "amount", "detail"}],
                 "stops": [{"sequence", "arrives_at", "starts_at", "departs_at", "drive_s", "drive_m", "wait_s",
                            "late_s", "held", "done", "break_at", "break_s", "reload_at", "reload_s",
                            "violations", "loaded_in", "happened", "order"}]}],
     "unplanned": [{"order", "reason": {"code", "sentence"} | null, "loaded_in", "happened"}],
     "closures": [{"name", "first", "last", "line": [{"lat", "lon"}]}]}

An order is {"number", "sender", "kind", "date", "recipient", "phone", "email", "address": {"line", "postcode", "city",
"country", "lat", "lon", "precision"}, "windows": [{"opens_at", "closes_at"}], "service_s", "kg", "litres", "parcels",
"lines": [{"name", "quantity", "sku", "barcode"}], "skills", "priority", "do_early", "notes", "pickup_order",
"cash_due", "proofs": {"signature": "required"}, "attempt"}. A route nobody has planned into has null times.
`pickup_order` is the number of the collection that fetches the goods, `loaded_in` the vehicle they are in already; the
break clocks are wall-clock times, null for as soon or as late as the shift allows. A break or a reload comes before its
stop's service, a `back_break` on the way back. What `happened` at the door is null where nobody was, else {"attempt",
"outcome", "at", "reason", "reason_label", "reason_x12_1651", "reason_edifact_9013", "handed_to", "received_by", "cash",
"note", "photos", "signed", "code", "missing"}.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import Closure, RoadPath
from dispatcher.domain.schedule import Reason, Violation
from dispatcher.services.export_door import done_at, happened
from dispatcher.services.export_rows import Round, StopRow, windows_text

VERSION = 1

_AMOUNTS = (
    *("drive_s", "distance_m", "service_s", "wait_s", "late_s", "cost"),
    *("break_s", "reload_s", "back_s", "back_m", "back_break_s"),
)
"""What a route is told in figures."""


def day_json(
    day: Day, rounds: Sequence[Round], rows: Sequence[StopRow], reasons: Mapping[OrderId, Reason], attribution: str
) -> str:
    """The day in the form above."""
    depot, zone = day.depot, day.depot.zone
    unplanned = [row for row in rows if row.times is None]
    times = [each.times for each in rounds if each.times]
    document = {
        "format": "roundhouse-day",
        "version": VERSION,
        "attribution": attribution,
        "date": day.date.isoformat(),
        "freeze_at": _moment(day.freeze_at, zone),
        "depot": {
            "name": depot.name,
            "address": depot.address,
            "lat": depot.place.lat,
            "lon": depot.place.lon,
            "zone": depot.zone_name,
            "currency": depot.currency,
            "reload_s": depot.reload_s,
            "handling_s": depot.handling_s,
            "max_wait_s": depot.max_wait_s,
        },
        "totals": {
            "orders": len(rows),
            "planned": len(rows) - len(unplanned),
            "unplanned": len(unplanned),
            "routes": sum(1 for each in rounds if each.stops),
            "drive_s": sum(route.drive_s for route in times),
            "distance_m": sum(route.distance_m for route in times),
            "late_stops": sum(1 for route in times for stop in route.stops if stop.late_s > 0),
            "cost": sum(route.cost for route in times),
        },
        "routes": [_route(each, [row for row in rows if row.round is each], zone) for each in rounds],
        "unplanned": [
            {
                "order": _order(row),
                "reason": _reason(reasons.get(row.order.id)),
                "loaded_in": row.loaded_in or None,
                "happened": _happened(row),
            }
            for row in unplanned
        ],
        "closures": [_closure(closure) for closure in day.closures],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def day_geojson(
    day: Day, rounds: Sequence[Round], rows: Sequence[StopRow], lines: Mapping[ShiftId, RoadPath], attribution: str
) -> str:
    """The depot, a line for each round and a point for each order; `type` in the properties tells which."""
    features = [_feature(_point(day.depot.place), type="depot", name=day.depot.name, address=day.depot.address)]
    for each in rounds:
        line = line_of(day, each, lines)
        if len(line) > 1:
            coordinates = [[round(lon, 6), round(lat, 6)] for lat, lon in line]
            features.append(
                _feature(
                    {"type": "LineString", "coordinates": coordinates},
                    type="route",
                    round=each.driver.number,
                    driver=each.driver.name,
                    vehicle=each.vehicle.name,
                    stops=len(each.stops),
                    distance_m=each.times.distance_m if each.times else 0,
                    along_roads=each.shift.id in lines,
                    lock=each.shift.lock.value,
                    break_s=each.times.break_s if each.times else 0,
                    reload_s=each.times.reload_s if each.times else 0,
                )
            )
    features += [_stop_feature(row) for row in rows]
    document = {"type": "FeatureCollection", "attribution": attribution, "features": features}
    return json.dumps(document, ensure_ascii=False) + "\n"


def line_of(day: Day, each: Round, lines: Mapping[ShiftId, RoadPath]) -> list[tuple[float, float]]:
    """The round's line as (lat, lon): along the roads if known, else straight from place to place."""
    path = lines.get(each.shift.id)
    if path is not None:
        line: list[tuple[float, float]] = []
        for leg in path.legs:
            line += leg[1:] if line and leg and leg[0] == line[-1] else leg
        return line
    if not each.stops:
        return []
    places = [each.shift.start, *(day.orders[stop.order_id].address.place for stop in each.stops), each.shift.end]
    return [(place.lat, place.lon) for place in places if place is not None]


def _route(each: Round, rows: Sequence[StopRow], zone: ZoneInfo) -> dict[str, Any]:
    times, driver, vehicle = each.times, each.driver, each.vehicle
    return {
        "driver": {
            "number": driver.number,
            "name": driver.name,
            "break_s": driver.break_s,
            "break_from": _clock(driver.break_from),
            "break_until": _clock(driver.break_until),
        },
        "vehicle": {
            "name": vehicle.name,
            "kind": vehicle.kind.value,
            "plate": vehicle.plate,
            "max_reloads": vehicle.max_reloads,
        },
        "lock": each.shift.lock.value,
        "shift_starts_at": _local(each.shift.starts_at, zone),
        "shift_ends_at": _local(each.shift.ends_at, zone),
        **{part: _moment(getattr(times, part, None), zone) for part in ("leaves_at", "returns_at", "back_break_at")},
        **{part: getattr(times, part, 0) for part in _AMOUNTS},
        "violations": _violations(times.violations if times else ()),
        "stops": [_stop(row) for row in rows],
    }


def _stop(row: StopRow) -> dict[str, Any]:
    assert row.times is not None
    assert row.stop is not None
    times, zone = row.times, row.zone
    return {
        "sequence": row.sequence,
        "arrives_at": _local(times.arrives_at, zone),
        "starts_at": _local(times.starts_at, zone),
        "departs_at": _local(times.departs_at, zone),
        "drive_s": times.drive_s,
        "drive_m": times.drive_m,
        "wait_s": times.wait_s,
        "late_s": times.late_s,
        "held": row.stop.held,
        "done": row.stop.done,
        "break_at": _moment(times.break_at, zone),
        "break_s": times.break_s,
        "reload_at": _moment(times.reload_at, zone),
        "reload_s": times.reload_s,
        "violations": _violations(times.violations),
        "loaded_in": row.loaded_in or None,
        "happened": _happened(row),
        "order": _order(row),
    }


def _order(row: StopRow) -> dict[str, Any]:
    order, zone = row.order, row.zone
    address, place = order.address, order.address.place
    return {
        "number": order.number,
        "sender": order.sender,
        "kind": order.kind.value,
        "date": order.date.isoformat(),
        "recipient": order.contact.name,
        "phone": order.contact.phone,
        "email": order.contact.email,
        "address": {
            "line": address.line,
            "postcode": address.postcode,
            "city": address.city,
            "country": address.country,
            "lat": place.lat if place else None,
            "lon": place.lon if place else None,
            "precision": address.precision.name.lower(),
        },
        "windows": [
            {"opens_at": _local(window.opens_at, zone), "closes_at": _local(window.closes_at, zone)}
            for window in order.windows
        ],
        "service_s": order.service_s,
        "kg": order.load.kg,
        "litres": order.load.litres,
        "parcels": order.load.parcels,
        "lines": [
            {"name": line.name, "quantity": line.quantity, "sku": line.sku, "barcode": line.barcode}
            for line in order.lines
        ],
        "skills": sorted(order.skills),
        "priority": int(order.must_not_drop),
        "do_early": order.do_early,
        "notes": order.notes,
        "pickup_order": row.pickup or None,
        "cash_due": order.asked.cash_due,
        "proofs": {kind.value: need.value for kind, need in order.asked.needs.items()},
        "attempt": order.attempt,
    }


def _happened(row: StopRow) -> dict[str, Any] | None:
    return happened(row.attempt, row.failure, _local(done_at(row.attempt), row.zone) if row.attempt else "")


def _closure(closure: Closure) -> dict[str, Any]:
    return {
        "name": closure.name,
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "line": [{"lat": place.lat, "lon": place.lon} for place in closure.line],
    }


def _reason(reason: Reason | None) -> dict[str, str] | None:
    return {"code": reason.code.name, "sentence": reason.sentence} if reason else None


def _violations(violations: Iterable[Violation]) -> list[dict[str, Any]]:
    return [{"rule": v.rule.value, "amount": v.amount, "detail": v.detail} for v in violations]


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _moment(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return _local(moment, zone) if moment else None


def _clock(clock: time | None) -> str | None:
    return clock.isoformat(timespec="minutes") if clock else None


def _stop_feature(row: StopRow) -> dict[str, Any]:
    place, times = row.order.address.place, row.times
    return _feature(
        _point(place) if place else None,
        type="stop" if times else "unplanned",
        round=row.round.driver.number if row.round else None,
        sequence=row.sequence,
        order=row.order.number,
        recipient=row.order.contact.name,
        address=row.order.address.text,
        windows=windows_text(row.order, row.zone),
        arrives_at=_local(times.arrives_at, row.zone) if times else None,
        late_s=times.late_s if times else None,
        remark=row.reason,
        held=row.stop.held if row.stop else None,
        done=row.stop.done if row.stop else None,
        loaded_in=row.loaded_in or None,
        pickup_order=row.pickup or None,
        break_at=_moment(times.break_at, row.zone) if times else None,
        reload_at=_moment(times.reload_at, row.zone) if times else None,
        cash_due=row.order.asked.cash_due,
        attempt=row.attempt.number if row.attempt else row.order.attempt,
        outcome=row.attempt.outcome.value if row.attempt else None,
        done_at=_local(done_at(row.attempt), row.zone) if row.attempt else None,
        failure=row.attempt.reason or None if row.attempt else None,
    )


def _feature(geometry: dict[str, Any] | None, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(place: Place) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(place.lon, 6), round(place.lat, 6)]}
