"""The driver page's own positions: SI units, ISO 8601 moments, one object with a list, in the order they were taken."""

from datetime import datetime

from dispatcher.domain.tracking import Decoded, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import each
from dispatcher.tracking.decode.message import Message, Unusable, json_of, record


def read(message: Message, now: datetime) -> Decoded:  # noqa: ARG001 - every protocol is read with the same two
    """`{"sent_at", "positions": [{"at", "lat", "lon", "accuracy_m", "speed_mps", …}]}`."""
    said = record(json_of(message.body))
    positions = said.get("positions")
    if not isinstance(positions, list):
        raise Unusable("The message must be an object with a list named “positions”.")
    sent_at = units.moment_or_none(said.get("sent_at"))
    return each(positions, lambda position: [_fix(record(position), sent_at)])


def _fix(said: dict[str, object], sent_at: datetime | None) -> Fix:
    get = said.get
    return Fix(
        at=units.moment(get("at")),
        place=units.place(get("lat"), get("lon")),
        sent_at=sent_at,
        accuracy_m=units.accuracy_m(get("accuracy_m")),
        speed_mps=units.speed_mps(get("speed_mps")),
        heading_deg=units.heading_deg(get("heading_deg")),
        altitude_m=units.altitude_m(get("altitude_m")),
        battery=units.share(get("battery")),
        charging=units.flag(get("charging")),
    )
