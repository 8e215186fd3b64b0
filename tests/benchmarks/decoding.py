"""How long a message takes to become fixes: a single point of every protocol, and a batch of two hundred."""

import time
from collections.abc import Iterator

from dispatcher.domain.tracking import Source
from dispatcher.tracking.decode import Message, decode
from tests.unit.tracking.decode.samples import (
    GPSLOGGER_QUERY,
    NMEA_SECOND,
    NOW,
    OSMAND_FORM,
    OSMAND_JSON,
    OSMAND_QUERY,
    OVERLAND_200,
    OWNTRACKS_LOCATION,
    PAGE_SAID,
    TRACCAR_POSITION,
    overland_feature,
    posted,
)

GOAL_US = 40.0
MESSAGES = 2_000
RUNS = 5
SINGLE = (
    ("OsmAnd, query", Source.OSMAND, OSMAND_QUERY),
    ("Traccar Client 10, form", Source.OSMAND, OSMAND_FORM),
    ("Traccar Client 9, JSON", Source.OSMAND, OSMAND_JSON),
    ("OwnTracks", Source.OWNTRACKS, OWNTRACKS_LOCATION),
    ("Overland, one point", Source.OVERLAND, posted({"locations": [overland_feature(1)]})),
    ("GPSLogger, all names", Source.GPSLOGGER, GPSLOGGER_QUERY),
    ("NMEA, three sentences", Source.NMEA, NMEA_SECOND),
    ("Traccar server", Source.TRACCAR, TRACCAR_POSITION),
    ("driver page, one point", Source.PAGE, posted({"positions": [PAGE_SAID]})),
)


def run() -> Iterator[dict[str, object]]:
    """Microseconds a message, the best of several runs, for the machine may be busy."""
    for name, source, message in SINGLE:
        took_us = _best_us(source, message, MESSAGES)
        yield {
            "name": f"decode: {name}",
            "value": round(took_us, 1),
            "unit": "µs a message",
            "goal": GOAL_US,
            "ok": took_us <= GOAL_US,
            "on": "one position",
        }
    took_us = _best_us(Source.OVERLAND, OVERLAND_200, MESSAGES // 50) / 200
    yield {
        "name": "decode: Overland, batch",
        "value": round(took_us, 1),
        "unit": "µs a point",
        "goal": GOAL_US,
        "ok": took_us <= GOAL_US,
        "on": "200 positions",
    }


def _best_us(source: Source, message: Message, times: int) -> float:
    return min(_once_s(source, message, times) for _ in range(RUNS)) / times * 1e6


def _once_s(source: Source, message: Message, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        decode(source, message, now=NOW)
    return time.perf_counter() - begun
