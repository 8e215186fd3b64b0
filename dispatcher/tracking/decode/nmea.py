"""NMEA 0183: sentences of a receiver, one a line, with or without what a tracker puts before the dollar sign.

RMC has place, speed in **knots**, course and date, GGA the height and how good the fix is, GLL place and time.
Sentences of the same second that follow each other are one position. GGA and GLL name no date: theirs is the day
nearest to the message's last RMC or, without any, to the moment of arrival. Status `V` and quality 0 say that the
receiver has no fix. Other sentences are legal and say nothing here.

Source: NMEA 0183 as in gpsd's "NMEA Revealed"; samples of traccar/traccar's `T55ProtocolDecoderTest.java`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import xor

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import Part, each
from dispatcher.tracking.decode.message import Message, Unusable, form_of, quoted, text_of, words

TALKERS = frozenset(("GP", "GN", "GL", "GA", "BD", "GB"))
CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{1,9}))?")
DATE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
ANGLE = re.compile(r"([0-9]{1,3})([0-9]{2}(?:\.[0-9]{1,12})?)")
CHECKSUM = re.compile(r" ?([0-9A-Fa-f]{2})")
FIELDS = 15
LONGEST = 400
"""A sentence has 82 characters; what a tracker appends is not read."""
LAST_CENTURY = 80
"""Two-digit years from here on belong to the twentieth."""
HALF_DAY = timedelta(hours=12)
SIMULATED_QUALITY, SIMULATED_MODE = "8", "S"


@dataclass(frozen=True, slots=True)
class Epoch:
    """What the sentences of one moment say."""

    kinds: frozenset[str]
    clock: time | None
    place: Place | None
    valid: bool
    simulated: bool = False
    day: date | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    extras: Mapping[str, str | float | bool] = field(default_factory=dict)

    def joined(self, other: "Epoch") -> "Epoch | None":
        """Both as one, if they are of the same moment and neither kind came twice."""
        if self.clock is None or self.clock != other.clock or self.kinds & other.kinds:
            return None
        return Epoch(
            self.kinds | other.kinds,
            self.clock,
            self.place or other.place,
            self.valid and other.valid,
            self.simulated or other.simulated,
            self.day or other.day,
            other.speed_mps if self.speed_mps is None else self.speed_mps,
            other.heading_deg if self.heading_deg is None else self.heading_deg,
            other.altitude_m if self.altitude_m is None else self.altitude_m,
            {**self.extras, **other.extras},
        )


def read(message: Message, now: datetime) -> Decoded:
    """All sentences of a message. Without a body, those in the query's values, where a Traccar server puts one."""
    text = text_of(message.body)
    if not text.strip() and message.query:
        text = "\n".join(str(value) for value in form_of(message.query).values())
    lines = [line for line in text.splitlines() if line.strip()]
    epochs: list[Epoch] = []
    unread = each(lines, lambda line: _take(line, epochs))
    dated = [found for epoch in epochs if (found := _stated(epoch))]
    parts = [_part(epoch, dated[-1] if dated else now, now) for epoch in epochs]
    fixes = tuple(part for part in parts if isinstance(part, Fix))
    events = tuple(part for part in parts if isinstance(part, DeviceEvent))
    return Decoded(fixes, events, unread.faults, _name(lines))


# --- sentences ----------------------------------------------------------------------------------------------------


def _take(line: str, epochs: list[Epoch]) -> Sequence[Part]:
    """Add what a line says to the epoch before it, or as a new one."""
    epoch = _epoch(line)
    if epoch is None:
        return ()
    whole = epochs[-1].joined(epoch) if epochs else None
    if whole:
        epochs[-1] = whole
    else:
        epochs.append(epoch)
    return ()


def _epoch(line: str) -> Epoch | None:
    """One sentence; `None` for one that says nothing of where or when."""
    _, dollar, sentence = line[:LONGEST].partition("$")
    if not dollar:
        raise Unusable(f"The line is no NMEA sentence, which begins with a dollar sign: {quoted(line)}.")
    if sentence[:2] not in TALKERS or sentence[2:6] not in ("RMC,", "GGA,", "GLL,"):
        return None
    body, star, stated = sentence.partition("*")
    if star:
        _check(body.rstrip(" "), stated)
    fields = [part.strip() for part in body.split(",")]
    fields += [""] * (FIELDS - len(fields))
    return {"RMC": _rmc, "GGA": _gga, "GLL": _gll}[sentence[2:5]](fields)


def _check(body: str, stated: str) -> None:
    found = CHECKSUM.match(stated)
    if not found:
        raise Unusable(f"The sentence is cut off before its checksum: {quoted(body)}.")
    if int(found[1], 16) != (made := reduce(xor, body.encode("utf-8", "replace"), 0)):
        raise Unusable(f"The checksum is {found[1].upper()} and should be {made:02X}: {quoted(body)}.")


