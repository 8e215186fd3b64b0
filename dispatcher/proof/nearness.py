"""Whether an attempt was reported where its stop is."""

from dispatcher.domain.place import Place
from dispatcher.domain.proof import Nearness

MOST_ACCURACY_M = 100.0
MOST_AGE_S = 120.0


def nearness(
    stop: Place, place: Place | None, *, accuracy_m: float | None, age_s: float | None, fence_m: float
) -> tuple[float | None, Nearness]:
    """Distance from the stop, and what it is worth.

    Near when the stop's fence and the position's circle of accuracy meet. Uncertain without a position, and when it is
    less accurate than 100 m, older than 120 s, or says neither.
    """
    if place is None:
        return None, Nearness.UNCERTAIN
    distance_m = stop.distance_m(place)
    if accuracy_m is None or age_s is None or accuracy_m > MOST_ACCURACY_M or abs(age_s) > MOST_AGE_S:
        return distance_m, Nearness.UNCERTAIN
    return distance_m, Nearness.NEAR if distance_m - accuracy_m <= fence_m else Nearness.FAR
