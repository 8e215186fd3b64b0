"""What a simulated phone's satellite receiver, battery and clock make of the truth.

Errors of neighbouring fixes are alike, as real ones are: each coordinate's error is a first-order Gauss-Markov process
(Groves 2013, Principles of GNSS, Inertial, and Multisensor Integrated Navigation Systems, 2nd ed., B.4.3).
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.domain.place import Place
from dispatcher.simulation.fates import Dice, Fate
from dispatcher.simulation.track import moved
from dispatcher.simulation.world import Life

ERROR_LASTS_S = 25.0
USUAL_M, BAD_M = (4.0, 14.0), (35.0, 130.0)
"""Radius that holds 68 % of fixes: with open sky, and between houses."""
BAD, GLITCH = 0.02, 0.001
GLITCH_M = 300.0, 2_500.0
AXIS = 0.66
"""Standard deviation along one axis over the radius that holds 68 % in the plane: 1/√(−2 ln 0.32)."""
DRAIN_A_HOUR, DRAINING_A_HOUR, CHARGE_A_HOUR = 0.05, 0.11, 0.2
EMPTY = 0.03
SKEW_S = 240.0, 900.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One position as the phone has it."""

    n: int
    """The phone's own count."""
    at: datetime
    """By the phone's clock."""
    place: Place
    accuracy_m: float
    speed_mps: float
    heading_deg: float | None
    altitude_m: float
    battery: float
    charging: bool
    mock: bool


class Receiver:
    """Of one phone."""

    def __init__(self, life: Life, seed: int) -> None:
        self._life, self._dice = life, Dice(seed, life.round.shift_id, "receiver")
        self._n, self._last_s, self._error = 0, -1e9, (0.0, 0.0)
        self._full = 0.36 if Fate.BATTERY in life.fates else self._dice.uniform(0.6, 0.98)
        self._charges = Fate.BATTERY not in life.fates and self._dice.random() < 0.6
        skew_s = self._dice.uniform(*SKEW_S) * self._dice.choice((-1, 1))
        if Fate.CLOCK not in life.fates:
            skew_s = self._dice.gauss(0, 0.8)
        self.skew = timedelta(seconds=skew_s)
        """How far the phone's clock is ahead."""

    def look(self, moment: datetime) -> Sighting:
        """The position at a true moment; moments must not go back."""
        second, mock = self._life.second(moment), Fate.MOCK in self._life.fates
        motion, self._n = self._life.track.at(second), self._n + 1
        accuracy_m = 1.0 if mock else self._dice.uniform(*(BAD_M if self._dice.random() < BAD else USUAL_M))
        point = motion.point if mock else moved(motion.point, *self._off(second, accuracy_m))
        speed_mps = 0.0 if motion.heading_deg is None else max(0.0, motion.speed_mps + self._dice.gauss(0, 0.3))
        heading = motion.heading_deg
        return Sighting(
            n=self._n,
            at=moment + self.skew,
            place=Place(round(point[0], 7), round(point[1], 7)),
            accuracy_m=round(accuracy_m, 1),
            speed_mps=round(speed_mps, 2),
            heading_deg=None if heading is None else round((heading + self._dice.gauss(0, 3)) % 360, 1) % 360,
            altitude_m=round(20 + self._dice.gauss(0, 4), 1),
            battery=self._battery(second),
            charging=self._charges,
            mock=mock,
        )

    def _off(self, second: float, accuracy_m: float) -> tuple[float, float]:
        """Metres to the north and east of the truth."""
        if self._dice.random() < GLITCH:
            return self._dice.uniform(*GLITCH_M), self._dice.uniform(*GLITCH_M)
        kept = math.exp(-max(0.0, second - self._last_s) / ERROR_LASTS_S)
        fresh = math.sqrt(1 - kept * kept) * accuracy_m * AXIS
        north, east = (kept * error + fresh * self._dice.gauss(0, 1) for error in self._error)
        self._last_s, self._error = second, (north, east)
        return north, east

    def _battery(self, second: float) -> float:
        hours = max(0.0, second) / 3600
        if self._charges:
            return round(min(1.0, self._full + CHARGE_A_HOUR * hours), 2)
        drain = DRAINING_A_HOUR if Fate.BATTERY in self._life.fates else DRAIN_A_HOUR
        return round(max(EMPTY, self._full - drain * hours), 2)
