"""A round as a phone is given it, read into what a simulated driver needs to know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place


@dataclass(frozen=True, slots=True)
class Door:
    """One stop of a round."""

    order_id: str
    name: str
    place: Place
    opens_at: datetime | None
    """When its first window does; `None` without windows."""
    service_s: int
    attempt: int
    collection: bool
    quantities: tuple[float, ...]
    """Of each line."""
    barcodes: tuple[str, ...]
    cash_due: int
    needs: Mapping[str, str]
    """Level of each kind of proof when goods change hands."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something may fail here, and what the driver must give with it."""

    code: str
    attempt: bool
    demands: frozenset[str]


@dataclass(frozen=True, slots=True)
class Round:
    """What one driver has to do."""

    shift_id: str
    driver_id: str
    driver: str
    version: int
    zone: ZoneInfo
    depot: Place
    starts_at: datetime
    ends_at: datetime
    leaves_at: datetime
    returns: bool
    """Whether it ends at the depot."""
    doors: tuple[Door, ...]
    reasons: tuple[Reason, ...]
    done: frozenset[str] = frozenset()
    """Orders that are done already."""


def read_round(body: Mapping[str, Any], done: Sequence[str] = ()) -> Round:
    """The round in the JSON object that a phone is given. Raises `BadInput` if it is none."""
    try:
        return _round(body, frozenset(done))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput(
            f"A round was sent in a form that the simulation cannot read ({type(fault).__name__}: {fault}).",
            "Send the rounds again with this version of Roundhouse.",
        ) from fault


def _round(body: Mapping[str, Any], done: frozenset[str]) -> Round:
    depot, starts_at = body["depot"], _moment(body["starts_at"])
    return Round(
        shift_id=body["shift_id"],
        driver_id=body["driver"]["id"],
        driver=body["driver"]["name"],
        version=int(body["version"]),
        zone=ZoneInfo(body["zone"]),
        depot=Place(depot["lat"], depot["lon"]),
        starts_at=starts_at,
        ends_at=_moment(body["ends_at"]),
        leaves_at=_moment(body["leaves_at"]) if body.get("leaves_at") else starts_at,
        returns=bool(body.get("returns_at")) and not _ends_at_last(body),
        doors=tuple(_door(stop) for stop in body["stops"] if stop["lat"] is not None),
        reasons=tuple(
            Reason(each["code"], each.get("attempt", True), frozenset(each.get("demands", ())))
            for each in body.get("reasons", ())
        ),
        done=done,
    )


def _ends_at_last(body: Mapping[str, Any]) -> bool:
    """An open round is over when the last stop is."""
    stops = body["stops"]
    return bool(stops) and stops[-1].get("departs_at") == body["returns_at"]


def _door(stop: Mapping[str, Any]) -> Door:
    windows, lines = stop.get("windows") or (), stop.get("lines") or ()
    return Door(
        order_id=stop["order_id"],
        name=stop.get("name") or "",
        place=Place(stop["lat"], stop["lon"]),
        opens_at=_moment(windows[0]["opens_at"]) if windows else None,
        service_s=int(stop["service_s"]),
        attempt=int(stop.get("attempt", 1)),
        collection=stop.get("kind") == "collection",
        quantities=tuple(float(line.get("quantity", 1)) for line in lines),
        barcodes=tuple(line["barcode"] for line in lines if line.get("barcode")),
        cash_due=int(stop.get("cash_due") or 0),
        needs=dict((stop.get("needs") or {}).get("delivering") or {}),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment.astimezone(UTC)
