"""Whether an attempt was reported from where the goods belong, by a position that can be believed."""

from collections.abc import Sequence

import numpy as np

from dispatcher.domain.place import EARTH_RADIUS_M
from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.seen import Findings, Seen

MOST_CREDIT_M = 100.0
"""A position that says to be less accurate than this explains no more of its distance."""
USUAL_FAR_M = 150.0
"""What is away from an address where a depot flags no distance."""


def where(seen: Sequence[Seen], limits: FlagLimits) -> Findings:
    """Far from the address, an old position, a made-up one, none at all; many at one point."""
    placed = {_phone(one) for one in seen if one.attempt.place}
    for one in seen:
        attempt = one.attempt
        if limits.no_place and attempt.place is None and not attempt.sheet and (one.tracked or _phone(one) in placed):
            yield one.key, Flag(FlagKind.NO_PLACE)
        if attempt.mock:
            yield one.key, Flag(FlagKind.MOCKED)
        if limits.stale_s is not None and abs(attempt.place_age_s or 0) >= limits.stale_s:
            yield one.key, Flag(FlagKind.STALE, abs(attempt.place_age_s or 0), limits.stale_s, "s")
        if limits.far_m is not None and _surely_m(one) >= limits.far_m:
            yield one.key, Flag(FlagKind.FAR, attempt.distance_m, limits.far_m, "m")
    yield from _bunched(seen, limits)


def _phone(one: Seen) -> tuple[str, str]:
    """A phone on a round: one that gives its position at one door has one to give at the next."""
    return one.attempt.shift_id, one.attempt.device_id


def _surely_m(one: Seen) -> float:
    """How far away at least, by the position's own accuracy."""
    return (one.attempt.distance_m or 0.0) - min(one.attempt.accuracy_m or 0.0, MOST_CREDIT_M)


def _bunched(seen: Sequence[Seen], limits: FlagLimits) -> Findings:
    if limits.bunched is None:
        return
    away_m = (USUAL_FAR_M if limits.far_m is None else limits.far_m) / 2
    away = [one for one in seen if one.attempt.place and (one.attempt.distance_m or 0.0) > away_m]
    for one, count in zip(away, _neighbours(away, limits.bunched_m), strict=True):
        if count >= limits.bunched:
            yield one.key, Flag(FlagKind.BUNCHED, count, limits.bunched, "proofs")


def _neighbours(away: Sequence[Seen], within_m: float) -> list[int]:
    """How many of them, itself among them, each has so near: row by row, so that all at one point need no square."""
    places = [one.attempt.place for one in away if one.attempt.place]
    lat = np.radians([place.lat for place in places])
    lon = np.radians([place.lon for place in places])
    counts = []
    for here_lat, here_lon in zip(lat, lon, strict=True):
        east = (lon - here_lon) * np.cos(here_lat)
        counts.append(int((np.hypot(lat - here_lat, east) * EARTH_RADIUS_M <= within_m).sum()))
    return counts
