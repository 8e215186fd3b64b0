"""Rounds as phones are given them, for tests of the simulation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatcher.domain.place import Place
from dispatcher.domain.proof import DELIVERING, FAILING, REASONS

BEGINS = datetime(2026, 11, 24, 6, tzinfo=UTC)
DEPOT = Place(60.166094, 24.947354)


def body(places: Sequence[Place], *, version: int = 1, shift: str = "shift-1", **stop: Any) -> dict[str, Any]:
    """A sent round through these places, with three minutes at each; `stop` overrides fields of every stop."""
    needs = {"delivering": dict(DELIVERING), "failing": dict(FAILING)}
    stops = [
        {"order_id": f"order-{i}", "turn": i + 1, "number": f"HEL-{i}", "kind": "delivery", "attempt": 1}
        | {"name": "Ida Laine", "lat": place.lat, "lon": place.lon, "windows": [], "service_s": 180, "needs": needs}
        | {"lines": [{"name": "Books", "quantity": 2, "barcode": f"HEL{i:05}"}], "cash_due": 0, "has_code": False}
        | stop
        for i, place in enumerate(places)
    ]
    return {
        "shift_id": shift,
        "date": "2026-11-24",
        "version": version,
        "zone": "Europe/Helsinki",
        "depot": {"name": "Helsinki", "lat": DEPOT.lat, "lon": DEPOT.lon},
        "driver": {"id": f"driver-of-{shift}", "name": "Ann", "number": 1},
        "starts_at": "2026-11-24T06:00:00Z",
        "ends_at": "2026-11-24T14:30:00Z",
        "leaves_at": (BEGINS + timedelta(minutes=15)).isoformat(),
        "returns_at": "2026-11-24T14:00:00Z",
        "stops": stops,
        "reasons": [
            {"code": r.code, "label": r.label, "attempt": r.attempt, "demands": sorted(r.demands)} for r in REASONS
        ],
        "undo_s": 60,
    }


def around(count: int, step: float = 0.004) -> list[Place]:
    """Places on a spiral around the depot, some 200-400 m from one to the next."""
    return [Place(DEPOT.lat + step * (i % 7) / 2, DEPOT.lon + step * (i // 7)) for i in range(1, count + 1)]
