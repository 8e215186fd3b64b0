"""A planned day as JSON for other programs, and as GeoJSON (RFC 7946) for maps.

The JSON, version 1; times are ISO 8601 with the depot's offset, amounts carry their unit in the name, cost is in minor
currency units::

    {"format": "roundhouse-day", "version": 1, "attribution": "© …", "date": "2026-11-24",
     "depot": {"name", "address", "lat", "lon", "zone", "currency"},
     "totals": {"orders", "planned", "unplanned", "routes", "drive_s", "distance_m", "late_stops", "cost"},
     "routes": [{"driver": {"number", "name"}, "vehicle": {"name", "kind", "plate"}, "shift_starts_at",
                 "shift_ends_at", "leaves_at", "returns_at", "drive_s", "distance_m", "service_s", "wait_s", "late_s",
                 "cost", "violations": [{"rule", "amount", "detail"}],
                 "stops": [{"sequence", "arrives_at", "starts_at", "departs_at", "drive_s", "drive_m", "wait_s",
                            "late_s", "held", "violations", "order"}]}],
     "unplanned": [{"order", "reason": {"code", "sentence"} | null}]}

An order is {"number", "sender", "kind", "date", "recipient", "phone", "email", "address": {"line", "postcode", "city",
"country", "lat", "lon", "precision"}, "windows": [{"opens_at", "closes_at"}], "service_s", "kg", "litres", "parcels",
"lines": [{"name", "quantity", "sku", "barcode"}], "skills", "priority", "do_early", "notes"}. A route nobody has
planned into has null times.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import Reason, StopTimes, Violation
from dispatcher.services.export_rows import Round, StopRow, windows_text

VERSION = 1


def day_json(
    day: Day, rounds: Sequence[Round], rows: Sequence[StopRow], reasons: Mapping[OrderId, Reason], attribution: str
) -> str:
    """The day in the form above."""
    depot, zone = day.depot, day.depot.zone
    unplanned = [row.order for row in rows if row.times is None]
    times = [each.times for each in rounds if each.times]
    document = {
        "format": "roundhouse-day",
        "version": VERSION,
        "attribution": attribution,
        "date": day.date.isoformat(),
        "depot": {
            "name": depot.name,
            "address": depot.address,
            "lat": depot.place.lat,
            "lon": depot.place.lon,
            "zone": depot.zone_name,
            "currency": depot.currency,
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
        "routes": [_route(day, each) for each in rounds],
        "unplanned": [{"order": _order(order, zone), "reason": _reason(reasons.get(order.id))} for order in unplanned],
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


def _route(day: Day, each: Round) -> dict[str, Any]:
    zone, times = day.depot.zone, each.times
    held = {stop.order_id for route in day.plan.routes for stop in route.stops if stop.held}
    return {
        "driver": {"number": each.driver.number, "name": each.driver.name},
        "vehicle": {"name": each.vehicle.name, "kind": each.vehicle.kind.value, "plate": each.vehicle.plate},
        "shift_starts_at": _local(each.shift.starts_at, zone),
        "shift_ends_at": _local(each.shift.ends_at, zone),
        "leaves_at": _local(times.leaves_at, zone) if times else None,
        "returns_at": _local(times.returns_at, zone) if times else None,
        **{part: getattr(times, part) if times else 0 for part in ("drive_s", "distance_m", "service_s", "wait_s")},
        "late_s": times.late_s if times else 0,
        "cost": times.cost if times else 0,
        "violations": _violations(times.violations if times else ()),
        "stops": [
            _stop(day.orders[stop.order_id], stop, sequence, zone, stop.order_id in held)
            for sequence, stop in enumerate(each.stops, start=1)
        ],
    }


def _stop(order: Order, times: StopTimes, sequence: int, zone: ZoneInfo, held: bool) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "arrives_at": _local(times.arrives_at, zone),
        "starts_at": _local(times.starts_at, zone),
        "departs_at": _local(times.departs_at, zone),
        "drive_s": times.drive_s,
        "drive_m": times.drive_m,
        "wait_s": times.wait_s,
        "late_s": times.late_s,
        "held": held,
        "violations": _violations(times.violations),
        "order": _order(order, zone),
    }


def _order(order: Order, zone: ZoneInfo) -> dict[str, Any]:
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
    }


def _reason(reason: Reason | None) -> dict[str, str] | None:
    return {"code": reason.code.name, "sentence": reason.sentence} if reason else None


def _violations(violations: Iterable[Violation]) -> list[dict[str, Any]]:
    return [{"rule": v.rule.value, "amount": v.amount, "detail": v.detail} for v in violations]


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


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
    )


def _feature(geometry: dict[str, Any] | None, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(place: Place) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(place.lon, 6), round(place.lat, 6)]}