def _rmc(fields: list[str]) -> Epoch:
    """Time, status, place, knots, course, date, …, mode."""
    _, clock, status, lat, north, lon, east, knots, course, day, _, _, mode, *_ = fields
    valid = _status(status)
    return Epoch(
        frozenset(("RMC",)),
        _clock(clock),
        _place(lat, north, lon, east, valid=valid),
        valid,
        simulated=mode[:1] == SIMULATED_MODE,
        day=_day(day),
        speed_mps=units.speed_mps_from_knots(knots),
        heading_deg=units.heading_deg(course),
    )


def _gga(fields: list[str]) -> Epoch:
    """Time, place, quality, satellites, HDOP, altitude."""
    _, clock, lat, north, lon, east, quality, satellites, hdop, altitude, *_ = fields
    valid = quality not in ("", "0")
    return Epoch(
        frozenset(("GGA",)),
        _clock(clock),
        _place(lat, north, lon, east, valid=valid),
        valid,
        simulated=quality == SIMULATED_QUALITY,
        altitude_m=units.altitude_m(altitude),
        extras=units.extras({"sat": satellites, "hdop": hdop}),
    )


def _gll(fields: list[str]) -> Epoch:
    """Place, time, status, mode. Old receivers state no status."""
    _, lat, north, lon, east, clock, status, mode, *_ = fields
    valid = not status or _status(status)
    place = _place(lat, north, lon, east, valid=valid)
    return Epoch(frozenset(("GLL",)), _clock(clock), place, valid, simulated=mode[:1] == SIMULATED_MODE)


# --- fields -------------------------------------------------------------------------------------------------------


def _status(stated: str) -> bool:
    if stated not in ("A", "V"):
        raise Unusable(f"The status must be A or V, not {quoted(stated)}.")
    return stated == "A"


def _clock(stated: str) -> time | None:
    if not stated:
        return None
    found = CLOCK.fullmatch(stated)
    hour, minute, second = (int(part) for part in found.groups()[:3]) if found else (24, 0, 0)
    if not found or hour > 23 or minute > 59 or second > 59:
        raise Unusable(f"The time must be hours, minutes and seconds (hhmmss), not {quoted(stated)}.")
    return time(hour, minute, second, int((found[4] or "").ljust(6, "0")[:6]), UTC)


def _day(stated: str) -> date | None:
    if not stated:
        return None
    found = DATE.fullmatch(stated)
    try:
        day, month, year = (int(part) for part in found.groups()) if found else (0, 0, 0)
        if year >= LAST_CENTURY:
            raise Unusable(f"The date {quoted(stated)} lies in the last century: the receiver's calendar has run over.")
        return date(2000 + year, month, day)
    except ValueError as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(f"The date must be day, month and year (ddmmyy), not {quoted(stated)}.") from None


def _place(lat: str, north: str, lon: str, east: str, *, valid: bool) -> Place | None:
    """A receiver without a fix may leave the place out."""
    if not valid and not lat and not lon:
        return None
    return units.place(_degrees(lat, north, "NS"), _degrees(lon, east, "EW"))


def _degrees(stated: str, side: str, sides: str) -> float:
    """Degrees of `dddmm.mmmm`; the second of the `sides` is negative."""
    found = ANGLE.fullmatch(stated)
    if not found or side not in sides or len(side) != 1 or float(found[2]) >= 60:
        raise Unusable(f"A coordinate must be degrees, minutes and one of {sides}, not {quoted(f'{stated},{side}')}.")
    degrees = int(found[1]) + float(found[2]) / 60
    return -degrees if side == sides[1] else degrees


# --- from epochs to fixes -----------------------------------------------------------------------------------------


def _stated(epoch: Epoch) -> datetime | None:
    """The moment of an epoch that names its day."""
    return datetime.combine(epoch.day, epoch.clock) if epoch.day and epoch.clock else None


def _nearest(clock: time, moment: datetime) -> datetime:
    """That time of day within twelve hours of `moment`."""
    found = datetime.combine(moment.astimezone(UTC).date(), clock)
    if found - moment > HALF_DAY:
        return found - 2 * HALF_DAY
    return found + 2 * HALF_DAY if moment - found > HALF_DAY else found


def _part(epoch: Epoch, dated: datetime, now: datetime) -> Part:
    """A fix; a heartbeat when the receiver lives and sees nothing."""
    at = _stated(epoch) or (_nearest(epoch.clock, dated) if epoch.clock else now)
    if epoch.place is None:
        return DeviceEvent(at, EventKind.HEARTBEAT, "no fix")
    return Fix(
        at=at,
        place=epoch.place,
        speed_mps=epoch.speed_mps,
        heading_deg=epoch.heading_deg,
        altitude_m=epoch.altitude_m,
        mock=epoch.simulated,
        valid=epoch.valid,
        extras=epoch.extras,
    )


def _name(lines: Sequence[str]) -> str:
    """What a tracker puts before the first dollar sign: `4711/022789000688081/$GPRMC,…`."""
    prefix = lines[0][:LONGEST].partition("$")[0] if lines and "$" in lines[0][:LONGEST] else ""
    return words(prefix.strip(" ,;/").rpartition("/")[2]) if not prefix.startswith("\\") else ""
